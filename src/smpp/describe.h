/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/describe: a PDU field by field, by the names of pdu.def, for a person who looks on.
 *
 * A password is never given. Unless all is asked for, a phone number keeps its last four digits to
 * itself, and a text or what may be one tells only its length; of a receipt's text the fields
 * before `text:` are given, which say nothing of what was written to whom.
 * Threads: pure.
 */
#ifndef NAVETTE_SMPP_DESCRIBE_H
#define NAVETTE_SMPP_DESCRIBE_H

#include "smpp/pdu.h"

enum smpp_field_kind {
    SMPP_FIELD_NUMBER,
    SMPP_FIELD_WORD,   /* of characters, as a stranger wrote them */
    SMPP_FIELD_BYTES,  /* anything */
    SMPP_FIELD_HIDDEN, /* `number` bytes */
    SMPP_FIELD_SECRET,
};

struct smpp_field {
    const char *name; /* "source_addr", "message_state"; "0x1400" for an unknown TLV */
    bool tlv;
    enum smpp_field_kind kind;
    uint32_t number;
    struct str value; /* of WORD and BYTES; valid during the call */
};

/* The fields that the PDU has, in wire order, then its TLVs. Nothing for a header alone. */
void smpp_describe(const struct smpp_pdu *pdu, bool all,
                   void (*each)(void *ctx, const struct smpp_field *field), void *ctx);

#endif

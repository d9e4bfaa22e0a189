/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/pdu: SMPP 3.4 protocol data units as structs, generated from pdu.def (the protocol as a
 * table), with one reader and one writer.
 *
 * Reading copies nothing: strings are views into the bytes given, TLVs live in the arena. Unknown
 * TLVs are kept raw. A response may be header-only or carry its body, with any status.
 * Source: SMPP 3.4 chapters 4 and 5; leniency as met in the field is in pdu.def.
 * Threads: pure.
 */
#ifndef NAVETTE_SMPP_PDU_H
#define NAVETTE_SMPP_PDU_H

#include "base/arena.h"
#include "base/buf.h"

enum { SMPP_HEADER_SIZE = 16, SMPP_PDU_MAX = 70000, SMPP_PDU_MAX_UNBOUND = 256 };
#define SMPP_RESPONSE UINT32_C(0x80000000)

/* enum smpp_command, enum smpp_status (ESME_…), enum smpp_tag, and struct smpp_<name> bodies with
 * their fields in wire order; struct smpp_deliver_sm is struct smpp_submit_sm by another name. */
#include "smpp/pdu_types.h"

struct smpp_tlv {
    uint16_t tag;
    struct str value;
};

struct smpp_pdu {
    uint32_t command; /* enum smpp_command, or any other number when unknown */
    uint32_t status;
    uint32_t sequence;
    union smpp_body body;
    struct smpp_tlv *tlvs;
    size_t tlv_n;
    bool has_body; /* false for a header-only response */
};

/* Length of the PDU that starts at bytes: 0 while fewer than 4 bytes are there.
 * ERR_MALFORMED below 16 or above `max`. */
enum err smpp_pdu_length(uint32_t *length, struct str bytes, uint32_t max) MUST_CHECK;

/*
 * Reads one whole PDU. On an error the header fields of *out are set, and *answer is the
 * command_status to reply with (0x02, 0x03, 0xC0, 0xC2, 0x01 …).
 */
enum err smpp_pdu_read(struct smpp_pdu *out, struct arena *a, struct str pdu,
                       uint32_t *answer) MUST_CHECK;

/* Appends the PDU's bytes. ERR_TOO_LONG when a field does not fit its maximum, ERR_TOO_LARGE. */
enum err smpp_pdu_write(struct buf *out, const struct smpp_pdu *pdu) MUST_CHECK;

const struct smpp_tlv *smpp_tlv_find(const struct smpp_pdu *pdu, uint16_t tag);
/* Its value as a big-endian number of 1, 2 or 4 bytes. */
bool smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *value);

/* The text of a submit_sm, deliver_sm or data_sm: short_message, else message_payload. */
struct str smpp_user_data(const struct smpp_pdu *pdu);

/* "submit_sm", or "0x0000abcd" from a static ring when unknown. */
const char *smpp_command_name(uint32_t command);
/* "ESME_RTHROTTLED" */
const char *smpp_status_name(uint32_t status);
const char *smpp_tag_name(uint16_t tag);

#endif

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

/* enum smpp_command (SMPP_SUBMIT_SM), enum smpp_status (ESME_RTHROTTLED), enum smpp_tag
 * (SMPP_TAG_MESSAGE_PAYLOAD), and struct smpp_<name> bodies with their fields in wire order; struct
 * smpp_deliver_sm is struct smpp_submit_sm by another name. */
#include "smpp/pdu_types.h"

/* Values of fields that every side of a link needs: type of number (5.2.5), numbering plan (5.2.6),
 * esm_class (5.2.12), data_coding (5.2.19). */
enum {
    SMPP_TON_INTERNATIONAL = 1,
    SMPP_TON_NETWORK = 3,
    SMPP_TON_ALPHANUMERIC = 5,
    SMPP_NPI_UNKNOWN = 0,
    SMPP_NPI_ISDN = 1,
    SMPP_ESM_TYPE = 0x3C, /* the bits that tell what a message is, of which two: */
    SMPP_ESM_RECEIPT = 0x04,
    SMPP_ESM_INTERMEDIATE = 0x20,
    SMPP_ESM_UDHI = 0x40, /* the user data begins with a header */
    SMPP_CODING_DEFAULT = 0x00,
    SMPP_CODING_UCS2 = 0x08,
};

struct smpp_tlv {
    uint16_t tag;
    struct str value; /* as on the wire, but without the NUL where the tag's kind is a C string */
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
 * Reads one whole PDU. On an error the header fields of *out are set, what stood before the fault
 * too, and *answer is the command_status to reply with: of the field that is too long, 0x02 when
 * the body ends early, 0x03 for an unknown command, 0xC0 and 0xC2 for bad TLVs.
 */
enum err smpp_pdu_read(struct smpp_pdu *out, struct arena *a, struct str pdu,
                       uint32_t *answer) MUST_CHECK;

/*
 * Appends the PDU's bytes; a response with an error status and neither body nor TLVs is a header
 * alone. Nothing is appended on ERR_TOO_LONG (a field or known TLV beyond its maximum), ERR_INVALID
 * (a NUL inside a C string, a known TLV too short, an unknown command), ERR_TOO_LARGE.
 */
enum err smpp_pdu_write(struct buf *out, const struct smpp_pdu *pdu) MUST_CHECK;

const struct smpp_tlv *smpp_tlv_find(const struct smpp_pdu *pdu, uint16_t tag);
/* Its value as a big-endian number of 1, 2 or 4 bytes. */
bool smpp_tlv_number(const struct smpp_pdu *pdu, uint16_t tag, uint32_t *value);

/* The text of a submit_sm, deliver_sm or data_sm: short_message, else message_payload. */
struct str smpp_user_data(const struct smpp_pdu *pdu);

/* When a side may send a request: one of these bits, which are also those of enum smpp_mode. */
enum smpp_when {
    SMPP_WHEN_TX = 1,    /* bound as transmitter or transceiver */
    SMPP_WHEN_RX = 2,    /* bound as receiver or transceiver */
    SMPP_WHEN_BOUND = 3, /* in any mode */
    SMPP_WHEN_OPEN = 4,  /* not bound yet */
    SMPP_WHEN_ANY = 15,
    SMPP_WHEN_BITS = 4
};

struct smpp_command_info {
    const char *name;
    uint8_t by_esme; /* enum smpp_when; 0 never */
    uint8_t by_smsc;
};

/* NULL when unknown. A request has a response if `command | SMPP_RESPONSE` is known. */
const struct smpp_command_info *smpp_command_info(uint32_t command);

/* "submit_sm", or "0x0000abcd" from a ring of the thread's own when unknown. */
const char *smpp_command_name(uint32_t command);
/* "ESME_RTHROTTLED" */
const char *smpp_status_name(uint32_t status);
/* And back, of those that have a name; ERR_NOT_FOUND. */
enum err smpp_status_find(uint32_t *status, struct str name) MUST_CHECK;
const char *smpp_tag_name(uint16_t tag);

#endif

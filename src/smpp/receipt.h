/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/receipt: delivery receipts, read from TLVs first, then from the text (SMPP 3.4 appendix B as
 * vendors really write it: fields in any order, any case, any missing).
 * Threads: pure.
 */
#ifndef NAVETTE_SMPP_RECEIPT_H
#define NAVETTE_SMPP_RECEIPT_H

#include "smpp/pdu.h"

/* Values of message_state (SMPP 3.4 5.2.28), with 0 for "says nothing". */
enum smpp_message_state {
    SMPP_STATE_NONE,
    SMPP_STATE_ENROUTE,
    SMPP_STATE_DELIVERED,
    SMPP_STATE_EXPIRED,
    SMPP_STATE_DELETED,
    SMPP_STATE_UNDELIVERABLE,
    SMPP_STATE_ACCEPTED,
    SMPP_STATE_UNKNOWN,
    SMPP_STATE_REJECTED,
};

struct smpp_receipt {
    struct str id; /* of the message, as the SMSC gave it; n 0 when missing */
    enum smpp_message_state state;
    struct str stat;  /* as written: "DELIVRD"; from the TLV where the text has none, then also
                         version 5.0's "SCHEDULED" and "SKIPPED" */
    struct str error; /* as written: "000"; or the TLV's code, at least 3 digits, in the arena */
    struct str done_date; /* as written, digits */
};

/* True for a deliver_sm or data_sm that is a receipt or intermediate notification (esm_class bits
 * 5-2, UDHI masked), or that has receipted_message_id. */
bool smpp_is_receipt(const struct smpp_pdu *pdu);
/* TLVs outrank the text. ERR_MALFORMED when there is neither an id nor a state; either may be
 * missing alone, and a stat that is not known gives SMPP_STATE_NONE. */
enum err smpp_receipt_read(struct smpp_receipt *out, struct arena *a,
                           const struct smpp_pdu *pdu) MUST_CHECK;
/* What TLVs say goes before what *r has from the text. */
void smpp_receipt_read_tlvs(struct smpp_receipt *r, struct arena *a, const struct smpp_pdu *pdu);
/* The text alone. Nothing behind "text:" is read; a field longer than 64 bytes is left out. */
void smpp_receipt_parse_text(struct smpp_receipt *out, struct str text);
/* What a receipt says in words, whatever stands before it as a user data header. */
struct str smpp_receipt_text(const struct smpp_pdu *pdu);
/* The same as far as the SMSC speaks: up to "text:", behind which a phone's words could forge
 * anything. */
struct str smpp_receipt_head(struct str text);
/* Of a word in "stat:", in any case; SMPP_STATE_NONE for one that is not known. */
enum smpp_message_state smpp_state_of_stat(struct str stat);
/* True for states after which nothing more comes. UNKNOWN is not: some SMSCs go on trying. */
bool smpp_state_final(enum smpp_message_state state);
/* "DELIVRD" for SMPP_STATE_DELIVERED, … */
const char *smpp_state_stat(enum smpp_message_state state);

/* Appends the receipt text that an SMSC sends; its dates are in UTC. The first 20 bytes of text20
 * are taken. */
void smpp_receipt_write_text(struct buf *out, struct str id, enum smpp_message_state state,
                             uint32_t error, int64_t submit_us, int64_t done_us, struct str text20);

#endif

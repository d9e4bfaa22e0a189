/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/submit: one part of a message as a submit_sm, as the carrier's rules want it.
 *
 * A class stands in data_coding where that says GSM or UCS-2; where data_coding 0, 1 or 3 carries
 * other octets it has no room for one, and the TLV dest_addr_subunit tells it.
 * Source: SMPP 3.4 4.4, 5.2, 5.3.2.1, 5.3.2.22; data_coding of classes: 3GPP TS 23.038 4.
 * Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_SUBMIT_H
#define NAVETTE_CARRIER_SUBMIT_H

#include "core/directory.h"
#include "core/outbox.h"
#include "smpp/pdu.h"
#include "text/date.h"
#include "text/phone.h"

enum { SUBMIT_TLVS_MAX = CARRIER_TLVS_MAX + 1 + 3 }; /* those of the rules, a class, a SAR part's */

struct submit {
    struct smpp_pdu pdu; /* points into the buffers below, the message and the arena */
    struct text_parts parts;
    const struct carrier_rules *rules;
    struct smpp_tlv tlvs[SUBMIT_TLVS_MAX];
    size_t tlvs_n; /* of all parts */
    uint8_t subunit;
    uint8_t sar[4]; /* reference, total, number */
    char sender[PHONE_SIZE];
    char recipient[PHONE_SIZE];
    char validity[DATE_SMPP_SIZE];
    uint8_t bytes[254]; /* UDH and text of a part */
};

/* What is the same for all parts. The text of the parts lives in the arena; the rules must outlive
 * the parts. `directory` knows the names of accounts. The errors of text_cut; ERR_INTERNAL when the
 * parts are not as many as the message says. */
enum err submit_message(struct submit *s, struct arena *a, const struct outgoing *o,
                        const struct carrier_rules *rules,
                        const struct directory *directory) MUST_CHECK;
/* The PDU of one part, from 1, of that message. ERR_TOO_LONG. */
enum err submit_part(struct submit *s, const struct outgoing *o, uint32_t part) MUST_CHECK;

#endif

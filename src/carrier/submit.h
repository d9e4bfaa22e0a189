/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/submit: one part of a message as a submit_sm.
 * Source: SMPP 3.4 4.4, 5.2; data_coding of classes: 3GPP TS 23.038 4.
 * Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_SUBMIT_H
#define NAVETTE_CARRIER_SUBMIT_H

#include "core/outbox.h"
#include "smpp/pdu.h"
#include "text/date.h"
#include "text/phone.h"

struct submit {
    struct smpp_pdu pdu; /* points into the buffers below, the message and the arena */
    struct text_parts parts;
    char recipient[PHONE_SIZE];
    char validity[DATE_SMPP_SIZE];
    uint8_t bytes[254]; /* UDH and text of a part */
};

/* What is the same for all parts. The text of the parts lives in the arena. The errors of
 * text_split; ERR_INTERNAL when the parts are not as many as the message says. */
enum err submit_message(struct submit *s, struct arena *a, const struct outgoing *o,
                        struct str service_type) MUST_CHECK;
/* The PDU of one part, from 1, of that message. ERR_TOO_LONG. */
enum err submit_part(struct submit *s, const struct outgoing *o, uint32_t part) MUST_CHECK;

#endif

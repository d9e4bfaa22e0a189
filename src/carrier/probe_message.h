/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/probe_message: the messages of a probe as PDUs. Threads: pure.
 */
#ifndef NAVETTE_CARRIER_PROBE_MESSAGE_H
#define NAVETTE_CARRIER_PROBE_MESSAGE_H

#include "carrier/probe_judge.h"

struct probe_message {
    struct smpp_pdu pdu;
    struct smpp_tlv tlvs[3];
    uint8_t numbers[4]; /* what the TLVs of SAR say */
    char text[200];
};

/* Strings are those of the settings and of `ask`. `reference` joins the parts of a long one. */
void probe_message_write(struct probe_message *m, const struct carrier_settings *s,
                         const struct probe_ask *ask, enum probe_kind kind, uint32_t part,
                         uint8_t reference);

#endif

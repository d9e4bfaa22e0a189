/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/probe_eye: what a PDU that passes tells a probe. Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_PROBE_EYE_H
#define NAVETTE_CARRIER_PROBE_EYE_H

#include "carrier/probe_judge.h"
#include "core/receipt_rules.h"

struct probe_eye {
    struct probe_seen *seen;
    const struct probe_ask *ask;
    struct receipt_rules *own; /* the carrier's, with ids as they are written; NULL: none */
    struct arena *arena;       /* of the PDU in hand */
};

/* One that the carrier sent, over the probe's own sessions (`own`) or those in use. Of receipts and
 * messages only those that name the probe's phone are looked at: the others are somebody's. */
void probe_eye_see(const struct probe_eye *eye, bool own, struct str pdu);

#endif

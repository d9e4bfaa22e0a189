/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/probe_eye: what a PDU that passes tells a probe. Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_PROBE_EYE_H
#define NAVETTE_CARRIER_PROBE_EYE_H

#include "carrier/probe_judge.h"

/* One that the carrier sent, over the probe's own sessions (`own`) or those in use. Of receipts and
 * messages only those that name the probe's phone are looked at: the others are somebody's. */
void probe_eye_see(struct probe_seen *seen, const struct probe_ask *ask, struct arena *a, bool own,
                   struct str pdu);

#endif

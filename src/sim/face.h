/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/face: the HTTP side of the simulator: the page, the phones as JSON, and what happens live as
 * server-sent events. While nobody listens to these, a message costs nothing here. The resources
 * are in docs/simulator.md.
 * Owner: face_free. Threads: the loop's own.
 */
#ifndef NAVETTE_SIM_FACE_H
#define NAVETTE_SIM_FACE_H

#include "net/loop.h"
#include "sim/phones.h"
#include "sim/sim.h"
#include "sim/smsc.h"
#include "sim/stats.h"

struct face;

struct face_parts { /* what others own and the face uses */
    struct net_loop *loop;
    struct phones *phones;
    struct smsc *smsc;
    const struct sim_stats *stats;
};

/* ERR_IO with the cause logged. */
enum err face_new(struct face **out, const struct sim_config *config,
                  const struct face_parts *parts) MUST_CHECK;
/* No new requests; streams are closed. */
void face_stop(struct face *face);
void face_free(struct face *face);
uint16_t face_port(const struct face *face);

/* To whoever listens: a message is new or changed; a bind came or went. */
void face_message(struct face *face, const struct phone *phone,
                  const struct phone_message *message);
void face_binds(struct face *face);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/probe: finds out how a carrier behaves, over sessions of its own beside those in use,
 * with a dozen real messages to one phone.
 *
 *   PAIR (transmitter and receiver) ──► TRX ──► [PAIR again] ──► SEND ──► COLLECT ──► [WINDOW] ──►
 * BYE
 *
 * Each step has a time limit. What the carrier sends over these sessions may be anybody's, so that
 * it goes the way of all that comes in: it is answered after its commit. The binds live as long as
 * the line: a late answer finds them. What has been seen is judged in the end
 * (carrier/probe_judge); all is told through a tap (core/probe_ask). Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_PROBE_H
#define NAVETTE_CARRIER_PROBE_H

#include "carrier/bind.h"
#include "core/directory.h"
#include "core/probe_ask.h"
#include "core/tap.h"

struct probe;

enum {
    PROBE_MESSAGES = 10, /* SMS that it sends, without the test of the window */
};

struct probe_env {
    struct net_loop *loop;
    /* Takes what came over the probe's sessions: bind_calls.on_request. */
    void (*on_request)(void *ctx, struct bind *b, const struct smpp_pdu *request);
    void *ctx;
};

struct probe *probe_new(const struct probe_env *env);
void probe_free(struct probe *p);
/* Takes over the carrier's side of the tap; closes it at once when a probe is under way. `d` is
 * held meanwhile. */
void probe_start(struct probe *p, const struct directory *d, const struct directory_carrier *c,
                 const struct probe_ask *ask, struct tap *tap);
/* What passes over the line's own sessions: receipts may come there too. */
const struct smpp_look *probe_look(const struct probe *p);
bool probe_runs(const struct probe *p);
/* At once and without a judgement. */
void probe_stop(struct probe *p);

#endif

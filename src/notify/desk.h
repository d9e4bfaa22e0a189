/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify/desk: errands in hand. Takes orders, starts their calls as far as places and limits allow,
 * and returns each order with its result. It knows neither sockets nor timers: calls are started
 * through a `caller`, so that a scenario can play the outside.
 *
 *   all      CALLS_AT_ONCE calls
 *   a host   CALLS_PER_HOST, HOST_FAILING_MAX while it does not answer
 *   a lane   one at a time after a failure, until one is good again; after LANE_FAILURES_MAX it is
 *            paused, and all that is to be told there goes back to the store until then
 *
 * Threads: one, the loop's.
 */
#ifndef NAVETTE_NOTIFY_DESK_H
#define NAVETTE_NOTIFY_DESK_H

#include "core/errand.h"
#include "net/calls.h"

enum { HOST_FAILING_MAX = 8, LANE_FAILURES_MAX = 5 };

struct caller {
    void (*start)(void *ctx, struct net_call *call);
    void (*cancel)(void *ctx, struct net_call *call);
    void *ctx;
};

struct desk_config {
    struct core *core;
    struct mailbox *home; /* where returned orders come back to be freed */
    struct caller caller;
    const char *mail_from; /* of notifications without a sender; "": none */
    bool mail;             /* there is a mail server */
};

struct desk;

struct desk *desk_new(const struct desk_config *config);
/* No call may be under way. */
void desk_free(struct desk *desk);
void desk_take(struct desk *desk, struct errand_order *order);
/* Starts nothing more: what is not under way goes back. */
void desk_stop(struct desk *desk);
/* Ends what is under way: it will be told again. */
void desk_cancel(struct desk *desk);
size_t desk_in_flight(const struct desk *desk);

#endif

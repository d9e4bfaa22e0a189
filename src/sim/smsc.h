/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/smsc: the SMPP side of the simulator: a listener, its binds, and what they send and get.
 *
 * A customer is a system_id. Its receipts and answers go out on any of its receiver binds, wait
 * (bounded) while it has none, and are sent again until they are answered with 0.
 * Owner: smsc_free closes all. Threads: the loop's own.
 */
#ifndef NAVETTE_SIM_SMSC_H
#define NAVETTE_SIM_SMSC_H

#include "net/loop.h"
#include "sim/phones.h"
#include "sim/sim.h"
#include "sim/stats.h"
#include "sim/submit_log.h"

struct smsc;

struct smsc_calls {
    /* A message on a phone is new, got a part or changed its state. */
    void (*on_message)(void *ctx, const struct phone *phone, const struct phone_message *message);
    /* A bind came or went. */
    void (*on_binds)(void *ctx);
};

struct smsc_parts { /* what others own and the smsc uses */
    struct net_loop *loop;
    struct phones *phones;
    struct sim_stats *stats;
    struct submit_log *log; /* may be NULL */
};

/* The calls may come at once. ERR_IO with the cause logged. */
enum err smsc_new(struct smsc **out, const struct sim_config *config,
                  const struct smsc_parts *parts, const struct smsc_calls *calls,
                  void *ctx) MUST_CHECK;
void smsc_free(struct smsc *smsc);
uint16_t smsc_port(const struct smsc *smsc);

/*
 * A person writes on a phone: the text goes to the customer that last wrote to it from `to`, else
 * to any with a receiver bind. ERR_CLOSED: nobody is bound to receive. ERR_BUSY: too much waits
 * already. ERR_BAD_UTF8, ERR_TOO_LONG (also for an empty text: ERR_MISSING).
 */
enum err smsc_reply(struct smsc *smsc, struct str number, struct str to, struct str utf8,
                    struct phone **phone, struct phone_message **message) MUST_CHECK;

/* Unbinds all; smsc_bind_count falls to 0 within seconds. */
void smsc_stop(struct smsc *smsc);

struct smsc_bind_info {
    uint64_t bind;
    const char *system_id;
    const char *mode; /* "transmitter", "receiver", "transceiver" */
    const char *peer;
    int64_t since_us;
};
/* Bound sessions, oldest first, at most `limit`; valid until the loop turns. */
size_t smsc_binds(const struct smsc *smsc, struct smsc_bind_info *out, size_t limit);
/* Connections, bound or not. */
size_t smsc_bind_count(const struct smsc *smsc);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/pump_base: the inside of struct pump, for pump.c (what leaves), pump_answer.c (what the
 * carrier says) and pump_outcome.c (what the writer is told).
 * Room: as many messages as the outbox lets in, and for each part on the wire, or whose outcome is
 * at the writer, a flight; all from pools.
 */
#ifndef NAVETTE_CARRIER_PUMP_BASE_H
#define NAVETTE_CARRIER_PUMP_BASE_H

#include "carrier/flow.h"
#include "carrier/pool.h"
#include "carrier/pump.h"
#include "carrier/queue.h"
#include "carrier/recipients.h"
#include "carrier/senders.h"
#include "carrier/submit.h"

/* A part on the wire, then its outcome at the writer. */
struct flight {
    struct outcome_job job; /* first: it is what comes back */
    struct pump *pump;
    struct sending *message;
    uint32_t part;
    int64_t sent_at_us;
};

struct pump {
    struct outbox_slot *slot;
    struct mailbox *home;
    struct pump_calls calls;
    void *ctx;
    struct pump_settings settings;
    bool open;

    struct sending *first_came, *last_came; /* all in memory, by arrival */
    uint64_t next_rank;
    struct queue queue; /* those that nothing of the below holds up */
    struct recipients recipients;
    struct senders senders;
    struct flow flow;
    struct pool sendings;
    struct pool flights;

    uint32_t on_wire;
    uint32_t uncommitted; /* outcomes at the writer */

    struct take_job take;
    bool taking;
    bool look;
    bool store_failed; /* the last look; wait for the next pump_look */

    const struct sending *prepared; /* whose parts stand in `submit` */
    struct submit submit;
    struct arena *arena;
    uint64_t submits;
    uint64_t throttles;
};

/* ---- pump_outcome ---- */

struct flight *pump_flight_new(struct pump *p, struct sending *m, uint32_t part);
/* The carrier took the flight's part under this id, as it writes it. */
void pump_tell_taken(struct flight *f, struct str carrier_ref);
/* No more of the message leaves; the stronger end counts. */
void pump_stop(struct sending *m, enum end end);
/* Lets go of a message of which nothing waits and nothing is on the wire, and tells its end. */
void pump_settle(struct pump *p, struct sending *m);
static inline void pump_end(struct pump *p, struct sending *m, enum end end)
{
    pump_stop(m, end);
    pump_settle(p, m);
}
/* The carrier, or we, will never take this part. */
void pump_refuse(struct sending *m, uint32_t part, uint32_t status, bool other);

#endif

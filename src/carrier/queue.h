/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/queue: messages with parts that wait to be submitted, in the order of their arrival. One
 * that comes back (its part was throttled, it waited elsewhere) takes the place it had. A message
 * stands in one queue at a time, and knows in which.
 * Owner: the caller owns the items. Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_QUEUE_H
#define NAVETTE_CARRIER_QUEUE_H

#include "core/outbox.h"

/* How a message ends that is not simply taken: the stronger wins. */
enum end {
    END_NONE,
    END_RELEASED,
    END_REFUSED,
    END_EXPIRED,
    END_RETRY,
    END_IN_DOUBT,
    END_REJECTED
};

/* A message in memory. */
struct sending {
    struct outgoing *out;
    uint64_t rank;                            /* by arrival */
    struct queue *in;                         /* where it waits; NULL: nowhere */
    struct sending *older, *newer;            /* there */
    struct sending *came_before, *came_after; /* of all in memory */
    struct recipient *recipient; /* it is this one's turn: carrier/recipients; or NULL */
    enum end end;
    uint32_t status;       /* of the carrier, for END_RETRY and END_REJECTED */
    bool doubt;            /* a part was written and never answered */
    uint32_t refused;      /* the part that END_REJECTED is about */
    bool other;            /* another carrier may take what END_REJECTED says */
    int64_t away_until_us; /* for END_RELEASED: its sender's turn, clock_now_us; 0: it is due */
    bool taken;            /* the carrier took a part of it, since it is in memory */
    bool stopped;          /* it must not begin to leave: core/wall */
    uint32_t on_wire;      /* parts whose answer is awaited */
    uint32_t todo_n;       /* parts that wait */
    uint8_t todo[32];      /* bit part-1 */
};

/* Zeroed: empty. */
struct queue {
    struct sending *oldest;
    struct sending *newest;
    struct sending *put_back; /* the last that was put elsewhere than at an end */
    uint32_t n;
    uint32_t *sum; /* of several queues, counted with n; or NULL */
};

/* At the place of its rank, unless it waits already. */
void queue_put(struct queue *q, struct sending *m);
/* Out of where it waits; nothing happens if it does not. */
void queue_remove(struct sending *m);

void sending_add(struct sending *m, uint32_t part);
void sending_remove(struct sending *m, uint32_t part);
/* The lowest part that waits; there is one. */
uint32_t sending_first(const struct sending *m);

#endif

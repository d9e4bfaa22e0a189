/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/queue: messages with parts that wait to be submitted, in the order of their arrival. One
 * that comes back (its part was throttled) takes the place it had.
 * Owner: the caller owns the items. Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_QUEUE_H
#define NAVETTE_CARRIER_QUEUE_H

#include "core/outbox.h"

/* How a message ends that is not simply taken: the stronger wins. */
enum end { END_NONE, END_RELEASED, END_EXPIRED, END_RETRY, END_IN_DOUBT, END_REJECTED };

/* A message in memory. */
struct sending {
    struct outgoing *out;
    struct sending *older;
    struct sending *newer;
    uint64_t rank; /* given by queue_add */
    bool queued;
    enum end end;
    uint32_t status;  /* of the carrier, for END_RETRY and END_REJECTED */
    bool doubt;       /* a part was written and never answered */
    uint32_t refused; /* the part that END_REJECTED is about */
    uint32_t on_wire; /* parts whose answer is awaited */
    uint32_t todo_n;  /* parts that wait */
    uint8_t todo[32]; /* bit part-1 */
};

/* Zeroed: empty. */
struct queue {
    struct sending *oldest;
    struct sending *newest;
    struct sending *put_back; /* the last that came back, if it still waits */
    uint64_t next_rank;
};

/* At the end. */
void queue_add(struct queue *q, struct sending *m);
/* At its place, unless it waits already. */
void queue_put_back(struct queue *q, struct sending *m);
/* Nothing happens if it does not wait. */
void queue_remove(struct queue *q, struct sending *m);

void sending_add(struct sending *m, uint32_t part);
void sending_remove(struct sending *m, uint32_t part);
/* The lowest part that waits; there is one. */
uint32_t sending_first(const struct sending *m);

#endif

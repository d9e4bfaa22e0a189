/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/recipients: whose turn it is with each recipient, so that no message overtakes an earlier
 * one to the same phone. A message that begins to leave has its recipient until it is settled;
 * later ones to that number stand aside meanwhile, in their order, and hold up nobody else.
 *
 * Room: an entry for each recipient of a message that has begun, OUTBOX_ACTIVE at most.
 * Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_RECIPIENTS_H
#define NAVETTE_CARRIER_RECIPIENTS_H

#include "carrier/pool.h"
#include "carrier/queue.h"

struct recipient {
    uint64_t number;
    struct recipient *next; /* with the same hash */
    struct queue waiting;
};

struct recipients {
    struct recipient **buckets;
    uint64_t multiplier; /* drawn: strangers choose the numbers */
    struct pool entries;
    uint32_t waiting; /* messages that stand aside */
};

void recipients_init(struct recipients *r);
void recipients_free(struct recipients *r);

/* True: it is the message's turn, until recipients_leave. False: it was moved from where it waited
 * to behind the one whose turn it is. */
bool recipients_claim(struct recipients *r, struct sending *m);
/* The message is settled. The next to its recipient, whose turn it is now; NULL for none. */
struct sending *recipients_leave(struct recipients *r, struct sending *m);

#endif

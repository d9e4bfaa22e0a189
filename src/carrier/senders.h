/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/senders: the pace of each sender, where a carrier wants one (`sender_rate`). What a
 * sender may not send yet stands aside in its order, and holds up nobody else's; so does one that
 * could fill the memory alone: a sender keeps at most a quarter of what the others leave free, and
 * the rest goes back to the store until its turn.
 *
 * Room: SENDERS_MAX senders, of which those with nothing waiting are forgotten, longest unused
 * first, once they owe no pause. Nothing at all while there is no such rate.
 * Time is given (clock_mono_us). Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_SENDERS_H
#define NAVETTE_CARRIER_SENDERS_H

#include "carrier/pace.h"
#include "carrier/pool.h"
#include "carrier/queue.h"

/* Each message that waits is one of the active: there is always a place for one more sender. */
enum { SENDERS_MAX = OUTBOX_ACTIVE };

struct sender_pace;

/* Zeroed: no limit. */
struct senders {
    int64_t rate; /* parts a second from each; 0: no limit */
    struct sender_pace **buckets;
    struct sender_pace **due; /* those with something waiting: a heap, the next to send on top */
    size_t due_n;
    struct sender_pace *latest; /* all, by use */
    struct sender_pace *longest_unused;
    size_t n;
    uint32_t waiting; /* messages, of all */
    struct pool entries;
};

/* What waits under another rate goes to `back`. */
void senders_set(struct senders *s, int64_t rate, struct queue *back);
void senders_free(struct senders *s);

enum sender_says {
    SENDER_NOW,   /* it may leave: submit it and call senders_leave, or leave it where it is */
    SENDER_LATER, /* it was moved from where it waited, and senders_next gives it back */
    SENDER_AWAY,  /* there is no room to wait in memory: it belongs into the store until *at_us */
};
/* `room`: messages that may wait here, of all senders. */
enum sender_says senders_ask(struct senders *s, struct sending *m, uint32_t room, int64_t now_us,
                             int64_t *at_us);
/* A part of a message that SENDER_NOW was said of leaves. */
void senders_leave(struct senders *s, const struct sending *m, int64_t now_us);
/* The oldest of a sender that may send again; NULL: none before *at_us (INT64_MAX: none waits). */
struct sending *senders_next(struct senders *s, int64_t now_us, int64_t *at_us);

#endif

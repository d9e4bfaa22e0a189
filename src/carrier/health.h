/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/health: whether a session that is up should be made anew all the same: no message passed
 * for long, or answers no longer come. enquire_link does not count: it is the session's own.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_HEALTH_H
#define NAVETTE_CARRIER_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

struct health {
    int64_t since_us;    /* it is bound */
    int64_t active_us;   /* when a message passed last, either way */
    uint32_t unanswered; /* answers in a row that never came */
};

static inline void health_begin(struct health *h, int64_t now_us)
{
    *h = (struct health){.since_us = now_us, .active_us = now_us};
}

static inline void health_answer(struct health *h, bool came)
{
    h->unanswered = came ? 0 : h->unanswered + 1;
}

/* 0: any silence will do. */
static inline bool health_is_inactive(const struct health *h, int64_t most_us, int64_t now_us)
{
    return most_us && now_us - h->active_us >= most_us;
}

/* 0: any number will do. */
static inline bool health_is_deaf(const struct health *h, uint32_t most)
{
    return most && h->unanswered >= most;
}

#endif

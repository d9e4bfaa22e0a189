/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/backoff: how long to wait before the next attempt to connect. It doubles for ever up to
 * `most`; up to a quarter is taken off at random, so that many links do not knock together.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_BACKOFF_H
#define NAVETTE_CARRIER_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t least_us;
    int64_t most_us;
    int64_t next_us;
};

static inline void backoff_reset(struct backoff *b)
{
    b->next_us = b->least_us;
}

/* For errors that time alone does not cure, as wrong credentials. */
static inline void backoff_slowest(struct backoff *b)
{
    b->next_us = b->most_us;
}

static inline int64_t backoff_jitter(int64_t pause_us, uint64_t random)
{
    return pause_us - (int64_t)(random % (uint64_t)(pause_us / 4 + 1));
}

/* For what others must let go of first, as a login that is bound already. It does not grow. */
static inline int64_t backoff_moderate(const struct backoff *b, uint64_t random)
{
    int64_t pause_us = b->most_us / 6;
    return backoff_jitter(pause_us > b->least_us ? pause_us : b->least_us, random);
}

static inline int64_t backoff_take(struct backoff *b, uint64_t random)
{
    int64_t pause_us = b->next_us;
    b->next_us = pause_us < b->most_us / 2 ? pause_us * 2 : b->most_us;
    return backoff_jitter(pause_us, random);
}

#endif

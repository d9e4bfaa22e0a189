/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/tally: how a carrier answers: how long its responses take, and what it refuses with.
 *
 * Response times are counted in buckets that grow with the time (eight to each doubling, so that a
 * quantile is right to an eighth), one set a minute; the last TALLY_MINUTES make the quantiles, all
 * of them together the histogram since the start. A response costs one increment and one addition.
 * Threads: one at a time. Time is given.
 */
#ifndef NAVETTE_CARRIER_TALLY_H
#define NAVETTE_CARRIER_TALLY_H

#include "carrier/carrier.h"

enum {
    TALLY_MINUTES = 5,
    TALLY_LEAST = 6, /* below 2^6 µs all is one bucket, and above 2^27 µs (134 s) too */
    TALLY_MOST = 27,
    TALLY_STEPS = 8, /* to a doubling */
    TALLY_BUCKETS = 1 + (TALLY_MOST - TALLY_LEAST) * TALLY_STEPS + 1,
    TALLY_STATUSES = CARRIER_REFUSED_MAX, /* told apart; what else comes is counted together */
};

/* Zeroed: nothing happened yet. */
struct tally {
    uint32_t minutes[TALLY_MINUTES][TALLY_BUCKETS];
    unsigned minute; /* where it is counted now */
    int64_t minute_ends_us;
    uint64_t before[TALLY_BUCKETS]; /* of minutes that are over */
    uint64_t took_us;               /* all responses together */
    struct carrier_refused refused[TALLY_STATUSES];
    size_t refused_n;
    uint64_t refused_else;
};

static inline unsigned tally_bucket(int64_t took_us)
{
    if (took_us < INT64_C(1) << TALLY_LEAST)
        return 0;
    if (took_us >= INT64_C(1) << TALLY_MOST)
        return TALLY_BUCKETS - 1;
    unsigned octave = 63u - (unsigned)__builtin_clzll((unsigned long long)took_us);
    unsigned step = (unsigned)(took_us >> (octave - 3)) & (TALLY_STEPS - 1);
    return 1 + (octave - TALLY_LEAST) * TALLY_STEPS + step;
}

static inline void tally_response(struct tally *t, int64_t took_us)
{
    t->minutes[t->minute][tally_bucket(took_us)]++;
    t->took_us += took_us > 0 ? (uint64_t)took_us : 0;
}

void tally_refuse(struct tally *t, uint32_t status);
/* Time passed: at least once a minute. */
void tally_turn(struct tally *t, int64_t now_us);

/* Of a thousand responses of the last minutes, `permille` took no longer; 0: there was none. */
int64_t tally_quantile_us(const struct tally *t, unsigned permille);
/* Responses since the start that took less than 2^power µs (TALLY_LEAST to TALLY_MOST). */
uint64_t tally_within(const struct tally *t, unsigned power);
/* All of them. */
uint64_t tally_responses(const struct tally *t);
/* What it refused with, the most frequent first; how many were written, at most `most`. */
size_t tally_top_refused(const struct tally *t, struct carrier_refused *out, size_t most);

#endif

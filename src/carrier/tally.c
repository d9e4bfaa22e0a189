/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/tally.h"

#include "base/clock.h"

#include <string.h>

void tally_refuse(struct tally *t, uint32_t status)
{
    for (size_t i = 0; i < t->refused_n; i++)
        if (t->refused[i].status == status) {
            t->refused[i].n++;
            return;
        }
    if (t->refused_n == TALLY_STATUSES)
        t->refused_else++;
    else
        t->refused[t->refused_n++] = (struct carrier_refused){.status = status, .n = 1};
}

/* The oldest minute makes room for the next. */
static void next_minute(struct tally *t)
{
    t->minute = (t->minute + 1) % TALLY_MINUTES;
    uint32_t *oldest = t->minutes[t->minute];
    for (size_t i = 0; i < TALLY_BUCKETS; i++)
        t->before[i] += oldest[i];
    memset(oldest, 0, sizeof(t->minutes[0]));
}

void tally_turn(struct tally *t, int64_t now_us)
{
    if (!t->minute_ends_us || now_us - t->minute_ends_us > TALLY_MINUTES * MIN_US) {
        for (size_t i = 0; t->minute_ends_us && i < TALLY_MINUTES; i++)
            next_minute(t);
        t->minute_ends_us = now_us + MIN_US;
    }
    for (; now_us >= t->minute_ends_us; t->minute_ends_us += MIN_US)
        next_minute(t);
}

/* Where a bucket ends: 0 for the first is 2^TALLY_LEAST. */
static int64_t bucket_end_us(size_t bucket)
{
    if (bucket == 0)
        return INT64_C(1) << TALLY_LEAST;
    if (bucket == TALLY_BUCKETS - 1)
        return INT64_C(1) << TALLY_MOST;
    size_t octave = TALLY_LEAST + (bucket - 1) / TALLY_STEPS;
    size_t step = (bucket - 1) % TALLY_STEPS;
    return (int64_t)(TALLY_STEPS + step + 1) << (octave - 3);
}

static uint64_t recent(const struct tally *t, size_t bucket)
{
    uint64_t n = 0;
    for (size_t i = 0; i < TALLY_MINUTES; i++)
        n += t->minutes[i][bucket];
    return n;
}

int64_t tally_quantile_us(const struct tally *t, unsigned permille)
{
    uint64_t all = 0;
    for (size_t i = 0; i < TALLY_BUCKETS; i++)
        all += recent(t, i);
    if (!all)
        return 0;
    uint64_t rank = (all * permille + 999) / 1000;
    uint64_t n = 0;
    for (size_t i = 0; i < TALLY_BUCKETS; i++)
        if ((n += recent(t, i)) >= rank)
            return bucket_end_us(i);
    return bucket_end_us(TALLY_BUCKETS - 1);
}

static uint64_t below(const struct tally *t, size_t buckets)
{
    uint64_t n = 0;
    for (size_t i = 0; i < buckets; i++)
        n += t->before[i] + recent(t, i);
    return n;
}

uint64_t tally_within(const struct tally *t, unsigned power)
{
    return below(t, 1 + (size_t)(power - TALLY_LEAST) * TALLY_STEPS);
}

uint64_t tally_responses(const struct tally *t)
{
    return below(t, TALLY_BUCKETS);
}

size_t tally_top_refused(const struct tally *t, struct carrier_refused *out, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < t->refused_n; i++) {
        size_t at = n < most ? n++ : most;
        for (; at > 0 && out[at - 1].n < t->refused[i].n; at--)
            if (at < most)
                out[at] = out[at - 1];
        if (at < most)
            out[at] = t->refused[i];
    }
    return n;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/pace: how often a part may leave. Time is given, so that it can be virtual.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_PACE_H
#define NAVETTE_CARRIER_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: no limit. */
struct pace {
    int64_t interval_ns;
    int64_t slack_ns; /* what may be caught up at once, where the interval is finer than timers */
    int64_t free_at_ns;
};

/* What has left before counts on. */
void pace_set(struct pace *p, int64_t per_second);
/* When the next part may leave; in the past: now. */
int64_t pace_at_us(const struct pace *p);
/* A part leaves. The first after a pause leaves at once and the second waits two intervals, so that
 * no second sees more than the rate. */
void pace_take(struct pace *p, int64_t now_us);

#endif

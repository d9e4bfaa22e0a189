/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/flow: how fast parts leave for one carrier: the rate that is set, and what the carrier
 * makes of it by asking us to slow down.
 *
 *   throttled ──► a pause, which doubles while it insists ──► half the rate, then more each second
 *
 * Additive up, multiplicative down. Where no rate is set, the half is that of what the carrier took
 * in the last second; and the limit goes when it has been quiet for a minute.
 * Time is given. Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_FLOW_H
#define NAVETTE_CARRIER_FLOW_H

#include "carrier/pace.h"

/* Zeroed, then flow_set. */
struct flow {
    int64_t rate; /* parts a second, as set; 0: no limit */
    int64_t pause_us;
    int64_t rate_now; /* 0: no limit */
    bool slowed;      /* the carrier made it less than the rate that is set */
    int64_t step;     /* parts a second that it grows, each second */
    int64_t step_at_us;
    int64_t paused_until_us;
    int64_t throttled_at_us; /* when the latest pause began */
    int64_t next_pause_us;
    struct pace pace;
    int64_t second_us; /* a second of answers: when it began, */
    int64_t taken;     /* and the parts taken in it */
    int64_t taken_before;
};

/* A rate that the carrier made lower stays so. */
void flow_set(struct flow *f, int64_t rate, int64_t pause_us);
/* When the next part may leave; in the past: now. */
int64_t flow_at_us(struct flow *f, int64_t now_us);
/* A part leaves. */
void flow_leave(struct flow *f, int64_t now_us);
/* The carrier took a part that had left at that time. */
void flow_taken(struct flow *f, int64_t left_at_us, int64_t now_us);
/* It asked us to slow down instead; false: as it had before, the same pause. */
bool flow_throttle(struct flow *f, int64_t left_at_us, int64_t now_us);
bool flow_paused(const struct flow *f, int64_t now_us);
/* Parts a second; 0: no limit. */
int64_t flow_rate(struct flow *f, int64_t now_us);

#endif

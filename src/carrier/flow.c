/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/flow.h"

#include "base/clock.h"

static const int64_t pause_most_us = 30 * SEC_US;
static const int64_t quiet_us = MIN_US;
enum { RATE_LEAST = 1, STEPS = 20 }; /* steps from nothing to what it was */

static void set_rate(struct flow *f, int64_t rate, bool slowed)
{
    f->rate_now = rate;
    f->slowed = slowed;
    pace_set(&f->pace, rate);
}

void flow_set(struct flow *f, int64_t rate, int64_t pause_us)
{
    if (pause_us != f->pause_us)
        f->next_pause_us = pause_us;
    f->pause_us = pause_us;
    f->rate = rate;
    if (!f->slowed || (rate && f->rate_now >= rate))
        set_rate(f, rate, false);
}

/* ---- up ---- */

static void climb(struct flow *f, int64_t now_us)
{
    if (!f->rate && now_us - f->throttled_at_us >= quiet_us) {
        set_rate(f, 0, false);
        return;
    }
    if (now_us < f->step_at_us)
        return;
    int64_t steps = (now_us - f->step_at_us) / SEC_US + 1;
    int64_t rate = f->rate_now + steps * f->step;
    bool slowed = !f->rate || rate < f->rate;
    f->step_at_us += steps * SEC_US;
    set_rate(f, slowed ? rate : f->rate, slowed);
}

int64_t flow_rate(struct flow *f, int64_t now_us)
{
    if (f->slowed)
        climb(f, now_us);
    return f->rate_now;
}

int64_t flow_at_us(struct flow *f, int64_t now_us)
{
    if (f->slowed)
        climb(f, now_us);
    int64_t at_us = pace_at_us(&f->pace);
    return at_us > f->paused_until_us ? at_us : f->paused_until_us;
}

void flow_leave(struct flow *f, int64_t now_us)
{
    pace_take(&f->pace, now_us);
}

void flow_taken(struct flow *f, int64_t left_at_us, int64_t now_us)
{
    if (left_at_us >= f->throttled_at_us)
        f->next_pause_us = f->pause_us;
    int64_t passed_us = now_us - f->second_us;
    if (passed_us >= SEC_US) {
        f->taken_before = passed_us < 2 * SEC_US ? f->taken : 0;
        f->taken = 0;
        f->second_us = now_us;
    }
    f->taken++;
}

/* ---- down ---- */

/* Parts that the carrier took in a second, lately. */
static int64_t measured(const struct flow *f, int64_t now_us)
{
    int64_t passed_us = now_us - f->second_us;
    if (passed_us >= SEC_US)
        return passed_us < 2 * SEC_US ? f->taken : 0;
    return f->taken > f->taken_before ? f->taken : f->taken_before;
}

static void slow_down(struct flow *f, int64_t now_us)
{
    int64_t from = f->rate_now ? f->rate_now : measured(f, now_us);
    if (!f->slowed)
        f->step = from > STEPS ? from / STEPS : 1;
    f->step_at_us = f->paused_until_us + SEC_US;
    set_rate(f, from / 2 > RATE_LEAST ? from / 2 : RATE_LEAST, true);
}

bool flow_throttle(struct flow *f, int64_t left_at_us, int64_t now_us)
{
    if (left_at_us < f->throttled_at_us || flow_paused(f, now_us))
        return false;
    f->throttled_at_us = now_us;
    f->paused_until_us = now_us + f->next_pause_us;
    f->next_pause_us *= 2;
    if (f->next_pause_us > pause_most_us)
        f->next_pause_us = pause_most_us;
    slow_down(f, now_us);
    return true;
}

bool flow_paused(const struct flow *f, int64_t now_us)
{
    return f->paused_until_us > now_us;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/pace.h"

#define SECOND_NS INT64_C(1000000000)
#define FINE_NS   (SECOND_NS / 50)

void pace_set(struct pace *p, int64_t per_second)
{
    p->interval_ns = per_second ? SECOND_NS / per_second : 0;
    p->slack_ns = p->interval_ns < FINE_NS ? FINE_NS : 0;
}

int64_t pace_at_us(const struct pace *p)
{
    return p->interval_ns ? (p->free_at_ns - p->slack_ns + 999) / 1000 : 0;
}

void pace_take(struct pace *p, int64_t now_us)
{
    int64_t now_ns = now_us * 1000;
    bool after_pause = p->free_at_ns + p->interval_ns <= now_ns;
    p->free_at_ns = after_pause ? now_ns + 2 * p->interval_ns : p->free_at_ns + p->interval_ns;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/retry: how long a message waits before it is tried again. The pause doubles with each
 * attempt, up to an hour.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_RETRY_H
#define NAVETTE_CARRIER_RETRY_H

#include "base/clock.h"

static inline int64_t retry_pause_us(int64_t first_us, uint32_t attempts)
{
    int64_t pause_us = first_us;
    for (uint32_t i = 0; i < attempts && pause_us < HOUR_US; i++)
        pause_us *= 2;
    return pause_us < HOUR_US ? pause_us : HOUR_US;
}

/* One that was in doubt twice may be what breaks the link: from then on it waits, longer each time
 * and not together with those that it took along. */
static inline int64_t retry_doubt_pause_us(int64_t first_us, uint32_t attempts, uint64_t random)
{
    enum { AT_ONCE = 2 };
    if (attempts < AT_ONCE)
        return 0;
    int64_t pause_us = retry_pause_us(first_us, attempts - AT_ONCE);
    return pause_us / 2 + (int64_t)(random % (uint64_t)pause_us);
}

#endif

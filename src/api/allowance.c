/* SPDX-License-Identifier: Apache-2.0 */
#include "api/allowance.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"

#include <stdlib.h>

static const int64_t each_us = SEC_US / ALLOWANCE_A_SECOND;
static const int64_t burst_us = SEC_US / ALLOWANCE_A_SECOND * ALLOWANCE_BURST;

struct allowance {
    struct map *until_us; /* by asker: when all that was taken has grown again */
};

struct allowance *allowance_new(void)
{
    struct allowance *a = base_alloc(sizeof(*a));
    a->until_us = map_new(ALLOWANCE_KEPT);
    return a;
}

void allowance_free(struct allowance *a)
{
    if (!a)
        return;
    map_free(a->until_us);
    free(a);
}

static unsigned seconds_of(int64_t us)
{
    return us > 0 ? (unsigned)((us + SEC_US - 1) / SEC_US) : 0;
}

bool allowance_take(struct allowance *a, uint64_t asker, int64_t now_us,
                    struct allowance_left *left)
{
    uint64_t kept = 0;
    (void)map_get(a->until_us, asker, &kept);
    int64_t until_us = (int64_t)kept > now_us ? (int64_t)kept : now_us;
    bool good = until_us + each_us - now_us <= burst_us;
    if (good) {
        until_us += each_us;
        map_put(a->until_us, asker, (uint64_t)until_us);
    }
    *left = (struct allowance_left){
        .requests = (unsigned)((burst_us - (until_us - now_us)) / each_us),
        .full_s = seconds_of(until_us - now_us),
        .wait_s = good ? 0 : seconds_of(until_us + each_us - now_us - burst_us)};
    return good;
}

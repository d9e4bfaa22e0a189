/* SPDX-License-Identifier: Apache-2.0 */
#include "store/id.h"

#include "base/clock.h"

#include <stdatomic.h>

enum { COUNTER_BITS = 7, NODE_BITS = 5, SHIFT = COUNTER_BITS + NODE_BITS };
#define EPOCH_MS INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

/* milliseconds << COUNTER_BITS | counter: the node is put between them on the way out */
static _Atomic int64_t last;
static _Atomic int64_t node_number;
static _Atomic int64_t ahead_us; /* of the database's clock before ours */

static int64_t ticks_at(int64_t at_us)
{
    int64_t ms = at_us / MS_US - EPOCH_MS;
    return ms > 0 ? ms << COUNTER_BITS : 0;
}

void store_id_begin(unsigned node, int64_t highest_used)
{
    atomic_store(&node_number, node % STORE_NODES);
    atomic_store(&last, (highest_used >> SHIFT << COUNTER_BITS) | ((1 << COUNTER_BITS) - 1));
}

void store_id_follow(int64_t db_now_us)
{
    atomic_store(&ahead_us, db_now_us - clock_now_us());
}

int64_t store_id_next(void)
{
    int64_t now = ticks_at(clock_now_us() + atomic_load(&ahead_us));
    int64_t seen = atomic_load(&last);
    int64_t mine;
    do
        mine = seen + 1 > now ? seen + 1 : now;
    while (!atomic_compare_exchange_weak(&last, &seen, mine));
    int64_t counter = mine & ((1 << COUNTER_BITS) - 1);
    return (mine >> COUNTER_BITS << SHIFT) | atomic_load(&node_number) << COUNTER_BITS | counter;
}

int64_t store_id_at(int64_t at_us)
{
    return ticks_at(at_us) << NODE_BITS;
}

int64_t store_id_time_us(int64_t id)
{
    return ((id >> SHIFT) + EPOCH_MS) * MS_US;
}

unsigned store_id_node(int64_t id)
{
    return (unsigned)(id >> COUNTER_BITS) % STORE_NODES;
}

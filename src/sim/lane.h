/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/lane: things that wait for the same time. As the delay of a lane never changes, the order in
 * which they came is the order in which they are due: adding and taking cost nothing.
 * Owner: the caller owns the items. Threads: one at a time.
 */
#ifndef NAVETTE_SIM_LANE_H
#define NAVETTE_SIM_LANE_H

#include <stddef.h>
#include <stdint.h>

struct lane_item { /* first field of what waits */
    struct lane_item *next;
    int64_t due_us;
};

struct lane {
    struct lane_item *first;
    struct lane_item **last;
    int64_t delay_us;
};

void lane_init(struct lane *lane, int64_t delay_us);
void lane_add(struct lane *lane, struct lane_item *item, int64_t now_us);
/* Puts it before all others, due at once. */
void lane_add_first(struct lane *lane, struct lane_item *item);
/* The oldest item if it is due, else NULL. */
struct lane_item *lane_take(struct lane *lane, int64_t now_us);
/* When the oldest is due; INT64_MAX when empty. */
int64_t lane_due_us(const struct lane *lane);

#endif

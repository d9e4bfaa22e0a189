/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/lane.h"

void lane_init(struct lane *lane, int64_t delay_us)
{
    *lane = (struct lane){.last = &lane->first, .delay_us = delay_us};
}

void lane_add(struct lane *lane, struct lane_item *item, int64_t now_us)
{
    item->next = NULL;
    item->due_us = now_us + lane->delay_us;
    *lane->last = item;
    lane->last = &item->next;
}

void lane_add_first(struct lane *lane, struct lane_item *item)
{
    item->due_us = 0;
    item->next = lane->first;
    lane->first = item;
    if (!item->next)
        lane->last = &item->next;
}

struct lane_item *lane_take(struct lane *lane, int64_t now_us)
{
    struct lane_item *item = lane->first;
    if (!item || item->due_us > now_us)
        return NULL;
    lane->first = item->next;
    if (!lane->first)
        lane->last = &lane->first;
    item->next = NULL;
    return item;
}

int64_t lane_due_us(const struct lane *lane)
{
    return lane->first ? lane->first->due_us : INT64_MAX;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The nightly run: replies over low-cost numbers are held back until a time of day, and no shorter
 * than six hours. The moment is fixed when a reply comes, so that what a person is told then stays
 * true; each release is one move of released_at, with all that follows from it.
 */
#include "base/clock.h"
#include "core/reply_base.h"
#include "text/date.h"
#include "text/phone.h"

enum { HELD_LEAST_H = 6, LOOK_HALF_DAYS = 4, RELEASED_AT_ONCE = 200 };

enum err reply_time_parse(int *hour, int *minute, struct str at)
{
    uint64_t h, m;
    if (at.n != 5 || at.p[2] != ':' || str_to_u64(&h, str_sub(at, 0, 2)) ||
        str_to_u64(&m, str_sub(at, 3, 5)) || h > 23 || m > 59)
        return ERR_INVALID;
    *hour = (int)h;
    *minute = (int)m;
    return OK;
}

/* When the clock shows this time on the day that it is at `on_us`. */
static enum err time_of_day(int64_t *at_us, int64_t on_us, int hour, int minute, struct str zone)
{
    struct date_local local;
    enum err e = date_from_utc_us(&local, on_us, zone);
    local.hour = hour;
    local.minute = minute;
    local.second = 0;
    return e ? e : date_to_utc_us(at_us, local, zone);
}

int64_t reply_release_us(int64_t received_us, struct str at, struct str zone)
{
    int64_t least_us = received_us + HELD_LEAST_H * HOUR_US;
    int hour, minute;
    if (reply_time_parse(&hour, &minute, at) != OK) { /* of a carrier that is gone: the default */
        hour = 3;
        minute = 0;
    }
    /* In half days: a day of 23 hours is not stepped over. */
    for (int i = 0; i <= LOOK_HALF_DAYS; i++) {
        int64_t at_us;
        if (time_of_day(&at_us, least_us + i * DAY_US / 2, hour, minute, zone))
            return least_us; /* a zone that is gone from the system's tables */
        if (at_us >= least_us)
            return at_us;
    }
    return least_us;
}

static enum err release(struct core *c, struct store_tx *tx, struct incoming *row)
{
    struct message question = {0};
    uint64_t phone;
    if (phone_parse(&phone, row->sender) != OK)
        phone = 0;
    enum err e = row->message_id ? store_message_get(&question, &tx->view, row->message_id) : OK;
    if (e == ERR_NOT_FOUND)
        e = OK;
    if (!e)
        e = reply_start_now(c, tx, row, &question, phone, row->by_rule, row->rule_reply);
    return e ? e : store_incoming_release(tx, row);
}

enum err reply_release(struct core *c, struct store_tx *tx, bool *more)
{
    struct incoming *rows;
    size_t n;
    enum err e = store_incoming_held(&rows, &n, tx, RELEASED_AT_ONCE);
    for (size_t i = 0; i < n && !e; i++)
        e = release(c, tx, &rows[i]);
    *more |= n == RELEASED_AT_ONCE;
    return e;
}

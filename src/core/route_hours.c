/* SPDX-License-Identifier: Apache-2.0 */
/* When a route is open, by the clock on the wall of its time zone. */
#include "base/clock.h"
#include "core/route.h"
#include "text/date.h"

#include <stdio.h>

enum { DAYS = 7, LOOK_DAYS = 9, HOUR = 60, CHANGE_MOST_MIN = 240 };

static const char *const day_names[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* 0: Monday. Sakamoto's way through the Gregorian calendar. */
static unsigned weekday_of(const struct date_local *d)
{
    static const int shifts[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    int year = d->year - (d->month < 3);
    int from_sunday = (year + year / 4 - year / 100 + year / 400 + shifts[d->month - 1] + d->day);
    return (unsigned)(from_sunday + DAYS - 1) % DAYS;
}

static bool has_day(const struct route *r, unsigned day)
{
    return r->days >> day & 1;
}

bool route_hours_open(const struct route *r, int64_t at_us)
{
    struct date_local local;
    if (!r->timezone.n)
        return true;
    if (date_from_utc_us(&local, at_us, r->timezone))
        return false; /* a zone that is gone from the system's tables */
    unsigned day = weekday_of(&local);
    uint32_t minute = (uint32_t)(local.hour * HOUR + local.minute);
    if (r->from_min < r->until_min)
        return has_day(r, day) && minute >= r->from_min && minute < r->until_min;
    return (has_day(r, day) && minute >= r->from_min) ||
           (has_day(r, (day + DAYS - 1) % DAYS) && minute < r->until_min);
}

/* When the day that is so many after at_us's begins to be open by its calendar. */
static int64_t opening_us(const struct route *r, int64_t at_us, int days)
{
    struct date_local local;
    int64_t opens_us;
    if (date_from_utc_us(&local, at_us + days * DAY_US, r->timezone))
        return 0;
    local.hour = (int)r->from_min / HOUR;
    local.minute = (int)r->from_min % HOUR;
    local.second = 0;
    return date_to_utc_us(&opens_us, local, r->timezone) ? 0 : opens_us;
}

static bool opens_at(const struct route *r, int64_t at_us)
{
    return route_hours_open(r, at_us) && !route_hours_open(r, at_us - MIN_US);
}

/* The first minute in (after_us, until_us] at which it opens; 0: none. */
static int64_t first_opening_us(const struct route *r, int64_t after_us, int64_t until_us)
{
    int64_t at_us = until_us - CHANGE_MOST_MIN * MIN_US;
    if (at_us <= after_us)
        at_us += (after_us - at_us) / MIN_US * MIN_US + MIN_US;
    for (; at_us <= until_us; at_us += MIN_US)
        if (opens_at(r, at_us))
            return at_us;
    return 0;
}

int64_t route_hours_next(const struct route *r, int64_t at_us)
{
    for (int days = -1; days <= LOOK_DAYS; days++) {
        int64_t opens_us = opening_us(r, at_us, days);
        if (opens_us > at_us && opens_at(r, opens_us))
            return opens_us;
        /* On a night when the clock is set it opens earlier, right behind the gap, or once more. */
        int64_t near_us = first_opening_us(r, at_us, opens_us + CHANGE_MOST_MIN / 2 * MIN_US);
        if (near_us)
            return near_us;
    }
    return 0;
}

/* ---- as text ---- */

static bool day_of(unsigned *day, struct str name)
{
    for (*day = 0; *day < DAYS; (*day)++)
        if (str_eq(name, str_of(day_names[*day])))
            return true;
    return false;
}

static enum err add_days(uint32_t *days, struct str range)
{
    size_t dash = str_find(range, '-');
    unsigned from;
    unsigned to;
    if (!day_of(&from, str_trim(str_sub(range, 0, dash))))
        return ERR_INVALID;
    to = from;
    if (dash < range.n && !day_of(&to, str_trim(str_sub(range, dash + 1, range.n))))
        return ERR_INVALID;
    for (; from != to; from = (from + 1) % DAYS) /* sat-mon goes over Sunday */
        *days |= UINT32_C(1) << from;
    *days |= UINT32_C(1) << to;
    return OK;
}

enum err route_days_parse(uint32_t *days, struct str s)
{
    struct str range;
    enum err e = OK;
    *days = 0;
    while (!e && str_split(&s, ',', &range))
        e = add_days(days, range);
    return e || *days ? e : ERR_INVALID;
}

static bool take_minutes(uint32_t *out, struct str s, uint32_t most)
{
    uint64_t hours;
    uint64_t minutes;
    if (s.n != 5 || s.p[2] != ':' || str_to_u64(&hours, str_sub(s, 0, 2)) ||
        str_to_u64(&minutes, str_sub(s, 3, 5)) || hours > 24 || minutes >= HOUR)
        return false;
    *out = (uint32_t)(hours * HOUR + minutes);
    return *out <= most;
}

enum err route_hours_parse(uint32_t *from_min, uint32_t *until_min, struct str s)
{
    size_t dash = str_find(s, '-');
    bool good = dash < s.n && take_minutes(from_min, str_sub(s, 0, dash), ROUTE_DAY_MIN - 1) &&
                take_minutes(until_min, str_sub(s, dash + 1, s.n), ROUTE_DAY_MIN);
    if (!good || *from_min == *until_min)
        return ERR_INVALID;
    if (*until_min == 0)
        *until_min = ROUTE_DAY_MIN;
    return OK;
}

struct str route_days_write(char out[ROUTE_DAYS_SIZE], uint32_t days)
{
    size_t n = 0;
    out[0] = '\0';
    for (unsigned day = 0; day < DAYS; day++) {
        if (!(days >> day & 1))
            continue;
        unsigned last = day;
        while (last + 1 < DAYS && days >> (last + 1) & 1)
            last++;
        bool range = last > day + 1;
        n += (size_t)snprintf(out + n, ROUTE_DAYS_SIZE - n, "%s%s%s%s", n ? "," : "",
                              day_names[day], range ? "-" : "", range ? day_names[last] : "");
        day = range ? last : day;
    }
    return str_of(out);
}

struct str route_hours_write(char out[ROUTE_HOURS_SIZE], uint32_t from_min, uint32_t until_min)
{
    snprintf(out, ROUTE_HOURS_SIZE, "%02u:%02u-%02u:%02u", from_min / HOUR % 100, from_min % HOUR,
             until_min / HOUR % 100, until_min % HOUR);
    return str_of(out);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/opening.h"

#include "base/clock.h"
#include "text/date.h"

#include <stdlib.h>

enum { WEEK = 7, LOOK_DAYS = 31 };
enum { MONDAY, SATURDAY = 5, SUNDAY = 6, LAST = 5, MON_TO_SAT = 0x3F };

enum rule_kind { RULE_END, RULE_FIXED, RULE_EASTER, RULE_WEEKDAY };

/* One line of a set. */
struct opening_rule {
    enum rule_kind kind;
    int month;
    int day; /* of the month, or after Easter Sunday, or of the week */
    int nth;
    int saturday, sunday; /* days later that are free too; 0: none */
    const char *name;
};

/* clang-format off */
#define SET(name) static const struct opening_rule name[] = {
#define END {RULE_END, 0, 0, 0, 0, 0, NULL}};
#define FIXED(month, day, name) {RULE_FIXED, month, day, 0, 0, 0, name},
#define MOVED(month, day, sat, sun, name) {RULE_FIXED, month, day, 0, sat, sun, name},
#define EASTER(days, name) {RULE_EASTER, 0, days, 0, 0, 0, name},
#define WEEKDAY(nth, day, month, name) {RULE_WEEKDAY, month, day, nth, 0, 0, name},
#define OPENING(country, zone, days, from, until, shared, own, regional)
#include "core/opening.def"
#undef SET
#undef END
#undef FIXED
#undef MOVED
#undef EASTER
#undef WEEKDAY
#undef OPENING

enum place {
#define SET(name)
#define END
#define FIXED(month, day, name)
#define MOVED(month, day, sat, sun, name)
#define EASTER(days, name)
#define WEEKDAY(nth, day, month, name)
#define OPENING(country, zone, days, from, until, shared, own, regional) AT_##country,
#include "core/opening.def"
#undef OPENING
    COUNTRIES
};

static const struct opening table[] = {
#define OPENING(country, zone, days, from, until, shared, own, regional) \
    {#country, zone, days, from, until, shared, own, regional, AT_##country},
#include "core/opening.def"
#undef OPENING
};
/* clang-format on */

static int by_country(const void *country, const void *row)
{
    return strcmp(country, ((const struct opening *)row)->country);
}

const struct opening *opening_find(const char *country)
{
    return bsearch(country, table, COUNTRIES, sizeof(table[0]), by_country);
}

const struct opening *opening_nth(size_t n)
{
    return n < COUNTRIES ? &table[n] : NULL;
}

/* ---- days, counted from 1970-01-01, a Thursday ---- */

/* Of the Gregorian calendar; years begin in March, so that the leap day is their last. */
static int day_of(int year, int month, int day)
{
    int y = month > 2 ? year : year - 1;
    int from_march = (month + 9) % 12;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1 - 719468;
}

/* 0: Monday. */
static int weekday_of(int day)
{
    return ((day + 3) % WEEK + WEEK) % WEEK;
}

/* Easter Sunday by the anonymous Gregorian rule, as Meeus has it (Astronomical Algorithms, 8). */
static int easter_of(int year)
{
    int a = year % 19;
    int b = year / 100;
    int c = year % 100;
    int g = (8 * b + 13) / 25;
    int h = (19 * a + b - b / 4 - g + 15) % 30;
    int m = (a + 11 * h) / 319;
    int l = (2 * (b % 4) + 2 * (c / 4) - c % 4 - h + m + 32) % WEEK;
    int month = (h - m + l + 90) / 25;
    return day_of(year, month, (h - m + l + month + 19) % 32);
}

static int nth_weekday(int year, int month, int weekday, int nth)
{
    int first = day_of(year, month, 1);
    int next_month = month < 12 ? day_of(year, month + 1, 1) : day_of(year + 1, 1, 1);
    int day = first + (weekday - weekday_of(first) + WEEK) % WEEK + (nth - 1) * WEEK;
    return day < next_month ? day : day - WEEK; /* LAST of a month that has four */
}

/* The day itself. */
static int day_of_rule(const struct opening_rule *r, int year)
{
    if (r->kind == RULE_EASTER)
        return easter_of(year) + r->day;
    if (r->kind == RULE_WEEKDAY)
        return nth_weekday(year, r->month, r->day, r->nth);
    return day_of(year, r->month, r->day);
}

/* And the one that is free because of it; the same when there is none. */
static int day_instead(const struct opening_rule *r, int day)
{
    int weekday = weekday_of(day);
    return day + (weekday == SATURDAY ? r->saturday : weekday == SUNDAY ? r->sunday : 0);
}

static bool set_has(const struct opening_rule *set, int year, int day)
{
    for (const struct opening_rule *r = set; r->kind; r++) {
        int itself = day_of_rule(r, year);
        if (itself == day || day_instead(r, itself) == day)
            return true;
    }
    return false;
}

static bool is_open_day(const struct opening *o, bool regional, int year, int day)
{
    return (o->days >> weekday_of(day) & 1) && !set_has(o->shared, year, day) &&
           !set_has(o->own, year, day) && !(regional && set_has(o->regional, year, day));
}

/* ---- the next opening ---- */

/* Times that have one answer: until_us for all of them, or each its own when it is open. */
struct span {
    int64_t from_us, until_us;
    bool open;
};

static bool at_hour(int64_t *at_us, const struct opening *o, int day, int hour)
{
    /* A day's date from its number: the year that is about right, then what is left. */
    struct date_local local = {.year = 1970 + day * 400 / 146097, .month = 12, .hour = hour};
    while (day_of(local.year, 1, 1) > day)
        local.year--;
    while (day_of(local.year + 1, 1, 1) <= day)
        local.year++;
    while (day_of(local.year, local.month, 1) > day)
        local.month--;
    local.day = day - day_of(local.year, local.month, 1) + 1;
    return date_to_utc_us(at_us, local, str_of(o->zone)) == OK;
}

/* False when the zone is gone from the system's tables, or no day is open. */
static bool work_out(struct span *out, const struct opening *o, bool regional, int64_t at_us)
{
    struct date_local local;
    if (date_from_utc_us(&local, at_us, str_of(o->zone)))
        return false;
    int today = day_of(local.year, local.month, local.day);
    bool open_today = is_open_day(o, regional, local.year, today);
    *out = (struct span){.from_us = at_us};
    out->open = open_today && local.hour >= o->from_hour && local.hour < o->until_hour;
    if (out->open)
        return at_hour(&out->until_us, o, today, o->until_hour);
    int day = open_today && local.hour < o->from_hour ? today : today + 1;
    int last = day + LOOK_DAYS;
    int new_year = day_of(local.year + 1, 1, 1);
    while (day < last && !is_open_day(o, regional, local.year + (day >= new_year), day))
        day++;
    return day < last && at_hour(&out->until_us, o, day, o->from_hour);
}

static const struct span *span_of(const struct opening *o, bool regional, int64_t at_us)
{
    static _Thread_local struct span known[COUNTRIES][2];
    struct span *span = &known[o->place][regional];
    if (at_us < span->from_us || at_us >= span->until_us)
        if (!work_out(span, o, regional, at_us))
            *span = (struct span){.from_us = at_us, .until_us = at_us + DAY_US, .open = true};
    return span;
}

int64_t opening_next(const struct opening *o, bool regional, int64_t at_us)
{
    if (!o)
        return at_us;
    const struct span *span = span_of(o, regional, at_us);
    return span->open ? at_us : span->until_us;
}

int64_t opening_closes(const struct opening *o, bool regional, int64_t at_us)
{
    if (!o)
        return 0;
    const struct span *span = span_of(o, regional, at_us);
    return span->open ? span->until_us : 0;
}

/* ---- a year's holidays ---- */

static int by_date(const void *a, const void *b)
{
    const struct opening_holiday *x = a;
    const struct opening_holiday *y = b;
    return x->month != y->month ? x->month - y->month : x->day - y->day;
}

static void add(struct opening_holiday *out, size_t *n, int year, int day, const char *name)
{
    int month = 12;
    while (day_of(year, month, 1) > day)
        month--;
    if (*n < OPENING_HOLIDAYS_MAX)
        out[(*n)++] = (struct opening_holiday){month, day - day_of(year, month, 1) + 1, name};
}

size_t opening_holidays(struct opening_holiday out[OPENING_HOLIDAYS_MAX], const struct opening *o,
                        bool regional, int year)
{
    const struct opening_rule *sets[] = {o->shared, o->own, regional ? o->regional : none};
    size_t n = 0;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        for (const struct opening_rule *r = sets[i]; r->kind; r++) {
            int day = day_of_rule(r, year);
            add(out, &n, year, day, r->name);
            if (day_instead(r, day) != day)
                add(out, &n, year, day_instead(r, day), r->name);
        }
    qsort(out, n, sizeof(*out), by_date);
    return n;
}

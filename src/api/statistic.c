/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /api/v1/statistics: counts by quarter, hour or day of a zone. Rows are of quarters (UTC), and
 * every zone's hours and days begin with one.
 */
#include "store/statistic.h"

#include "api/actor.h"
#include "api/aside.h"
#include "api/present.h"
#include "base/clock.h"
#include "text/date.h"

#include <stdlib.h>

enum {
    BUCKETS_MAX = 3000,
    FAILURES_SHOWN = 100,
    CARRIERS_MAX = 256,
    USUAL_DAYS = 7,
    DAYS_MOST = 1100
};

struct bucket {
    int64_t from; /* quarter */
    int64_t counts[STATISTIC_COUNTS];
};

enum unit { BY_QUARTER, BY_HOUR, BY_DAY };

struct statistics {
    struct api_aside aside; /* first */
    int64_t account_id;
    bool operator_asks;
    enum unit by;
    struct str zone;
    int64_t from, to; /* quarters */
    struct bucket *buckets;
    size_t buckets_n;
    size_t at; /* rows come in the order of time */
    struct statistic carriers[CARRIERS_MAX];
    size_t carriers_n;
    int64_t totals[STATISTIC_COUNTS];
    struct statistic_failure *failures;
    size_t failures_n;
};

/* ---- the window ---- */

/* "2026-11-29", midnight there; a local time; or a moment with its offset. */
static enum err read_moment(int64_t *at_us, struct str text, struct str zone)
{
    enum { DATE_CHARACTERS = 10, WITH_TIME = 32 };
    char padded[WITH_TIME];
    struct date_local local;
    if (!date_parse_iso(at_us, text))
        return OK;
    if (text.n == DATE_CHARACTERS) {
        memcpy(padded, text.p, text.n);
        memcpy(padded + text.n, "T00:00", sizeof("T00:00"));
        text = str_of(padded);
    }
    enum err e = date_parse_iso_local(&local, text);
    return e ? e : date_to_utc_us(at_us, local, zone);
}

static int64_t floor_quarter(int64_t at_us)
{
    return at_us / STATISTIC_QUARTER_US;
}

static int64_t ceil_quarter(int64_t at_us)
{
    return (at_us + STATISTIC_QUARTER_US - 1) / STATISTIC_QUARTER_US;
}

/* The day of this moment begins, so many days later. */
static enum err day_start(int64_t *at_us, int64_t now_us, int days, struct str zone)
{
    enum { NOON = 12 };
    struct date_local local;
    enum err e = date_from_utc_us(&local, now_us, zone);
    local.hour = NOON; /* in the middle, where no change of the clock is */
    local.minute = 0;
    local.second = 0;
    if (!e)
        e = date_to_utc_us(at_us, local, zone);
    if (!e)
        e = date_from_utc_us(&local, *at_us + days * DAY_US, zone);
    local.hour = 0;
    local.minute = 0;
    local.second = 0;
    return e ? e : date_to_utc_us(at_us, local, zone);
}

static void read_time(struct fields *f, const char *name, struct str zone, int64_t *at_us)
{
    enum { TIME_BYTES = 40 };
    struct str text;
    if (fields_text(f, name, TIME_BYTES, &text) && read_moment(at_us, text, zone))
        fields_refuse(f, ERR_BAD_DATE, name,
                      STR("write a day as 2026-11-29, or a time as 2026-11-29T14:05:00Z"));
}

/* By default so many days of the zone, today included. */
static void read_window(struct fields *f, struct statistics *s)
{
    int64_t from_us = 0, to_us = 0, days = USUAL_DAYS, now_us = clock_now_us();
    fields_number(f, "days", 1, DAYS_MOST, &days);
    if (day_start(&from_us, now_us, 1 - (int)days, s->zone) ||
        day_start(&to_us, now_us, 1, s->zone)) {
        fields_refuse(f, ERR_INVALID, "zone", STR("write a zone's name, as Europe/Paris"));
        return;
    }
    read_time(f, "from", s->zone, &from_us);
    read_time(f, "to", s->zone, &to_us);
    if (from_us < 0)
        from_us = 0;
    s->from = floor_quarter(from_us);
    s->to = ceil_quarter(to_us);
    if (s->to <= s->from)
        fields_refuse(f, ERR_INVALID, "to", STR("say a time behind from"));
}

static void read_unit(struct fields *f, struct statistics *s)
{
    enum { UNIT_BYTES = 16 };
    struct str by = STR("day");
    fields_text(f, "by", UNIT_BYTES, &by);
    if (str_eq(by, STR("quarter")))
        s->by = BY_QUARTER;
    else if (str_eq(by, STR("hour")))
        s->by = BY_HOUR;
    else if (str_eq(by, STR("day")))
        s->by = BY_DAY;
    else
        fields_refuse(f, ERR_INVALID, "by", STR("write quarter, hour or day"));
}

/* The account's, unless another is asked for. */
static void read_zone(struct fields *f, struct api *api, struct statistics *s)
{
    enum { ZONE_BYTES = 64 };
    const struct directory *d = core_directory(api_core(api));
    const struct account *a = s->account_id ? directory_account_by_id(d, s->account_id) : NULL;
    s->zone = a ? arena_str(f->request->arena, a->timezone) : STR("UTC");
    directory_release(d);
    if (fields_text(f, "zone", ZONE_BYTES, &s->zone) && date_zone_check(s->zone))
        fields_refuse(f, ERR_INVALID, "zone", STR("write a zone's name, as Europe/Paris"));
}

/* ---- buckets ---- */

/* Where the bucket behind the one with this quarter begins. */
static enum err next_start(int64_t *next, const struct statistics *s, int64_t quarter)
{
    enum { QUARTERS_AN_HOUR = 4 };
    int64_t at_us = quarter * STATISTIC_QUARTER_US;
    struct date_local local;
    *next = quarter + 1;
    if (s->by == BY_QUARTER)
        return OK;
    enum err e;
    if (s->by == BY_DAY) {
        e = day_start(&at_us, at_us, 1, s->zone);
        *next = floor_quarter(at_us);
        return e;
    }
    e = date_from_utc_us(&local, at_us, s->zone);
    *next = quarter + QUARTERS_AN_HOUR - local.minute * QUARTERS_AN_HOUR / 60;
    return e;
}

static enum err make_buckets(struct statistics *s, struct arena *a)
{
    s->buckets = ARENA_ARRAY(a, BUCKETS_MAX, struct bucket);
    for (int64_t at = s->from; at < s->to;) {
        int64_t next;
        if (s->buckets_n == BUCKETS_MAX)
            return ERR_LIMIT;
        s->buckets[s->buckets_n++].from = at;
        enum err e = next_start(&next, s, at);
        if (e)
            return e;
        at = next > at ? next : at + 1;
    }
    return OK;
}

/* Every piece begins and ends with an hour (UTC): not so where a zone is half an hour off. */
static bool has_whole_hours(const struct statistics *s)
{
    bool whole = s->to % STATISTIC_QUARTERS_AN_HOUR == 0;
    for (size_t i = 0; i < s->buckets_n && whole; i++)
        whole = s->buckets[i].from % STATISTIC_QUARTERS_AN_HOUR == 0;
    return whole;
}

static void add_counts(int64_t *to, const struct statistic *s)
{
    for (size_t i = 0; i < STATISTIC_COUNTS; i++)
        to[i] += s->counts[i];
}

static void add_carrier(struct statistics *s, const struct statistic *row)
{
    size_t i = 0;
    while (i < s->carriers_n && s->carriers[i].carrier_id != row->carrier_id)
        i++;
    if (i == CARRIERS_MAX)
        return;
    if (i == s->carriers_n)
        s->carriers[s->carriers_n++].carrier_id = row->carrier_id;
    add_counts(s->carriers[i].counts, row);
}

static void add_row(void *ctx, int64_t quarter, const struct statistic *row)
{
    struct statistics *s = ctx;
    while (s->at + 1 < s->buckets_n && s->buckets[s->at + 1].from <= quarter)
        s->at++;
    add_counts(s->buckets[s->at].counts, row);
    add_counts(s->totals, row);
    if (s->operator_asks)
        add_carrier(s, row);
}

static enum err work(struct api_aside *aside, struct store_view *view)
{
    struct statistics *s = (struct statistics *)aside;
    enum err e = make_buckets(s, view->arena);
    if (!e)
        e = store_statistic_each(view, s->account_id, has_whole_hours(s), s->from, s->to, add_row,
                                 s);
    return e ? e
             : store_failure_list(&s->failures, &s->failures_n, view, s->account_id, s->from, s->to,
                                  FAILURES_SHOWN);
}

/* ---- the answer ---- */

static json_t *counts_json(const int64_t *counts)
{
    json_t *out = json_object();
    for (size_t i = 0; i < STATISTIC_SPENT; i++)
        json_object_set_new(out, statistic_name((enum statistic_count)i), json_integer(counts[i]));
    json_object_set_new(out, "credits",
                        present_credits(counts[STATISTIC_SPENT] - counts[STATISTIC_REFUNDED]));
    json_object_set_new(out, "refunded", present_credits(counts[STATISTIC_REFUNDED]));
    return out;
}

/* What calendar and clock of the zone say then. */
static json_t *local_json(const struct statistics *s, int64_t quarter)
{
    struct date_local l;
    if (date_from_utc_us(&l, quarter * STATISTIC_QUARTER_US, s->zone))
        return json_null();
    return s->by == BY_DAY
               ? json_sprintf("%04d-%02d-%02d", l.year, l.month, l.day)
               : json_sprintf("%04d-%02d-%02dT%02d:%02d", l.year, l.month, l.day, l.hour, l.minute);
}

static json_t *series_json(const struct statistics *s)
{
    json_t *out = json_array();
    for (size_t i = 0; i < s->buckets_n; i++) {
        json_t *item = counts_json(s->buckets[i].counts);
        json_object_set_new(item, "at", present_time(s->buckets[i].from * STATISTIC_QUARTER_US));
        json_object_set_new(item, "local", local_json(s, s->buckets[i].from));
        json_array_append_new(out, item);
    }
    return out;
}

static json_t *failures_json(const struct statistics *s)
{
    json_t *out = json_array();
    for (size_t i = 0; i < s->failures_n; i++) {
        const struct statistic_failure *f = &s->failures[i];
        const char *state = message_state_name(f->state);
        json_t *reason =
            f->word.n ? json_sprintf("%s %.*s", state, STR_FMT(f->word)) : json_string(state);
        json_array_append_new(out, json_pack("{s:o, s:s, s:o, s:I}", "reason", reason, "state",
                                             state, "word", present_text_or_null(f->word), "count",
                                             (json_int_t)f->count));
    }
    return out;
}

static json_t *carriers_json(const struct statistics *s)
{
    json_t *out = json_array();
    const struct directory *d = core_directory(api_core(s->aside.api));
    for (size_t i = 0; i < s->carriers_n; i++) {
        const struct statistic *row = &s->carriers[i];
        const struct directory_carrier *c = directory_carrier_by_id(d, row->carrier_id);
        json_t *item = counts_json(row->counts);
        json_object_set_new(item, "id", present_id(row->carrier_id));
        json_object_set_new(item, "carrier", c ? present_text(c->row.name) : json_null());
        json_array_append_new(out, item);
    }
    directory_release(d);
    return out;
}

static void done(struct api_aside *aside)
{
    struct statistics *s = (struct statistics *)aside;
    if (aside->err) {
        api_reply_error(aside->request, aside->err, aside->err == ERR_LIMIT ? "by" : NULL,
                        aside->err == ERR_LIMIT
                            ? STR("at most 3000 pieces: ask for a shorter time, or by=day")
                            : (struct str){0});
        return;
    }
    json_t *out = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "from", present_time(s->from * STATISTIC_QUARTER_US),
        "to", present_time(s->to * STATISTIC_QUARTER_US), "zone", present_text(s->zone), "totals",
        counts_json(s->totals), "series", series_json(s), "failures", failures_json(s));
    if (s->operator_asks)
        json_object_set_new(out, "carriers", carriers_json(s));
    api_reply_json(aside->request, 200, out);
}

static void show(struct api *api, struct http_request *request, const struct str *segments)
{
    (void)segments;
    struct fields f;
    struct statistics *s = ARENA_NEW(request->arena, struct statistics);
    s->operator_asks = (actor_of(request)->everywhere & RIGHT_OPERATE) != 0;
    fields_of_query(&f, request);
    actor_scope(&f, api, RIGHT_VIEW, &s->account_id);
    read_unit(&f, s);
    read_zone(&f, api, s);
    read_window(&f, s);
    if (!fields_end(&f))
        return;
    s->aside.api = api;
    s->aside.request = request;
    s->aside.work = work;
    s->aside.done = done;
    api_aside_post(&s->aside);
}

const struct api_route statistic_routes[] = {
    {HTTP_GET, "/api/v1/statistics", show, RIGHT_VIEW},
    {0},
};

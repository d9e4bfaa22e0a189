/* SPDX-License-Identifier: Apache-2.0 */
/* When marketing messages may be sent to a country: core/opening's table, as of now or of a day. */
#include "api/fields.h"
#include "api/present.h"
#include "base/clock.h"
#include "core/opening.h"
#include "core/route.h"
#include "text/date.h"

enum { DATE_MAX = 40, WORD_MAX = 8, MINUTES = 60 };

static json_t *hours_json(const struct opening *o, bool regional, int64_t at_us)
{
    char days[ROUTE_DAYS_SIZE];
    char hours[ROUTE_HOURS_SIZE];
    int64_t opens_us = opening_next(o, regional, at_us);
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:b, s:o}", "country", o->country, "timezone",
                     o->zone, "days", present_text(route_days_write(days, o->days)), "hours",
                     present_text(route_hours_write(hours, (uint32_t)o->from_hour * MINUTES,
                                                    (uint32_t)o->until_hour * MINUTES)),
                     "at", present_time(at_us), "open", opens_us == at_us, "opens_at",
                     opens_us == at_us ? json_null() : present_time(opens_us));
}

static json_t *holidays_json(const struct opening *o, bool regional, int year)
{
    struct opening_holiday days[OPENING_HOLIDAYS_MAX];
    size_t n = opening_holidays(days, o, regional, year);
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            items, json_pack("{s:o, s:s}", "date",
                             json_sprintf("%04d-%02d-%02d", year, days[i].month, days[i].day),
                             "why", days[i].name));
    return items;
}

/* ?at=TIME&regional=yes; false: answered. */
static bool read_query(int64_t *at_us, bool *regional, struct http_request *request)
{
    struct fields f;
    struct str at;
    struct str word = {0};
    fields_of_query(&f, request);
    *at_us = clock_now_us();
    if (fields_text(&f, "at", DATE_MAX, &at) && date_parse_iso(at_us, at))
        fields_refuse(&f, ERR_BAD_DATE, "at", STR("write a time such as 2026-11-21T14:05:00Z"));
    fields_text(&f, "regional", WORD_MAX, &word);
    *regional = str_eq(word, STR("yes"));
    return fields_end(&f);
}

static void list_hours(struct api *api, struct http_request *request, const struct str *segments)
{
    int64_t at_us;
    bool regional;
    if (!read_query(&at_us, &regional, request))
        return;
    json_t *items = json_array();
    const struct opening *o;
    for (size_t i = 0; (o = opening_nth(i)) != NULL; i++)
        json_array_append_new(items, hours_json(o, regional, at_us));
    present_list(request, items, 0);
}

/* The year is that of the country's own calendar. */
static int year_of(const struct opening *o, int64_t at_us)
{
    struct date_local local;
    return date_from_utc_us(&local, at_us, str_of(o->zone)) ? 0 : local.year;
}

static void show_hours(struct api *api, struct http_request *request, const struct str *segments)
{
    int64_t at_us;
    bool regional;
    char country[3];
    const struct opening *o = NULL;
    if (!read_query(&at_us, &regional, request))
        return;
    if (!str_copy(country, sizeof(country), segments[0]))
        o = opening_find(country);
    if (!o) {
        api_reply_error(request, ERR_NOT_FOUND, "country",
                        STR("this country has no hours of its own: it is always open; `navette "
                            "hours list` shows those that have"));
        return;
    }
    int year = year_of(o, at_us);
    json_t *json = hours_json(o, regional, at_us);
    json_t *holidays = holidays_json(o, regional, year);
    json_t *next = holidays_json(o, regional, year + 1);
    json_array_extend(holidays, next);
    json_decref(next);
    json_object_set_new(json, "holidays", holidays);
    api_reply_json(request, 200, json);
}

const struct api_route hours_routes[] = {
    {HTTP_GET, "/api/v1/hours", list_hours, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/hours/{country}", show_hours, RIGHT_VIEW},
    {0},
};

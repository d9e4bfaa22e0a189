/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/opening over every day of two years (P2.7), against dates written out by hand and the C
 * library's own zones: governments' lists of public holidays for 2026 and 2027 (service-public.fr,
 * gov.uk for England and Wales, guichet.lu, the Portuguese Código do Trabalho 234).
 */
#include "base/clock.h"
#include "core/opening.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRENCH                                                                                 \
    "2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-08-15 " \
    "2026-11-01 2026-11-11 2026-12-25 2027-01-01 2027-03-29 2027-05-01 2027-05-06 2027-05-08 " \
    "2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11 2027-12-25 2028-01-01 "

static const struct country {
    const char *code, *zone;
    bool regional;
    const char *closed;
} countries[] = {
    {"FR", "Europe/Paris", false, FRENCH},
    {"FR", "Europe/Paris", true, FRENCH "2026-04-03 2026-12-26 2027-03-26 2027-12-26"},
    {"MQ", "America/Martinique", false, FRENCH "2026-05-22 2027-05-22"},
    {"GP", "America/Guadeloupe", false, FRENCH "2026-05-27 2027-05-27"},
    {"MF", "America/Marigot", false, FRENCH "2026-05-28 2027-05-28"},
    {"BL", "America/St_Barthelemy", false, FRENCH "2026-10-09 2027-10-09"},
    {"GF", "America/Cayenne", false, FRENCH "2026-06-10 2027-06-10"},
    {"RE", "Indian/Reunion", false, FRENCH "2026-12-20 2027-12-20"},
    {"YT", "Indian/Mayotte", true, FRENCH "2026-04-27 2027-04-27"},
    {"PM", "America/Miquelon", false, FRENCH},
    {"NC", "Pacific/Noumea", false, FRENCH "2026-09-24 2027-09-24"},
    {"PF", "Pacific/Tahiti", false,
     FRENCH "2026-03-05 2026-04-03 2026-11-20 2027-03-05 2027-03-26 2027-11-20"},
    {"WF", "Pacific/Wallis", false, FRENCH "2026-04-28 2026-07-29 2027-04-28 2027-07-29"},
    {"GB", "Europe/London", false,
     "2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-26 "
     "2026-12-28 2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-25 "
     "2027-12-27 2027-12-28 2028-01-01 2028-01-03"},
    {"LU", "Europe/Luxembourg", false,
     "2026-01-01 2026-04-06 2026-05-01 2026-05-09 2026-05-14 2026-05-25 2026-06-23 2026-08-15 "
     "2026-11-01 2026-12-25 2026-12-26 2027-01-01 2027-03-29 2027-05-01 2027-05-06 2027-05-09 "
     "2027-05-17 2027-06-23 2027-08-15 2027-11-01 2027-12-25 2027-12-26 2028-01-01"},
    {"PT", "Europe/Lisbon", false,
     "2026-01-01 2026-04-03 2026-04-25 2026-05-01 2026-06-04 2026-06-10 2026-08-15 2026-10-05 "
     "2026-11-01 2026-12-01 2026-12-08 2026-12-25 2027-01-01 2027-03-26 2027-04-25 2027-05-01 "
     "2027-05-27 2027-06-10 2027-08-15 2027-10-05 2027-11-01 2027-12-01 2027-12-08 2027-12-25 "
     "2028-01-01"},
};
enum { COUNTRIES = sizeof(countries) / sizeof(countries[0]) };

static void live_in(const char *zone)
{
    assert_int_equal(setenv("TZ", zone, 1), 0);
    tzset();
}

/* By the C library, in the zone lived in; a day of the month may be beyond its last. */
static int64_t local_us(int year, int month, int day, int hour, int minute, int second)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second,
                    .tm_isdst = -1};
    return mktime(&tm) * SEC_US;
}

static bool day_is_open(const struct country *c, int64_t at_us)
{
    char date[16];
    struct tm tm;
    time_t at = (time_t)(at_us / SEC_US);
    localtime_r(&at, &tm);
    strftime(date, sizeof(date), "%Y-%m-%d", &tm);
    return tm.tm_wday != 0 && !strstr(c->closed, date);
}

static int64_t expected(const struct country *c, int year, int day, int64_t at_us)
{
    if (day_is_open(c, at_us) && at_us >= local_us(year, 1, day, 8, 0, 0) &&
        at_us < local_us(year, 1, day, 20, 0, 0))
        return at_us;
    for (;; day++) {
        int64_t opens_us = local_us(year, 1, day, 8, 0, 0);
        if (opens_us > at_us && day_is_open(c, opens_us))
            return opens_us;
    }
}

static void check_instant(const struct country *c, int year, int day, int64_t at_us)
{
    int64_t found_us = opening_next(opening_find(c->code), c->regional, at_us);
    int64_t wanted_us = expected(c, year, day, at_us);
    if (found_us == wanted_us)
        return;
    char at[CLOCK_ISO_SIZE], found[CLOCK_ISO_SIZE], wanted[CLOCK_ISO_SIZE];
    clock_iso(at, at_us);
    clock_iso(found, found_us);
    clock_iso(wanted, wanted_us);
    fail_msg("%s%s at %s: opens at %s, not %s", c->code, c->regional ? " (regional)" : "", at,
             found, wanted);
}

static void P2_7_every_day_of_two_years_opens_when_it_should(void **state)
{
    (void)state;
    static const int seconds[] = {0,     5400,  9000,  12600, 28799, 28800,
                                  28801, 43200, 71999, 72000, 72001, 86399};
    for (size_t i = 0; i < COUNTRIES; i++) {
        live_in(countries[i].zone);
        for (int year = 2026; year <= 2027; year++)
            for (int day = 1; day <= 365; day++)
                for (size_t k = 0; k < sizeof(seconds) / sizeof(seconds[0]); k++)
                    check_instant(&countries[i], year, day,
                                  local_us(year, 1, day, seconds[k] / 3600, seconds[k] / 60 % 60,
                                           seconds[k] % 60));
    }
}

static void P2_7_the_order_of_questions_changes_no_answer(void **state)
{
    (void)state;
    live_in("Europe/Paris");
    const struct country *c = &countries[0];
    for (int day = 365; day >= 1; day -= 3) {
        check_instant(c, 2026, day, local_us(2026, 1, day, 21, 0, 0));
        check_instant(c, 2026, day, local_us(2026, 1, day, 9, 0, 0));
        check_instant(c, 2026, day, local_us(2026, 1, day, 3, 0, 0));
        check_instant(&countries[1], 2026, day, local_us(2026, 1, day, 3, 0, 0));
    }
}

static void assert_opens(const char *country, bool regional, int64_t at_us, int64_t wanted_us)
{

    assert_int_equal(opening_next(opening_find(country), regional, at_us), wanted_us);
}

/* Instants in UTC, so that neither table of zones is asked. */
static void P2_7_nights_when_clocks_are_set_and_years_that_end(void **state)
{
    (void)state;
    live_in("UTC");
    /* Saturday 20:00 in Paris before each night; Monday 08:00 behind it. */
    assert_opens("FR", false, local_us(2026, 3, 28, 19, 0, 0), local_us(2026, 3, 30, 6, 0, 0));
    assert_opens("FR", false, local_us(2026, 10, 24, 18, 0, 0), local_us(2026, 10, 26, 7, 0, 0));
    assert_opens("FR", false, local_us(2026, 10, 25, 0, 30, 0), local_us(2026, 10, 26, 7, 0, 0));
    assert_opens("FR", false, local_us(2026, 10, 25, 1, 30, 0), local_us(2026, 10, 26, 7, 0, 0));
    /* Thursday the 31st to Saturday the 2nd; with Alsace's holidays Christmas lasts to Monday. */
    assert_opens("FR", false, local_us(2026, 12, 31, 19, 0, 0), local_us(2027, 1, 2, 7, 0, 0));
    assert_opens("FR", false, local_us(2026, 12, 24, 19, 0, 0), local_us(2026, 12, 26, 7, 0, 0));
    assert_opens("FR", true, local_us(2026, 12, 24, 19, 0, 0), local_us(2026, 12, 28, 7, 0, 0));
    /* The same instant on both sides of the day's line. */
    assert_opens("WF", false, local_us(2026, 6, 2, 20, 0, 0), local_us(2026, 6, 2, 20, 0, 0));
    assert_opens("PF", false, local_us(2026, 6, 2, 17, 59, 0), local_us(2026, 6, 2, 18, 0, 0));
}

/* Astronomical Applications Department of the U.S. Naval Observatory, "The Date of Easter". */
static void P2_7_easter_falls_as_the_observatory_says(void **state)
{
    (void)state;
    static const struct {
        int year, month, day; /* of Easter Monday */
    } list[] = {
        {2000, 4, 24}, {2001, 4, 16}, {2002, 4, 1},  {2003, 4, 21}, {2004, 4, 12}, {2005, 3, 28},
        {2006, 4, 17}, {2007, 4, 9},  {2008, 3, 24}, {2009, 4, 13}, {2010, 4, 5},  {2011, 4, 25},
        {2012, 4, 9},  {2013, 4, 1},  {2014, 4, 21}, {2015, 4, 6},  {2016, 3, 28}, {2017, 4, 17},
        {2018, 4, 2},  {2019, 4, 22}, {2020, 4, 13}, {2021, 4, 5},  {2022, 4, 18}, {2023, 4, 10},
        {2024, 4, 1},  {2025, 4, 21}, {2026, 4, 6},  {2027, 3, 29}, {2028, 4, 17}, {2029, 4, 2},
        {2030, 4, 22}, {2031, 4, 14}, {2032, 3, 29}, {2033, 4, 18}, {2034, 4, 10}, {2035, 3, 26},
        {2036, 4, 14}, {2037, 4, 6},  {2038, 4, 26}, {2039, 4, 11}, {2040, 4, 2},  {2049, 4, 19},
        {2076, 4, 20}, {2079, 4, 24},
    };
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        struct opening_holiday days[OPENING_HOLIDAYS_MAX];
        size_t n = opening_holidays(days, opening_find("FR"), false, list[i].year);
        size_t k = 0;
        while (k < n && strcmp(days[k].name, "Easter Monday") != 0)
            k++;
        assert_true(k < n);
        if (days[k].month != list[i].month || days[k].day != list[i].day)
            fail_msg("%d: %d-%d", list[i].year, days[k].month, days[k].day);
    }
}

static void P2_7_what_is_open_closes_in_the_evening(void **state)
{
    (void)state;
    live_in("UTC");
    const struct opening *fr = opening_find("FR");
    int64_t evening_us = local_us(2026, 11, 21, 19, 0, 0);
    assert_int_equal(opening_closes(fr, false, local_us(2026, 11, 21, 7, 0, 0)), evening_us);
    assert_int_equal(opening_closes(fr, false, evening_us - 1), evening_us);
    assert_int_equal(opening_closes(fr, false, evening_us), 0);
    assert_int_equal(opening_closes(fr, false, local_us(2026, 11, 22, 12, 0, 0)), 0);
    assert_int_equal(opening_closes(NULL, false, evening_us), 0);
}

static void P2_7_a_country_without_a_line_is_always_open(void **state)
{
    (void)state;
    assert_null(opening_find("US"));
    assert_null(opening_find(""));
    assert_null(opening_find("ZZ"));
    assert_int_equal(opening_next(NULL, false, 12345), 12345);
}

static void P2_7_the_table_is_in_order_and_its_zones_are_known(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct opening *o; (o = opening_nth(n)) != NULL; n++) {
        int64_t sunday_us =
            INT64_C(1795345200) * SEC_US; /* 2026-11-22T11:00Z: all over the world */
        assert_ptr_equal(opening_find(o->country), o);
        assert_int_equal(o->place, n);
        assert_true(opening_next(o, false, sunday_us) > sunday_us);
        struct opening_holiday days[OPENING_HOLIDAYS_MAX];
        for (int year = 2020; year < 2040; year++)
            assert_in_range(opening_holidays(days, o, true, year), 8, OPENING_HOLIDAYS_MAX - 1);
    }
    assert_true(n >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P2_7_every_day_of_two_years_opens_when_it_should),
        cmocka_unit_test(P2_7_the_order_of_questions_changes_no_answer),
        cmocka_unit_test(P2_7_nights_when_clocks_are_set_and_years_that_end),
        cmocka_unit_test(P2_7_easter_falls_as_the_observatory_says),
        cmocka_unit_test(P2_7_what_is_open_closes_in_the_evening),
        cmocka_unit_test(P2_7_a_country_without_a_line_is_always_open),
        cmocka_unit_test(P2_7_the_table_is_in_order_and_its_zones_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

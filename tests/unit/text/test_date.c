/* SPDX-License-Identifier: Apache-2.0 */
/* text/date: local times of named zones, with both nights of the year that are not 24 hours. */
#include "base/clock.h"
#include "testing.h"
#include "text/date.h"

#include <pthread.h>

#define PARIS STR("Europe/Paris")

/* "2026-11-21T14:05:00Z" */
static int64_t utc(const char *iso)
{
    int64_t at_us;
    assert_int_equal(date_parse_iso(&at_us, str_of(iso)), OK);
    return at_us;
}

static void assert_at(struct date_local local, struct str zone, const char *iso)
{
    int64_t at_us = 0;
    assert_int_equal(date_to_utc_us(&at_us, local, zone), OK);
    char got[CLOCK_ISO_SIZE];
    clock_iso(got, at_us);
    if (at_us != utc(iso))
        fail_msg("%s, not %s", got, iso);
}

static void assert_local(const char *iso, struct str zone, struct date_local want)
{
    struct date_local got;
    assert_int_equal(date_from_utc_us(&got, utc(iso), zone), OK);
    assert_memory_equal(&got, &want, sizeof(got));
}

static void zones_are_those_of_the_tz_database(void **state)
{
    (void)state;
    assert_int_equal(date_zone_check(PARIS), OK);
    assert_int_equal(date_zone_check(STR("UTC")), OK);
    assert_int_equal(date_zone_check(STR("America/Argentina/Buenos_Aires")), OK);
    assert_int_equal(date_zone_check(STR("Etc/GMT+5")), OK);
    assert_int_equal(date_zone_check(STR("Pacific/Guadalcanal")), OK);
    const struct str bad[] = {
        STR(""),
        STR("Europe/Pariss"),
        STR("Europe/"),
        STR("GMT+25"),
        STR("é"),
        {NULL, 0},
        STR("Europe Paris"),
        {"UTC\0", 4},
        STR("Etc/Unknown"),
        STR("\x01"),
        STR("../..."),
        STR("America/Argentina/Buenos_Aires/And/Much/More/Than/That/Can/Ever/Be"),
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (date_zone_check(bad[i]) != ERR_INVALID)
            fail_msg("%.*s", STR_FMT(bad[i]));
        int64_t at_us;
        struct date_local local = {2026, 1, 1, 0, 0, 0};
        assert_int_equal(date_to_utc_us(&at_us, local, bad[i]), ERR_INVALID);
        assert_int_equal(date_from_utc_us(&local, 0, bad[i]), ERR_INVALID);
    }
}

static void paris_is_one_hour_ahead_in_winter_and_two_in_summer(void **state)
{
    (void)state;
    assert_at((struct date_local){2026, 1, 15, 12, 0, 0}, PARIS, "2026-01-15T11:00:00Z");
    assert_at((struct date_local){2026, 7, 15, 12, 0, 1}, PARIS, "2026-07-15T10:00:01Z");
    assert_local("2026-01-15T11:00:00Z", PARIS, (struct date_local){2026, 1, 15, 12, 0, 0});
    assert_local("2026-07-15T23:30:59Z", PARIS, (struct date_local){2026, 7, 16, 1, 30, 59});
    assert_at((struct date_local){2026, 7, 15, 12, 0, 0}, STR("UTC"), "2026-07-15T12:00:00Z");
    assert_at((struct date_local){2026, 7, 15, 12, 0, 0}, STR("Asia/Kathmandu"),
              "2026-07-15T06:15:00Z");
}

/* 29 March 2026: 02:00 becomes 03:00. */
static void a_time_that_is_skipped_is_as_far_behind_the_gap_s_start(void **state)
{
    (void)state;
    assert_at((struct date_local){2026, 3, 29, 1, 59, 59}, PARIS, "2026-03-29T00:59:59Z");
    assert_at((struct date_local){2026, 3, 29, 2, 0, 0}, PARIS, "2026-03-29T01:00:00Z");
    assert_at((struct date_local){2026, 3, 29, 2, 30, 0}, PARIS, "2026-03-29T01:30:00Z");
    assert_at((struct date_local){2026, 3, 29, 2, 59, 59}, PARIS, "2026-03-29T01:59:59Z");
    assert_at((struct date_local){2026, 3, 29, 3, 0, 0}, PARIS, "2026-03-29T01:00:00Z");
    assert_local("2026-03-29T01:30:00Z", PARIS, (struct date_local){2026, 3, 29, 3, 30, 0});
}

/* 25 October 2026: 03:00 becomes 02:00. */
static void a_time_that_happens_twice_is_its_first(void **state)
{
    (void)state;
    assert_at((struct date_local){2026, 10, 25, 1, 59, 59}, PARIS, "2026-10-24T23:59:59Z");
    assert_at((struct date_local){2026, 10, 25, 2, 0, 0}, PARIS, "2026-10-25T00:00:00Z");
    assert_at((struct date_local){2026, 10, 25, 2, 30, 0}, PARIS, "2026-10-25T00:30:00Z");
    assert_at((struct date_local){2026, 10, 25, 2, 59, 59}, PARIS, "2026-10-25T00:59:59Z");
    assert_at((struct date_local){2026, 10, 25, 3, 0, 0}, PARIS, "2026-10-25T02:00:00Z");
    assert_local("2026-10-25T00:30:00Z", PARIS, (struct date_local){2026, 10, 25, 2, 30, 0});
    assert_local("2026-10-25T01:30:00Z", PARIS, (struct date_local){2026, 10, 25, 2, 30, 0});
}

static void every_hour_of_a_year_comes_back(void **state)
{
    (void)state;
    int64_t twice = 0;
    for (int64_t at = utc("2027-01-01T00:00:00Z"); at < utc("2029-01-01T00:00:00Z");
         at += HOUR_US) {
        struct date_local local;
        int64_t back;
        assert_int_equal(date_from_utc_us(&local, at, PARIS), OK);
        assert_int_equal(date_to_utc_us(&back, local, PARIS), OK);
        twice += back != at;
    }
    assert_int_equal(twice, 2); /* the second 02:00 of each year */
}

static void no_calendar_has_these_days(void **state)
{
    (void)state;
    static const struct date_local bad[] = {
        {2026, 2, 31, 0, 0, 0}, {2026, 2, 29, 0, 0, 0}, {2100, 2, 29, 0, 0, 0},
        {2026, 4, 31, 0, 0, 0}, {2026, 0, 1, 0, 0, 0},  {2026, 13, 1, 0, 0, 0},
        {2026, 1, 0, 0, 0, 0},  {2026, 1, 32, 0, 0, 0}, {2026, 1, 1, 24, 0, 0},
        {2026, 1, 1, -1, 0, 0}, {2026, 1, 1, 0, 60, 0}, {2026, 1, 1, 0, 0, 60},
        {0, 1, 1, 0, 0, 0},     {10000, 1, 1, 0, 0, 0}, {2026, -2147483647, 1, 0, 0, 0},
    };
    int64_t at_us;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(date_to_utc_us(&at_us, bad[i], PARIS), ERR_BAD_DATE);
    assert_at((struct date_local){2028, 2, 29, 0, 0, 0}, STR("UTC"), "2028-02-29T00:00:00Z");
    assert_at((struct date_local){2000, 2, 29, 0, 0, 0}, STR("UTC"), "2000-02-29T00:00:00Z");
}

static void deferred_is_hhmmddmmyyyy(void **state)
{
    (void)state;
    struct date_local d;
    assert_int_equal(date_parse_deferred(&d, STR("143021112026")), OK);
    struct date_local want = {2026, 11, 21, 14, 30, 0};
    assert_memory_equal(&d, &want, sizeof(d));
    assert_int_equal(date_parse_deferred(&d, STR("000029022028")), OK);
    const struct str bad[] = {
        STR(""),
        STR("14302111202"),
        STR("1430211120266"),
        STR("143031022026"),
        STR("000029022026"),
        STR("240021112026"),
        STR("146021112026"),
        STR("143000112026"),
        STR("143021132026"),
        STR("143021110000"),
        STR("14:30 21/11/"),
        STR("+43021112026"),
        STR(" 43021112026"),
        STR("20261121143000"),
        {.p = NULL, .n = 0},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(date_parse_deferred(&d, bad[i]), ERR_BAD_DATE);
}

static void relative_smpp_times_are_whole_seconds_up_to_31_days(void **state)
{
    (void)state;
    const struct {
        int64_t time_us;
        const char *text;
    } cases[] = {
        {SEC_US, "000000000001000R"},    {59 * SEC_US + 999999, "000000000059000R"},
        {MIN_US, "000000000100000R"},    {HOUR_US - 1, "000000005959000R"},
        {DAY_US, "000001000000000R"},    {31 * DAY_US + HOUR_US, "000031000000000R"},
        {1, "000000000001000R"},         {-DAY_US, "000000000001000R"},
        {INT64_MAX, "000031000000000R"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[DATE_SMPP_SIZE];
        date_write_smpp_relative(text, cases[i].time_us);
        assert_string_equal(text, cases[i].text);
    }
}

static void smpp_times_are_absolute_and_utc(void **state)
{
    (void)state;
    char text[DATE_SMPP_SIZE];
    date_write_smpp(text, utc("2026-11-21T14:05:00Z"));
    assert_string_equal(text, "261121140500000+");
    date_write_smpp(text, utc("2029-02-03T23:59:58.987Z"));
    assert_string_equal(text, "290203235958900+");
    date_write_smpp(text, utc("1999-12-31T23:59:59.05Z"));
    assert_string_equal(text, "991231235959000+");
    date_write_smpp(text, -100000);
    assert_string_equal(text, "691231235959900+");
}

static void iso_times_carry_their_zone(void **state)
{
    (void)state;
    assert_true(utc("1970-01-01T00:00:00Z") == 0);
    assert_true(utc("2026-11-21T14:05:00Z") == 1795269900 * SEC_US);
    assert_true(utc("2026-11-21T14:05:00.123456Z") == 1795269900123456);
    assert_true(utc("2026-11-21T14:05:00.1234567890Z") == 1795269900123456);
    assert_true(utc("2026-11-21T14:05:00.5+00:00") == 1795269900500000);
    assert_true(utc("2026-11-21T15:05:00+01:00") == 1795269900 * SEC_US);
    assert_true(utc("2026-11-21T07:35:00-0630") == 1795269900 * SEC_US);
    assert_true(utc("2026-11-21 14:05Z") == 1795269900 * SEC_US);
    assert_true(utc("1969-12-31T23:59:59Z") == -SEC_US);
    static const char *const bad[] = {
        "",
        "2026-11-21",
        "2026-11-21T14:05:00",
        "2026-11-21T14Z",
        "2026-11-21T14:05:Z",
        "2026-11-21T14:05:00.Z",
        "2026-11-21T14:05:00z",
        "2026-11-21T14:05:00ZZ",
        "2026-11-21T14:05:00+1",
        "2026-11-21T14:05:00+01:",
        "2026-11-21T14:05:00+24:00",
        "2026-11-21T14:05:00+01:60",
        "2026-02-31T14:05:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T14:05:60Z",
        "2026-1-21T14:05:00Z",
        "20261121T140500Z",
        " 2026-11-21T14:05:00Z",
        "2026-11-21T14:05:00 Z",
        "-026-11-21T14:05:00Z",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t at_us;
        if (date_parse_iso(&at_us, str_of(bad[i])) != ERR_BAD_DATE)
            fail_msg("%s", bad[i]);
    }
    int64_t at_us;
    assert_int_equal(date_parse_iso(&at_us, (struct str){0}), ERR_BAD_DATE);
}

/* More zones than calendars are kept open, from several threads. */
static void *use_many_zones(void *failed)
{
    for (int i = 0; i < 200; i++) {
        char zone[] = "Etc/GMT+0";
        zone[7] = i % 2 ? '+' : '-';
        zone[8] = (char)('0' + i % 10);
        const struct str zones[] = {str_of(zone),        PARIS,
                                    STR("Asia/Tokyo"),   STR("America/Lima"),
                                    STR("Etc/GMT-12"),   STR("Etc/GMT-13"),
                                    STR("Etc/GMT-14"),   STR("Africa/Cairo"),
                                    STR("Africa/Lagos"), STR("Asia/Dubai")};
        struct date_local d = {2026, 1, 1, 12, 0, 0};
        for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
            struct date_local back;
            int64_t at_us;
            if (date_to_utc_us(&at_us, d, zones[z]) || date_from_utc_us(&back, at_us, zones[z]) ||
                memcmp(&d, &back, sizeof(d)) != 0)
                *(bool *)failed = true;
        }
    }
    return NULL;
}

static void many_threads_may_ask_about_many_zones(void **state)
{
    (void)state;
    pthread_t threads[3];
    bool failed[3] = {false};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_many_zones, &failed[i]), 0);
    for (size_t i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_false(failed[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones_are_those_of_the_tz_database),
        cmocka_unit_test(paris_is_one_hour_ahead_in_winter_and_two_in_summer),
        cmocka_unit_test(a_time_that_is_skipped_is_as_far_behind_the_gap_s_start),
        cmocka_unit_test(a_time_that_happens_twice_is_its_first),
        cmocka_unit_test(every_hour_of_a_year_comes_back),
        cmocka_unit_test(no_calendar_has_these_days),
        cmocka_unit_test(deferred_is_hhmmddmmyyyy),
        cmocka_unit_test(smpp_times_are_absolute_and_utc),
        cmocka_unit_test(relative_smpp_times_are_whole_seconds_up_to_31_days),
        cmocka_unit_test(iso_times_carry_their_zone),
        cmocka_unit_test(many_threads_may_ask_about_many_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The nightly run of low-cost numbers, and texts that are not kept for ever. */
#include "base/clock.h"
#include "reply_world.h"
#include "store/id.h"
#include "testing.h"
#include "text/date.h"

/* An instant of 2026 by the clock of Paris. */
static int64_t paris(int month, int day, int hour, int minute)
{
    int64_t at_us;
    struct date_local local = {
        .year = 2026, .month = month, .day = day, .hour = hour, .minute = minute};
    assert_int_equal(date_to_utc_us(&at_us, local, STR("Europe/Paris")), OK);
    return at_us;
}

static int64_t held_until(int64_t received_us, const char *at)
{
    return reply_release_us(received_us, str_of(at), STR("Europe/Paris"));
}

/* ---- when ---- */

static void P4_10_the_run_is_the_first_that_is_six_hours_later(void **state)
{
    (void)state;
    assert_int_equal(held_until(paris(11, 21, 15, 5), "03:00"), paris(11, 22, 3, 0));
    assert_int_equal(held_until(paris(11, 21, 21, 0), "03:00"), paris(11, 22, 3, 0));
    assert_int_equal(held_until(paris(11, 21, 21, 0) + 1, "03:00"), paris(11, 23, 3, 0));
    assert_int_equal(held_until(paris(11, 22, 2, 59), "03:00"), paris(11, 23, 3, 0));
    assert_int_equal(held_until(paris(11, 21, 15, 5), "23:30"), paris(11, 21, 23, 30));
    assert_int_equal(held_until(paris(12, 31, 23, 59), "00:00"),
                     held_until(paris(12, 31, 20, 0), "00:00"));
}

static void P4_10_a_night_of_23_or_25_hours_has_one_run(void **state)
{
    (void)state;
    /* 29 March: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00. */
    int64_t spring = held_until(paris(3, 28, 15, 0), "03:00");
    assert_int_equal(spring, paris(3, 29, 3, 0));
    assert_int_equal(spring - paris(3, 28, 15, 0), 11 * HOUR_US);
    assert_int_equal(held_until(paris(3, 28, 15, 0), "02:30"), paris(3, 29, 3, 30));
    assert_int_equal(held_until(paris(3, 28, 20, 0), "03:00") - paris(3, 28, 20, 0), 6 * HOUR_US);
    assert_int_equal(held_until(paris(3, 28, 20, 0) + 1, "03:00"), paris(3, 30, 3, 0));
    assert_int_equal(held_until(paris(3, 28, 17, 30), "03:00"), paris(3, 29, 3, 0));
    int64_t autumn = held_until(paris(10, 24, 15, 0), "03:00");
    assert_int_equal(autumn - paris(10, 24, 15, 0), 13 * HOUR_US);
    assert_int_equal(held_until(paris(10, 24, 22, 0), "03:00"), autumn);
    assert_int_equal(held_until(paris(10, 24, 22, 0) + 1, "03:00"), paris(10, 26, 3, 0));
    /* 02:30 comes twice: the first counts. */
    assert_int_equal(held_until(paris(10, 24, 15, 0), "02:30") - paris(10, 24, 15, 0),
                     11 * HOUR_US + 30 * MIN_US);
    assert_int_equal(held_until(paris(10, 24, 22, 0), "02:30"), paris(10, 26, 2, 30));
}

static void P4_10_whatever_the_hour_a_reply_waits_six_to_thirty_one_hours(void **state)
{
    (void)state;
    for (int64_t at = paris(3, 26, 0, 0); at < paris(4, 1, 0, 0); at += 7 * MIN_US) {
        int64_t waits = held_until(at, "03:00") - at;
        assert_in_range(waits, 6 * HOUR_US, 30 * HOUR_US);
    }
    for (int64_t at = paris(10, 22, 0, 0); at < paris(10, 28, 0, 0); at += 7 * MIN_US) {
        int64_t waits = held_until(at, "02:30") - at;
        assert_in_range(waits, 6 * HOUR_US, 31 * HOUR_US);
    }
}

/* ---- what ---- */

static void tick_at(int64_t at_us)
{
    world_tick(at_us - clock_now_us());
}

static void P4_10_a_held_reply_starts_nothing_before_the_run_and_all_of_it_then(void **state)
{
    (void)state;
    action_text("thanks");
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33700000009', 'Shop', 'en', 0)");
    match.held = true;
    int64_t before = balance();
    struct incoming row = hear("yes");
    assert_started(row, "held until 2026-11-22T02:00:00.000000Z");
    assert_int_equal(row.released_at_us, 0);
    assert_int_equal(row.release_at_us, paris(11, 22, 3, 0));
    tick_at(paris(11, 22, 3, 0) - 1);
    assert_int_equal(balance(), before);
    newest_messages(0);
    world_restart();
    tick_at(paris(11, 22, 3, 0));
    row = read_back(row.id);
    assert_started(row, "text");
    assert_int_equal(row.released_at_us, paris(11, 22, 3, 0));
    assert_int_equal(row.received_at_us, WORLD_START_US);
    assert_int_equal(row.credits, 100);
    newest_messages(2);
    assert_int_equal(before - balance(), 300);
    world_restart();
    world_tick(DAY_US);
    newest_messages(2);
    assert_int_equal(before - balance(), 300);
}

static void P4_10_a_run_that_was_missed_is_made_up_for(void **state)
{
    (void)state;
    action_text("thanks");
    match.held = true;
    struct incoming row = hear("yes");
    world_restart();
    tick_at(paris(11, 25, 12, 0));
    assert_started(read_back(row.id), "text");
    newest_messages(1);
}

static void P4_10_a_stop_and_what_a_rule_says_to_it_do_not_wait_for_the_night(void **state)
{
    (void)state;
    sql("INSERT INTO reply_rule VALUES (1, 5, 1, 'STOP', '', 'you are out', 1, 0, 0)");
    match.held = true;
    struct incoming row = hear("STOP");
    assert_started(row, "stop");
    assert_int_equal(row.released_at_us, row.received_at_us);
    newest_messages(1);
    tick_at(paris(11, 23, 3, 0));
    newest_messages(1);
}

static void P4_10_what_a_rule_said_when_it_came_is_the_answer_at_night(void **state)
{
    (void)state;
    action_text("thanks");
    sql("INSERT INTO reply_rule VALUES (1, 5, 1, 'INFO', '', 'by the rule', 0, 0, 0)");
    sql("INSERT INTO reply_rule VALUES (2, 5, 2, 'QUIET', '', '', 0, 0, 0)");
    match.held = true;
    struct incoming info = hear("INFO");
    struct incoming quiet = hear("QUIET");
    sql("DELETE FROM reply_rule");
    newest_messages(0);
    tick_at(paris(11, 22, 3, 0));
    assert_started(read_back(info.id), "rule");
    assert_started(read_back(quiet.id), "rule");
    assert_true(str_eq(newest_messages(1)->text, STR("by the rule")));
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE rule_reply IS NOT NULL"), 0);
}

static void P4_10_what_is_late_or_not_covered_is_not_held(void **state)
{
    (void)state;
    match.held = true;
    match.standing = STANDING_LATE;
    struct incoming row = hear("yes");
    assert_started(row, "late");
    assert_int_equal(row.released_at_us, row.received_at_us);
}

static void P4_10_a_release_that_cannot_be_paid_is_shown_all_the_same(void **state)
{
    (void)state;
    action_text("thanks");
    match.held = true;
    struct incoming row = hear("yes");
    balance_is(0);
    tick_at(paris(11, 22, 3, 0));
    row = read_back(row.id);
    assert_started(row, "no credit");
    assert_int_equal(row.credits, 0);
    assert_int_equal(row.released_at_us, paris(11, 22, 3, 0));
    newest_messages(0);
}

static void P4_10_the_carrier_says_at_what_time(void **state)
{
    (void)state;
    world_settings("\"release_at\":\"22:15\"");
    match.held = true;
    assert_int_equal(hear("yes").release_at_us, paris(11, 21, 22, 15));
    sql("UPDATE account SET timezone = 'Indian/Reunion'"); /* 18:05 there */
    assert_int_equal(hear("yes").release_at_us, paris(11, 22, 19, 15));
}

static void P4_10_a_long_night_is_worked_off_in_slices(void **state)
{
    (void)state;
    match.held = true;
    for (unsigned i = 0; i < 30; i++) {
        for (heard_n = 0; heard_n < HEARD_MAX; heard_n++)
            heard[heard_n] = of(PHONE, "yes");
        assert_int_equal(hear_all(), OK);
    }
    int64_t before = balance();
    tick_at(paris(11, 22, 3, 0));
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE released_at IS NULL"), 40);
    world_tick(40 * MS_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE released_at IS NULL"), 0);
    assert_int_equal(before - balance(), 240 * 100);
    assert_int_equal(world_count("SELECT COUNT(*) FROM ledger WHERE kind = 'reply'"), 2);
}

/* ---- texts ---- */

static void P8_1_a_text_that_is_not_kept_starts_all_the_same(void **state)
{
    (void)state;
    sql("INSERT INTO reply_rule VALUES (1, 5, 1, 'INFO', '', 'by the rule', 0, 0, 0)");
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33700000009', 'Shop', 'en', 0)");
    struct incoming row = of(PHONE, "INFO");
    row.kept = false;
    row = hear_row(row);
    assert_started(row, "rule");
    assert_int_equal(row.text.n, 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE text LIKE '%: INFO'"), 1);
    newest_messages(2);
}

static void P8_1_a_text_that_is_not_kept_lasts_until_its_reply_is_released(void **state)
{
    (void)state;
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33700000009', 'Shop', 'en', 0)");
    match.held = true;
    struct incoming row = of(PHONE, "secret");
    row.kept = false;
    row = hear_row(row);
    assert_false(row.kept);
    tick_at(paris(11, 22, 3, 0));
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE text LIKE '%: secret'"), 1);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE text <> ''"), 0);
}

static void keep(const char *days)
{
    sql(arena_printf(world.arena, "UPDATE account SET keep_days = %s", days).p);
}

static void assert_texts(int64_t messages, int64_t incoming)
{
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE text <> ''"), messages);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE text <> ''"), incoming);
}

static void texts_go_after_the_account_s_days_and_figures_stay(void **state)
{
    (void)state;
    int64_t id = world_send(PHONE, 10);
    world_sent(world.arrived[0], 1, "a1");
    assert_int_equal(world_receipt("a1", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    struct incoming row = hear("yes");
    world_tick(400 * DAY_US);
    assert_texts(1, 1);
    keep("401");
    world_tick(DAY_US - MIN_US);
    assert_texts(1, 1);
    world_tick(2 * MIN_US);
    assert_texts(0, 0);
    struct message m = world_message(id);
    assert_int_equal(m.state, MESSAGE_DELIVERED);
    assert_int_equal(m.credits, 100);
    assert_int_equal(m.parts, 1);
    row = read_back(row.id);
    assert_false(row.kept);
    assert_int_equal(row.credits, 100);
    /* What comes later has days of its own, also after a restart. */
    hear("later");
    world_restart();
    world_tick(400 * DAY_US);
    assert_texts(0, 1);
    world_tick(2 * DAY_US);
    assert_texts(0, 0);
}

static void a_text_stays_while_its_message_may_still_be_sent_and_its_days_after_that(void **state)
{
    (void)state;
    keep("1");
    int64_t id = world_send(PHONE, 10);
    world_tick(30 * HOUR_US); /* on the link, unanswered */
    world_tick(2 * MIN_US);
    assert_texts(1, 0);
    world_sent(world.arrived[0], 1, "a1");
    world_tick(24 * HOUR_US);
    assert_texts(1, 0);
    assert_int_equal(world_receipt("a1", MESSAGE_DELIVERED, "DELIVRD 000"), OK);
    for (unsigned hours = 0; hours < 23; hours++) {
        world_tick(HOUR_US);
        assert_texts(1, 0);
    }
    for (unsigned hours = 0; hours < 25; hours++)
        world_tick(HOUR_US);
    assert_texts(0, 0);
    assert_int_equal(world_message(id).state, MESSAGE_DELIVERED);
    assert_int_equal(world_count("SELECT COUNT(*) FROM text_open"), 0);
}

static void a_text_that_is_held_back_stays_until_it_is_released(void **state)
{
    (void)state;
    keep("1");
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33700000009', 'Shop', 'en', 0)");
    clock_advance(7 * HOUR_US); /* the run is 30 hours away */
    match.held = true;
    hear("yes");
    world_tick(25 * HOUR_US);
    assert_texts(0, 1);
    world_tick(6 * HOUR_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE text LIKE '%: yes'"), 1);
    world_tick(2 * MIN_US);
    assert_texts(1, 0);
}

static void old_texts_go_in_slices_account_by_account(void **state)
{
    (void)state;
    sql("INSERT INTO account (id, name, timezone, max_parts, enabled, balance, created_at, "
        "keep_days) VALUES (11, 'another', 'UTC', 8, 1, 0, 0, 1)");
    sql("INSERT INTO incoming (id, account_id, carrier_id, sender, number, text, parts, missing, "
        "received_at, released_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
        "FROM n WHERE i < 2500) SELECT i, 11, 5, 'x', 'y', 'text', 1, 0, 0, 0 FROM n");
    keep("1");
    for (int64_t left = 1500; left >= 0; left -= 1000) {
        world_tick(40 * MS_US);
        assert_texts(0, left);
    }
    world_tick(40 * MS_US);
    assert_texts(0, 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE kept = 0"), 2500);
}

static void what_no_account_was_found_for_goes_with_the_account_that_keeps_longest(void **state)
{
    (void)state;
    keep("1");
    sql("INSERT INTO account (id, name, timezone, max_parts, enabled, balance, created_at, "
        "keep_days) VALUES (11, 'another', 'UTC', 8, 1, 0, 0, 3)");
    sql(arena_printf(world.arena,
                     "INSERT INTO incoming (id, account_id, carrier_id, sender, number, text, "
                     "parts, missing, received_at, released_at) VALUES (%lld, NULL, 5, 'x', 'y', "
                     "'text', 1, 0, 0, 0)",
                     (long long)store_id_next())
            .p);
    world_tick(2 * DAY_US);
    assert_texts(0, 1);
    world_tick(DAY_US + HOUR_US);
    assert_texts(0, 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE kept = 0"), 1);
}

#define NIGHT_TEST(name) cmocka_unit_test_setup_teardown(name, reply_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P4_10_the_run_is_the_first_that_is_six_hours_later),
        cmocka_unit_test(P4_10_a_night_of_23_or_25_hours_has_one_run),
        cmocka_unit_test(P4_10_whatever_the_hour_a_reply_waits_six_to_thirty_one_hours),
        NIGHT_TEST(P4_10_a_held_reply_starts_nothing_before_the_run_and_all_of_it_then),
        NIGHT_TEST(P4_10_a_run_that_was_missed_is_made_up_for),
        NIGHT_TEST(P4_10_a_stop_and_what_a_rule_says_to_it_do_not_wait_for_the_night),
        NIGHT_TEST(P4_10_what_a_rule_said_when_it_came_is_the_answer_at_night),
        NIGHT_TEST(P4_10_what_is_late_or_not_covered_is_not_held),
        NIGHT_TEST(P4_10_a_release_that_cannot_be_paid_is_shown_all_the_same),
        NIGHT_TEST(P4_10_the_carrier_says_at_what_time),
        NIGHT_TEST(P4_10_a_long_night_is_worked_off_in_slices),
        NIGHT_TEST(P8_1_a_text_that_is_not_kept_starts_all_the_same),
        NIGHT_TEST(P8_1_a_text_that_is_not_kept_lasts_until_its_reply_is_released),
        NIGHT_TEST(texts_go_after_the_account_s_days_and_figures_stay),
        NIGHT_TEST(a_text_stays_while_its_message_may_still_be_sent_and_its_days_after_that),
        NIGHT_TEST(a_text_that_is_held_back_stays_until_it_is_released),
        NIGHT_TEST(what_no_account_was_found_for_goes_with_the_account_that_keeps_longest),
        NIGHT_TEST(old_texts_go_in_slices_account_by_account),
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/nights", tests, NULL, NULL);
}

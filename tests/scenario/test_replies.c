/* SPDX-License-Identifier: Apache-2.0 */
/* What a reply starts, what it costs, and what keeps two machines from talking for ever. */
#include "base/clock.h"
#include "reply_world.h"
#include "testing.h"

static void ignore(struct letter *letter)
{
    (void)letter;
}

/* ---- credits ---- */

static void P4_7_a_reply_costs_its_parts_and_an_answer_its_own(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    action_text(text);
    int64_t before = balance();
    struct incoming row = of(PHONE, "yes");
    row.parts = 4;
    row.missing = 1;
    row = hear_row(row);
    assert_int_equal(row.credits, 300);
    assert_int_equal(before - balance(), 300 + 200);
    const struct message *answer = newest_messages(1);
    assert_int_equal(answer->credits, 200);
    assert_int_equal(answer->user_id, 0);
    assert_int_equal(answer->origin, ORIGIN_ANSWER);
    assert_int_equal(answer->conversation_id, 77);
    assert_int_equal(answer->recipient, 33612345678);
    assert_true(str_eq(answer->sender, STR("36184")));
    assert_int_equal(answer->class, -1);
    assert_int_equal(world.arrived_n, 1); /* on its way */
}

static void P4_7_with_an_empty_balance_a_reply_is_stored_and_no_answer_leaves(void **state)
{
    (void)state;
    action_text("thanks");
    balance_is(99);
    struct incoming row = hear("yes");
    assert_started(row, "no credit");
    assert_int_equal(row.credits, 0);
    assert_true(str_eq(row.text, STR("yes")));
    assert_int_equal(balance(), 99);
    newest_messages(0);
}

static void P4_7_an_answer_that_cannot_be_paid_says_so(void **state)
{
    (void)state;
    action_text("thanks");
    balance_is(199);
    struct incoming row = hear("yes");
    assert_started(row, "no credit");
    assert_int_equal(row.credits, 100);
    assert_int_equal(balance(), 99);
    newest_messages(0);
}

static void P4_7_replies_of_one_commit_are_paid_at_once_before_any_answer(void **state)
{
    (void)state;
    action_text("thanks");
    balance_is(350);
    for (heard_n = 0; heard_n < 3; heard_n++)
        heard[heard_n] = of(heard_n ? "+33698765432" : PHONE, "yes");
    assert_int_equal(hear_all(), OK);
    assert_int_equal(balance(), 50);
    newest_messages(0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM ledger WHERE kind = 'reply'"), 1);
    assert_int_equal(world_count("SELECT messages FROM ledger WHERE kind = 'reply'"), 3);
    assert_int_equal(
        world_count("SELECT COUNT(*) FROM incoming WHERE credits = 100 AND started = 'no credit'"),
        3);
}

/* ---- the one answer ---- */

static void P5_1_without_an_action_a_reply_starts_nothing_and_is_paid(void **state)
{
    (void)state;
    struct incoming row = hear("yes");
    assert_started(row, "nothing");
    assert_int_equal(row.credits, 100);
    assert_int_equal(row.released_at_us, row.received_at_us);
    newest_messages(0);
}

static void P5_1_a_reply_that_is_late_or_not_covered_starts_and_costs_nothing(void **state)
{
    (void)state;
    action_text("thanks");
    int64_t before = balance();
    match.standing = STANDING_LATE;
    assert_started(hear("yes"), "late");
    assert_started(hear("STOP"), "stop");
    match.standing = STANDING_NOT_COVERED;
    assert_started(hear("yes"), "not covered");
    assert_int_equal(balance(), before);
    newest_messages(0);
}

static void P5_1_what_answers_nobody_costs_nobody(void **state)
{
    (void)state;
    match = (struct reply_match){0};
    struct incoming row = hear("yes");
    assert_started(row, "nothing");
    assert_int_equal(row.credits, 0);
}

static void P5_1_a_rule_that_matches_is_the_only_answer_even_if_it_says_nothing(void **state)
{
    (void)state;
    action_text("thanks");
    sql("INSERT INTO reply_rule VALUES (1, 5, 1, 'INFO', '', 'by the rule', 0, 0, 0)");
    sql("INSERT INTO reply_rule VALUES (2, 5, 2, 'QUIET', '', '', 0, 0, 0)");
    assert_started(hear("INFO"), "rule");
    assert_true(str_eq(newest_messages(1)->text, STR("by the rule")));
    assert_started(hear("QUIET"), "rule");
    newest_messages(1);
    assert_started(hear("else"), "text");
    assert_true(str_eq(newest_messages(2)->text, STR("thanks")));
}

static void P5_1_after_a_stop_nothing_is_started_but_what_a_rule_says(void **state)
{
    (void)state;
    action_text("thanks");
    assert_started(hear("STOP"), "stop");
    newest_messages(0);
    sql("INSERT INTO reply_rule VALUES (1, 5, 1, 'STOP', '', 'you are out', 1, 0, 0)");
    struct incoming row = hear("STOP");
    assert_started(row, "stop");
    assert_int_equal(row.credits, 100);
    assert_true(str_eq(newest_messages(1)->text, STR("you are out")));
}

static void P5_1_a_program_answers_once_however_often_it_is_asked(void **state)
{
    (void)state;
    action_cgi();
    struct incoming row = hear("yes");
    assert_started(row, "cgi");
    newest_messages(0);
    cgi_says(row.id, "from the program");
    cgi_says(row.id, "again");
    assert_started(read_back(row.id), "cgi answered");
    const struct message *answer = newest_messages(1);
    assert_true(str_eq(answer->text, STR("from the program")));
    assert_true(str_eq(answer->sender, STR("36184")));
    assert_int_equal(answer->conversation_id, 77);
    row = hear("no more credits");
    balance_is(50);
    cgi_says(row.id, "too dear");
    assert_started(read_back(row.id), "no credit");
    cgi_says(row.id, "again");
    newest_messages(1);
}

static void P5_1_a_program_does_not_answer_what_did_not_ask_it(void **state)
{
    (void)state;
    struct incoming row = hear("yes");
    cgi_says(row.id, "unasked");
    assert_started(read_back(row.id), "nothing");
    newest_messages(0);
}

static void P5_1_an_answer_that_nobody_can_send_says_so(void **state)
{
    (void)state;
    action_cgi();
    struct incoming row = hear("yes");
    cgi_says(row.id, "\xff");
    assert_started(read_back(row.id), "cannot be sent");
    row = hear("yes");
    sql("UPDATE carrier SET enabled = 0");
    cgi_says(row.id, "too late");
    assert_started(read_back(row.id), "cannot be sent");
    newest_messages(0);
}

/* ---- together ---- */

static void P5_7_what_a_reply_starts_is_in_the_commit_that_stores_it(void **state)
{
    (void)state;
    action_text("thanks");
    int64_t before = balance();
    fails = true;
    heard[0] = of(PHONE, "yes");
    heard_n = 1;
    assert_int_not_equal(hear_all(), OK);
    newest_messages(0);
    assert_int_equal(balance(), before);
    assert_int_equal(world.arrived_n, 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming"), 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM answer_guard"), 0);
    fails = false;
    heard_n = 1;
    assert_int_equal(hear_all(), OK);
    assert_int_equal(balance(), before - 200);
    assert_int_equal(world.arrived_n, 1);
    assert_int_equal(world_count("SELECT COUNT(*) FROM answer_guard"), 1);
}

static void P5_7_a_phone_s_words_start_it_in_the_incoming_job_and_when_parts_are_given_up(
    void **state)
{
    (void)state;
    action_text("thanks");
    int64_t id = world_send(PHONE, 10);
    world_sent(world.arrived[0], 1, "a1");
    struct incoming_job job;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.sender = STR("33612345678");
    job.sender_ton = 1;
    job.number = STR("Shop");
    job.bytes = STR("yes");
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
    size_t n;
    const struct incoming *list = world_heard(&n);
    assert_int_equal(list[0].message_id, id);
    assert_started(list[0], "text");
    newest_messages(2);
    job.bytes = STR("\x05\x00\x03\x07\x02\x01"
                    "a");
    job.has_udh = true;
    world_do(&job.job);
    world_tick(11 * MIN_US);
    list = world_heard(&n);
    assert_int_equal(n, 2);
    assert_started(list[0], "text");
    newest_messages(3);
    assert_int_equal(world.arrived_n, 3);
}

static void P5_3_sms_notices_are_billed_and_say_who_when_and_a_part_of_what(void **state)
{
    (void)state;
    char text[161];
    memset(text, 'b', 160);
    text[160] = 0;
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33700000009', 'Shop', 'en', 0)");
    sql("INSERT INTO notification VALUES (2, 1, 1, 'a@b.example', 'c@d.example', 'en', 0)");
    sql("INSERT INTO notification VALUES (3, 1, 2, '0033700000010', 'Shop', 'en', 0)");
    int64_t before = balance();
    struct incoming row = hear(text);
    assert_started(row, "nothing");
    const struct message *notices = newest_messages(2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(notices[i].origin, ORIGIN_NOTICE);
        assert_true(str_eq(notices[i].sender, STR("Shop")));
        assert_true(str_starts(notices[i].text, STR("shop +33612345678 2026-11-21 15:05: bbbb")));
        assert_true(notices[i].parts <= 2);
        assert_int_equal(str_find(notices[i].text, 'b') + 80 + 3, notices[i].text.n);
    }
    assert_int_equal(before - balance(), 100 + notices[0].credits + notices[1].credits);
    /* Within two parts, whatever alphabet it takes. */
    for (size_t i = 0; i + 4 <= 160; i += 4)
        memcpy(text + i, "\xF0\x9F\x98\x80", 4);
    hear(text);
    assert_true(newest_messages(4)[0].parts == 2);
    assert_true(newest_messages(4)[0].encoding == TEXT_UCS2);
}

static void P5_3_an_sms_notice_does_not_answer_the_phone_that_it_tells_of(void **state)
{
    (void)state;
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33612345678', 'Shop', 'en', 0)");
    hear("from the owner himself");
    newest_messages(0);
    hear_row(of("+33698765432", "from somebody"));
    newest_messages(1);
    match.question = newest_messages(1)[0];
    hear_row(of("+33698765432", "an answer to a notice"));
    newest_messages(1);
}

static void P5_5_without_credits_no_sms_is_sent_to_the_owner(void **state)
{
    (void)state;
    sql("INSERT INTO notification VALUES (1, 1, 2, '+33700000009', 'Shop', 'en', 0)");
    balance_is(50);
    hear("unpaid");
    balance_is(150);
    struct incoming row = hear("paid, but its notice cannot be");
    assert_started(row, "nothing");
    assert_int_equal(row.credits, 100);
    newest_messages(0);
}

/* ---- the guard ---- */

static void P6_6_a_phone_gets_three_automatic_answers_an_hour(void **state)
{
    (void)state;
    action_text("thanks");
    for (unsigned i = 0; i < 3; i++) {
        clock_advance(10 * MIN_US);
        assert_started(hear("yes"), "text");
    }
    struct incoming row = hear("yes");
    assert_started(row, "loop guard");
    assert_int_equal(row.credits, 100);
    newest_messages(3);
    assert_started(hear_row(of("+33698765432", "yes")), "text");
    clock_advance(40 * MIN_US - 1);
    assert_started(hear("yes"), "loop guard");
    clock_advance(1); /* the first is an hour old */
    assert_started(hear("yes"), "text");
    assert_started(hear("yes"), "loop guard");
    world_restart();
    assert_started(hear("yes"), "loop guard");
    world_tick(HOUR_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM answer_guard"), 0);
    assert_started(hear("yes"), "text");
}

static void P6_6_the_guard_holds_within_one_commit_and_is_the_account_s_to_set(void **state)
{
    (void)state;
    action((struct reply_setting){
        .action = REPLY_TEXT, .text = STR("thanks"), .url = STR(""), .an_hour = 5});
    for (heard_n = 0; heard_n < 8; heard_n++)
        heard[heard_n] = of(PHONE, "yes");
    assert_int_equal(hear_all(), OK);
    newest_messages(5);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE started = 'loop guard'"), 3);
    assert_started(read_back(heard[4].id), "text");
    assert_started(read_back(heard[5].id), "loop guard");
    action((struct reply_setting){
        .action = REPLY_TEXT, .text = STR("thanks"), .url = STR(""), .an_hour = 0});
    assert_started(hear_row(of("+33698765432", "yes")), "loop guard");
}

static void P6_6_names_and_short_numbers_are_never_answered(void **state)
{
    (void)state;
    action_text("thanks");
    sql("INSERT INTO reply_rule VALUES (1, 5, 1, 'INFO', '', 'by the rule', 0, 0, 0)");
    assert_started(hear_row(of("MyBank", "yes")), "loop guard");
    assert_started(hear_row(of("36111", "INFO")), "loop guard");
    action_cgi();
    struct incoming row = hear_row(of("36111", "yes"));
    assert_started(row, "cgi");
    cgi_says(row.id, "hello");
    assert_started(read_back(row.id), "loop guard");
    newest_messages(0);
}

#define REPLY_TEST(name) cmocka_unit_test_setup_teardown(name, reply_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLY_TEST(P4_7_a_reply_costs_its_parts_and_an_answer_its_own),
        REPLY_TEST(P4_7_with_an_empty_balance_a_reply_is_stored_and_no_answer_leaves),
        REPLY_TEST(P4_7_an_answer_that_cannot_be_paid_says_so),
        REPLY_TEST(P4_7_replies_of_one_commit_are_paid_at_once_before_any_answer),
        REPLY_TEST(P5_1_without_an_action_a_reply_starts_nothing_and_is_paid),
        REPLY_TEST(P5_1_a_reply_that_is_late_or_not_covered_starts_and_costs_nothing),
        REPLY_TEST(P5_1_what_answers_nobody_costs_nobody),
        REPLY_TEST(P5_1_a_rule_that_matches_is_the_only_answer_even_if_it_says_nothing),
        REPLY_TEST(P5_1_after_a_stop_nothing_is_started_but_what_a_rule_says),
        REPLY_TEST(P5_1_a_program_answers_once_however_often_it_is_asked),
        REPLY_TEST(P5_1_a_program_does_not_answer_what_did_not_ask_it),
        REPLY_TEST(P5_1_an_answer_that_nobody_can_send_says_so),
        REPLY_TEST(P5_7_what_a_reply_starts_is_in_the_commit_that_stores_it),
        REPLY_TEST(P5_7_a_phone_s_words_start_it_in_the_incoming_job_and_when_parts_are_given_up),
        REPLY_TEST(P5_3_sms_notices_are_billed_and_say_who_when_and_a_part_of_what),
        REPLY_TEST(P5_3_an_sms_notice_does_not_answer_the_phone_that_it_tells_of),
        REPLY_TEST(P5_5_without_credits_no_sms_is_sent_to_the_owner),
        REPLY_TEST(P6_6_a_phone_gets_three_automatic_answers_an_hour),
        REPLY_TEST(P6_6_the_guard_holds_within_one_commit_and_is_the_account_s_to_set),
        REPLY_TEST(P6_6_names_and_short_numbers_are_never_answered),
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/replies", tests, NULL, NULL);
}

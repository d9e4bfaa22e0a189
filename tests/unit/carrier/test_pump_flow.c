/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/pump: pauses and rates, of a carrier and of each sender; what an answer means. */
#include "paper.h"

#include <stdio.h>

static void a_throttled_message_goes_again_first_after_a_pause(void **state)
{
    (void)state;
    arrive_many(5);
    run();
    answer(0, ESME_RTHROTTLED);
    answer(1, 0);
    answer(2, ESME_RMSGQFUL);
    int64_t again_us = run();
    assert_int_equal(f.submits, 3);
    assert_true(pump_throttled(f.pump, clock_mono_us()));
    assert_true(again_us == clock_mono_us() + SEC_US);
    clock_advance(SEC_US);
    run();
    run_until(6, 5 * SEC_US);
    assert_wire(3, "m1");
    assert_wire(4, "m3");
    assert_wire(5, "m4");
    assert_int_equal(f.outcomes_n, 1); /* a throttle is no outcome */
    assert_int_equal(figures().throttles, 1);
}

static void pauses_double_to_half_a_minute_and_shrink_after_a_success(void **state)
{
    (void)state;
    arrive_many(1);
    const int64_t pauses_s[] = {1, 2, 4, 8, 16, 30, 30};
    size_t nth = 0;
    for (; nth < sizeof(pauses_s) / sizeof(pauses_s[0]); nth++) {
        run();
        answer(nth, ESME_RTHROTTLED);
        assert_true(run() == clock_mono_us() + pauses_s[nth] * SEC_US);
        clock_advance(pauses_s[nth] * SEC_US);
    }
    run();
    answer(nth, 0);
    arrive(2, 1);
    run_until(nth + 2, 5 * SEC_US);
    answer(nth + 1, ESME_RTHROTTLED);
    assert_true(run() == clock_mono_us() + SEC_US);
}

static void a_full_window_of_throttles_keeps_its_order(void **state)
{
    (void)state;
    f.settings.window = 1000;
    configure();
    arrive_many(2000);
    run();
    assert_int_equal(f.submits, 1000);
    for (size_t i = 0; i < 1000; i++) /* out of order: the odd ones first */
        answer(i < 500 ? 2 * i + 1 : 2 * (i - 500), ESME_RTHROTTLED);
    run_until(2000, 10 * MIN_US);
    for (size_t i = 0; i < 1000; i++) {
        char text[16];
        snprintf(text, sizeof(text), "m%zu", i + 1);
        assert_wire(1000 + i, text);
    }
}

static void the_rate_counts_parts(void **state)
{
    (void)state;
    f.settings.rate = 5;
    f.settings.window = 100;
    configure();
    arrive(1, 10);
    int64_t again_us = run();
    while (f.submits < 10) {
        assert_true(again_us != INT64_MAX);
        clock_advance(again_us - clock_mono_us());
        again_us = run();
    }
    assert_true(clock_now_us() - START_US >= 2 * SEC_US);
    assert_wire(0, "#1");
    assert_wire(9, "#10");
    for (size_t i = 0; i < 10; i++)
        answer(i, 0);
    assert_int_equal(f.outcomes_n, 10);
    assert_int_equal(f.outcomes[9].part, 10);
    assert_int_equal(f.slot.active, 0);
}

/* ---- the rate that the carrier takes ---- */

static void after_a_throttle_parts_leave_at_half_the_rate(void **state)
{
    (void)state;
    f.settings.rate = 20;
    f.settings.window = 1000;
    configure();
    arrive_many(500);
    run();
    assert_int_equal(figures().rate_limit, 20);
    answer(0, ESME_RTHROTTLED);
    assert_int_equal(figures().rate_limit, 10);
    size_t before = f.submits;
    run_until(WIRE_MAX, 2 * SEC_US); /* a second of pause, one of parts */
    assert_in_range(f.submits - before, 9, 11);
    run_until(WIRE_MAX, 20 * SEC_US);
    assert_int_equal(figures().rate_limit, 20);
}

static void a_new_session_keeps_the_pause_and_the_rate(void **state)
{
    (void)state;
    f.settings.rate = 20;
    configure();
    arrive_many(2);
    run();
    answer(0, ESME_RTHROTTLED);
    pump_open(f.pump, false);
    pump_open(f.pump, true);
    assert_true(pump_throttled(f.pump, clock_mono_us()));
    assert_int_equal(figures().rate_limit, 10);
    configure(); /* the same again, as after a change elsewhere */
    assert_int_equal(figures().rate_limit, 10);
    run();
    assert_int_equal(f.submits, 1);
    clock_advance(SEC_US);
    run();
    assert_wire(1, "m1");
}

/* ---- the rate of a sender ---- */

static void arrive_from(int64_t id, struct str sender, uint32_t parts)
{
    struct outgoing *o = make(id, parts);
    o->sender = sender;
    pump_arrive(f.pump, o);
}

static void a_slow_sender_holds_up_nobody_else(void **state)
{
    (void)state;
    f.settings.sender_rate = 1;
    f.settings.window = 1000;
    configure();
    for (int i = 1; i <= 50; i++)
        arrive_from(i, STR("Flood"), 1);
    arrive_from(51, STR("Shop"), 1);
    arrive_from(52, STR("Bank"), 1);
    int64_t again_us = run();
    assert_int_equal(f.submits, 3);
    assert_wire(0, "m1");
    assert_wire(1, "m51");
    assert_wire(2, "m52");
    assert_int_equal(figures().behind_sender, 49);
    assert_true(again_us > clock_mono_us() && again_us <= clock_mono_us() + 2 * SEC_US);
    run_until(WIRE_MAX, 10 * SEC_US);
    assert_in_range(f.submits, 12, 13);
    for (size_t i = 3; i < f.submits; i++) /* in their order */
        assert_int_equal(f.wire[i].id, (int64_t)i - 1);
    assert_true(figures().waits);
}

static void the_rate_of_a_sender_counts_parts(void **state)
{
    (void)state;
    f.settings.sender_rate = 5;
    f.settings.window = 100;
    configure();
    arrive_from(1, STR("Shop"), 10);
    arrive_from(2, STR("Bank"), 1);
    int64_t began_us = clock_mono_us();
    run();
    assert_int_equal(f.submits, 2);
    run_until(11, MIN_US);
    assert_int_equal(f.submits, 11);
    assert_true(clock_mono_us() - began_us >= 2 * SEC_US);
}

static void what_a_flooding_sender_has_no_room_for_waits_in_the_store(void **state)
{
    (void)state;
    f.settings.sender_rate = 10;
    f.settings.window = 1000;
    configure();
    for (int i = 1; i <= 5000; i++)
        arrive_from(i, STR("Flood"), 1);
    arrive_from(6001, STR("Shop"), 1);
    run();
    assert_int_equal(f.submits, 2);
    assert_wire(1, "m6001");
    assert_in_range(f.slot.active, 500, 1100); /* the others find room */
    int64_t last_us = 0;
    for (size_t i = 0; i < f.outcomes_n; i++) {
        assert_int_equal(f.outcomes[i].kind, OUTCOME_RELEASED);
        assert_true(f.outcomes[i].due_in_us > last_us); /* each has its turn */
        last_us = f.outcomes[i].due_in_us;
    }
    assert_true(last_us <= 5100 * SEC_US / 10);
    arrive_from(7000, STR("Flood"), 1); /* not before those that are in the store */
    run();
    assert_int_equal(f.outcomes[f.outcomes_n - 1].id, 7000);
    assert_true(f.outcomes[f.outcomes_n - 1].due_in_us > last_us);
    arrive_from(7001, STR("Shop"), 1);
    run_until(f.submits + 1, SEC_US);
    commit();
}

static void without_a_rate_of_senders_all_that_waited_leaves(void **state)
{
    (void)state;
    f.settings.sender_rate = 1;
    f.settings.window = 1000;
    configure();
    for (int i = 1; i <= 100; i++)
        arrive_from(i, i % 2 ? STR("Flood") : STR("Torrent"), 1);
    run();
    assert_int_equal(f.submits, 2);
    f.settings.sender_rate = 0;
    configure();
    assert_int_equal(run(), INT64_MAX);
    assert_int_equal(f.submits, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(f.wire[i].id, (int64_t)i + 1);
}

/* Far more senders than the table remembers, so that paces are forgotten and made again. */
static void no_end_of_senders_is_too_many(void **state)
{
    (void)state;
    f.settings.sender_rate = 1;
    f.settings.window = 10000;
    configure();
    static char names[15000][8];
    for (int i = 0; i < 15000; i++) {
        snprintf(names[i], sizeof(names[i]), "s%d", i);
        arrive_from(i + 1, str_of(names[i]), 1);
        run();
        assert_int_equal(f.submits, (size_t)i + 1);
        answer((size_t)i, 0);
        commit();
        f.outcomes_n = 0;
    }
}

/* ---- what an answer means ---- */

static void an_operator_says_what_follows_a_status(void **state)
{
    (void)state;
    struct str why;
    assert_int_equal(verdicts_read(&f.settings.verdicts,
                                   STR("0x400=again,0x401=throttle,0x402=other,8=give-up"), &why),
                     OK);
    f.settings.window = 10;
    configure();
    arrive_many(6);
    run();
    answer(0, 0x400);
    answer(2, 0x402);
    answer(3, 8);
    answer(4, ESME_RSUBMITFAIL); /* by the table */
    answer(5, ESME_RINVDSTADR);
    assert_outcome(0, OUTCOME_RETRY, 1);
    for (size_t i = 1; i <= 4; i++)
        assert_outcome(i, OUTCOME_REJECTED, (int64_t)i + 2);
    assert_true(f.outcomes[1].other);
    assert_false(f.outcomes[2].other);
    assert_true(f.outcomes[3].other);
    assert_false(f.outcomes[4].other);
    answer(1, 0x401);
    assert_true(pump_throttled(f.pump, clock_mono_us()));
    clock_advance(SEC_US);
    run();
    assert_wire(6, "m2");
}

static void a_nack_without_a_reason_is_one(void **state)
{
    (void)state;
    struct smpp_pdu nack = {.command = SMPP_GENERIC_NACK};
    arrive_many(1);
    run();
    pump_answer(f.pump, f.wire[0].tag, SMPP_NACKED, &nack, clock_mono_us());
    f.wire[0].tag = NULL;
    assert_outcome(0, OUTCOME_REJECTED, 1);
    assert_int_equal(f.outcomes[0].status, ESME_RUNKNOWNERR);
}

static void doubt_is_told_with_what_the_operator_wants(void **state)
{
    (void)state;
    f.settings.on_doubt = DOUBT_FAIL;
    configure();
    assert_int_equal(f.slot.most, 6); /* after a crash these are in doubt: few */
    arrive_many(1);
    run();
    lose(0);
    assert_outcome(0, OUTCOME_IN_DOUBT, 1);
    assert_int_equal(f.outcomes[0].policy, DOUBT_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUMP_TEST(a_throttled_message_goes_again_first_after_a_pause),
        PUMP_TEST(pauses_double_to_half_a_minute_and_shrink_after_a_success),
        PUMP_TEST(a_full_window_of_throttles_keeps_its_order),
        PUMP_TEST(the_rate_counts_parts),
        PUMP_TEST(after_a_throttle_parts_leave_at_half_the_rate),
        PUMP_TEST(a_new_session_keeps_the_pause_and_the_rate),
        PUMP_TEST(a_slow_sender_holds_up_nobody_else),
        PUMP_TEST(the_rate_of_a_sender_counts_parts),
        PUMP_TEST(what_a_flooding_sender_has_no_room_for_waits_in_the_store),
        PUMP_TEST(without_a_rate_of_senders_all_that_waited_leaves),
        PUMP_TEST(no_end_of_senders_is_too_many),
        PUMP_TEST(an_operator_says_what_follows_a_status),
        PUMP_TEST(a_nack_without_a_reason_is_one),
        PUMP_TEST(doubt_is_told_with_what_the_operator_wants),
    };
    return cmocka_run_group_tests_name("carrier/pump_flow", tests, NULL, NULL);
}

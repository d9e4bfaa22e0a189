/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/pump: order, window, and what becomes of each message. */
#include "paper.h"

static void submits_keep_order_and_window(void **state)
{
    (void)state;
    arrive_many(5);
    run();
    assert_int_equal(f.submits, 3);
    assert_wire(0, "m1");
    assert_wire(2, "m3");
    answer(1, 0);
    run();
    assert_int_equal(f.submits, 4);
    assert_wire(3, "m4");
    assert_outcome(0, OUTCOME_SENT, 2);
    assert_string_equal(f.outcomes[0].ref, "id");
    assert_int_equal(f.slot.active, 4);
}

static void an_id_is_read_as_the_carrier_writes_it_in_responses(void **state)
{
    (void)state;
    f.settings.response_id = SMPP_ID_HEX;
    configure();
    arrive(1, 1);
    run();
    struct smpp_pdu response = {.command = SMPP_SUBMIT_SM_RESP};
    response.body.submit_sm_resp.message_id = STR("39f99dd5");
    pump_answer(f.pump, f.wire[0].tag, SMPP_ANSWERED, &response, clock_mono_us());
    f.wire[0].tag = NULL;
    assert_outcome(0, OUTCOME_SENT, 1);
    assert_string_equal(f.outcomes[0].ref, "972660181");
}

static void a_lost_link_leaves_doubt_on_what_was_written_only(void **state)
{
    (void)state;
    f.settings.on_doubt = DOUBT_ASK;
    configure();
    arrive_many(5);
    run();
    for (size_t i = 0; i < 3; i++)
        lose(i);
    pump_open(f.pump, false);
    assert_false(f.slot.ready);
    run();
    assert_int_equal(f.outcomes_n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_outcome(i, OUTCOME_IN_DOUBT, (int64_t)i + 1);
        assert_int_equal(f.outcomes[i].policy, DOUBT_ASK);
    }
    pump_open(f.pump, true);
    run();
    assert_wire(3, "m4");
    assert_wire(4, "m5");
}

static void what_is_in_doubt_again_and_again_waits_longer(void **state)
{
    (void)state;
    for (uint32_t attempts = 0; attempts < 5; attempts++) {
        arrive(attempts + 1, 1)->attempts = attempts;
        run();
        lose(attempts);
        assert_outcome(attempts, OUTCOME_IN_DOUBT, attempts + 1);
        int64_t in_us = f.outcomes[attempts].retry_in_us;
        int64_t pause_us = f.settings.retry_us << attempts >> 2;
        if (attempts < 2) /* at once, at the place it had */
            assert_true(in_us == START_US - clock_now_us());
        else
            assert_true(in_us >= pause_us / 2 && in_us < pause_us / 2 + pause_us);
    }
}

static void a_release_gives_back_what_never_left(void **state)
{
    (void)state;
    arrive_many(5);
    run();
    pump_release(f.pump);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(0, OUTCOME_RELEASED, 4);
    assert_outcome(1, OUTCOME_RELEASED, 5);
    answer(0, 0);
    assert_outcome(2, OUTCOME_SENT, 1);
    assert_int_equal(f.slot.active, 2);
}

static void parts_taken_before_do_not_leave_again(void **state)
{
    (void)state;
    struct outgoing *o = make(1, 3);
    o->answered[0] = 0x2;
    pump_arrive(f.pump, o);
    run();
    assert_int_equal(f.submits, 2);
    assert_wire(0, "#1");
    assert_wire(1, "#3");
}

static void a_refused_part_ends_the_message(void **state)
{
    (void)state;
    f.settings.window = 2;
    configure();
    arrive(1, 4);
    run();
    answer(1, ESME_RINVDSTADR);
    run();
    assert_int_equal(f.submits, 2);
    assert_int_equal(f.outcomes_n, 0); /* the other part may yet be taken */
    lose(0);                           /* it is rejected already: not sent again */
    assert_int_equal(f.outcomes_n, 1);
    assert_true(f.outcomes[0].doubt);
    assert_outcome(0, OUTCOME_REJECTED, 1);
    assert_int_equal(f.outcomes[0].part, 2);
    assert_int_equal(f.outcomes[0].status, ESME_RINVDSTADR);
    assert_int_equal(f.slot.active, 0);
}

static void a_temporary_error_is_tried_again_later_and_later(void **state)
{
    (void)state;
    const struct {
        uint32_t attempts;
        int64_t seconds;
    } cases[] = {{0, 30}, {1, 60}, {3, 240}, {6, 1920}, {7, 3600}, {4000000, 3600}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        arrive((int64_t)i + 1, 1)->attempts = cases[i].attempts;
        run();
        answer(i, i % 2 ? ESME_RSYSERR : ESME_RX_T_APPN);
        assert_outcome(i, OUTCOME_RETRY, (int64_t)i + 1);
        assert_true(f.outcomes[i].retry_in_us == cases[i].seconds * SEC_US);
    }
}

static void one_outcome_ends_a_message_of_which_parts_fared_differently(void **state)
{
    (void)state;
    arrive(1, 3);
    run();
    answer(0, 0);
    answer(1, ESME_RSYSERR);
    assert_int_equal(f.outcomes_n, 1); /* the third is still on the wire */
    lose(2);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(1, OUTCOME_IN_DOUBT, 1);
    assert_int_equal(f.slot.active, 0);
}

static void a_refusal_is_told_after_the_parts_that_were_taken(void **state)
{
    (void)state;
    arrive(1, 2);
    run();
    answer(0, ESME_RINVDSTADR);
    answer(1, 0);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(0, OUTCOME_SENT, 1);
    assert_outcome(1, OUTCOME_REJECTED, 1);
}

static void nobody_sends_what_has_expired(void **state)
{
    (void)state;
    arrive(1, 1)->expires_at_us = START_US;
    arrive(2, 1);
    run();
    assert_outcome(0, OUTCOME_EXPIRED, 1);
    assert_wire(0, "m2");
}

static void P2_7_marketing_that_waited_until_its_country_closed_goes_back(void **state)
{
    (void)state;
    arrive(1, 1)->closes_at_us = START_US;
    arrive(2, 1)->closes_at_us = START_US + 1;
    arrive(3, 1);
    run();
    assert_outcome(0, OUTCOME_RELEASED, 1);
    assert_wire(0, "m2");
    assert_wire(1, "m3");
}

static void P2_7_what_is_half_at_the_phone_goes_on_when_its_country_closes(void **state)
{
    (void)state;
    f.settings.window = 1;
    configure();
    arrive(1, 2)->closes_at_us = START_US + 1;
    run();
    clock_advance(SEC_US);
    answer(0, 0);
    run();
    assert_int_equal(f.submits, 2);
}

static void an_impossible_message_is_refused_not_stuck(void **state)
{
    (void)state;
    arrive(1, 1)->parts = 0;
    arrive(2, 1)->text = STR("\xff");
    arrive(3, 1);
    f.wire_says = OK;
    run();
    assert_outcome(0, OUTCOME_REJECTED, 1);
    assert_outcome(1, OUTCOME_REJECTED, 2);
    assert_wire(0, "m3");
}

static void a_busy_wire_keeps_the_message(void **state)
{
    (void)state;
    f.wire_says = ERR_BUSY;
    arrive_many(2);
    run();
    assert_int_equal(f.submits, 0);
    assert_int_equal(f.outcomes_n, 0);
    f.wire_says = OK;
    run();
    assert_wire(0, "m1");
    assert_wire(1, "m2");
}

static void a_slow_store_stops_the_submits(void **state)
{
    (void)state;
    for (int i = 1; i <= 3000; i++)
        arrive(i, 1);
    size_t done = 0;
    for (int turns = 0; turns < 3000; turns++) {
        run();
        while (done < f.submits)
            answer(done++, 0);
    }
    assert_in_range(f.submits, 1000, 1100);
    int before = f.wakes;
    commit();
    assert_true(f.wakes > before);
    run();
    assert_true(f.submits > 1012);
}

static void without_a_sure_lease_nothing_leaves_and_nothing_is_taken(void **state)
{
    (void)state;
    arrive_many(4);
    atomic_store(&f.send_until_us, START_US + SEC_US);
    clock_advance(SEC_US);
    int64_t again_us = run();
    assert_int_equal(f.submits, 0);
    assert_null(f.take);
    assert_in_range(again_us, START_US + SEC_US + 1, START_US + 2 * SEC_US);
    atomic_store(&f.send_until_us, START_US + 3 * SEC_US);
    run();
    assert_int_equal(f.submits, 3);
    assert_non_null(f.take);
    assert_wire(0, "m1");
}

/* The time at which the run began counts for nothing: the process may have stood still since. */
static void the_lease_is_asked_before_each_submit(void **state)
{
    (void)state;
    arrive_many(3);
    atomic_store(&f.send_until_us, START_US + SEC_US);
    f.stands_still_us = SEC_US;
    run();
    assert_int_equal(f.submits, 1);
    assert_null(f.take);
    f.stands_still_us = 0;
    atomic_store(&f.send_until_us, INT64_MAX);
    run();
    assert_int_equal(f.submits, 3);
    assert_wire(2, "m3");
}

static void where_a_person_decides_little_is_in_memory(void **state)
{
    (void)state;
    f.settings.on_doubt = DOUBT_ASK;
    configure();
    assert_int_equal(f.slot.most, 6); /* two windows */
    arrive_many(2);
    run();
    assert_non_null(f.take);
    assert_int_equal(f.take->limit, 4);
    f.settings.on_doubt = DOUBT_RESEND;
    configure();
    assert_int_equal(f.slot.most, OUTBOX_ACTIVE);
}

static void more_is_taken_below_half_and_once_at_a_time(void **state)
{
    (void)state;
    run(); /* the look at opening */
    assert_non_null(f.take);
    assert_int_equal(f.take->limit, OUTBOX_TAKE);
    f.slot.backlog = true;
    run();
    struct take_job *job = f.take;
    f.take = NULL;
    f.slot.backlog = false;
    job->job.letter.deliver(&job->job.letter);
    run();
    assert_null(f.take); /* the store has no more */
    f.slot.backlog = true;
    atomic_store(&f.slot.active, OUTBOX_ACTIVE / 2);
    run();
    assert_null(f.take);
    atomic_store(&f.slot.active, 0);
    run();
    assert_non_null(f.take);
    job = f.take;
    f.take = NULL;
    job->job.err = ERR_STORE;
    job->job.letter.deliver(&job->job.letter);
    run();
    assert_null(f.take); /* no hurry while the store is in trouble */
    pump_look(f.pump);
    run();
    assert_non_null(f.take);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUMP_TEST(submits_keep_order_and_window),
        PUMP_TEST(an_id_is_read_as_the_carrier_writes_it_in_responses),
        PUMP_TEST(a_lost_link_leaves_doubt_on_what_was_written_only),
        PUMP_TEST(what_is_in_doubt_again_and_again_waits_longer),
        PUMP_TEST(a_release_gives_back_what_never_left),
        PUMP_TEST(parts_taken_before_do_not_leave_again),
        PUMP_TEST(a_refused_part_ends_the_message),
        PUMP_TEST(a_refusal_is_told_after_the_parts_that_were_taken),
        PUMP_TEST(a_temporary_error_is_tried_again_later_and_later),
        PUMP_TEST(one_outcome_ends_a_message_of_which_parts_fared_differently),
        PUMP_TEST(nobody_sends_what_has_expired),
        PUMP_TEST(P2_7_marketing_that_waited_until_its_country_closed_goes_back),
        PUMP_TEST(P2_7_what_is_half_at_the_phone_goes_on_when_its_country_closes),
        PUMP_TEST(an_impossible_message_is_refused_not_stuck),
        PUMP_TEST(a_busy_wire_keeps_the_message),
        PUMP_TEST(a_slow_store_stops_the_submits),
        PUMP_TEST(without_a_sure_lease_nothing_leaves_and_nothing_is_taken),
        PUMP_TEST(the_lease_is_asked_before_each_submit),
        PUMP_TEST(where_a_person_decides_little_is_in_memory),
        PUMP_TEST(more_is_taken_below_half_and_once_at_a_time),
    };
    return cmocka_run_group_tests_name("carrier/pump", tests, NULL, NULL);
}

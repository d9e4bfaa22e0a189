/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/ and core/: how fast, in which order, and what an answer means, over the real store and
 * a network that is played, in virtual time.
 */
#include "carrier_world.h"
#include "store/ledger.h"
#include "store/message.h"

static uint32_t throttle_first_five(const struct smsc_submit *s)
{
    (void)s;
    return smsc.submits_n <= 5 ? (smsc.submits_n % 2 ? ESME_RTHROTTLED : ESME_RMSGQFUL) : 0;
}

static void a_throttle_slows_down_and_a_quiet_minute_forgets_it(void **state)
{
    (void)state;
    begin(",\"window\":5");
    smsc.status = throttle_first_five;
    send_texts(20, NULL);
    assert_int_equal(status().rate_limit, 1); /* the carrier had taken nothing yet */
    wait_us(3 * SEC_US);
    assert_in_range(smsc.submits_n, 6, 9);
    wait_us(MIN_US);
    assert_int_equal(smsc.submits_n, 25);
    assert_order(5, 20, 0);
    assert_int_equal(status().rate_limit, 0);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(message(i).attempts, 0);
}

static void a_lost_link_keeps_the_pause_and_the_message(void **state)
{
    (void)state;
    begin(",\"window\":5,\"throttle_pause_ms\":20000");
    smsc.status = throttle_first_five;
    send_texts(5, NULL);
    smsc_cut(f.loop, 0);
    wait_us(15 * SEC_US);
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 1);
    assert_int_equal(smsc.submits_n, 5);
    wait_us(MIN_US);
    assert_int_equal(count(MESSAGE_SENT), 5);
    assert_int_equal(smsc.submits_n, 10);
}

static void later_ones_to_a_number_wait_for_the_first_and_others_do_not(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_text_to(STR("+33612345678"), "first");
    send_text_to(STR("+33612345678"), "second");
    send_text_to(STR("+33612345679"), "other");
    assert_int_equal(smsc.submits_n, 2);
    smsc.silent = false;
    smsc_answer(&smsc.submits[1], 0);
    smsc_answer(&smsc.submits[0], ESME_RTHROTTLED);
    wait_us(10 * SEC_US);
    assert_int_equal(smsc.submits_n, 4);
    assert_string_equal(smsc.submits[2].text, "first");
    assert_string_equal(smsc.submits[3].text, "second");
    assert_int_equal(count(MESSAGE_SENT), 3);
}

/* A carrier's refusal of a link that has no other: the end, and the money back. */
static uint32_t says_submit_failed(const struct smsc_submit *s)
{
    (void)s;
    return ESME_RSUBMITFAIL;
}

static int64_t balance(void)
{
    struct store_view v = {.db = f.reader, .arena = f.arena};
    struct purse_state purse = {.purse.account_id = 1};
    assert_int_equal(store_purses_read(&purse, 1, &v), OK);
    return purse.balance;
}

static void without_another_route_the_refusal_is_the_end_and_free(void **state)
{
    (void)state;
    begin("");
    smsc.status = says_submit_failed;
    int64_t before = balance();
    send_texts(1, NULL);
    assert_int_equal(message(0).state, MESSAGE_REJECTED);
    assert_int_equal(message(0).credits, 0);
    assert_true(balance() == before);
}

static void what_an_operator_says_of_a_status_holds_at_once(void **state)
{
    (void)state;
    begin(",\"retry_s\":10");
    smsc.status = says_submit_failed;
    set_settings(",\"retry_s\":10,\"on_status\":\"0x45=again\"");
    change(reconfigure);
    turn();
    assert_int_equal(smsc.attempts, 1); /* no new bind for that */
    send_texts(1, NULL);
    assert_int_equal(message(0).state, MESSAGE_QUEUED);
    smsc.status = NULL;
    wait_us(12 * SEC_US);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_int_equal(message(0).attempts, 1);
}

static void with_on_doubt_fail_it_ends_unknown_and_paid_and_says_why(void **state)
{
    (void)state;
    begin(",\"on_doubt\":\"fail\",\"response_s\":5");
    smsc.silent = true;
    int64_t before = balance();
    send_texts(1, NULL);
    wait_us(6 * SEC_US);
    assert_int_equal(message(0).state, MESSAGE_UNKNOWN);
    assert_true(message(0).credits > 0 && balance() == before - message(0).credits);
    struct message_event *events;
    size_t n;
    struct store_view v = {.db = f.reader, .arena = f.arena};
    assert_int_equal(store_event_list(&events, &n, &v, f.ids[0]), OK);
    assert_int_equal(n, 1);
    assert_true(str_eq(events[0].kind, STR("in_doubt")));
    smsc_answer(&smsc.submits[0], 0); /* much too late */
    wait_us(MIN_US);
    assert_int_equal(message(0).state, MESSAGE_UNKNOWN);
    assert_int_equal(smsc.submits_n, 1);
}

static void the_rate_of_a_sender_is_kept_and_nothing_is_lost(void **state)
{
    (void)state;
    begin(",\"sender_rate\":10,\"window\":100");
    int64_t began_us = clock_mono_us();
    send_texts(3000, NULL);
    while (count(MESSAGE_SENT) < 3000 && clock_mono_us() - began_us < 400 * SEC_US)
        wait_us(10 * SEC_US);
    assert_int_equal(smsc.submits_n, 3000);
    assert_true(smsc.submits[2999].at_us - smsc.submits[0].at_us >= 299 * SEC_US);
    assert_order(0, 3000, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARRIER_TEST(a_throttle_slows_down_and_a_quiet_minute_forgets_it),
        CARRIER_TEST(a_lost_link_keeps_the_pause_and_the_message),
        CARRIER_TEST(later_ones_to_a_number_wait_for_the_first_and_others_do_not),
        CARRIER_TEST(without_another_route_the_refusal_is_the_end_and_free),
        CARRIER_TEST(what_an_operator_says_of_a_status_holds_at_once),
        CARRIER_TEST(with_on_doubt_fail_it_ends_unknown_and_paid_and_says_why),
        CARRIER_TEST(the_rate_of_a_sender_is_kept_and_nothing_is_lost),
    };
    return cmocka_run_group_tests_name("scenario/carrier_flow", tests, world_start, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/: the carriers over the real store, with a network and an SMSC that are played, in
 * virtual time: reconnects, throttles, lost links, receipts, changes of settings, the end.
 */
#include "carrier_world.h"
#include "store/id.h"
#include "store/message.h"

#include <stdio.h>

/* ---- the tests ---- */

static void a_message_leaves_and_its_receipt_ends_it(void **state)
{
    (void)state;
    begin("");
    assert_int_equal(status().state, CARRIER_BOUND);
    send_texts(1, NULL);
    assert_int_equal(smsc.submits_n, 1);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    turn();
    assert_int_equal(message(0).state, MESSAGE_DELIVERED);
    assert_int_equal(smsc.delivered, 1);
    assert_int_equal(smsc.deliver_status, 0);
}

static void nothing_is_answered_before_its_commit(void **state)
{
    (void)state;
    begin("");
    send_texts(1, NULL);
    f.writer_stands = true;
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
    wait_us(10 * SEC_US);
    assert_int_equal(smsc.delivered, 0);
    f.writer_stands = false;
    turn();
    assert_int_equal(smsc.delivered, 2);
}

static void a_receipt_before_the_response_is_joined(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_texts(1, NULL);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "UNDELIV")));
    turn();
    assert_int_equal(smsc.delivered, 1);
    assert_int_equal(message(0).state, MESSAGE_SENDING);
    smsc_answer(&smsc.submits[0], 0);
    turn();
    assert_int_equal(message(0).state, MESSAGE_UNDELIVERED);
}

static uint32_t throttle_first_five(const struct smsc_submit *s)
{
    (void)s;
    return smsc.submits_n <= 5 ? (smsc.submits_n % 2 ? ESME_RTHROTTLED : ESME_RMSGQFUL) : 0;
}

static void a_throttle_pauses_and_sends_the_same_again_in_order(void **state)
{
    (void)state;
    begin(",\"window\":5");
    smsc.status = throttle_first_five;
    send_texts(20, NULL);
    assert_int_equal(smsc.submits_n, 5);
    assert_int_equal(status().state, CARRIER_THROTTLED);
    wait_us(MIN_US);
    assert_int_equal(smsc.submits_n, 25);
    assert_order(5, 20, 0);
    for (size_t i = 0; i < 5; i++)
        assert_true(smsc.submits[5 + i].sequence > smsc.submits[4].sequence);
    assert_int_equal(count(MESSAGE_SENT), 20);
    assert_int_equal(message(0).attempts, 0); /* a throttle is no attempt */
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(status().throttles, 1);
}

static void a_long_message_at_five_a_second_takes_two_seconds(void **state)
{
    (void)state;
    char text[1501];
    begin(",\"rate\":5");
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    send_texts(1, text);
    int64_t began_us = smsc.submits[0].at_us;
    wait_us(5 * SEC_US);
    assert_int_equal(smsc.submits_n, 10);
    assert_true(smsc.submits[9].at_us - began_us >= 2 * SEC_US);
    assert_true(smsc.submits[9].at_us - began_us < 3 * SEC_US);
    assert_int_equal(message(0).state, MESSAGE_SENT);
}

static void a_lost_link_sends_the_written_again_and_keeps_the_rest(void **state)
{
    (void)state;
    begin(",\"window\":3");
    smsc.silent = true;
    send_texts(6, NULL);
    assert_int_equal(smsc.submits_n, 3);
    smsc_cut(f.loop, 0);
    turn();
    assert_int_equal(status().state, CARRIER_DOWN);
    assert_int_equal(count(MESSAGE_QUEUED), 3); /* in doubt, to be sent again */
    assert_int_equal(count(MESSAGE_SENDING), 3);
    smsc.silent = false;
    wait_us(5 * SEC_US);
    assert_int_equal(count(MESSAGE_SENT), 6);
    assert_int_equal(smsc.submits_n, 9);
    assert_order(3, 3, 3); /* those that never left come first */
    assert_int_equal(message(0).attempts, 1);
    assert_int_equal(message(3).attempts, 0);
}

static void doubt_can_wait_for_a_person(void **state)
{
    (void)state;
    begin(",\"on_doubt\":\"ask\",\"response_s\":5");
    smsc.silent = true;
    send_texts(1, NULL);
    wait_us(6 * SEC_US);
    assert_int_equal(message(0).state, MESSAGE_IN_DOUBT);
    wait_us(60 * SEC_US);
    assert_int_equal(smsc.submits_n, 1);
}

static void attempts_never_overlap_and_never_end(void **state)
{
    (void)state;
    smsc.down = true;
    begin("");
    send_texts(3, NULL);
    wait_us(HOUR_US);
    assert_int_equal(smsc.open_most, 1);
    assert_in_range(smsc.attempts, 60, 90); /* a minute apart, less the jitter */
    assert_int_equal(status().state, CARRIER_DOWN);
    assert_string_equal(status().error, "connection refused");
    assert_int_equal(count(MESSAGE_QUEUED), 3);
    smsc.down = false;
    wait_us(61 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(count(MESSAGE_SENT), 3);
    assert_int_equal(smsc.open_most, 1);
}

static void a_link_that_does_not_hold_is_tried_ever_more_slowly(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 20; i++) {
        wait_us(2 * SEC_US);
        smsc_cut(f.loop, 0);
        wait_us(58 * SEC_US);
    }
    assert_in_range(smsc.attempts, 10, 25);
}

static void a_wrong_password_is_shown_and_tried_at_the_slowest_pace(void **state)
{
    (void)state;
    smsc.bind_status = ESME_RINVPASWD;
    begin("");
    assert_string_equal(status().error, "bind refused: ESME_RINVPASWD");
    wait_us(10 * MIN_US);
    assert_in_range(smsc.attempts, 10, 15);
    smsc.bind_status = 0;
    wait_us(61 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
}

static void a_peer_that_died_silently_is_noticed(void **state)
{
    (void)state;
    begin(",\"enquire_s\":30,\"response_s\":20");
    wait_us(MIN_US);
    assert_int_equal(smsc.attempts, 1); /* enquire_link keeps it alive */
    smsc.dead = true;
    wait_us(MIN_US);
    assert_int_equal(status().state, CARRIER_CONNECTING);
    assert_string_equal(status().error, "no answer to enquire_link");
    smsc.dead = false;
    wait_us(2 * MIN_US);
    assert_int_equal(status().state, CARRIER_BOUND);
}

static void without_a_session_messages_go_back_to_the_store(void **state)
{
    (void)state;
    begin(",\"window\":1");
    smsc.silent = true;
    send_texts(5, NULL);
    smsc.down = true;
    smsc_cut(f.loop, 0);
    wait_us(4 * SEC_US);
    assert_int_equal(count(MESSAGE_SENDING), 4);
    wait_us(2 * SEC_US);
    assert_int_equal(count(MESSAGE_QUEUED), 5);
    assert_int_equal(status().active, 0);
    send_texts(2, NULL);
    assert_int_equal(count(MESSAGE_QUEUED), 7);
    smsc.down = smsc.silent = false;
    wait_us(MIN_US);
    assert_int_equal(count(MESSAGE_SENT), 7);
}

static void a_backlog_larger_than_memory_leaves_in_order(void **state)
{
    (void)state;
    smsc.down = true;
    begin(",\"window\":100");
    send_texts(OUTBOX_ACTIVE + 1500, NULL);
    smsc.down = false;
    wait_us(MIN_US);
    assert_int_equal(smsc.submits_n, OUTBOX_ACTIVE + 1500);
    assert_order(0, OUTBOX_ACTIVE + 1500, 0);
}

static void two_binds_live_and_die_apart(void **state)
{
    (void)state;
    begin(",\"bind\":\"tx+rx\"");
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 1);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_int_equal(status().binds, 2);
    smsc_cut(f.loop, SMPP_RX);
    turn();
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(status().binds, 1);
    send_texts(1, NULL);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_false(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    wait_us(2 * SEC_US);
    assert_int_equal(status().binds, 2);
    assert_int_equal(smsc.attempts, 3);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    turn();
    assert_int_equal(message(0).state, MESSAGE_DELIVERED);
}

static void new_settings_rebind_after_the_last_answer(void **state)
{
    (void)state;
    begin(",\"window\":2");
    smsc.silent = true;
    send_texts(4, NULL);
    set_settings(",\"window\":3");
    change(reconfigure);
    wait_us(SEC_US);
    assert_int_equal(status().state, CARRIER_ENDING);
    assert_int_equal(smsc.unbinds, 0);
    smsc.silent = false;
    smsc_answer(&smsc.submits[0], 0);
    smsc_answer(&smsc.submits[1], 0);
    wait_us(2 * SEC_US);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(smsc.attempts, 2);
    assert_int_equal(status().window_size, 3);
    assert_int_equal(count(MESSAGE_SENT), 4);
    assert_int_equal(smsc.submits_n, 4);
    assert_int_equal(smsc.open_most, 1);
}

static void a_new_rate_needs_no_rebind(void **state)
{
    (void)state;
    begin("");
    set_settings(",\"rate\":1");
    change(reconfigure);
    turn();
    assert_int_equal(smsc.attempts, 1);
    send_texts(3, NULL);
    assert_int_equal(smsc.submits_n, 1);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc.submits_n, 3);
}

/* The picture that the session began with is gone by then. */
static void a_link_is_made_again_after_changes_elsewhere(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 3; i++) {
        change(reconfigure);
        turn();
    }
    smsc_cut(f.loop, 0);
    wait_us(5 * SEC_US);
    assert_int_equal(smsc.attempts, 2);
    send_texts(1, NULL);
    assert_int_equal(count(MESSAGE_SENT), 1);
}

static void a_disabled_carrier_gives_all_back(void **state)
{
    (void)state;
    begin(",\"window\":1");
    smsc.silent = true;
    send_texts(3, NULL);
    f.enabled = false;
    change(reconfigure);
    turn();
    assert_int_equal(count(MESSAGE_QUEUED), 2);
    smsc_answer(&smsc.submits[0], 0);
    turn();
    assert_int_equal(status().state, CARRIER_OFF);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    smsc.silent = false;
    f.enabled = true;
    change(reconfigure);
    wait_us(2 * SEC_US);
    assert_int_equal(count(MESSAGE_SENT), 3);
}

static void hold(bool held)
{
    struct store_view v = {.db = f.reader, .arena = f.arena};
    atomic_store(&outbox_slot(core_outbox(f.core), CARRIER_ID)->held, held);
    assert_int_equal(core_directory_reload(f.core, &v), OK);
}

static void a_carrier_that_others_hold_is_left_to_them(void **state)
{
    (void)state;
    const struct outbox_slot *slot = outbox_slot(core_outbox(f.core), CARRIER_ID);
    begin(",\"window\":1");
    assert_true(slot->in_use);
    smsc.silent = true;
    send_texts(3, NULL);
    hold(false);
    turn();
    assert_int_equal(count(MESSAGE_QUEUED), 2);
    assert_true(slot->in_use); /* the last answer may still come */
    assert_int_equal(status().state, CARRIER_ENDING);
    smsc_answer(&smsc.submits[0], 0);
    turn();
    assert_false(slot->in_use);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(status().state, CARRIER_ELSEWHERE);
    assert_string_equal(carrier_state_name(CARRIER_ELSEWHERE), "elsewhere");
    send_texts(1, NULL);
    wait_us(10 * SEC_US);
    assert_int_equal(count(MESSAGE_QUEUED), 3);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(slot->lost_since_us, 0); /* when it is held again, it was not away meanwhile */
    smsc.silent = false;
    hold(true);
    wait_us(2 * SEC_US);
    assert_true(slot->in_use);
    assert_int_equal(count(MESSAGE_SENT), 4);
}

static void off_is_told_from_elsewhere(void **state)
{
    (void)state;
    begin("");
    hold(false);
    turn();
    assert_int_equal(status().state, CARRIER_ELSEWHERE);
    f.enabled = false;
    change(reconfigure);
    turn();
    assert_int_equal(status().state, CARRIER_OFF);
    f.enabled = true;
    change(reconfigure);
    turn();
    assert_int_equal(status().state, CARRIER_ELSEWHERE);
}

static void a_place_that_comes_back_in_time_costs_no_more_than_a_bind(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_texts(1, NULL);
    hold(false);
    turn();
    hold(true);
    turn();
    smsc_answer(&smsc.submits[0], 0);
    wait_us(2 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_true(outbox_slot(core_outbox(f.core), CARRIER_ID)->in_use);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_int_equal(smsc.open_most, 1);
}

static void each_of_several_nodes_takes_its_share_of_the_rate(void **state)
{
    (void)state;
    atomic_store(&outbox_slot(core_outbox(f.core), CARRIER_ID)->shared, true);
    begin(",\"rate\":10,\"nodes\":3,\"window\":100");
    send_texts(7, NULL);
    wait_us(2 * SEC_US);
    assert_in_range(smsc.submits_n, 6, 7);
}

static void without_a_lease_the_session_lives_and_nothing_leaves(void **state)
{
    (void)state;
    begin(",\"enquire_s\":10,\"response_s\":10");
    outbox_may_send_until(core_outbox(f.core), clock_mono_us());
    send_texts(2, NULL);
    wait_us(60 * SEC_US);
    assert_int_equal(smsc.submits_n, 0);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(status().state, CARRIER_BOUND);
    outbox_may_send_until(core_outbox(f.core), clock_mono_us() + MIN_US);
    wait_us(200 * MS_US);
    assert_int_equal(count(MESSAGE_SENT), 2);
}

static void what_was_not_written_before_the_lease_ran_out_never_is(void **state)
{
    (void)state;
    begin(",\"window\":2,\"bind\":\"tx+rx\"");
    outbox_may_send_until(core_outbox(f.core), clock_mono_us() + SEC_US);
    smsc.stands_still_us = 2 * SEC_US;
    send_texts(2, NULL);
    assert_int_equal(smsc.submits_n, 0);
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 0);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_int_equal(count(MESSAGE_QUEUED), 1); /* nobody can know that it did not leave */
    smsc.stands_still_us = 0;
    outbox_may_send_until(core_outbox(f.core), INT64_MAX);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc.submits_n, 2);
    assert_int_equal(count(MESSAGE_SENT), 2);
}

static enum err queue_behind_our_back(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .user_id = 2,
                        .carrier_id = CARRIER_ID,
                        .state = MESSAGE_QUEUED,
                        .sender = STR("Shop"),
                        .recipient = 33612345678,
                        .text = STR("from another node"),
                        .parts = 1,
                        .class = -1,
                        .created_at_us = tx->now_us,
                        .due_at_us = tx->now_us,
                        .expires_at_us = tx->now_us + DAY_US};
    const struct message *row = &m;
    return store_message_insert(tx, &row, 1);
}

static void a_hint_makes_the_line_look_at_once(void **state)
{
    (void)state;
    struct outbox_slot *slot = outbox_slot(core_outbox(f.core), CARRIER_ID);
    begin("");
    wait_us(100 * MS_US);
    change(queue_behind_our_back);
    turn();
    assert_int_equal(smsc.submits_n, 0);
    outbox_wake(core_outbox(f.core), slot);
    outbox_wake(core_outbox(f.core), slot); /* one letter for both */
    turn();
    assert_int_equal(smsc.submits_n, 1);
    change(queue_behind_our_back);
    outbox_wake(core_outbox(f.core), slot);
    turn();
    assert_int_equal(smsc.submits_n, 2);
}

static void a_removed_carrier_is_unbound_and_forgotten(void **state)
{
    (void)state;
    struct carrier_status s;
    struct buf text = buf_limited(100000);
    begin("");
    carriers_metrics(f.carriers, &text);
    buf_add_u8(&text, 0);
    assert_non_null(strstr((char *)text.p, "navette_carrier_binds{carrier=\"orange\"} 1\n"));
    assert_non_null(
        strstr((char *)text.p, "navette_carrier_state{carrier=\"orange\",state=\"bound\"} 1\n"));
    change(remove_carrier);
    turn();
    assert_int_equal(smsc.unbinds, 1);
    assert_false(carriers_status(f.carriers, CARRIER_ID, &s));
    buf_clear(&text);
    carriers_metrics(f.carriers, &text);
    buf_add_u8(&text, 0);
    assert_null(strstr((char *)text.p, "orange"));
    buf_free(&text);
}

static void the_end_waits_for_answers_but_not_for_ever(void **state)
{
    (void)state;
    begin(",\"window\":2,\"on_doubt\":\"ask\"");
    smsc.silent = true;
    send_texts(4, NULL);
    carriers_stop(f.carriers, end, NULL);
    wait_us(SEC_US);
    assert_false(f.ended);
    assert_int_equal(count(MESSAGE_QUEUED), 2);
    smsc_answer(&smsc.submits[0], 0);
    wait_us((CARRIER_DRAIN_MS + CARRIER_UNBIND_MS) * MS_US);
    assert_true(f.ended);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_int_equal(message(1).state, MESSAGE_IN_DOUBT);
    assert_int_equal(smsc.unbinds, 1);
}

static void the_end_is_reached_though_the_peer_is_dead(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_texts(1, NULL);
    smsc.dead = true;
    carriers_stop(f.carriers, end, NULL);
    wait_us((CARRIER_DRAIN_MS + CARRIER_UNBIND_MS + 1000) * MS_US);
    assert_true(f.ended);
}

static void a_store_that_stands_still_does_not_kill_the_link(void **state)
{
    (void)state;
    begin(",\"enquire_s\":10,\"response_s\":10");
    f.writer_stands = true;
    for (int i = 0; i < 50; i++) {
        for (int j = 0; j < 100; j++)
            assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
        wait_us(2 * SEC_US);
    }
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.delivered, 1000); /* what passed the limit was put off */
    assert_int_equal(smsc.deliver_status, ESME_RX_T_APPN);
    f.writer_stands = false;
    wait_us(SEC_US);
    assert_int_equal(smsc.delivered, 5000);
    assert_int_equal(smsc.deliver_status, ESME_ROK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARRIER_TEST(a_message_leaves_and_its_receipt_ends_it),
        CARRIER_TEST(nothing_is_answered_before_its_commit),
        CARRIER_TEST(a_receipt_before_the_response_is_joined),
        CARRIER_TEST(a_throttle_pauses_and_sends_the_same_again_in_order),
        CARRIER_TEST(a_long_message_at_five_a_second_takes_two_seconds),
        CARRIER_TEST(a_lost_link_sends_the_written_again_and_keeps_the_rest),
        CARRIER_TEST(doubt_can_wait_for_a_person),
        CARRIER_TEST(attempts_never_overlap_and_never_end),
        CARRIER_TEST(a_link_that_does_not_hold_is_tried_ever_more_slowly),
        CARRIER_TEST(a_wrong_password_is_shown_and_tried_at_the_slowest_pace),
        CARRIER_TEST(a_peer_that_died_silently_is_noticed),
        CARRIER_TEST(without_a_session_messages_go_back_to_the_store),
        CARRIER_TEST(a_backlog_larger_than_memory_leaves_in_order),
        CARRIER_TEST(two_binds_live_and_die_apart),
        CARRIER_TEST(new_settings_rebind_after_the_last_answer),
        CARRIER_TEST(a_new_rate_needs_no_rebind),
        CARRIER_TEST(a_link_is_made_again_after_changes_elsewhere),
        CARRIER_TEST(a_disabled_carrier_gives_all_back),
        CARRIER_TEST(a_carrier_that_others_hold_is_left_to_them),
        CARRIER_TEST(off_is_told_from_elsewhere),
        CARRIER_TEST(a_place_that_comes_back_in_time_costs_no_more_than_a_bind),
        CARRIER_TEST(each_of_several_nodes_takes_its_share_of_the_rate),
        CARRIER_TEST(without_a_lease_the_session_lives_and_nothing_leaves),
        CARRIER_TEST(what_was_not_written_before_the_lease_ran_out_never_is),
        CARRIER_TEST(a_hint_makes_the_line_look_at_once),
        CARRIER_TEST(a_removed_carrier_is_unbound_and_forgotten),
        CARRIER_TEST(the_end_waits_for_answers_but_not_for_ever),
        CARRIER_TEST(the_end_is_reached_though_the_peer_is_dead),
        CARRIER_TEST(a_store_that_stands_still_does_not_kill_the_link),
    };
    return cmocka_run_group_tests_name("scenario/carrier", tests, world_start, NULL);
}

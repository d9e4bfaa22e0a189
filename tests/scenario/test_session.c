/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/session: whole conversations, in virtual time. */
#include "session_peer.h"

/* ---- Binding ---- */

static void a_client_that_is_not_bound_in_time_gives_up(void **state)
{
    (void)state;
    struct peer p;
    peer_open(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_BIND_TRANSCEIVER, "bind"), OK);
    peer_wait(&p, 4 * SEC_US);
    assert_log(&p, "");
    peer_wait(&p, 1 * SEC_US);
    assert_log(&p, "bind abandoned\nclosed bind timeout ESME_ROK\n");
    assert_int_equal(smpp_session_state(p.session), SMPP_CLOSED);
    assert_true(smpp_session_tick(p.session, p.now_us) == INT64_MAX);
    peer_end(&p);
}

static void a_server_waits_for_a_bind_only_so_long(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    struct peer p;
    peer_open(&p, &config);
    peer_wait(&p, 3 * SEC_US);
    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 9);
    assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, ESME_ROK, 9);
    peer_wait(&p, 2 * SEC_US);
    assert_log(&p, "closed bind timeout ESME_ROK\n");
    peer_end(&p);
}

static void a_wrong_password_ends_the_client_with_its_status(void **state)
{
    (void)state;
    struct peer p;
    peer_open(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_BIND_TRANSMITTER, "bind"), OK);
    peer_gives(&p, SMPP_BIND_TRANSMITTER_RESP, ESME_RINVPASWD, 1);
    assert_log(&p, "bind answered ESME_RINVPASWD\nclosed bind refused ESME_RINVPASWD\n");
    peer_end(&p);

    peer_open(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_BIND_TRANSMITTER, "bind"), OK);
    peer_gives(&p, SMPP_GENERIC_NACK, ESME_RINVCMDID, 1);
    assert_log(&p, "bind nacked ESME_RINVCMDID\nclosed bind refused ESME_RINVCMDID\n");
    peer_end(&p);
}

static void a_refused_bind_is_answered_and_ends_the_server(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    struct peer p;
    peer_open(&p, &config);
    p.answers = true;
    p.answer = ESME_RINVPASWD;
    peer_gives(&p, SMPP_BIND_RECEIVER, 0, 5);
    assert_takes(&p, SMPP_BIND_RECEIVER_RESP, ESME_RINVPASWD, 5);
    assert_log(&p, "request bind_receiver 5\nclosed bind refused ESME_ROK\n");
    peer_end(&p);
}

static void a_bind_may_be_answered_later_and_only_once_is_asked(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    struct peer p;
    peer_open(&p, &config);
    peer_gives(&p, SMPP_BIND_RECEIVER, 0, 5);
    peer_gives(&p, SMPP_BIND_RECEIVER, 0, 6);
    assert_takes(&p, SMPP_BIND_RECEIVER_RESP, ESME_RALYBND, 6);
    assert_int_equal(smpp_session_state(p.session), SMPP_BINDING);
    assert_int_equal(peer_request(&p, SMPP_DELIVER_SM, "m"), ERR_CONFLICT);
    peer_wait(&p, 2 * SEC_US);
    struct smpp_pdu ok = {.body.bind_resp.system_id = STR("navette")};
    assert_int_equal(smpp_session_respond(p.session, SMPP_BIND_RECEIVER, 5, &ok), OK);
    assert_takes(&p, SMPP_BIND_RECEIVER_RESP, ESME_ROK, 5);
    peer_gives(&p, SMPP_BIND_TRANSCEIVER, 0, 7);
    assert_takes(&p, SMPP_BIND_TRANSCEIVER_RESP, ESME_RALYBND, 7);
    assert_log(&p, "request bind_receiver 5\nbound 2\n");
    assert_int_equal(smpp_session_mode(p.session), SMPP_RX);
    peer_end(&p);
}

static void outbind_asks_the_client_to_bind(void **state)
{
    (void)state;
    struct peer p;
    peer_open(&p, &peer_config);
    peer_gives(&p, SMPP_OUTBIND, 0, 1);
    assert_log(&p, "request outbind 1\n");
    assert_takes_nothing(&p);
    assert_int_equal(peer_request(&p, SMPP_BIND_RECEIVER, "bind"), OK);
    peer_gives(&p, SMPP_BIND_RECEIVER_RESP, ESME_ROK, 1);
    assert_log(&p, "bind answered ESME_ROK\nbound 2\n");
    peer_end(&p);
}

/* ---- The window ---- */

static void a_full_window_refuses_and_a_response_makes_room(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    static const char *const tags[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, tags[i]), OK);
    assert_int_equal(smpp_session_window_free(p.session), 0);
    buf_clear(&p.sent);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "e"), ERR_LIMIT);
    assert_takes_nothing(&p);

    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 77); /* is answered all the same */
    assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, ESME_ROK, 77);

    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 4);
    assert_log(&p, "c answered ESME_ROK id=\n");
    assert_int_equal(smpp_session_window_used(p.session), 3);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "e"), OK);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 4); /* a second time: dropped */
    assert_log(&p, "");
    peer_end(&p);
}

static void throttling_is_passed_on_like_any_answer(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_RTHROTTLED, 2);
    assert_log(&p, "a answered ESME_RTHROTTLED\n");
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_RMSGQFUL, 3); /* again means a new sequence */
    assert_log(&p, "a answered ESME_RMSGQFUL\n");
    assert_int_equal(smpp_session_state(p.session), SMPP_BOUND);
    peer_end(&p);
}

static void a_request_without_an_answer_times_out_and_a_late_answer_is_dropped(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    peer_wait(&p, 6 * SEC_US);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "b"), OK);
    peer_wait(&p, 4 * SEC_US);
    assert_log(&p, "a timed_out\n");
    assert_int_equal(smpp_session_window_used(p.session), 1);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 2);
    assert_log(&p, "");
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 3);
    assert_log(&p, "b answered ESME_ROK id=\n");
    assert_int_equal(smpp_session_state(p.session), SMPP_BOUND);
    peer_end(&p);
}

static void a_doubled_answer_ends_nothing_more(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "b"), OK);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 2);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_RSYSERR, 2);
    peer_gives(&p, SMPP_GENERIC_NACK, ESME_RINVCMDID, 2);
    assert_log(&p, "a answered ESME_ROK id=\n");
    peer_gives(&p, SMPP_GENERIC_NACK, ESME_RINVCMDID, 3);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 3);
    assert_log(&p, "b nacked ESME_RINVCMDID\n");
    assert_int_equal(smpp_session_window_used(p.session), 0);
    assert_int_equal(smpp_session_state(p.session), SMPP_BOUND);
    peer_end(&p);
}

static void an_answer_of_another_kind_ends_no_request(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    peer_gives(&p, SMPP_DATA_SM_RESP, ESME_ROK, 2);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 0);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 0x80000002);
    peer_gives(&p, SMPP_GENERIC_NACK, ESME_RINVCMDLEN, 0);
    assert_log(&p, "");
    peer_gives(&p, SMPP_GENERIC_NACK, ESME_RINVCMDID, 2);
    assert_log(&p, "a nacked ESME_RINVCMDID\n");
    assert_takes(&p, SMPP_SUBMIT_SM, 0, 2);
    assert_takes_nothing(&p);
    peer_end(&p);
}

static void a_straggler_keeps_its_slot_while_thousands_pass(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "straggler"), OK);
    assert_takes(&p, SMPP_SUBMIT_SM, 0, 2);
    uint32_t last = 2;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "m"), OK);
        struct smpp_pdu pdu = peer_takes(&p);
        assert_true(pdu.sequence > last);
        last = pdu.sequence;
        peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, last);
        assert_log(&p, "m answered ESME_ROK id=\n");
        arena_reset(p.arena);
    }
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 2);
    assert_log(&p, "straggler answered ESME_ROK id=\n");
    peer_end(&p);
}

static void alert_notification_takes_no_slot_and_has_no_end(void **state)
{
    (void)state;
    struct peer p;
    peer_open_server(&p, SMPP_BIND_RECEIVER);
    for (int i = 0; i < 10; i++)
        assert_int_equal(peer_request(&p, SMPP_ALERT_NOTIFICATION, "alert"), OK);
    assert_int_equal(smpp_session_window_used(p.session), 0);
    peer_wait(&p, 20 * SEC_US);
    assert_log(&p, "");
    peer_end(&p);
}

/* ---- Life and death ---- */

static void a_silent_peer_is_asked_and_then_given_up(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    peer_wait(&p, 25 * SEC_US);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    assert_takes(&p, SMPP_SUBMIT_SM, 0, 2);
    peer_wait(&p, 5 * SEC_US);
    assert_takes(&p, SMPP_ENQUIRE_LINK, 0, 3);
    assert_int_equal(smpp_session_window_used(p.session), 1);
    peer_wait(&p, 5 * SEC_US);
    assert_log(&p, "a timed_out\n");
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "b"), OK);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "c"), OK);
    peer_wait(&p, 5 * SEC_US);
    assert_log(&p, "b abandoned\nc abandoned\nclosed no answer to enquire_link ESME_ROK\n");
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "d"), ERR_CONFLICT);
    peer_end(&p);
}

static void any_sign_of_life_will_do(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    for (int i = 0; i < 5; i++) {
        peer_wait(&p, 30 * SEC_US);
        assert_int_equal(peer_takes(&p).command, SMPP_ENQUIRE_LINK);
        assert_takes_nothing(&p);
        peer_wait(&p, 9 * SEC_US);
        if (i % 2)
            peer_gives(&p, SMPP_ENQUIRE_LINK_RESP, 0, (uint32_t)i + 2);
        else
            peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 1);
        buf_clear(&p.sent);
    }
    peer_wait(&p, 29 * SEC_US);
    assert_takes_nothing(&p);
    assert_log(&p, "");
    peer_end(&p);
}

static void an_inactive_peer_is_let_go(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.enquire_us = 0;
    config.inactivity_us = 60 * SEC_US;
    struct peer p;
    peer_open_client(&p, &config);
    peer_wait(&p, 59 * SEC_US);
    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 1);
    peer_wait(&p, 59 * SEC_US);
    assert_log(&p, "");
    peer_wait(&p, 1 * SEC_US);
    assert_log(&p, "closed inactive ESME_ROK\n");
    peer_end(&p);
}

static void a_lost_socket_abandons_what_was_open_in_order(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "b"), OK);
    smpp_session_lost(p.session, "reset by peer");
    assert_log(&p, "a abandoned\nb abandoned\nclosed reset by peer ESME_ROK\n");
    smpp_session_lost(p.session, "again");
    smpp_session_unbind(p.session, p.now_us);
    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 1);
    assert_log(&p, "");
    struct smpp_pdu ok = {0};
    assert_int_equal(smpp_session_respond(p.session, SMPP_DELIVER_SM, 1, &ok), ERR_CLOSED);
    peer_end(&p);
}

static void we_unbind_and_wait_for_the_answer(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    smpp_session_unbind(p.session, p.now_us);
    smpp_session_unbind(p.session, p.now_us);
    assert_takes(&p, SMPP_SUBMIT_SM, 0, 2);
    assert_takes(&p, SMPP_UNBIND, 0, 3);
    assert_takes_nothing(&p);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "b"), ERR_CONFLICT);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 2); /* still counts */
    assert_log(&p, "a answered ESME_ROK id=\n");
    peer_gives(&p, SMPP_DELIVER_SM, 0, 40); /* is put off, not refused for good */
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_RX_T_APPN, 40);
    peer_gives(&p, SMPP_UNBIND_RESP, ESME_ROK, 3);
    assert_log(&p, "closed unbound ESME_ROK\n");
    peer_end(&p);
}

static void an_unbind_without_an_answer_ends_in_time(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    smpp_session_unbind(p.session, p.now_us);
    peer_wait(&p, 5 * SEC_US);
    assert_log(&p, "a abandoned\nclosed unbind timeout ESME_ROK\n");
    peer_end(&p);
}

static void the_peer_unbinds(void **state)
{
    (void)state;
    struct peer p;
    peer_open_server(&p, SMPP_BIND_TRANSCEIVER);
    assert_int_equal(peer_request(&p, SMPP_DELIVER_SM, "a"), OK);
    assert_takes(&p, SMPP_DELIVER_SM, 0, 1);
    peer_gives(&p, SMPP_UNBIND, 0, 8);
    assert_takes(&p, SMPP_UNBIND_RESP, ESME_ROK, 8);
    assert_log(&p, "a abandoned\nclosed unbound by peer ESME_ROK\n");
    peer_end(&p);
}

static void open_settling_client(struct peer *p)
{
    struct smpp_session_config config = peer_config;
    config.settle_us = 2 * SEC_US;
    peer_open_client(p, &config);
    assert_int_equal(peer_request(p, SMPP_SUBMIT_SM, "a"), OK);
    assert_int_equal(peer_request(p, SMPP_SUBMIT_SM, "b"), OK);
    buf_clear(&p->sent);
}

static void the_peers_unbind_waits_for_the_answers_that_are_open(void **state)
{
    (void)state;
    struct peer p;
    open_settling_client(&p);
    peer_gives(&p, SMPP_UNBIND, 0, 77);
    assert_takes_nothing(&p);
    assert_true(smpp_session_peer_unbound(p.session));
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "c"), ERR_CONFLICT);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 3);
    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 78);
    assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, ESME_ROK, 78);
    assert_takes_nothing(&p);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_RSYSERR, 2);
    assert_takes(&p, SMPP_UNBIND_RESP, ESME_ROK, 77);
    assert_log(&p, "b answered ESME_ROK id=\n"
                   "a answered ESME_RSYSERR\n"
                   "closed unbound by peer ESME_ROK\n");
    peer_end(&p);
}

static void the_peers_unbind_waits_for_our_answers(void **state)
{
    (void)state;
    struct peer p;
    struct smpp_session_config config = peer_config;
    config.settle_us = 2 * SEC_US;
    peer_open_client(&p, &config);
    peer_gives(&p, SMPP_DELIVER_SM, 0, 5);
    peer_gives(&p, SMPP_UNBIND, 0, 6);
    assert_takes_nothing(&p);
    struct smpp_pdu ok = {0};
    assert_int_equal(smpp_session_respond(p.session, SMPP_DELIVER_SM, 5, &ok), OK);
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_ROK, 5);
    assert_takes(&p, SMPP_UNBIND_RESP, ESME_ROK, 6);
    assert_log(&p, "request deliver_sm 5\nclosed unbound by peer ESME_ROK\n");
    peer_end(&p);
}

static void the_peers_unbind_does_not_wait_for_long(void **state)
{
    (void)state;
    struct peer p;
    open_settling_client(&p);
    peer_gives(&p, SMPP_SUBMIT_SM_RESP, ESME_ROK, 2);
    peer_gives(&p, SMPP_UNBIND, 0, 77);
    peer_wait(&p, 1900 * MS_US);
    assert_takes_nothing(&p);
    peer_wait(&p, 100 * MS_US);
    assert_takes(&p, SMPP_UNBIND_RESP, ESME_ROK, 77);
    assert_log(&p, "a answered ESME_ROK id=\nb abandoned\nclosed unbound by peer ESME_ROK\n");
    peer_end(&p);
}

static void both_unbind_at_once(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    smpp_session_unbind(p.session, p.now_us);
    assert_takes(&p, SMPP_UNBIND, 0, 2);
    peer_gives(&p, SMPP_UNBIND, 0, 8);
    assert_takes(&p, SMPP_UNBIND_RESP, ESME_ROK, 8);
    assert_log(&p, "closed unbound by peer ESME_ROK\n");
    peer_end(&p);
}

static void unbind_before_bound_just_ends(void **state)
{
    (void)state;
    struct peer p;
    peer_open(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_BIND_RECEIVER, "bind"), OK);
    smpp_session_unbind(p.session, p.now_us);
    assert_log(&p, "bind abandoned\nclosed ended before it was bound ESME_ROK\n");
    peer_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_that_is_not_bound_in_time_gives_up),
        cmocka_unit_test(a_server_waits_for_a_bind_only_so_long),
        cmocka_unit_test(a_wrong_password_ends_the_client_with_its_status),
        cmocka_unit_test(a_refused_bind_is_answered_and_ends_the_server),
        cmocka_unit_test(a_bind_may_be_answered_later_and_only_once_is_asked),
        cmocka_unit_test(outbind_asks_the_client_to_bind),
        cmocka_unit_test(a_full_window_refuses_and_a_response_makes_room),
        cmocka_unit_test(throttling_is_passed_on_like_any_answer),
        cmocka_unit_test(a_request_without_an_answer_times_out_and_a_late_answer_is_dropped),
        cmocka_unit_test(a_doubled_answer_ends_nothing_more),
        cmocka_unit_test(an_answer_of_another_kind_ends_no_request),
        cmocka_unit_test(a_straggler_keeps_its_slot_while_thousands_pass),
        cmocka_unit_test(alert_notification_takes_no_slot_and_has_no_end),
        cmocka_unit_test(a_silent_peer_is_asked_and_then_given_up),
        cmocka_unit_test(any_sign_of_life_will_do),
        cmocka_unit_test(an_inactive_peer_is_let_go),
        cmocka_unit_test(a_lost_socket_abandons_what_was_open_in_order),
        cmocka_unit_test(we_unbind_and_wait_for_the_answer),
        cmocka_unit_test(an_unbind_without_an_answer_ends_in_time),
        cmocka_unit_test(the_peer_unbinds),
        cmocka_unit_test(the_peers_unbind_waits_for_the_answers_that_are_open),
        cmocka_unit_test(the_peers_unbind_waits_for_our_answers),
        cmocka_unit_test(the_peers_unbind_does_not_wait_for_long),
        cmocka_unit_test(both_unbind_at_once),
        cmocka_unit_test(unbind_before_bound_just_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

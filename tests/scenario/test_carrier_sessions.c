/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/: hosts, logins, parallel sessions, their good and bad ends, and outbind; over the real
 * store, with a network and an SMSC that are played, in virtual time.
 */
#include "carrier_world.h"
#include "store/message.h"

#include <stdio.h>

#define HOSTS ",\"host\":\"a.example,b.example:3550,c.example\""

static void hosts_are_tried_in_turn_before_the_pause(void **state)
{
    (void)state;
    smsc.down = true;
    begin(HOSTS);
    assert_int_equal(smsc.attempts, 3);
    assert_string_equal(smsc.dialled[0], "a.example:2775");
    assert_string_equal(smsc.dialled[1], "b.example:3550");
    assert_string_equal(smsc.dialled[2], "c.example:2775");
    assert_string_equal(status().error, "c.example:2775: connection refused");
    assert_int_equal(status().state, CARRIER_DOWN);
    wait_us(700 * MS_US);
    assert_int_equal(smsc.attempts, 3);
    wait_us(HOUR_US);
    assert_in_range(smsc.attempts, 3 * 60, 3 * 90);
    assert_int_equal(smsc.attempts % 3, 0);
    assert_int_equal(smsc.open_most, 1);
}

static void the_second_host_serves_while_the_first_is_dead(void **state)
{
    (void)state;
    smsc.dead_host = "a.example";
    begin(HOSTS);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.binds_n, 1);
    assert_string_equal(smsc.binds[0].host, "b.example:3550");
    smsc.dead_host = NULL;
    smsc_cut(f.loop, 0);
    wait_us(2 * SEC_US);
    assert_string_equal(smsc.binds[1].host, "a.example:2775"); /* the first has the first say */
}

static void a_refused_login_is_not_tried_at_other_hosts(void **state)
{
    (void)state;
    smsc.bind_status = ESME_RINVPASWD;
    begin(HOSTS);
    wait_us(30 * SEC_US);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(status().state, CARRIER_REFUSED);
}

static void a_refused_login_is_a_state_of_its_own_until_it_is_right(void **state)
{
    (void)state;
    struct buf text = buf_limited(100000);
    smsc.bind_status = ESME_RINVSYSID;
    begin("");
    assert_int_equal(status().state, CARRIER_REFUSED);
    assert_string_equal(carrier_state_name(CARRIER_REFUSED), "refused");
    carriers_metrics(f.carriers, &text);
    buf_add_u8(&text, 0);
    assert_non_null(
        strstr((char *)text.p, "navette_carrier_state{carrier=\"orange\",state=\"refused\"} 1\n"));
    buf_free(&text);
    smsc.down = true;
    wait_us(2 * MIN_US);
    assert_int_equal(status().state, CARRIER_REFUSED); /* what else is wrong does not clear it */
    smsc.down = false;
    smsc.bind_status = 0;
    set_settings(",\"password\":\"right\"");
    change(reconfigure);
    wait_us(3 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND); /* at once: the login is another one */
}

static void one_that_is_bound_already_is_tried_at_a_moderate_pace(void **state)
{
    (void)state;
    smsc.bind_status = ESME_RALYBND;
    begin("");
    assert_int_equal(status().state, CARRIER_DOWN);
    assert_string_equal(status().error, "bind refused: ESME_RALYBND");
    wait_us(10 * MIN_US);
    assert_in_range(smsc.attempts, 55, 85); /* ten seconds, less the jitter; never more */
    smsc.bind_status = 0;
    wait_us(10 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
}

static void the_receiver_may_have_its_own_hosts_and_login(void **state)
{
    (void)state;
    begin(",\"bind\":\"tx+rx\",\"password\":\"p1\",\"interface_version\":\"5.0\",\"addr_ton\":1,"
          "\"addr_npi\":2,\"address_range\":\"36.*\",\"receiver_host\":\"rx.example,ry.example:9\","
          "\"receiver_port\":3000,\"receiver_system_id\":\"shoprx\","
          "\"receiver_password\":\"0123456789abcdef\"");
    assert_int_equal(smsc.binds_n, 2);
    const struct smsc_bind *tx = &smsc.binds[smsc.binds[0].mode == SMPP_TX ? 0 : 1];
    const struct smsc_bind *rx = &smsc.binds[smsc.binds[0].mode == SMPP_TX ? 1 : 0];
    assert_string_equal(tx->host, "smsc.example:2775");
    assert_string_equal(tx->system_id, "shop");
    assert_string_equal(tx->password, "p1");
    assert_int_equal(tx->interface_version, 0x50);
    assert_int_equal(tx->addr_ton, 1);
    assert_int_equal(tx->addr_npi, 2);
    assert_string_equal(tx->address_range, "36.*");
    assert_string_equal(rx->host, "rx.example:3000");
    assert_string_equal(rx->system_id, "shoprx");
    assert_string_equal(rx->password, "0123456789abcdef");
}

/* How many of the submits came over each of the sessions. */
static size_t sessions_used(size_t from, size_t least[3])
{
    size_t used = 0;
    uint32_t seen[3] = {0};
    memset(least, 0, 3 * sizeof(least[0]));
    for (size_t i = from; i < smsc.submits_n; i++) {
        size_t at = 0;
        while (at < used && seen[at] != smsc.submits[i].session)
            at++;
        assert_true(at < 3);
        used += at == used;
        seen[at] = smsc.submits[i].session;
        least[at]++;
    }
    return used;
}

static void parallel_binds_share_the_submits(void **state)
{
    (void)state;
    size_t each[3];
    begin(",\"binds\":3,\"window\":4");
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 3);
    assert_int_equal(status().binds, 3);
    assert_int_equal(status().binds_wanted, 3);
    assert_int_equal(status().window_size, 12);
    smsc.silent = true;
    send_texts(20, NULL);
    assert_int_equal(smsc.submits_n, 12); /* the window of each is full */
    assert_int_equal(sessions_used(0, each), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(each[i], 4);
    smsc.silent = false;
    for (size_t i = 0; i < 12; i++)
        smsc_answer(&smsc.submits[i], 0);
    turn();
    assert_int_equal(count(MESSAGE_SENT), 20);
    assert_int_equal(smsc.submits_n, 20);
}

static void a_lost_session_concerns_only_its_own_parts(void **state)
{
    (void)state;
    begin(",\"binds\":3,\"window\":2,\"on_doubt\":\"ask\"");
    smsc.silent = true;
    send_texts(6, NULL);
    smsc_cut_one(f.loop);
    turn();
    assert_int_equal(count(MESSAGE_IN_DOUBT), 2);
    assert_int_equal(count(MESSAGE_SENDING), 4);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(status().binds, 2);
    send_texts(1, NULL); /* waits for room in the two that are left */
    assert_int_equal(smsc.submits_n, 6);
    smsc.silent = false;
    wait_us(2 * SEC_US);
    assert_int_equal(status().binds, 3);
    assert_int_equal(smsc.submits_n, 7);
    assert_int_equal(count(MESSAGE_SENT), 1);
}

/* Each answer takes a little longer than the rate has a part wait. */
static void fewer_sessions_do_not_use_up_the_rate(void **state)
{
    (void)state;
    size_t answered = 0;
    begin(",\"binds\":2,\"window\":1,\"rate\":10,\"reconnect_least_ms\":60000");
    smsc_cut_one(f.loop);
    turn();
    assert_int_equal(status().binds, 1);
    smsc.silent = true;
    send_texts(100, NULL);
    for (int i = 0; i < 500; i++) {
        wait_us(10 * MS_US);
        while (answered < smsc.submits_n &&
               smsc.submits[answered].at_us + 110 * MS_US <= clock_now_us())
            smsc_answer(&smsc.submits[answered++], 0);
    }
    assert_in_range(smsc.submits_n, 38, 50);
}

static void a_session_that_does_not_read_leaves_the_way_to_the_others(void **state)
{
    (void)state;
    char text[151];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    begin(",\"binds\":2,\"window\":5000");
    smsc.stuck = 1;
    smsc.silent = true;
    send_texts(3000, text);
    assert_in_range(smsc.submits_n, 1600, 2900); /* the first has what fits into its output */
    smsc.stuck = 0;
    wait_us(SEC_US);
    assert_int_equal(smsc.submits_n, 3000);
}

static void pairs_come_in_any_number(void **state)
{
    (void)state;
    begin(",\"binds\":2,\"bind\":\"tx+rx\"");
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 2);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 2);
    assert_int_equal(status().binds_wanted, 4);
    set_settings(",\"binds\":32,\"bind\":\"tx+rx\"");
    change(reconfigure);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 32);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 32);
    set_settings("");
    change(reconfigure);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc_open(f.loop), 1);
    assert_int_equal(status().binds_wanted, 1);
}

/* Binds that wait are idle at once when they are told to end. */
static void more_binds_while_the_carrier_is_away_all_begin(void **state)
{
    (void)state;
    smsc.down = true;
    begin("");
    set_settings(",\"binds\":3");
    change(reconfigure);
    turn();
    assert_int_equal(status().binds_wanted, 3);
    smsc.down = false;
    wait_us(3 * SEC_US);
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 3);
}

/* ---- sessions that end in good order, or should ---- */

static void the_daily_unbind_costs_nothing(void **state)
{
    (void)state;
    begin(",\"window\":3,\"on_doubt\":\"ask\"");
    wait_us(5 * MIN_US);
    smsc.silent = true;
    send_texts(6, NULL);
    assert_int_equal(smsc.submits_n, 3);
    smsc_unbind(f.loop);
    turn();
    assert_int_equal(smsc.submits_n, 3);
    assert_int_equal(smsc.attempts, 1); /* the answers that are outstanding are waited for */
    smsc.silent = false;
    for (size_t i = 0; i < 3; i++)
        smsc_answer(&smsc.submits[i], 0);
    turn();
    assert_int_equal(smsc.attempts, 2); /* and then it is back at once */
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.submits_n, 6);
    assert_order(0, 6, 0);
    assert_int_equal(count(MESSAGE_SENT), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(message(i).attempts, 0);
}

static void an_unbind_waits_for_what_we_owe(void **state)
{
    (void)state;
    begin("");
    wait_us(MIN_US);
    f.writer_stands = true;
    assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
    turn();
    smsc_unbind(f.loop);
    turn();
    assert_int_equal(smsc.attempts, 1);
    f.writer_stands = false;
    turn();
    assert_int_equal(smsc.delivered, 1); /* it need not be sent again */
    assert_int_equal(smsc.attempts, 2);
}

static void an_unbind_waits_for_answers_but_not_for_long(void **state)
{
    (void)state;
    begin(",\"window\":2");
    wait_us(5 * MIN_US);
    smsc.silent = true;
    send_texts(3, NULL);
    smsc_unbind(f.loop);
    smsc.silent = false;
    wait_us(SEC_US);
    assert_int_equal(smsc.attempts, 1);
    wait_us(3 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.submits_n, 5); /* what had no answer, as on_doubt says, and the third */
    assert_int_equal(count(MESSAGE_SENT), 3);
}

static void one_that_unbinds_all_the_time_is_tried_ever_more_slowly(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 1200; i++) {
        smsc_unbind(f.loop);
        wait_us(SEC_US);
    }
    assert_in_range(smsc.attempts, 20, 40);
}

static void without_messages_the_session_is_made_anew_if_so_wished(void **state)
{
    (void)state;
    begin(",\"inactivity_s\":120,\"enquire_s\":10");
    wait_us(110 * SEC_US);
    send_texts(1, NULL);
    wait_us(110 * SEC_US);
    assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
    wait_us(110 * SEC_US);
    assert_int_equal(smsc.attempts, 1); /* a message either way will do */
    wait_us(15 * SEC_US);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(smsc.attempts, 2);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_string_equal(status().error, "no message for long");
}

static void without_that_wish_a_session_lasts_for_ever(void **state)
{
    (void)state;
    begin("");
    wait_us(26 * HOUR_US);
    assert_int_equal(smsc.attempts, 1);
}

static void a_session_whose_answers_never_come_is_made_anew(void **state)
{
    (void)state;
    begin(",\"recycle_after\":3,\"response_s\":5,\"on_doubt\":\"ask\",\"window\":1");
    smsc.silent = true;
    send_texts(5, NULL);
    wait_us(11 * SEC_US);
    assert_int_equal(smsc.attempts, 1); /* two, so far */
    smsc.silent = false;
    wait_us(2 * SEC_US);
    smsc_answer(&smsc.submits[2], 0); /* one answer, and the count begins anew */
    turn();
    assert_int_equal(smsc.attempts, 1);
    smsc.silent = true;
    send_texts(5, NULL);
    wait_us(14 * SEC_US);
    assert_int_equal(smsc.attempts, 1);
    wait_us(4 * SEC_US);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(smsc.attempts, 2);
    assert_string_equal(status().error, "too many answers in a row never came");
    assert_int_equal(count(MESSAGE_IN_DOUBT), 5);
}

static void one_that_does_not_even_answer_unbind_is_left(void **state)
{
    (void)state;
    begin(",\"recycle_after\":1,\"response_s\":5");
    smsc.silent = true;
    send_texts(1, NULL);
    smsc.dead = true;
    wait_us(12 * SEC_US);
    assert_int_equal(smsc.attempts, 2);
}

/* ---- a peer that does not read ---- */

static void a_busy_link_is_told_from_a_dead_one(void **state)
{
    (void)state;
    begin(",\"window\":5000,\"enquire_s\":10,\"response_s\":10");
    smsc.silent = smsc.reads_nothing = true;
    send_texts(2000, NULL);
    assert_int_equal(smsc_unread(f.loop), SMPP_SUBMIT_SM);
    smsc_enquire(f.loop);
    turn();
    assert_int_equal(smsc_unread(f.loop), SMPP_ENQUIRE_LINK_RESP); /* before all submits */
    smsc.reads_nothing = false;
    smsc.silent = false;
    wait_us(5 * SEC_US);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(count(MESSAGE_SENT), 2000);
}

static void a_peer_that_died_while_a_send_is_blocked_is_noticed(void **state)
{
    (void)state;
    begin(",\"window\":5000,\"enquire_s\":30,\"response_s\":20,\"recycle_after\":0");
    smsc.silent = smsc.reads_nothing = true;
    send_texts(2000, NULL);
    wait_us(55 * SEC_US);
    assert_int_equal(smsc.attempts, 2);
    assert_string_equal(status().error, "no answer to enquire_link");
    smsc.silent = smsc.reads_nothing = false;
    wait_us(2 * MIN_US);
    assert_int_equal(count(MESSAGE_SENT), 2000);
}

/* ---- outbind ---- */

#define OUTBIND                                                              \
    ",\"outbind_listen\":\"192.0.2.9:2775\",\"outbind_system_id\":\"smsc\"," \
    "\"outbind_password\":\"0123456789abcdef\""

static void with_pairs_the_receiver_waits_for_outbind(void **state)
{
    (void)state;
    begin(",\"bind\":\"tx+rx\"" OUTBIND);
    assert_string_equal(smsc.listens, "192.0.2.9:2775");
    assert_int_equal(smsc.attempts, 1); /* the transmitter */
    assert_int_equal(status().binds_wanted, 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_string_equal(smsc.binds[1].system_id, "shop");
    assert_string_equal(smsc.binds[1].host, "outbind");
    assert_int_equal(status().binds, 2);
    assert_int_equal(status().binds_wanted, 2);
    send_texts(1, NULL);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    turn();
    assert_int_equal(message(0).state, MESSAGE_DELIVERED);
    smsc_cut(f.loop, SMPP_RX);
    wait_us(MIN_US);
    assert_int_equal(smsc.attempts, 2); /* it is the carrier who calls */
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
}

static void with_a_transceiver_outbind_brings_a_receiver_more(void **state)
{
    (void)state;
    begin(OUTBIND);
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_open(f.loop), 2); /* one is enough */
}

static void a_wrong_outbind_gets_no_login(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"smsc", "0123456789abcdeX"},
                                           {"smsc", "0123456789abcde"},
                                           {"smsc", ""},
                                           {"SMSC", "0123456789abcdef"},
                                           {"", ""}};
    begin(OUTBIND);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_true(smsc_outbind(f.loop, wrong[i][0], wrong[i][1]));
        turn();
        assert_int_equal(smsc_open(f.loop), 1);
    }
    assert_int_equal(smsc.binds_n, 1);
}

static void who_connects_and_says_nothing_is_let_go(void **state)
{
    (void)state;
    begin(OUTBIND);
    for (int i = 0; i < 12; i++)
        assert_true(smsc_outbind(f.loop, NULL, NULL));
    turn();
    assert_int_equal(smsc_open(f.loop), 1 + 8); /* no more than eight wait at a time */
    wait_us(9 * SEC_US);
    assert_int_equal(smsc_open(f.loop), 1 + 8);
    wait_us(2 * SEC_US);
    assert_int_equal(smsc_open(f.loop), 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
}

static void who_is_silent_does_not_keep_the_carrier_out(void **state)
{
    (void)state;
    begin(OUTBIND);
    for (int i = 0; i < 8; i++)
        assert_true(smsc_outbind(f.loop, NULL, NULL));
    turn();
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_int_equal(smsc_open(f.loop), 2 + 7);
}

static void a_carrier_that_is_off_does_not_listen(void **state)
{
    (void)state;
    begin(OUTBIND);
    f.enabled = false;
    change(reconfigure);
    wait_us(SEC_US);
    assert_string_equal(smsc.listens, "");
    assert_int_equal(status().state, CARRIER_OFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARRIER_TEST(hosts_are_tried_in_turn_before_the_pause),
        CARRIER_TEST(the_second_host_serves_while_the_first_is_dead),
        CARRIER_TEST(a_refused_login_is_not_tried_at_other_hosts),
        CARRIER_TEST(a_refused_login_is_a_state_of_its_own_until_it_is_right),
        CARRIER_TEST(one_that_is_bound_already_is_tried_at_a_moderate_pace),
        CARRIER_TEST(the_receiver_may_have_its_own_hosts_and_login),
        CARRIER_TEST(parallel_binds_share_the_submits),
        CARRIER_TEST(a_lost_session_concerns_only_its_own_parts),
        CARRIER_TEST(fewer_sessions_do_not_use_up_the_rate),
        CARRIER_TEST(a_session_that_does_not_read_leaves_the_way_to_the_others),
        CARRIER_TEST(pairs_come_in_any_number),
        CARRIER_TEST(more_binds_while_the_carrier_is_away_all_begin),
        CARRIER_TEST(the_daily_unbind_costs_nothing),
        CARRIER_TEST(an_unbind_waits_for_what_we_owe),
        CARRIER_TEST(an_unbind_waits_for_answers_but_not_for_long),
        CARRIER_TEST(one_that_unbinds_all_the_time_is_tried_ever_more_slowly),
        CARRIER_TEST(without_messages_the_session_is_made_anew_if_so_wished),
        CARRIER_TEST(without_that_wish_a_session_lasts_for_ever),
        CARRIER_TEST(a_session_whose_answers_never_come_is_made_anew),
        CARRIER_TEST(one_that_does_not_even_answer_unbind_is_left),
        CARRIER_TEST(a_busy_link_is_told_from_a_dead_one),
        CARRIER_TEST(a_peer_that_died_while_a_send_is_blocked_is_noticed),
        CARRIER_TEST(with_pairs_the_receiver_waits_for_outbind),
        CARRIER_TEST(with_a_transceiver_outbind_brings_a_receiver_more),
        CARRIER_TEST(a_wrong_outbind_gets_no_login),
        CARRIER_TEST(who_is_silent_does_not_keep_the_carrier_out),
        CARRIER_TEST(who_connects_and_says_nothing_is_let_go),
        CARRIER_TEST(a_carrier_that_is_off_does_not_listen),
    };
    return cmocka_run_group_tests_name("scenario/carrier_sessions", tests, world_start, NULL);
}

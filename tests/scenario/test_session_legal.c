/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/session: who may ask what and when, and calls made from inside calls. */
#include "session_peer.h"

/* ---- What is legal ---- */

/* Table 2-1 of the specification, as a second hand wrote it: modes in which each side may ask. */
static const struct {
    uint32_t command;
    int esme;
    int smsc;
} legal[] = {
    {SMPP_SUBMIT_SM, SMPP_TX, 0},
    {SMPP_SUBMIT_MULTI, SMPP_TX, 0},
    {SMPP_DATA_SM, SMPP_TX, SMPP_RX},
    {SMPP_DELIVER_SM, 0, SMPP_RX},
    {SMPP_QUERY_SM, SMPP_TX, 0},
    {SMPP_CANCEL_SM, SMPP_TX, 0},
    {SMPP_REPLACE_SM, SMPP_TX, 0},
    {SMPP_ALERT_NOTIFICATION, 0, SMPP_RX},
    {SMPP_OUTBIND, 0, 0},
};

static const uint32_t binds[] = {0, SMPP_BIND_TRANSMITTER, SMPP_BIND_RECEIVER,
                                 SMPP_BIND_TRANSCEIVER};

static uint32_t response_of(uint32_t command)
{
    bool silent = command == SMPP_OUTBIND || command == SMPP_ALERT_NOTIFICATION;
    return silent ? SMPP_GENERIC_NACK : command | SMPP_RESPONSE;
}

static void a_request_is_taken_only_in_its_mode_and_direction(void **state)
{
    (void)state;
    for (int mode = SMPP_TX; mode <= SMPP_TRX; mode++) {
        for (size_t i = 0; i < sizeof(legal) / sizeof(legal[0]); i++) {
            struct peer p;
            peer_open_server(&p, binds[mode]);
            p.answers = false;
            peer_gives(&p, legal[i].command, 0, 9);
            bool taken = p.log.n > 0;
            assert_int_equal(taken, (legal[i].esme & mode) != 0);
            if (!taken)
                assert_takes(&p, response_of(legal[i].command), ESME_RINVBNDSTS, 9);
            assert_takes_nothing(&p);
            enum err err = peer_request(&p, legal[i].command, "m");
            assert_int_equal(err, legal[i].smsc & mode ? OK : ERR_CONFLICT);
            peer_end(&p);
        }
    }
}

static void before_the_bind_only_bind_enquire_link_and_unbind_are_taken(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    struct peer p;
    peer_open(&p, &config);
    for (size_t i = 0; i < sizeof(legal) / sizeof(legal[0]); i++) {
        peer_gives(&p, legal[i].command, 0, 9);
        assert_takes(&p, response_of(legal[i].command), ESME_RINVBNDSTS, 9);
        if (legal[i].command != SMPP_OUTBIND)
            assert_int_equal(peer_request(&p, legal[i].command, "m"), ERR_CONFLICT);
    }
    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 10);
    assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, ESME_ROK, 10);
    assert_log(&p, "");
    peer_gives(&p, SMPP_UNBIND, 0, 11);
    assert_takes(&p, SMPP_UNBIND_RESP, ESME_ROK, 11);
    assert_log(&p, "closed unbound by peer ESME_ROK\n");
    peer_end(&p);
}

static void the_session_keeps_enquire_link_and_unbind_to_itself(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_ENQUIRE_LINK, "x"), ERR_CONFLICT);
    assert_int_equal(peer_request(&p, SMPP_UNBIND, "x"), ERR_CONFLICT);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM_RESP, "x"), ERR_CONFLICT);
    assert_int_equal(peer_request(&p, SMPP_GENERIC_NACK, "x"), ERR_CONFLICT);
    assert_int_equal(peer_request(&p, 0xabcd, "x"), ERR_CONFLICT);
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM, .body.submit_sm.service_type = STR("123456")};
    assert_int_equal(smpp_session_request(p.session, &pdu, NULL, p.now_us), ERR_TOO_LONG);
    assert_takes_nothing(&p);
    assert_int_equal(smpp_session_window_used(p.session), 0);
    peer_end(&p);
}

static void an_unknown_command_is_nacked_and_an_unknown_response_is_not(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    peer_feed(&p, peer_hex(p.arena, "00000012 0000abcd 00000000 00000063 0102"));
    assert_takes(&p, SMPP_GENERIC_NACK, ESME_RINVCMDID, 0x63);
    peer_feed(&p, peer_hex(p.arena, "00000010 8000abcd 00000000 00000063"));
    assert_takes_nothing(&p);
    assert_int_equal(smpp_session_state(p.session), SMPP_BOUND);
    peer_end(&p);
}

/* ---- Calls from inside calls ---- */

static void request_from_inside(struct peer *p, const struct smpp_pdu *request)
{
    (void)request;
    assert_int_equal(peer_request(p, SMPP_SUBMIT_SM, "inner"), OK);
}

static void output_of_one_feed_is_one_run_in_order(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    p.answers = true;
    p.on_request = request_from_inside;
    struct buf run = buf_limited(SMPP_PDU_MAX);
    peer_write(&run, (struct smpp_pdu){0}, SMPP_DELIVER_SM, 0, 50);
    peer_write(&run, (struct smpp_pdu){0}, SMPP_ENQUIRE_LINK, 0, 51);
    peer_write(&run, (struct smpp_pdu){0}, SMPP_DELIVER_SM, 0, 52);
    size_t before = p.outputs;
    peer_feed(&p, buf_str(&run));
    assert_int_equal(p.outputs, before + 1);
    assert_takes(&p, SMPP_SUBMIT_SM, 0, 2);
    assert_takes(&p, SMPP_DELIVER_SM_RESP, 0, 50);
    assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, 0, 51);
    assert_takes(&p, SMPP_SUBMIT_SM, 0, 3);
    assert_takes(&p, SMPP_DELIVER_SM_RESP, 0, 52);
    assert_takes_nothing(&p);
    buf_free(&run);
    peer_end(&p);
}

static void much_output_of_one_feed_is_handed_over_in_bounded_runs(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct peer p;
    peer_open_client(&p, &peer_config);
    struct buf run = buf_limited(N * SMPP_HEADER_SIZE);
    for (uint32_t i = 0; i < N; i++)
        peer_write(&run, (struct smpp_pdu){0}, SMPP_ENQUIRE_LINK, 0, i);
    size_t before = p.outputs;
    peer_feed(&p, buf_str(&run));
    assert_in_range(p.outputs - before, 2, 4);
    for (uint32_t i = 0; i < N; i++)
        assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, ESME_ROK, i);
    assert_takes_nothing(&p);
    buf_free(&run);
    peer_end(&p);
}

static void unbind_from_inside(struct peer *p, const struct smpp_pdu *request)
{
    (void)request;
    smpp_session_unbind(p->session, p->now_us);
}

static void lose_from_inside(struct peer *p, const struct smpp_pdu *request)
{
    (void)request;
    smpp_session_lost(p->session, "lost inside");
}

static void the_end_may_come_from_inside_a_call(void **state)
{
    (void)state;
    struct buf run = buf_limited(SMPP_PDU_MAX);
    peer_write(&run, (struct smpp_pdu){0}, SMPP_DELIVER_SM, 0, 50);
    peer_write(&run, (struct smpp_pdu){0}, SMPP_DELIVER_SM, 0, 51);
    struct peer p;
    peer_open_client(&p, &peer_config);
    p.on_request = unbind_from_inside;
    peer_feed(&p, buf_str(&run));
    assert_takes(&p, SMPP_UNBIND, 0, 2);
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_RX_T_APPN, 51);
    assert_log(&p, "request deliver_sm 50\n");
    peer_end(&p);

    peer_open_client(&p, &peer_config);
    p.on_request = lose_from_inside;
    peer_feed(&p, buf_str(&run));
    assert_takes_nothing(&p);
    assert_log(&p, "request deliver_sm 50\nclosed lost inside ESME_ROK\n");
    buf_free(&run);
    peer_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_taken_only_in_its_mode_and_direction),
        cmocka_unit_test(before_the_bind_only_bind_enquire_link_and_unbind_are_taken),
        cmocka_unit_test(the_session_keeps_enquire_link_and_unbind_to_itself),
        cmocka_unit_test(an_unknown_command_is_nacked_and_an_unknown_response_is_not),
        cmocka_unit_test(output_of_one_feed_is_one_run_in_order),
        cmocka_unit_test(much_output_of_one_feed_is_handed_over_in_bounded_runs),
        cmocka_unit_test(the_end_may_come_from_inside_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

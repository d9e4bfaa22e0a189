/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/session: what is known to have broken other implementations. */
#include "session_peer.h"

static void T6_error_responses_in_every_shape_end_their_request(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    for (int i = 0; i < 3; i++)
        assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "m"), OK);
    peer_feed(&p, peer_hex(p.arena, "00000010 80000004 00000058 00000002"));
    assert_log(&p, "m answered ESME_RTHROTTLED\n");
    peer_feed(&p, peer_hex(p.arena, "00000011 80000004 00000058 00000003 00"));
    assert_log(&p, "m answered ESME_RTHROTTLED id=\n");
    peer_feed(&p, peer_hex(p.arena, "00000019 80000004 0000000a 00000004 3030303030303030 00"));
    assert_log(&p, "m answered ESME_RINVSRCADR id=00000000\n");
    assert_int_equal(smpp_session_state(p.session), SMPP_BOUND);
    peer_end(&p);

    peer_open_server(&p, SMPP_BIND_RECEIVER);
    assert_int_equal(peer_request(&p, SMPP_DELIVER_SM, "m"), OK);
    peer_feed(&p, peer_hex(p.arena, "00000014 80000005 00000000 00000001 616263 00"));
    assert_log(&p, "m answered ESME_ROK\n");
    peer_end(&p);
}

static void T6_a_response_with_a_damaged_body_still_ends_its_request(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "a"), OK);
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "b"), OK);
    buf_clear(&p.sent);
    peer_feed(&p, peer_hex(p.arena, "00000017 80000004 00000000 00000002 373700 0427 00ff"));
    peer_feed(&p, peer_hex(p.arena, "00000012 80000004 00000000 00000003 3737"));
    assert_log(&p, "a answered ESME_ROK id=77\nb answered ESME_ROK id=\n");
    assert_takes_nothing(&p);
    peer_end(&p);
}

static void T7_unknown_and_misplaced_tlvs_are_passed_over(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    p.answers = true;
    assert_int_equal(peer_request(&p, SMPP_SUBMIT_SM, "m"), OK);
    peer_feed(&p, peer_hex(p.arena, "00000017 80000004 00000000 00000002 3700 0428 0001 10"));
    assert_log(&p, "m answered ESME_ROK id=7\n");
    buf_clear(&p.sent);
    peer_feed(&p, peer_hex(p.arena, "0000003b 00000005 00000000 00000007 00 01 01 33333600 00 00 "
                                    "313233343500 00 00 00 00 00 00 00 00 00 04 53544f50"
                                    "0426 0001 01 0381 0001 05 1401 0000"));
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_ROK, 7);
    assert_log(&p, "request deliver_sm 7\n");
    peer_end(&p);
}

static void T8_a_tlv_over_the_end_is_answered_and_the_session_lives(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    peer_feed(&p, peer_hex(p.arena, "00000032 00000005 00000000 00000007 00 01 01 33333600 00 00 "
                                    "313233343500 00 00 00 00 00 00 00 00 00 04 53544f50"
                                    "0427 0002 01"));
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_RINVPARLEN, 7);
    peer_feed(&p, peer_hex(p.arena, "00000030 00000005 00000000 00000008 00 01 01 33333600 00 00 "
                                    "313233343500 00 00 00 00 00 00 00 00 00 04 53544f50"
                                    "0427 00"));
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_RINVOPTPARSTREAM, 8);
    assert_log(&p, "");
    peer_gives(&p, SMPP_ENQUIRE_LINK, 0, 9);
    assert_takes(&p, SMPP_ENQUIRE_LINK_RESP, 0, 9);
    peer_end(&p);
}

static void T9_a_length_that_cannot_be_is_nacked_and_ends_the_session(void **state)
{
    (void)state;
    static const char *const lengths[] = {"00000000", "0000000f", "00011171", "7fffffff",
                                          "ffffffff"};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (int bytewise = 0; bytewise < 2; bytewise++) {
            struct peer p;
            peer_open_client(&p, &peer_config);
            p.one_byte_runs = bytewise;
            peer_feed(&p, peer_hex(p.arena, lengths[i]));
            assert_takes(&p, SMPP_GENERIC_NACK, ESME_RINVCMDLEN, 0);
            assert_takes_nothing(&p);
            assert_log(&p, "closed bad command_length ESME_ROK\n");
            peer_end(&p);
        }
    }
}

static void T9_http_on_the_port_is_closed_cheaply(void **state)
{
    (void)state;
    static const struct str requests[] = {{"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 35},
                                          {"HTTP/1.1 400 Bad\r\n", 18}};
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    for (size_t i = 0; i < 2; i++) {
        for (int bytewise = 0; bytewise < 2; bytewise++) {
            struct peer p;
            peer_open(&p, &config);
            p.one_byte_runs = bytewise;
            peer_feed(&p, requests[i]);
            assert_takes(&p, SMPP_GENERIC_NACK, ESME_RINVCMDLEN, 0);
            assert_takes_nothing(&p);
            assert_log(&p, "closed bad command_length ESME_ROK\n");
            peer_end(&p);
        }
    }
}

static void T9_before_the_bind_a_pdu_has_at_most_256_bytes(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    struct peer p;
    peer_open(&p, &config);
    char big[256] = {0, 0, 1, 0, 0, 0, (char)0xab, (char)0xcd};
    peer_feed(&p, (struct str){big, sizeof(big)});
    assert_takes(&p, SMPP_GENERIC_NACK, ESME_RINVCMDID, 0);
    peer_feed(&p, STR("\0\0\1\1"));
    assert_takes(&p, SMPP_GENERIC_NACK, ESME_RINVCMDLEN, 0);
    assert_log(&p, "closed bad command_length ESME_ROK\n");
    peer_end(&p);
}

static void T10_a_body_that_cannot_be_read_is_answered_and_the_session_lives(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint32_t status;
    } bad[] = {
        /* sm_length 255 with nothing behind it; 61 with 4 bytes; 3 with 4 bytes */
        {"00000029 00000004 00000000 00000007 00 0101 33333600 0000 313233343500 00 00 00 00 00 "
         "00 00 00 00 ff",
         ESME_RINVMSGLEN},
        {"0000002d 00000004 00000000 00000007 00 0101 33333600 0000 313233343500 00 00 00 00 00 "
         "00 00 00 00 3d 53544f50",
         ESME_RINVMSGLEN},
        {"0000002d 00000004 00000000 00000007 00 0101 33333600 0000 313233343500 00 00 00 00 00 "
         "00 00 00 00 03 53544f50",
         ESME_RINVOPTPARSTREAM},
        /* a source_addr that never ends, short and long */
        {"00000018 00000004 00000000 00000007 00 0101 3333333333", ESME_RINVCMDLEN},
        {"0000002d 00000004 00000000 00000007 00 0101 "
         "33333333333333333333333333333333333333333333333333 00",
         ESME_RINVSRCADR},
    };
    struct peer p;
    peer_open_server(&p, SMPP_BIND_TRANSCEIVER);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        peer_feed(&p, peer_hex(p.arena, bad[i].hex));
        assert_takes(&p, SMPP_SUBMIT_SM_RESP, bad[i].status, 7);
    }
    assert_log(&p, "");
    assert_int_equal(smpp_session_state(p.session), SMPP_BOUND);
    peer_end(&p);
}

static void T10_a_bad_bind_is_answered_and_the_next_one_may_be_right(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    struct peer p;
    peer_open(&p, &config);
    p.answers = true;
    struct buf bind = buf_limited(256);
    peer_write(&bind, (struct smpp_pdu){0}, SMPP_BIND_TRANSCEIVER, 0, 3);
    bind.n--; /* address_range: 41 bytes, none of them NUL */
    for (int i = 0; i < 41; i++)
        buf_add_u8(&bind, 'x');
    buf_set_u32(&bind, 0, (uint32_t)bind.n);
    peer_feed(&p, buf_str(&bind));
    assert_takes(&p, SMPP_BIND_TRANSCEIVER_RESP, ESME_RBINDFAIL, 3);
    assert_log(&p, "");
    peer_gives(&p, SMPP_BIND_TRANSCEIVER, 0, 4);
    assert_log(&p, "request bind_transceiver 4\nbound 3\n");
    buf_free(&bind);
    peer_end(&p);
}

static void T10_a_text_of_odd_length_is_no_matter_of_the_session(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    p.answers = true;
    peer_feed(&p, peer_hex(p.arena, "0000002c 00000005 00000000 00000007 00 01 01 33333600 00 00 "
                                    "313233343500 00 00 00 00 00 00 00 08 00 03 004100"));
    assert_takes(&p, SMPP_DELIVER_SM_RESP, ESME_ROK, 7);
    peer_end(&p);
}

/* A whole conversation of a client: what it wrote, as bytes. */
static void converse(struct peer *p, bool one_byte_runs)
{
    peer_open(p, &peer_config);
    p->one_byte_runs = one_byte_runs;
    p->answers = true;
    assert_int_equal(peer_request(p, SMPP_BIND_TRANSCEIVER, "bind"), OK);
    struct buf run = buf_limited(SMPP_PDU_MAX);
    static char text[6000];
    struct smpp_tlv payload = {SMPP_TAG_MESSAGE_PAYLOAD, {text, sizeof(text)}};
    struct smpp_pdu with_payload = {.tlvs = &payload, .tlv_n = 1};
    peer_write(&run, (struct smpp_pdu){0}, SMPP_BIND_TRANSCEIVER_RESP, 0, 1);
    for (uint32_t i = 0; i < 20; i++) {
        peer_write(&run, i % 7 ? (struct smpp_pdu){0} : with_payload, SMPP_DELIVER_SM, 0, 100 + i);
        peer_write(&run, (struct smpp_pdu){0}, SMPP_ENQUIRE_LINK, 0, 200 + i);
    }
    peer_write(&run, (struct smpp_pdu){0}, SMPP_UNBIND, 0, 300);
    peer_feed(p, buf_str(&run));
    buf_free(&run);
}

static void T11_segments_of_one_byte_and_of_many_pdus_give_the_same(void **state)
{
    (void)state;
    struct peer whole;
    struct peer bytewise;
    converse(&whole, false);
    converse(&bytewise, true);
    assert_int_equal(whole.outputs, 2);
    assert_int_equal(whole.sent.n, bytewise.sent.n);
    assert_memory_equal(whole.sent.p, bytewise.sent.p, whole.sent.n);
    buf_add_u8(&bytewise.log, 0);
    assert_log(&whole, (char *)bytewise.log.p);
    peer_end(&whole);
    peer_end(&bytewise);
}

static void T11_half_a_pdu_and_then_silence_ends_the_session(void **state)
{
    (void)state;
    struct smpp_session_config config = peer_config;
    config.enquire_us = 0;
    for (size_t n = 1; n < 16; n += 7) {
        struct peer p;
        peer_open_client(&p, &config);
        peer_wait(&p, 100 * SEC_US);
        peer_feed(&p, str_sub(peer_hex(p.arena, "00000010 00000015 00000000 00000001"), 0, n));
        peer_wait(&p, 9 * SEC_US);
        assert_log(&p, "");
        peer_wait(&p, 1 * SEC_US);
        assert_log(&p, "closed unfinished PDU ESME_ROK\n");
        peer_end(&p);
    }
}

static void T11_bytes_that_trickle_in_do_not_hold_the_session_open(void **state)
{
    (void)state;
    struct peer p;
    peer_open_client(&p, &peer_config);
    struct str pdu = peer_hex(p.arena, "00000010 00000015 00000000 00000001");
    for (size_t i = 0; i < 10; i++) {
        peer_feed(&p, str_sub(pdu, i, i + 1));
        peer_wait(&p, 1 * SEC_US);
    }
    assert_log(&p, "closed unfinished PDU ESME_ROK\n");
    peer_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T6_error_responses_in_every_shape_end_their_request),
        cmocka_unit_test(T6_a_response_with_a_damaged_body_still_ends_its_request),
        cmocka_unit_test(T7_unknown_and_misplaced_tlvs_are_passed_over),
        cmocka_unit_test(T8_a_tlv_over_the_end_is_answered_and_the_session_lives),
        cmocka_unit_test(T9_a_length_that_cannot_be_is_nacked_and_ends_the_session),
        cmocka_unit_test(T9_http_on_the_port_is_closed_cheaply),
        cmocka_unit_test(T9_before_the_bind_a_pdu_has_at_most_256_bytes),
        cmocka_unit_test(T10_a_body_that_cannot_be_read_is_answered_and_the_session_lives),
        cmocka_unit_test(T10_a_bad_bind_is_answered_and_the_next_one_may_be_right),
        cmocka_unit_test(T10_a_text_of_odd_length_is_no_matter_of_the_session),
        cmocka_unit_test(T11_segments_of_one_byte_and_of_many_pdus_give_the_same),
        cmocka_unit_test(T11_half_a_pdu_and_then_silence_ends_the_session),
        cmocka_unit_test(T11_bytes_that_trickle_in_do_not_hold_the_session_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

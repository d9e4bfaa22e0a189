/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/receipt: what carriers write, read. */
#include "base/clock.h"
#include "smpp/receipt.h"
#include "testing.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_str(struct str s, const char *expected)
{
    if (!str_eq(s, str_of(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", STR_FMT(s), expected);
}

static void assert_text(const char *text, const char *id, enum smpp_message_state state,
                        const char *stat, const char *error, const char *done_date)
{
    struct smpp_receipt r;
    smpp_receipt_parse_text(&r, str_of(text));
    assert_str(r.id, id);
    assert_int_equal(r.state, state);
    assert_str(r.stat, stat);
    assert_str(r.error, error);
    assert_str(r.done_date, done_date);
}

static void T3_the_text_of_the_specification(void **state)
{
    (void)state;
    assert_text("id:0123456789 sub:001 dlvrd:001 submit date:2611211405 done date:2611211406 "
                "stat:DELIVRD err:000 text:Hello world",
                "0123456789", SMPP_STATE_DELIVERED, "DELIVRD", "000", "2611211406");
}

static void T3_fields_are_missing_blank_or_in_another_order(void **state)
{
    (void)state;
    assert_text("id:7 stat:EXPIRED", "7", SMPP_STATE_EXPIRED, "EXPIRED", "", "");
    assert_text("id: 7 submit date: 261121140500 done date: 261121140659 stat: UNDELIV err: 042",
                "7", SMPP_STATE_UNDELIVERABLE, "UNDELIV", "042", "261121140659");
    assert_text("stat:REJECTD err:1234 id:7 done date:20261121140659", "7", SMPP_STATE_REJECTED,
                "REJECTD", "1234", "20261121140659");
    assert_text("id:7 sub: dlvrd: stat: err:12", "7", SMPP_STATE_NONE, "", "12", "");
    assert_text("id:7 done date:1795269999 stat:DELETED", "7", SMPP_STATE_DELETED, "DELETED", "",
                "1795269999");
}

static void T3_the_case_of_keys_and_words_does_not_count(void **state)
{
    (void)state;
    assert_text("ID:ab-12 Done Date:2611211406 Stat:delivrd Err:E7", "ab-12", SMPP_STATE_DELIVERED,
                "delivrd", "E7", "2611211406");
    assert_text("id:7 stat:Delivered", "7", SMPP_STATE_DELIVERED, "Delivered", "", "");
}

static void vendors_words_have_a_meaning_and_others_are_kept(void **state)
{
    (void)state;
    assert_text("id:7 stat:ACKED", "7", SMPP_STATE_ACCEPTED, "ACKED", "", "");
    assert_text("id:7 stat:BUFFRED", "7", SMPP_STATE_ENROUTE, "BUFFRED", "", "");
    assert_text("id:7 stat:BUFFERD", "7", SMPP_STATE_ENROUTE, "BUFFERD", "", "");
    assert_text("id:7 stat:SCHEDULED", "7", SMPP_STATE_ENROUTE, "SCHEDULED", "", "");
    assert_text("id:7 stat:FAILED", "7", SMPP_STATE_UNDELIVERABLE, "FAILED", "", "");
    assert_text("id:7 stat:ODDITY", "7", SMPP_STATE_NONE, "ODDITY", "", "");
}

static void T2_an_id_is_any_word_of_up_to_64_characters(void **state)
{
    (void)state;
    const char *uuid = "0b5c1f5e-7a51-4c8e-9d0b-2f1de47b5c11";
    struct smpp_receipt r;
    smpp_receipt_parse_text(&r, arena_printf(arena, "id:%s stat:DELIVRD", uuid));
    assert_str(r.id, uuid);
    smpp_receipt_parse_text(&r, arena_printf(arena, "id:%064d stat:DELIVRD", 1));
    assert_int_equal(r.id.n, 64);
    smpp_receipt_parse_text(&r, arena_printf(arena, "id:%065d stat:DELIVRD", 1));
    assert_int_equal(r.id.n, 0);
    assert_text("msgid:9 id:7;stat:DELIVRD", "7;stat:DELIVRD", SMPP_STATE_NONE, "", "", "");
    assert_text("id:7, stat:DELIVRD; err:000", "7", SMPP_STATE_DELIVERED, "DELIVRD", "000", "");
}

static void the_quoted_message_forges_nothing(void **state)
{
    (void)state;
    assert_text("id:7 stat:UNDELIV err:001 text:id:8 stat:DELIVRD err:000", "7",
                SMPP_STATE_UNDELIVERABLE, "UNDELIV", "001", "");
    assert_text("Text: id:8 stat:DELIVRD", "", SMPP_STATE_NONE, "", "", "");
    assert_text("id:7 stat:UNDELIV id:8 stat:DELIVRD", "7", SMPP_STATE_UNDELIVERABLE, "UNDELIV", "",
                "");
}

static struct smpp_pdu receipt_pdu(uint32_t command, struct str text, struct smpp_tlv *tlvs,
                                   size_t tlv_n)
{
    struct smpp_pdu pdu = {.command = command, .tlvs = tlvs, .tlv_n = tlv_n};
    if (command == SMPP_DATA_SM)
        pdu.body.data_sm.esm_class = 0x04;
    else
        pdu.body.deliver_sm = (struct smpp_deliver_sm){.esm_class = 0x04, .short_message = text};
    return pdu;
}

static void T4_a_receipt_in_tlvs_only(void **state)
{
    (void)state;
    struct smpp_tlv tlvs[] = {{SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("812FC7470000001B")},
                              {SMPP_TAG_MESSAGE_STATE, STR("\x05")},
                              {SMPP_TAG_NETWORK_ERROR_CODE, STR("\x03\x00\x1b")}};
    struct smpp_pdu pdu = receipt_pdu(SMPP_DELIVER_SM, STR(""), tlvs, 3);
    struct smpp_receipt r;
    assert_true(smpp_is_receipt(&pdu));
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
    assert_str(r.id, "812FC7470000001B");
    assert_int_equal(r.state, SMPP_STATE_UNDELIVERABLE);
    assert_str(r.stat, "UNDELIV");
    assert_str(r.error, "027");
}

static void T4_a_receipt_in_message_payload_and_in_data_sm(void **state)
{
    (void)state;
    struct smpp_tlv payload = {SMPP_TAG_MESSAGE_PAYLOAD, STR("id:7 stat:DELIVRD err:000")};
    static const uint32_t commands[] = {SMPP_DELIVER_SM, SMPP_DATA_SM};
    for (size_t i = 0; i < 2; i++) {
        struct smpp_pdu pdu = receipt_pdu(commands[i], STR(""), &payload, 1);
        struct smpp_receipt r;
        assert_true(smpp_is_receipt(&pdu));
        assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
        assert_str(r.id, "7");
        assert_int_equal(r.state, SMPP_STATE_DELIVERED);
    }
}

static void tlvs_outrank_the_text_and_odd_ones_are_passed_over(void **state)
{
    (void)state;
    struct str text = STR("id:7 stat:ENROUTE err:001");
    struct smpp_tlv tlvs[] = {{SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("8")},
                              {SMPP_TAG_MESSAGE_STATE, STR("\x02")},
                              {SMPP_TAG_NETWORK_ERROR_CODE, STR("042")}};
    struct smpp_pdu pdu = receipt_pdu(SMPP_DELIVER_SM, text, tlvs, 3);
    struct smpp_receipt r;
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
    assert_str(r.id, "8");
    assert_int_equal(r.state, SMPP_STATE_DELIVERED);
    assert_str(r.stat, "ENROUTE");
    assert_str(r.error, "042");

    struct smpp_tlv odd[] = {{SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("")},
                             {SMPP_TAG_MESSAGE_STATE, STR("\x63")},
                             {SMPP_TAG_NETWORK_ERROR_CODE, STR("\x01")}};
    pdu = receipt_pdu(SMPP_DELIVER_SM, text, odd, 3);
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
    assert_str(r.id, "7");
    assert_int_equal(r.state, SMPP_STATE_ENROUTE);
    assert_str(r.error, "001");
}

static void the_states_of_version_5_have_a_meaning(void **state)
{
    (void)state;
    static const struct {
        struct str number;
        enum smpp_message_state state;
    } cases[] = {{STR("\x00"), SMPP_STATE_ENROUTE},
                 {STR("\x08"), SMPP_STATE_REJECTED},
                 {STR("\x09"), SMPP_STATE_UNDELIVERABLE}};
    for (size_t i = 0; i < 3; i++) {
        struct smpp_tlv tlv = {SMPP_TAG_MESSAGE_STATE, cases[i].number};
        struct smpp_pdu pdu = receipt_pdu(SMPP_DELIVER_SM, STR("id:7"), &tlv, 1);
        struct smpp_receipt r;
        assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
        assert_int_equal(r.state, cases[i].state);
    }
}

static void nothing_follows_a_final_state(void **state)
{
    (void)state;
    static const bool final[] = {false, false, true, true, true, true, false, false, true};
    for (int i = SMPP_STATE_NONE; i <= SMPP_STATE_REJECTED; i++)
        assert_int_equal(smpp_state_final((enum smpp_message_state)i), final[i]);
}

static void a_header_before_the_text_is_skipped(void **state)
{
    (void)state;
    struct smpp_pdu pdu =
        receipt_pdu(SMPP_DELIVER_SM, STR("\x05\x00\x03\x01\x01\x01id:7 stat:DELIVRD"), NULL, 0);
    pdu.body.deliver_sm.esm_class = 0x44;
    struct smpp_receipt r;
    assert_true(smpp_is_receipt(&pdu));
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
    assert_str(r.id, "7");
    pdu.body.deliver_sm.short_message = STR("\xff");
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), ERR_MALFORMED);
}

static void esm_class_tells_receipts_from_messages(void **state)
{
    (void)state;
    static const uint8_t receipts[] = {0x04, 0x44, 0x84, 0x20, 0x60, 0x07};
    static const uint8_t others[] = {0x00, 0x40, 0x80, 0x08, 0x10, 0x18, 0x24, 0x03};
    struct smpp_pdu pdu = receipt_pdu(SMPP_DELIVER_SM, STR("hi"), NULL, 0);
    for (size_t i = 0; i < sizeof(receipts); i++) {
        pdu.body.deliver_sm.esm_class = receipts[i];
        assert_true(smpp_is_receipt(&pdu));
    }
    for (size_t i = 0; i < sizeof(others); i++) {
        pdu.body.deliver_sm.esm_class = others[i];
        assert_false(smpp_is_receipt(&pdu));
    }
    struct smpp_tlv id = {SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("7")};
    pdu.tlvs = &id;
    pdu.tlv_n = 1;
    assert_true(smpp_is_receipt(&pdu));
    pdu.command = SMPP_SUBMIT_SM;
    assert_false(smpp_is_receipt(&pdu));
}

static void neither_id_nor_state_is_no_receipt(void **state)
{
    (void)state;
    struct smpp_receipt r;
    struct smpp_pdu pdu = receipt_pdu(SMPP_DELIVER_SM, STR("hello there"), NULL, 0);
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), ERR_MALFORMED);
    pdu = receipt_pdu(SMPP_DELIVER_SM, STR("stat:DELIVRD"), NULL, 0);
    assert_int_equal(smpp_receipt_read(&r, arena, &pdu), OK);
    assert_int_equal(r.id.n, 0);
}

static void T5_what_we_write_is_whole_and_reads_back(void **state)
{
    (void)state;
    for (int i = SMPP_STATE_ENROUTE; i <= SMPP_STATE_REJECTED; i++) {
        enum smpp_message_state written = (enum smpp_message_state)i;
        struct buf out = buf_limited(254);
        smpp_receipt_write_text(&out, STR("ab-12"), written, 42, 1795269900 * SEC_US,
                                1795269960 * SEC_US, STR("a text of more than twenty bytes"));
        struct smpp_receipt r;
        smpp_receipt_parse_text(&r, buf_str(&out));
        assert_str(r.id, "ab-12");
        assert_int_equal(r.state, written);
        assert_str(r.stat, smpp_state_stat(written));
        assert_str(r.error, "042");
        assert_str(r.done_date, "2611211406");
        buf_free(&out);
    }
    struct buf out = buf_limited(254);
    smpp_receipt_write_text(&out, STR("7"), SMPP_STATE_EXPIRED, 0, 1795269900 * SEC_US,
                            1795269960 * SEC_US, STR("a text of more than twenty bytes"));
    assert_str(buf_str(&out), "id:7 sub:001 dlvrd:000 submit date:2611211405 done date:2611211406 "
                              "stat:EXPIRED err:000 text:a text of more than ");
    buf_free(&out);
}

static void text_cut_anywhere_is_read_safely(void **state)
{
    (void)state;
    struct str text = STR("id:7 sub:001 dlvrd:001 submit date:2611211405 done date:2611211406 "
                          "stat:DELIVRD err:000 text:Hello");
    for (size_t n = 0; n <= text.n; n++) {
        struct arena *exact = arena_new();
        struct smpp_receipt r;
        smpp_receipt_parse_text(&r, arena_str(exact, str_sub(text, 0, n)));
        assert_true(r.id.n <= 1);
        arena_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T3_the_text_of_the_specification),
        cmocka_unit_test(T3_fields_are_missing_blank_or_in_another_order),
        cmocka_unit_test(T3_the_case_of_keys_and_words_does_not_count),
        cmocka_unit_test(vendors_words_have_a_meaning_and_others_are_kept),
        cmocka_unit_test(T2_an_id_is_any_word_of_up_to_64_characters),
        cmocka_unit_test(the_quoted_message_forges_nothing),
        cmocka_unit_test(T4_a_receipt_in_tlvs_only),
        cmocka_unit_test(T4_a_receipt_in_message_payload_and_in_data_sm),
        cmocka_unit_test(tlvs_outrank_the_text_and_odd_ones_are_passed_over),
        cmocka_unit_test(the_states_of_version_5_have_a_meaning),
        cmocka_unit_test(nothing_follows_a_final_state),
        cmocka_unit_test(a_header_before_the_text_is_skipped),
        cmocka_unit_test(esm_class_tells_receipts_from_messages),
        cmocka_unit_test(neither_id_nor_state_is_no_receipt),
        cmocka_unit_test(T5_what_we_write_is_whole_and_reads_back),
        cmocka_unit_test(text_cut_anywhere_is_read_safely),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

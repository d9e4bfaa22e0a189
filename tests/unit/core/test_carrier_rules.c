/* SPDX-License-Identifier: Apache-2.0 */
/* core/carrier_rules: what a carrier's settings say about each submit_sm, and what is refused. */
#include "base/buf.h"
#include "core/carrier_rules.h"
#include "testing.h"

static struct arena *arena;
static struct carrier_rules rules;
static struct refusal why;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static enum err read_rules(const char *setting, const char *value)
{
    struct carrier_settings settings;
    json_t *json = json_pack("{s:s, s:s}", "host", "smsc.example", setting, value);
    assert_non_null(json);
    why = (struct refusal){0};
    enum err e = carrier_settings_read(&settings, arena, json, true, &why);
    json_decref(json);
    return e ? e : carrier_rules_read(&rules, arena, &settings, &why);
}

static void assert_refused(const char *setting, const char *value)
{
    assert_int_equal(read_rules(setting, value), ERR_INVALID);
    assert_string_equal(why.field, setting);
    assert_true(why.detail.n > 0);
}

static void assert_wires(const char *encodings, size_t n, const enum text_wire *wires)
{
    assert_int_equal(read_rules("encodings", encodings), OK);
    assert_int_equal(rules.text.wires_n, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rules.text.wires[i], wires[i]);
}

static void encodings_are_tried_in_their_order(void **state)
{
    (void)state;
    assert_wires("0,8", 2, (enum text_wire[]){TEXT_WIRE_GSM, TEXT_WIRE_UCS2});
    assert_wires("8", 1, (enum text_wire[]){TEXT_WIRE_UCS2});
    assert_wires(
        " 3, 1 ,0,8", 4,
        (enum text_wire[]){TEXT_WIRE_ISO_8859_1, TEXT_WIRE_IA5, TEXT_WIRE_GSM, TEXT_WIRE_UCS2});
    static const char *const bad[] = {"", "2", "0,0", "0,8,", ",", "0;8", "0x08", "0,1,3,8,0"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_refused("encodings", bad[i]);
}

static void data_coding_0_is_the_default_alphabet(void **state)
{
    (void)state;
    static const char *const words[] = {"gsm", "gsm-packed", "latin1", "ascii", "utf8"};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(read_rules("default_alphabet", words[i]), OK);
        assert_int_equal(rules.text.wires[0], i);
        assert_int_equal(text_wire_coding(rules.text.wires[0]), 0);
    }
    assert_int_equal(text_wire_coding(TEXT_WIRE_IA5), 1);
    assert_int_equal(text_wire_coding(TEXT_WIRE_ISO_8859_1), 3);
    assert_int_equal(text_wire_coding(TEXT_WIRE_UCS2), 8);
}

static void words_are_taken_in_the_order_of_their_table(void **state)
{
    (void)state;
    static const char *const modes[] = {"udh8", "udh16", "sar", "payload"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(read_rules("long_messages", modes[i]), OK);
        assert_int_equal(rules.text.mode, i);
    }
    static const char *const formats[] = {"absolute", "relative", "none"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(read_rules("validity_format", formats[i]), OK);
        assert_int_equal(rules.validity, i);
    }
    static const char *const receipts[] = {"final", "failures", "intermediate", "none"};
    static const uint8_t asked[] = {1, 2, 0x11, 0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(read_rules("receipts", receipts[i]), OK);
        assert_int_equal(rules.registered_delivery, asked[i]);
    }
}

static void assert_value(size_t nth, uint16_t tag, struct str wanted)
{
    const struct tlv_values values = {
        .account = STR("acme, inc"), .sender = STR("Shop"), .tag = STR("été"), .id = STR("1234")};
    assert_true(nth < rules.tlvs_n);
    assert_int_equal(rules.tlvs[nth].tag, tag);
    struct str value = carrier_tlv_value(arena, &rules.tlvs[nth], &values);
    assert_int_equal(value.n, wanted.n);
    assert_memory_equal(value.p, wanted.p, wanted.n);
}

static void tlvs_hold_text_words_of_the_message_and_bytes(void **state)
{
    (void)state;
    assert_int_equal(read_rules("tlvs", "0x1400=PE-{account}/{sender},5121={tag}{id}, "
                                        "0x1402=hex:00ff10,0xFFFE=é\\,\\{\\}\\\\,0x1404="),
                     OK);
    assert_int_equal(rules.tlvs_n, 5);
    assert_value(0, 0x1400, STR("PE-acme, inc/Shop"));
    assert_value(1, 0x1401, STR("été1234"));
    assert_value(2, 0x1402, (struct str){"\x00\xFF\x10", 3});
    assert_value(3, 0xFFFE, STR("é,{}\\"));
    assert_value(4, 0x1404, STR(""));
    assert_int_equal(read_rules("tlvs", ""), OK);
    assert_int_equal(rules.tlvs_n, 0);
}

static void tlvs_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"0x1400",
                                      "=x",
                                      "0x=x",
                                      "0x10000=x",
                                      "65536=x",
                                      "0=x",
                                      "-1=x",
                                      "0x14G0=x",
                                      "0x1400=x,,0x1401=y",
                                      "0x1400={who}",
                                      "0x1400={",
                                      "0x1400={id",
                                      "0x1400=}",
                                      "0x1400=x\\",
                                      "0x1400={}",
                                      "0x1400={ id}",
                                      "0x1400=hex:0",
                                      "0x1400=hex:0g",
                                      "0x0424=x",
                                      "0x020C=hex:0001",
                                      "0x020e=hex:01",
                                      "0x020F=hex:01",
                                      "5=hex:01",
                                      "0x0204={id}",
                                      "0x0204=hex:01",
                                      "0x0019=hex:0001",
                                      "0x0381=abc"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_refused("tlvs", bad[i]);
    assert_int_equal(read_rules("tlvs", "0x0204=hex:0001,0x0381=hex:00010131"), OK);
}

static void sixteen_tlvs_are_taken_and_no_more(void **state)
{
    (void)state;
    struct buf text = buf_limited(500);
    for (unsigned i = 0; i < CARRIER_TLVS_MAX; i++)
        buf_printf(&text, "%s%u=x", i ? "," : "", 0x1400 + i);
    buf_add_u8(&text, 0);
    assert_int_equal(read_rules("tlvs", (const char *)text.p), OK);
    assert_int_equal(rules.tlvs_n, CARRIER_TLVS_MAX);
    text.n--;
    buf_printf(&text, ",0x2000=x");
    buf_add_u8(&text, 0);
    assert_refused("tlvs", (const char *)text.p);
    buf_free(&text);
}

static void assert_clause(const char *country, struct str wanted)
{
    struct str clause = carrier_clause(&rules, country);
    assert_int_equal(clause.n, wanted.n);
    assert_memory_equal(clause.p ? clause.p : "", wanted.p, wanted.n);
}

static void P1_3_each_country_has_its_clause_or_none(void **state)
{
    (void)state;
    assert_int_equal(
        read_rules("stop_texts", "FR=STOP 36184; BE =STOP=8989 à 0€;CH=;\nGP=STOP 30099;"), OK);
    assert_int_equal(rules.clauses_n, 4);
    rules.clause = STR("STOP 1");
    assert_clause("FR", STR("STOP 36184"));
    assert_clause("BE", STR("STOP=8989 à 0€"));
    assert_clause("GP", STR("STOP 30099"));
    assert_clause("CH", STR(""));
    assert_clause("DE", STR("STOP 1"));
    assert_clause("", STR("STOP 1"));
    assert_int_equal(read_rules("stop_texts", ""), OK);
    assert_int_equal(rules.clauses_n, 0);
}

static void P1_3_clauses_that_no_phone_could_be_sent_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "STOP 36184", "FR",
        "=STOP",      "fr=STOP",
        "FRA=STOP",   "UK=STOP",
        "ZZ=STOP",    "FR=STOP;FR=STOP 2",
        "FR=ŞTOP",    "FR=1234567890123456789012345678901234567890123456789012345678901",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_refused("stop_texts", bad[i]);
    assert_int_equal(
        read_rules("stop_texts", "FR=éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"),
        OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings_are_tried_in_their_order),
        cmocka_unit_test(data_coding_0_is_the_default_alphabet),
        cmocka_unit_test(words_are_taken_in_the_order_of_their_table),
        cmocka_unit_test(tlvs_hold_text_words_of_the_message_and_bytes),
        cmocka_unit_test(tlvs_that_make_no_sense_are_refused),
        cmocka_unit_test(sixteen_tlvs_are_taken_and_no_more),
        cmocka_unit_test(P1_3_each_country_has_its_clause_or_none),
        cmocka_unit_test(P1_3_clauses_that_no_phone_could_be_sent_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

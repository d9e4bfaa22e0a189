/* SPDX-License-Identifier: Apache-2.0 */
/* core/receipt_rules: what a carrier's settings make of its receipts. */
#include "core/receipt_rules.h"
#include "testing.h"

static struct {
    struct arena *arena;
    struct receipt_rules *rules;
    struct refusal why;
    struct smpp_pdu pdu;
    struct smpp_tlv tlvs[4];
    struct receipt_read receipt;
} f;

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    f.arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    receipt_rules_free(f.rules);
    arena_free(f.arena);
    return 0;
}

/* The carrier has these settings from now on. */
static enum err read_settings(const char *members)
{
    struct carrier_settings settings;
    struct str text = arena_printf(f.arena, "{\"host\":\"h\"%s%s}", *members ? "," : "", members);
    json_t *json = json_loads(text.p, 0, NULL);
    assert_non_null(json);
    enum err e = carrier_settings_read(&settings, f.arena, json, true, &f.why);
    json_decref(json);
    if (e)
        return e;
    receipt_rules_free(f.rules);
    f.rules = NULL;
    return receipt_rules_new(&f.rules, &settings, f.arena, &f.why);
}

static void with_settings(const char *members)
{
    assert_int_equal(read_settings(members), OK);
}

static void tlv(uint16_t tag, struct str value)
{
    f.tlvs[f.pdu.tlv_n++] = (struct smpp_tlv){.tag = tag, .value = value};
}

static enum err read_text(const char *text)
{
    f.pdu.command = SMPP_DELIVER_SM;
    f.pdu.has_body = true;
    f.pdu.body.deliver_sm.esm_class = SMPP_ESM_RECEIPT;
    f.pdu.body.deliver_sm.short_message = str_of(text);
    f.pdu.tlvs = f.tlvs;
    enum err e = receipt_rules_read(f.rules, &f.receipt, f.arena, &f.pdu);
    return e;
}

static void assert_read(const char *text, const char *id, enum message_state state,
                        const char *stat, const char *error)
{
    assert_int_equal(read_text(text), OK);
    if (!str_eq(f.receipt.id, str_of(id)))
        fail_msg("id %.*s is not %s", STR_FMT(f.receipt.id), id);
    assert_int_equal(f.receipt.state, state);
    assert_true(str_eq(f.receipt.stat, str_of(stat)));
    assert_true(str_eq(f.receipt.error, str_of(error)));
}

#define SPECIFIED \
    " sub:001 dlvrd:001 submit date:2611211405 done date:2611211406 stat:DELIVRD err:000 text:"

static void by_default_a_receipt_is_read_as_specified(void **state)
{
    (void)state;
    with_settings("");
    assert_read("id:0972660181" SPECIFIED "id:1 stat:UNDELIV", "0972660181", MESSAGE_DELIVERED,
                "DELIVRD", "000");
    assert_read("id:1101C1-C9D03D-F000 stat:delivrd err: 042", "1101C1-C9D03D-F000",
                MESSAGE_DELIVERED, "delivrd", "042");
}

static void ids_are_read_in_the_carriers_format(void **state)
{
    (void)state;
    with_settings("\"receipt_id\":\"decimal\"");
    assert_read("id:0972660181" SPECIFIED, "972660181", MESSAGE_DELIVERED, "DELIVRD", "000");
    with_settings("\"receipt_id\":\"hex\"");
    assert_read("id:812FC7470000001B" SPECIFIED, "9308878062554710043", MESSAGE_DELIVERED,
                "DELIVRD", "000");
    assert_read("id:ab-1" SPECIFIED, "ab-1", MESSAGE_DELIVERED, "DELIVRD", "000");
    tlv(SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("00ff"));
    assert_read("", "255", MESSAGE_SENT, "", "");
}

static void expressions_take_the_place_of_the_grammar(void **state)
{
    (void)state;
    with_settings("\"receipt_id_pattern\":\"ref=(\\\\w+)\","
                  "\"receipt_stat_pattern\":\"result=(\\\\w+)\","
                  "\"receipt_err_pattern\":\"code=(\\\\d+)\"");
    assert_read("id:9 ref=A7 stat:UNDELIV result=DELIVRD err:1 code=77", "A7", MESSAGE_DELIVERED,
                "DELIVRD", "77");
    assert_int_equal(read_text("id:9 stat:DELIVRD"), ERR_MALFORMED);
    assert_read("ref=A7 stat:DELIVRD", "A7", MESSAGE_SENT, "", "");
}

static void expressions_go_before_tlvs_and_tlvs_before_nothing(void **state)
{
    (void)state;
    with_settings("\"receipt_id_pattern\":\"ref=(\\\\w+)\","
                  "\"receipt_stat_pattern\":\"result=(\\\\w+)\"");
    tlv(SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("T1"));
    tlv(SMPP_TAG_MESSAGE_STATE, STR("\x05"));
    assert_read("ref=A7 result=DELIVRD", "A7", MESSAGE_DELIVERED, "DELIVRD", "");
    assert_read("id:9 stat:DELIVRD", "T1", MESSAGE_UNDELIVERED, "UNDELIV", "");
}

static void what_a_phone_wrote_is_not_seen_unless_asked_for(void **state)
{
    (void)state;
    with_settings("\"receipt_id_pattern\":\"ref=(\\\\w+)\"");
    assert_int_equal(read_text("stat:DELIVRD text:ref=forged"), ERR_MALFORMED);
    with_settings("\"receipt_id_pattern\":\"ref=(\\\\w+)\",\"receipt_text\":true");
    assert_read("stat:DELIVRD text:ref=A7", "A7", MESSAGE_DELIVERED, "DELIVRD", "");
}

static void tlvs_stand_behind_the_text_as_tag_and_value(void **state)
{
    (void)state;
    with_settings("\"receipt_tlvs\":\"0x1401, 0x1e,0x1403\","
                  "\"receipt_id_pattern\":\"\\\\b0x1401:([0-9a-f-]+)\","
                  "\"receipt_err_pattern\":\"0x001E:(\\\\w+)$\"");
    tlv(0x1401, STR("f47ac10b-58cc\0"));
    tlv(SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("T1"));
    tlv(0x1403, STR("\x01\x02")); /* no text: left out */
    assert_read("id:9 stat:DELIVRD err:5", "f47ac10b-58cc", MESSAGE_DELIVERED, "DELIVRD", "T1");
}

static void words_mean_what_the_carrier_says(void **state)
{
    (void)state;
    with_settings("\"stat_map\":\"GOOD=delivered, unknown = undelivered,DELIVRD=enroute,"
                  "S1=expired,S2=rejected,S3=unknown\"");
    assert_read("id:1 stat:good", "1", MESSAGE_DELIVERED, "good", "");
    assert_read("id:1 stat:UNKNOWN", "1", MESSAGE_UNDELIVERED, "UNKNOWN", "");
    assert_read("id:1 stat:DELIVRD", "1", MESSAGE_SENT, "DELIVRD", "");
    assert_read("id:1 stat:S1", "1", MESSAGE_EXPIRED, "S1", "");
    assert_read("id:1 stat:S2", "1", MESSAGE_REJECTED, "S2", "");
    assert_read("id:1 stat:S3", "1", MESSAGE_UNKNOWN, "S3", "");
    assert_read("id:1 stat:GOODIES", "1", MESSAGE_SENT, "GOODIES", ""); /* whole words only */
    tlv(SMPP_TAG_MESSAGE_STATE, STR("\x07"));
    assert_read("id:1", "1", MESSAGE_UNDELIVERED, "UNKNOWN", "");
    assert_read("id:1 stat:GOOD", "1", MESSAGE_DELIVERED, "GOOD", "");
}

static void every_word_and_number_has_its_state(void **state)
{
    (void)state;
    static const struct {
        const char *stat;
        enum message_state state;
    } words[] = {
        {"DELIVRD", MESSAGE_DELIVERED},   {"EXPIRED", MESSAGE_EXPIRED},
        {"DELETED", MESSAGE_UNDELIVERED}, {"UNDELIV", MESSAGE_UNDELIVERED},
        {"ACCEPTD", MESSAGE_SENT},        {"UNKNOWN", MESSAGE_UNKNOWN},
        {"REJECTD", MESSAGE_REJECTED},    {"ENROUTE", MESSAGE_SENT},
        {"ACKED", MESSAGE_SENT},          {"BUFFRED", MESSAGE_SENT},
        {"BUFFERD", MESSAGE_SENT},        {"SCHEDULED", MESSAGE_SENT},
        {"FAILED", MESSAGE_UNDELIVERED},  {"SKIPPED", MESSAGE_UNDELIVERED},
        {"WHATEVER", MESSAGE_SENT},
    };
    static const struct {
        struct str value;
        enum message_state state;
        const char *stat;
    } numbers[] = {
        {STR("\0"), MESSAGE_SENT, "SCHEDULED"},
        {STR("\1"), MESSAGE_SENT, "ENROUTE"},
        {STR("\2"), MESSAGE_DELIVERED, "DELIVRD"},
        {STR("\3"), MESSAGE_EXPIRED, "EXPIRED"},
        {STR("\4"), MESSAGE_UNDELIVERED, "DELETED"},
        {STR("\5"), MESSAGE_UNDELIVERED, "UNDELIV"},
        {STR("\6"), MESSAGE_SENT, "ACCEPTD"},
        {STR("\7"), MESSAGE_UNKNOWN, "UNKNOWN"},
        {STR("\x8"), MESSAGE_REJECTED, "REJECTD"},
        {STR("\x9"), MESSAGE_UNDELIVERED, "SKIPPED"},
        {STR("\xa"), MESSAGE_SENT, ""},
    };
    with_settings("");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_read(arena_printf(f.arena, "id:1 stat:%s", words[i].stat).p, "1", words[i].state,
                    words[i].stat, "");
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        f.pdu.tlv_n = 0;
        tlv(SMPP_TAG_MESSAGE_STATE, numbers[i].value);
        assert_read("id:1", "1", numbers[i].state, numbers[i].stat, "");
    }
}

static void assert_refused(const char *members, const char *field)
{
    assert_int_equal(read_settings(members), ERR_INVALID);
    assert_string_equal(f.why.field, field);
    assert_true(f.why.detail.n > 0);
}

static void settings_that_cannot_work_are_refused(void **state)
{
    (void)state;
    assert_refused("\"receipt_id_pattern\":\"id:\\\\w+\"", "receipt_id_pattern");
    assert_refused("\"receipt_stat_pattern\":\"(a)(b)\"", "receipt_stat_pattern");
    assert_refused("\"receipt_err_pattern\":\"(a\"", "receipt_err_pattern");
    assert_refused("\"receipt_tlvs\":\"001E\"", "receipt_tlvs");
    assert_refused("\"receipt_tlvs\":\"0x12345\"", "receipt_tlvs");
    assert_refused("\"receipt_tlvs\":\"0x001E,,0x1401\"", "receipt_tlvs");
    assert_refused("\"receipt_tlvs\":\"0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,0x1,"
                   "0x1\"",
                   "receipt_tlvs");
    assert_refused("\"stat_map\":\"DELIVRD\"", "stat_map");
    assert_refused("\"stat_map\":\"DELIVRD=sent\"", "stat_map");
    assert_refused("\"stat_map\":\"=delivered\"", "stat_map");
    struct buf many = buf_limited(1000);
    for (int i = 0; i <= RECEIPT_WORDS_MAX; i++)
        buf_printf(&many, "%sW%d=unknown", i ? "," : "\"stat_map\":\"", i);
    buf_printf(&many, "\"");
    buf_add_u8(&many, 0);
    assert_refused((const char *)many.p, "stat_map");
    buf_free(&many);
}

#define RULES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULES_TEST(by_default_a_receipt_is_read_as_specified),
        RULES_TEST(ids_are_read_in_the_carriers_format),
        RULES_TEST(expressions_take_the_place_of_the_grammar),
        RULES_TEST(expressions_go_before_tlvs_and_tlvs_before_nothing),
        RULES_TEST(what_a_phone_wrote_is_not_seen_unless_asked_for),
        RULES_TEST(tlvs_stand_behind_the_text_as_tag_and_value),
        RULES_TEST(words_mean_what_the_carrier_says),
        RULES_TEST(every_word_and_number_has_its_state),
        RULES_TEST(settings_that_cannot_work_are_refused),
    };
    return cmocka_run_group_tests_name("core/receipt_rules", tests, NULL, NULL);
}

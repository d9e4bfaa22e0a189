/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/submit: the fields of a submit_sm (SMPP 3.4 4.4.1, 5.2). */
#include "base/clock.h"
#include "carrier/submit.h"
#include "testing.h"

#define EXPIRES_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */

static struct arena *arena;
static struct submit s;
static struct carrier_settings settings;
static struct carrier_rules rules;

/* Settings beside the usual ones: "\"full_number\":true". */
static void set(const char *more)
{
    struct refusal why;
    struct str text = arena_printf(arena, "{\"host\":\"h\",\"service_type\":\"CMT\"%s%s}",
                                   *more ? "," : "", more);
    json_t *json = json_loadb(text.p, text.n, 0, NULL);
    assert_non_null(json);
    assert_int_equal(carrier_settings_read(&settings, arena, json, true, &why), OK);
    json_decref(json);
    assert_int_equal(carrier_rules_read(&rules, arena, &settings, &why), OK);
}

static struct outgoing message(const char *sender, const char *text)
{
    return (struct outgoing){.id = 1,
                             .expires_at_us = EXPIRES_US,
                             .recipient = UINT64_C(33612345678),
                             .sender = str_of(sender),
                             .text = str_of(text),
                             .encoding = TEXT_GSM7,
                             .class = -1,
                             .parts = 1};
}

static const struct smpp_submit_sm *fields(const struct outgoing *o, uint32_t part)
{
    assert_int_equal(submit_message(&s, arena, o, &rules, NULL), OK);
    assert_int_equal(submit_part(&s, o, part), OK);
    assert_int_equal(s.pdu.command, SMPP_SUBMIT_SM);
    return &s.pdu.body.submit_sm;
}

static void assert_str(struct str got, const char *wanted)
{
    assert_int_equal(got.n, strlen(wanted));
    assert_memory_equal(got.p, wanted, got.n);
}

static void senders_get_their_type_of_number(void **state)
{
    (void)state;
    const struct {
        const char *sender;
        const char *address;
        uint8_t ton;
        uint8_t npi;
    } cases[] = {
        {"Shop", "Shop", 5, 0},
        {"Shop 24", "Shop 24", 5, 0},
        {"+33600000001", "33600000001", 1, 1},
        {"33600000001", "33600000001", 1, 1},
        {"+3912345", "3912345", 1, 1},
        {"36184", "36184", 3, 0},
        {"12345678", "12345678", 3, 0},
        {"123456789", "123456789", 1, 1},
        {"+", "+", 5, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outgoing o = message(cases[i].sender, "x");
        const struct smpp_submit_sm *sm = fields(&o, 1);
        assert_str(sm->source_addr, cases[i].address);
        assert_int_equal(sm->source_addr_ton, cases[i].ton);
        assert_int_equal(sm->source_addr_npi, cases[i].npi);
    }
}

static void the_recipient_is_international_without_plus(void **state)
{
    (void)state;
    struct outgoing o = message("Shop", "x");
    const struct smpp_submit_sm *sm = fields(&o, 1);
    assert_str(sm->destination_addr, "33612345678");
    assert_int_equal(sm->dest_addr_ton, 1);
    assert_int_equal(sm->dest_addr_npi, 1);
}

static void data_coding_tells_alphabet_and_class(void **state)
{
    (void)state;
    const struct {
        enum text_encoding encoding;
        int class;
        uint8_t coding;
    } cases[] = {
        {TEXT_GSM7, -1, 0x00}, {TEXT_GSM7, 0, 0x10}, {TEXT_GSM7, 1, 0x11}, {TEXT_GSM7, 3, 0x13},
        {TEXT_UCS2, -1, 0x08}, {TEXT_UCS2, 0, 0x18}, {TEXT_UCS2, 2, 0x1A}, {TEXT_UCS2, 3, 0x1B},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outgoing o = message("Shop", "x");
        o.encoding = cases[i].encoding;
        o.class = cases[i].class;
        assert_int_equal(fields(&o, 1)->data_coding, cases[i].coding);
    }
}

static void a_short_text_stands_alone_and_asks_for_a_receipt(void **state)
{
    (void)state;
    struct outgoing o = message("Shop", "Prix: 5€ @");
    const struct smpp_submit_sm *sm = fields(&o, 1);
    assert_int_equal(sm->esm_class, 0);
    assert_int_equal(sm->registered_delivery, 1);
    assert_str(sm->service_type, "CMT");
    assert_str(sm->validity_period, "261121140500000+");
    assert_int_equal(sm->short_message.n, 11);
    assert_memory_equal(sm->short_message.p, "Prix: 5\x1b\x65 \x00", 11);
}

static void ucs2_is_big_endian(void **state)
{
    (void)state;
    struct outgoing o = message("Shop", "é✓");
    o.encoding = TEXT_UCS2;
    const struct smpp_submit_sm *sm = fields(&o, 1);
    assert_int_equal(sm->short_message.n, 4);
    assert_memory_equal(sm->short_message.p, "\x00\xe9\x27\x13", 4);
}

static void parts_carry_a_header_and_all_the_validity(void **state)
{
    (void)state;
    char text[307];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    struct outgoing o = message("Shop", text);
    o.parts = 2;
    o.reference = 0xA7;
    for (uint32_t part = 1; part <= 2; part++) {
        const struct smpp_submit_sm *sm = fields(&o, part);
        const uint8_t header[] = {5, 0, 3, 0xA7, 2, (uint8_t)part};
        assert_int_equal(sm->esm_class, 0x40);
        assert_int_equal(sm->short_message.n, 6 + 153);
        assert_memory_equal(sm->short_message.p, header, sizeof(header));
        assert_str(sm->validity_period, "261121140500000+");
    }
}

static void what_cannot_be_split_as_promised_is_told(void **state)
{
    (void)state;
    struct outgoing o = message("Shop", "x");
    o.parts = 2;
    assert_int_equal(submit_message(&s, arena, &o, &rules, NULL), ERR_INTERNAL);
    o.parts = 0;
    assert_int_equal(submit_message(&s, arena, &o, &rules, NULL), ERR_INTERNAL);
    o = message("Shop", "✓");
    assert_int_equal(submit_message(&s, arena, &o, &rules, NULL), ERR_NOT_GSM7);
}

static void every_submit_can_be_written(void **state)
{
    (void)state;
    struct outgoing o = message("+333333333333333", "x");
    o.recipient = UINT64_C(999999999999999);
    fields(&o, 1);
    struct buf out = buf_limited(1000);
    assert_int_equal(smpp_pdu_write(&out, &s.pdu), OK);
    buf_free(&out);
}

/* ---- as the carrier's settings want it ---- */

/* As core lays it out. */
static struct outgoing planned(const char *text, enum text_choice choice)
{
    struct outgoing o = message("Shop", text);
    struct text_plan plan;
    assert_int_equal(text_plan(&plan, arena, o.text, choice, &rules.text, NULL), OK);
    o.text = plan.text;
    o.encoding = plan.weight.encoding;
    o.layout = plan.layout;
    o.parts = plan.layout.mode == TEXT_PAYLOAD ? 1 : plan.weight.parts;
    o.reference = 0xA1B2;
    return o;
}

static struct str repeat(const char *piece, size_t times)
{
    size_t n = strlen(piece);
    char *text = arena_alloc(arena, n * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * n, piece, n);
    return (struct str){text, n * times};
}

static void assert_bytes(struct str got, const char *wanted, size_t n)
{
    assert_int_equal(got.n, n);
    assert_memory_equal(got.p, wanted, n);
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static void addresses_have_the_numbering_of_the_settings(void **state)
{
    (void)state;
    set("\"alphanumeric_ton\":0,\"alphanumeric_npi\":9,\"short_ton\":6,\"short_npi\":1,"
        "\"number_ton\":2,\"number_npi\":8,\"recipient_ton\":4,\"recipient_npi\":18");
    const struct {
        const char *sender;
        uint8_t ton, npi;
    } cases[] = {{"Shop", 0, 9}, {"36184", 6, 1}, {"+33600000001", 2, 8}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outgoing o = message(cases[i].sender, "x");
        const struct smpp_submit_sm *sm = fields(&o, 1);
        assert_int_equal(sm->source_addr_ton, cases[i].ton);
        assert_int_equal(sm->source_addr_npi, cases[i].npi);
        assert_int_equal(sm->dest_addr_ton, 4);
        assert_int_equal(sm->dest_addr_npi, 18);
    }
}

static void a_full_number_begins_with_plus_where_it_is_international(void **state)
{
    (void)state;
    set("\"full_number\":true");
    const char *const cases[][2] = {{"+33600000001", "+33600000001"},
                                    {"33600000001", "+33600000001"},
                                    {"+333333333333333", "+333333333333333"},
                                    {"0612345678", "0612345678"},
                                    {"36184", "36184"},
                                    {"Shop", "Shop"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outgoing o = message(cases[i][0], "x");
        const struct smpp_submit_sm *sm = fields(&o, 1);
        assert_str(sm->source_addr, cases[i][1]);
        assert_str(sm->destination_addr, "+33612345678");
    }
}

static void data_coding_0_has_the_octets_of_the_default_alphabet(void **state)
{
    (void)state;
    set("\"default_alphabet\":\"gsm\"");
    struct outgoing o = planned("Tür", TEXT_CHOOSE);
    assert_bytes(fields(&o, 1)->short_message, BYTES("T\x7Er"));
    set("\"default_alphabet\":\"latin1\"");
    o = planned("Tür", TEXT_CHOOSE);
    assert_bytes(fields(&o, 1)->short_message, BYTES("T\xFCr"));
    assert_int_equal(fields(&o, 1)->data_coding, 0);
    set("\"default_alphabet\":\"utf8\"");
    o = planned("Tür", TEXT_CHOOSE);
    assert_bytes(fields(&o, 1)->short_message, BYTES("T\xC3\xBCr"));
    set("\"default_alphabet\":\"ascii\"");
    o = planned("Tür", TEXT_CHOOSE);
    assert_int_equal(fields(&o, 1)->data_coding, 8);
    assert_bytes(fields(&o, 1)->short_message, BYTES("\0T\0\xFC\0r"));
    set("\"default_alphabet\":\"gsm-packed\"");
    o = planned("hellohello", TEXT_CHOOSE);
    assert_bytes(fields(&o, 1)->short_message, BYTES("\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"));
    assert_int_equal(fields(&o, 1)->data_coding, 0);
}

static void the_first_encoding_that_has_the_text_is_used(void **state)
{
    (void)state;
    set("\"encodings\":\"1,0,3,8\"");
    const struct {
        const char *text;
        uint8_t coding;
    } cases[] = {{"plain", 1}, {"`tick`", 1}, {"5 €", 0}, {"ça", 3}, {"✓", 8}, {"ç €", 8}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outgoing o = planned(cases[i].text, TEXT_CHOOSE);
        assert_int_equal(fields(&o, 1)->data_coding, cases[i].coding);
    }
}

static void a_class_stands_in_data_coding_or_beside_it(void **state)
{
    (void)state;
    const struct {
        const char *settings;
        const char *text;
        uint8_t coding;
        const char *subunit; /* NULL: none */
    } cases[] = {
        {"\"encodings\":\"0,8\"", "x", 0x10, NULL},
        {"\"encodings\":\"0,8\"", "✓", 0x18, NULL},
        {"\"default_alphabet\":\"gsm-packed\"", "x", 0x10, NULL},
        {"\"default_alphabet\":\"latin1\"", "ü", 0x00, "\x01"},
        {"\"default_alphabet\":\"utf8\"", "ü", 0x00, "\x01"},
        {"\"encodings\":\"1\"", "x", 0x01, "\x01"},
        {"\"encodings\":\"3\"", "ü", 0x03, "\x01"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set(cases[i].settings);
        struct outgoing o = planned(cases[i].text, TEXT_CHOOSE);
        o.class = 0;
        assert_int_equal(fields(&o, 1)->data_coding, cases[i].coding);
        const struct smpp_tlv *tlv = smpp_tlv_find(&s.pdu, SMPP_TAG_DEST_ADDR_SUBUNIT);
        assert_int_equal(tlv != NULL, cases[i].subunit != NULL);
        if (tlv)
            assert_bytes(tlv->value, cases[i].subunit, 1);
    }
    struct outgoing o = planned("ü", TEXT_CHOOSE);
    o.class = 3;
    fields(&o, 1);
    assert_bytes(smpp_tlv_find(&s.pdu, SMPP_TAG_DEST_ADDR_SUBUNIT)->value, "\x04", 1);
}

static void a_wide_reference_costs_each_part_an_octet(void **state)
{
    (void)state;
    set("\"long_messages\":\"udh16\"");
    const struct {
        const char *piece;
        size_t times;
        size_t octets;
    } cases[] = {{"a", 161, 152}, {"✓", 71, 132}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct outgoing o = planned(repeat(cases[i].piece, cases[i].times).p, TEXT_CHOOSE);
        assert_int_equal(o.parts, 2);
        const struct smpp_submit_sm *sm = fields(&o, 1);
        assert_int_equal(sm->esm_class, 0x40);
        assert_int_equal(sm->short_message.n, 7 + cases[i].octets);
        assert_memory_equal(sm->short_message.p, "\x06\x08\x04\xA1\xB2\x02\x01", 7);
        assert_memory_equal(fields(&o, 2)->short_message.p, "\x06\x08\x04\xA1\xB2\x02\x02", 7);
    }
}

static void sar_tells_the_parts_in_tlvs(void **state)
{
    (void)state;
    set("\"long_messages\":\"sar\"");
    struct outgoing o = planned(repeat("a", 161).p, TEXT_CHOOSE);
    assert_int_equal(o.parts, 2);
    for (uint32_t part = 1; part <= 2; part++) {
        const struct smpp_submit_sm *sm = fields(&o, part);
        const char number = (char)part;
        assert_int_equal(sm->esm_class, 0);
        assert_int_equal(sm->short_message.n, part == 1 ? 153 : 8);
        assert_int_equal(s.pdu.tlv_n, 3);
        assert_bytes(smpp_tlv_find(&s.pdu, 0x020C)->value, BYTES("\xA1\xB2"));
        assert_bytes(smpp_tlv_find(&s.pdu, 0x020E)->value, "\x02", 1);
        assert_bytes(smpp_tlv_find(&s.pdu, 0x020F)->value, &number, 1);
    }
    o = planned("alone", TEXT_CHOOSE);
    fields(&o, 1);
    assert_int_equal(s.pdu.tlv_n, 0);
}

static void a_payload_is_one_submit_whatever_its_length(void **state)
{
    (void)state;
    set("\"long_messages\":\"payload\"");
    struct str text = repeat("ab€", 400);
    struct outgoing o = planned(text.p, TEXT_CHOOSE);
    const struct smpp_submit_sm *sm = fields(&o, 1);
    assert_int_equal(sm->esm_class, 0);
    assert_int_equal(sm->short_message.n, 0);
    assert_int_equal(smpp_tlv_find(&s.pdu, 0x0424)->value.n, 1600);
    assert_memory_equal(smpp_tlv_find(&s.pdu, 0x0424)->value.p, "ab\x1B\x65", 4);
    o = planned("alone", TEXT_CHOOSE);
    assert_bytes(fields(&o, 1)->short_message, BYTES("alone"));
    assert_int_equal(s.pdu.tlv_n, 0);
}

static void packed_parts_begin_at_a_septet_boundary(void **state)
{
    (void)state;
    set("\"default_alphabet\":\"gsm-packed\"");
    struct outgoing o = planned(repeat("Hello", 40).p, TEXT_CHOOSE);
    const struct smpp_submit_sm *sm = fields(&o, 1);
    assert_int_equal(sm->short_message.n, 140);
    assert_memory_equal(sm->short_message.p, "\x05\x00\x03\xB2\x02\x01\x90\x65\x36\xFB", 10);
}

/* All that settings can say together fits a PDU, and parts the 254 octets. */
static void every_combination_can_be_written(void **state)
{
    (void)state;
    static const char *const alphabets[] = {"gsm", "gsm-packed", "latin1", "ascii", "utf8"};
    static const char *const encodings[] = {"0,8", "0,1,3,8", "3,8", "1,8", "8"};
    static const char *const modes[] = {"udh8", "udh16", "sar", "payload"};
    const struct str texts[] = {repeat("a", 160), repeat("é", 160), repeat("é", 1000),
                                repeat("€", 77),  repeat("ç", 140), repeat("ç", 500),
                                repeat("✓", 70),  repeat("😀", 300), repeat("[`é€ç", 90)};
    struct buf out = buf_limited(SMPP_PDU_MAX);
    for (size_t i = 0; i < 5 * 5 * 4; i++)
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
            set(arena_printf(arena,
                             "\"default_alphabet\":\"%s\",\"encodings\":\"%s\","
                             "\"long_messages\":\"%s\",\"tlvs\":\"0x1400={sender}\"",
                             alphabets[i % 5], encodings[i / 5 % 5], modes[i / 25])
                    .p);
            struct outgoing o = planned(texts[k].p, TEXT_CHOOSE);
            for (uint32_t part = 1; part <= o.parts; part++) {
                assert_true(fields(&o, part)->short_message.n <= 254);
                buf_clear(&out);
                assert_int_equal(smpp_pdu_write(&out, &s.pdu), OK);
            }
        }
    buf_free(&out);
}

static void tlvs_of_the_settings_stand_in_every_part(void **state)
{
    (void)state;
    set("\"tlvs\":\"0x1400=a-{tag}-{id},0x1401=hex:00FF\",\"long_messages\":\"sar\"");
    struct outgoing o = planned(repeat("a", 161).p, TEXT_CHOOSE);
    o.tag = STR("spring");
    for (uint32_t part = 1; part <= 2; part++) {
        fields(&o, part);
        assert_int_equal(s.pdu.tlv_n, 5);
        assert_bytes(smpp_tlv_find(&s.pdu, 0x1400)->value, BYTES("a-spring-1"));
        assert_bytes(smpp_tlv_find(&s.pdu, 0x1401)->value, BYTES("\x00\xFF"));
    }
}

static void validity_is_told_as_the_settings_want_it(void **state)
{
    (void)state;
    struct outgoing o = message("Shop", "x");
    set("\"validity_format\":\"none\"");
    assert_str(fields(&o, 1)->validity_period, "");
    clock_set_virtual(EXPIRES_US - (2 * DAY_US + 3 * HOUR_US + 4 * MIN_US + 5 * SEC_US + 600000));
    set("\"validity_format\":\"relative\"");
    assert_str(fields(&o, 1)->validity_period, "000002030405000R");
    set("\"validity_format\":\"relative\",\"validity_most_min\":90");
    assert_str(fields(&o, 1)->validity_period, "000000013000000R");
    set("\"validity_most_min\":10");
    assert_str(fields(&o, 1)->validity_period, "261119111054400+");
    clock_set_virtual(EXPIRES_US - 5 * MIN_US);
    assert_str(fields(&o, 1)->validity_period, "261121140500000+"); /* it ends before */
    clock_set_virtual(EXPIRES_US - 1);
    set("\"validity_format\":\"relative\"");
    assert_str(fields(&o, 1)->validity_period, "000000000001000R");
}

static void a_relative_validity_is_that_of_the_part_s_own_moment(void **state)
{
    (void)state;
    set("\"validity_format\":\"relative\"");
    struct outgoing o = planned(repeat("a", 161).p, TEXT_CHOOSE);
    clock_set_virtual(EXPIRES_US - HOUR_US);
    assert_int_equal(submit_message(&s, arena, &o, &rules, NULL), OK);
    assert_int_equal(submit_part(&s, &o, 1), OK);
    assert_str(s.pdu.body.submit_sm.validity_period, "000000010000000R");
    clock_set_virtual(EXPIRES_US - MIN_US);
    assert_int_equal(submit_part(&s, &o, 2), OK);
    assert_str(s.pdu.body.submit_sm.validity_period, "000000000100000R");
}

static void receipts_are_asked_for_as_the_settings_want_them(void **state)
{
    (void)state;
    const struct {
        const char *settings;
        uint8_t first, middle, last;
    } cases[] = {
        {"\"receipts\":\"final\"", 1, 1, 1},
        {"\"receipts\":\"failures\"", 2, 2, 2},
        {"\"receipts\":\"intermediate\"", 0x11, 0x11, 0x11},
        {"\"receipts\":\"none\"", 0, 0, 0},
        {"\"receipt_parts\":\"first\"", 1, 0, 0},
        {"\"receipt_parts\":\"last\"", 0, 0, 1},
        {"\"receipt_parts\":\"last\",\"receipts\":\"failures\"", 0, 0, 2},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set(cases[i].settings);
        struct outgoing o = planned(repeat("a", 400).p, TEXT_CHOOSE);
        assert_int_equal(fields(&o, 1)->registered_delivery, cases[i].first);
        assert_int_equal(fields(&o, 2)->registered_delivery, cases[i].middle);
        assert_int_equal(fields(&o, 3)->registered_delivery, cases[i].last);
        o = planned("alone", TEXT_CHOOSE);
        uint8_t alone = cases[i].first > cases[i].last ? cases[i].first : cases[i].last;
        assert_int_equal(fields(&o, 1)->registered_delivery, alone);
    }
}

static int new_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    set("");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define SUBMIT(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUBMIT(senders_get_their_type_of_number),
        SUBMIT(the_recipient_is_international_without_plus),
        SUBMIT(data_coding_tells_alphabet_and_class),
        SUBMIT(a_short_text_stands_alone_and_asks_for_a_receipt),
        SUBMIT(ucs2_is_big_endian),
        SUBMIT(parts_carry_a_header_and_all_the_validity),
        SUBMIT(what_cannot_be_split_as_promised_is_told),
        SUBMIT(every_submit_can_be_written),
        SUBMIT(addresses_have_the_numbering_of_the_settings),
        SUBMIT(a_full_number_begins_with_plus_where_it_is_international),
        SUBMIT(data_coding_0_has_the_octets_of_the_default_alphabet),
        SUBMIT(the_first_encoding_that_has_the_text_is_used),
        SUBMIT(a_class_stands_in_data_coding_or_beside_it),
        SUBMIT(a_wide_reference_costs_each_part_an_octet),
        SUBMIT(sar_tells_the_parts_in_tlvs),
        SUBMIT(a_payload_is_one_submit_whatever_its_length),
        SUBMIT(packed_parts_begin_at_a_septet_boundary),
        SUBMIT(every_combination_can_be_written),
        SUBMIT(tlvs_of_the_settings_stand_in_every_part),
        SUBMIT(validity_is_told_as_the_settings_want_it),
        SUBMIT(a_relative_validity_is_that_of_the_part_s_own_moment),
        SUBMIT(receipts_are_asked_for_as_the_settings_want_them),
    };
    return cmocka_run_group_tests_name("carrier/submit", tests, new_arena, tear_down);
}

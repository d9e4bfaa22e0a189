/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/submit: the fields of a submit_sm (SMPP 3.4 4.4.1, 5.2). */
#include "base/clock.h"
#include "carrier/submit.h"
#include "testing.h"

#define EXPIRES_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */

static struct arena *arena;
static struct submit s;

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
    assert_int_equal(submit_message(&s, arena, o, STR("CMT")), OK);
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
    assert_int_equal(submit_message(&s, arena, &o, STR("")), ERR_INTERNAL);
    o.parts = 0;
    assert_int_equal(submit_message(&s, arena, &o, STR("")), ERR_INTERNAL);
    o = message("Shop", "✓");
    assert_int_equal(submit_message(&s, arena, &o, STR("")), ERR_NOT_GSM7);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(senders_get_their_type_of_number),
        cmocka_unit_test(the_recipient_is_international_without_plus),
        cmocka_unit_test(data_coding_tells_alphabet_and_class),
        cmocka_unit_test(a_short_text_stands_alone_and_asks_for_a_receipt),
        cmocka_unit_test(ucs2_is_big_endian),
        cmocka_unit_test(parts_carry_a_header_and_all_the_validity),
        cmocka_unit_test(what_cannot_be_split_as_promised_is_told),
        cmocka_unit_test(every_submit_can_be_written),
    };
    return cmocka_run_group_tests_name("carrier/submit", tests, set_up, tear_down);
}

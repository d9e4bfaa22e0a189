/* SPDX-License-Identifier: Apache-2.0 */
/* text/plan: which octets carry a text, and how it counts. Source: TS 23.040 9.2.3.24.1, P1. */
#include "testing.h"
#include "text/plan.h"

static struct arena *arena;

static int new_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct str repeat(const char *piece, size_t times)
{
    size_t n = strlen(piece);
    char *text = arena_alloc(arena, n * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * n, piece, n);
    return (struct str){text, n * times};
}

static struct str join(struct str a, struct str b)
{
    return arena_printf(arena, "%.*s%.*s", STR_FMT(a), STR_FMT(b));
}

static struct text_plan plan(struct str text, const struct text_rules *rules)
{
    struct text_plan p;
    assert_int_equal(text_plan(&p, arena, text, TEXT_CHOOSE, rules, NULL), OK);
    return p;
}

/* One wire, and UCS-2 behind it. */
static struct text_rules with(enum text_wire wire, enum text_long mode)
{
    return (struct text_rules){.wires = {wire, TEXT_WIRE_UCS2}, .wires_n = 2, .mode = mode};
}

static void assert_parts(struct str text, enum text_wire wire, enum text_long mode,
                         enum text_encoding encoding, uint32_t parts)
{
    struct text_rules rules = with(wire, mode);
    struct text_plan p = plan(text, &rules);
    assert_int_equal(p.weight.encoding, encoding);
    assert_int_equal(p.weight.parts, parts);
    struct text_parts cut;
    assert_int_equal(text_cut(&cut, arena, p.text, p.weight.encoding, p.layout), OK);
    assert_int_equal(cut.n, p.layout.mode == TEXT_PAYLOAD ? 1 : parts);
}

static void gsm_texts_count_septets_whatever_carries_them(void **state)
{
    (void)state;
    const enum text_wire wires[] = {TEXT_WIRE_GSM,       TEXT_WIRE_GSM_PACKED, TEXT_WIRE_LATIN1,
                                    TEXT_WIRE_IA5,       TEXT_WIRE_ASCII,      TEXT_WIRE_UTF8,
                                    TEXT_WIRE_ISO_8859_1};
    for (size_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
        assert_parts(repeat("a", 160), wires[i], TEXT_UDH8, TEXT_GSM7, 1);
        assert_parts(repeat("a", 161), wires[i], TEXT_UDH8, TEXT_GSM7, 2);
        assert_parts(repeat("a", 306), wires[i], TEXT_UDH8, TEXT_GSM7, 2);
        assert_parts(repeat("a", 307), wires[i], TEXT_UDH8, TEXT_GSM7, 3);
        assert_parts(repeat("[", 80), wires[i], TEXT_UDH8, TEXT_GSM7, 1);
        assert_parts(repeat("[", 81), wires[i], TEXT_UDH8, TEXT_GSM7, 2);
    }
    assert_parts(repeat("ü", 160), TEXT_WIRE_LATIN1, TEXT_UDH8, TEXT_GSM7, 1);
}

static void what_is_beyond_gsm_counts_the_octets_that_carry_it(void **state)
{
    (void)state;
    assert_parts(repeat("ç", 140), TEXT_WIRE_LATIN1, TEXT_UDH8, TEXT_LATIN1, 1);
    assert_parts(repeat("ç", 141), TEXT_WIRE_LATIN1, TEXT_UDH8, TEXT_LATIN1, 2);
    assert_parts(repeat("ç", 268), TEXT_WIRE_ISO_8859_1, TEXT_UDH8, TEXT_LATIN1, 2);
    assert_parts(repeat("ç", 269), TEXT_WIRE_ISO_8859_1, TEXT_UDH8, TEXT_LATIN1, 3);
    assert_parts(repeat("`", 140), TEXT_WIRE_ASCII, TEXT_UDH8, TEXT_ASCII, 1);
    assert_parts(repeat("`", 141), TEXT_WIRE_IA5, TEXT_UDH8, TEXT_ASCII, 2);
    assert_parts(repeat("ç", 70), TEXT_WIRE_UTF8, TEXT_UDH8, TEXT_UTF8, 1);
    assert_parts(repeat("ç", 71), TEXT_WIRE_UTF8, TEXT_UDH8, TEXT_UTF8, 2);
    assert_parts(repeat("✓", 70), TEXT_WIRE_LATIN1, TEXT_UDH8, TEXT_UCS2, 1);
    assert_parts(repeat("✓", 71), TEXT_WIRE_LATIN1, TEXT_UDH8, TEXT_UCS2, 2);
}

static void a_wide_header_takes_an_octet_of_each_part(void **state)
{
    (void)state;
    assert_parts(repeat("a", 160), TEXT_WIRE_GSM, TEXT_UDH16, TEXT_GSM7, 1);
    assert_parts(repeat("a", 304), TEXT_WIRE_GSM, TEXT_UDH16, TEXT_GSM7, 2);
    assert_parts(repeat("a", 305), TEXT_WIRE_GSM, TEXT_UDH16, TEXT_GSM7, 3);
    assert_parts(repeat("✓", 132), TEXT_WIRE_GSM, TEXT_UDH16, TEXT_UCS2, 2);
    assert_parts(repeat("✓", 133), TEXT_WIRE_GSM, TEXT_UDH16, TEXT_UCS2, 3);
    assert_parts(repeat("ç", 266), TEXT_WIRE_LATIN1, TEXT_UDH16, TEXT_LATIN1, 2);
    assert_parts(repeat("ç", 267), TEXT_WIRE_LATIN1, TEXT_UDH16, TEXT_LATIN1, 3);
}

static void sar_and_payload_count_as_the_parts_that_the_phone_gets(void **state)
{
    (void)state;
    for (enum text_long mode = TEXT_SAR; mode <= TEXT_PAYLOAD; mode++) {
        assert_parts(repeat("a", 306), TEXT_WIRE_GSM, mode, TEXT_GSM7, 2);
        assert_parts(repeat("a", 307), TEXT_WIRE_GSM, mode, TEXT_GSM7, 3);
        assert_parts(repeat("✓", 135), TEXT_WIRE_GSM, mode, TEXT_UCS2, 3);
    }
}

/* 160 letters of two octets are 320: short_message has 254. */
static void a_part_fits_short_message(void **state)
{
    (void)state;
    struct text_rules rules = with(TEXT_WIRE_UTF8, TEXT_UDH8);
    const size_t headers[] = {[TEXT_UDH8] = 6, [TEXT_UDH16] = 7, [TEXT_SAR] = 0};
    assert_parts(repeat("é", 127), TEXT_WIRE_UTF8, TEXT_UDH8, TEXT_GSM7, 1);
    assert_parts(repeat("é", 128), TEXT_WIRE_UTF8, TEXT_UDH8, TEXT_GSM7, 2);
    for (rules.mode = TEXT_UDH8; rules.mode <= TEXT_SAR; rules.mode++) {
        struct text_plan p = plan(repeat("aé€Δ", 100), &rules);
        struct text_parts cut;
        assert_int_equal(text_cut(&cut, arena, p.text, p.weight.encoding, p.layout), OK);
        for (size_t i = 0; i < cut.n; i++)
            assert_true(cut.items[i].bytes.n + headers[rules.mode] <= 254);
    }
}

static void a_payload_has_no_such_bound(void **state)
{
    (void)state;
    struct text_rules rules = with(TEXT_WIRE_UTF8, TEXT_PAYLOAD);
    struct text_plan p = plan(repeat("é", 160), &rules);
    assert_int_equal(p.weight.parts, 1);
    assert_int_equal(p.layout.mode, TEXT_PAYLOAD); /* 320 octets */
    p = plan(repeat("é", 127), &rules);
    assert_int_equal(p.layout.mode, TEXT_UDH8);
    p = plan(repeat("a", 160), &rules);
    assert_int_equal(p.layout.mode, TEXT_UDH8);
}

static void nothing_is_cut_inside_a_character(void **state)
{
    (void)state;
    const enum text_long modes[] = {TEXT_UDH8, TEXT_UDH16, TEXT_SAR};
    for (size_t i = 0; i < 3; i++) {
        struct text_rules rules = with(TEXT_WIRE_GSM, modes[i]);
        size_t last = modes[i] == TEXT_UDH16 ? 151 : 152;
        struct str text = join(repeat("a", last), repeat("€", 10));
        struct text_parts cut;
        struct text_plan p = plan(text, &rules);
        assert_int_equal(text_cut(&cut, arena, p.text, p.weight.encoding, p.layout), OK);
        assert_int_equal(cut.items[0].bytes.n, last);
        assert_memory_equal(cut.items[1].bytes.p, "\x1B\x65", 2);
        rules = with(TEXT_WIRE_UTF8, modes[i]);
        p = plan(join(repeat("ç", 66), repeat("😀", 10)), &rules);
        assert_int_equal(text_cut(&cut, arena, p.text, p.weight.encoding, p.layout), OK);
        assert_int_equal(cut.items[0].bytes.n, 132); /* of 134 or 133 */
    }
}

static void the_first_wire_that_has_the_text_wins(void **state)
{
    (void)state;
    struct text_rules rules = {
        .wires = {TEXT_WIRE_IA5, TEXT_WIRE_GSM, TEXT_WIRE_ISO_8859_1, TEXT_WIRE_UCS2},
        .wires_n = 4};
    const struct {
        const char *text;
        enum text_wire wire;
    } cases[] = {{"a", TEXT_WIRE_IA5},  {"`", TEXT_WIRE_IA5},        {"é", TEXT_WIRE_GSM},
                 {"€", TEXT_WIRE_GSM},  {"ç", TEXT_WIRE_ISO_8859_1}, {"\xC2\x85", TEXT_WIRE_UCS2},
                 {"ç€", TEXT_WIRE_UCS2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text_plan p = plan(str_of(cases[i].text), &rules);
        assert_int_equal(p.layout.wire, cases[i].wire);
    }
}

static enum err plan_fails(const char *text, enum text_choice choice,
                           const struct text_rules *rules, size_t *bad_at)
{
    struct text_plan p;
    enum err e = text_plan(&p, arena, str_of(text), choice, rules, bad_at);
    assert_int_not_equal(e, OK);
    assert_true(*bad_at <= p.text.n);
    return e;
}

static void a_text_that_no_wire_has_is_told_with_its_character(void **state)
{
    (void)state;
    size_t bad_at;
    struct text_rules gsm = {.wires = {TEXT_WIRE_GSM}, .wires_n = 1};
    assert_int_equal(plan_fails("ab✓", TEXT_CHOOSE, &gsm, &bad_at), ERR_NO_ENCODING);
    assert_int_equal(bad_at, 2);
    struct text_rules two = {.wires = {TEXT_WIRE_GSM, TEXT_WIRE_ISO_8859_1}, .wires_n = 2};
    assert_int_equal(plan_fails("ça fait ✓", TEXT_CHOOSE, &two, &bad_at), ERR_NO_ENCODING);
    assert_int_equal(bad_at, 9); /* Latin-1 came further than GSM */
    gsm.transliterate = true;
    assert_int_equal(plan_fails("“ab”✓", TEXT_CHOOSE, &gsm, &bad_at), ERR_NO_ENCODING);
    assert_int_equal(bad_at, 4); /* in "ab"✓: the quotes are not at fault */
}

static void a_forced_alphabet_must_be_one_of_the_wires(void **state)
{
    (void)state;
    size_t bad_at;
    struct text_plan p;
    struct text_rules gsm = {.wires = {TEXT_WIRE_GSM}, .wires_n = 1};
    struct text_rules ucs2 = {.wires = {TEXT_WIRE_UCS2}, .wires_n = 1};
    struct text_rules latin1 = with(TEXT_WIRE_LATIN1, TEXT_UDH8);
    assert_int_equal(plan_fails("abc", TEXT_FORCE_UCS2, &gsm, &bad_at), ERR_NO_ENCODING);
    assert_int_equal(bad_at, 3); /* no character's fault */
    assert_int_equal(plan_fails("abc", TEXT_FORCE_GSM7, &ucs2, &bad_at), ERR_NOT_GSM7);
    assert_int_equal(plan_fails("ç", TEXT_FORCE_GSM7, &latin1, &bad_at), ERR_NOT_GSM7);
    assert_int_equal(text_plan(&p, arena, STR("é"), TEXT_FORCE_GSM7, &latin1, NULL), OK);
    assert_int_equal(p.layout.wire, TEXT_WIRE_LATIN1);
    assert_int_equal(text_plan(&p, arena, STR("é"), TEXT_FORCE_UCS2, &latin1, NULL), OK);
    assert_int_equal(p.weight.encoding, TEXT_UCS2);
    assert_int_equal(p.layout.choice, TEXT_FORCE_UCS2);
}

static void assert_replaced(const struct text_rules *rules, const char *text, const char *wanted,
                            enum text_wire wire)
{
    struct text_plan p = plan(str_of(text), rules);
    assert_int_equal(p.text.n, strlen(wanted));
    assert_memory_equal(p.text.p, wanted, p.text.n);
    assert_int_equal(p.layout.wire, wire);
}

static void look_alikes_are_put_where_they_save_the_first_wire(void **state)
{
    (void)state;
    struct text_rules gsm = with(TEXT_WIRE_GSM, TEXT_UDH8);
    struct text_rules latin1 = with(TEXT_WIRE_LATIN1, TEXT_UDH8);
    gsm.transliterate = latin1.transliterate = true;
    assert_replaced(&gsm, "“fête”", "\"fete\"", TEXT_WIRE_GSM);
    assert_replaced(&latin1, "“fête”", "\"fête\"", TEXT_WIRE_LATIN1);
    assert_replaced(&gsm, "déjà", "déjà", TEXT_WIRE_GSM);
    assert_replaced(&gsm, "“fête” ✓✓", "“fête” ✓✓", TEXT_WIRE_UCS2); /* in vain */
    gsm.transliterate = false;
    assert_replaced(&gsm, "“fête”", "“fête”", TEXT_WIRE_UCS2);
}

static void a_plan_that_stands_is_what_would_be_planned(void **state)
{
    (void)state;
    struct text_rules rules = with(TEXT_WIRE_GSM, TEXT_UDH8);
    struct text_plan alone = plan(STR("a"), &rules);
    struct text_plan joined = plan(repeat("a", 161), &rules);
    assert_true(text_plan_stands(TEXT_GSM7, 1, alone.layout, &rules));
    assert_true(text_plan_stands(TEXT_GSM7, 2, joined.layout, &rules));
    rules.mode = TEXT_PAYLOAD;
    assert_true(text_plan_stands(TEXT_GSM7, 1, alone.layout, &rules));
    assert_false(text_plan_stands(TEXT_GSM7, 2, joined.layout, &rules));
    rules = with(TEXT_WIRE_IA5, TEXT_UDH8);
    assert_false(text_plan_stands(TEXT_GSM7, 1, alone.layout, &rules));
}

static void more_than_255_parts_are_refused(void **state)
{
    (void)state;
    size_t bad_at;
    struct text_rules rules = with(TEXT_WIRE_GSM, TEXT_UDH16);
    assert_parts(repeat("a", 255 * 152), TEXT_WIRE_GSM, TEXT_UDH16, TEXT_GSM7, 255);
    assert_int_equal(plan_fails(repeat("a", 255 * 152 + 1).p, TEXT_CHOOSE, &rules, &bad_at),
                     ERR_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gsm_texts_count_septets_whatever_carries_them),
        cmocka_unit_test(what_is_beyond_gsm_counts_the_octets_that_carry_it),
        cmocka_unit_test(a_wide_header_takes_an_octet_of_each_part),
        cmocka_unit_test(sar_and_payload_count_as_the_parts_that_the_phone_gets),
        cmocka_unit_test(a_part_fits_short_message),
        cmocka_unit_test(a_payload_has_no_such_bound),
        cmocka_unit_test(nothing_is_cut_inside_a_character),
        cmocka_unit_test(the_first_wire_that_has_the_text_wins),
        cmocka_unit_test(a_text_that_no_wire_has_is_told_with_its_character),
        cmocka_unit_test(a_forced_alphabet_must_be_one_of_the_wires),
        cmocka_unit_test(look_alikes_are_put_where_they_save_the_first_wire),
        cmocka_unit_test(a_plan_that_stands_is_what_would_be_planned),
        cmocka_unit_test(more_than_255_parts_are_refused),
    };
    return cmocka_run_group_tests(tests, new_arena, free_arena);
}

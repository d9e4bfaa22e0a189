/* SPDX-License-Identifier: Apache-2.0 */
/* text/lookalike: which characters cost, and what could stand for them (P1.5, P1.6). */
#include "testing.h"
#include "text/gsm7.h"
#include "text/text.h"
#include "text/utf8.h"

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

static void assert_replaced(struct str text, struct str want)
{
    struct str got;
    assert_int_equal(text_replace(&got, arena, text), OK);
    if (!str_eq(got, want))
        fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(got), STR_FMT(want));
}

static void offenders_are_told_with_place_and_replacement(void **state)
{
    (void)state;
    struct text_offender *found;
    size_t n;
    size_t total;
    struct str text = STR("Ça va à l’école — 😀\u00AD ê");
    assert_int_equal(text_offenders(&found, &n, &total, arena, text, 10), OK);
    assert_int_equal(n, 5);
    assert_int_equal(total, 5);
    static const struct {
        uint32_t code_point;
        size_t at_character;
        const char *replacement;
        bool left_out;
    } want[] = {
        {0x2019, 9, "'", false}, {0x2014, 16, "-", false}, {0x1F600, 18, "", false},
        {0x00AD, 19, "", true},  {0x00EA, 21, "e", false},
    };
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(found[i].code_point, want[i].code_point);
        assert_int_equal(found[i].at_character, want[i].at_character);
        assert_int_equal(found[i].at_byte, text_utf8_prefix(text, want[i].at_character));
        assert_true(str_eq(found[i].replacement, str_of(want[i].replacement)));
        assert_int_equal(found[i].left_out, want[i].left_out);
    }
}

static void the_list_of_offenders_is_bounded_and_their_number_true(void **state)
{
    (void)state;
    struct text_offender *found;
    size_t n;
    size_t total;
    struct str text = STR("êêê aêê");
    assert_int_equal(text_offenders(&found, &n, &total, arena, text, 2), OK);
    assert_int_equal(n, 2);
    assert_int_equal(total, 5);
    assert_int_equal(found[1].at_byte, 2);
    assert_int_equal(text_offenders(&found, &n, &total, arena, text, 0), OK);
    assert_int_equal(n, 0);
    assert_int_equal(text_offenders(&found, &n, &total, arena, STR("été\r\n€"), 9), OK);
    assert_int_equal(total, 0);
    assert_int_equal(text_offenders(&found, &n, &total, arena, (struct str){0}, 9), OK);
    assert_int_equal(total, 0);
    assert_int_equal(text_offenders(&found, &n, &total, arena, STR("\xE9"), 9), ERR_BAD_UTF8);
}

static void replacing_gives_a_text_that_seven_bits_carry(void **state)
{
    (void)state;
    assert_replaced(STR("“L’œuvre” – ça coûte 10\u202F€…\u00A0™ • naïve\u2009; Noël"),
                    STR("\"L'oeuvre\" - ca coute 10 €... TM * naive ; Noel"));
    assert_replaced(STR("« Été à Zürich »"), STR("\" Été à Zürich \""));
    assert_replaced(STR("Łódź, Ångström, Dvořák, Nguyễn, őű"),
                    STR("Lodz, Ångström, Dvorak, Nguyen, öü"));
    assert_replaced(STR("ΚΑΛΗΜΕΡΑ"), STR("KAΛHMEPA"));
    assert_replaced(STR("a\tb`c\u2028d\u200Be\uFEFF"), STR("a b'c\nde"));
    assert_replaced(STR("e\u0301te\u0301"), STR("ete"));
    assert_replaced(STR("½ ¼ ≥ → ² № ﬁ"), STR("1/2 1/4 >= -> 2 No fi"));
    assert_replaced(STR("ＡＢＣ１２３"), STR("ABC123"));
}

static void what_has_no_lookalike_stays(void **state)
{
    (void)state;
    assert_replaced(STR("😀 中 й €{}é"), STR("😀 中 й €{}é"));
    assert_replaced((struct str){0}, STR(""));
    struct str out;
    assert_int_equal(text_replace(&out, arena, STR("a\xE9")), ERR_BAD_UTF8);
}

static const struct {
    struct str replacement;
    struct str characters;
} table[] = {
#define LOOKALIKE(replacement, characters) \
    {{replacement, sizeof(replacement) - 1}, {characters, sizeof(characters) - 1}},
#include "text/lookalike.def"
};

static void the_table_keeps_its_promises(void **state)
{
    (void)state;
    static bool seen[0x10000];
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct str replacement = table[i].replacement;
        struct text_weight w;
        assert_int_equal(text_weigh(&w, replacement, TEXT_FORCE_GSM7, NULL), OK);
        struct str s = table[i].characters;
        assert_int_equal(text_utf8_check(s, NULL), OK);
        assert_true(s.n > 0);
        for (size_t at = 0, size; at < s.n; at += size) {
            uint32_t c = 0;
            size = utf8_decode(&c, s.p + at, s.p + s.n);
            if (c > 0xFFFF || seen[c] || gsm7_size(c) != 0 || replacement.n > 2 * size)
                fail_msg("U+%04X", (unsigned)c);
            seen[c] = true;
        }
    }
    for (uint32_t c = 0xC0; c < 0x180; c++)
        if (!seen[c] && gsm7_size(c) == 0)
            fail_msg("the Latin letter U+%04X has no look-alike", (unsigned)c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(offenders_are_told_with_place_and_replacement),
        TEST(the_list_of_offenders_is_bounded_and_their_number_true),
        TEST(replacing_gives_a_text_that_seven_bits_carry),
        TEST(what_has_no_lookalike_stays),
        TEST(the_table_keeps_its_promises),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* sim/alphabet: the parts of what a phone says. */
#include "sim/alphabet.h"
#include "testing.h"

#include <stdlib.h>

static struct alphabet_parts split(struct arena *a, const char *utf8,
                                   enum quirk_default_alphabet standard)
{
    struct alphabet_parts parts;
    assert_int_equal(alphabet_split(&parts, a, str_of(utf8), standard, false), OK);
    return parts;
}

static void what_the_default_alphabet_lacks_is_said_in_unicode(void **state)
{
    (void)state;
    static const struct {
        enum quirk_default_alphabet standard;
        const char *utf8;
        uint8_t data_coding;
        const char *bytes;
        size_t n;
    } cases[] = {
        {QUIRK_ALPHABET_GSM, "\u00e9", 0, "\x05", 1},
        {QUIRK_ALPHABET_LATIN1, "\u00e9\u00ff", 0, "\xE9\xFF", 2},
        {QUIRK_ALPHABET_LATIN1, "\u0101", 8, "\x01\x01", 2},
        {QUIRK_ALPHABET_ASCII, "e", 0, "e", 1},
        {QUIRK_ALPHABET_ASCII, "\u00e9", 8, "\x00\xE9", 2},
        {QUIRK_ALPHABET_UTF8, "\u20ac", 0, "\xE2\x82\xAC", 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct arena *a = arena_new();
        struct alphabet_parts parts = split(a, cases[i].utf8, cases[i].standard);
        assert_int_equal(parts.n, 1);
        assert_int_equal(parts.data_coding, cases[i].data_coding);
        assert_true(str_eq(parts.items[0], (struct str){cases[i].bytes, cases[i].n}));
        arena_free(a);
    }
}

static void parts_fit_and_cut_no_character(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char text[401] = "";
    for (size_t i = 0; i < 400; i += 2)
        memcpy(text + i, "\u00e9", 2);
    struct alphabet_parts parts = split(a, text, QUIRK_ALPHABET_UTF8);
    assert_int_equal(parts.n, 3);
    for (size_t i = 0; i < parts.n; i++)
        assert_true(parts.items[i].n <= 134 && parts.items[i].n % 2 == 0);
    parts = split(a, text, QUIRK_ALPHABET_LATIN1);
    assert_int_equal(parts.n, 2);
    assert_int_equal(parts.items[0].n, 134);
    parts = split(a, text, QUIRK_ALPHABET_GSM_PACKED); /* 200 septets: 153 and 47 */
    assert_int_equal(parts.n, 2);
    assert_int_equal(parts.items[0].n, 134);
    arena_free(a);
}

static void data_coding_zero_is_what_the_link_says(void **state)
{
    (void)state;
    static const enum phone_alphabet meant[] = {
        [QUIRK_ALPHABET_GSM] = PHONE_GSM7,      [QUIRK_ALPHABET_GSM_PACKED] = PHONE_GSM7,
        [QUIRK_ALPHABET_LATIN1] = PHONE_LATIN1, [QUIRK_ALPHABET_ASCII] = PHONE_ASCII,
        [QUIRK_ALPHABET_UTF8] = PHONE_UTF8,
    };
    for (unsigned i = QUIRK_ALPHABET_GSM; i <= QUIRK_ALPHABET_UTF8; i++) {
        assert_int_equal(alphabet_of(0, (enum quirk_default_alphabet)i), meant[i]);
        assert_int_equal(alphabet_of(8, (enum quirk_default_alphabet)i), PHONE_UCS2);
        assert_int_equal(alphabet_of(0xF0, (enum quirk_default_alphabet)i), PHONE_GSM7);
    }
}

static void nothing_to_say_and_too_much_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct alphabet_parts parts;
    char *long_text = arena_alloc(a, 255 * 134 + 2);
    memset(long_text, 'x', 255 * 134 + 1);
    for (unsigned i = QUIRK_ALPHABET_GSM; i <= QUIRK_ALPHABET_UTF8; i++) {
        enum quirk_default_alphabet standard = (enum quirk_default_alphabet)i;
        assert_int_equal(alphabet_split(&parts, a, STR(""), standard, false), ERR_MISSING);
        assert_int_equal(alphabet_split(&parts, a, STR("\xff"), standard, false), ERR_BAD_UTF8);
        bool bytes = i >= QUIRK_ALPHABET_LATIN1;
        assert_int_equal(alphabet_split(&parts, a, str_of(long_text), standard, false),
                         bytes ? ERR_TOO_LONG : OK);
        assert_int_equal(alphabet_split(&parts, a, str_of(long_text), standard, true),
                         ERR_TOO_LONG);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_default_alphabet_lacks_is_said_in_unicode),
        cmocka_unit_test(parts_fit_and_cut_no_character),
        cmocka_unit_test(data_coding_zero_is_what_the_link_says),
        cmocka_unit_test(nothing_to_say_and_too_much_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* text/coding: what a data_coding says, by SMPP below 16 and by the tree of TS 23.038 above. */
#include "testing.h"
#include "text/coding.h"

static void assert_coding(uint8_t coding, enum text_alphabet alphabet, int class)
{
    struct text_coding read = text_coding_of(coding, ALPHABET_GSM7);
    if (read.alphabet != alphabet || read.class != class)
        fail_msg("0x%02x: alphabet %d class %d", coding, read.alphabet, read.class);
}

static void smpps_own_values_are_not_of_the_tree(void **state)
{
    (void)state;
    assert_coding(0, ALPHABET_GSM7, -1);
    assert_coding(1, ALPHABET_IA5, -1);
    assert_coding(3, ALPHABET_LATIN1, -1);
    assert_coding(4, ALPHABET_LATIN1, -1);
    assert_coding(8, ALPHABET_UCS2, -1);
}

static void the_tree_of_23_038_is_followed(void **state)
{
    (void)state;
    static const struct {
        uint8_t coding;
        enum text_alphabet alphabet;
        int class;
    } cases[] = {
        {0x10, ALPHABET_GSM7, 0},   {0x11, ALPHABET_GSM7, 1},   {0x13, ALPHABET_GSM7, 3},
        {0x14, ALPHABET_LATIN1, 0}, {0x17, ALPHABET_LATIN1, 3}, {0x18, ALPHABET_UCS2, 0},
        {0x1B, ALPHABET_UCS2, 3},   {0x40, ALPHABET_GSM7, -1},  {0x48, ALPHABET_UCS2, -1},
        {0x58, ALPHABET_UCS2, 0},   {0x80, ALPHABET_GSM7, -1},  {0xC0, ALPHABET_GSM7, -1},
        {0xC8, ALPHABET_GSM7, -1},  {0xD0, ALPHABET_GSM7, -1},  {0xDF, ALPHABET_GSM7, -1},
        {0xE0, ALPHABET_UCS2, -1},  {0xE8, ALPHABET_UCS2, -1},  {0xEF, ALPHABET_UCS2, -1},
        {0xF0, ALPHABET_GSM7, 0},   {0xF1, ALPHABET_GSM7, 1},   {0xF3, ALPHABET_GSM7, 3},
        {0xF4, ALPHABET_LATIN1, 0}, {0xF6, ALPHABET_LATIN1, 2}, {0xF7, ALPHABET_LATIN1, 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_coding(cases[i].coding, cases[i].alphabet, cases[i].class);
}

static void the_link_says_what_0_means(void **state)
{
    (void)state;
    assert_int_equal(text_coding_of(0, ALPHABET_LATIN1).alphabet, ALPHABET_LATIN1);
    assert_int_equal(text_coding_of(0, ALPHABET_UTF8).alphabet, ALPHABET_UTF8);
    assert_int_equal(text_coding_of(0xF0, ALPHABET_UTF8).alphabet, ALPHABET_GSM7);
    assert_int_equal(text_coding_of(0, ALPHABET_GSM7_PACKED).alphabet, ALPHABET_GSM7_PACKED);
    assert_int_equal(text_coding_of(0xF1, ALPHABET_GSM7_PACKED).alphabet, ALPHABET_GSM7_PACKED);
    assert_int_equal(text_coding_of(8, ALPHABET_GSM7_PACKED).alphabet, ALPHABET_UCS2);
}

static void alphabets_have_names(void **state)
{
    (void)state;
    enum text_alphabet alphabet;
    assert_int_equal(text_alphabet_of(&alphabet, STR("gsm-packed")), OK);
    assert_int_equal(alphabet, ALPHABET_GSM7_PACKED);
    assert_int_equal(text_alphabet_of(&alphabet, STR("ascii")), OK);
    assert_int_equal(alphabet, ALPHABET_LATIN1);
    assert_int_equal(text_alphabet_of(&alphabet, STR("ebcdic")), ERR_INVALID);
}

static void utf8_that_is_none_is_latin1(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct national_shift none = {0};
    assert_true(str_eq(text_decode(a, ALPHABET_UTF8, none, STR("h\xc3\xa9 😀\r\nx\0")),
                       STR("hé 😀\nx\xef\xbf\xbd")));
    assert_true(str_eq(text_decode(a, ALPHABET_UTF8, none, STR("h\xe9")), STR("hé")));
    assert_true(str_eq(text_decode(a, ALPHABET_UTF8, none, (struct str){0}), STR("")));
    assert_true(str_eq(text_decode(a, ALPHABET_LATIN1, none, STR("\xfc")), STR("ü")));
    assert_true(str_eq(text_decode(a, ALPHABET_GSM7, none, STR("\x1b\x65 \x7e")), STR("€ ü")));
    assert_true(str_eq(text_decode(a, ALPHABET_UCS2, none, STR("\0\xe9")), STR("é")));
    arena_free(a);
}

static void gsm_under_the_number_of_ascii_is_seen_by_its_letters(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct national_shift none = {0};
    assert_true(
        str_eq(text_decode(a, ALPHABET_IA5, none, STR("a_b@c [1]\r\n")), STR("a_b@c [1]\n")));
    assert_true(
        str_eq(text_decode(a, ALPHABET_IA5, none, STR("Yes \0 10\x1b\x65")), STR("Yes @ 10€")));
    assert_true(str_eq(text_decode(a, ALPHABET_IA5, none, STR("\xe9t\xe9")), STR("été")));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gsm_under_the_number_of_ascii_is_seen_by_its_letters),
        cmocka_unit_test(smpps_own_values_are_not_of_the_tree),
        cmocka_unit_test(the_tree_of_23_038_is_followed),
        cmocka_unit_test(the_link_says_what_0_means),
        cmocka_unit_test(alphabets_have_names),
        cmocka_unit_test(utf8_that_is_none_is_latin1),
    };
    return cmocka_run_group_tests_name("text/coding", tests, NULL, NULL);
}

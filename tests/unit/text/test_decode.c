/* SPDX-License-Identifier: Apache-2.0 */
/* text/decode: what comes in is read whatever it is. Source: TS 23.038 6.2.1. */
#include "testing.h"
#include "text/text.h"

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})

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

static void assert_text(struct str got, struct str want)
{
    if (!str_eq(got, want))
        fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(got), STR_FMT(want));
}

static void septets_give_the_alphabet(void **state)
{
    (void)state;
    char all[128];
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (char)i;
    assert_text(text_from_gsm7(arena, str_sub(BYTES("\0\1\2"), 0, 3)), STR("@£$"));
    assert_text(text_from_gsm7(arena, (struct str){all, 0x1B}),
                STR("@£$¥èéùìòÇ\nØø\nÅåΔ_ΦΓΛΩΠΨΣΘΞ"));
    assert_text(text_from_gsm7(arena, (struct str){all + 0x1C, 0x24}),
                STR("ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"));
    assert_text(text_from_gsm7(arena, (struct str){all + 0x40, 0x40}),
                STR("¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"));
}

static void escapes_give_the_extension(void **state)
{
    (void)state;
    assert_text(text_from_gsm7(arena, BYTES("\x1B\x0A\x1B\x14\x1B\x28\x1B\x29\x1B\x2F"
                                            "\x1B\x3C\x1B\x3D\x1B\x3E\x1B\x40\x1B\x65")),
                STR("\f^{}\\[~]|€"));
}

static void unknown_escapes_give_the_basic_character(void **state)
{
    (void)state;
    assert_text(text_from_gsm7(arena, BYTES("a\x1B"
                                            "bc")),
                STR("abc"));
    assert_text(text_from_gsm7(arena, BYTES("a\x1B\x00z")), STR("a@z"));
    assert_text(text_from_gsm7(arena, BYTES("a\x1B\x1Bz")), STR("a z"));
    assert_text(text_from_gsm7(arena, BYTES("a\x1B\x1B\x65")), STR("a e"));
    assert_text(text_from_gsm7(arena, BYTES("a\x1B")), STR("a "));
    assert_text(text_from_gsm7(arena, BYTES("a\xE9\x1B\xE9z")), STR("a��z"));
    assert_text(text_from_gsm7(arena, (struct str){0}), STR(""));
}

static void unicode_is_read_big_endian(void **state)
{
    (void)state;
    assert_text(text_from_ucs2(arena, BYTES("\0A\0\xEA\x20\xAC\xD8\x3D\xDE\x00")), STR("Aê€😀"));
    assert_text(text_from_ucs2(arena, BYTES("\x4E\x2D")), STR("中"));
    assert_text(text_from_ucs2(arena, (struct str){0}), STR(""));
}

static void a_byte_order_mark_is_obeyed_and_dropped(void **state)
{
    (void)state;
    assert_text(text_from_ucs2(arena, BYTES("\xFE\xFF\0A\0\xEA")), STR("Aê"));
    assert_text(text_from_ucs2(arena, BYTES("\xFF\xFE"
                                            "A\0\xEA\0\x3D\xD8\x00\xDE")),
                STR("Aê😀"));
    assert_text(text_from_ucs2(arena, BYTES("\xFE\xFF")), STR(""));
    assert_text(text_from_ucs2(arena, BYTES("\0A\xFE\xFF")), STR("A\uFEFF"));
}

static void broken_unicode_is_marked_and_the_rest_survives(void **state)
{
    (void)state;
    assert_text(text_from_ucs2(arena, BYTES("\0A\0B\0")), STR("AB"));
    assert_text(text_from_ucs2(arena, BYTES("\0")), STR(""));
    assert_text(text_from_ucs2(arena, BYTES("\0A\xD8\x3D\0B")), STR("A�B"));
    assert_text(text_from_ucs2(arena, BYTES("\xDE\x00\xD8\x3D")), STR("��"));
    assert_text(text_from_ucs2(arena, BYTES("\xD8\x3D\xD8\x3D\xDE\x00")), STR("�😀"));
    assert_text(text_from_ucs2(arena, BYTES("\xD8\x3D\xDE")), STR("�"));
    assert_text(text_from_ucs2(arena, BYTES("\0A\0\0\0B")), STR("A�B"));
}

static void latin1_is_read_as_windows_1252(void **state)
{
    (void)state;
    assert_text(text_from_latin1(arena, BYTES("caf\xE9 \xFC \xA0|")), STR("café ü \u00A0|"));
    assert_text(text_from_latin1(arena, BYTES("10 \x80 l\x92"
                                              "an")),
                STR("10 € l’an"));
    assert_text(text_from_latin1(arena, BYTES("\x9C\x8C\x9F\x81")), STR("œŒŸ\xC2\x81"));
}

static void line_breaks_come_in_as_one_lf(void **state)
{
    (void)state;
    assert_text(text_from_gsm7(arena, BYTES("a\rb\r\nc\n\nd\r\r\n")), STR("a\nb\nc\n\nd\n\n"));
    assert_text(text_from_ucs2(arena, BYTES("\0a\0\r\0\n\0b\0\r")), STR("a\nb\n"));
    assert_text(text_from_latin1(arena, BYTES("a\r\nb")), STR("a\nb"));
}

static void every_pair_of_bytes_gives_valid_text(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 0x10000; i++) {
        char bytes[4] = {(char)(i >> 8), (char)i, (char)(i >> 4), (char)~i};
        struct str s = {bytes, sizeof(bytes)};
        struct arena *a = arena_new();
        assert_int_equal(text_utf8_check(text_from_gsm7(a, s), NULL), OK);
        assert_int_equal(text_utf8_check(text_from_ucs2(a, s), NULL), OK);
        assert_int_equal(text_utf8_check(text_from_latin1(a, s), NULL), OK);
        arena_free(a);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(septets_give_the_alphabet),
        TEST(escapes_give_the_extension),
        TEST(unknown_escapes_give_the_basic_character),
        TEST(unicode_is_read_big_endian),
        TEST(a_byte_order_mark_is_obeyed_and_dropped),
        TEST(broken_unicode_is_marked_and_the_rest_survives),
        TEST(latin1_is_read_as_windows_1252),
        TEST(line_breaks_come_in_as_one_lf),
        TEST(every_pair_of_bytes_gives_valid_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

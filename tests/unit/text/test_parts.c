/* SPDX-License-Identifier: Apache-2.0 */
/* text/parts: weighing and splitting. Source: TS 23.038, TS 23.040 9.2.3.24.1, product P1. */
#include "testing.h"
#include "text/gsm7.h"
#include "text/text.h"
#include "text/utf8.h"

#include <stdlib.h>

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

static struct text_weight weigh(struct str text)
{
    struct text_weight w;
    assert_int_equal(text_weigh(&w, text, TEXT_CHOOSE, NULL), OK);
    return w;
}

static void assert_weight(struct str text, enum text_encoding encoding, uint32_t characters,
                          uint32_t units, uint32_t parts, uint32_t room)
{
    struct text_weight w = weigh(text);
    assert_int_equal(w.encoding, encoding);
    assert_int_equal(w.characters, characters);
    assert_int_equal(w.units, units);
    assert_int_equal(w.parts, parts);
    assert_int_equal(w.room_units, room);
}

static void an_empty_text_has_no_part_and_all_the_room(void **state)
{
    (void)state;
    assert_weight(STR(""), TEXT_GSM7, 0, 0, 0, 160);
    assert_weight((struct str){0}, TEXT_GSM7, 0, 0, 0, 160);
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, STR(""), TEXT_UCS2), OK);
    assert_int_equal(parts.n, 0);
}

static void seven_bit_parts_hold_160_alone_and_153_joined(void **state)
{
    (void)state;
    assert_weight(STR("Hello"), TEXT_GSM7, 5, 5, 1, 155);
    assert_weight(repeat("a", 160), TEXT_GSM7, 160, 160, 1, 0);
    assert_weight(repeat("a", 161), TEXT_GSM7, 161, 161, 2, 145);
    assert_weight(repeat("a", 306), TEXT_GSM7, 306, 306, 2, 0);
    assert_weight(repeat("a", 307), TEXT_GSM7, 307, 307, 3, 152);
}

static void unicode_parts_hold_70_alone_and_67_joined(void **state)
{
    (void)state;
    assert_weight(STR("ê"), TEXT_UCS2, 1, 1, 1, 69);
    assert_weight(repeat("ê", 70), TEXT_UCS2, 70, 70, 1, 0);
    assert_weight(repeat("ê", 71), TEXT_UCS2, 71, 71, 2, 63);
    assert_weight(repeat("ê", 134), TEXT_UCS2, 134, 134, 2, 0);
    assert_weight(repeat("ê", 135), TEXT_UCS2, 135, 135, 3, 66);
    assert_weight(repeat("😀", 35), TEXT_UCS2, 35, 70, 1, 0);
    assert_weight(repeat("😀", 36), TEXT_UCS2, 36, 72, 2, 61);
}

static void the_ten_extension_characters_count_twice(void **state)
{
    (void)state;
    assert_weight(STR("\f^{}\\[~]|€"), TEXT_GSM7, 10, 20, 1, 140);
    assert_weight(repeat("€", 80), TEXT_GSM7, 80, 160, 1, 0);
    assert_weight(repeat("€", 81), TEXT_GSM7, 81, 162, 2, 143);
}

static void every_line_break_is_one_character(void **state)
{
    (void)state;
    assert_weight(STR("a\rb\nc\r\nd"), TEXT_GSM7, 7, 7, 1, 153);
    assert_weight(STR("\r\r\n\n"), TEXT_GSM7, 3, 3, 1, 157);
    assert_weight(STR("ê\r\n"), TEXT_UCS2, 2, 2, 1, 68);
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, STR("a\rb\nc\r\nd\r"), TEXT_GSM7), OK);
    assert_true(str_eq(parts.items[0].bytes, STR("a\nb\nc\nd\n")));
}

static void nothing_is_cut_inside_an_escape(void **state)
{
    (void)state;
    struct str text = join(repeat("a", 152), join(STR("€"), repeat("b", 20)));
    assert_weight(text, TEXT_GSM7, 173, 174, 2, 131);
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, text, TEXT_GSM7), OK);
    assert_int_equal(parts.n, 2);
    assert_int_equal(parts.items[0].bytes.n, 152);
    assert_int_equal(parts.items[0].number, 1);
    assert_int_equal(parts.items[1].bytes.n, 22);
    assert_int_equal(parts.items[1].number, 2);
    assert_memory_equal(parts.items[1].bytes.p, "\x1B\x65", 2);
}

static void nothing_is_cut_inside_a_surrogate_pair(void **state)
{
    (void)state;
    struct str text = join(repeat("ê", 66), join(STR("😀"), repeat("ê", 10)));
    assert_weight(text, TEXT_UCS2, 77, 78, 2, 55);
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, text, TEXT_UCS2), OK);
    assert_int_equal(parts.n, 2);
    assert_int_equal(parts.items[0].bytes.n, 66 * 2);
    assert_int_equal(parts.items[1].bytes.n, 12 * 2);
    assert_memory_equal(parts.items[1].bytes.p, "\xD8\x3D\xDE\x00", 4);
}

static void a_part_left_short_may_cost_one_more_part(void **state)
{
    (void)state;
    /* 306 septets would fit two parts, were it not for the escapes at the borders. */
    struct str text = join(repeat("a", 152), join(STR("€"), repeat("b", 152)));
    assert_weight(text, TEXT_GSM7, 305, 306, 3, 152);
}

static void septets_stand_one_in_a_byte(void **state)
{
    (void)state;
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, STR("@£$¥èéùìòÇØøÅåΔ_à€"), TEXT_GSM7), OK);
    assert_int_equal(parts.n, 1);
    static const uint8_t want[] = {0,  1,  2,  3,  4,    5,    6,    7,    8,   9,
                                   11, 12, 14, 15, 0x10, 0x11, 0x7F, 0x1B, 0x65};
    assert_int_equal(parts.items[0].bytes.n, sizeof(want));
    assert_memory_equal(parts.items[0].bytes.p, want, sizeof(want));
}

static void unicode_is_big_endian_without_a_mark(void **state)
{
    (void)state;
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, STR("Aê€😀"), TEXT_UCS2), OK);
    assert_int_equal(parts.items[0].bytes.n, 10);
    assert_memory_equal(parts.items[0].bytes.p, "\0A\0\xEA\x20\xAC\xD8\x3D\xDE\x00", 10);
}

static void only_small_c_cedilla_is_missing(void **state)
{
    (void)state;
    assert_int_equal(weigh(STR("Ç")).encoding, TEXT_GSM7);
    assert_int_equal(weigh(STR("ç")).encoding, TEXT_UCS2);
    assert_int_equal(weigh(STR("`")).encoding, TEXT_UCS2);
    assert_int_equal(weigh(STR("\t")).encoding, TEXT_UCS2);
    assert_int_equal(weigh(STR("\x1B")).encoding, TEXT_UCS2);
    assert_int_equal(weigh((struct str){"\0", 1}).encoding, TEXT_UCS2);
}

static void forced_seven_bit_names_the_first_offender(void **state)
{
    (void)state;
    struct text_weight w;
    size_t bad_at = 0;
    assert_int_equal(text_weigh(&w, STR("aé ê œ"), TEXT_FORCE_GSM7, &bad_at), ERR_NOT_GSM7);
    assert_int_equal(bad_at, 4);
    assert_int_equal(text_weigh(&w, STR("été"), TEXT_FORCE_GSM7, &bad_at), OK);
    assert_int_equal(text_weigh(&w, STR("ete"), TEXT_FORCE_UCS2, NULL), OK);
    assert_int_equal(w.encoding, TEXT_UCS2);
    assert_int_equal(w.units, 3);
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, STR("ê"), TEXT_GSM7), ERR_NOT_GSM7);
}

static void bad_utf8_is_named_by_its_offset(void **state)
{
    (void)state;
    struct text_weight w;
    size_t bad_at = 0;
    assert_int_equal(text_weigh(&w, STR("abc\xE9"), TEXT_CHOOSE, &bad_at), ERR_BAD_UTF8);
    assert_int_equal(bad_at, 3);
    assert_int_equal(text_weigh(&w, STR("ê\xE9"), TEXT_CHOOSE, &bad_at), ERR_BAD_UTF8);
    assert_int_equal(bad_at, 2);
    struct text_parts parts;
    assert_int_equal(text_split(&parts, arena, STR("\xE9"), TEXT_UCS2), ERR_BAD_UTF8);
    assert_int_equal(parts.n, 0);
}

static void no_text_has_more_than_255_parts(void **state)
{
    (void)state;
    struct text_weight w;
    struct text_parts parts;
    assert_int_equal(weigh(repeat("a", 255 * 153)).parts, 255);
    assert_int_equal(weigh(repeat("€", 255 * 76)).parts, 255);
    assert_int_equal(weigh(repeat("\r\n", 255 * 153)).parts, 255);
    assert_int_equal(weigh(repeat("Δ", 255 * 153)).parts, 255);
    assert_int_equal(weigh(repeat("中", 255 * 67)).parts, 255);
    assert_int_equal(weigh(repeat("😀", 255 * 33)).parts, 255);
    assert_int_equal(text_split(&parts, arena, repeat("a", 255 * 153), TEXT_GSM7), OK);
    assert_int_equal(parts.items[254].number, 255);

    const struct str too_long[] = {
        repeat("a", 255 * 153 + 1), repeat("€", 255 * 76 + 1), repeat("\r\n", 255 * 153 + 1),
        repeat("中", 255 * 67 + 1), repeat("😀", 255 * 33 + 1), repeat("a", 10000000),
    };
    for (size_t i = 0; i < sizeof(too_long) / sizeof(too_long[0]); i++)
        assert_int_equal(text_weigh(&w, too_long[i], TEXT_CHOOSE, NULL), ERR_TOO_LONG);
    assert_int_equal(text_split(&parts, arena, too_long[0], TEXT_GSM7), ERR_TOO_LONG);
}

/* A text of `characters` random ones, rich in what sits badly at a border. */
static struct str random_text(unsigned short seed[3], size_t characters, bool gsm7)
{
    static const uint32_t unicode[] = {0x1F600, 0xEA, 0x20AC, 'a', 0xFFFF, 0x10000, 0x10FFFF};
    char *text = arena_alloc(arena, characters * UTF8_SIZE_MAX + 1);
    char *to = text;
    for (size_t i = 0; i < characters; i++) {
        uint32_t c = unicode[nrand48(seed) % 7];
        if (gsm7 || nrand48(seed) % 2) {
            const uint16_t *table = nrand48(seed) % 3 ? gsm7_basic : gsm7_extension;
            do
                c = table[nrand48(seed) % GSM7_SEPTETS];
            while (c == 0);
        }
        to += utf8_encode(to, c);
    }
    return (struct str){text, (size_t)(to - text)};
}

static struct str with_line_feeds(struct str text)
{
    char *copy = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool second_half = text.p[i] == '\n' && i > 0 && text.p[i - 1] == '\r';
        if (!second_half)
            copy[n++] = text.p[i] == '\r' ? '\n' : text.p[i];
    }
    return (struct str){copy, n};
}

static void check_split(struct str text, enum text_encoding encoding)
{
    struct text_weight w;
    struct text_parts parts;
    enum text_choice choice = encoding == TEXT_GSM7 ? TEXT_FORCE_GSM7 : TEXT_FORCE_UCS2;
    assert_int_equal(text_weigh(&w, text, choice, NULL), OK);
    assert_int_equal(text_split(&parts, arena, text, encoding), OK);
    assert_int_equal(parts.n, w.parts);

    size_t unit = encoding == TEXT_GSM7 ? 1 : 2;
    size_t limit = encoding == TEXT_GSM7 ? (w.parts > 1 ? 153 : 160) : (w.parts > 1 ? 67 : 70);
    struct str all = {.p = parts.n ? parts.items[0].bytes.p : NULL, .n = 0};
    struct str joined = STR("");
    for (size_t i = 0; i < parts.n; i++) {
        struct str bytes = parts.items[i].bytes;
        assert_int_equal(parts.items[i].number, i + 1);
        assert_true(bytes.n > 0 && bytes.n <= limit * unit);
        assert_ptr_equal(bytes.p, all.p + all.n);
        all.n += bytes.n;
        joined = join(joined, encoding == TEXT_GSM7 ? text_from_gsm7(arena, bytes)
                                                    : text_from_ucs2(arena, bytes));
    }
    assert_int_equal(all.n, w.units * unit);
    if (parts.n)
        assert_int_equal(w.room_units, limit - parts.items[parts.n - 1].bytes.n / unit);
    assert_true(str_eq(joined, with_line_feeds(text)));
}

static void parts_decoded_one_by_one_give_the_text_again(void **state)
{
    (void)state;
    unsigned short seed[3] = {3, 38, 140};
    for (size_t round = 0; round < 600; round++) {
        size_t characters = (size_t)nrand48(seed) % 700;
        check_split(random_text(seed, characters, true), TEXT_GSM7);
        check_split(random_text(seed, characters, false), TEXT_UCS2);
        if (round % 20 == 0) {
            arena_free(arena);
            arena = arena_new();
        }
    }
}

static void every_character_of_the_alphabet_comes_back(void **state)
{
    (void)state;
    size_t count = 0;
    for (uint32_t c = 1; c < 0x10000; c++) {
        if (gsm7_size(c) == 0 || c == '\r')
            continue;
        char bytes[UTF8_SIZE_MAX];
        struct str text = {bytes, utf8_encode(bytes, c)};
        struct text_parts parts;
        assert_int_equal(text_split(&parts, arena, text, TEXT_GSM7), OK);
        assert_int_equal(parts.items[0].bytes.n, gsm7_size(c));
        assert_true(str_eq(text_from_gsm7(arena, parts.items[0].bytes), text));
        count++;
    }
    assert_int_equal(count, 128 - 2 + 10); /* all septets but escape and CR, and the extension */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_arena, free_arena)
    const struct CMUnitTest tests[] = {
        TEST(an_empty_text_has_no_part_and_all_the_room),
        TEST(seven_bit_parts_hold_160_alone_and_153_joined),
        TEST(unicode_parts_hold_70_alone_and_67_joined),
        TEST(the_ten_extension_characters_count_twice),
        TEST(every_line_break_is_one_character),
        TEST(nothing_is_cut_inside_an_escape),
        TEST(nothing_is_cut_inside_a_surrogate_pair),
        TEST(a_part_left_short_may_cost_one_more_part),
        TEST(septets_stand_one_in_a_byte),
        TEST(unicode_is_big_endian_without_a_mark),
        TEST(only_small_c_cedilla_is_missing),
        TEST(forced_seven_bit_names_the_first_offender),
        TEST(bad_utf8_is_named_by_its_offset),
        TEST(no_text_has_more_than_255_parts),
        TEST(parts_decoded_one_by_one_give_the_text_again),
        TEST(every_character_of_the_alphabet_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

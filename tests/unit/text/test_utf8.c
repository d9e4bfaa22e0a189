/* SPDX-License-Identifier: Apache-2.0 */
/* text/utf8: what is UTF-8 and what is not. Source: Unicode 15, table 3-7. */
#include "testing.h"
#include "text/text.h"
#include "text/utf8.h"

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})

static void every_code_point_survives_the_way_there_and_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char bytes[UTF8_SIZE_MAX];
        size_t n = utf8_encode(bytes, c);
        uint32_t back = 0;
        if (utf8_decode(&back, bytes, bytes + n) != n || back != c)
            fail_msg("U+%04X", (unsigned)c);
        if (n > 1 && utf8_decode(&back, bytes, bytes + n - 1) != 0)
            fail_msg("U+%04X is taken though it is cut", (unsigned)c);
    }
}

static void bad_bytes_are_refused_where_they_stand(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t bad_at;
    } cases[] = {
        {BYTES("\x80"), 0},                       /* a continuation alone */
        {BYTES("ab\xFF"), 2},                     /* never a first byte */
        {BYTES("a\xC3"), 1},                      /* cut */
        {BYTES("a\xC3("), 1},                     /* not continued */
        {BYTES("\xC0\xAF"), 0},                   /* overlong "/" */
        {BYTES("\xC1\xBF"), 0},                   /* overlong */
        {BYTES("\xE0\x9F\xBF"), 0},               /* overlong */
        {BYTES("\xF0\x8F\xBF\xBF"), 0},           /* overlong */
        {BYTES("x\xED\xA0\x80"), 1},              /* high surrogate */
        {BYTES("x\xED\xBF\xBF"), 1},              /* low surrogate */
        {BYTES("\xF4\x90\x80\x80"), 0},           /* U+110000 */
        {BYTES("\xF5\x80\x80\x80"), 0},           /* beyond */
        {BYTES("\xC3\xA9\xE2\x82"), 2},           /* cut behind a good one */
        {BYTES("\xF0\x9F\x98"), 0},               /* an emoji cut */
        {BYTES("\xF8\x88\x80\x80\x80"), 0},       /* five bytes */
        {BYTES("Andr\xE9 a \xE9t\xE9 l\xE0"), 4}, /* Latin-1 */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t bad_at = 99;
        assert_int_equal(text_utf8_check(cases[i].text, &bad_at), ERR_BAD_UTF8);
        assert_int_equal(bad_at, cases[i].bad_at);
        assert_int_equal(text_utf8_check(cases[i].text, NULL), ERR_BAD_UTF8);
    }
}

static void good_bytes_pass(void **state)
{
    (void)state;
    size_t bad_at;
    assert_int_equal(text_utf8_check(STR(""), &bad_at), OK);
    assert_int_equal(text_utf8_check((struct str){0}, &bad_at), OK);
    assert_int_equal(text_utf8_check(BYTES("a\0b"), &bad_at), OK);
    assert_int_equal(text_utf8_check(STR("é€😀"), &bad_at), OK);
    assert_int_equal(text_utf8_check(BYTES("\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"), &bad_at), OK);
    assert_int_equal(text_utf8_check(BYTES("\xF4\x8F\xBF\xBF"), &bad_at), OK);
}

static void a_prefix_never_cuts_a_character(void **state)
{
    (void)state;
    assert_int_equal(text_utf8_prefix(STR("é€😀x"), 0), 0);
    assert_int_equal(text_utf8_prefix(STR("é€😀x"), 1), 2);
    assert_int_equal(text_utf8_prefix(STR("é€😀x"), 2), 5);
    assert_int_equal(text_utf8_prefix(STR("é€😀x"), 3), 9);
    assert_int_equal(text_utf8_prefix(STR("é€😀x"), 4), 10);
    assert_int_equal(text_utf8_prefix(STR("é€😀x"), 99), 10);
    assert_int_equal(text_utf8_prefix((struct str){0}, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_survives_the_way_there_and_back),
        cmocka_unit_test(bad_bytes_are_refused_where_they_stand),
        cmocka_unit_test(good_bytes_pass),
        cmocka_unit_test(a_prefix_never_cuts_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

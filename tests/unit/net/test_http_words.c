/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"
#include "testing.h"

static void pairs_keep_their_order_and_empty_ones_are_left_out(void **state)
{
    struct arena *a = arena_new();
    struct http_pair *pairs;
    size_t n;
    struct str form = STR("&&to=1&to=2&flag&=x&a=b=c&empty=&");
    assert_int_equal(http_form_parse(&pairs, &n, a, form, 10), OK);
    static const char *const expected[][2] = {{"to", "1"}, {"to", "2"},  {"flag", ""},
                                              {"", "x"},   {"a", "b=c"}, {"empty", ""}};
    assert_int_equal(n, 6);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(pairs[i].name.p, expected[i][0]);
        assert_string_equal(pairs[i].value.p, expected[i][1]);
    }
    arena_free(a);
}

static void any_byte_survives(void **state)
{
    struct arena *a = arena_new();
    struct http_pair *pairs;
    size_t n;
    struct str form = STR("m=a%00b+c%2B%26%3d%FF%c3%A9");
    assert_int_equal(http_form_parse(&pairs, &n, a, form, 1), OK);
    assert_int_equal(n, 1);
    assert_true(str_eq(pairs[0].value, STR("a\0b c+&=\xff\xc3\xa9")));
    arena_free(a);
}

static void broken_escapes_are_malformed_and_stand_as_they_came(void **state)
{
    static const char *const forms[] = {"m=100%", "m=%2", "m=%zz", "%=1", "m=%%41", "m=%4"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct arena *a = arena_new();
        struct http_pair *pairs;
        size_t n;
        assert_int_equal(http_form_parse(&pairs, &n, a, str_of(forms[i]), 5), ERR_MALFORMED);
        arena_free(a);
    }
}

static void the_number_of_pairs_is_bounded(void **state)
{
    struct arena *a = arena_new();
    struct http_pair *pairs;
    size_t n;
    assert_int_equal(http_form_parse(&pairs, &n, a, STR("a&b&c&&&"), 3), OK);
    assert_int_equal(http_form_parse(&pairs, &n, a, STR("a&b&c&d"), 3), ERR_LIMIT);
    assert_int_equal(http_form_parse(&pairs, &n, a, (struct str){0}, 0), OK);
    assert_int_equal(n, 0);
    arena_free(a);
}

static void memory_behind_the_values_is_not_overrun(void **state)
{
    static const char alphabet[] = "a=&%+0F\0";
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t size = (size_t)round % sizeof(text);
        for (size_t i = 0; i < size; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
        }
        struct arena *a = arena_new();
        struct http_pair *pairs;
        size_t n;
        enum err err = http_form_parse(&pairs, &n, a, (struct str){.p = text, .n = size}, 24);
        assert_true(err == OK || err == ERR_MALFORMED);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(pairs[i].name.p[pairs[i].name.n], 0);
            assert_int_equal(pairs[i].value.p[pairs[i].value.n], 0);
            assert_true(pairs[i].name.n + pairs[i].value.n <= size);
        }
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_keep_their_order_and_empty_ones_are_left_out),
        cmocka_unit_test(any_byte_survives),
        cmocka_unit_test(broken_escapes_are_malformed_and_stand_as_they_came),
        cmocka_unit_test(the_number_of_pairs_is_bounded),
        cmocka_unit_test(memory_behind_the_values_is_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* text/pattern: one group, and never a long search. */
#include "base/clock.h"
#include "testing.h"
#include "text/pattern.h"

#include <time.h>

static struct arena *arena;

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

static bool find(const char *expression, struct str text, struct str *group)
{
    struct pattern *p = NULL;
    struct str why;
    assert_int_equal(pattern_new(&p, str_of(expression), arena, &why), OK);
    bool found = pattern_find(p, text, group);
    pattern_free(p);
    return found;
}

static void the_group_is_what_is_found(void **state)
{
    (void)state;
    struct str group;
    assert_true(find("\\b[iI][dD]:([a-fA-F0-9]{1,10})\\b", STR("sub:1 ID:39f99dd5 x"), &group));
    assert_true(str_eq(group, STR("39f99dd5")));
    assert_true(
        find("0x001E:([0-9a-f]{8}-[0-9a-f]{4})", STR("a 0x001E:f47ac10b-58cc-4372"), &group));
    assert_true(str_eq(group, STR("f47ac10b-58cc")));
    assert_false(find("id:(\\d+)", STR("id:abc"), &group));
    assert_false(find("id:(\\d*)", STR("id:abc"), &group)); /* an empty group is nothing */
    assert_false(find("id:(\\d+)|x", STR("x"), &group));
    assert_false(find("(a)", (struct str){0}, &group));
}

static void bytes_that_are_no_text_are_searched_too(void **state)
{
    (void)state;
    struct str group;
    assert_true(find("id:([^ ]+)", STR("\xff\0id:\xe9\x01 "), &group));
    assert_true(str_eq(group, STR("\xe9\x01")));
}

static void assert_refused(const char *expression, enum err e)
{
    struct pattern *p = NULL;
    struct str why = {0};
    assert_int_equal(pattern_new(&p, str_of(expression), arena, &why), e);
    assert_null(p);
    assert_true(why.n > 0);
}

static void an_expression_has_exactly_one_group(void **state)
{
    (void)state;
    assert_refused("id:\\d+", ERR_INVALID);
    assert_refused("(id):(\\d+)", ERR_INVALID);
    assert_refused("id:(\\d+", ERR_INVALID);
    assert_refused("(*UTF)(a)", ERR_INVALID);
    assert_refused("((((((((((((((((((((((a))))))))))))))))))))))", ERR_INVALID);
    char long_one[PATTERN_MAX + 2];
    memset(long_one, 'a', sizeof(long_one) - 1);
    long_one[sizeof(long_one) - 1] = '\0';
    assert_refused(long_one, ERR_TOO_LONG);
}

/* Without a bound these would take years. */
static void no_search_is_long(void **state)
{
    (void)state;
    char text[PATTERN_SUBJECT_MAX];
    struct str group;
    memset(text, 'a', sizeof(text));
    assert_false(find("((?:a+)+)+$b", (struct str){text, sizeof(text)}, &group));
    assert_false(find("^((?:a|aa)+)$.", (struct str){text, sizeof(text)}, &group));
    assert_false(find("(?=(a+))(?:a*a*a*a*a*a*)b", (struct str){text, sizeof(text)}, &group));
    assert_false(find("((?:a(?1)?){1,50}b)", (struct str){text, sizeof(text)}, &group));
}

static int64_t processor_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * SEC_US + t.tv_nsec / 1000;
}

/* Each start stays below a bound of its own, and there are 2000 of them. */
static void all_starts_of_a_search_share_its_bound(void **state)
{
    (void)state;
    char text[PATTERN_SUBJECT_MAX];
    struct str group;
    memset(text, 'a', sizeof(text));
    int64_t before_us = processor_us();
    assert_false(find("(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)"
                      "(?:a|a)(?:a|a)(?:a|a)([bc])",
                      (struct str){text, sizeof(text)}, &group));
    assert_true(processor_us() - before_us < 100 * MS_US);
}

static void what_is_far_behind_is_not_searched(void **state)
{
    (void)state;
    char text[PATTERN_SUBJECT_MAX + 10];
    struct str group;
    memset(text, '.', sizeof(text));
    memcpy(text + PATTERN_SUBJECT_MAX, "id:7", 4);
    assert_false(find("id:(\\d)", (struct str){text, sizeof(text)}, &group));
    assert_true(find("id:(\\d)", (struct str){text + 10, sizeof(text) - 10}, &group));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_group_is_what_is_found),
        cmocka_unit_test(bytes_that_are_no_text_are_searched_too),
        cmocka_unit_test(an_expression_has_exactly_one_group),
        cmocka_unit_test(no_search_is_long),
        cmocka_unit_test(all_starts_of_a_search_share_its_bound),
        cmocka_unit_test(what_is_far_behind_is_not_searched),
    };
    return cmocka_run_group_tests_name("text/pattern", tests, set_up, tear_down);
}

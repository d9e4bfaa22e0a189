/* SPDX-License-Identifier: Apache-2.0 */
#include "api/router.h"
#include "testing.h"

static void a_pattern_matches_whole_paths_and_gives_the_segments(void **state)
{
    (void)state;
    struct str s[API_SEGMENTS_MAX];
    assert_true(router_match("/api/v1/accounts", STR("/api/v1/accounts"), s));
    assert_true(router_match("/api/v1/accounts/{name}", STR("/api/v1/accounts/sms-a"), s));
    assert_true(str_eq(s[0], STR("sms-a")));
    assert_true(router_match("/u/{account}/{login}/quota", STR("/u/a/b/quota"), s));
    assert_true(str_eq(s[0], STR("a")) && str_eq(s[1], STR("b")));
}

static void what_is_too_short_too_long_or_empty_does_not_match(void **state)
{
    (void)state;
    struct str s[API_SEGMENTS_MAX];
    assert_false(router_match("/api/v1/accounts", STR("/api/v1/account"), s));
    assert_false(router_match("/api/v1/accounts", STR("/api/v1/accounts/"), s));
    assert_false(router_match("/api/v1/accounts", STR("/api/v1"), s));
    assert_false(router_match("/api/v1/accounts", STR(""), s));
    assert_false(router_match("/a/{name}", STR("/a/"), s));
    assert_false(router_match("/a/{name}", STR("/a/b/c"), s));
    assert_false(router_match("/a/{name}/c", STR("/a/b"), s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_whole_paths_and_gives_the_segments),
        cmocka_unit_test(what_is_too_short_too_long_or_empty_does_not_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

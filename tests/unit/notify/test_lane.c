/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/secret.h"
#include "notify/lane.h"
#include "testing.h"

#include <stdio.h>

static void the_host_is_scheme_and_authority(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"https://a.example/x?y=1", "https://a.example"},
        {"http://a.example:8080", "http://a.example:8080"},
        {"https://a.example?x=/", "https://a.example"},
        {"HTTPS://a.example#f", "HTTPS://a.example"},
        {"someone@a.example", "mail"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_true(str_eq(lane_host_name(str_of(table[i][0])), str_of(table[i][1])));
}

static void pauses_grow_up_to_five_minutes(void **state)
{
    (void)state;
    assert_int_equal(lane_pause_us(1), 10 * SEC_US);
    assert_int_equal(lane_pause_us(2), 30 * SEC_US);
    assert_int_equal(lane_pause_us(3), 60 * SEC_US);
    assert_int_equal(lane_pause_us(4), 300 * SEC_US);
    assert_int_equal(lane_pause_us(1000), 300 * SEC_US);
}

static void lanes_of_one_host_share_it_and_a_failing_one_is_remembered(void **state)
{
    (void)state;
    struct lanes *l = lanes_new();
    struct lane *a = lanes_find(l, STR("https://a.example/1"));
    struct lane *b = lanes_find(l, STR("https://a.example/2"));
    assert_ptr_equal(a->host, b->host);
    a->failures = 3;
    lanes_rest(l, a);
    lanes_rest(l, b);
    assert_int_equal(lanes_find(l, STR("https://a.example/1"))->failures, 3);
    assert_int_equal(lanes_find(l, STR("https://a.example/2"))->failures, 0);
    lanes_free(l);
}

static void failing_lanes_without_end_are_forgotten_oldest_first(void **state)
{
    (void)state;
    struct lanes *l = lanes_new();
    char url[64];
    for (int i = 0; i < 5000; i++) {
        snprintf(url, sizeof(url), "https://h%d.example/", i);
        struct lane *lane = lanes_find(l, str_of(url));
        lane->failures = 1;
        lanes_rest(l, lane);
    }
    assert_int_equal(lanes_find(l, STR("https://h0.example/"))->failures, 0);
    assert_int_equal(lanes_find(l, STR("https://h4999.example/"))->failures, 1);
    lanes_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_is_scheme_and_authority),
        cmocka_unit_test(pauses_grow_up_to_five_minutes),
        cmocka_unit_test(lanes_of_one_host_share_it_and_a_failing_one_is_remembered),
        cmocka_unit_test(failing_lanes_without_end_are_forgotten_oldest_first),
    };
    if (secret_init())
        return 1;
    return cmocka_run_group_tests_name("notify/lane", tests, NULL, NULL);
}

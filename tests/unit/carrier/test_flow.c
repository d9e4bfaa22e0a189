/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/flow: half at a throttle, more each second, and pauses that double. */
#include "base/clock.h"
#include "carrier/flow.h"
#include "testing.h"

static const int64_t start_us = 1000 * SEC_US;

static void a_throttle_halves_and_each_second_adds_a_step(void **state)
{
    (void)state;
    struct flow f = {0};
    flow_set(&f, 100, SEC_US);
    assert_true(flow_throttle(&f, start_us, start_us));
    assert_true(flow_at_us(&f, start_us) == start_us + SEC_US);
    assert_int_equal(flow_rate(&f, start_us + 1999 * MS_US), 50);
    assert_int_equal(flow_rate(&f, start_us + 2 * SEC_US), 55);
    assert_int_equal(flow_rate(&f, start_us + 5 * SEC_US), 70);
    assert_int_equal(flow_rate(&f, start_us + HOUR_US), 100);
    assert_false(f.slowed);
}

static void throttle_after_throttle_never_goes_below_one(void **state)
{
    (void)state;
    struct flow f = {0};
    int64_t now_us = start_us;
    flow_set(&f, 100, SEC_US);
    for (int i = 0; i < 20; i++) {
        now_us = flow_at_us(&f, now_us) > now_us ? flow_at_us(&f, now_us) : now_us;
        flow_leave(&f, now_us);
        assert_true(flow_throttle(&f, now_us, now_us));
        assert_true(flow_rate(&f, now_us) >= 1);
    }
    assert_in_range(flow_rate(&f, now_us), 1, 150);
    assert_true(flow_at_us(&f, now_us) >= now_us + 30 * SEC_US); /* the longest pause */
}

static void one_pause_is_one_cut(void **state)
{
    (void)state;
    struct flow f = {0};
    flow_set(&f, 100, SEC_US);
    assert_true(flow_throttle(&f, start_us, start_us));
    assert_false(flow_throttle(&f, start_us, start_us + 10 * MS_US));
    assert_false(flow_throttle(&f, start_us - 1, start_us + 2 * SEC_US)); /* had left before */
    assert_int_equal(f.rate_now, 50);
}

static void without_a_rate_the_half_is_of_what_the_carrier_took(void **state)
{
    (void)state;
    struct flow f = {0};
    flow_set(&f, 0, SEC_US);
    for (int i = 0; i < 80; i++)
        flow_taken(&f, start_us, start_us + i * 10 * MS_US);
    assert_int_equal(flow_rate(&f, start_us + SEC_US), 0);
    assert_true(flow_throttle(&f, start_us + SEC_US, start_us + SEC_US));
    assert_int_equal(flow_rate(&f, start_us + SEC_US), 40);
    assert_int_equal(flow_rate(&f, start_us + 11 * SEC_US), 76);    /* 4 more each second */
    assert_int_equal(flow_rate(&f, start_us + SEC_US + MIN_US), 0); /* a quiet minute */
}

static void what_was_taken_long_ago_says_nothing(void **state)
{
    (void)state;
    struct flow f = {0};
    flow_set(&f, 0, SEC_US);
    for (int i = 0; i < 80; i++)
        flow_taken(&f, start_us, start_us);
    assert_true(flow_throttle(&f, start_us + HOUR_US, start_us + HOUR_US));
    assert_int_equal(flow_rate(&f, start_us + HOUR_US), 1);
}

static void a_new_rate_is_a_ceiling_and_no_way_around_the_carrier(void **state)
{
    (void)state;
    struct flow f = {0};
    flow_set(&f, 100, SEC_US);
    assert_true(flow_throttle(&f, start_us, start_us));
    flow_set(&f, 200, SEC_US);
    assert_int_equal(flow_rate(&f, start_us), 50);
    flow_set(&f, 30, SEC_US);
    assert_int_equal(flow_rate(&f, start_us), 30);
    assert_int_equal(flow_rate(&f, start_us + MIN_US), 30);
    flow_set(&f, 0, SEC_US);
    assert_int_equal(flow_rate(&f, start_us), 0);
}

static void a_success_ends_the_growth_of_pauses(void **state)
{
    (void)state;
    struct flow f = {0};
    flow_set(&f, 0, SEC_US);
    assert_true(flow_throttle(&f, start_us, start_us));
    int64_t later_us = start_us + 5 * SEC_US;
    flow_taken(&f, start_us - 1, later_us); /* had left before: says nothing of now */
    assert_true(f.next_pause_us == 2 * SEC_US);
    flow_taken(&f, later_us, later_us);
    assert_true(f.next_pause_us == SEC_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_throttle_halves_and_each_second_adds_a_step),
        cmocka_unit_test(throttle_after_throttle_never_goes_below_one),
        cmocka_unit_test(one_pause_is_one_cut),
        cmocka_unit_test(without_a_rate_the_half_is_of_what_the_carrier_took),
        cmocka_unit_test(what_was_taken_long_ago_says_nothing),
        cmocka_unit_test(a_new_rate_is_a_ceiling_and_no_way_around_the_carrier),
        cmocka_unit_test(a_success_ends_the_growth_of_pauses),
    };
    return cmocka_run_group_tests_name("carrier/flow", tests, NULL, NULL);
}

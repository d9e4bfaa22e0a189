/* SPDX-License-Identifier: Apache-2.0 */
/* sim/lane: things that wait for the same time. */
#include "sim/lane.h"
#include "testing.h"

static void items_come_in_order_and_not_too_early(void **state)
{
    (void)state;
    struct lane lane;
    struct lane_item a, b;
    lane_init(&lane, 100);
    assert_null(lane_take(&lane, INT64_MAX));
    assert_true(lane_due_us(&lane) == INT64_MAX);
    lane_add(&lane, &a, 1000);
    lane_add(&lane, &b, 1050);
    assert_true(lane_due_us(&lane) == 1100);
    assert_null(lane_take(&lane, 1099));
    assert_ptr_equal(lane_take(&lane, 1100), &a);
    assert_null(lane_take(&lane, 1100));
    assert_ptr_equal(lane_take(&lane, 2000), &b);
    assert_null(lane_take(&lane, INT64_MAX));
}

static void what_comes_back_goes_first(void **state)
{
    (void)state;
    struct lane lane;
    struct lane_item a, b, c;
    lane_init(&lane, 100);
    lane_add_first(&lane, &a);
    lane_add(&lane, &b, 0);
    assert_ptr_equal(lane_take(&lane, 0), &a);
    lane_add_first(&lane, &a);
    lane_add(&lane, &c, 0);
    assert_ptr_equal(lane_take(&lane, 1000), &a);
    assert_ptr_equal(lane_take(&lane, 1000), &b);
    assert_ptr_equal(lane_take(&lane, 1000), &c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_in_order_and_not_too_early),
        cmocka_unit_test(what_comes_back_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

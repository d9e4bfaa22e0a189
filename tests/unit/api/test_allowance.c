/* SPDX-License-Identifier: Apache-2.0 */
#include "api/allowance.h"
#include "base/clock.h"
#include "testing.h"

static void a_burst_is_taken_and_then_as_many_as_grow_again(void **state)
{
    (void)state;
    struct allowance *a = allowance_new();
    struct allowance_left left;
    int64_t now_us = 1000 * SEC_US;
    for (unsigned i = 1; i <= ALLOWANCE_BURST; i++) {
        assert_true(allowance_take(a, 1, now_us, &left));
        assert_int_equal(left.requests, ALLOWANCE_BURST - i);
    }
    assert_int_equal(left.full_s, ALLOWANCE_BURST / ALLOWANCE_A_SECOND);
    assert_false(allowance_take(a, 1, now_us, &left));
    assert_int_equal(left.requests, 0);
    assert_int_equal(left.wait_s, 1);
    assert_true(allowance_take(a, 2, now_us, &left)); /* somebody else */
    now_us += SEC_US;
    for (unsigned i = 0; i < ALLOWANCE_A_SECOND; i++)
        assert_true(allowance_take(a, 1, now_us, &left));
    assert_false(allowance_take(a, 1, now_us, &left));
    now_us += 3600 * SEC_US;
    assert_true(allowance_take(a, 1, now_us, &left));
    assert_int_equal(left.requests, ALLOWANCE_BURST - 1);
    allowance_free(a);
}

static void memory_is_bounded(void **state)
{
    (void)state;
    struct allowance *a = allowance_new();
    struct allowance_left left;
    for (uint64_t i = 1; i < 4 * ALLOWANCE_KEPT; i++)
        assert_true(allowance_take(a, i * 0x9E3779B97F4A7C15, SEC_US, &left));
    allowance_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_taken_and_then_as_many_as_grow_again),
        cmocka_unit_test(memory_is_bounded),
    };
    return cmocka_run_group_tests_name("api/allowance", tests, NULL, NULL);
}

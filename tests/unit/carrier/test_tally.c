/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/tally: how a carrier answers, in little memory. */
#include "base/clock.h"
#include "carrier/tally.h"
#include "testing.h"

#include <string.h>

static struct tally t;

static int fresh(void **state)
{
    (void)state;
    memset(&t, 0, sizeof(t));
    tally_turn(&t, SEC_US);
    return 0;
}

static void a_quantile_is_right_to_an_eighth(void **state)
{
    (void)state;
    for (int64_t us = 1; us <= 1000000; us += 7)
        tally_response(&t, us);
    assert_in_range(tally_quantile_us(&t, 500), 500000, 562500);
    assert_in_range(tally_quantile_us(&t, 990), 990000, 1113750);
    assert_in_range(tally_quantile_us(&t, 10), 10000, 11250);
}

static void every_time_has_a_bucket_and_buckets_grow(void **state)
{
    (void)state;
    unsigned before = 0;
    assert_int_equal(tally_bucket(-5), 0);
    assert_int_equal(tally_bucket(63), 0);
    for (int64_t us = 64; us < INT64_C(1) << 40; us += us / 16) {
        unsigned bucket = tally_bucket(us);
        assert_true(bucket == before || bucket == before + 1);
        assert_true(bucket < TALLY_BUCKETS);
        before = bucket;
    }
    assert_int_equal(before, TALLY_BUCKETS - 1);
}

static void nothing_answered_is_no_time(void **state)
{
    (void)state;
    assert_int_equal(tally_quantile_us(&t, 500), 0);
    assert_int_equal(tally_responses(&t), 0);
}

static void quantiles_forget_after_minutes_and_the_histogram_never(void **state)
{
    (void)state;
    tally_response(&t, 2 * SEC_US);
    for (int64_t now_us = SEC_US; now_us < 10 * MIN_US; now_us += SEC_US)
        tally_turn(&t, now_us);
    assert_int_equal(tally_quantile_us(&t, 500), 0);
    tally_response(&t, 1000);
    tally_turn(&t, 3 * HOUR_US); /* the process stood still for long */
    assert_int_equal(tally_quantile_us(&t, 500), 0);
    assert_int_equal(tally_responses(&t), 2);
    assert_int_equal(tally_within(&t, 10), 1);
    assert_int_equal(tally_within(&t, 20), 1);
    assert_int_equal(tally_within(&t, 21), 2);
    assert_int_equal(t.took_us, 2 * SEC_US + 1000);
}

static void a_response_counts_for_five_minutes(void **state)
{
    (void)state;
    tally_response(&t, 1000);
    tally_turn(&t, SEC_US + 4 * MIN_US);
    assert_int_not_equal(tally_quantile_us(&t, 500), 0);
    tally_turn(&t, SEC_US + 5 * MIN_US);
    assert_int_equal(tally_quantile_us(&t, 500), 0);
}

static void refusals_are_ranked_and_bounded(void **state)
{
    (void)state;
    for (uint32_t status = 1; status <= 40; status++)
        for (uint32_t i = 0; i < status; i++)
            tally_refuse(&t, status);
    struct carrier_refused top[3];
    assert_int_equal(tally_top_refused(&t, top, 3), 3);
    assert_int_equal(top[0].status, TALLY_STATUSES);
    assert_int_equal(top[0].n, TALLY_STATUSES);
    assert_int_equal(top[1].status, TALLY_STATUSES - 1);
    assert_int_equal(top[2].status, TALLY_STATUSES - 2);
    assert_int_equal(t.refused_else, 40 * 41 / 2 - TALLY_STATUSES * (TALLY_STATUSES + 1) / 2);
    struct tally few = {0};
    assert_int_equal(tally_top_refused(&few, top, 3), 0);
    tally_refuse(&few, 8);
    assert_int_equal(tally_top_refused(&few, top, 3), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_quantile_is_right_to_an_eighth, fresh),
        cmocka_unit_test(every_time_has_a_bucket_and_buckets_grow),
        cmocka_unit_test_setup(nothing_answered_is_no_time, fresh),
        cmocka_unit_test_setup(quantiles_forget_after_minutes_and_the_histogram_never, fresh),
        cmocka_unit_test_setup(a_response_counts_for_five_minutes, fresh),
        cmocka_unit_test_setup(refusals_are_ranked_and_bounded, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

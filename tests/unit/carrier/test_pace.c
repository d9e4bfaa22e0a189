/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/pace and carrier/backoff: when a part may leave, when to connect again. */
#include "base/clock.h"
#include "carrier/backoff.h"
#include "carrier/pace.h"
#include "testing.h"

static const int64_t start_us = 1000 * SEC_US;

/* When the last of `parts` leaves, if each leaves as early as allowed. */
static int64_t last_of(struct pace *p, int parts, int64_t now_us)
{
    for (int i = 0; i < parts; i++) {
        if (pace_at_us(p) > now_us)
            now_us = pace_at_us(p);
        pace_take(p, now_us);
    }
    return now_us;
}

static void ten_parts_at_five_a_second_take_two_seconds(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_set(&p, 5);
    assert_true(last_of(&p, 10, start_us) - start_us >= 2 * SEC_US);
}

static void the_first_part_after_a_pause_leaves_at_once(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_set(&p, 1);
    assert_true(last_of(&p, 1, start_us) == start_us);
    assert_true(last_of(&p, 1, start_us + 10 * SEC_US) == start_us + 10 * SEC_US);
}

static void the_rate_is_reached_and_not_passed(void **state)
{
    (void)state;
    const int rates[] = {1, 7, 50, 51, 1000, 30000, 100000};
    for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        struct pace p = {0};
        pace_set(&p, rates[i]);
        int64_t took_us = last_of(&p, 10 * rates[i], start_us) - start_us;
        assert_in_range(took_us, 9950 * MS_US, 11 * SEC_US);
    }
}

static void a_late_timer_does_not_lower_a_fine_rate(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_set(&p, 1000);
    int sent = 0;
    for (int64_t now_us = start_us; now_us < start_us + 10 * SEC_US; now_us += 3 * MS_US)
        for (; pace_at_us(&p) <= now_us; sent++)
            pace_take(&p, now_us);
    assert_in_range(sent, 9900, 10050);
}

static void no_rate_is_no_limit(void **state)
{
    (void)state;
    struct pace p = {0};
    pace_set(&p, 0);
    assert_true(last_of(&p, 100000, start_us) == start_us);
}

static void pauses_double_up_to_the_longest(void **state)
{
    (void)state;
    struct backoff b = {.least_us = SEC_US, .most_us = 10 * SEC_US};
    backoff_reset(&b);
    const int64_t whole[] = {1, 2, 4, 8, 10, 10, 10};
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        assert_true(backoff_take(&b, 0) == whole[i] * SEC_US);
    backoff_reset(&b);
    assert_true(backoff_take(&b, 0) == SEC_US);
    backoff_slowest(&b);
    assert_true(backoff_take(&b, 0) == 10 * SEC_US);
}

static void jitter_takes_off_a_quarter_at_most(void **state)
{
    (void)state;
    for (uint64_t random = 1; random < UINT64_MAX / 3; random *= 3) {
        struct backoff b = {.least_us = 1000, .most_us = 1000};
        backoff_reset(&b);
        assert_in_range(backoff_take(&b, random), 750, 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_parts_at_five_a_second_take_two_seconds),
        cmocka_unit_test(the_first_part_after_a_pause_leaves_at_once),
        cmocka_unit_test(the_rate_is_reached_and_not_passed),
        cmocka_unit_test(a_late_timer_does_not_lower_a_fine_rate),
        cmocka_unit_test(no_rate_is_no_limit),
        cmocka_unit_test(pauses_double_up_to_the_longest),
        cmocka_unit_test(jitter_takes_off_a_quarter_at_most),
    };
    return cmocka_run_group_tests_name("carrier/pace", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/clock.h"
#include "core/errand.h"
#include "testing.h"

static void P5_2_the_waits_between_attempts_grow_to_an_hour(void **state)
{
    (void)state;
    static const int64_t steps_s[] = {10, 30, 60, 300, 900, 3600, 3600, 3600};
    for (uint32_t i = 0; i < sizeof(steps_s) / sizeof(steps_s[0]); i++) {
        int64_t least = steps_s[i] * SEC_US;
        assert_int_equal(errand_backoff_us(i + 1, 0), least);
        int64_t most = errand_backoff_us(i + 1, (uint64_t)least / 10 - 1);
        assert_true(most > least && most < least + least / 10);
    }
    assert_int_equal(errand_backoff_us(UINT32_MAX, 0), 3600 * SEC_US);
    assert_int_equal(errand_backoff_us(0, 0), 10 * SEC_US);
}

static void text_is_a_json_string_of_one_line(void **state)
{
    (void)state;
    struct buf b = buf_limited(1000);
    errand_event_text(&b, STR("a\"b\\c\nd\te\x01 é\0f"));
    buf_add_u8(&b, 0);
    assert_string_equal((const char *)b.p, "\"a\\\"b\\\\c\\nd\\te\\u0001 é\\u0000f\"");
    buf_clear(&b);
    errand_event_text(&b, STR("\xE9t\xC3\xA9"));
    buf_add_u8(&b, 0);
    assert_string_equal((const char *)b.p, "\"?t??\"");
    buf_clear(&b);
    errand_event_text(&b, STR(""));
    assert_int_equal(b.n, 2);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P5_2_the_waits_between_attempts_grow_to_an_hour),
        cmocka_unit_test(text_is_a_json_string_of_one_line),
    };
    return cmocka_run_group_tests_name("core/errand", tests, NULL, NULL);
}

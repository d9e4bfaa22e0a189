/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/totp.h"
#include "testing.h"

static const struct str secret = {"12345678901234567890", 20};

/* RFC 6238, appendix B: eight digits there. */
static void the_values_of_the_rfc(void **state)
{
    (void)state;
    static const struct {
        int64_t at_s;
        uint32_t value;
    } rows[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
                {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(totp_value(secret, rows[i].at_s / TOTP_STEP_S) % 100000000, rows[i].value);
}

/* RFC 4226, appendix D: by counter, six digits. */
static void the_values_of_the_counter(void **state)
{
    (void)state;
    static const uint32_t codes[] = {755224, 287082, 359152, 969429, 338314,
                                     254676, 287922, 162583, 399871, 520489};
    for (int64_t i = 0; i < 10; i++)
        assert_int_equal(totp_value(secret, i) % 1000000, codes[i]);
}

static bool taken(const char *code, int64_t now_s, int64_t used)
{
    int64_t step = -1;
    bool good = totp_check(&step, secret, str_of(code), now_s * SEC_US, used);
    assert_true(!good || step == 3);
    return good;
}

static void a_code_holds_one_step_around_its_own(void **state)
{
    (void)state;
    const char *code = "969429"; /* of step 3: seconds 90 to 119 */
    assert_true(taken(code, 90, 0));
    assert_true(taken(code, 119, 0));
    assert_true(taken(code, 60, 0));
    assert_true(taken(code, 149, 0));
    assert_false(taken(code, 59, 0));
    assert_false(taken(code, 150, 0));
    assert_false(taken("969428", 100, 0));
    assert_false(taken("96942", 100, 0));
    assert_false(taken("9694290", 100, 0));
    assert_false(taken("", 100, 0));
}

static void a_code_counts_once(void **state)
{
    (void)state;
    assert_true(taken("969429", 100, 2));
    assert_false(taken("969429", 100, 3));
    assert_false(taken("969429", 100, 4));
}

/* RFC 4648, 10. */
static void secrets_are_written_in_base32(void **state)
{
    (void)state;
    char text[TOTP_TEXT_SIZE];
    totp_text(text, secret);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    totp_text(text, STR("fooba"));
    assert_string_equal(text, "MZXW6YTB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_values_of_the_rfc),
        cmocka_unit_test(the_values_of_the_counter),
        cmocka_unit_test(a_code_holds_one_step_around_its_own),
        cmocka_unit_test(a_code_counts_once),
        cmocka_unit_test(secrets_are_written_in_base32),
    };
    return cmocka_run_group_tests_name("base/totp", tests, NULL, NULL);
}

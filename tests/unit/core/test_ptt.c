/* SPDX-License-Identifier: Apache-2.0 */
/* core/ptt: each end has a code; the carrier's error makes it more precise. */
#include "core/ptt.h"
#include "testing.h"

static void assert_code(enum message_state state, const char *receipt, int code)
{
    struct ptt ptt = ptt_of(state, str_of(receipt));
    if (ptt.code != code)
        fail_msg("%s of state %d: %d is not %d", receipt, state, ptt.code, code);
    assert_int_equal(*ptt.meaning != '\0', code != 0);
}

static void each_end_has_its_code(void **state)
{
    (void)state;
    assert_code(MESSAGE_DELIVERED, "DELIVRD 000", 4);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV", 5);
    assert_code(MESSAGE_EXPIRED, "", 8);
    assert_code(MESSAGE_REJECTED, "REJECTD 999", 20);
    assert_code(MESSAGE_UNKNOWN, "", 6);
    assert_code(MESSAGE_REFUSED, "", 23);
    assert_code(MESSAGE_CANCELLED, "", 0);
    assert_code(MESSAGE_QUEUED, "", 0);
    assert_code(MESSAGE_QUEUED, "ENROUTE 000", 0);
}

static void P5_6_what_is_on_its_way_says_who_is_waited_for(void **state)
{
    (void)state;
    assert_code(MESSAGE_SENT, "", 0);
    assert_code(MESSAGE_SENT, "ACCEPTD 000", 3);
    assert_code(MESSAGE_SENT, "ENROUTE 000", 3);
    assert_code(MESSAGE_SENT, "ENROUTE 027", 1);
    assert_code(MESSAGE_SENT, "ENROUTE 032", 1);
    assert_code(MESSAGE_SENT, "ENROUTE 034", 2);
}

static void P7_2_only_what_concerns_the_phone_is_its_fault(void **state)
{
    (void)state;
    static const struct {
        enum message_state state;
        const char *receipt;
        enum phone_fault fault;
    } cases[] = {
        {MESSAGE_UNDELIVERED, "UNDELIV 001", PHONE_FAILS_FOR_GOOD},
        {MESSAGE_UNDELIVERED, "UNDELIV 013", PHONE_FAILS_FOR_GOOD},
        {MESSAGE_UNDELIVERED, "UNDELIV 027", PHONE_FAILS_FOR_A_TIME},
        {MESSAGE_UNDELIVERED, "UNDELIV 032", PHONE_FAILS_FOR_A_TIME},
        {MESSAGE_UNDELIVERED, "UNDELIV 012", PHONE_FAILS_FOR_A_TIME},
        {MESSAGE_UNDELIVERED, "UNDELIV 999", PHONE_FAILS_FOR_A_TIME},
        {MESSAGE_EXPIRED, "EXPIRED", PHONE_FAILS_FOR_A_TIME},
        {MESSAGE_UNDELIVERED, "UNDELIV 034", PHONE_FINE},
        {MESSAGE_REJECTED, "REJECTD 000", PHONE_FINE},
        {MESSAGE_UNKNOWN, "", PHONE_FINE},
        {MESSAGE_DELIVERED, "DELIVRD 000", PHONE_FINE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(ptt_of(cases[i].state, str_of(cases[i].receipt)).fault, cases[i].fault);
}

static void the_networks_error_tells_why(void **state)
{
    (void)state;
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 001", 23);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 027", 24);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 32", 26);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 034", 25);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 012", 27);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 000", 5);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV abc", 5);
    assert_code(MESSAGE_UNDELIVERED, "UNDELIV 18446744073709551616", 5);
    assert_code(MESSAGE_DELIVERED, "DELIVRD 027", 4); /* it arrived all the same */
}

static void a_refusal_of_the_carrier_tells_why(void **state)
{
    (void)state;
    assert_code(MESSAGE_REJECTED, "ESME_RINVDSTADR (0x0000000b)", 23);
    assert_code(MESSAGE_REJECTED, "ESME_RTHROTTLED (0x00000058)", 25);
    assert_code(MESSAGE_REJECTED, "ESME_RINVSRCADR (0x0000000a)", 20);
    assert_code(MESSAGE_REJECTED, "ESME_RSUBMITFAIL (0x", 20);
    assert_code(MESSAGE_REJECTED, "x (0x0B)", 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_has_its_code),
        cmocka_unit_test(P5_6_what_is_on_its_way_says_who_is_waited_for),
        cmocka_unit_test(the_networks_error_tells_why),
        cmocka_unit_test(P7_2_only_what_concerns_the_phone_is_its_fault),
        cmocka_unit_test(a_refusal_of_the_carrier_tells_why),
    };
    return cmocka_run_group_tests_name("core/ptt", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/attempts: which host next, after what pause. */
#include "base/clock.h"
#include "carrier/attempts.h"
#include "smpp/pdu.h"
#include "testing.h"

static struct attempts a;

static int set_up(void **state)
{
    (void)state;
    attempts_begin(&a, 3, SEC_US, 60 * SEC_US);
    return 0;
}

/* The pause after an end, with the least of chance. */
static int64_t ended(struct attempt_end end)
{
    attempts_ended(&a, &end, 0);
    return a.pause_us;
}

#define FAILED()        ended((struct attempt_end){0})
#define REFUSED(status) ended((struct attempt_end){.refusal = (status)})
#define HELD(us)        ended((struct attempt_end){.was_bound = true, .held_us = (us)})
#define UNBOUND(us) \
    ended((struct attempt_end){.was_bound = true, .held_us = (us), .in_order = true})

static void only_when_all_hosts_failed_comes_a_pause(void **state)
{
    (void)state;
    for (int64_t pause_us = SEC_US; pause_us <= 32 * SEC_US; pause_us *= 2) {
        assert_int_equal(a.host, 0);
        assert_int_equal(FAILED(), 0);
        assert_int_equal(a.host, 1);
        assert_int_equal(FAILED(), 0);
        assert_int_equal(a.host, 2);
        assert_int_equal(FAILED(), pause_us);
    }
}

static void after_a_session_the_first_host_is_next(void **state)
{
    (void)state;
    assert_int_equal(FAILED(), 0);
    assert_int_equal(HELD(10 * SEC_US), SEC_US);
    assert_int_equal(a.host, 0);
}

static void a_minute_without_a_loss_forgets_the_past(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        HELD(SEC_US);
    assert_int_equal(HELD(59 * SEC_US), 60 * SEC_US);
    assert_int_equal(HELD(60 * SEC_US), SEC_US);
}

static void a_wrong_login_waits_longest_at_one_host(void **state)
{
    (void)state;
    static const uint32_t wrong[] = {ESME_RINVPASWD, ESME_RINVSYSID, ESME_RBINDFAIL,
                                     ESME_RINVSYSTYP};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(REFUSED(wrong[i]), 60 * SEC_US);
        assert_int_equal(a.refused, wrong[i]);
        assert_int_equal(a.host, 0);
    }
    FAILED();
    assert_int_equal(a.refused, ESME_RINVSYSTYP); /* that is still so, as far as we know */
    attempts_bound(&a);
    assert_int_equal(a.refused, 0);
}

static void bound_already_waits_moderately_and_no_longer_each_time(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(REFUSED(ESME_RALYBND), 10 * SEC_US);
    assert_int_equal(a.refused, 0);
    attempts_begin(&a, 1, 30 * SEC_US, 60 * SEC_US);
    assert_int_equal(REFUSED(ESME_RALYBND), 30 * SEC_US); /* but never quicker than allowed */
}

static void other_refusals_go_on_with_the_next_host(void **state)
{
    (void)state;
    assert_int_equal(REFUSED(ESME_RSYSERR), 0);
    assert_int_equal(a.host, 1);
}

static void what_ended_in_good_order_goes_on_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_int_equal(UNBOUND(HOUR_US), 0);
    assert_int_equal(a.backoff.next_us, 2 * SEC_US);
}

static void unless_it_had_hardly_begun(void **state)
{
    (void)state;
    assert_int_equal(UNBOUND(MS_US), SEC_US);
    assert_int_equal(UNBOUND(SEC_US), 2 * SEC_US);
    assert_int_equal(UNBOUND(SEC_US), 4 * SEC_US);
    assert_int_equal(UNBOUND(10 * SEC_US), 0);
}

#define ATTEMPTS(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTEMPTS(only_when_all_hosts_failed_comes_a_pause),
        ATTEMPTS(after_a_session_the_first_host_is_next),
        ATTEMPTS(a_minute_without_a_loss_forgets_the_past),
        ATTEMPTS(a_wrong_login_waits_longest_at_one_host),
        ATTEMPTS(bound_already_waits_moderately_and_no_longer_each_time),
        ATTEMPTS(other_refusals_go_on_with_the_next_host),
        ATTEMPTS(what_ended_in_good_order_goes_on_at_once),
        ATTEMPTS(unless_it_had_hardly_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

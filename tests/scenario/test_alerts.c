/* SPDX-License-Identifier: Apache-2.0 */
/* Who wants to know that an API user has few credits left, in virtual time: told once, until there
 * are as many again. */
#include "base/clock.h"
#include "reply_world.h"
#include "testing.h"

static int64_t letters(void)
{
    return world_count("SELECT COUNT(*) FROM errand WHERE kind = 11 AND target = 'a@b.example'");
}

static int64_t told_at(void)
{
    return world_count("SELECT told_at FROM user_alert");
}

/* The user has no quota: it is the account's credits that count. */
static void credits_are(int64_t hundredths)
{
    balance_is(hundredths);
    world_tick(2 * SEC_US);
}

static void P10_1_who_wants_to_know_is_told_once_until_there_are_as_many_again(void **state)
{
    (void)state;
    sql("INSERT INTO user_alert VALUES (2, 5000, 'a@b.example', '', '', 0)");
    credits_are(5000);
    assert_int_equal(letters(), 0);
    credits_are(4999);
    assert_int_equal(letters(), 1);
    assert_int_equal(told_at(), clock_now_us());
    assert_int_equal(world_count("SELECT COUNT(*) FROM errand WHERE body LIKE "
                                 "'%\"user\":\"u\",\"left\":\"49,99\",\"below\":\"50\"}'"),
                     1);
    credits_are(4000);
    assert_int_equal(letters(), 1);
    credits_are(5000);
    assert_int_equal(letters(), 1);
    assert_int_equal(told_at(), 0);
    credits_are(10);
    assert_int_equal(letters(), 2);
}

static void P10_1_an_sms_tells_it_too_and_is_paid(void **state)
{
    (void)state;
    sql("INSERT INTO user_alert VALUES (2, 5000, 'a@b.example', '+33700000009', 'Shop', 0)");
    credits_are(4850);
    struct message *sms = newest_messages(1);
    assert_int_equal(sms->origin, ORIGIN_NOTICE);
    assert_true(str_eq(sms->sender, STR("Shop")));
    assert_int_equal(sms->recipient, UINT64_C(33700000009));
    assert_true(
        str_eq(sms->text, STR("shop : crédits de l'utilisateur u : 48,50, sous le seuil de 50.")));
    assert_int_equal(balance(), 4850 - sms->credits);
    world_tick(2 * SEC_US);
    newest_messages(1);
    assert_int_equal(letters(), 1);
}

static void P10_1_an_sms_that_cannot_be_paid_keeps_no_letter_back(void **state)
{
    (void)state;
    sql("INSERT INTO user_alert VALUES (2, 5000, 'a@b.example', '+33700000009', 'Shop', 0)");
    credits_are(0);
    newest_messages(0);
    assert_int_equal(letters(), 1);
    assert_int_equal(told_at(), clock_now_us());
}

static void P10_1_a_user_that_is_switched_off_has_no_alert(void **state)
{
    (void)state;
    sql("INSERT INTO user_alert VALUES (2, 5000, 'a@b.example', '', '', 0)");
    sql("UPDATE api_user SET enabled = 0");
    credits_are(10);
    assert_int_equal(letters(), 0);
    sql("UPDATE api_user SET enabled = 1");
    world_tick(2 * SEC_US);
    assert_int_equal(letters(), 1);
}

#define ALERT_TEST(name) cmocka_unit_test_setup_teardown(name, reply_set_up, world_tear_down)

int main(void)
{
    if (world_begin())
        return 1;
    const struct CMUnitTest tests[] = {
        ALERT_TEST(P10_1_who_wants_to_know_is_told_once_until_there_are_as_many_again),
        ALERT_TEST(P10_1_an_sms_tells_it_too_and_is_paid),
        ALERT_TEST(P10_1_an_sms_that_cannot_be_paid_keeps_no_letter_back),
        ALERT_TEST(P10_1_a_user_that_is_switched_off_has_no_alert),
    };
    return cmocka_run_group_tests_name("scenario/alerts", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"
#include "base/secret.h"
#include "testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static struct guard *guard;

static int set_up(void **state)
{
    (void)state;
    clock_set_virtual(INT64_C(1795269900) * SEC_US);
    guard = guard_new();
    return secret_init();
}

static int tear_down(void **state)
{
    (void)state;
    guard_free(guard);
    clock_set_virtual(0);
    return 0;
}

static struct sockaddr_storage peer(const char *text)
{
    struct sockaddr_storage out = {0};
    if (inet_pton(AF_INET, text, &((struct sockaddr_in *)&out)->sin_addr) == 1)
        out.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&out)->sin6_addr) == 1)
        out.ss_family = AF_INET6;
    else
        fail_msg("%s", text);
    return out;
}

static int64_t begin(const char *email, const char *from, const char *device)
{
    struct sockaddr_storage p = peer(from);
    struct guard_try t = {.email = str_of(email), .device = str_of(device), .peer = &p};
    return guard_begin(guard, &t);
}

static void succeed(const char *email, const char *from)
{
    struct sockaddr_storage p = peer(from);
    guard_succeeded(guard, &(struct guard_try){.email = str_of(email), .peer = &p});
}

static void who_guesses_waits_longer_and_longer(void **state)
{
    (void)state;
    for (int i = 0; i < GUARD_FREE; i++)
        assert_int_equal(begin("ann", "192.0.2.1", NULL), 0);
    int64_t guesses = GUARD_FREE;
    for (int64_t s = 0; s < 24 * 3600; s++) {
        guesses += begin("ann", "192.0.2.200", NULL) == 0; /* the same /24 */
        clock_advance(SEC_US);
    }
    /* 1 + 2 + 4 + … + 512 s, then one in 900 s. */
    assert_in_range(guesses, 90, 120);
}

static void the_owner_elsewhere_is_not_kept_waiting(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        (void)!begin("ann", "192.0.2.1", NULL);
    assert_true(begin("ann", "192.0.2.1", NULL) > 0);
    assert_int_equal(begin("ann", "192.0.3.1", NULL), 0);
    assert_int_equal(begin("ann", "2001:db8::1", NULL), 0);
    /* Nor from the very network of who guesses, with a browser that signed in before. */
    assert_int_equal(begin("ann", "192.0.2.1", "a device"), 0);
}

static void a_known_browser_may_not_guess_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < GUARD_FREE; i++)
        assert_int_equal(begin("ann", "192.0.2.1", "a device"), 0);
    assert_int_equal(begin("ann", "192.0.2.1", "a device"), 1);
    assert_int_equal(begin("ann", "198.51.100.1", "a device"), 1);
}

static void a_network_that_tries_many_addresses_is_slowed(void **state)
{
    (void)state;
    char email[16];
    int64_t tries = 0;
    for (int i = 0; i < 1000; i++) {
        snprintf(email, sizeof(email), "a%d", i);
        tries += begin(email, "2001:db8:0:1::1", NULL) == 0;
    }
    assert_int_equal(tries, GUARD_NETWORK_FREE);
    assert_int_equal(begin("ann", "2001:db8:0:2::1", NULL), GUARD_NETWORK_EVERY_S); /* one /56 */
    assert_int_equal(begin("ann", "2001:db8:0:100::1", NULL), 0);
    clock_advance(GUARD_NETWORK_EVERY_S * SEC_US);
    assert_int_equal(begin("ann", "2001:db8:0:2::1", NULL), 0);
    assert_int_equal(begin("bob", "2001:db8:0:2::1", NULL), GUARD_NETWORK_EVERY_S);
}

static void an_office_signs_in_as_often_as_it_likes(void **state)
{
    (void)state;
    char email[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(email, sizeof(email), "a%d", i % 10);
        assert_int_equal(begin(email, "192.0.2.1", NULL), 0);
        succeed(email, "192.0.2.1");
    }
}

static void what_was_long_ago_is_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++)
        (void)!begin("ann", "192.0.2.1", NULL);
    clock_advance(GUARD_FORGET_S * SEC_US);
    for (int i = 0; i < GUARD_FREE; i++)
        assert_int_equal(begin("ann", "192.0.2.1", NULL), 0);
    assert_true(begin("ann", "192.0.2.1", NULL) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_guesses_waits_longer_and_longer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_owner_elsewhere_is_not_kept_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_known_browser_may_not_guess_for_ever, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_network_that_tries_many_addresses_is_slowed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_office_signs_in_as_often_as_it_likes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_long_ago_is_forgotten, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("api/guard", tests, NULL, NULL);
}

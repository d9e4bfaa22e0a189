/* SPDX-License-Identifier: Apache-2.0 */
#include "net/guard.h"
#include "testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static bool allows(const struct net_guard *guard, const char *text)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&address;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
    address.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
    void *bytes = address.ss_family == AF_INET ? (void *)&in->sin_addr : (void *)&in6->sin6_addr;
    assert_int_equal(inet_pton(address.ss_family, text, bytes), 1);
    return net_guard_allows(guard, (struct sockaddr *)&address);
}

static void P5_4_what_is_not_public_is_refused(void **state)
{
    (void)state;
    struct net_guard none = {0};
    static const char *const refused[] = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.9.9.9",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "2001::1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::1",
        "2002:a00:1::",
        "100::1",
        "64:ff9b::7f00:1",
        "3fff::1",
        "::ffff:0.0.0.0",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (allows(&none, refused[i]))
            fail_msg("%s is allowed", refused[i]);
}

static void what_is_public_is_allowed(void **state)
{
    (void)state;
    struct net_guard none = {0};
    static const char *const good[] = {
        "1.1.1.1",          "100.63.255.255",  "100.128.0.1",   "172.15.0.1",   "172.32.0.1",
        "9.255.0.1",        "11.0.0.1",        "2606:4700::1",  "2a00:1450::1", "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8", "2002:808:808::1", "223.255.255.1",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!allows(&none, good[i]))
            fail_msg("%s is refused", good[i]);
}

static void an_operator_allows_networks_and_no_more(void **state)
{
    (void)state;
    struct net_guard guard;
    assert_int_equal(net_guard_parse(&guard, STR(" 10.1.0.0/16, ::1  192.168.7.7,")), OK);
    assert_int_equal(guard.n, 3);
    assert_true(allows(&guard, "10.1.2.3"));
    assert_true(allows(&guard, "::ffff:10.1.2.3"));
    assert_true(allows(&guard, "::1"));
    assert_true(allows(&guard, "192.168.7.7"));
    assert_false(allows(&guard, "10.2.0.1"));
    assert_false(allows(&guard, "192.168.7.8"));
    assert_false(allows(&guard, "::2"));
    assert_int_equal(net_guard_parse(&guard, STR("10.1.0.0/33")), ERR_INVALID);
    assert_int_equal(net_guard_parse(&guard, STR("localhost")), ERR_INVALID);
    assert_int_equal(net_guard_parse(&guard, STR("10.1.0.0/")), ERR_INVALID);
    assert_int_equal(net_guard_parse(&guard, STR("1 1.1.1.1 1.1.1.1")), ERR_INVALID);
}

static void another_family_is_refused(void **state)
{
    (void)state;
    struct net_guard none = {0};
    struct sockaddr_storage address = {.ss_family = AF_UNIX};
    assert_false(net_guard_allows(&none, (struct sockaddr *)&address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P5_4_what_is_not_public_is_refused),
        cmocka_unit_test(what_is_public_is_allowed),
        cmocka_unit_test(an_operator_allows_networks_and_no_more),
        cmocka_unit_test(another_family_is_refused),
    };
    return cmocka_run_group_tests_name("net/guard", tests, NULL, NULL);
}

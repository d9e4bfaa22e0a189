/* SPDX-License-Identifier: Apache-2.0 */
#include "api/allow_ip.h"
#include "testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static struct sockaddr_storage peer(const char *text)
{
    struct sockaddr_storage s = {.ss_family = strchr(text, ':') ? AF_INET6 : AF_INET};
    void *to = s.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&s)->sin_addr
                                      : (void *)&((struct sockaddr_in6 *)&s)->sin6_addr;
    assert_int_equal(inet_pton(s.ss_family, text, to), 1);
    return s;
}

static bool allows(const char *list, const char *address)
{
    struct sockaddr_storage s = peer(address);
    return allow_ip_matches(str_of(list), &s);
}

static void a_network_holds_its_addresses_and_no_other(void **state)
{
    (void)state;
    assert_true(allows("10.0.0.0/8", "10.255.1.2"));
    assert_false(allows("10.0.0.0/8", "11.0.0.1"));
    assert_true(allows("192.0.2.7", "192.0.2.7"));
    assert_false(allows("192.0.2.7", "192.0.2.8"));
    assert_true(allows("192.0.2.128/25", "192.0.2.200"));
    assert_false(allows("192.0.2.128/25", "192.0.2.127"));
    assert_true(allows("0.0.0.0/0", "203.0.113.9"));
    assert_true(allows("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(allows("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(allows("192.0.2.7 2001:db8::1", "2001:db8::1"));
}

static void an_ipv4_address_is_the_same_in_its_mapped_form(void **state)
{
    (void)state;
    assert_true(allows("10.0.0.0/8", "::ffff:10.1.2.3"));
    assert_true(allows("::ffff:10.0.0.0/104", "10.1.2.3"));
    assert_false(allows("::ffff:10.0.0.0/104", "11.1.2.3"));
    /* A wide IPv6 network is no way in for IPv4. */
    assert_false(allows("::/0", "10.1.2.3"));
    assert_true(allows("::/0", "2001:db8::1"));
}

static void an_empty_list_allows_everyone(void **state)
{
    (void)state;
    assert_true(allows("", "203.0.113.9"));
    assert_true(allows("  ", "2001:db8::1"));
    struct sockaddr_storage local = {.ss_family = AF_UNIX};
    assert_true(allow_ip_matches(STR(""), &local));
    assert_false(allow_ip_matches(STR("0.0.0.0/0 ::/0"), &local));
}

static void an_entry_that_cannot_be_read_allows_nobody(void **state)
{
    (void)state;
    assert_false(allows("192.168.*", "192.168.1.1"));
    assert_false(allows("nonsense", "192.0.2.1"));
    assert_false(allows("10.0.0.0/", "10.0.0.1"));
    assert_true(allows("nonsense 10.0.0.0/8", "10.0.0.1"));
}

static void what_is_no_network_is_refused_when_saved(void **state)
{
    (void)state;
    static const char *const good[] = {"", "10.0.0.0/8", "192.0.2.1 2001:db8::/32  ::1",
                                       "::ffff:10.0.0.0/104", "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 ::"};
    static const char *const bad[] = {
        "192.168.*",      "10.0.0.0/33", "10.0.0.0/-1",   "10.0.0.0/8/8", "010.0.0.1",   "1.2.3",
        "2001:db8::/129", "::g",         "192.0.2.1,::1", "host.example", "10.0.0.0/ 8", "/8"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(allow_ip_check(str_of(good[i])), OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(allow_ip_check(str_of(bad[i])), ERR_INVALID);
    assert_int_equal(allow_ip_check(STR("::1 ::2 ::3 ::4 ::5 ::6")), ERR_LIMIT);
    assert_int_equal(allow_ip_check((struct str){.p = "10.0.0.1\0.2", .n = 11}), ERR_INVALID);
}

static void an_address_is_written_as_people_write_it(void **state)
{
    (void)state;
    char out[ALLOW_IP_TEXT_SIZE];
    struct sockaddr_storage s = peer("::ffff:192.0.2.7");
    allow_ip_text(out, &s);
    assert_string_equal(out, "192.0.2.7");
    s = peer("2001:db8:0::1");
    allow_ip_text(out, &s);
    assert_string_equal(out, "2001:db8::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_holds_its_addresses_and_no_other),
        cmocka_unit_test(an_ipv4_address_is_the_same_in_its_mapped_form),
        cmocka_unit_test(an_empty_list_allows_everyone),
        cmocka_unit_test(an_entry_that_cannot_be_read_allows_nobody),
        cmocka_unit_test(what_is_no_network_is_refused_when_saved),
        cmocka_unit_test(an_address_is_written_as_people_write_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

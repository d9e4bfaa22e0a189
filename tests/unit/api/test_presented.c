/* SPDX-License-Identifier: Apache-2.0 */
/* What a request shows: keys, cookies, and the client that a proxy names. */
#include "api/allow_ip.h"
#include "api/forwarded.h"
#include "api/presented.h"
#include "testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define SECRET "0123456789abcdefghijklmnopqrstuvwxyz-_ABCDE"

static bool is_key(const char *header)
{
    struct str key;
    bool good = presented_key(&key, str_of(header)) == OK;
    if (good)
        assert_true(str_eq(key, STR("nvt_" SECRET)));
    return good;
}

static void a_key_stands_behind_bearer(void **state)
{
    (void)state;
    assert_true(is_key("Bearer nvt_" SECRET));
    assert_true(is_key("bearer  nvt_" SECRET " "));
    assert_false(is_key(""));
    assert_false(is_key("Bearer"));
    assert_false(is_key("Bearer "));
    assert_false(is_key("Bearernvt_" SECRET));
    assert_false(is_key("Basic nvt_" SECRET));
    assert_false(is_key("Bearer nvt_"));
    assert_false(is_key("Bearer nvt_" SECRET "x"));
    assert_false(is_key("Bearer NVT_" SECRET));
    assert_false(is_key("Bearer nvt_!123456789abcdefghijklmnopqrstuvwxyz-_ABCDE"));
}

static bool has_cookie(const char *header)
{
    struct str secret;
    bool there = presented_cookie(&secret, str_of(header), STR(SESSION_COOKIE));
    if (there)
        assert_true(str_eq(secret, STR(SECRET)));
    return there;
}

static void a_cookie_is_found_among_others(void **state)
{
    (void)state;
    assert_true(has_cookie("navette_session=" SECRET));
    assert_true(has_cookie("a=b; navette_session=" SECRET "; c=d"));
    assert_true(has_cookie(" navette_session = " SECRET " ;"));
    assert_true(has_cookie("navette_session=old; navette_session=" SECRET));
    assert_true(has_cookie(";;=;navette_session=" SECRET));
    assert_false(has_cookie(""));
    assert_false(has_cookie("navette_session"));
    assert_false(has_cookie("navette_session="));
    assert_false(has_cookie("xnavette_session=" SECRET));
    assert_false(has_cookie("a=navette_session=" SECRET));
    assert_false(has_cookie("navette_session=\"" SECRET "\""));
}

static const char *client(const char *peer, const char *proxies, const char *header)
{
    static char out[ALLOW_IP_TEXT_SIZE];
    struct sockaddr_storage address = {0};
    address.ss_family = AF_INET;
    assert_int_equal(inet_pton(AF_INET, peer, &((struct sockaddr_in *)&address)->sin_addr), 1);
    forwarded_peer(&address, str_of(proxies), str_of(header));
    allow_ip_text(out, &address);
    return out;
}

static void only_a_proxy_of_ours_is_believed(void **state)
{
    (void)state;
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "192.0.2.7"), "192.0.2.7");
    assert_string_equal(client("10.0.0.2", "10.0.0.1", "192.0.2.7"), "10.0.0.2");
    assert_string_equal(client("10.0.0.1", "", "192.0.2.7"), "10.0.0.1");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", ""), "10.0.0.1");
    /* What the client wrote himself stands before. */
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "203.0.113.1, 192.0.2.7"), "192.0.2.7");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "lies,192.0.2.7"), "192.0.2.7");
    assert_string_equal(client("10.0.0.1", "10.0.0.0/8", "203.0.113.1, 192.0.2.7,10.9.9.9"),
                        "192.0.2.7");
    assert_string_equal(client("10.0.0.1", "10.0.0.0/8", "10.1.1.1, 10.9.9.9"), "10.1.1.1");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "192.0.2.7, unknown"), "10.0.0.1");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "192.0.2.7:4711"), "192.0.2.7");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "2001:db8::1"), "2001:db8::1");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "[2001:db8::1]:4711"), "2001:db8::1");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", "["), "10.0.0.1");
    assert_string_equal(client("10.0.0.1", "10.0.0.1", ",,"), "10.0.0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_stands_behind_bearer),
        cmocka_unit_test(a_cookie_is_found_among_others),
        cmocka_unit_test(only_a_proxy_of_ours_is_believed),
    };
    return cmocka_run_group_tests_name("api/presented", tests, NULL, NULL);
}

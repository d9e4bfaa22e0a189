/* SPDX-License-Identifier: Apache-2.0 */
/* core/carrier_settings: secrets; on which servers a carrier may be bound, and on how many. */
#include "base/buf.h"
#include "core/carrier_settings.h"
#include "testing.h"

static struct {
    struct arena *arena;
    struct carrier_settings settings;
    struct refusal why;
} f;

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    f.arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(f.arena);
    return 0;
}

static enum err read_settings(const char *more)
{
    char text[256];
    snprintf(text, sizeof(text), "{\"host\":\"smsc.example\"%s}", more);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    f.why = (struct refusal){0};
    enum err e = carrier_settings_read(&f.settings, f.arena, json, true, &f.why);
    json_decref(json);
    return e;
}

static void assert_nodes(const char *more, uint32_t wanted)
{
    uint32_t numbers;
    assert_int_equal(read_settings(more), OK);
    assert_int_equal(carrier_settings_on_nodes(&numbers, &f.settings), OK);
    assert_int_equal(numbers, wanted);
}

static void assert_refused(const char *more, const char *field)
{
    assert_int_equal(read_settings(more), ERR_INVALID);
    assert_string_equal(f.why.field, field);
    assert_true(f.why.detail.n > 0);
}

static void by_default_any_one_server_binds(void **state)
{
    (void)state;
    assert_nodes("", 0);
    assert_int_equal(f.settings.nodes, 1);
}

static void servers_are_named_by_their_numbers(void **state)
{
    (void)state;
    assert_nodes(",\"on_nodes\":\"0\"", 1);
    assert_nodes(",\"on_nodes\":\"0,2\"", 5);
    assert_nodes(",\"on_nodes\":\" 31, 0 \"", UINT32_C(1) << 31 | 1);
    assert_nodes(",\"on_nodes\":\"1,1\"", 2);
}

static void what_is_no_number_of_a_server_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"32", "-1",   "a", "0;2",
                                      ",",  "0,,2", " ", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char more[64];
        snprintf(more, sizeof(more), ",\"on_nodes\":\"%s\"", bad[i]);
        assert_refused(more, "on_nodes");
    }
}

static void another_route_for_want_of_a_receipt_needs_receipts_of_success(void **state)
{
    (void)state;
    assert_refused(",\"failover_receipt_s\":60,\"receipts\":\"failures\"", "failover_receipt_s");
    assert_refused(",\"failover_receipt_s\":60,\"receipts\":\"none\"", "failover_receipt_s");
    assert_int_equal(read_settings(",\"failover_receipt_s\":60"), OK);
    assert_int_equal(read_settings(",\"receipts\":\"none\""), OK);
}

static void more_servers_than_can_be_are_refused(void **state)
{
    (void)state;
    assert_refused(",\"nodes\":0", "nodes");
    assert_refused(",\"nodes\":33", "nodes");
    assert_refused(",\"nodes\":3,\"on_nodes\":\"0,2\"", "nodes");
    assert_nodes(",\"nodes\":2,\"on_nodes\":\"0,2\"", 5);
    assert_refused(",\"nodes\":3,\"rate\":2", "nodes"); /* none could send within the rate */
    assert_nodes(",\"nodes\":3,\"rate\":3", 0);
}

static void what_follows_a_status_is_read_when_it_is_saved(void **state)
{
    (void)state;
    assert_int_equal(read_settings(",\"on_status\":\"0x400-0x4FF=again,ESME_RSUBMITFAIL=other\""),
                     OK);
    assert_refused(",\"on_status\":\"0x45=perhaps\"", "on_status");
    assert_refused(",\"on_status\":\"0=again\"", "on_status");
}

static void assert_hosts(const char *text, const char *wanted)
{
    struct carrier_hosts hosts;
    struct buf out = buf_limited(1000);
    assert_int_equal(carrier_hosts_read(&hosts, str_of(text), 2775), OK);
    for (size_t i = 0; i < hosts.n; i++)
        buf_printf(&out, "%.*s/%u ", STR_FMT(hosts.at[i].name), hosts.at[i].port);
    buf_add_u8(&out, 0);
    assert_string_equal((const char *)out.p, wanted);
    buf_free(&out);
}

static void hosts_are_names_and_addresses_with_or_without_a_port(void **state)
{
    (void)state;
    assert_hosts("smsc.example", "smsc.example/2775 ");
    assert_hosts("smsc.example:3550", "smsc.example/3550 ");
    assert_hosts("192.0.2.1, 192.0.2.2:99", "192.0.2.1/2775 192.0.2.2/99 ");
    assert_hosts("2001:db8::1", "2001:db8::1/2775 ");
    assert_hosts("[2001:db8::1]:3550,::1,[fe80::1%eth0]",
                 "2001:db8::1/3550 ::1/2775 fe80::1%eth0/2775 ");
    assert_hosts("::ffff:192.0.2.1", "::ffff:192.0.2.1/2775 ");
}

static void what_is_no_host_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a b",  "a,,b",   ",",      "a:",  "a:0", "a:65536", "a:x",        ":1",
        "[::1", "[::1]1", "[::1]:", "[a]", "a/b", "[]",      "smsc\u00e9", "a:1,b:70000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char more[64];
        snprintf(more, sizeof(more), ",\"host\":\"%s\"", bad[i]);
        assert_refused(more, "host");
        snprintf(more, sizeof(more), ",\"receiver_host\":\"%s\"", bad[i]);
        assert_refused(more, "receiver_host");
    }
}

static void at_most_sixteen_hosts_are_taken(void **state)
{
    (void)state;
    assert_int_equal(read_settings(",\"host\":\"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p\""), OK);
    assert_refused(",\"host\":\"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q\"", "host");
}

static void a_certificate_and_its_key_need_each_other(void **state)
{
    (void)state;
    assert_refused(",\"tls_cert\":\"/c.pem\"", "tls_key");
    assert_refused(",\"tls_key\":\"/k.pem\"", "tls_cert");
    assert_int_equal(read_settings(",\"tls_cert\":\"/c.pem\",\"tls_key\":\"/k.pem\""), OK);
}

static void a_password_of_the_receiver_needs_its_login(void **state)
{
    (void)state;
    assert_refused(",\"receiver_password\":\"pw\"", "receiver_system_id");
    assert_refused(",\"receiver_system_type\":\"VMS\"", "receiver_system_id");
}

#define LISTEN(address) ",\"outbind_listen\":\"" address "\""
#define SHOWN           ",\"outbind_system_id\":\"smsc\",\"outbind_password\":\"pw\""

static void outbind_wants_an_address_and_words_that_show_who_it_is(void **state)
{
    (void)state;
    assert_int_equal(read_settings(LISTEN("192.0.2.1:2775") SHOWN), OK);
    assert_int_equal(read_settings(LISTEN("[::]:2775") SHOWN), OK);
    assert_refused(LISTEN("2775") SHOWN, "outbind_listen");
    assert_refused(LISTEN("192.0.2.1") SHOWN, "outbind_listen");
    assert_refused(LISTEN("192.0.2.1:0") SHOWN, "outbind_listen");
    assert_refused(LISTEN("192.0.2.1:1,192.0.2.2:1") SHOWN, "outbind_listen");
    assert_refused(LISTEN("192.0.2.1:2775"), "outbind_system_id");
    assert_refused(LISTEN("192.0.2.1:2775") ",\"outbind_system_id\":\"smsc\"", "outbind_password");
}

static void a_password_has_up_to_16_characters_and_is_never_cut(void **state)
{
    (void)state;
    assert_int_equal(read_settings(",\"password\":\"0123456789abcdef\""), OK);
    assert_true(str_eq(f.settings.password, STR("0123456789abcdef")));
    json_t *json = json_loads("{\"password\":\"0123456789abcdefg\"}", 0, NULL);
    assert_true(carrier_settings_read(&f.settings, f.arena, json, false, &f.why) != OK);
    assert_string_equal(f.why.field, "password");
    json_decref(json);
}

static void secrets_go_in_and_never_come_out(void **state)
{
    (void)state;
    assert_int_equal(read_settings(",\"password\":\"pw\",\"receiver_system_id\":\"rx\","
                                   "\"receiver_password\":\"pw2\""),
                     OK);
    json_t *shown = carrier_settings_json(&f.settings, false);
    json_t *kept = carrier_settings_json(&f.settings, true);
    assert_null(json_object_get(shown, "password"));
    assert_null(json_object_get(shown, "receiver_password"));
    assert_string_equal(json_string_value(json_object_get(kept, "receiver_password")), "pw2");
    json_decref(shown);
    json_decref(kept);
}

#define SETTINGS(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETTINGS(secrets_go_in_and_never_come_out),
        SETTINGS(what_follows_a_status_is_read_when_it_is_saved),
        SETTINGS(hosts_are_names_and_addresses_with_or_without_a_port),
        SETTINGS(what_is_no_host_is_refused),
        SETTINGS(at_most_sixteen_hosts_are_taken),
        SETTINGS(a_certificate_and_its_key_need_each_other),
        SETTINGS(a_password_of_the_receiver_needs_its_login),
        SETTINGS(outbind_wants_an_address_and_words_that_show_who_it_is),
        SETTINGS(a_password_has_up_to_16_characters_and_is_never_cut),
        SETTINGS(by_default_any_one_server_binds),
        SETTINGS(servers_are_named_by_their_numbers),
        SETTINGS(what_is_no_number_of_a_server_is_refused),
        SETTINGS(more_servers_than_can_be_are_refused),
        SETTINGS(another_route_for_want_of_a_receipt_needs_receipts_of_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

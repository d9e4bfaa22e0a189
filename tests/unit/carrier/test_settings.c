/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/settings: what a session is made with, and when it has to be made anew. */
#include "carrier/settings.h"
#include "testing.h"

static struct {
    struct arena *arena;
    struct carrier_settings settings;
} f;

static int set_up(void **state)
{
    (void)state;
    f.arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(f.arena);
    return 0;
}

static const struct carrier_settings *read_settings(const char *text)
{
    struct refusal why;
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    assert_int_equal(carrier_settings_read(&f.settings, f.arena, json, true, &why), OK);
    json_decref(json);
    return &f.settings;
}

/* Does a change of this setting concern the session? */
static bool is_of_session(const char *section, const char *name)
{
    static const char *const sections[] = {"connection", "login", "session"};
    for (size_t i = 0; i < 3; i++)
        if (!strcmp(section, sections[i]))
            return true;
    return !strcmp(name, "window");
}

static void check(const char *section, const char *name, const struct carrier_settings *changed)
{
    if (settings_same_session(&f.settings, changed) == is_of_session(section, name))
        fail_msg("%s", name);
}

static void the_session_is_made_anew_for_what_it_depends_on_and_nothing_else(void **state)
{
    (void)state;
    const char *section = "";
    const struct carrier_settings *s = read_settings("{\"host\":\"a.example\"}");
    struct carrier_settings c = *s;
    assert_true(settings_same_session(s, &c));
#define CHANGED(field, value) \
    c = *s;                   \
    c.field = (value);        \
    check(section, #field, &c);
#define SECTION(title)                           section = title;
#define TEXT(name, initial, most, help)          CHANGED(name, STR("other"))
#define SECRET(name, most, help)                 CHANGED(name, STR("other"))
#define NUMBER(name, initial, least, most, help) CHANGED(name, s->name + 1)
#define FLAG(name, initial, help)                CHANGED(name, !s->name)
#define CHOICE(name, words, help)                CHANGED(name, STR("other"))
#include "core/carrier_settings.def"
}

static void the_pump_has_the_window_of_all_sessions(void **state)
{
    (void)state;
    const struct carrier_settings *s =
        read_settings("{\"host\":\"a\",\"window\":10000,\"binds\":32}");
    assert_int_equal(settings_of_pump(s, false).window, 320000);
    assert_int_equal(settings_of_bind(s, SMPP_TRX).window, 10000);
}

static void a_receiver_has_the_login_of_the_others_unless_told(void **state)
{
    (void)state;
    struct bind_settings b = settings_of_bind(
        read_settings("{\"host\":\"a,b:1\",\"bind\":\"tx+rx\",\"system_id\":\"me\","
                      "\"password\":\"pw\",\"receiver_port\":99}"),
        SMPP_RX);
    assert_true(str_eq(b.system_id, STR("me")));
    assert_true(str_eq(b.password, STR("pw")));
    assert_int_equal(b.hosts.n, 2);
    assert_int_equal(b.hosts.at[0].port, 99); /* the port of those that name none */
    assert_int_equal(b.hosts.at[1].port, 1);
    assert_false(b.awaits_outbind);
}

static void the_receivers_own_settings_are_for_pairs_only(void **state)
{
    (void)state;
    const struct carrier_settings *s = read_settings(
        "{\"host\":\"a\",\"bind\":\"trx\",\"system_id\":\"me\",\"receiver_system_id\":\"rx\","
        "\"receiver_host\":\"b\",\"outbind_listen\":\"192.0.2.1:1\",\"outbind_system_id\":\"x\","
        "\"outbind_password\":\"y\"}");
    struct bind_settings b = settings_of_bind(s, SMPP_RX);
    assert_true(str_eq(b.system_id, STR("me")));
    assert_true(b.awaits_outbind);
    assert_false(settings_of_bind(s, SMPP_TRX).awaits_outbind);
}

static void a_bind_names_the_version_that_is_wished(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint8_t version;
    } wishes[] = {{"{\"host\":\"a\"}", 0x34},
                  {"{\"host\":\"a\",\"interface_version\":\"3.3\"}", 0x33},
                  {"{\"host\":\"a\",\"interface_version\":\"5.0\"}", 0x50}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(settings_of_bind(read_settings(wishes[i].text), SMPP_TX).interface_version,
                         wishes[i].version);
}

#define SETTINGS(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETTINGS(the_session_is_made_anew_for_what_it_depends_on_and_nothing_else),
        SETTINGS(the_pump_has_the_window_of_all_sessions),
        SETTINGS(a_receiver_has_the_login_of_the_others_unless_told),
        SETTINGS(the_receivers_own_settings_are_for_pairs_only),
        SETTINGS(a_bind_names_the_version_that_is_wished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

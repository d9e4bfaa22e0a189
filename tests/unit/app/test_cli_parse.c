/* SPDX-License-Identifier: Apache-2.0 */
/* app/cli_parse: words become one request, or are refused with the name of what is wrong. */
#include "app/cli_parse.h"
#include "app/cli_text.h"
#include "testing.h"

#include <stdlib.h>

enum { WORDS = 24 };

static struct cli_call call;
static char said[1024];

static int set_up(void **state)
{
    (void)state;
    unsetenv("NAVETTE_DATA");
    setenv("LC_ALL", "C", 1);
    cli_text_choose();
    return 0;
}

/* Splits at blanks; a word "\"\"" is the empty one. */
static enum err parse(const char *line)
{
    static char text[512];
    char *argv[WORDS] = {NULL};
    int argc = 0;
    char *save = NULL;
    snprintf(text, sizeof(text), "navette %s", line);
    for (char *w = strtok_r(text, " ", &save); w && argc < WORDS; w = strtok_r(NULL, " ", &save))
        argv[argc++] = strcmp(w, "\"\"") == 0 ? "" : w;
    FILE *err = fmemopen(said, sizeof(said), "w");
    assert_non_null(err);
    memset(said, 0, sizeof(said));
    enum err e = cli_parse(&call, argc, argv, err);
    fclose(err);
    return e;
}

static void expect(const char *line, const char *method, const char *url, const char *body)
{
    assert_int_equal(parse(line), OK);
    assert_string_equal(call.command->method, method);
    assert_string_equal(call.url.p + strlen("http://localhost"), url);
    assert_string_equal(call.body.n ? call.body.p : "", body);
    cli_call_free(&call);
}

static void expect_usage(const char *line, const char *why)
{
    assert_int_equal(parse(line), ERR_INVALID);
    if (!strstr(said, why))
        fail_msg("\"%s\" does not say \"%s\" but: %s", line, why, said);
    cli_call_free(&call);
}

static void the_commands_of_the_book_become_requests(void **state)
{
    (void)state;
    expect("account add a --credits 12.5 --timezone Europe/Paris --max-parts 4", "POST",
           "/api/v1/accounts",
           "{\"name\":\"a\",\"credits\":\"12.5\",\"timezone\":\"Europe/Paris\",\"max_parts\":4}");
    expect("account credit a --add -5 --reason r", "POST", "/api/v1/accounts/a/credit",
           "{\"credits\":\"-5\",\"reason\":\"r\"}");
    expect("user add a bob --password p --quota 3 --allow-ip 10.0.0.0/8 --allow-ip ::1", "POST",
           "/api/v1/accounts/a/users",
           "{\"login\":\"bob\",\"password\":\"p\",\"quota\":\"3\","
           "\"allow_ip\":[\"10.0.0.0/8\",\"::1\"]}");
    expect("sender add a S", "POST", "/api/v1/accounts/a/senders", "{\"name\":\"S\"}");
    expect("carrier add c --host h --port 1 --system-id i --password p --bind tx+rx --window 2 "
           "--rate 3 --tls --stop-text STOP",
           "POST", "/api/v1/carriers",
           "{\"name\":\"c\",\"host\":\"h\",\"port\":1,\"system_id\":\"i\",\"password\":\"p\","
           "\"bind\":\"tx+rx\",\"window\":2,\"rate\":3,\"tls\":true,\"stop_text\":\"STOP\"}");
    expect("route add --prefix 33 --carrier c --account a", "POST", "/api/v1/routes",
           "{\"prefix\":\"33\",\"carrier\":\"c\",\"account\":\"a\"}");
    expect("rate set 33 0.5", "PUT", "/api/v1/rates/33", "{\"credits\":\"0.5\"}");
    expect("message list --account a --state sent --recipient +33612345678 --tag t --limit 7",
           "GET", "/api/v1/messages?account=a&state=sent&to=%2B33612345678&tag=t&limit=7", "");
    expect("message cancel 12", "POST", "/api/v1/messages/12/cancel", "{}");
    expect("message resolve 12 resend", "POST", "/api/v1/messages/12/resolve",
           "{\"action\":\"resend\"}");
    expect("incoming show 3", "GET", "/api/v1/incoming/3", "");
    expect("ledger check", "GET", "/api/v1/ledger/check", "");
}

static void a_name_in_a_path_cannot_leave_its_segment(void **state)
{
    (void)state;
    expect("sender show a A/..&?#", "GET", "/api/v1/accounts/a/senders/A%2F..%26%3F%23", "");
}

static void a_setting_is_switched_off_and_a_value_taken_away(void **state)
{
    (void)state;
    expect("carrier set c --no-tls", "PATCH", "/api/v1/carriers/c", "{\"tls\":false}");
    expect("carrier set c --tls=no --enabled=yes", "PATCH", "/api/v1/carriers/c",
           "{\"tls\":false,\"enabled\":true}");
    expect("user set a b --quota none --allow-ip any", "PATCH", "/api/v1/accounts/a/users/b",
           "{\"quota\":null,\"allow_ip\":[]}");
    expect("route add --prefix \"\" --carrier c", "POST", "/api/v1/routes",
           "{\"prefix\":\"\",\"carrier\":\"c\"}");
}

static void global_options_stand_anywhere(void **state)
{
    (void)state;
    assert_int_equal(parse("--json --data /d account list"), OK);
    assert_true(call.json);
    assert_string_equal(call.data, "/d");
    cli_call_free(&call);
    assert_int_equal(parse("account --data=/e list --json"), OK);
    assert_true(call.json);
    assert_string_equal(call.data, "/e");
    cli_call_free(&call);
    setenv("NAVETTE_DATA", "/from/environment", 1);
    assert_int_equal(parse("account list"), OK);
    assert_false(call.json);
    assert_string_equal(call.data, "/from/environment");
    cli_call_free(&call);
}

static void behind_two_dashes_all_words_are_values(void **state)
{
    (void)state;
    expect("account show -- --json", "GET", "/api/v1/accounts/--json", "");
}

static void wrong_use_is_refused_by_name(void **state)
{
    (void)state;
    expect_usage("", "navette --help");
    expect_usage("nonsense list", "no command \"nonsense\"");
    expect_usage("account", "navette account --help");
    expect_usage("account dance", "no verb \"dance\"");
    expect_usage("account add", "NAME is missing");
    expect_usage("user add a b", "--password is missing");
    expect_usage("route add --prefix 33", "--carrier is missing");
    expect_usage("account add a b", "no room for \"b\"");
    expect_usage("account add a --color red", "no option --color");
    expect_usage("account add a --credits", "--credits needs a value");
    expect_usage("account add a --credits 1 --credits 2", "--credits is given twice");
    expect_usage("account add a --max-parts many", "--max-parts must be a whole number");
    expect_usage("account set a --enabled maybe", "--enabled must be yes|no");
    expect_usage("account set a --no-enabled", "no option --no-enabled");
    expect_usage("carrier add c --bind both", "both is none of trx|tx+rx");
    expect_usage("message resolve 1 forget", "forget is none of resend|give_up");
    expect_usage("--data", "--data needs a value");
}

static void help_needs_no_arguments(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_commands_n; i++) {
        char line[64];
        snprintf(line, sizeof(line), "%s %s --help", cli_commands[i].resource,
                 cli_commands[i].verb);
        assert_int_equal(parse(line), OK);
        assert_true(call.help);
        assert_ptr_equal(call.command, &cli_commands[i]);
        cli_call_free(&call);
    }
    assert_int_equal(parse("carrier --help"), OK);
    assert_string_equal(call.resource, "carrier");
    assert_null(call.command);
    cli_call_free(&call);
}

static void refusals_are_french_where_the_reader_is(void **state)
{
    (void)state;
    setenv("LC_ALL", "fr_FR.UTF-8", 1);
    cli_text_choose();
    expect_usage("account add", "il manque NAME");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_commands_of_the_book_become_requests, set_up),
        cmocka_unit_test_setup(a_name_in_a_path_cannot_leave_its_segment, set_up),
        cmocka_unit_test_setup(a_setting_is_switched_off_and_a_value_taken_away, set_up),
        cmocka_unit_test_setup(global_options_stand_anywhere, set_up),
        cmocka_unit_test_setup(behind_two_dashes_all_words_are_values, set_up),
        cmocka_unit_test_setup(wrong_use_is_refused_by_name, set_up),
        cmocka_unit_test_setup(help_needs_no_arguments, set_up),
        cmocka_unit_test_setup(refusals_are_french_where_the_reader_is, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

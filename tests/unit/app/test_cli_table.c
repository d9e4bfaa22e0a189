/* SPDX-License-Identifier: Apache-2.0 */
/* app/cli_table: the table is sound, and French says all that English says. */
#include "app/cli_help.h"
#include "app/cli_table.h"
#include "app/cli_text.h"
#include "sim/quirk.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void french(void)
{
    setenv("LC_ALL", "fr", 1);
    cli_text_choose();
}

static void has_french(const char *english)
{
    if (cli_text(english) == english)
        fail_msg("no French for: %s", english);
}

static void every_member_of_a_path_is_a_positional(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_commands_n; i++) {
        const char *at = cli_commands[i].path;
        while ((at = strchr(at, '{'))) {
            size_t n = strcspn(++at, "}");
            const struct cli_field *f = cli_commands[i].fields;
            while (f->member && (f->name || strlen(f->member) != n || memcmp(f->member, at, n)))
                f++;
            if (!f->member)
                fail_msg("%s %s: nobody gives {%.*s}", cli_commands[i].resource,
                         cli_commands[i].verb, (int)n, at);
        }
    }
}

static void a_command_stands_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < cli_commands_n; i++)
        assert_ptr_equal(cli_command_find(cli_commands[i].resource, cli_commands[i].verb),
                         &cli_commands[i]);
    assert_null(cli_command_find("account", "dance"));
    assert_false(cli_resource_exists("nonsense"));
}

static void every_help_and_answer_has_its_french(void **state)
{
    (void)state;
    french();
    for (size_t i = 0; i < cli_commands_n; i++) {
        has_french(cli_commands[i].help);
        if (cli_commands[i].done)
            has_french(cli_commands[i].done);
        for (const struct cli_field *f = cli_commands[i].fields; f->member; f++)
            has_french(f->help);
    }
}

static void every_holiday_has_its_french(void **state)
{
    (void)state;
    static const char *const names[] = {
#define SET(name)
#define END
#define FIXED(month, day, name)           name,
#define MOVED(month, day, sat, sun, name) name,
#define EASTER(days, name)                name,
#define WEEKDAY(nth, day, month, name)    name,
#define OPENING(country, zone, days, from, until, shared, own, regional)
#include "core/opening.def"
    };
    french();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        has_french(names[i]);
}

static void every_quirk_of_the_simulator_has_its_french(void **state)
{
    (void)state;
    french();
    for (size_t i = 0; i < quirk_table_n; i++)
        has_french(quirk_table[i].help);
    has_french(quirks_conflict(
        &(struct quirks){.id_format = QUIRK_ID_UUID, .receipt_id_format = QUIRK_RECEIPT_ID_HEX}));
}

static void help_names_all_that_a_command_takes(void **state)
{
    (void)state;
    char text[8192] = "";
    setenv("LC_ALL", "C", 1);
    cli_text_choose();
    FILE *out = fmemopen(text, sizeof(text), "w");
    cli_help_command(out, cli_command_find("carrier", "add"));
    fclose(out);
    assert_non_null(strstr(text, "usage: navette carrier add NAME [options]\n"));
    assert_non_null(strstr(text, "--system-id TEXT"));
    assert_non_null(strstr(text, "--bind trx|tx+rx"));
    assert_non_null(strstr(text, "[2775]"));
}

static void words_of_the_server_are_kept_in_its_french(void **state)
{
    (void)state;
    char text[256] = "";
    french();
    FILE *out = fmemopen(text, sizeof(text), "w");
    cli_text_print(out, "must be a number from 1 to 65535");
    fputc('\n', out);
    cli_text_print(out, "a sentence that nobody knows * %s");
    fputc('\n', out);
    cli_text_print(out, "the message is in_doubt: only one that is scheduled or queued can be "
                        "cancelled");
    fclose(out);
    assert_string_equal(text, "doit être un nombre de 1 à 65535\n"
                              "a sentence that nobody knows * %s\n"
                              "le message est in_doubt : seul un message scheduled ou queued peut "
                              "être annulé");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_of_a_path_is_a_positional),
        cmocka_unit_test(a_command_stands_once),
        cmocka_unit_test(every_help_and_answer_has_its_french),
        cmocka_unit_test(every_holiday_has_its_french),
        cmocka_unit_test(every_quirk_of_the_simulator_has_its_french),
        cmocka_unit_test(help_names_all_that_a_command_takes),
        cmocka_unit_test(words_of_the_server_are_kept_in_its_french),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

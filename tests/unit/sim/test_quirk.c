/* SPDX-License-Identifier: Apache-2.0 */
/* sim/quirk: the table of quirks, and what its options take. */
#include "sim/quirk.h"
#include "testing.h"

#include <stdio.h>

static const struct quirk *quirk_of(const char *option)
{
    for (size_t i = 0; i < quirk_table_n; i++)
        if (strcmp(quirk_table[i].option, option) == 0)
            return &quirk_table[i];
    fail_msg("no quirk %s", option);
    return NULL;
}

static struct str set(struct quirks *quirks, const char *option, const char *value,
                      char out[QUIRK_VALUE_SIZE])
{
    const struct quirk *quirk = quirk_of(option);
    assert_int_equal(quirk_set(quirks, quirk, str_of(value)), OK);
    return quirk_get(out, quirks, quirk) ? str_of(out) : STR("");
}

static void nothing_given_is_no_quirk(void **state)
{
    (void)state;
    struct quirks quirks = {0};
    char value[QUIRK_VALUE_SIZE];
    for (size_t i = 0; i < quirk_table_n; i++)
        assert_false(quirk_get(value, &quirks, &quirk_table[i]));
    assert_true(quirk_takes(quirks.long_modes, QUIRK_LONG_PAYLOAD));
    assert_null(quirks_conflict(&quirks));
}

static void every_word_is_taken_and_told_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < quirk_table_n; i++) {
        const struct quirk *quirk = &quirk_table[i];
        for (size_t w = 0; quirk->words && quirk->words[w]; w++) {
            struct quirks quirks = {0};
            char value[QUIRK_VALUE_SIZE];
            struct str told = set(&quirks, quirk->option, quirk->words[w], value);
            bool standard = quirk->kind == QUIRK_CHOICE && w == 0;
            assert_true(str_eq(told, standard ? STR("") : str_of(quirk->words[w])));
        }
    }
}

static void options_are_named_as_their_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < quirk_table_n; i++) {
        const char *name = quirk_table[i].name;
        const char *option = quirk_table[i].option;
        for (; *name; name++, option++)
            assert_int_equal(*option, *name == '_' ? '-' : *name);
        assert_int_equal(*option, '\0');
        char values[QUIRK_VALUE_SIZE];
        quirk_values(values, &quirk_table[i]);
        assert_true(values[0]);
    }
}

static void a_set_holds_the_words_named_and_no_others(void **state)
{
    (void)state;
    struct quirks quirks = {0};
    char value[QUIRK_VALUE_SIZE];
    assert_true(str_eq(set(&quirks, "modes", "rx,tx", value), STR("tx,rx")));
    assert_true(quirk_takes(quirks.modes, QUIRK_MODE_RX));
    assert_false(quirk_takes(quirks.modes, QUIRK_MODE_TRX));
}

static void what_is_not_in_the_table_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"id-format", ""},       {"id-format", "HEX"},      {"id-format", "decimal,hex"},
        {"modes", ""},           {"modes", "trx,"},         {"modes", "trx,nonsense"},
        {"max-window", "0"},     {"max-window", "100001"},  {"max-window", "-1"},
        {"unbind-every-s", "x"}, {"unbind-every-s", "1.5"}, {"die-after", ""},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct quirks quirks = {0};
        assert_int_equal(quirk_set(&quirks, quirk_of(wrong[i][0]), str_of(wrong[i][1])),
                         ERR_INVALID);
    }
}

static void a_uuid_is_not_written_as_a_number(void **state)
{
    (void)state;
    struct quirks quirks = {.id_format = QUIRK_ID_UUID};
    assert_null(quirks_conflict(&quirks));
    quirks.receipt_id_format = QUIRK_RECEIPT_ID_HEX;
    assert_non_null(quirks_conflict(&quirks));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_no_quirk),
        cmocka_unit_test(every_word_is_taken_and_told_again),
        cmocka_unit_test(options_are_named_as_their_fields),
        cmocka_unit_test(a_set_holds_the_words_named_and_no_others),
        cmocka_unit_test(what_is_not_in_the_table_is_refused),
        cmocka_unit_test(a_uuid_is_not_written_as_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

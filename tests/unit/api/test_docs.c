/* SPDX-License-Identifier: Apache-2.0 */
#include "api/docs.h"
#include "testing.h"

static void french_is_served_to_those_who_prefer_it(void **state)
{
    (void)state;
    static const char *const french[] = {"fr", "fr-FR,fr;q=0.9,en;q=0.8", "de, fr;q=0.5",
                                         "en;q=0.3, fr;q=0.4", "FR-CA"};
    static const char *const english[] = {
        "",       "en",       "en-GB,en;q=0.9,fr;q=0.8", "*",  "de", "fr;q=0",
        "fr;q=x", ";;;,,,q=", "fr;q=0.5,en;q=0.5",       "fro"};
    for (size_t i = 0; i < sizeof(french) / sizeof(french[0]); i++)
        assert_true(docs_prefers_french(str_of(french[i])));
    for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
        assert_false(docs_prefers_french(str_of(english[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(french_is_served_to_those_who_prefer_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

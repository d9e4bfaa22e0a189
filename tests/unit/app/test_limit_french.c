/* SPDX-License-Identifier: Apache-2.0 */
/* Who is woken up in France reads in French why nothing moves: carrier/limit and app/cli_text. */
#include "app/cli_text.h"
#include "carrier/limit.h"
#include "testing.h"

#include <stdlib.h>

static void every_limit_has_its_french(void **state)
{
    (void)state;
    static const char *const errors[] = {"", "closed by peer: it said no; at all"};
    setenv("LC_ALL", "fr", 1);
    cli_text_choose();
    for (int limit = LIMIT_DISABLED; limit <= LIMIT_NONE; limit++)
        for (size_t i = 0; i < 2; i++) {
            char english[CARRIER_WHY_SIZE];
            char french[2 * CARRIER_WHY_SIZE] = "";
            struct limit_figures f = {.error = errors[i], .on_wire = 7, .oldest_us = 12345};
            limit_write(english, (enum limit)limit, &f);
            FILE *out = fmemopen(french, sizeof(french), "w");
            cli_text_print(out, english);
            fclose(out);
            if (strcmp(english, french) == 0)
                fail_msg("no French for: %s", english);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_limit_has_its_french),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

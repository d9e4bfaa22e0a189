/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cli_print: the server's JSON for a person: an aligned table, `key: value` lines, or one
 * sentence. What strangers wrote cannot move the cursor: control characters become blanks.
 * Threads: main only.
 */
#ifndef NAVETTE_APP_CLI_PRINT_H
#define NAVETTE_APP_CLI_PRINT_H

#include "app/cli_table.h"

#include <jansson.h>
#include <stdio.h>

void cli_print_table(FILE *out, const json_t *items, const struct cli_column *columns);
void cli_print_object(FILE *out, const json_t *object);
/* " name=value …" without what is empty. */
void cli_print_pairs(FILE *out, const json_t *object);
/* Puts {member} of the answer, or else of the request, into the sentence. */
void cli_print_sentence(FILE *out, const char *sentence, const json_t *answer,
                        const json_t *arguments);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* app/cli_help: help made of the table of commands. Threads: main only. */
#ifndef NAVETTE_APP_CLI_HELP_H
#define NAVETTE_APP_CLI_HELP_H

#include "app/cli_table.h"

#include <stdio.h>

/* One line: "usage: navette account add NAME [options]". */
void cli_help_usage(FILE *out, const struct cli_command *command);
/* All that it takes. */
void cli_help_command(FILE *out, const struct cli_command *command);
/* The verbs of a resource. */
void cli_help_resource(FILE *out, const char *resource);

#endif

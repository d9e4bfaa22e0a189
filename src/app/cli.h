/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cli: the command line of administration: it asks the running server through its socket.
 *
 *   navette [--data DIR] [--json] RESOURCE VERB …
 *
 * Exit codes: 0 done, 1 failed (the server refused, or none answers), 2 usage. What went wrong goes
 * to standard error. Threads: main only.
 */
#ifndef NAVETTE_APP_CLI_H
#define NAVETTE_APP_CLI_H

#include <stdio.h>

/* For everything that is not serve or sim; argv as main got it. */
int cli_main(int argc, char **argv);

/* All commands, serve and sim included. */
void cli_help(FILE *out);

#endif

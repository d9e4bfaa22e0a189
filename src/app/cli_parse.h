/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cli_parse: from the words of a command line to what is asked of the server. Pure, but for
 * a secret given as "-", which is read from standard input.
 * Owner: cli_call_free. Threads: main only.
 */
#ifndef NAVETTE_APP_CLI_PARSE_H
#define NAVETTE_APP_CLI_PARSE_H

#include "app/cli_table.h"
#include "base/arena.h"

#include <jansson.h>
#include <stdio.h>

struct cli_call {
    const char *data; /* directory of the server */
    bool data_given;  /* on the command line */
    bool json;
    bool help;                         /* wanted, for `command`, `resource` or all */
    const char *resource;              /* NULL: none was said */
    const struct cli_command *command; /* NULL: only help is wanted */
    json_t *arguments;                 /* member → value, as given */
    struct str url;                    /* "http://localhost/api/v1/…" */
    struct str body;                   /* JSON; n 0: none */
    struct arena *arena;
};

/* ERR_INVALID when the words make no command: the reason and the cure stand in `err`. */
enum err cli_parse(struct cli_call *out, int argc, char *const *argv, FILE *err) MUST_CHECK;
void cli_call_free(struct cli_call *call);

#endif

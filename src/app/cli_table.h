/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cli_table: every command of the command line, as a table: what it takes, what it asks the
 * server, how the answer looks to a person. Parser, help and output are made of it.
 * Threads: constant.
 */
#ifndef NAVETTE_APP_CLI_TABLE_H
#define NAVETTE_APP_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* What stands for a text that an account or a carrier does not keep. */
#define CLI_TEXT_GONE "(text no longer kept)"

enum cli_type {
    CLI_TEXT,
    CLI_SECRET,   /* "-" reads one line from standard input */
    CLI_NUMBER,   /* a whole number */
    CLI_NULLABLE, /* text; "none" becomes null */
    CLI_FLAG,     /* --name, --no-name */
    CLI_YES_NO,
    CLI_LOCAL,  /* a flag that is not told to the server */
    CLI_CHOICE, /* one of the words in `value`, separated by | */
    CLI_LIST,   /* may stand several times; "any" alone is the empty list */
    CLI_HEADING /* nothing to give: `help` is the title of what follows */
};

/* One positional or option. It goes into the path where the path says {member}, else into the body,
 * or into the query of a GET or DELETE. */
struct cli_field {
    const char *name;   /* of an option, without dashes; NULL: a positional */
    const char *value;  /* what stands for the value in the help: "N" */
    const char *member; /* its name for the server */
    enum cli_type type;
    bool required; /* of positionals only the last may be missing */
    const char *help;
    const char *initial; /* NULL, or what the server takes when it is absent, for the help */
};

/* A column of a list for people. */
struct cli_column {
    const char *title;
    const char *member; /* or "status.state" */
    bool right;         /* aligned */
    int most;           /* characters; 0: all */
    bool said;          /* a sentence of the server: shown in the language chosen */
    const char *absent; /* stands for null; NULL: a dash does */
};

struct cli_command {
    const char *resource;
    const char *verb;
    const char *help;
    const char *method;               /* NULL: no server is asked, cmd_db does it */
    const char *path;                 /* "/api/v1/accounts/{name}" */
    const struct cli_field *fields;   /* ended by one without member */
    const struct cli_column *columns; /* of a list, ended by one without title; NULL: no list */
    const char *done; /* sentence for people with {member} of answer or request; NULL: show all */
    enum cli_stream {
        CLI_WHOLE,  /* one document */
        CLI_PDUS,   /* one document a PDU, for as long as it is wanted */
        CLI_PROBE,  /* one document a sentence; the last has settings, which --apply takes over */
        CLI_EVENTS, /* server-sent events, for as long as they are wanted */
    } stream;
};

/* In the order of the help. */
extern const struct cli_command cli_commands[];
extern const size_t cli_commands_n;

/* NULL when there is none. */
const struct cli_command *cli_command_find(const char *resource, const char *verb);
bool cli_resource_exists(const char *resource);

#endif

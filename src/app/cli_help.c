/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_help.h"

#include "app/cli.h"
#include "app/cli_text.h"

#include <stdbool.h>
#include <string.h>

enum { LEFT = 26 };

/* Two columns; a left one that is too wide gets a line of its own. */
static void line(FILE *out, const char *left, const char *right)
{
    if (strlen(left) > LEFT)
        fprintf(out, "  %s\n  %*s  %s", left, LEFT, "", right);
    else
        fprintf(out, "  %-*s  %s", LEFT, left, right);
}

static void left_of(char *out, size_t size, const struct cli_field *f)
{
    snprintf(out, size, "%s%s%s%s", f->name ? "--" : "", f->name ? f->name : "",
             f->name && f->value ? " " : "", f->value ? f->value : "");
    for (char *c = out; f->name && *c && *c != ' '; c++)
        if (*c == '_')
            *c = '-';
}

void cli_help_usage(FILE *out, const struct cli_command *c)
{
    int options = 0;
    char left[80];
    fprintf(out, "%s navette %s %s", cli_text("usage:"), c->resource, c->verb);
    for (const struct cli_field *f = c->fields; f->member; f++) {
        options += f->name && !f->required;
        left_of(left, sizeof(left), f);
        if (f->required)
            fprintf(out, " %s", left);
        else if (!f->name)
            fprintf(out, " [%s]", left);
    }
    fprintf(out, "%s\n", options ? " [options]" : "");
}

static void field(FILE *out, const struct cli_command *c, const struct cli_field *f)
{
    char left[80];
    if (f->type == CLI_HEADING) {
        fprintf(out, "\n%s:\n", cli_text(f->help));
        return;
    }
    left_of(left, sizeof(left), f);
    line(out, left, cli_text(f->help));
    if (f->initial && *f->initial && strcmp(c->verb, "set") != 0)
        fprintf(out, " [%s]", f->initial);
    fputc('\n', out);
}

static void fields(FILE *out, const struct cli_command *c, bool options)
{
    int any = 0;
    for (const struct cli_field *f = c->fields; f->member; f++) {
        if ((f->name != NULL) != options)
            continue;
        if (!any++ && f->type != CLI_HEADING)
            fprintf(out, "\n%s\n", cli_text(options ? "options:" : "arguments:"));
        field(out, c, f);
    }
}

void cli_help_command(FILE *out, const struct cli_command *c)
{
    cli_help_usage(out, c);
    fprintf(out, "\n%s.\n", cli_text(c->help));
    fields(out, c, false);
    fields(out, c, true);
}

static void verbs(FILE *out, const char *resource)
{
    char left[80];
    for (size_t i = 0; i < cli_commands_n; i++) {
        const struct cli_command *c = &cli_commands[i];
        if (strcmp(c->resource, resource) != 0)
            continue;
        snprintf(left, sizeof(left), "%s %s", c->resource, c->verb);
        line(out, left, cli_text(c->help));
        fputc('\n', out);
    }
}

/* Those that ask a server, or the others. */
static void resources(FILE *out, bool asking)
{
    for (size_t i = 0; i < cli_commands_n; i++)
        if ((cli_commands[i].method != NULL) == asking &&
            (i == 0 || strcmp(cli_commands[i].resource, cli_commands[i - 1].resource) != 0))
            verbs(out, cli_commands[i].resource);
}

void cli_help_resource(FILE *out, const char *resource)
{
    fprintf(out, "%s navette [--data DIR] [--json] %s %s\n\n", cli_text("usage:"), resource,
            cli_text("VERB …"));
    verbs(out, resource);
    fprintf(out, "\n`navette %s %s --help` %s\n", resource, cli_text("VERB"),
            cli_text("tells what a command takes."));
}

void cli_help(FILE *out)
{
    cli_text_choose();
    fprintf(out, "%s\n\n%s\n", cli_text("Navette: two-way SMS between applications and carriers."),
            cli_text("programs:"));
    line(out, "navette serve [options]", cli_text("runs the server"));
    fputc('\n', out);
    line(out, "navette sim [options]", cli_text("runs a simulated carrier with virtual phones"));
    fprintf(out, "\n\n%s\n", cli_text("administration of a running server:"));
    fprintf(out, "  navette [--data DIR] [--json] %s\n\n", cli_text("COMMAND …"));
    resources(out, true);
    fprintf(out, "\n%s\n", cli_text("its database, without a server:"));
    resources(out, false);
    fprintf(out, "\n");
    line(out, "--data DIR", cli_text("directory of the server, or NAVETTE_DATA [./data]"));
    fputc('\n', out);
    line(out, "--json", cli_text("prints the server's answer as one JSON document"));
    fprintf(out, "\n\n%s\n",
            cli_text("`navette COMMAND --help` tells more. Exit codes: 0 done, 1 failed, 2 "
                     "usage."));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "app/config.h"

#include "app/cli_text.h"
#include "base/arena.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 4096, OPT_DEMO = 1000, OPT_CONFIG, OPT_HELP };

static const struct fact {
    const char *option;
    const char *initial;
    const char *value;
    const char *help;
    size_t offset;
} facts[] = {
#define CONFIG(m, o, i, v, h) {o, i, v, h, offsetof(struct config, m)},
#include "app/config.def"
#undef CONFIG
};
enum { FACTS = sizeof(facts) / sizeof(facts[0]) };

static char **member(struct config *c, size_t i)
{
    return (char **)((char *)c + facts[i].offset);
}

static char *copy(struct str s)
{
    char *out = base_alloc(s.n + 1);
    if (s.n)
        memcpy(out, s.p, s.n);
    return out;
}

/* The first to speak wins. */
static void offer(struct config *c, size_t i, struct str value)
{
    if (!*member(c, i))
        *member(c, i) = copy(value);
}

static void read_environment(struct config *c)
{
    for (size_t i = 0; i < FACTS; i++) {
        char name[64] = "NAVETTE_";
        size_t n = strlen(name);
        for (const char *o = facts[i].option; *o && n + 1 < sizeof(name); o++)
            name[n++] = *o == '-' ? '_' : (char)toupper((unsigned char)*o);
        const char *value = getenv(name);
        if (value)
            offer(c, i, str_of(value));
    }
}

static enum err read_line(struct config *c, struct str line, const char *path, unsigned number)
{
    line = str_trim(line);
    if (!line.n || line.p[0] == '#')
        return OK;
    size_t equals = str_find(line, '=');
    struct str name = str_trim(str_sub(line, 0, equals));
    if (equals < line.n)
        for (size_t i = 0; i < FACTS; i++)
            if (str_eq(name, str_of(facts[i].option))) {
                offer(c, i, str_trim(str_sub(line, equals + 1, line.n)));
                return OK;
            }
    fprintf(stderr, cli_text("%s:%u: \"%.*s\" is not a setting\n"), path, number, STR_FMT(name));
    return ERR_INVALID;
}

static enum err read_file(struct config *c, const char *path)
{
    char line[LINE_MAX_BYTES];
    unsigned number = 0;
    FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(stderr, cli_text("cannot read %s\n"), path);
        return ERR_INVALID;
    }
    enum err e = OK;
    while (!e && fgets(line, sizeof(line), file))
        e = read_line(c, str_of(line), path, ++number);
    fclose(file);
    return e;
}

static enum err read_options(struct config *c, int argc, char **argv, const char **file)
{
    struct option options[FACTS + 4] = {{"demo", no_argument, NULL, OPT_DEMO},
                                        {"config", required_argument, NULL, OPT_CONFIG},
                                        {"help", no_argument, NULL, OPT_HELP}};
    for (size_t i = 0; i < FACTS; i++)
        options[i + 3] = (struct option){facts[i].option, required_argument, NULL, (int)i};
    optind = 1;
    for (int o; (o = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (o >= 0 && o < FACTS)
            offer(c, (size_t)o, str_of(optarg));
        else if (o == OPT_DEMO)
            c->demo = true;
        else if (o == OPT_CONFIG)
            *file = optarg;
        else if (o == OPT_HELP || o == 'h')
            c->help = true;
        else
            return ERR_INVALID; /* getopt has told */
    }
    if (optind < argc) {
        fprintf(stderr, cli_text("navette serve: unexpected \"%s\"\n"), argv[optind]);
        return ERR_INVALID;
    }
    return OK;
}

enum err config_read(struct config *out, int argc, char **argv)
{
    struct config c = {0};
    const char *file = getenv("NAVETTE_CONFIG");
    enum err e = read_options(&c, argc, argv, &file);
    if (!e)
        read_environment(&c);
    if (!e && file)
        e = read_file(&c, file);
    for (size_t i = 0; i < FACTS; i++)
        offer(&c, i, str_of(facts[i].initial));
    *out = c;
    return e;
}

void config_free(struct config *c)
{
    for (size_t i = 0; i < FACTS; i++)
        free(*member(c, i));
    *c = (struct config){0};
}

static void help_line(FILE *out, const char *left, const char *help, const char *initial)
{
    fprintf(out, "  %-24s %s%s%s%s\n", left, cli_text(help), initial[0] ? " (" : "", initial,
            initial[0] ? ")" : "");
}

void config_help(FILE *out)
{
    fprintf(
        out, "%s navette serve [options]\n\n%s\n\n", cli_text("usage:"),
        cli_text(
            "Runs the server until SIGTERM or Ctrl-C. Each option is also NAVETTE_OPTION in the\n"
            "environment and \"option = value\" in the file of --config."));
    for (size_t i = 0; i < FACTS; i++) {
        char left[40];
        snprintf(left, sizeof(left), "--%s %s", facts[i].option, facts[i].value);
        help_line(out, left, facts[i].help, facts[i].initial);
    }
    help_line(out, "--config FILE", "settings, one a line", "");
    help_line(out, "--demo", "demo account and a simulated carrier, to try it all", "");
    help_line(out, "--help", "this text", "");
}

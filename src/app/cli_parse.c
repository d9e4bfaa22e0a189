/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_parse.h"

#include "app/cli_help.h"
#include "app/cli_text.h"
#include "base/buf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_LINE = 256 };

struct words {
    char *const *at;
    char *const *end;
    bool options_ended; /* after -- */
};

/* Says what is wrong, then how it should be. */
__attribute__((format(printf, 3, 4), nonnull(3))) static enum err usage(FILE *err,
                                                                        const struct cli_call *call,
                                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("navette", err);
    if (call->resource)
        fprintf(err, " %s", call->resource);
    if (call->command)
        fprintf(err, " %s", call->command->verb);
    fputs(": ", err);
    vfprintf(err, format, args);
    fputc('\n', err);
    va_end(args);
    if (call->command)
        cli_help_usage(err, call->command);
    return ERR_INVALID;
}

/* An option's name is the same with - and _. */
static bool same_name(const char *name, struct str written)
{
    if (strlen(name) != written.n)
        return false;
    for (size_t i = 0; i < written.n; i++)
        if (name[i] != written.p[i] && !(name[i] == '_' && written.p[i] == '-'))
            return false;
    return true;
}

static const struct cli_field *find_option(const struct cli_command *c, struct str name)
{
    for (const struct cli_field *f = c->fields; f->member; f++)
        if (f->name && same_name(f->name, name))
            return f;
    return NULL;
}

static const struct cli_field *nth_positional(const struct cli_command *c, size_t n)
{
    for (const struct cli_field *f = c->fields; f->member; f++)
        if (!f->name && n-- == 0)
            return f;
    return NULL;
}

/* ---- values ---- */

static bool is_word_of(const char *words, const char *value)
{
    struct str rest = str_of(words);
    struct str word;
    while (str_split(&rest, '|', &word))
        if (str_eq(word, str_of(value)))
            return true;
    return false;
}

static json_t *read_secret(const char *value)
{
    char line[SECRET_LINE];
    if (strcmp(value, "-") != 0)
        return json_string(value);
    if (!fgets(line, sizeof(line), stdin))
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return json_string(line);
}

static json_t *read_number(const char *value)
{
    uint64_t number;
    bool negative = value[0] == '-';
    if (str_to_u64(&number, str_of(value + negative)) || number > INT32_MAX)
        return NULL;
    return json_integer(negative ? -(json_int_t)number : (json_int_t)number);
}

/* A new reference; NULL when it is no such value. */
static json_t *read_value(const struct cli_field *f, const char *value)
{
    switch (f->type) {
    case CLI_SECRET:
        return read_secret(value);
    case CLI_NUMBER:
        return read_number(value);
    case CLI_NULLABLE:
        return strcmp(value, "none") == 0 ? json_null() : json_string(value);
    case CLI_FLAG:
    case CLI_LOCAL:
    case CLI_YES_NO:
        return is_word_of("yes|no", value) ? json_boolean(value[0] == 'y') : NULL;
    case CLI_CHOICE:
        return is_word_of(f->value, value) ? json_string(value) : NULL;
    case CLI_TEXT:
    case CLI_LIST:
    case CLI_HEADING:
        break;
    }
    return json_string(value);
}

static enum err take_list(struct cli_call *call, const struct cli_field *f, json_t *item)
{
    json_t *list = json_object_get(call->arguments, f->member);
    if (!list) {
        list = json_array();
        json_object_set_new(call->arguments, f->member, list);
    }
    if (strcmp(json_string_value(item), "any") == 0)
        json_decref(item);
    else
        json_array_append_new(list, item);
    return OK;
}

static const char *shown_name(char out[64], const struct cli_field *f)
{
    snprintf(out, 64, "%s%s", f->name ? "--" : "", f->name ? f->name : f->value);
    for (char *c = out; f->name && *c; c++)
        if (*c == '_')
            *c = '-';
    return out;
}

static enum err take(struct cli_call *call, const struct cli_field *f, const char *value, FILE *err)
{
    char name[64];
    json_t *json = read_value(f, value);
    if (!json && f->type == CLI_CHOICE)
        return usage(err, call, cli_text("%s is none of %s"), value, f->value);
    if (!json) {
        const char *kind = f->type == CLI_NUMBER   ? "a whole number"
                           : f->type == CLI_SECRET ? "a line on standard input, in UTF-8"
                           : f->type == CLI_FLAG || f->type == CLI_YES_NO ? "yes|no"
                                                                          : "UTF-8";
        return usage(err, call, cli_text("%s must be %s"), shown_name(name, f), cli_text(kind));
    }
    if (f->type == CLI_LIST)
        return take_list(call, f, json);
    if (json_object_get(call->arguments, f->member)) {
        json_decref(json);
        return usage(err, call, cli_text("%s is given twice"), shown_name(name, f));
    }
    json_object_set_new(call->arguments, f->member, json);
    return OK;
}

/* ---- words ---- */

/* The value behind an option: after = or in the next word. */
static const char *value_of(struct words *w, const char *equals)
{
    if (equals)
        return equals + 1;
    return w->at < w->end ? *w->at++ : NULL;
}

/* Options that stand anywhere. *taken says whether it was one. */
static enum err take_global(bool *taken, struct cli_call *call, struct words *w, const char *word,
                            FILE *err)
{
    *taken = true;
    if (strcmp(word, "--json") == 0) {
        call->json = true;
        return OK;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        call->help = true;
        return OK;
    }
    if (strcmp(word, "--data") == 0 || strncmp(word, "--data=", 7) == 0) {
        call->data = value_of(w, strchr(word, '='));
        call->data_given = true;
        return call->data && *call->data ? OK
                                         : usage(err, call, cli_text("%s needs a value"), "--data");
    }
    *taken = false;
    return OK;
}

static enum err take_option(struct cli_call *call, struct words *w, const char *word, FILE *err)
{
    const char *equals = strchr(word, '=');
    struct str name =
        equals ? (struct str){word + 2, (size_t)(equals - word - 2)} : str_of(word + 2);
    const struct cli_field *f = call->command ? find_option(call->command, name) : NULL;
    if (f && (f->type == CLI_FLAG || f->type == CLI_LOCAL))
        return take(call, f, equals ? equals + 1 : "yes", err);
    if (!f && call->command && str_starts(name, STR("no-"))) {
        f = find_option(call->command, str_sub(name, 3, name.n));
        if (f && f->type == CLI_FLAG && !equals)
            return take(call, f, "no", err);
        f = NULL;
    }
    if (!f)
        return usage(err, call, cli_text("there is no option %s here"), word);
    const char *value = value_of(w, equals);
    if (!value)
        return usage(err, call, cli_text("%s needs a value"), word);
    return take(call, f, value, err);
}

static enum err take_word(struct cli_call *call, size_t *positionals, const char *word, FILE *err)
{
    if (!call->resource) {
        if (!cli_resource_exists(word))
            return usage(err, call,
                         cli_text("there is no command \"%s\": `navette --help` lists "
                                  "them"),
                         word);
        call->resource = word;
        return OK;
    }
    if (!call->command) {
        call->command = cli_command_find(call->resource, word);
        return call->command ? OK
                             : usage(err, call,
                                     cli_text("there is no verb \"%s\": `navette %s --help` lists "
                                              "them"),
                                     word, call->resource);
    }
    const struct cli_field *f = nth_positional(call->command, (*positionals)++);
    return f ? take(call, f, word, err)
             : usage(err, call, cli_text("there is no room for \"%s\""), word);
}

static enum err take_words(struct cli_call *call, struct words *w, FILE *err)
{
    size_t positionals = 0;
    while (w->at < w->end) {
        const char *word = *w->at++;
        bool taken = false;
        enum err e = w->options_ended ? OK : take_global(&taken, call, w, word, err);
        if (e)
            return e;
        if (taken)
            continue;
        if (!w->options_ended && strcmp(word, "--") == 0)
            w->options_ended = true;
        else if (!w->options_ended && strncmp(word, "--", 2) == 0)
            e = take_option(call, w, word, err);
        else
            e = take_word(call, &positionals, word, err);
        if (e)
            return e;
    }
    return OK;
}

static enum err check_complete(struct cli_call *call, FILE *err)
{
    char name[64];
    if (call->help)
        return OK;
    if (!call->resource)
        return usage(err, call, cli_text("say what to do: `navette --help` lists the commands"));
    if (!call->command)
        return usage(err, call, cli_text("say what to do: `navette %s --help` lists the verbs"),
                     call->resource);
    for (const struct cli_field *f = call->command->fields; f->member; f++)
        if (f->required && !json_object_get(call->arguments, f->member))
            return usage(err, call, cli_text("%s is missing"), shown_name(name, f));
    return OK;
}

/* ---- the request ---- */

static void add_encoded(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_add(out, &c, 1);
        else
            buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

static void add_value(struct buf *out, const json_t *value)
{
    if (json_is_integer(value))
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        buf_add_str(out, json_is_true(value) ? STR("yes") : STR("no"));
    else
        add_encoded(out, str_of(json_string_value(value)));
}

/* Puts members into the path where it names them; what is left of `rest` is for body or query. */
static void build_path(struct buf *url, const char *path, json_t *rest)
{
    buf_add_str(url, STR("http://localhost"));
    for (const char *at = path; *at;) {
        const char *close = *at == '{' ? strchr(at, '}') : NULL;
        if (!close) {
            buf_add(url, at++, 1);
            continue;
        }
        char member[32];
        snprintf(member, sizeof(member), "%.*s", (int)(close - at - 1), at + 1);
        add_value(url, json_object_get(rest, member));
        json_object_del(rest, member);
        at = close + 1;
    }
}

static void build_query(struct buf *url, json_t *rest)
{
    const char *key;
    json_t *value;
    char separator = '?';
    json_object_foreach(rest, key, value)
    {
        buf_printf(url, "%c%s=", separator, key);
        add_value(url, value);
        separator = '&';
    }
}

static void build(struct cli_call *call)
{
    const struct cli_command *c = call->command;
    struct buf url = buf_limited(64 * 1024);
    json_t *rest = json_copy(call->arguments);
    for (const struct cli_field *f = c->fields; f->member; f++)
        if (f->type == CLI_LOCAL)
            json_object_del(rest, f->member);
    build_path(&url, c->path, rest);
    if (strcmp(c->method, "GET") == 0 || strcmp(c->method, "DELETE") == 0) {
        build_query(&url, rest);
    } else {
        char *body = json_dumps(rest, JSON_COMPACT);
        call->body = arena_str(call->arena, str_of(body));
        free(body);
    }
    call->url = arena_str(call->arena, buf_str(&url));
    buf_free(&url);
    json_decref(rest);
}

enum err cli_parse(struct cli_call *out, int argc, char *const *argv, FILE *err)
{
    struct words w = {.at = argv + 1, .end = argv + argc};
    const char *data = getenv("NAVETTE_DATA");
    *out = (struct cli_call){
        .data = data && *data ? data : "./data", .arguments = json_object(), .arena = arena_new()};
    enum err e = take_words(out, &w, err);
    if (!e)
        e = check_complete(out, err);
    if (!e && !out->help && out->command->method)
        build(out);
    return e;
}

void cli_call_free(struct cli_call *call)
{
    json_decref(call->arguments);
    arena_free(call->arena);
}

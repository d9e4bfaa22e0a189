/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli_stream.h"

#include "app/cli_print.h"
#include "app/cli_text.h"

#include <string.h>

static const char *text_of(const json_t *document, const char *member)
{
    const char *text = json_string_value(json_object_get(document, member));
    return text ? text : "";
}

static long long number_of(const json_t *document, const char *member)
{
    return (long long)json_integer_value(json_object_get(document, member));
}

/* Most fields of most PDUs are 0: they would bury the others. */
static void print_fields(const json_t *fields)
{
    json_t *shown = json_object();
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)fields, name,
                        value) if (!json_is_integer(value) || json_integer_value(value) != 0)
        json_object_set(shown, name, value);
    cli_print_pairs(stdout, shown);
    json_decref(shown);
}

/* "02:58:11.402311 trx1#3 > submit_sm 12 ESME_ROK source_addr=Navette …": what is empty or 0 is
 * left out. */
static void print_pdu(const json_t *document)
{
    const char *at = text_of(document, "at");
    const char *time = strchr(at, 'T');
    bool out = strcmp(text_of(document, "direction"), "out") == 0;
    printf("%.15s %s%lld#%lld %c %s %lld %s", time ? time + 1 : at, text_of(document, "mode"),
           number_of(document, "bind"), number_of(document, "session"), out ? '>' : '<',
           text_of(document, "command"), number_of(document, "sequence"),
           text_of(document, "status"));
    print_fields(json_object_get(document, "fields"));
    if (*text_of(document, "broken"))
        printf(cli_text(" (cannot be read: %s)"), text_of(document, "broken"));
    putchar('\n');
}

static void print_document(const json_t *document)
{
    const char *tracing = json_string_value(json_object_get(document, "tracing"));
    if (tracing)
        fprintf(stderr, cli_text("looking on at %s; Ctrl-C ends it\n"), tracing);
    else if (json_object_get(document, "lost"))
        printf(cli_text("%lld PDUs were lost here: they came too fast to be shown\n"),
               number_of(document, "lost"));
    else
        print_pdu(document);
}

/* A sentence of the server in the reader's language; what it has found is set in. */
static void print_sentence(const char *before, const char *text)
{
    fputs(before, stdout);
    cli_text_print(stdout, text);
    putchar('\n');
}

static void print_probe(struct cli_stream_reader *reader, const json_t *document)
{
    json_t *settings = json_object_get(document, "settings");
    if (*text_of(document, "says"))
        print_sentence("", text_of(document, "says"));
    if (*text_of(document, "found"))
        print_sentence("  ", text_of(document, "found"));
    if (!settings)
        return;
    if (!json_is_object(settings))
        puts(cli_text("the probe ended before it could judge: nothing is proposed"));
    else if (json_object_size(settings) == 0)
        puts(cli_text("its settings fit: there is nothing to change"));
    else
        printf("%s\n  %s\n", cli_text("settings that fit:"), text_of(document, "command"));
}

/* "2026-11-29T10:00:00.000Z message.sent account=… message_id=…" */
static void print_event(const json_t *document)
{
    json_t *rest = json_copy((json_t *)(uintptr_t)document);
    printf("%s %s", text_of(document, "at"), text_of(document, "type"));
    json_object_del(rest, "id");
    json_object_del(rest, "at");
    json_object_del(rest, "type");
    cli_print_pairs(stdout, rest);
    json_decref(rest);
    putchar('\n');
}

static void take_line(struct cli_stream_reader *reader, struct str line)
{
    if (reader->call->command->stream == CLI_EVENTS) {
        static const struct str data = STR("data: ");
        if (!str_starts(line, data))
            return;
        line = str_sub(line, data.n, line.n);
    }
    if (!line.n)
        return;
    json_t *document = json_loadb(line.p, line.n, 0, NULL);
    json_t *settings = json_object_get(document, "settings");
    if (settings && !reader->settings)
        reader->settings = json_incref(settings);
    if (reader->call->json)
        printf("%.*s\n", STR_FMT(line));
    else if (document && reader->call->command->stream == CLI_PROBE)
        print_probe(reader, document);
    else if (document && reader->call->command->stream == CLI_EVENTS)
        print_event(document);
    else if (document)
        print_document(document);
    json_decref(document);
}

bool cli_stream_take(void *ctx, struct str bytes)
{
    struct cli_stream_reader *reader = ctx;
    while (bytes.n) {
        size_t n = str_find(bytes, '\n');
        buf_add(&reader->line, bytes.p, n);
        if (n == bytes.n)
            break;
        take_line(reader, buf_str(&reader->line));
        buf_clear(&reader->line);
        bytes = str_sub(bytes, n + 1, bytes.n);
    }
    return fflush(stdout) == 0 && !reader->line.err;
}

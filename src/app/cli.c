/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cli.h"

#include "app/cli_help.h"
#include "app/cli_parse.h"
#include "app/cli_print.h"
#include "app/cli_stream.h"
#include "app/cli_text.h"
#include "app/cmd_db.h"
#include "net/http_client.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { DONE = 0, FAILED = 1, USAGE = 2, ANSWER_MAX = 64 * 1024 * 1024, PATIENCE_S = 60 };

static void help(const struct cli_call *call)
{
    if (call->command)
        cli_help_command(stdout, call->command);
    else if (call->resource)
        cli_help_resource(stdout, call->resource);
    else
        cli_help(stdout);
}

/* ---- what the server says ---- */

static int report_no_answer(const struct cli_call *call, const char *socket_path, enum err e)
{
    if (e == ERR_IO)
        fprintf(stderr,
                cli_text("no server answers at %s: start it with `navette serve --data "
                         "%s`\n"),
                socket_path, call->data);
    else
        fprintf(stderr, cli_text("the server at %s did not answer well: %s\n"), socket_path,
                cli_text(err_text(e)));
    return FAILED;
}

/* "timezone: there is no such time zone: …" */
static int report_refusal(const json_t *answer, int status)
{
    const char *field = json_string_value(json_object_get(answer, "field"));
    const char *message = json_string_value(json_object_get(answer, "detail"));
    if (!message) {
        fprintf(stderr, cli_text("the server answered with status %d\n"), status);
        return FAILED;
    }
    if (field)
        fprintf(stderr, "%s: ", field);
    cli_text_print(stderr, message);
    fputc('\n', stderr);
    return FAILED;
}

static bool is_check(const struct cli_command *c)
{
    return strcmp(c->resource, "ledger") == 0 && strcmp(c->verb, "check") == 0;
}

/* The days, then why messages failed. */
static void print_statistics(const struct cli_call *call, const json_t *answer,
                             const json_t *series)
{
    static const struct cli_column reasons[] = {
        {.title = "REASON", .member = "reason"},
        {.title = "COUNT", .member = "count", .right = true},
        {0}};
    const json_t *failures = json_object_get(answer, "failures");
    cli_print_table(stdout, series, call->command->columns);
    if (json_array_size(failures) > 0) {
        putchar('\n');
        cli_print_table(stdout, failures, reasons);
    }
}

static void print_list(const struct cli_call *call, const json_t *answer)
{
    const json_t *items = json_object_get(answer, "items");
    const json_t *series = json_object_get(answer, "series");
    if (series)
        return print_statistics(call, answer, series);
    const char *next = json_string_value(json_object_get(answer, "next"));
    if (is_check(call->command) && json_array_size(items) == 0) {
        puts("0");
        return;
    }
    cli_print_table(stdout, items, call->command->columns);
    fflush(stdout);
    if (next)
        fprintf(stderr, cli_text("there is more: --cursor %s\n"), next);
}

static int report(const struct cli_call *call, int status, const struct buf *body)
{
    bool good = status >= 200 && status < 300;
    json_t *answer = json_loadb(body->n ? (const char *)body->p : "", body->n, 0, NULL);
    const struct cli_command *c = call->command;
    if (call->json && answer) {
        fwrite(body->p, 1, body->n, stdout);
        putchar('\n');
    }
    int result = DONE;
    if (!good || !answer)
        result = report_refusal(answer, status);
    else if (is_check(c) && json_array_size(json_object_get(answer, "items")) > 0)
        result = FAILED;
    if (good && answer && !call->json) {
        if (c->columns)
            print_list(call, answer);
        else if (c->done)
            cli_print_sentence(stdout, c->done, answer, call->arguments);
        else
            cli_print_object(stdout, answer);
    }
    json_decref(answer);
    return result;
}

/* What a probe has proposed, as `carrier set` would have it. */
static int apply(const struct cli_call *call, const struct http_call *like, const json_t *settings)
{
    if (!json_is_object(settings))
        return FAILED;
    if (json_object_size(settings) == 0 || !json_is_true(json_object_get(call->arguments, "apply")))
        return DONE;
    struct http_call http = {
        .unix_path = like->unix_path, .method = "PATCH", .timeout_s = PATIENCE_S};
    struct buf body = buf_limited(ANSWER_MAX);
    struct str url = arena_printf(call->arena, "%.*s",
                                  STR_FMT(str_sub(call->url, 0, call->url.n - strlen("/probe"))));
    char *text = json_dumps(settings, JSON_COMPACT);
    int status = 0;
    http.url = url.p;
    http.body = str_of(text);
    enum err e = http_call(&status, &body, &http);
    int result = DONE;
    if (e)
        result = report_no_answer(call, like->unix_path, e);
    else if (status != 200)
        result = report(call, status, &body);
    else if (!call->json)
        puts(cli_text("the carrier has them now"));
    free(text);
    buf_free(&body);
    return result;
}

static int ask(const struct cli_call *call)
{
    struct str socket_path = arena_printf(call->arena, "%s/navette.sock", call->data);
    struct http_call http = {.unix_path = socket_path.p,
                             .method = call->command->method,
                             .url = call->url.p,
                             .body = call->body,
                             .timeout_s = PATIENCE_S};
    struct buf body = buf_limited(ANSWER_MAX);
    int status = 0;
    struct cli_stream_reader reader = {.call = call, .line = buf_limited(ANSWER_MAX)};
    if (call->command->stream) {
        http.timeout_s = 0;
        http.take = cli_stream_take;
        http.ctx = &reader;
    }
    enum err e = http_call(&status, &body, &http);
    int result = DONE;
    if (e)
        result = report_no_answer(call, socket_path.p, e);
    else if (!call->command->stream || body.n)
        result = report(call, status, &body);
    else if (call->command->stream == CLI_PROBE)
        result = apply(call, &http, reader.settings);
    json_decref(reader.settings);
    buf_free(&reader.line);
    buf_free(&body);
    return result;
}

int cli_main(int argc, char **argv)
{
    struct cli_call call;
    int result = DONE;
    cli_text_choose();
    if (cli_parse(&call, argc, argv, stderr))
        result = USAGE;
    else if (call.help)
        help(&call);
    else
        result = call.command->method ? ask(&call) : cmd_db(&call);
    cli_call_free(&call);
    return result;
}

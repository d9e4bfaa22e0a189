/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sink.h"

#include "base/clock.h"
#include "text/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAIRS_MAX = 64, PAIR_MAX = 512, MESSAGE_MAX = 600 };

/* Those that tell what a callback is and who signed it. */
static const char *const headers_shown[] = {
    "Content-Type", "User-Agent",        "Authorization",
    "webhook-id",   "webhook-timestamp", "webhook-signature",
};

struct sink {
    json_t *kept[SINK_REQUESTS]; /* a ring; NULL: not yet */
    uint64_t count;              /* since the start */
    unsigned failures;           /* still to come */
};

struct sink *sink_new(void)
{
    return base_alloc(sizeof(struct sink));
}

void sink_free(struct sink *sink)
{
    if (!sink)
        return;
    for (size_t i = 0; i < SINK_REQUESTS; i++)
        json_decref(sink->kept[i]);
    free(sink);
}

void sink_fail(struct sink *sink, unsigned count)
{
    sink->failures = count < SINK_FAILURES_MAX ? count : SINK_FAILURES_MAX;
}

/* ---- a request as JSON ---- */

/* At most so many bytes, whole characters; bytes that are no UTF-8 become "?". */
static json_t *safe_text(struct arena *a, struct str s, size_t most)
{
    bool cut = s.n > most;
    size_t bad_at;
    s.n = cut ? most : s.n;
    char *text = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(text, s.p, s.n);
    struct str out = {text, s.n};
    while (text_utf8_check(out, &bad_at))
        text[bad_at] = '?';
    json_t *json = json_stringn(text, s.n);
    return json ? json : json_string("?");
}

static json_t *query_json(const struct http_request *request)
{
    json_t *list = json_array();
    for (size_t i = 0; i < request->query_n && i < PAIRS_MAX; i++) {
        json_t *pair = json_array();
        json_array_append_new(pair, safe_text(request->arena, request->query[i].name, PAIR_MAX));
        json_array_append_new(pair, safe_text(request->arena, request->query[i].value, PAIR_MAX));
        json_array_append_new(list, pair);
    }
    return list;
}

static json_t *headers_json(const struct http_request *request)
{
    json_t *headers = json_object();
    for (size_t i = 0; i < sizeof(headers_shown) / sizeof(headers_shown[0]); i++) {
        struct str value = http_header(request, headers_shown[i]);
        if (value.n)
            json_object_set_new(headers, headers_shown[i],
                                safe_text(request->arena, value, PAIR_MAX));
    }
    return headers;
}

static const char *method_name(enum http_method method)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST", [HTTP_PUT] = "PUT",
        [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE", [HTTP_OTHER] = "?",
    };
    return names[method];
}

/* A reference of the sink's own, and one for the caller. */
static json_t *keep(struct sink *sink, const struct http_request *request, int status,
                    struct str answer)
{
    char id[21];
    char at[CLOCK_ISO_SIZE];
    clock_iso(at, clock_now_us());
    snprintf(id, sizeof(id), "%" PRIu64, sink->count + 1);
    json_t *json = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:i, s:o}", "id", id, "at",
                             at, "method", method_name(request->method), "path",
                             safe_text(request->arena, request->path, PAIR_MAX), "query",
                             query_json(request), "headers", headers_json(request), "body",
                             safe_text(request->arena, request->body, SINK_BODY_MAX), "body_cut",
                             request->body.n > SINK_BODY_MAX, "status", status, "answer",
                             safe_text(request->arena, answer, SINK_BODY_MAX));
    json_t **slot = &sink->kept[sink->count++ % SINK_REQUESTS];
    json_decref(*slot);
    *slot = json;
    return json_incref(json);
}

json_t *sink_list(const struct sink *sink, size_t limit)
{
    json_t *items = json_array();
    for (uint64_t i = 0; i < sink->count && i < SINK_REQUESTS && i < limit; i++)
        json_array_append(items, sink->kept[(sink->count - 1 - i) % SINK_REQUESTS]);
    return json_pack("{s:o, s:n, s:I, s:i}", "items", items, "next", "total",
                     (json_int_t)sink->count, "failing", (int)sink->failures);
}

/* ---- answers ---- */

/* The field `message` of a form, or of the query. */
static struct str message_of(struct http_request *request)
{
    struct http_pair *pairs = NULL;
    struct str message = {0};
    size_t n = 0;
    enum err e = http_form_parse(&pairs, &n, request->arena, request->body, PAIRS_MAX);
    if (e && e != ERR_MALFORMED)
        n = 0;
    for (size_t i = 0; i < n; i++)
        if (str_eq(pairs[i].name, STR("message")))
            message = pairs[i].value;
    if (!message.n)
        http_query(request, "message", &message);
    return str_sub(message, 0, message.n < MESSAGE_MAX ? message.n : MESSAGE_MAX);
}

static void reply(struct http_request *request, int status, struct str text)
{
    http_reply(request, status, "text/plain; charset=utf-8", text);
}

static bool is_below(struct str path, struct str root)
{
    return str_starts(path, root) && (path.n == root.n || path.p[root.n] == '/');
}

bool sink_take(struct sink *sink, struct http_request *request, json_t **told)
{
    if (is_below(request->path, STR("/callback"))) {
        bool fails = sink->failures > 0;
        sink->failures -= fails;
        struct str text = fails ? STR("fails, as it was asked to\n") : STR("OK\n");
        *told = keep(sink, request, fails ? 500 : 200, text);
        reply(request, fails ? 500 : 200, text);
        return true;
    }
    if (!is_below(request->path, STR("/cgi")))
        return false;
    struct str text = arena_printf(request->arena, "Thank you, %.*s", STR_FMT(message_of(request)));
    *told = keep(sink, request, 200, text);
    reply(request, 200, text);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/face.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/http.h"
#include "sim/face_json.h"
#include "sim/face_write.h"
#include "sim/late.h"
#include "sim/page.h"
#include "sim/sink.h"

#include <stdlib.h>

enum {
    CONNECTIONS_MAX = 128,
    BODY_MAX = 64 * 1024,
    QUERY_PAIRS_MAX = 64,
    IDLE_TIMEOUT_S = 60,
    STREAMS_MAX = 32,
    PHONES_DEFAULT = 100,
    PHONES_MAX = 1000,
    MESSAGES_MAX = 200,
    EVENTS_PER_SECOND = 100, /* of messages; beyond it the page is told to read again */
};

#define TICK_US SEC_US

struct stream {
    struct face *face;
    struct http_stream *http;
    struct stream *next;
};

struct face {
    struct face_parts parts;
    struct http_server *server;
    struct net_timer *tick_timer;
    struct sink *sink;
    struct late *late;
    struct stream *streams;
    size_t streams_n;
    unsigned events;
    bool missed;
    int64_t started_us;
    int64_t receipt_delay_ms;
    struct quirks quirks;
    struct sim_stats last; /* at the last tick, for the rates */
    uint64_t submits_per_second, receipts_per_second;
    char smpp_host[64];
};

/* ---- Answers ---- */

static json_t *list_of(json_t *items)
{
    return json_pack("{s:o,s:n}", "items", items, "next");
}

/* ---- Live ---- */

static void stream_closed(void *ctx)
{
    struct stream *stream = ctx;
    struct stream **link = &stream->face->streams;
    while (*link != stream)
        link = &(*link)->next;
    *link = stream->next;
    stream->face->streams_n--;
    free(stream);
}

static void publish(struct face *face, const char *event, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (!text)
        base_out_of_memory();
    for (struct stream *s = face->streams; s;) {
        struct stream *next = s->next;
        http_stream_send(s->http, event, str_of(text));
        s = next;
    }
    free(text);
}

static json_t *stats_json(const struct face *face)
{
    json_t *json = face_json_counts(face->parts.stats);
    json_object_set_new(json, "submits_per_second",
                        json_integer((json_int_t)face->submits_per_second));
    json_object_set_new(json, "receipts_per_second",
                        json_integer((json_int_t)face->receipts_per_second));
    json_object_set_new(json, "phones", json_integer((json_int_t)phones_count(face->parts.phones)));
    json_object_set_new(json, "uptime_s",
                        json_integer((clock_mono_us() - face->started_us) / SEC_US));
    json_object_set_new(json, "receipt_delay_ms", json_integer(face->receipt_delay_ms));
    json_object_set_new(json, "smpp_host", json_string(face->smpp_host));
    json_object_set_new(json, "smpp_port", json_integer(smsc_port(face->parts.smsc)));
    json_object_set_new(json, "quirks", face_json_quirks(&face->quirks));
    json_object_set_new(json, "later", json_integer((json_int_t)late_count(face->late)));
    json_object_set_new(json, "binds", face_json_binds(face->parts.smsc));
    return json;
}

void face_message(struct face *face, const struct phone *phone, const struct phone_message *message)
{
    if (!face->streams)
        return;
    if (face->events >= EVENTS_PER_SECOND) {
        face->missed = true;
        return;
    }
    face->events++;
    struct arena *arena = arena_new();
    json_t *json = face_json_message(phone, message, arena);
    json_object_set_new(json, "number", json_stringn(phone->number, phone->number_n));
    publish(face, "message", json);
    arena_free(arena);
}

void face_binds(struct face *face)
{
    if (face->streams)
        publish(face, "stats", stats_json(face));
}

/* What phones were to say by now; nobody is left to be told when it cannot be. */
static void say_late(struct face *face)
{
    struct late_words *w;
    while ((w = late_take(face->late, clock_mono_us()))) {
        struct phone *phone;
        struct phone_message *message;
        if (smsc_reply(face->parts.smsc, w->number, w->to, w->text, &phone, &message))
            log_warn("late_answer_lost", "chars=%zu", w->text.n);
        free(w);
    }
}

static void tick(void *ctx)
{
    struct face *face = ctx;
    say_late(face);
    const struct sim_stats *now = face->parts.stats;
    face->submits_per_second = now->submits - face->last.submits;
    face->receipts_per_second = now->receipts - face->last.receipts;
    face->last = *now;
    face->events = 0;
    if (face->streams) {
        if (face->missed)
            publish(face, "refresh", json_object());
        publish(face, "stats", stats_json(face));
    }
    face->missed = false;
    net_timer_set(face->tick_timer, TICK_US);
}

static void open_stream(struct face *face, struct http_request *request)
{
    if (face->streams_n == STREAMS_MAX) {
        face_reply_error(request, 503, "too_many_streams", "too many pages are open");
        return;
    }
    struct stream *stream = base_alloc(sizeof(*stream));
    stream->face = face;
    stream->http = http_stream_open(request, stream_closed, stream);
    stream->next = face->streams;
    face->streams = stream;
    face->streams_n++;
    publish(face, "stats", stats_json(face));
}

/* ---- Resources ---- */

static bool has_digits(const struct phone *phone, struct str wanted)
{
    return wanted.n == 0 || memmem(phone->number, phone->number_n, wanted.p, wanted.n);
}

/* The query's `limit`, from 1 to max; false when it was answered as wrong. */
static bool take_limit(struct http_request *request, uint64_t standard, uint64_t max,
                       uint64_t *limit)
{
    struct str value;
    *limit = standard;
    if (!http_query(request, "limit", &value))
        return true;
    if (str_to_u64(limit, value) == OK && *limit >= 1) {
        *limit = *limit < max ? *limit : max;
        return true;
    }
    face_reply_error(request, 400, "bad_limit", "limit is not a positive number");
    return false;
}

static void list_phones(struct face *face, struct http_request *request)
{
    uint64_t limit;
    struct str wanted = {0};
    if (!take_limit(request, PHONES_DEFAULT, PHONES_MAX, &limit))
        return;
    if (http_query(request, "number", &wanted) && str_starts(wanted, STR("+")))
        wanted = str_sub(wanted, 1, wanted.n);
    json_t *items = json_array();
    for (struct phone *p = phones_newest(face->parts.phones); p && limit > 0; p = p->older) {
        if (!has_digits(p, wanted))
            continue;
        json_array_append_new(items, face_json_phone(p, request->arena));
        limit--;
    }
    json_t *json = list_of(items);
    json_object_set_new(json, "total", json_integer((json_int_t)phones_count(face->parts.phones)));
    face_reply_json(request, 200, json);
}

static void list_messages(struct face *face, struct http_request *request, struct str number)
{
    uint64_t limit;
    if (!take_limit(request, MESSAGES_MAX, MESSAGES_MAX, &limit))
        return;
    struct phone *phone = phones_find(face->parts.phones, number);
    /* Every number has a phone; one without messages is not kept. */
    struct phone_message *m = phone ? phone->newest : NULL;
    while (--limit > 0 && m && m->older)
        m = m->older;
    json_t *items = json_array();
    for (; m; m = m->newer)
        json_array_append_new(items, face_json_message(phone, m, request->arena));
    face_reply_json(request, 200, list_of(items));
}

/* ---- Callbacks ---- */

static void list_callbacks(struct face *face, struct http_request *request)
{
    uint64_t limit;
    if (take_limit(request, SINK_REQUESTS, SINK_REQUESTS, &limit))
        face_reply_json(request, 200, sink_list(face->sink, limit));
}

static void fail_callbacks(struct face *face, struct http_request *request)
{
    json_t *json = json_loadb(request->body.p ? request->body.p : "", request->body.n, 0, NULL);
    const json_t *count = json_object_get(json, "count");
    json_int_t n = json_integer_value(count);
    if (!json_is_integer(count) || n < 0 || n > SINK_FAILURES_MAX) {
        face_reply_error(request, 400, "bad_count", "\"count\" is a number from 0 to 1000");
    } else {
        sink_fail(face->sink, (unsigned)n);
        face_reply_json(request, 200, json_pack("{s:I}", "failing", n));
    }
    json_decref(json);
}

/* A program's callback; false: it is a person's request. */
static bool take_callback(struct face *face, struct http_request *request)
{
    json_t *told;
    if (!sink_take(face->sink, request, &told))
        return false;
    if (face->streams && face->events < EVENTS_PER_SECOND) {
        face->events++;
        publish(face, "callback", told);
    } else {
        face->missed = face->streams != NULL;
        json_decref(told);
    }
    return true;
}

/* A page of another site may not write through a person's browser. */
static bool is_foreign(const struct http_request *request)
{
    struct str origin = http_header(request, "Origin");
    struct str host = http_header(request, "Host");
    if (origin.n == 0)
        return false;
    struct str http = STR("http://");
    return !str_starts(origin, http) || !str_eq(str_sub(origin, http.n, origin.n), host);
}

/* "/api/phones/{number}/messages" */
static bool phone_path(struct str path, struct str *number)
{
    struct str before = STR("/api/phones/");
    struct str behind = STR("/messages");
    if (!str_starts(path, before) || path.n <= before.n + behind.n ||
        !str_eq(str_sub(path, path.n - behind.n, path.n), behind))
        return false;
    *number = str_sub(path, before.n, path.n - behind.n);
    return str_find(*number, '/') == number->n;
}

static bool serve_page(struct http_request *request)
{
    static const char *const headers[] = {
        "Cache-Control",
        "no-cache",
        "Referrer-Policy",
        "no-referrer",
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        NULL};
    struct str name = str_sub(request->path, 1, request->path.n);
    if (name.n == 0)
        name = STR("index.html");
    for (size_t i = 0; i < page_files_n; i++) {
        const struct page_file *file = &page_files[i];
        if (!str_eq(name, str_of(file->name)))
            continue;
        struct str body = {(const char *)file->bytes, *file->size};
        http_reply_headers(request, 200, file->content_type, body, headers);
        return true;
    }
    return false;
}

static void handle_get(struct face *face, struct http_request *request)
{
    struct str number;
    if (str_eq(request->path, STR("/api/phones")))
        list_phones(face, request);
    else if (phone_path(request->path, &number))
        list_messages(face, request, number);
    else if (str_eq(request->path, STR("/api/stats")))
        face_reply_json(request, 200, stats_json(face));
    else if (str_eq(request->path, STR("/api/callbacks")))
        list_callbacks(face, request);
    else if (str_eq(request->path, STR("/api/outcomes")))
        face_reply_json(request, 200, list_of(face_json_outcomes()));
    else if (str_eq(request->path, STR("/api/events")) && request->method == HTTP_GET)
        open_stream(face, request);
    else if (!str_starts(request->path, STR("/")) || !serve_page(request))
        face_reply_error(request, 404, "not_found", "there is nothing here");
}

static void handle(void *ctx, struct http_request *request)
{
    struct face *face = ctx;
    struct str number;
    bool fail = str_eq(request->path, STR("/api/callbacks/fail"));
    if (!is_foreign(request) && take_callback(face, request))
        return;
    if (request->method == HTTP_GET || request->method == HTTP_HEAD)
        handle_get(face, request);
    else if (request->method != HTTP_POST || !(fail || phone_path(request->path, &number)))
        face_reply_error(request, 405, "method_not_allowed", "this cannot be done here");
    else if (is_foreign(request))
        face_reply_error(request, 403, "foreign_origin",
                         "a page of another site may not write here");
    else if (fail)
        fail_callbacks(face, request);
    else
        face_write(face->parts.smsc, face->late, request, number);
}

/* ---- Life ---- */

/* The host of "127.0.0.1:2775" or "[::1]:2775", for the page. */
static void keep_host(struct face *face, struct str address)
{
    size_t n = address.n;
    while (n > 0 && address.p[n - 1] != ':')
        n--;
    struct str host = str_sub(address, 0, n > 0 ? n - 1 : 0);
    if (str_copy(face->smpp_host, sizeof(face->smpp_host), host) != OK)
        face->smpp_host[0] = '\0';
}

enum err face_new(struct face **out, const struct sim_config *config,
                  const struct face_parts *parts)
{
    struct face *face = base_alloc(sizeof(*face));
    face->parts = *parts;
    face->started_us = clock_mono_us();
    face->sink = sink_new();
    face->late = late_new();
    face->receipt_delay_ms = config->receipt_delay_ms;
    face->quirks = config->quirks;
    keep_host(face, str_of(config->smpp_address));
    struct http_config http = {.address = config->http_address,
                               .max_connections = CONNECTIONS_MAX,
                               .max_connections_per_ip = CONNECTIONS_MAX,
                               .max_body = BODY_MAX,
                               .max_query_pairs = QUERY_PAIRS_MAX,
                               .idle_timeout_s = IDLE_TIMEOUT_S};
    enum err err = http_server_new(&face->server, parts->loop, &http, handle, face);
    if (err) {
        face_free(face);
        return err;
    }
    face->tick_timer = net_timer_new(parts->loop, tick, face);
    net_timer_set(face->tick_timer, TICK_US);
    *out = face;
    return OK;
}

void face_stop(struct face *face)
{
    http_server_quiesce(face->server);
    while (face->streams) { /* one that we close does not call back */
        struct stream *stream = face->streams;
        http_stream_close(stream->http);
        stream_closed(stream);
    }
}

void face_free(struct face *face)
{
    if (!face)
        return;
    net_timer_free(face->tick_timer);
    sink_free(face->sink);
    late_free(face->late);
    http_server_free(face->server); /* streams that are still open call back */
    free(face);
}

uint16_t face_port(const struct face *face)
{
    return http_server_port(face->server);
}

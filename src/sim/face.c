/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/face.h"

#include "base/clock.h"
#include "net/http.h"
#include "sim/face_json.h"
#include "sim/page.h"

#include <stdlib.h>

enum {
    CONNECTIONS_MAX = 128,
    BODY_MAX = 64 * 1024,
    QUERY_PAIRS_MAX = 8,
    IDLE_TIMEOUT_S = 60,
    STREAMS_MAX = 32,
    PHONES_DEFAULT = 100,
    PHONES_MAX = 1000,
    MESSAGES_MAX = 200,
    EVENTS_PER_SECOND = 100, /* of messages; beyond it the page is told to read again */
    NUMBER_MIN = 3,
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

static void reply_json(struct http_request *request, int status, json_t *json)
{
    static const char *const headers[] = {"Cache-Control", "no-store", NULL};
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (!text)
        base_out_of_memory();
    http_reply_headers(request, status, "application/json", str_of(text), headers);
    free(text);
}

static void reply_error(struct http_request *request, int status, const char *code,
                        const char *message)
{
    reply_json(request, status,
               json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message));
}

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

static void tick(void *ctx)
{
    struct face *face = ctx;
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
        reply_error(request, 503, "too_many_streams", "too many pages are open");
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
    reply_error(request, 400, "bad_limit", "limit is not a positive number");
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
    reply_json(request, 200, json);
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
    reply_json(request, 200, list_of(items));
}

static bool is_number(struct str s)
{
    if (str_starts(s, STR("+")))
        s = str_sub(s, 1, s.n);
    bool digits = s.n >= NUMBER_MIN && s.n < PHONE_ADDRESS_SIZE;
    for (size_t i = 0; digits && i < s.n; i++)
        digits = s.p[i] >= '0' && s.p[i] <= '9';
    return digits;
}

static bool is_address(struct str s)
{
    bool fine = s.n > 0 && s.n < PHONE_ADDRESS_SIZE;
    for (size_t i = 0; fine && i < s.n; i++)
        fine = s.p[i] >= 0x20 && s.p[i] < 0x7f;
    return fine;
}

static void reply_to_write_error(struct http_request *request, enum err err)
{
    if (err == ERR_CLOSED)
        reply_error(request, 409, "no_receiver",
                    "no connection is bound to receive: bind as receiver or transceiver first");
    else if (err == ERR_MISSING)
        reply_error(request, 400, "missing_text", "text is empty");
    else if (err == ERR_TOO_LONG)
        reply_error(request, 400, "text_too_long", "the text needs more than 255 parts");
    else
        reply_error(request, err_http_status(err), "not_sent", err_text(err));
}

static void write_message(struct face *face, struct http_request *request, struct str number)
{
    json_error_t where;
    json_t *json = json_loadb(request->body.p ? request->body.p : "", request->body.n,
                              JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
    json_t *to = json_object_get(json, "to");
    json_t *text = json_object_get(json, "text");
    struct str to_str = {json_string_value(to), json_string_length(to)};
    struct str utf8 = {json_string_value(text), json_string_length(text)};
    if (!json) {
        reply_error(request, 400, "invalid_json", where.text);
    } else if (!is_number(number)) {
        reply_error(request, 400, "bad_number", "a phone's number is 3 to 20 digits");
    } else if (!json_is_string(to) || !is_address(to_str)) {
        reply_error(request, 400, "bad_to", "\"to\" is a string of 1 to 20 ASCII characters");
    } else if (!json_is_string(text)) {
        reply_error(request, 400, "missing_text", "\"text\" is a string");
    } else {
        struct phone *phone;
        struct phone_message *message;
        enum err err = smsc_reply(face->parts.smsc, number, to_str, utf8, &phone, &message);
        if (err)
            reply_to_write_error(request, err);
        else
            reply_json(request, 201, face_json_message(phone, message, request->arena));
    }
    json_decref(json);
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
        reply_json(request, 200, stats_json(face));
    else if (str_eq(request->path, STR("/api/outcomes")))
        reply_json(request, 200, list_of(face_json_outcomes()));
    else if (str_eq(request->path, STR("/api/events")) && request->method == HTTP_GET)
        open_stream(face, request);
    else if (!str_starts(request->path, STR("/")) || !serve_page(request))
        reply_error(request, 404, "not_found", "there is nothing here");
}

static void handle(void *ctx, struct http_request *request)
{
    struct face *face = ctx;
    struct str number;
    if (request->method == HTTP_GET || request->method == HTTP_HEAD)
        handle_get(face, request);
    else if (request->method != HTTP_POST || !phone_path(request->path, &number))
        reply_error(request, 405, "method_not_allowed", "this cannot be done here");
    else if (is_foreign(request))
        reply_error(request, 403, "foreign_origin", "a page of another site may not write here");
    else
        write_message(face, request, number);
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
        free(face);
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
    http_server_free(face->server); /* streams that are still open call back */
    free(face);
}

uint16_t face_port(const struct face *face)
{
    return http_server_port(face->server);
}

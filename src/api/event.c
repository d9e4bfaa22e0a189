/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/events: at once, when something comes (wait), or as a stream of server-sent events
 * (WHATWG HTML, 9.2). */
#include "api/api_base.h"
#include "api/events.h"
#include "base/clock.h"
#include "net/http_pull.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    WAIT_MOST_S = 60,
    USUAL = 100,
    MOST = 1000,
    STREAM_AT_ONCE = 200,
    STREAM_S = 300, /* then the client comes again, and is asked again who it is */
    KEEP_ALIVE_S = 10,
    CHUNK_MOST = 512 * 1024,
    TYPES_BYTES = 512
};

struct listening {
    struct event_listener listener; /* first */
    struct api *api;
    struct events *events;
    size_t limit;
    /* of a stream: */
    struct buf waiting; /* not yet taken by the client */
    bool ending;
};

/* ---- what is asked for ---- */

static bool is_type(struct str name)
{
    static const char *const types[] = {
#define FEED(name, number, type, about, state) type,
#include "store/feed.def"
#undef FEED
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct str t = str_of(types[i]);
        if (str_eq(name, t) || str_eq(name, str_sub(t, 0, str_find(t, '.'))))
            return true;
    }
    return false;
}

static void read_types(struct fields *f, struct event_wish *w)
{
    struct str all, piece;
    if (!fields_text(f, "types", TYPES_BYTES, &all))
        return;
    while (str_split(&all, ',', &piece)) {
        if (w->types_n == EVENTS_TYPES_MAX)
            return fields_refuse(f, ERR_LIMIT, "types",
                                 STR("name at most 16 types, or groups of them: message"));
        if (!is_type(piece))
            return fields_refuse(f, ERR_INVALID, "types",
                                 STR("write groups or types with commas between them: "
                                     "message,incoming.received,stop,thread,change"));
        w->types[w->types_n++] = piece;
    }
}

static bool wants_stream(const struct http_request *request)
{
    struct str accept = http_header(request, "Accept");
    return str_starts(accept, STR("text/event-stream"));
}

static enum err end_of_feed(struct feed_position *at, struct api *api, struct http_request *request)
{
    struct store_view view = api_view(api, request);
    return store_feed_end(at, &view);
}

static enum err start_of_feed(struct feed_position *at, struct api *api,
                              struct http_request *request)
{
    struct store_view view = api_view(api, request);
    return store_feed_start(at, &view);
}

/* A browser that connects again says where it was. */
static void read_position(struct fields *f, struct api *api, bool stream, struct feed_position *at)
{
    struct str after = {0};
    bool there = fields_text(f, "after", FEED_POSITION_SIZE, &after);
    struct str last = http_header(f->request, "Last-Event-ID");
    enum err e = OK;
    if (stream && last.n)
        after = last;
    else if (!there)
        after = stream ? STR("now") : STR("");
    if (str_eq(after, STR("now")))
        e = end_of_feed(at, api, f->request);
    else if (!after.n)
        e = start_of_feed(at, api, f->request);
    else if (feed_position_parse(at, after))
        fields_refuse(f, ERR_INVALID, "after",
                      STR("write the next of an earlier answer, the id of an event, or now"));
    if (e)
        fields_refuse(f, e, NULL, (struct str){0});
}

static void refuse_position(struct http_request *request, enum err e)
{
    if (e == ERR_GONE)
        api_reply_error(request, e, "after",
                        STR("what followed this event is not kept any more: read the lists again, "
                            "then go on with after=now"));
    else
        api_reply_error(request, e, NULL, (struct str){0});
}

/* ---- an answer ---- */

/* False: it was answered with an error. */
static bool gather(struct listening *l, json_t *items, bool *more)
{
    struct event_listener *e = &l->listener;
    enum err err = events_gather(items, l->events, &e->wish, &e->at, l->limit, more);
    if (err)
        refuse_position(e->request, err);
    return !err;
}

static void answer(struct listening *l, json_t *items)
{
    char next[FEED_POSITION_SIZE];
    api_reply_json(l->listener.request, 200,
                   json_pack("{s:o, s:s}", "items", items, "next",
                             feed_position_format(next, &l->listener.at)));
}

/* Who has lost something meanwhile is told nothing, and judged when he asks again. */
static void poll_look(struct event_listener *e)
{
    struct listening *l = (struct listening *)e;
    json_t *items = json_array();
    if (!actor_holds(l->api, e->request)) {
        events_leave(l->events, e);
        answer(l, items);
        return;
    }
    bool fine = gather(l, items, &e->more);
    if (fine && !json_array_size(items) && clock_mono_us() < e->until_us) {
        json_decref(items);
        return;
    }
    events_leave(l->events, e);
    if (fine)
        answer(l, items);
    else
        json_decref(items);
}

static void poll(struct listening *l, int64_t wait_s)
{
    json_t *items = json_array();
    if (!gather(l, items, &l->listener.more)) {
        json_decref(items);
        return;
    }
    if (json_array_size(items) || !wait_s) {
        answer(l, items);
        return;
    }
    json_decref(items);
    l->listener.look = poll_look;
    l->listener.until_us = clock_mono_us() + wait_s * SEC_US;
    l->listener.look_us = INT64_MAX;
    enum err e = events_join(l->events, &l->listener);
    if (e)
        api_reply_error(l->listener.request, e, NULL,
                        STR("too many listen already: close some, or ask without wait"));
}

/* ---- a stream ---- */

static void write_event(struct buf *out, const json_t *item)
{
    char *data = json_dumps(item, JSON_COMPACT);
    if (!data)
        base_out_of_memory();
    buf_printf(out, "id: %s\nevent: %s\ndata: %s\n\n",
               json_string_value(json_object_get(item, "id")),
               json_string_value(json_object_get(item, "type")), data);
    free(data);
}

static void told(struct listening *l)
{
    l->listener.look_us = clock_mono_us() + KEEP_ALIVE_S * SEC_US;
}

/* Where the stream is, also while it tells nothing: an id alone calls nobody. */
static void write_position(struct listening *l)
{
    char id[FEED_POSITION_SIZE];
    buf_printf(&l->waiting, "id: %s\n\n", feed_position_format(id, &l->listener.at));
    told(l);
}

static void write_end(struct listening *l, enum err e)
{
    buf_printf(&l->waiting, "event: %s\ndata: {\"code\":\"%s\"}\n\n",
               e == ERR_GONE ? "gone" : "error", e == ERR_GONE ? "gone" : "busy");
    l->ending = true;
}

static void fill(struct listening *l)
{
    if (!actor_holds(l->api, l->listener.request)) {
        l->ending = true;
        return;
    }
    json_t *items = json_array();
    json_t *item;
    size_t i;
    struct event_listener *e = &l->listener;
    enum err err = events_gather(items, l->events, &e->wish, &e->at, STREAM_AT_ONCE, &e->more);
    json_array_foreach(items, i, item) write_event(&l->waiting, item);
    if (json_array_size(items))
        told(l);
    json_decref(items);
    if (err)
        write_end(l, err);
    else if (!l->waiting.n && clock_mono_us() >= e->look_us)
        write_position(l);
    if (clock_mono_us() >= e->until_us)
        l->ending = true;
}

static long stream_more(void *ctx, char *to, size_t size)
{
    struct listening *l = ctx;
    if (!l->waiting.n && !l->ending)
        fill(l);
    if (!l->waiting.n)
        return l->ending ? HTTP_PULL_END : 0;
    size_t n = l->waiting.n < size ? l->waiting.n : size;
    memcpy(to, l->waiting.p, n);
    buf_consume(&l->waiting, n);
    return (long)n;
}

static void stream_over(void *ctx)
{
    struct listening *l = ctx;
    events_leave(l->events, &l->listener);
    buf_free(&l->waiting);
}

static void stream_look(struct event_listener *e)
{
    http_pull_wake(e->request);
}

/* wait_s below 0: as long as the actor surely holds; the administration socket's for ever. */
static void stream(struct listening *l, struct api *api, int64_t wait_s)
{
    struct event_listener *e = &l->listener;
    struct store_view view = api_view(api, e->request);
    struct feed_row *rows;
    size_t n;
    e->look = stream_look;
    bool socket = e->wish.actor->kind == ACTOR_SOCKET;
    int64_t lasts_s = wait_s < 0 ? STREAM_S : wait_s;
    e->until_us = socket && wait_s < 0 ? INT64_MAX : clock_mono_us() + lasts_s * SEC_US;
    enum err err = store_feed_read(&rows, &n, &view, &e->at, 0);
    if (err) {
        refuse_position(e->request, err);
        return;
    }
    err = events_join(l->events, e);
    if (err) {
        api_reply_error(e->request, err, NULL, STR("too many listen already: close some"));
        return;
    }
    l->waiting = buf_limited(CHUNK_MOST);
    buf_printf(&l->waiting, "retry: 1000\n");
    write_position(l);
    struct http_pull pull = {.more = stream_more, .over = stream_over, .ctx = l};
    http_pull_reply(e->request, 200, "text/event-stream", &pull);
}

/* ---- the handler ---- */

static void follow(struct api *api, struct http_request *request, bool as_stream,
                   int64_t wait_most_s)
{
    struct fields f;
    struct listening *l = ARENA_NEW(request->arena, struct listening);
    struct event_wish *w = &l->listener.wish;
    int64_t wait_s = -1, limit = USUAL;
    l->api = api;
    l->events = api->events;
    l->listener.request = request;
    w->actor = actor_of(request);
    fields_of_query(&f, request);
    actor_scope(&f, api, RIGHT_VIEW | RIGHT_CHAT, &w->account_id);
    fields_number(&f, "wait", 0, wait_most_s, &wait_s);
    fields_number(&f, "limit", 1, MOST, &limit);
    read_types(&f, w);
    read_position(&f, api, as_stream, &l->listener.at);
    l->limit = (size_t)limit;
    if (!fields_end(&f))
        return;
    if (as_stream)
        stream(l, api, wait_s);
    else
        poll(l, wait_s < 0 ? 0 : wait_s);
}

static void list(struct api *api, struct http_request *request, const struct str *segments)
{
    (void)segments;
    follow(api, request, wants_stream(request), WAIT_MOST_S);
}

/* For who cannot say what he accepts. */
static void follow_stream(struct api *api, struct http_request *request, const struct str *segments)
{
    (void)segments;
    follow(api, request, true, STREAM_S);
}

const struct api_route event_routes[] = {
    {HTTP_GET, "/api/v1/events", list, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_GET, "/api/v1/events/stream", follow_stream, RIGHT_VIEW | RIGHT_CHAT},
    {0},
};

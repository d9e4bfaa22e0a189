/* SPDX-License-Identifier: Apache-2.0 */
/* Server-sent events (WHATWG HTML, 9.2). */
#include "base/buf.h"
#include "net/http.h"
#include "net/http_pull.h"

#include <stdlib.h>

enum { WAITING_LIMIT = 256 * 1024 }; /* what a slow client may leave unread */
static const int64_t keep_alive_us = 15 * INT64_C(1000000);

struct http_stream {
    struct http_request *request;
    struct buf waiting;
    struct net_timer *keep_alive;
    bool closing;
    void (*on_close)(void *ctx); /* NULL once the owner has closed it */
    void *ctx;
};

static long more(void *ctx, char *to, size_t size)
{
    struct http_stream *stream = ctx;
    if (stream->closing && stream->waiting.n == 0)
        return HTTP_PULL_END;
    size_t n = stream->waiting.n < size ? stream->waiting.n : size;
    if (n)
        memcpy(to, stream->waiting.p, n);
    buf_consume(&stream->waiting, n);
    return (long)n;
}

static void over(void *ctx)
{
    struct http_stream *stream = ctx;
    if (stream->on_close)
        stream->on_close(stream->ctx);
    net_timer_free(stream->keep_alive);
    buf_free(&stream->waiting);
    free(stream);
}

/* All of it or nothing: beyond the limit the stream ends. */
static bool add(struct http_stream *stream, struct str bytes)
{
    if (stream->closing)
        return false;
    buf_add_str(&stream->waiting, bytes);
    if (stream->waiting.err) {
        stream->closing = true;
        buf_clear(&stream->waiting);
    }
    http_pull_wake(stream->request);
    return !stream->closing;
}

static void on_keep_alive(void *ctx)
{
    struct http_stream *stream = ctx;
    if (add(stream, STR(":\n\n")))
        net_timer_set(stream->keep_alive, keep_alive_us);
}

struct http_stream *http_stream_open(struct http_request *request, void (*on_close)(void *ctx),
                                     void *ctx)
{
    struct http_stream *stream = base_alloc(sizeof(*stream));
    stream->request = request;
    stream->waiting = buf_limited(WAITING_LIMIT);
    stream->on_close = on_close;
    stream->ctx = ctx;
    stream->keep_alive = net_timer_new(http_request_loop(request), on_keep_alive, stream);
    net_timer_set(stream->keep_alive, keep_alive_us);
    struct http_pull pull = {.more = more, .over = over, .ctx = stream};
    http_pull_reply(request, 200, "text/event-stream", &pull);
    return stream;
}

/* A lone carriage return ends a line, too: without care it would start a field of its own. */
static void add_lines(struct buf *text, struct str line)
{
    struct str piece;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    while (str_split(&line, '\r', &piece)) {
        buf_add_str(text, STR("data: "));
        buf_add_str(text, piece);
        buf_add_u8(text, '\n');
    }
}

bool http_stream_send(struct http_stream *stream, const char *event, struct str data)
{
    struct buf text = buf_limited(WAITING_LIMIT);
    if (event)
        buf_printf(&text, "event: %s\n", event);
    struct str line;
    while (str_split(&data, '\n', &line))
        add_lines(&text, line);
    buf_add_str(&text, STR("\n"));
    bool sent = !text.err && add(stream, buf_str(&text));
    buf_free(&text);
    return sent;
}

void http_stream_close(struct http_stream *stream)
{
    stream->on_close = NULL;
    stream->closing = true;
    http_pull_wake(stream->request);
}

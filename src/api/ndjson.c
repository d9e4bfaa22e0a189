/* SPDX-License-Identifier: Apache-2.0 */
#include "api/ndjson.h"

#include "base/clock.h"
#include "net/http_pull.h"

#include <stdlib.h>

/* A document is far below it; what waits for the client is one call's worth of them. */
enum { WAITING_LIMIT = 4 * 1024 * 1024 };
static const int64_t beat_us = 10 * SEC_US; /* within API_IDLE_S */

struct ndjson {
    struct http_request *request;
    struct ndjson_calls calls;
    void *ctx;
    struct buf waiting;
    struct net_timer *beat;
    bool ending;
};

static long more(void *ctx, char *to, size_t size)
{
    struct ndjson *out = ctx;
    if (out->waiting.n == 0 && !out->ending)
        out->calls.more(out->ctx, out);
    if (out->waiting.n == 0)
        return out->ending ? HTTP_PULL_END : 0;
    size_t n = out->waiting.n < size ? out->waiting.n : size;
    memcpy(to, out->waiting.p, n);
    buf_consume(&out->waiting, n);
    return (long)n;
}

static void over(void *ctx)
{
    struct ndjson *out = ctx;
    out->calls.over(out->ctx);
    net_timer_free(out->beat);
    buf_free(&out->waiting);
    free(out);
}

static void on_beat(void *ctx)
{
    struct ndjson *out = ctx;
    if (out->waiting.n == 0)
        buf_add_u8(&out->waiting, '\n');
    net_timer_set(out->beat, beat_us);
    http_pull_wake(out->request);
}

struct ndjson *ndjson_open(struct http_request *request, const struct ndjson_calls *calls,
                           void *ctx)
{
    struct ndjson *out = base_alloc(sizeof(*out));
    out->request = request;
    out->calls = *calls;
    out->ctx = ctx;
    out->waiting = buf_limited(WAITING_LIMIT);
    out->beat = net_timer_new(http_request_loop(request), on_beat, out);
    net_timer_set(out->beat, beat_us);
    struct http_pull pull = {.more = more, .over = over, .ctx = out};
    http_pull_reply(request, 200, "application/x-ndjson", &pull);
    return out;
}

void ndjson_add(struct ndjson *out, json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT);
    json_decref(document);
    if (!text)
        base_out_of_memory();
    buf_add_str(&out->waiting, str_of(text));
    buf_add_u8(&out->waiting, '\n');
    free(text);
}

void ndjson_wake(struct ndjson *out)
{
    http_pull_wake(out->request);
}

void ndjson_end(struct ndjson *out)
{
    out->ending = true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/health.h"

#include "api/resource.h"
#include "base/metric.h"
#include "store/queue.h"

#include <inttypes.h>
#include <stdlib.h>

enum { METRICS_LIMIT = 4 * 1024 * 1024 };

/* Messages that wait, by carrier. */
struct counts {
    struct letter letter; /* first: the letter is the counts */
    struct health *health;
    const struct directory *directory; /* whose carriers were counted */
    struct arena *arena;
    int64_t *waiting;
    enum err err;
    int64_t at_us; /* 0: never */
    bool under_way;
    struct http_request *askers;
};

/* A commit that proves that the store commits. */
struct probe {
    struct change change; /* first: the letter is the probe */
    struct health *health;
    enum err err;
    int64_t at_us; /* 0: never */
    bool under_way;
    struct http_request *askers;
};

struct health {
    struct api *api;
    struct mailbox *work;
    struct db *reader; /* the worker's */
    struct counts counts;
    struct probe probe;
    bool stopping;
};

struct health *health_new(struct api *api, struct mailbox *work, struct db *reader)
{
    struct health *h = base_alloc(sizeof(*h));
    h->api = api;
    h->work = work;
    h->reader = reader;
    h->counts.health = h;
    h->counts.arena = arena_new();
    h->probe.health = h;
    return h;
}

void health_free(struct health *h)
{
    if (!h)
        return;
    directory_release(h->counts.directory);
    arena_free(h->counts.arena);
    free(h);
}

void health_quiesce(struct health *h)
{
    h->stopping = true;
}

/* Askers hang on each other by their own pointer. */
static void await(struct http_request **askers, struct http_request *request)
{
    request->user = *askers;
    *askers = request;
}

static void answer_all(struct http_request **askers,
                       void (*answer)(struct health *h, struct http_request *request),
                       struct health *h)
{
    struct http_request *next = *askers;
    *askers = NULL;
    while (next) {
        struct http_request *request = next;
        next = request->user;
        answer(h, request);
    }
}

static bool is_fresh(int64_t at_us, int64_t kept_us)
{
    return at_us && clock_mono_us() - at_us < kept_us;
}

static void reply_text(struct http_request *request, int status, struct str text)
{
    static const char *const headers[] = {"Cache-Control", "no-store", NULL};
    http_reply_headers(request, status, "text/plain; charset=utf-8", text, headers);
}

void health_handle(struct health *h, struct http_request *request)
{
    reply_text(request, 200, STR("ok\n"));
}

/* --- ready --- */

static void answer_ready(struct health *h, struct http_request *request)
{
    if (h->stopping)
        reply_text(request, 503, STR("stopping\n"));
    else if (h->probe.err)
        reply_text(request, 503,
                   arena_printf(request->arena, "not ready: %s\n", err_text(h->probe.err)));
    else
        reply_text(request, 200, STR("ready\n"));
}

static enum err apply_probe(struct core *c, struct store_tx *tx, struct change *change)
{
    return store_setting_set(tx, STR("ready_at"), tx->now_us);
}

static void on_probed(struct letter *letter)
{
    struct probe *p = (struct probe *)letter;
    p->err = p->change.job.err;
    p->at_us = clock_mono_us();
    p->under_way = false;
    answer_all(&p->askers, answer_ready, p->health);
}

void ready_handle(struct health *h, struct http_request *request)
{
    struct probe *p = &h->probe;
    if (h->stopping || is_fresh(p->at_us, HEALTH_READY_KEPT_US)) {
        answer_ready(h, request);
        return;
    }
    await(&p->askers, request);
    if (p->under_way)
        return;
    p->under_way = true;
    p->change = (struct change){.apply = apply_probe, .no_reload = true, .arena = h->counts.arena};
    core_change(api_core(h->api), &p->change, api_mailbox(h->api), on_probed);
}

/* --- metrics --- */

/* In a label's value: Prometheus' text format, "Line format". */
static void add_label(struct buf *out, struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\\' || value.p[i] == '"')
            buf_add_u8(out, '\\');
        buf_add_u8(out, value.p[i] == '\n' ? ' ' : (uint8_t)value.p[i]);
    }
}

static void add_counts(struct buf *out, const struct counts *c)
{
    if (c->err)
        return;
    buf_add_str(out, STR("# HELP navette_queue_messages Messages that wait for their carrier\n"
                         "# TYPE navette_queue_messages gauge\n"));
    for (size_t i = 0; i < c->directory->carriers_n; i++) {
        buf_add_str(out, STR("navette_queue_messages{carrier=\""));
        add_label(out, c->directory->carriers[i].row.name);
        buf_printf(out, "\"} %" PRId64 "\n", c->waiting[i]);
    }
}

static void answer_metrics(struct health *h, struct http_request *request)
{
    const struct api_config *config = api_config_of(h->api);
    struct buf out = buf_limited(METRICS_LIMIT);
    metric_write(&out);
    add_counts(&out, &h->counts);
    if (config->carrier_metrics)
        config->carrier_metrics(config->ctx, &out);
    if (out.err)
        reply_text(request, 500, STR("too many figures\n"));
    else
        http_reply(request, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
    buf_free(&out);
}

static void on_counted(struct letter *letter)
{
    struct counts *c = (struct counts *)letter;
    c->at_us = clock_mono_us();
    c->under_way = false;
    answer_all(&c->askers, answer_metrics, c->health);
}

/* On the worker's thread: a long queue takes a while. */
static void count(struct letter *letter)
{
    struct counts *c = (struct counts *)letter;
    struct store_view view = {.db = c->health->reader, .arena = c->arena};
    c->err = OK;
    for (size_t i = 0; i < c->directory->carriers_n && !c->err; i++)
        c->err = store_queue_length(&c->waiting[i], &view, c->directory->carriers[i].row.id);
    c->letter.deliver = on_counted;
    mailbox_post(api_mailbox(c->health->api), &c->letter);
}

void metrics_handle(struct health *h, struct http_request *request)
{
    struct counts *c = &h->counts;
    if (is_fresh(c->at_us, HEALTH_COUNTS_KEPT_US)) {
        answer_metrics(h, request);
        return;
    }
    await(&c->askers, request);
    if (c->under_way)
        return;
    c->under_way = true;
    directory_release(c->directory);
    c->directory = core_directory(api_core(h->api));
    arena_reset(c->arena);
    c->waiting = ARENA_ARRAY(c->arena, c->directory->carriers_n, int64_t);
    c->letter.deliver = count;
    mailbox_post(h->work, &c->letter);
}

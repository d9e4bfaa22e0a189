/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/desk.h"

#include "base/clock.h"
#include "base/metric.h"
#include "base/secret.h"
#include "core/core.h"
#include "notify/lane.h"
#include "notify/payload.h"

#include <stdlib.h>

/* An errand in hand; lives in its order's arena. */
struct task {
    struct task *next; /* of its lane */
    struct errand_order *order;
    struct lane *lane;
    struct payload_for payload;
    char *told;      /* a '1' or '0' an event */
    uint32_t n;      /* requests: 1 when one tells all */
    uint32_t at;     /* the next to start */
    struct str rest; /* the lines from that one on */
    uint32_t in_flight;
    uint32_t tried, failed; /* requests */
    int64_t status;
    const char *error;
    int64_t began_us;
    bool ended;    /* nothing more is started of it */
    bool returned; /* its order went back: only the task's own memory may be read */
};

/* One request. */
struct shot {
    struct net_call call;
    struct task *task;
    uint32_t nth;
    struct arena *arena;
    struct shot *next;          /* idle */
    struct shot *older, *newer; /* under way */
};

struct desk {
    struct desk_config config;
    struct lanes *lanes;
    struct lane *ready, **ready_last; /* have something to start */
    struct shot *idle;
    struct shot *under_way;
    size_t in_flight;
    bool stopping;
};

/* ---- orders out again ---- */

static void free_order(struct letter *letter)
{
    errand_order_free((struct errand_order *)letter);
}

static struct str words_of(const struct task *t)
{
    struct arena *a = t->order->arena;
    if (t->error)
        return arena_printf(a, "%s", t->error);
    return t->failed ? arena_printf(a, "status %lld", (long long)t->status) : STR("");
}

static void give_back(struct desk *d, struct errand_order *order, enum errand_end end,
                      int64_t delay_us)
{
    order->result.end = end;
    order->result.delay_us = delay_us;
    errand_order_return(order, d->config.home, free_order);
}

/* Spread a little, so that what was put off together does not come back together. */
static int64_t until_pause_ends(const struct lane *lane)
{
    int64_t left_us = lane->paused_until_us - clock_mono_us();
    if (left_us < 0)
        left_us = 0;
    return left_us + (int64_t)(secret_random_u64() % (uint64_t)(left_us / 10 + 1));
}

static void end_task(struct desk *d, struct task *t)
{
    struct errand_result *r = &t->order->result;
    uint32_t events = t->order->errand.events;
    uint32_t per_shot = t->n == 1 ? events : 1;
    bool all = !memchr(t->told, '0', events);
    if (t->returned)
        return;
    t->returned = true;
    *r = (struct errand_result){.told = {t->told, events},
                                .took_ms = (clock_mono_us() - t->began_us) / MS_US,
                                .status = t->status,
                                .events = t->tried * per_shot,
                                .failed = t->failed * per_shot,
                                .error = words_of(t),
                                .answer = r->answer};
    if (all)
        give_back(d, t->order, ERRAND_TOLD, 0);
    else if (t->failed)
        give_back(d, t->order, ERRAND_FAILED, 0);
    else
        give_back(d, t->order, ERRAND_PUT_OFF, d->stopping ? 0 : until_pause_ends(t->lane));
}

/* Nothing more of it is started; it ends with the last of its calls. */
static void stop_task(struct desk *d, struct task *t)
{
    t->ended = true;
    if (!t->in_flight)
        end_task(d, t);
}

static void empty_lane(struct desk *d, struct lane *lane)
{
    while (lane->first) {
        struct task *t = lane->first;
        lane->first = t->next;
        stop_task(d, t);
    }
    lane->last = &lane->first;
}

static void pause_lane(struct desk *d, struct lane *lane, const char *why)
{
    lane->paused_until_us = clock_mono_us() + lane_pause_us(++lane->pauses);
    lane->why = why;
    empty_lane(d, lane);
}

/* ---- what is started next ---- */

static void enqueue(struct desk *d, struct lane *lane)
{
    if (lane->queued || !lane->first || (lane->failures && lane->in_flight))
        return;
    lane->queued = true;
    lane->after = NULL;
    *d->ready_last = lane;
    d->ready_last = &lane->after;
}

static struct lane *dequeue(struct lane **first, struct lane ***last)
{
    struct lane *lane = *first;
    *first = lane->after;
    if (!*first)
        *last = first;
    lane->queued = false;
    return lane;
}

static bool is_full(const struct host *h)
{
    return h->in_flight >= (h->failing ? (size_t)HOST_FAILING_MAX : (size_t)CALLS_PER_HOST);
}

static void park(struct lane *lane)
{
    lane->queued = true;
    lane->after = NULL;
    *lane->host->parked_last = lane;
    lane->host->parked_last = &lane->after;
}

static struct shot *shot_new(struct desk *d)
{
    struct shot *shot = d->idle;
    if (shot) {
        d->idle = shot->next;
    } else {
        shot = base_alloc(sizeof(*shot));
        shot->arena = arena_new();
    }
    struct arena *a = shot->arena;
    *shot = (struct shot){.arena = a, .newer = NULL, .older = d->under_way};
    if (d->under_way)
        d->under_way->newer = shot;
    d->under_way = shot;
    return shot;
}

static void shot_end(struct desk *d, struct shot *shot)
{
    *(shot->newer ? &shot->newer->older : &d->under_way) = shot->older;
    if (shot->older)
        shot->older->newer = shot->newer;
    arena_reset(shot->arena);
    shot->next = d->idle;
    d->idle = shot;
}

/* The next line that has not arrived; false: there is none. */
static bool next_line(struct str *line, uint32_t *nth, struct task *t)
{
    if (t->n == 1) {
        *line = t->rest;
        *nth = 0;
        return t->at++ == 0;
    }
    while (t->at < t->n && str_split(&t->rest, '\n', line)) {
        *nth = t->at++;
        if (t->told[*nth] == '0')
            return true;
    }
    return false;
}

static bool has_more(const struct task *t)
{
    if (t->n == 1)
        return t->at == 0;
    return t->at < t->n && memchr(t->told + t->at, '0', t->n - t->at);
}

static void on_done(struct net_call *call);

static void count(struct desk *d, struct task *t, int by)
{
    d->in_flight += (size_t)by;
    t->in_flight += (uint32_t)by;
    t->lane->in_flight += (size_t)by;
    t->lane->host->in_flight += (size_t)by;
    metric_set(METRIC_CALLS_IN_FLIGHT, (int64_t)d->in_flight);
}

static void fail(struct task *t, int64_t status, const char *error)
{
    t->failed++;
    t->status = status;
    t->error = error;
}

/* Starts one request of the lane's first task. */
static void start_one(struct desk *d, struct lane *lane)
{
    struct task *t = lane->first;
    struct str line;
    uint32_t nth;
    bool found = next_line(&line, &nth, t);
    if (!has_more(t)) {
        lane->first = t->next;
        if (!lane->first)
            lane->last = &lane->first;
        t->ended = true;
    }
    if (found) {
        struct shot *shot = shot_new(d);
        t->tried++;
        shot->task = t;
        shot->nth = nth;
        shot->call.done = on_done;
        shot->call.ctx = d;
        t->payload.now_us = clock_now_us();
        if (payload_fill(&shot->call, shot->arena, &t->payload, line) == OK) {
            count(d, t, 1);
            d->config.caller.start(d->config.caller.ctx, &shot->call);
            return;
        }
        shot_end(d, shot);
        fail(t, 0, "the event cannot be read");
    }
    if (t->ended && !t->in_flight)
        end_task(d, t);
}

static void pump(struct desk *d)
{
    while (d->ready && d->in_flight < CALLS_AT_ONCE) {
        struct lane *lane = dequeue(&d->ready, &d->ready_last);
        if (!lane->first || (lane->failures && lane->in_flight)) {
            lanes_rest(d->lanes, lane); /* or it comes again with the end of that call */
        } else if (is_full(lane->host)) {
            park(lane);
        } else {
            start_one(d, lane);
            enqueue(d, lane);
            lanes_rest(d->lanes, lane);
        }
    }
}

/* ---- what came of a call ---- */

static void keep_answer(struct task *t, const struct net_call *call)
{
    struct str s = str_trim(call->answer);
    if (s.n > ERRAND_ANSWER_MAX)
        s.n = ERRAND_ANSWER_MAX;
    t->order->result.answer = arena_str(t->order->arena, s);
}

static void note_good(struct task *t, const struct shot *shot)
{
    struct lane *lane = t->lane;
    lane->failures = lane->pauses = 0;
    lane->host->failing = false;
    t->status = t->failed ? t->status : shot->call.status;
    if (t->n == 1)
        memset(t->told, '1', t->order->errand.events);
    else
        t->told[shot->nth] = '1';
    if (shot->call.answer.n)
        keep_answer(t, &shot->call);
}

static void note_bad(struct desk *d, struct task *t, const struct shot *shot)
{
    struct lane *lane = t->lane;
    fail(t, shot->call.status, shot->call.error);
    lane->host->failing = shot->call.status == 0;
    lane->failures++;
    if (lane->pauses || lane->failures >= LANE_FAILURES_MAX)
        if (lane->paused_until_us <= clock_mono_us())
            pause_lane(d, lane, shot->call.error ? shot->call.error : "it answers with errors");
}

/* A connection of the host is free: for the first that waits for one and still has something. */
static void unpark(struct desk *d, struct host *host, const struct lane *but)
{
    while (host->parked && !is_full(host)) {
        struct lane *lane = dequeue(&host->parked, &host->parked_last);
        bool more = lane->first != NULL;
        enqueue(d, lane);
        if (lane != but)
            lanes_rest(d->lanes, lane);
        if (more)
            return;
    }
}

static void on_done(struct net_call *call)
{
    struct shot *shot = (struct shot *)call;
    struct desk *d = call->ctx;
    struct task *t = shot->task;
    struct lane *lane = t->lane;
    count(d, t, -1);
    if (call->good)
        note_good(t, shot);
    else
        note_bad(d, t, shot);
    shot_end(d, shot);
    if (t->ended && !t->in_flight)
        end_task(d, t);
    unpark(d, lane->host, lane);
    enqueue(d, lane);
    lanes_rest(d->lanes, lane);
    pump(d);
}

/* ---- orders in ---- */

static void read_account(struct task *t, struct core *core)
{
    struct arena *a = t->order->arena;
    const struct directory *d = core_directory(core);
    const struct account *account = directory_account_by_id(d, t->order->errand.account_id);
    const struct callback_setting *s = directory_callback(d, t->order->errand.account_id);
    t->payload.timezone = account ? arena_str(a, account->timezone) : STR("UTC");
    t->payload.secret = s ? arena_str(a, s->secret) : STR("");
    directory_release(d);
}

static struct task *task_new(struct desk *d, struct errand_order *order, struct lane *lane)
{
    const struct errand *e = &order->errand;
    struct task *t = ARENA_NEW(order->arena, struct task);
    *t = (struct task){.order = order,
                       .lane = lane,
                       .payload = {.errand = e, .mail_from = d->config.mail_from},
                       .told = arena_alloc(order->arena, e->events + 1),
                       .n = payload_is_whole(e) ? 1 : e->events,
                       .rest = e->body,
                       .began_us = clock_mono_us()};
    if (e->told.n == e->events)
        memcpy(t->told, e->told.p, e->events);
    else
        memset(t->told, '0', e->events);
    read_account(t, d->config.core);
    return t;
}

/* Without a call: `why` stands in the result. */
static void send_back(struct desk *d, struct errand_order *order, enum errand_end end,
                      int64_t delay_us, const char *why)
{
    order->result = (struct errand_result){.told = order->errand.told,
                                           .events = end == ERRAND_FAILED ? 1 : 0,
                                           .failed = end == ERRAND_FAILED ? 1 : 0,
                                           .error = str_of(why)};
    give_back(d, order, end, delay_us);
}

void desk_take(struct desk *d, struct errand_order *order)
{
    const struct errand *e = &order->errand;
    bool mail = errand_is_mail(e->kind);
    if (d->stopping) {
        send_back(d, order, ERRAND_PUT_OFF, 0, NULL);
        return;
    }
    if (!e->events || !e->body.n || (mail && !d->config.mail)) {
        send_back(d, order, ERRAND_FAILED, 0,
                  mail ? "there is no mail server (--smtp)" : "the event cannot be read");
        return;
    }
    struct lane *lane = lanes_find(d->lanes, e->target);
    if (lane->pauses && lane->paused_until_us > clock_mono_us()) {
        send_back(d, order, ERRAND_PUT_OFF, until_pause_ends(lane), lane->why);
        lanes_rest(d->lanes, lane);
        return;
    }
    struct task *t = task_new(d, order, lane);
    *lane->last = t;
    lane->last = &t->next;
    enqueue(d, lane);
    pump(d);
}

/* ---- the end ---- */

void desk_stop(struct desk *d)
{
    d->stopping = true;
    while (d->ready)
        empty_lane(d, dequeue(&d->ready, &d->ready_last));
    for (struct shot *s = d->under_way; s; s = s->older) {
        struct host *host = s->task->lane->host;
        empty_lane(d, s->task->lane);
        while (host->parked)
            empty_lane(d, dequeue(&host->parked, &host->parked_last));
    }
}

void desk_cancel(struct desk *d)
{
    while (d->under_way) {
        struct shot *shot = d->under_way;
        struct task *t = shot->task;
        d->config.caller.cancel(d->config.caller.ctx, &shot->call);
        count(d, t, -1);
        t->tried--;
        shot_end(d, shot);
        t->ended = true;
        if (!t->in_flight)
            end_task(d, t);
    }
}

size_t desk_in_flight(const struct desk *d)
{
    return d->in_flight;
}

struct desk *desk_new(const struct desk_config *config)
{
    struct desk *d = base_alloc(sizeof(*d));
    d->config = *config;
    d->lanes = lanes_new();
    d->ready_last = &d->ready;
    return d;
}

void desk_free(struct desk *d)
{
    while (d->idle) {
        struct shot *shot = d->idle;
        d->idle = shot->next;
        arena_free(shot->arena);
        free(shot);
    }
    lanes_free(d->lanes);
    free(d);
}

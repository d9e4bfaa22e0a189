/* SPDX-License-Identifier: Apache-2.0 */
/* Errands on their way out and back: who gets them, what became of them, when they are tried
 * again. */
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/secret.h"
#include "core/core_base.h"
#include "core/reply.h"
#include "store/id.h"

#include <stdlib.h>

enum { ORDERS_MAX = 512, TAKE_AT_ONCE = 256, FORGET_AT_ONCE = 200, LOOK_EVERY_S = 10 };
enum { WAITING_COUNTED = 10000 };

/* ---- out ---- */

void core_errand_port(struct core *c, const struct errand_port *port)
{
    c->errands.deliver = port->deliver;
    c->errands.ctx = port->ctx;
    atomic_store(&c->errands.box, port->box);
}

void core_errand_close(struct core *c)
{
    atomic_store(&c->errands.box, NULL);
}

void errand_order_free(struct errand_order *order)
{
    atomic_fetch_sub(&order->core->errands.out, 1);
    arena_free(order->arena);
}

static void drop_order(struct letter *letter)
{
    errand_order_free((struct errand_order *)letter);
}

static size_t room(struct core *c)
{
    int64_t out = atomic_load(&c->errands.out);
    metric_set(METRIC_ERRANDS_IN_FLIGHT, out);
    return atomic_load(&c->errands.box) && out < ORDERS_MAX ? (size_t)(ORDERS_MAX - out) : 0;
}

/* The row is claimed: its order leaves with the commit. */
static void hand_over(struct core *c, struct store_tx *tx, struct mailbox *box,
                      const struct errand *row)
{
    struct arena *a = arena_new();
    struct errand_order *order = ARENA_NEW(a, struct errand_order);
    *order = (struct errand_order){.job.letter.deliver = c->errands.deliver,
                                   .core = c,
                                   .arena = a,
                                   .ctx = c->errands.ctx,
                                   .errand = *row};
    order->errand.target = arena_str(a, row->target);
    order->errand.body = arena_str(a, row->body);
    order->errand.told = arena_str(a, row->told);
    atomic_fetch_add(&c->errands.out, 1);
    store_after_commit(tx, box, &order->job.letter, drop_order);
}

enum err errand_give(struct core *c, struct store_tx *tx, struct errand *rows, size_t n)
{
    struct mailbox *box = atomic_load(&c->errands.box);
    size_t spare = room(c);
    if (!n)
        return OK;
    for (size_t i = 0; i < n; i++) {
        rows[i].id = store_id_next();
        rows[i].state = box && i < spare ? ERRAND_CLAIMED : ERRAND_WAITING;
        rows[i].due_at_us = rows[i].created_at_us = tx->now_us;
        rows[i].give_up_at_us = tx->now_us + ERRAND_GIVE_UP_H * HOUR_US;
    }
    enum err e = store_errand_insert(tx, rows, n);
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].state == ERRAND_CLAIMED)
            hand_over(c, tx, box, &rows[i]);
    return e;
}

static enum err take(struct core *c, struct store_tx *tx, bool *more)
{
    struct mailbox *box = atomic_load(&c->errands.box);
    size_t limit = room(c);
    struct errand *rows;
    size_t n;
    if (!box || !limit)
        return OK;
    if (limit > TAKE_AT_ONCE)
        limit = TAKE_AT_ONCE;
    enum err e = store_errand_take(&rows, &n, tx, limit);
    for (size_t i = 0; i < n && !e; i++)
        hand_over(c, tx, box, &rows[i]);
    *more |= !e && n == limit;
    return e;
}

static enum err look(struct core *c, struct store_tx *tx)
{
    struct errand_glance glance;
    if (tx->now_us - c->errands.looked_at_us < LOOK_EVERY_S * SEC_US)
        return OK;
    c->errands.looked_at_us = tx->now_us;
    enum err e = store_errand_glance(&glance, &tx->view, WAITING_COUNTED - 1);
    if (e)
        return e;
    int64_t oldest_us = glance.oldest_created_at_us;
    metric_set(METRIC_ERRANDS_WAITING, glance.waiting);
    metric_set(METRIC_ERRANDS_OLDEST_S, oldest_us ? (tx->now_us - oldest_us) / SEC_US : 0);
    return OK;
}

enum err errand_tick(struct core *c, struct store_tx *tx, bool *more)
{
    int64_t forgotten = 0;
    enum err e = take(c, tx, more);
    if (!e)
        e = look(c, tx);
    if (!e)
        e = store_errand_forget(&forgotten, tx, tx->now_us - ERRAND_KEPT_DAYS * DAY_US,
                                FORGET_AT_ONCE);
    *more |= forgotten == FORGET_AT_ONCE;
    return e;
}

/* ---- back ---- */

void errand_order_return(struct errand_order *order, struct mailbox *home,
                         void (*deliver)(struct letter *letter))
{
    order->job = (struct job){.letter.deliver = deliver, .home = home, .kind = JOB_ERRAND};
    writer_post(order->core->writer, &order->job);
}

int64_t errand_backoff_us(uint32_t failures, uint64_t random)
{
    static const int64_t steps_s[] = {10, 30, 60, 300, 900, 3600};
    enum { STEPS = sizeof(steps_s) / sizeof(steps_s[0]) };
    int64_t step_us =
        steps_s[failures < STEPS ? (failures ? failures - 1 : 0) : STEPS - 1] * SEC_US;
    return step_us + (int64_t)(random % (uint64_t)(step_us / 10));
}

struct tally {
    int64_t *done;
    size_t done_n;
    struct errand_back *back;
    size_t back_n;
    struct errand_attempt *attempts;
    size_t attempts_n;
    int64_t told, failed, given_up;
};

static void note_attempt(struct tally *t, const struct errand_order *o, int64_t at_us)
{
    const struct errand_result *r = &o->result;
    t->attempts[t->attempts_n++] = (struct errand_attempt){.errand_id = o->errand.id,
                                                           .at_us = at_us,
                                                           .took_ms = r->took_ms,
                                                           .status = r->status,
                                                           .events = r->events,
                                                           .failed = r->failed,
                                                           .error = r->error};
}

static void note_back(struct tally *t, const struct errand_order *o, int64_t now_us)
{
    const struct errand_result *r = &o->result;
    bool failed = r->end == ERRAND_FAILED;
    int64_t delay_us =
        failed ? errand_backoff_us(o->errand.attempts + 1, secret_random_u64()) : r->delay_us;
    bool over = now_us >= o->errand.give_up_at_us;
    t->back[t->back_n++] = (struct errand_back){
        .id = o->errand.id,
        .state = over ? ERRAND_GIVEN_UP : ERRAND_WAITING,
        .due_at_us = now_us + delay_us < o->errand.give_up_at_us || over ? now_us + delay_us
                                                                         : o->errand.give_up_at_us,
        .told = r->told.n ? r->told : o->errand.told,
        .attempted = failed};
    t->failed += failed ? r->failed : 0;
    t->told += r->events - r->failed;
    t->given_up += over ? o->errand.events : 0;
    if (failed || over)
        note_attempt(t, o, now_us);
}

static void note_result(struct tally *t, const struct errand_order *o, int64_t now_us)
{
    if (o->result.end != ERRAND_TOLD) {
        note_back(t, o, now_us);
        return;
    }
    t->done[t->done_n++] = o->errand.id;
    t->told += o->result.events;
    if (o->errand.events == 1 || o->errand.attempts)
        note_attempt(t, o, now_us);
}

/* Whose reply a program was asked about: the id of its event says it. */
static int64_t incoming_of(const struct errand *e)
{
    static const struct str before = STR("{\"id\":\"cgi_");
    uint64_t id;
    if (!str_starts(e->body, before))
        return 0;
    struct str rest = str_sub(e->body, before.n, e->body.n);
    return str_to_u64(&id, str_sub(rest, 0, str_find(rest, '"'))) ? 0 : (int64_t)id;
}

/* What programs said goes back to the phones, in the commit that knows it. */
static enum err answer_phones(struct core *c, struct store_tx *tx, struct job *const *jobs,
                              size_t n)
{
    bool any = false;
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        const struct errand_order *o = (const struct errand_order *)jobs[i];
        if (o->errand.kind != ERRAND_CGI || o->result.end != ERRAND_TOLD || !o->result.answer.n)
            continue;
        any = true;
        e = reply_answer(c, tx, incoming_of(&o->errand), o->result.answer);
    }
    return e || !any ? e : reply_finish(c, tx);
}

enum err errand_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    struct arena *a = tx->view.arena;
    struct tally t = {.done = ARENA_ARRAY(a, n, int64_t),
                      .back = ARENA_ARRAY(a, n, struct errand_back),
                      .attempts = ARENA_ARRAY(a, n, struct errand_attempt)};
    for (size_t i = 0; i < n; i++)
        note_result(&t, (const struct errand_order *)jobs[i], tx->now_us);
    enum err e = store_errand_done(tx, t.done, t.done_n);
    if (!e)
        e = store_errand_back(tx, t.back, t.back_n);
    if (!e)
        e = store_errand_attempt_add(tx, t.attempts, t.attempts_n);
    if (!e)
        e = answer_phones(ctx, tx, jobs, n);
    if (e)
        return e;
    metric_add(METRIC_EVENTS_TOLD, t.told);
    metric_add(METRIC_EVENTS_FAILED, t.failed);
    metric_add(METRIC_EVENTS_GIVEN_UP, t.given_up);
    if (t.given_up)
        log_warn("callbacks_given_up", "events=%lld hint=\"navette callback replay\"",
                 (long long)t.given_up);
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/metric.h"
#include "store/feed.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/list_order.h"
#include "store/node.h"
#include "store/writer_base.h"

/* ---- effects after the commit ---- */

void store_after_commit(struct store_tx *tx, struct mailbox *box, struct letter *letter,
                        void (*drop)(struct letter *letter))
{
    struct after_item *item = ARENA_NEW(tx->view.arena, struct after_item);
    *item = (struct after_item){.box = box, .letter = letter, .drop = drop};
    *tx->after->last = item;
    tx->after->last = &item->next;
}

/* Runs of letters for the same box share one wake-up. */
static void post_after(struct store_after *after)
{
    struct letters run;
    letters_init(&run);
    for (struct after_item *i = after->first; i; i = i->next) {
        letters_add(&run, i->letter);
        if (!i->next || i->next->box != i->box)
            mailbox_post_all(i->box, &run);
    }
}

static void drop_after(struct store_after *after)
{
    for (struct after_item *i = after->first; i; i = i->next)
        i->drop(i->letter);
}

void writer_effects(struct writer *w, struct transaction *t, bool committed)
{
    if (committed) {
        if (w->config.committed) /* before the letters: they may be orders to send */
            w->config.committed(w->config.ctx, t->began_us);
        store_feed_committed(w->memory, t->feed);
        post_after(&t->after);
        metric_add(METRIC_COMMITS, 1);
        metric_add(METRIC_COMMIT_JOBS, (int64_t)t->n);
        metric_add(METRIC_COMMIT_MICROS, clock_mono_us() - t->began_us);
    } else {
        drop_after(&t->after);
        metric_add(METRIC_COMMIT_FAILURES, 1);
    }
}

/* ---- one transaction ---- */

/* Jobs of a kind, in their order of arrival. */
static size_t of_kind(struct job **out, struct job *const *jobs, size_t n, enum job_kind kind)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        if (jobs[i]->kind == kind)
            out[found++] = jobs[i];
    return found;
}

static enum err run_kinds(struct writer *w, struct store_tx *tx, struct job *const *jobs, size_t n)
{
    struct job **some = ARENA_ARRAY(tx->view.arena, n, struct job *);
    for (enum job_kind kind = 0; kind < JOB_KINDS; kind++) {
        size_t count = of_kind(some, jobs, n, kind);
        if (!count)
            continue;
        enum err e = w->config.work[kind](w->config.ctx, tx, some, count);
        if (e)
            return e;
    }
    return w->config.finish ? w->config.finish(w->config.ctx, tx) : OK;
}

/* A node without a life yet is about to begin one. */
static bool has_life(const struct writer *w)
{
    return w->epoch && db_shared(w->config.db);
}

static enum err enter(const struct writer *w, struct transaction *t, struct store_tx *tx)
{
    if (!has_life(w))
        return OK;
    enum err e = store_node_enter(&t->commits, tx);
    if (!e)
        store_id_follow(tx->now_us);
    return e;
}

static void put_aside(struct writer *w, struct transaction *t, struct job *const *jobs, size_t n)
{
    t->jobs = ARENA_ARRAY(t->arena, n, struct job *);
    memcpy(t->jobs, jobs, n * sizeof(struct job *));
    w->doubt = t;
    w->doubt_since_us = clock_mono_us();
}

enum err writer_transact(struct writer *w, struct job *const *jobs, size_t n)
{
    struct arena *arena = arena_new();
    struct transaction *t = ARENA_NEW(arena, struct transaction);
    *t = (struct transaction){
        .arena = arena, .n = n, .began_us = clock_mono_us(), .after.last = &t->after.first};
    struct store_tx tx = {.view = {.db = w->config.db, .arena = arena},
                          .now_us = clock_now_us(),
                          .epoch = w->epoch,
                          .after = &t->after,
                          .memory = w->memory};
    for (size_t i = 0; i < n; i++)
        jobs[i]->err = OK;
    enum err e = db_begin(w->config.db);
    if (!e)
        e = enter(w, t, &tx);
    if (!e)
        e = run_kinds(w, &tx, jobs, n);
    if (!e)
        e = store_list_settle(&tx);
    if (!e)
        e = store_feed_flush(&tx);
    t->feed = tx.feed;
    if (!e)
        e = store_purses_settle(&tx);
    if (!e)
        e = db_commit(w->config.db);
    if (e)
        db_rollback(w->config.db);
    if (e == ERR_DOUBT && has_life(w)) {
        put_aside(w, t, jobs, n);
        return e;
    }
    writer_effects(w, t, !e);
    arena_free(arena);
    return e;
}

enum err writer_ask(bool *committed, struct writer *w)
{
    return store_node_committed(committed, w->config.db, w->epoch, w->doubt->commits);
}

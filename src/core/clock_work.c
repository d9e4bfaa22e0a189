/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock: what nobody asks for but time. Its work is slices, so that nobody waits long behind
 * it; while a slice was full the next tick comes soon (core/clock.c).
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "core/quarantine.h"
#include "core/reply.h"
#include "store/list_order.h"
#include "store/queue.h"
#include "store/repeat.h"
#include "store/sweep.h"

enum {
    SLICE = 4000,
    STRAGGLERS_AT_ONCE = 500,
    INDEX_AFTER_S = 10,   /* what is younger is found through memory */
    LIST_AFTER_S = 6,     /* younger ones are sorted for each question: above STORE_YOUNG_S */
    HASTE_JOBS = 12000,   /* a second: of a writer that lists must not hold up */
    SWEEP_AFTER_S = 3600, /* accept puts shorter validities among the stragglers itself */
    RECEIPT_WAIT_H = 24,  /* of a carrier that is gone: the setting's default */
    TIDY_AT_ONCE = 50,
    PARTS_KEPT_H = 72, /* after their message has ended, for their own receipts */
    EARLY_RECEIPT_DAYS = 3,
    EARLY_AGAIN_S = 60, /* on several nodes: looked for in the index again until then */
    EARLY_AT_ONCE = 500,
    REPEAT_KEPT_H = 24,
    CLAIMED_CHECK_S = 60,
    FEED_TRIM_EVERY_S = 10,
};

/* ---- stragglers: messages that were still open when the sweep came by ---- */

/* What another node has moved since it was read stays on the list for the next look. */
static enum err end_straggler(struct store_tx *tx, const struct message *m,
                              const struct message_move *move)
{
    bool ended;
    enum err e;
    if (m->state == MESSAGE_SCHEDULED || m->state == MESSAGE_QUEUED) {
        e = end_unsent(tx, m, move->to, (struct str){0}, &ended);
    } else {
        int64_t changed = 0;
        e = store_message_move(tx, move, &changed);
        ended = changed > 0;
    }
    return e || !ended ? e : store_straggler_drop(tx, m->id);
}

/* How long the carrier's receipts are waited for behind the end of validity. */
static int64_t receipt_wait_us(struct core *c, int64_t carrier_id)
{
    const struct directory *d = core_directory(c);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, carrier_id);
    int64_t hours = carrier ? carrier->settings.receipt_wait_h : RECEIPT_WAIT_H;
    directory_release(d);
    return hours * HOUR_US;
}

/* Its receipt is awaited until `move` is due; another route may take it meanwhile. */
static enum err look_at_sent(struct core *c, struct store_tx *tx, const struct message *m,
                             struct message_move *move)
{
    bool moved = false;
    bool told = false;
    int64_t again_us = INT64_MAX;
    int64_t end_us = m->expires_at_us + receipt_wait_us(c, m->carrier_id);
    enum err e = OK;
    if (message_submits(m) > 1)
        e = parts_close(&told, c, tx, m, move, &end_us);
    if (!e && !told)
        e = reroute_unconfirmed(&moved, &again_us, c, tx, m);
    if (e || moved)
        return e ? e : store_straggler_put(tx, m->id, m->expires_at_us);
    if (end_us <= tx->now_us)
        return end_straggler(tx, m, move);
    return store_straggler_put(tx, m->id, again_us < end_us ? again_us : end_us);
}

static enum err look_at(struct core *c, struct store_tx *tx, int64_t id)
{
    struct message m;
    bool delivered;
    enum err e = store_message_get(&m, &tx->view, id);
    if (e == ERR_NOT_FOUND || (!e && message_state_final(m.state)))
        return store_straggler_drop(tx, id);
    if (e)
        return e;
    if (m.state == MESSAGE_SENDING) /* the pump sees to it, and tells */
        return store_straggler_put(tx, id, tx->now_us + CLAIMED_CHECK_S * SEC_US);
    e = reroute_delivered(&delivered, tx, &m);
    if (e || delivered)
        return e;
    bool waits = m.state == MESSAGE_SCHEDULED || m.state == MESSAGE_QUEUED;
    struct message_move move = {.id = m.id,
                                .from = m.state,
                                .to = waits ? MESSAGE_EXPIRED : MESSAGE_UNKNOWN,
                                .at_us = tx->now_us};
    if (m.state == MESSAGE_SENT)
        return look_at_sent(c, tx, &m, &move);
    return m.expires_at_us <= tx->now_us ? end_straggler(tx, &m, &move)
                                         : store_straggler_put(tx, id, m.expires_at_us);
}

static enum err look_at_stragglers(struct core *c, struct store_tx *tx, bool *more)
{
    int64_t *ids;
    size_t n;
    enum err e = store_straggler_due(&ids, &n, tx, STRAGGLERS_AT_ONCE);
    for (size_t i = 0; i < n && !e; i++)
        e = look_at(c, tx, ids[i]);
    *more |= n == STRAGGLERS_AT_ONCE;
    return e;
}

/* ---- passes: one node's at a time ---- */

/* Receipts that memory could not place waited for it. */
static enum err index_messages(struct core *c, struct store_tx *tx, int64_t before_us, bool *more)
{
    struct index_slice slice = {0};
    enum err e = store_index_slice(&slice, tx, before_us, SLICE);
    if (!e)
        e = receipt_join_early(c, tx, slice.refs, slice.refs_n);
    *more |= slice.seen == SLICE;
    return e;
}

/* Lists can be behind; who sends and who waits for a commit cannot. */
static bool in_haste(struct core *c)
{
    int64_t now_us = clock_mono_us(), jobs = metric_get(METRIC_COMMIT_JOBS);
    int64_t passed_us = now_us - c->haste.looked_us, done = jobs - c->haste.jobs;
    bool known = c->haste.looked_us != 0;
    c->haste = (struct haste){.jobs = jobs, .looked_us = now_us};
    return known && passed_us > 0 && done > HASTE_JOBS * passed_us / SEC_US;
}

static enum err index_and_list(struct core *c, struct store_tx *tx, bool *more)
{
    int64_t before_us;
    size_t listed = 0;
    enum err e = db_oldest_writer(tx->view.db, &before_us);
    if (before_us > tx->now_us)
        before_us = tx->now_us;
    if (!e)
        e = index_messages(c, tx, before_us - INDEX_AFTER_S * SEC_US, more);
    if (!e && !in_haste(c))
        e = store_list_slice(&listed, tx, before_us - LIST_AFTER_S * SEC_US, SLICE);
    *more |= listed == SLICE;
    return e;
}

/* Receipts that passed, on another node, the answer that names their message. */
static enum err join_passed(struct core *c, struct store_tx *tx)
{
    struct reference *refs;
    size_t n;
    enum err e = store_early_known(&refs, &n, c->references, tx,
                                   tx->now_us - EARLY_AGAIN_S * SEC_US, EARLY_AT_ONCE);
    return e ? e : receipt_join_early(c, tx, refs, n);
}

static enum err forget_old(struct core *c, struct store_tx *tx)
{
    int64_t forgotten;
    enum err e =
        store_early_forget(&forgotten, c->references, tx, tx->now_us - EARLY_RECEIPT_DAYS * DAY_US);
    if (!e && forgotten)
        log_warn("receipts_without_message", "count=%lld", (long long)forgotten);
    if (!e)
        e = store_reference_tidy(&forgotten, c->references, tx, tx->now_us - PARTS_KEPT_H * HOUR_US,
                                 TIDY_AT_ONCE);
    if (!e)
        e = store_repeat_forget(tx, tx->now_us - REPEAT_KEPT_H * HOUR_US);
    if (!e)
        e = store_answer_forget(tx);
    if (!e)
        e = quarantine_tidy(c, tx);
    return e ? e : incoming_give_up(c, tx);
}

static enum err trim_feed(struct core *c, struct store_tx *tx, bool *more)
{
    bool rest = false;
    if (tx->now_us < c->feed_trim_at_us)
        return OK;
    enum err e = store_feed_trim(tx, &c->config.feed, &rest);
    if (!rest)
        c->feed_trim_at_us = tx->now_us + FEED_TRIM_EVERY_S * SEC_US;
    *more |= rest;
    return e;
}

static enum err passes(struct core *c, struct store_tx *tx, bool *more)
{
    size_t swept = 0;
    bool mine;
    enum err e = store_passes_begin(&mine, tx);
    if (e || !mine)
        return e;
    e = index_and_list(c, tx, more);
    if (!e && db_shared(tx->view.db))
        e = join_passed(c, tx);
    if (!e)
        e = store_sweep_slice(&swept, tx, tx->now_us - SWEEP_AFTER_S * SEC_US, SLICE);
    *more |= swept == SLICE;
    int64_t forgotten = 0;
    if (!e)
        e = store_slot_forget(&forgotten, tx, SLICE);
    *more |= forgotten == SLICE;
    if (!e)
        e = forget_old(c, tx);
    if (!e)
        e = reply_release(c, tx, more);
    if (!e)
        e = alert_tick(c, tx, more);
    if (!e)
        e = reply_finish(c, tx);
    if (!e)
        e = trim_feed(c, tx, more);
    return e ? e : retention_tick(c, tx, more);
}

/* ---- one tick ---- */

static enum err tick(struct core *c, struct store_tx *tx, struct clock_job *job)
{
    int64_t due = 0;
    job->more = false;
    enum err e = store_queue_due(&due, tx, SLICE);
    if (!e)
        e = store_early_count(c->references, &tx->view);
    if (!e)
        e = passes(c, tx, &job->more);
    if (!e)
        e = look_at_stragglers(c, tx, &job->more);
    if (!e)
        e = nodes_tick(c, tx, &job->more);
    if (!e)
        e = places_tick(c, tx, &job->more);
    if (!e)
        e = failover_tick(c, tx, &job->more);
    if (!e)
        e = errand_tick(c, tx, &job->more);
    job->more |= due == SLICE;
    return e;
}

enum err clock_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = tick(ctx, tx, (struct clock_job *)jobs[i]);
    return e;
}

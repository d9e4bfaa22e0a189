/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery receipts: found by the carrier's id, joined later when they came before their message
 * was known by that id. What they make of a message of several parts: core/parts.
 */
#include "base/clock.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "core/quarantine.h"
#include "store/id.h"
#include "store/message_ended.h"

#include <stdlib.h>

/* Ids and the instants of receipts come from several clocks. */
enum { IDS_AHEAD_S = 5 };

/* ---- receipts whose messages are known ---- */

struct told {
    struct reference ref;
    enum message_state state;
    struct str receipt;
    size_t nth; /* in the order in which they came */
};

static int by_message(const void *a, const void *b)
{
    const struct told *x = a;
    const struct told *y = b;
    if (x->ref.message_id != y->ref.message_id)
        return x->ref.message_id < y->ref.message_id ? -1 : 1;
    return (x->nth > y->nth) - (x->nth < y->nth);
}

/* Sorts them; of ends told twice of the same carrier's id the first stays. */
static size_t in_order(struct told *told, size_t n)
{
    size_t count = 0;
    if (n)
        qsort(told, n, sizeof(*told), by_message);
    for (size_t i = 0; i < n; i++) {
        bool again = false;
        for (size_t k = count; k > 0 && !again; k--) {
            const struct told *before = &told[k - 1];
            if (before->ref.message_id != told[i].ref.message_id)
                break;
            again = message_state_final(before->state) && message_state_final(told[i].state) &&
                    str_eq(before->ref.carrier_ref, told[i].ref.carrier_ref);
        }
        if (!again)
            told[count++] = told[i];
    }
    return count;
}

static enum err finish_whole(struct core *c, struct store_tx *tx, const struct told *told, size_t n)
{
    struct message_finish *ends = ARENA_ARRAY(tx->view.arena, n, struct message_finish);
    int64_t *changed = ARENA_ARRAY(tx->view.arena, n, int64_t);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct told *t = &told[i];
        if (t->ref.part || !message_state_final(t->state))
            continue;
        ends[count++] = (struct message_finish){.id = t->ref.message_id,
                                                .carrier_id = t->ref.carrier_id,
                                                .carrier_ref = t->ref.carrier_ref,
                                                .to = t->state,
                                                .receipt = t->receipt};
    }
    enum err e = store_message_finish_sent(tx, ends, count, changed);
    if (!e)
        e = quarantine_note(c, tx, ends, changed, count);
    return e ? e : reroute_late(tx, ends, changed, count);
}

static enum err finish_parts(struct store_tx *tx, const struct told *told, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        const struct told *t = &told[i];
        if (!t->ref.part || !message_state_final(t->state))
            continue;
        struct message_part part = {.message_id = t->ref.message_id,
                                    .number = t->ref.part,
                                    .state = t->state,
                                    .done_at_us = tx->now_us,
                                    .receipt = t->receipt};
        e = store_part_done(tx, &part, t->ref.carrier_id);
        parts_changed(tx, t->ref.message_id);
    }
    return e;
}

/* What is on its way is shown and told, nothing ends. */
static enum err note_intermediate(struct store_tx *tx, const struct told *told, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        if (!message_state_final(told[i].state)) {
            e = store_message_receipt_note(tx, told[i].ref.message_id, told[i].receipt);
            store_under_way_note(tx, told[i].ref.message_id);
        }
    return e;
}

static enum err drop_references(struct core *c, struct store_tx *tx, const struct told *told,
                                size_t n)
{
    struct reference *refs = ARENA_ARRAY(tx->view.arena, n, struct reference);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (message_state_final(told[i].state))
            refs[count++] = told[i].ref;
    return store_reference_drop(c->references, tx, refs, count);
}

/* A final state writes over what was noted, so notes may come first. */
static enum err apply(struct core *c, struct store_tx *tx, struct told *told, size_t all)
{
    size_t n = in_order(told, all);
    enum err e = note_intermediate(tx, told, n);
    if (!e)
        e = finish_whole(c, tx, told, n);
    if (!e)
        e = finish_parts(tx, told, n);
    return e ? e : drop_references(c, tx, told, n);
}

/* One from before the message was made is a late double for another that had this id. Ids of one
 * node tell it exactly; a node that makes many in a moment is ahead of the others' clocks. */
static bool is_before(const struct early_receipt *early, int64_t message_id)
{
    if (store_id_node(early->id) == store_id_node(message_id))
        return early->id < message_id;
    return early->received_at_us + IDS_AHEAD_S * SEC_US < store_id_time_us(message_id);
}

enum err receipt_join_early(struct core *c, struct store_tx *tx, const struct reference *refs,
                            size_t n)
{
    struct early_receipt *early;
    size_t early_n;
    size_t count = 0;
    enum err e = store_early_take(&early, &early_n, c->references, tx, refs, n);
    if (e)
        return e;
    struct told *told = ARENA_ARRAY(tx->view.arena, early_n, struct told);
    for (size_t i = 0; i < early_n; i++) {
        const struct reference *ref = &refs[early[i].nth];
        if (is_before(&early[i], ref->message_id))
            continue;
        told[count] = (struct told){
            .ref = *ref, .state = early[i].state, .receipt = early[i].receipt, .nth = count};
        count++;
    }
    return apply(c, tx, told, count);
}

/* ---- jobs ---- */

/* One whose message is not known, or not yet. A refused one is sent again by the carrier, and may
 * find its message then. */
static enum err unknown(struct core *c, struct store_tx *tx, struct receipt_job *job)
{
    if (job->unknown == UNKNOWN_DROP)
        return OK;
    if (job->unknown == UNKNOWN_REFUSE) {
        job->job.err = ERR_NOT_FOUND;
        return OK;
    }
    struct early_receipt early = {.carrier_id = job->carrier_id,
                                  .carrier_ref = str_of(job->carrier_ref),
                                  .state = job->state,
                                  .receipt = str_of(job->receipt)};
    enum err e = store_early_add(c->references, tx, &early);
    if (e == ERR_LIMIT) {
        job->job.err = ERR_LIMIT;
        return OK;
    }
    return e;
}

enum err receipt_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    struct core *c = ctx;
    struct reference *refs = ARENA_ARRAY(tx->view.arena, n, struct reference);
    struct told *told = ARENA_ARRAY(tx->view.arena, n, struct told);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct receipt_job *job = (const struct receipt_job *)jobs[i];
        const struct outbox_slot *slot = outbox_slot(c->outbox, job->carrier_id);
        refs[i] = (struct reference){.carrier_id = job->carrier_id,
                                     .carrier_ref = str_of(job->carrier_ref),
                                     .shared = slot->shared,
                                     .turn = slot->turn};
    }
    enum err e = store_reference_find(c->references, &tx->view, refs, n);
    for (size_t i = 0; i < n && !e; i++) {
        struct receipt_job *job = (struct receipt_job *)jobs[i];
        if (refs[i].message_id)
            told[count++] = (struct told){
                .ref = refs[i], .state = job->state, .receipt = str_of(job->receipt), .nth = i};
        else
            e = unknown(c, tx, job);
    }
    if (!e)
        e = apply(c, tx, told, count);
    metric_add(METRIC_RECEIPTS, e ? 0 : (int64_t)n);
    return e;
}

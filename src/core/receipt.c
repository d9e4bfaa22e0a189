/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery receipts: found by the carrier's id, rolled up over the parts, joined later when they
 * came before their message was known by that id.
 */
#include "base/clock.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "store/id.h"
#include "store/queue.h"

#include <stdlib.h>

/* Ids and the instants of receipts come from several clocks. */
enum { IDS_AHEAD_S = 5 };

/* One final state for the message out of those of its parts: any failure is the message's, and is
 * known at once; delivery needs all. 0 while it is open. */
static enum message_state roll_up(const struct message_part *parts, size_t n, uint32_t wanted)
{
    size_t delivered = 0;
    for (size_t i = 0; i < n; i++) {
        if (message_state_final(parts[i].state) && parts[i].state != MESSAGE_DELIVERED)
            return parts[i].state;
        delivered += parts[i].state == MESSAGE_DELIVERED;
    }
    return delivered == wanted ? MESSAGE_DELIVERED : (enum message_state)0;
}

/* The first failure's words, else the last part's. */
static struct str receipt_of(const struct message_part *parts, size_t n, enum message_state whole)
{
    for (size_t i = 0; i < n; i++)
        if (parts[i].state == whole && (whole != MESSAGE_DELIVERED || i == n - 1))
            return parts[i].receipt;
    return (struct str){0};
}

/* Those that are SENT by now, and their final states if they have one. */
static enum err settle(struct store_tx *tx, const int64_t *message_ids,
                       const struct message_parts *messages, size_t n)
{
    struct message_sent *sent = ARENA_ARRAY(tx->view.arena, n, struct message_sent);
    struct message_finish *ends = ARENA_ARRAY(tx->view.arena, n, struct message_finish);
    int64_t *left = ARENA_ARRAY(tx->view.arena, n, int64_t);
    size_t sent_n = 0;
    size_t ends_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct message_parts *m = &messages[i];
        bool answered = m->state == MESSAGE_SENDING && m->n == m->wanted;
        if (answered) {
            left[sent_n] = message_ids[i];
            sent[sent_n++] = (struct message_sent){.id = message_ids[i], .sent_at_us = tx->now_us};
        }
        enum message_state whole = roll_up(m->rows, m->n, m->wanted);
        if (whole && (answered || m->state == MESSAGE_SENT))
            ends[ends_n++] = (struct message_finish){
                .id = message_ids[i], .to = whole, .receipt = receipt_of(m->rows, m->n, whole)};
    }
    enum err e = store_message_sent(tx, sent, sent_n);
    metric_add(METRIC_SENT, e ? 0 : (int64_t)sent_n);
    if (!e)
        e = store_queue_drop(tx, left, sent_n);
    return e ? e : store_message_finish_sent(tx, ends, ends_n);
}

struct changed_parts {
    struct changed_parts *next; /* the one noted before it */
    size_t nth;                 /* of its transaction, from 0 */
    int64_t message_id;
};

void parts_changed(struct store_tx *tx, int64_t message_id)
{
    if (tx->parts && tx->parts->message_id == message_id)
        return;
    struct changed_parts *c = ARENA_NEW(tx->view.arena, struct changed_parts);
    *c = (struct changed_parts){
        .next = tx->parts, .nth = tx->parts ? tx->parts->nth + 1 : 0, .message_id = message_id};
    tx->parts = c;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Each once, in ascending order. */
static size_t changed_ids(int64_t **out, struct store_tx *tx)
{
    size_t all = tx->parts->nth + 1, n = 0;
    int64_t *ids = ARENA_ARRAY(tx->view.arena, all, int64_t);
    for (const struct changed_parts *c = tx->parts; c; c = c->next)
        ids[c->nth] = c->message_id;
    qsort(ids, all, sizeof(*ids), by_id);
    for (size_t i = 0; i < all; i++)
        if (!n || ids[i] != ids[n - 1])
            ids[n++] = ids[i];
    *out = ids;
    return n;
}

enum err parts_settle(void *core, struct store_tx *tx)
{
    (void)core;
    int64_t *ids;
    if (!tx->parts)
        return OK;
    size_t n = changed_ids(&ids, tx);
    tx->parts = NULL;
    struct message_parts *messages = ARENA_ARRAY(tx->view.arena, n, struct message_parts);
    enum err e = OK;
    /* Whoever comes second sees the parts of whoever came first. */
    for (size_t i = 0; i < n && !e; i++)
        e = db_lock(tx->view.db, ids[i]);
    if (!e)
        e = store_part_lists(messages, &tx->view, ids, n);
    return e ? e : settle(tx, ids, messages, n);
}

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

static enum err finish_whole(struct store_tx *tx, const struct told *told, size_t n)
{
    struct message_finish *ends = ARENA_ARRAY(tx->view.arena, n, struct message_finish);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct told *t = &told[i];
        if (t->ref.part || !message_state_final(t->state))
            continue;
        ends[count++] = (struct message_finish){.id = t->ref.message_id,
                                                .carrier_ref = t->ref.carrier_ref,
                                                .to = t->state,
                                                .receipt = t->receipt};
    }
    return store_message_finish_sent(tx, ends, count);
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
        e = store_part_done(tx, &part);
        parts_changed(tx, t->ref.message_id);
    }
    return e;
}

/* What is on its way is shown, nothing ends. */
static enum err note_intermediate(struct store_tx *tx, const struct told *told, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        if (!told[i].ref.part && !message_state_final(told[i].state))
            e = store_message_receipt_note(tx, told[i].ref.message_id, told[i].receipt);
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
        e = finish_whole(tx, told, n);
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

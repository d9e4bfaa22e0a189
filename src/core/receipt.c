/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Delivery receipts: found by the carrier's id, rolled up over the parts, joined later when they
 * came before their message was known by that id.
 */
#include "base/metric.h"
#include "core/core_base.h"

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

enum err parts_settle(struct store_tx *tx, int64_t message_id)
{
    struct message m;
    struct message_part *parts;
    size_t n;
    enum err e = store_message_get(&m, &tx->view, message_id);
    if (!e)
        e = store_part_list(&parts, &n, &tx->view, message_id);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    if (m.state == MESSAGE_SENDING && n == m.parts) {
        struct message_sent sent = {.id = message_id, .sent_at_us = tx->now_us};
        e = store_message_sent(tx, &sent, 1, NULL);
        m.state = MESSAGE_SENT;
        metric_add(METRIC_SENT, 1);
    }
    enum message_state whole = roll_up(parts, n, m.parts);
    if (e || m.state != MESSAGE_SENT || !whole)
        return e;
    struct message_move move = {.id = message_id,
                                .from = MESSAGE_SENT,
                                .to = whole,
                                .at_us = tx->now_us,
                                .receipt = receipt_of(parts, n, whole)};
    return store_message_move(tx, &move, 1, NULL);
}

static enum err part_receipt(struct store_tx *tx, const struct reference *ref,
                             enum message_state state, struct str receipt)
{
    struct message_part part = {
        .number = ref->part, .state = state, .done_at_us = tx->now_us, .receipt = receipt};
    enum err e = store_part_done(tx, ref->message_id, &part);
    return e ? e : parts_settle(tx, ref->message_id);
}

enum err receipt_apply(struct core *c, struct store_tx *tx, const struct reference *ref,
                       enum message_state state, struct str receipt)
{
    enum err e;
    if (!message_state_final(state)) /* on its way: shown, nothing ends */
        return ref->part ? OK : store_message_receipt_note(tx, ref->message_id, receipt);
    if (ref->part)
        e = part_receipt(tx, ref, state, receipt);
    else
        e = store_message_finish_sent(tx, ref->message_id, ref->carrier_ref, state, receipt);
    return e ? e : store_reference_drop(c->references, tx, ref);
}

enum err receipt_join_early(struct core *c, struct store_tx *tx, const struct reference *ref)
{
    struct early_receipt *early;
    size_t n;
    enum err e = store_early_take(&early, &n, c->references, tx, ref->carrier_id, ref->carrier_ref);
    /* One from before the message was made is a late double for another that had this id. */
    for (size_t i = 0; i < n && !e; i++)
        if (early[i].id > ref->message_id)
            e = receipt_apply(c, tx, ref, early[i].state, early[i].receipt);
    return e;
}

static enum err receipt_one(struct core *c, struct store_tx *tx, struct receipt_job *job)
{
    struct reference ref;
    struct str receipt = str_of(job->receipt);
    enum err e = store_reference_find(&ref, c->references, &tx->view, job->carrier_id,
                                      str_of(job->carrier_ref));
    if (!e)
        return receipt_apply(c, tx, &ref, job->state, receipt);
    if (e != ERR_NOT_FOUND)
        return e;
    struct early_receipt early = {.carrier_id = job->carrier_id,
                                  .carrier_ref = str_of(job->carrier_ref),
                                  .state = job->state,
                                  .receipt = receipt};
    e = store_early_add(c->references, tx, &early);
    if (e == ERR_LIMIT) {
        job->job.err = ERR_LIMIT;
        return OK;
    }
    return e;
}

enum err receipt_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = receipt_one(ctx, tx, (struct receipt_job *)jobs[i]);
    metric_add(METRIC_RECEIPTS, e ? 0 : (int64_t)n);
    return e;
}

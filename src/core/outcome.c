/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a carrier's session made of messages, written down. What comes in bulk is done as one run of
 * one statement: parts and messages that were taken, and what a lost link gives back.
 */
#include "base/metric.h"
#include "core/core_base.h"
#include "core/quarantine.h"
#include "smpp/pdu.h"
#include "store/feed.h"
#include "store/ledger.h"
#include "store/queue.h"

#include <stdlib.h>

/* ---- ends without a receipt ---- */

enum err carrier_took_some(bool *took, struct store_tx *tx, const struct message *m)
{
    struct message_part *parts;
    size_t n = 0;
    enum err e = message_submits(m) > 1 ? store_part_list(&parts, &n, &tx->view, m->id) : OK;
    *took = false;
    for (size_t i = 0; i < n && !e; i++)
        *took |= parts[i].sent_at_us != 0;
    return e;
}

/* The row in the queue is what nodes meet at; a SENDING message is this node's. */
static enum err leave_waiting(struct store_tx *tx, const struct message *m)
{
    bool waits = m->state == MESSAGE_SCHEDULED || m->state == MESSAGE_QUEUED;
    return waits ? store_queue_seize(tx, m->id) : OK;
}

enum err end_unsent(struct store_tx *tx, const struct message *m, enum message_state to,
                    struct str receipt, bool *ended)
{
    struct message_move move = {
        .id = m->id, .from = m->state, .to = to, .at_us = tx->now_us, .receipt = receipt};
    int64_t changed = 0;
    bool took = false;
    enum err e = leave_waiting(tx, m);
    bool gone = e == ERR_NOT_FOUND;
    if (!e && m->sent_at_us) /* an earlier carrier took it */
        e = reroute_give_back(tx, m);
    else if (!e)
        e = store_message_move(tx, &move, &changed);
    if (ended)
        *ended = !e && changed;
    if (gone || e || !changed)
        return gone ? OK : e;
    if (m->state == MESSAGE_SENDING)
        e = store_queue_drop(tx, &m->id, 1);
    if (!e)
        e = carrier_took_some(&took, tx, m);
    if (e || took || !m->credits)
        return e;
    struct purse purse = {m->account_id, m->from_quota ? m->user_id : 0};
    store_feed_note(tx, &(struct feed_note){.account_id = m->account_id,
                                            .carrier_id = m->carrier_id,
                                            .refunded = m->credits});
    e = store_message_free_of_charge(tx, m->id);
    return e ? e : store_purse_refund(tx, purse, m->credits, 1, str_of(message_state_name(to)));
}

/* ---- taken ---- */

/* By message and part, so that rows are written in the order of their keys. */
static int by_part(const void *a, const void *b)
{
    const struct outcome_job *x = *(const struct outcome_job *const *)a;
    const struct outcome_job *y = *(const struct outcome_job *const *)b;
    if (x->message_id != y->message_id)
        return x->message_id < y->message_id ? -1 : 1;
    return (x->part > y->part) - (x->part < y->part);
}

static size_t taken_of(const struct outcome_job **out, struct job **jobs, size_t n, bool whole)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct outcome_job *j = (const struct outcome_job *)jobs[i];
        if (j->kind == OUTCOME_SENT && (j->parts == 1) == whole)
            out[count++] = j;
    }
    if (count)
        qsort(out, count, sizeof(*out), by_part);
    return count;
}

static enum err add_references(struct core *c, struct store_tx *tx,
                               const struct outcome_job *const *jobs, size_t n)
{
    struct reference *refs = ARENA_ARRAY(tx->view.arena, n, struct reference);
    for (size_t i = 0; i < n; i++)
        refs[i] = (struct reference){.carrier_id = jobs[i]->slot->carrier_id,
                                     .carrier_ref = str_of(jobs[i]->carrier_ref),
                                     .message_id = jobs[i]->message_id,
                                     .part = jobs[i]->parts > 1 ? jobs[i]->part : 0,
                                     .shared = jobs[i]->slot->shared,
                                     .turn = jobs[i]->slot->turn};
    enum err e = store_reference_add(c->references, tx, refs, n);
    if (!e)
        e = reroute_await(tx, jobs, n);
    return e ? e : receipt_join_early(c, tx, refs, n);
}

static enum err parts_sent(struct core *c, struct store_tx *tx, const struct outcome_job **jobs,
                           size_t n)
{
    struct message_part *parts = ARENA_ARRAY(tx->view.arena, n, struct message_part);
    for (size_t i = 0; i < n; i++) {
        parts[i] = (struct message_part){.message_id = jobs[i]->message_id,
                                         .number = jobs[i]->part,
                                         .state = MESSAGE_SENT,
                                         .sent_at_us = jobs[i]->at_us,
                                         .carrier_ref = str_of(jobs[i]->carrier_ref)};
        parts_changed(tx, jobs[i]->message_id);
    }
    enum err e = store_part_sent(tx, parts, n);
    return e ? e : add_references(c, tx, jobs, n);
}

/* Messages of one part. */
static enum err messages_sent(struct core *c, struct store_tx *tx, const struct outcome_job **jobs,
                              size_t n)
{
    struct message_sent *sent = ARENA_ARRAY(tx->view.arena, n, struct message_sent);
    int64_t *left = ARENA_ARRAY(tx->view.arena, n, int64_t);
    size_t left_n = 0;
    for (size_t i = 0; i < n; i++) {
        sent[i] = (struct message_sent){.id = jobs[i]->message_id,
                                        .account_id = jobs[i]->account_id,
                                        .carrier_id = jobs[i]->slot->carrier_id,
                                        .chat = jobs[i]->chat,
                                        .sent_at_us = jobs[i]->at_us,
                                        .carrier_ref = str_of(jobs[i]->carrier_ref)};
        if (jobs[i]->queued || !store_is_young(tx, jobs[i]->message_id))
            left[left_n++] = jobs[i]->message_id;
    }
    enum err e = store_message_sent(tx, sent, n);
    metric_add(METRIC_SENT, e ? 0 : (int64_t)n);
    if (!e)
        e = store_queue_drop(tx, left, left_n);
    return e ? e : add_references(c, tx, jobs, n);
}

/* ---- the others ---- */

static struct str status_text(struct arena *a, uint32_t status)
{
    return arena_printf(a, "%s (0x%08x)", smpp_status_name(status), status);
}

static enum err rejected(struct core *c, struct store_tx *tx, const struct outcome_job *j,
                         const struct message *m)
{
    struct message_part part = {.message_id = m->id, .number = j->part, .state = MESSAGE_REJECTED};
    struct str receipt = status_text(tx->view.arena, j->status);
    bool moved = false;
    enum err e = j->other && !j->doubt ? route_next(c, tx, m, receipt, &moved) : OK;
    if (e || moved)
        return e;
    e = j->parts > 1 ? store_part_sent(tx, &part, 1) : OK;
    if (e || !j->doubt)
        return e ? e : end_unsent(tx, m, MESSAGE_REJECTED, receipt, NULL);
    struct message_move move = {.id = m->id,
                                .from = m->state,
                                .to = MESSAGE_REJECTED,
                                .at_us = tx->now_us,
                                .receipt = receipt};
    e = store_message_move(tx, &move, NULL); /* what is in doubt counts as taken */
    return e ? e : store_queue_drop(tx, &m->id, 1);
}

/* Ends of what was not, or not all, taken; `j` tells of a message that is still SENDING. */
static enum err not_taken(struct core *c, struct store_tx *tx, const struct outcome_job *j)
{
    struct message m;
    enum err e = store_message_get(&m, &tx->view, j->message_id);
    if (e || m.state != MESSAGE_SENDING)
        return e == ERR_NOT_FOUND ? OK : e;
    return j->kind == OUTCOME_REJECTED ? rejected(c, tx, j, &m)
                                       : end_unsent(tx, &m, MESSAGE_EXPIRED, (struct str){0}, NULL);
}

enum err leave_in_doubt(struct store_tx *tx, int64_t message_id, enum doubt_policy policy)
{
    struct message_move move = {.id = message_id,
                                .from = MESSAGE_SENDING,
                                .to = policy == DOUBT_FAIL ? MESSAGE_UNKNOWN : MESSAGE_IN_DOUBT,
                                .at_us = tx->now_us};
    enum err e = store_message_move(tx, &move, NULL);
    return e ? e : store_queue_drop(tx, &message_id, 1); /* behind it: store/queue's law */
}

/* What shows in the message's passage. */
static enum err tell(struct store_tx *tx, const struct outcome_job *j)
{
    static const struct str ends[] = {
        [DOUBT_RESEND] = STR("the carrier never answered; sent again, perhaps twice"),
        [DOUBT_ASK] = STR("the carrier never answered; waits for a decision"),
        [DOUBT_FAIL] = STR("the carrier never answered; given up"),
    };
    if (j->kind == OUTCOME_RETRY)
        return store_event_add(tx, j->message_id, STR("retry"),
                               status_text(tx->view.arena, j->status));
    if (j->kind != OUTCOME_IN_DOUBT)
        return OK;
    metric_add(METRIC_IN_DOUBT, 1);
    return store_event_add(tx, j->message_id, STR("in_doubt"), ends[j->policy]);
}

/* The wall stood before it, and the stop's commit has come before this or never came. *back: it did
 * not, or was lifted since. */
static enum err refused(struct core *c, struct store_tx *tx, const struct outcome_job *j,
                        bool *back)
{
    struct message m;
    bool stays = false;
    enum err e = store_message_get(&m, &tx->view, j->message_id);
    *back = false;
    if (e || m.state != MESSAGE_SENDING)
        return e == ERR_NOT_FOUND ? OK : e;
    e = quarantine_ask(&stays, c, tx, &m, 1);
    *back = !e && !stays;
    return e || *back ? e : end_unsent(tx, &m, MESSAGE_REFUSED, (struct str){0}, NULL);
}

static bool comes_back(const struct outcome_job *j)
{
    return j->kind == OUTCOME_RETRY || j->kind == OUTCOME_RELEASED ||
           (j->kind == OUTCOME_IN_DOUBT && j->policy == DOUBT_RESEND);
}

/* *back: it waits again. */
static enum err end_or_return(bool *back, struct core *c, struct store_tx *tx,
                              const struct outcome_job *j)
{
    *back = comes_back(j);
    if (j->kind == OUTCOME_REFUSED)
        return refused(c, tx, j, back);
    if (*back)
        return OK;
    return j->kind == OUTCOME_IN_DOUBT ? leave_in_doubt(tx, j->message_id, j->policy)
                                       : not_taken(c, tx, j);
}

static enum err others(struct core *c, struct store_tx *tx, struct job **jobs, size_t n)
{
    struct queue_return *back = ARENA_ARRAY(tx->view.arena, n, struct queue_return);
    size_t back_n = 0;
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        const struct outcome_job *j = (const struct outcome_job *)jobs[i];
        bool returns;
        e = tell(tx, j);
        if (e || j->kind == OUTCOME_SENT)
            continue;
        e = end_or_return(&returns, c, tx, j);
        if (e || !returns)
            continue;
        bool released = j->kind == OUTCOME_RELEASED || j->kind == OUTCOME_REFUSED;
        j->slot->backlog = true;
        back[back_n++] =
            (struct queue_return){.message_id = j->message_id,
                                  .carrier_id = j->slot->carrier_id,
                                  .from = MESSAGE_SENDING,
                                  .due_at_us = released ? j->due_at_us : j->retry_at_us,
                                  .attempted = !released};
    }
    return e ? e : store_queue_return(tx, back, back_n);
}

enum err outcome_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    const struct outcome_job **taken = ARENA_ARRAY(tx->view.arena, n, const struct outcome_job *);
    size_t taken_n = taken_of(taken, jobs, n, true);
    enum err e = messages_sent(ctx, tx, taken, taken_n);
    taken_n = taken_of(taken, jobs, n, false);
    if (!e)
        e = parts_sent(ctx, tx, taken, taken_n);
    return e ? e : others(ctx, tx, jobs, n);
}

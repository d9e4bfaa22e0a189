/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a carrier's session made of messages, written down. SENT of one-part messages, the bulk of
 * all traffic, is done as one run of one statement; everything else one by one.
 */
#include "base/metric.h"
#include "core/core_base.h"
#include "smpp/pdu.h"
#include "store/ledger.h"

/* ---- ends without a receipt ---- */

/* In this attempt or an earlier one. */
static enum err carrier_took_some(bool *took, struct store_tx *tx, const struct message *m)
{
    struct message_part *parts;
    size_t n = 0;
    enum err e = m->parts > 1 ? store_part_list(&parts, &n, &tx->view, m->id) : OK;
    *took = false;
    for (size_t i = 0; i < n && !e; i++)
        *took |= parts[i].sent_at_us != 0;
    return e;
}

enum err end_unsent(struct store_tx *tx, const struct message *m, enum message_state to,
                    struct str receipt)
{
    struct message_move move = {
        .id = m->id, .from = m->state, .to = to, .at_us = tx->now_us, .receipt = receipt};
    int64_t changed = 0;
    bool took = false;
    enum err e = store_message_move(tx, &move, 1, &changed);
    if (!e && changed)
        e = carrier_took_some(&took, tx, m);
    if (e || !changed || took || !m->credits)
        return e;
    struct purse purse = {m->account_id, m->from_quota ? m->user_id : 0};
    e = store_message_free_of_charge(tx, m->id);
    return e ? e : store_purse_refund(tx, purse, m->credits, 1, str_of(message_state_name(to)));
}

/* ---- one part was taken ---- */

static enum err add_reference(struct core *c, struct store_tx *tx, const struct outcome_job *j)
{
    struct reference ref = {.carrier_id = j->slot->carrier_id,
                            .carrier_ref = str_of(j->carrier_ref),
                            .message_id = j->message_id,
                            .part = j->parts > 1 ? j->part : 0};
    enum err e = store_reference_add(c->references, tx, &ref);
    return e ? e : receipt_join_early(c, tx, &ref);
}

static enum err part_sent(struct core *c, struct store_tx *tx, const struct outcome_job *j)
{
    struct message_part part = {.number = j->part,
                                .state = MESSAGE_SENT,
                                .sent_at_us = j->at_us,
                                .carrier_ref = str_of(j->carrier_ref)};
    enum err e = store_part_sent(tx, j->message_id, &part);
    if (!e)
        e = add_reference(c, tx, j);
    return e ? e : parts_settle(tx, j->message_id);
}

/* All one-part messages of the batch that were taken. */
static enum err messages_sent(struct core *c, struct store_tx *tx, struct job **jobs, size_t n)
{
    struct message_sent *sent = ARENA_ARRAY(tx->view.arena, n, struct message_sent);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct outcome_job *j = (const struct outcome_job *)jobs[i];
        if (j->kind == OUTCOME_SENT && j->parts == 1)
            sent[count++] = (struct message_sent){
                .id = j->message_id, .sent_at_us = j->at_us, .carrier_ref = str_of(j->carrier_ref)};
    }
    enum err e = store_message_sent(tx, sent, count, NULL);
    metric_add(METRIC_SENT, e ? 0 : (int64_t)count);
    for (size_t i = 0; i < n && !e; i++) {
        const struct outcome_job *j = (const struct outcome_job *)jobs[i];
        if (j->kind == OUTCOME_SENT && j->parts == 1)
            e = add_reference(c, tx, j);
    }
    return e;
}

/* ---- the others ---- */

static struct str status_text(struct arena *a, uint32_t status)
{
    return arena_printf(a, "%s (0x%08x)", smpp_status_name(status), status);
}

static enum err rejected(struct store_tx *tx, const struct outcome_job *j, const struct message *m)
{
    struct message_part part = {.number = j->part, .state = MESSAGE_REJECTED};
    struct str receipt = status_text(tx->view.arena, j->status);
    enum err e = j->parts > 1 ? store_part_sent(tx, m->id, &part) : OK;
    if (e || !j->doubt)
        return e ? e : end_unsent(tx, m, MESSAGE_REJECTED, receipt);
    struct message_move move = {.id = m->id,
                                .from = m->state,
                                .to = MESSAGE_REJECTED,
                                .at_us = tx->now_us,
                                .receipt = receipt};
    return store_message_move(tx, &move, 1, NULL); /* what is in doubt counts as taken */
}

static enum err requeue(struct store_tx *tx, const struct outcome_job *j, int64_t due_at_us,
                        bool attempted)
{
    struct message_move move = {.id = j->message_id,
                                .from = MESSAGE_SENDING,
                                .to = MESSAGE_QUEUED,
                                .at_us = due_at_us,
                                .attempted = attempted};
    j->slot->backlog = true;
    return store_message_move(tx, &move, 1, NULL);
}

static enum err retry(struct store_tx *tx, const struct outcome_job *j)
{
    enum err e =
        store_event_add(tx, j->message_id, STR("retry"), status_text(tx->view.arena, j->status));
    return e ? e : requeue(tx, j, j->retry_at_us, true);
}

static enum err in_doubt(struct store_tx *tx, const struct outcome_job *j)
{
    metric_add(METRIC_IN_DOUBT, 1);
    enum err e =
        store_event_add(tx, j->message_id, STR("in_doubt"),
                        j->ask ? STR("the carrier never answered; waits for a decision")
                               : STR("the carrier never answered; sent again, perhaps twice"));
    if (e || !j->ask)
        return e ? e : requeue(tx, j, j->retry_at_us, true);
    struct message_move move = {
        .id = j->message_id, .from = MESSAGE_SENDING, .to = MESSAGE_IN_DOUBT};
    return store_message_move(tx, &move, 1, NULL);
}

static enum err one_outcome(struct core *c, struct store_tx *tx, const struct outcome_job *j)
{
    struct message m;
    enum err e;
    switch (j->kind) {
    case OUTCOME_SENT:
        return j->parts > 1 ? part_sent(c, tx, j) : OK;
    case OUTCOME_RETRY:
        return retry(tx, j);
    case OUTCOME_RELEASED:
        return requeue(tx, j, j->due_at_us, false);
    case OUTCOME_IN_DOUBT:
        return in_doubt(tx, j);
    case OUTCOME_REJECTED:
    case OUTCOME_EXPIRED:
        break;
    }
    e = store_message_get(&m, &tx->view, j->message_id);
    if (e || m.state != MESSAGE_SENDING)
        return e == ERR_NOT_FOUND ? OK : e;
    return j->kind == OUTCOME_REJECTED ? rejected(tx, j, &m)
                                       : end_unsent(tx, &m, MESSAGE_EXPIRED, (struct str){0});
}

enum err outcome_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = messages_sent(ctx, tx, jobs, n);
    for (size_t i = 0; i < n && !e; i++)
        e = one_outcome(ctx, tx, (const struct outcome_job *)jobs[i]);
    return e;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting messages for a carrier with room. */
#include "core/core_base.h"
#include "core/quarantine.h"
#include "store/queue.h"

/* Which parts the carrier has taken in an earlier attempt. */
static enum err answered_parts(uint8_t answered[32], bool *some, struct store_view *view,
                               const struct message *m)
{
    struct message_part *parts;
    size_t n;
    memset(answered, 0, 32);
    *some = false;
    if (message_submits(m) < 2)
        return OK;
    enum err e = store_part_list(&parts, &n, view, m->id);
    for (size_t i = 0; i < n && !e; i++)
        if (parts[i].sent_at_us) {
            answered[(parts[i].number - 1) / 8] |= (uint8_t)(1u << (parts[i].number - 1) % 8);
            *some = true;
        }
    return e;
}

/* By the settings of now, which may be others than when it was accepted, or another carrier's. */
static enum err follow_settings(bool *sendable, struct core *c, struct store_tx *tx,
                                struct message *m, const struct directory_carrier *carrier)
{
    bool changed;
    bool moved;
    enum err cannot = plan_again(m, tx->view.arena, &carrier->rules, &changed);
    *sendable = !cannot;
    if (!cannot)
        return changed ? store_message_replan(tx, m) : OK;
    enum err e = route_next(c, tx, m, str_of(err_name(cannot)), &moved);
    return e || moved ? e : end_unsent(tx, m, MESSAGE_REJECTED, str_of(err_text(cannot)), NULL);
}

static enum err take_message(struct core *c, struct store_tx *tx, struct outbox_slot *slot,
                             struct message *m, const struct directory_carrier *carrier)
{
    uint8_t answered[32];
    bool some, sendable = true;
    if (m->expires_at_us <= tx->now_us)
        return end_unsent(tx, m, MESSAGE_EXPIRED, (struct str){0}, NULL);
    enum err e = answered_parts(answered, &some, &tx->view, m);
    if (!e && !some && carrier)
        e = follow_settings(&sendable, c, tx, m, carrier);
    if (!e && sendable)
        outbox_hand_over(c->outbox, tx, slot, m, answered);
    return e;
}

static enum err take_one(struct core *c, struct store_tx *tx, struct take_job *job)
{
    struct message *list;
    size_t n = 0;
    const struct directory *d = core_directory(c);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, job->slot->carrier_id);
    enum err e = store_queue_take(&list, &n, tx, job->slot->carrier_id, job->limit);
    job->found = n;
    bool *refused = ARENA_ARRAY(tx->view.arena, n, bool);
    if (!e)
        e = quarantine_ask(refused, c, tx, list, n);
    for (size_t i = 0; i < n && !e; i++)
        e = refused[i] ? end_unsent(tx, &list[i], MESSAGE_REFUSED, (struct str){0}, NULL)
                       : take_message(c, tx, job->slot, &list[i], carrier);
    job->slot->backlog = n == job->limit;
    directory_release(d);
    return e;
}

enum err take_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = take_one(ctx, tx, (struct take_job *)jobs[i]);
    return e;
}

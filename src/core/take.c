/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting messages for a carrier with room. */
#include "core/core_base.h"
#include "core/opening.h"
#include "core/quarantine.h"
#include "store/queue.h"
#include "text/phone.h"

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

struct taking {
    struct core *core;
    struct store_tx *tx;
    struct outbox_slot *slot;
    const struct directory_carrier *carrier; /* NULL: it is gone */
    struct queue_postpone *closed;
    size_t closed_n;
};

/* Marketing that comes late, when its country is closed, waits until it opens; its validity counts
 * from then. One that a carrier had before stays QUEUED, as every message that moved. */
static enum err wait_for_opening(bool *closed, struct taking *t, struct message *m)
{
    char country[3];
    *closed = false;
    if (!m->marketing)
        return OK;
    phone_region(country, m->recipient);
    bool regional = t->carrier && t->carrier->rules.regional_holidays;
    const struct opening *opening = opening_find(country);
    int64_t opens_us = opening_next(opening, regional, t->tx->now_us);
    m->closes_at_us = opening_closes(opening, regional, t->tx->now_us);
    *closed = opens_us > t->tx->now_us;
    if (!*closed)
        return OK;
    t->closed[t->closed_n++] = (struct queue_postpone){
        .message_id = m->id,
        .carrier_id = m->carrier_id,
        .to = m->sent_at_us ? MESSAGE_QUEUED : MESSAGE_SCHEDULED,
        .due_at_us = opens_us,
        .expires_at_us = opens_us + (m->expires_at_us - m->due_at_us),
    };
    return store_event_add(
        t->tx, m->id, STR("postponed"),
        arena_printf(t->tx->view.arena, "marketing waits until %s opens", country));
}

static enum err take_message(struct taking *t, struct message *m)
{
    uint8_t answered[32];
    bool some, closed = false, sendable = true;
    if (m->expires_at_us <= t->tx->now_us)
        return end_unsent(t->tx, m, MESSAGE_EXPIRED, (struct str){0}, NULL);
    enum err e = answered_parts(answered, &some, &t->tx->view, m);
    if (!e && !some) /* the phone has no half of it */
        e = wait_for_opening(&closed, t, m);
    if (!e && !some && !closed && t->carrier)
        e = follow_settings(&sendable, t->core, t->tx, m, t->carrier);
    if (!e && sendable && !closed)
        outbox_hand_over(t->core->outbox, t->tx, t->slot, m, answered);
    return e;
}

static enum err take_one(struct core *c, struct store_tx *tx, struct take_job *job)
{
    struct message *list;
    size_t n = 0;
    const struct directory *d = core_directory(c);
    struct taking t = {.core = c,
                       .tx = tx,
                       .slot = job->slot,
                       .carrier = directory_carrier_by_id(d, job->slot->carrier_id)};
    enum err e = store_queue_take(&list, &n, tx, job->slot->carrier_id, job->limit);
    job->found = n;
    t.closed = ARENA_ARRAY(tx->view.arena, n, struct queue_postpone);
    bool *refused = ARENA_ARRAY(tx->view.arena, n, bool);
    if (!e)
        e = quarantine_ask(refused, c, tx, list, n);
    for (size_t i = 0; i < n && !e; i++)
        e = refused[i] ? end_unsent(tx, &list[i], MESSAGE_REFUSED, (struct str){0}, NULL)
                       : take_message(&t, &list[i]);
    if (!e)
        e = store_queue_postpone(tx, t.closed, t.closed_n);
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

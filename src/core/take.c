/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting messages for a carrier with room; and, at start, what a dead process left in flight.
 */
#include "base/log.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "store/node.h"
#include "store/queue.h"

enum { CLAIMS_AT_ONCE = 1000 };

/* Which parts the carrier has taken in an earlier attempt. */
static enum err answered_parts(uint8_t answered[32], struct store_view *view,
                               const struct message *m)
{
    struct message_part *parts;
    size_t n;
    memset(answered, 0, 32);
    if (m->parts < 2)
        return OK;
    enum err e = store_part_list(&parts, &n, view, m->id);
    for (size_t i = 0; i < n && !e; i++)
        if (parts[i].sent_at_us)
            answered[(parts[i].number - 1) / 8] |= (uint8_t)(1u << (parts[i].number - 1) % 8);
    return e;
}

static enum err take_one(struct core *c, struct store_tx *tx, struct take_job *job)
{
    struct message *list;
    size_t n;
    enum err e = store_queue_take(&list, &n, tx, job->slot->carrier_id, job->limit);
    job->found = n;
    for (size_t i = 0; i < n && !e; i++) {
        uint8_t answered[32];
        if (list[i].expires_at_us <= tx->now_us) {
            e = end_unsent(tx, &list[i], MESSAGE_EXPIRED, (struct str){0}, NULL);
            continue;
        }
        e = answered_parts(answered, &tx->view, &list[i]);
        if (!e)
            outbox_hand_over(c->outbox, tx, job->slot, &list[i], answered);
    }
    job->slot->backlog = n == job->limit;
    return e;
}

enum err take_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = take_one(ctx, tx, (struct take_job *)jobs[i]);
    return e;
}

/* ---- after a crash ---- */

struct recovery {
    struct change change;
    size_t found;
};

/* Waits for a person's decision. */
static enum err leave_in_doubt(struct store_tx *tx, const struct message *m)
{
    struct message_move move = {.id = m->id, .from = MESSAGE_SENDING, .to = MESSAGE_IN_DOUBT};
    enum err e = store_event_add(tx, m->id, STR("in_doubt"),
                                 STR("the server stopped while sending; waits for a decision"));
    if (!e)
        e = store_message_move(tx, &move, NULL);
    return e ? e : store_queue_drop(tx, &m->id, 1);
}

static enum err recover_messages(struct core *c, struct store_tx *tx, const struct message *list,
                                 size_t n)
{
    struct queue_return *back = ARENA_ARRAY(tx->view.arena, n, struct queue_return);
    size_t back_n = 0;
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        const struct message *m = &list[i];
        const struct directory_carrier *carrier =
            directory_carrier_by_id(c->directory, m->carrier_id);
        if (carrier && str_eq(carrier->settings.on_doubt, STR("ask"))) {
            e = leave_in_doubt(tx, m);
            continue;
        }
        e = store_event_add(tx, m->id, STR("in_doubt"),
                            STR("the server stopped while sending; sent again, perhaps twice"));
        back[back_n++] = (struct queue_return){.message_id = m->id,
                                               .carrier_id = m->carrier_id,
                                               .from = MESSAGE_SENDING,
                                               .due_at_us = m->due_at_us,
                                               .attempted = true};
    }
    metric_add(METRIC_IN_DOUBT, e ? 0 : (int64_t)n);
    return e ? e : store_queue_return(tx, back, back_n);
}

/* What the first dead life that has some left had in flight, at most a slice. */
static enum err recover_slice(struct core *c, struct store_tx *tx, struct change *change)
{
    struct recovery *r = (struct recovery *)change;
    struct node *lives;
    size_t lives_n;
    r->found = 0;
    enum err e = store_node_list(&lives, &lives_n, &tx->view);
    for (size_t i = 0; !e && !r->found && i < lives_n; i++) {
        struct message *list;
        if (!lives[i].fenced)
            continue;
        e = store_queue_claimed(&list, &r->found, tx, lives[i].epoch, CLAIMS_AT_ONCE);
        if (!e)
            e = recover_messages(c, tx, list, r->found);
    }
    return e;
}

static void ignore(struct letter *letter)
{
    (void)letter;
}

enum err recover(struct core *c)
{
    struct mailbox *home = mailbox_new();
    struct recovery r = {0};
    size_t total = 0;
    do {
        core_change(c, &r.change, home, ignore);
        r.change.apply = recover_slice;
        writer_run_once(c->writer);
        mailbox_deliver(home, 1);
        total += r.found;
    } while (!r.change.job.err && r.found);
    if (total)
        log_warn("messages_in_doubt", "count=%zu cause=restart", total);
    mailbox_free(home);
    return r.change.job.err;
}

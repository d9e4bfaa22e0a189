/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting messages for a carrier with room. */
#include "core/core_base.h"
#include "store/queue.h"

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

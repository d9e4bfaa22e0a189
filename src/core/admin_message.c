/* SPDX-License-Identifier: Apache-2.0 */
#include "core/admin_message.h"

#include "core/core_base.h"
#include "store/queue.h"

/* Constant sentences: a refusal outlives the transaction. */
static struct str not_waiting(enum message_state state)
{
    switch (state) {
#define STATE(name, number, text, end, meaning) \
    case MESSAGE_##name:                        \
        return STR("the message is " text       \
                   ": only one that is scheduled or queued can be cancelled");
#include "store/message_state.def"
#undef STATE
    }
    return (struct str){0};
}

static struct str not_in_doubt(enum message_state state)
{
    switch (state) {
#define STATE(name, number, text, end, meaning) \
    case MESSAGE_##name:                        \
        return STR("the message is " text ": only one that is in_doubt can be resolved");
#include "store/message_state.def"
#undef STATE
    }
    return (struct str){0};
}

static enum err find(struct message *out, struct store_tx *tx, int64_t id, struct refusal *why)
{
    enum err e = store_message_get(out, &tx->view, id);
    if (e == ERR_NOT_FOUND)
        return refuse(why, e, "id", STR("there is no message of this id"));
    return e;
}

/* Some parts of a message that waits again may be with the carrier already; what a lost link gave
 * back counts as no attempt. */
static enum err has_left(bool *left, struct store_tx *tx, const struct message *m)
{
    *left = m->sent_at_us != 0; /* through an earlier carrier */
    if (message_submits(m) < 2)
        return OK;
    struct message_part *parts;
    size_t n;
    enum err e = store_part_list(&parts, &n, &tx->view, m->id);
    if (!e)
        *left |= n > 0;
    return e;
}

enum err admin_message_cancel(struct store_tx *tx, int64_t id, struct refusal *why)
{
    struct message m;
    bool left = false;
    enum err e = find(&m, tx, id, why);
    if (e)
        return e;
    if (m.state != MESSAGE_SCHEDULED && m.state != MESSAGE_QUEUED)
        return refuse(why, ERR_CONFLICT, "state", not_waiting(m.state));
    e = has_left(&left, tx, &m);
    if (!e && left)
        return refuse(why, ERR_CONFLICT, "state",
                      STR("some parts of the message have left already: it goes on"));
    if (e)
        return e;
    bool ended;
    e = end_unsent(tx, &m, MESSAGE_CANCELLED, (struct str){0}, &ended);
    return e || ended ? e : refuse(why, ERR_CONFLICT, "state", not_waiting(MESSAGE_SENDING));
}

static enum err send_again(struct store_tx *tx, const struct message *m)
{
    struct queue_return back = {.message_id = m->id,
                                .carrier_id = m->carrier_id,
                                .from = MESSAGE_IN_DOUBT,
                                .due_at_us = tx->now_us};
    return store_queue_return(tx, &back, 1);
}

static enum err give_up(struct store_tx *tx, const struct message *m)
{
    struct message_move move = {
        .id = m->id, .from = MESSAGE_IN_DOUBT, .to = MESSAGE_UNKNOWN, .at_us = tx->now_us};
    return store_message_move(tx, &move, NULL);
}

enum err admin_message_resolve(struct core *c, struct store_tx *tx, int64_t id, bool resend,
                               struct refusal *why)
{
    struct message m;
    enum err e = find(&m, tx, id, why);
    if (e)
        return e;
    if (m.state != MESSAGE_IN_DOUBT)
        return refuse(why, ERR_CONFLICT, "state", not_in_doubt(m.state));
    e = resend ? send_again(tx, &m) : give_up(tx, &m);
    if (resend)
        outbox_slot(core_outbox(c), m.carrier_id)->backlog = true;
    return e ? e
             : store_event_add(tx, id, STR("resolved"),
                               resend ? STR("an operator had it sent again")
                                      : STR("an operator gave it up"));
}

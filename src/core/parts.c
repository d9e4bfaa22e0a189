/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages of several parts: one state out of those of their parts.
 *
 * A failure of any part is the message's, and is known at once. Delivery needs all parts, or the
 * one whose receipt the carrier was asked for (receipt_parts). As carriers may tell of some parts
 * only, the first receipt sets a time (parts_wait_s) after which those that came say it all; a row
 * among the stragglers makes the clock look then.
 */
#include "base/clock.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "core/quarantine.h"
#include "store/queue.h"
#include "store/sweep.h"

#include <stdlib.h>

/* ---- the state of the whole ---- */

/* How one carrier's receipts count. */
struct rule {
    int64_t wait_us;
    bool first; /* the receipt of this part is that of the message */
    bool last;
};

/* A carrier that is gone decides nothing any more: the defaults. */
static struct rule rule_of(const struct directory *d, int64_t carrier_id)
{
    static const int64_t default_wait_us = HOUR_US;
    const struct directory_carrier *carrier = directory_carrier_by_id(d, carrier_id);
    if (!carrier)
        return (struct rule){.wait_us = default_wait_us};
    const struct carrier_settings *s = &carrier->settings;
    return (struct rule){.wait_us = s->parts_wait_s * SEC_US,
                         .first = str_eq(s->receipt_parts, STR("first")),
                         .last = str_eq(s->receipt_parts, STR("last"))};
}

struct whole {
    enum message_state state; /* 0 while it is open */
    int64_t first_done_us;    /* when the first part had its final receipt; 0: none has */
    int64_t closes_at_us;     /* while it is open: when those that came say it all; 0: none came */
};

static bool is_failure(enum message_state state)
{
    return message_state_final(state) && state != MESSAGE_DELIVERED && state != MESSAGE_UNKNOWN;
}

static bool decides(const struct rule *rule, const struct message_parts *m,
                    const struct message_part *part)
{
    return (rule->first && part->number == 1) || (rule->last && part->number == m->wanted);
}

static struct whole roll_up(const struct message_parts *m, const struct rule *rule, int64_t now_us)
{
    struct whole whole = {0};
    uint32_t done = 0;
    bool unknown = false;
    bool decided = false;
    for (size_t i = 0; i < m->n; i++) {
        const struct message_part *part = &m->rows[i];
        if (!message_state_final(part->state))
            continue;
        done++;
        unknown |= part->state == MESSAGE_UNKNOWN;
        decided |= decides(rule, m, part);
        if (!whole.first_done_us || part->done_at_us < whole.first_done_us)
            whole.first_done_us = part->done_at_us;
        if (is_failure(part->state) && !whole.state)
            whole.state = part->state;
    }
    whole.closes_at_us = done ? whole.first_done_us + rule->wait_us : 0;
    if (whole.state || !done)
        return whole;
    if (decided || done == m->wanted || whole.closes_at_us <= now_us)
        whole.state = unknown ? MESSAGE_UNKNOWN : MESSAGE_DELIVERED;
    return whole;
}

/* The first failure's words, or the last part's of those that say so. */
static struct str receipt_of(const struct message_parts *m, enum message_state whole)
{
    struct str receipt = {0};
    for (size_t i = 0; i < m->n; i++) {
        if (m->rows[i].state != whole)
            continue;
        receipt = m->rows[i].receipt;
        if (whole != MESSAGE_DELIVERED)
            break;
    }
    return receipt;
}

/* ---- after each transaction that changed some ---- */

struct settled {
    struct message_sent *sent;
    int64_t *left; /* the queue, since they are sent */
    size_t sent_n;
    struct message_finish *ends;
    int64_t *ended; /* those that it changed */
    size_t ends_n;
    struct straggler *waiting; /* for the receipts of other parts */
    size_t waiting_n;
    int64_t *waited; /* ended, after a receipt of an earlier transaction */
    size_t waited_n;
};

static void settle_one(struct settled *s, const struct message_parts *m, int64_t id,
                       const struct rule *rule, int64_t now_us)
{
    bool answered = m->state == MESSAGE_SENDING && m->n == m->wanted;
    if (!answered && m->state != MESSAGE_SENT)
        return;
    if (answered) {
        s->left[s->sent_n] = id;
        s->sent[s->sent_n++] = (struct message_sent){.id = id,
                                                     .account_id = m->account_id,
                                                     .carrier_id = m->carrier_id,
                                                     .chat = m->chat,
                                                     .sent_at_us = now_us};
    }
    struct whole whole = roll_up(m, rule, now_us);
    if (whole.state) {
        s->ends[s->ends_n++] = (struct message_finish){.id = id,
                                                       .account_id = m->account_id,
                                                       .chat = m->chat,
                                                       .carrier_id = m->carrier_id,
                                                       .to = whole.state,
                                                       .receipt = receipt_of(m, whole.state)};
        if (whole.first_done_us && whole.first_done_us < now_us)
            s->waited[s->waited_n++] = id;
    } else if (whole.closes_at_us) {
        s->waiting[s->waiting_n++] =
            (struct straggler){.message_id = id, .check_at_us = whole.closes_at_us};
    }
}

/* Those that are SENT by now, and their final states if they have one. Stragglers first, as the
 * clock holds its rows. */
static enum err settle(struct core *c, struct store_tx *tx, const int64_t *message_ids,
                       const struct message_parts *messages, size_t n)
{
    struct arena *a = tx->view.arena;
    struct settled s = {
        .sent = ARENA_ARRAY(a, n, struct message_sent),
        .left = ARENA_ARRAY(a, n, int64_t),
        .ends = ARENA_ARRAY(a, n, struct message_finish),
        .ended = ARENA_ARRAY(a, n, int64_t),
        .waiting = ARENA_ARRAY(a, n, struct straggler),
        .waited = ARENA_ARRAY(a, n, int64_t),
    };
    const struct directory *d = core_directory(c);
    for (size_t i = 0; i < n; i++) {
        struct rule rule = rule_of(d, messages[i].carrier_id);
        settle_one(&s, &messages[i], message_ids[i], &rule, tx->now_us);
    }
    directory_release(d);
    enum err e = store_stragglers_sooner(tx, s.waiting, s.waiting_n);
    if (!e)
        e = store_stragglers_drop(tx, s.waited, s.waited_n);
    if (!e)
        e = store_message_sent(tx, s.sent, s.sent_n);
    metric_add(METRIC_SENT, e ? 0 : (int64_t)s.sent_n);
    if (!e)
        e = store_queue_drop(tx, s.left, s.sent_n);
    if (!e)
        e = store_message_finish_sent(tx, s.ends, s.ends_n, s.ended);
    return e ? e : quarantine_note(c, tx, s.ends, s.ended, s.ends_n);
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
    return e ? e : settle(core, tx, ids, messages, n);
}

enum err parts_close(bool *told, struct core *c, struct store_tx *tx, const struct message *m,
                     struct message_move *move, int64_t *look_at_us)
{
    struct message_parts parts;
    enum err e = store_part_lists(&parts, &tx->view, &m->id, 1);
    if (e)
        return e;
    const struct directory *d = core_directory(c);
    struct rule rule = rule_of(d, m->carrier_id);
    directory_release(d);
    struct whole whole = roll_up(&parts, &rule, tx->now_us);
    *told = whole.closes_at_us != 0;
    if (whole.state) {
        move->to = whole.state;
        move->receipt = receipt_of(&parts, whole.state);
        *look_at_us = tx->now_us;
    } else if (whole.closes_at_us && whole.closes_at_us < *look_at_us) {
        *look_at_us = whole.closes_at_us;
    }
    return OK;
}

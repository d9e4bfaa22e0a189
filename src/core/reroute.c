/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages that go on with another carrier, and back. A message never goes twice to a carrier that
 * refused it or had taken it; the price stays what it was.
 */
#include "store/reroute.h"

#include "base/clock.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "core/route.h"
#include "store/queue.h"
#include "store/sweep.h"

enum { LATE_AGAIN_S = 1, GIVEN_BACK_S = 60 };

/* ---- where to ---- */

struct moving {
    struct core *core;
    struct store_tx *tx;
    const struct directory *d;
    const struct message *m;
    struct tried *tried;
    size_t tried_n;
};

/* `present`: none that is away. NULL: there is no other. */
static const struct directory_carrier *next_carrier(const struct moving *v, bool present)
{
    const struct message *m = v->m;
    if (m->conversation_id) /* the number that the phone answers to is this carrier's */
        return NULL;
    const struct account *account = directory_account_by_id(v->d, m->account_id);
    int64_t *without = ARENA_ARRAY(v->tx->view.arena, v->tried_n + 1, int64_t);
    without[0] = m->carrier_id;
    for (size_t i = 0; i < v->tried_n; i++)
        without[i + 1] = v->tried[i].carrier_id;
    struct route_ask ask = {.recipient = m->recipient,
                            .account_id = m->account_id,
                            .grade = account ? account->grade : GRADE_PREMIUM,
                            .sender = m->sender,
                            .sender_kind = sender_kind_of(m->sender),
                            .at_us = v->tx->now_us,
                            .without = without,
                            .without_n = v->tried_n + 1,
                            .present = present};
    return route_choose(v->d, &ask);
}

static struct str carrier_name(const struct moving *v, int64_t carrier_id)
{
    const struct directory_carrier *c = directory_carrier_by_id(v->d, carrier_id);
    return c ? c->row.name : STR("a carrier that is gone");
}

/* ---- the move ---- */

/* Every move goes through here. The new carrier's alphabets and parts are planned when it takes the
 * message; the clause stays the one that was composed. */
static enum err route_move(bool *moved, const struct moving *v, const struct directory_carrier *to)
{
    const struct message *m = v->m;
    struct message_reroute r = {
        .id = m->id,
        .from = m->state,
        .carrier_from = m->carrier_id,
        .carrier_to = to->row.id,
        .due_at_us = m->due_at_us < v->tx->now_us ? m->due_at_us : v->tx->now_us,
    };
    enum err e = store_message_reroute(moved, v->tx, &r);
    if (e || !*moved)
        return e;
    struct message there = *m;
    there.carrier_id = to->row.id;
    there.state = MESSAGE_QUEUED;
    atomic_store(&to->slot->backlog, true);
    nodes_hint_queued(v->core, v->tx, to->slot);
    latest_note(v->core, &there);
    metric_add(METRIC_REROUTED, 1);
    return OK;
}

/* `told`: why, and what follows. */
static enum err move_and_tell(bool *moved, const struct moving *v,
                              const struct directory_carrier *to, const struct tried *tried,
                              struct str told)
{
    enum err e = route_move(moved, v, to);
    if (!e && *moved && tried)
        e = store_tried_add(v->tx, tried);
    return e || !*moved ? e : store_event_add(v->tx, v->m->id, STR("rerouted"), told);
}

/* ---- refused ---- */

enum err route_next(struct core *c, struct store_tx *tx, const struct message *m, struct str why,
                    bool *moved)
{
    bool took;
    *moved = false;
    enum err e = carrier_took_some(&took, tx, m);
    if (e || took || m->state != MESSAGE_SENDING)
        return e;
    struct moving v = {.core = c, .tx = tx, .m = m, .d = core_directory(c)};
    e = store_tried_list(&v.tried, &v.tried_n, &tx->view, m->id);
    const struct directory_carrier *to = e ? NULL : next_carrier(&v, false);
    if (to) {
        struct tried tried = {.message_id = m->id, .carrier_id = m->carrier_id};
        why = str_sub(why, 0, str_find(why, ' ')); /* the status by its name */
        struct str told = arena_printf(tx->view.arena, "%.*s refused it%s%.*s%s: sent through %.*s",
                                       STR_FMT(carrier_name(&v, m->carrier_id)), why.n ? " (" : "",
                                       STR_FMT(why), why.n ? ")" : "", STR_FMT(to->row.name));
        e = move_and_tell(moved, &v, to, &tried, told);
    }
    directory_release(v.d);
    return e;
}

/* ---- away ---- */

enum err reroute_waiting(struct core *c, struct store_tx *tx, const struct message *m,
                         bool throttled)
{
    struct moving v = {.core = c, .tx = tx, .m = m, .d = core_directory(c)};
    bool took = false;
    bool moved;
    enum err e = OK;
    /* Most of a backlog that stays has no other route at all: the store is not asked about it. */
    const struct directory_carrier *to = next_carrier(&v, true);
    if (to)
        e = carrier_took_some(&took, tx, m);
    if (to && !e && !took)
        e = store_tried_list(&v.tried, &v.tried_n, &tx->view, m->id);
    if (v.tried_n)
        to = next_carrier(&v, true);
    if (to && !e && !took)
        e = move_and_tell(&moved, &v, to, NULL,
                          arena_printf(tx->view.arena, "%.*s %s: sent through %.*s",
                                       STR_FMT(carrier_name(&v, m->carrier_id)),
                                       throttled ? "asks for pauses" : "cannot be reached",
                                       STR_FMT(to->row.name)));
    directory_release(v.d);
    return e;
}

/* ---- no receipt ---- */

/* What the first carrier still says of a message of one part finds it; what it says of the parts of
 * a long one would be taken for the next carrier's. */
static enum err keep_reference(const struct moving *v)
{
    const struct message *m = v->m;
    struct outbox_slot *slot = outbox_slot(v->core->outbox, m->carrier_id);
    struct message_part *parts = NULL;
    size_t n = 0;
    enum err e = message_submits(m) > 1 ? store_part_list(&parts, &n, &v->tx->view, m->id) : OK;
    struct reference *refs = ARENA_ARRAY(v->tx->view.arena, n + 1, struct reference);
    for (size_t i = 0; i < n; i++)
        refs[i] = (struct reference){.carrier_ref = parts[i].carrier_ref, .part = parts[i].number};
    if (message_submits(m) == 1)
        refs[n++].carrier_ref = m->carrier_ref;
    for (size_t i = 0; i < n; i++) {
        refs[i].carrier_id = m->carrier_id;
        refs[i].message_id = m->id;
        refs[i].shared = slot->shared;
        refs[i].turn = slot->turn;
    }
    if (e || !n || !refs[0].carrier_ref.n)
        return e;
    return message_submits(m) == 1 ? store_reference_index(v->tx, refs, n)
                                   : store_reference_drop(v->core->references, v->tx, refs, n);
}

static enum err send_again(bool *moved, const struct moving *v, const struct directory_carrier *to,
                           int64_t wait_s)
{
    const struct message *m = v->m;
    struct tried tried = {.message_id = m->id,
                          .carrier_id = m->carrier_id,
                          .taken = true,
                          .carrier_ref =
                              message_submits(m) == 1 ? m->carrier_ref : (struct str){0}};
    struct str told = arena_printf(
        v->tx->view.arena,
        "no receipt from %.*s within %lld s: sent again through %.*s, the phone may get it twice",
        STR_FMT(carrier_name(v, m->carrier_id)), (long long)wait_s, STR_FMT(to->row.name));
    enum err e = keep_reference(v);
    return e ? e : move_and_tell(moved, v, to, &tried, told);
}

enum err reroute_unconfirmed(bool *moved, int64_t *again_us, struct core *c, struct store_tx *tx,
                             const struct message *m)
{
    struct moving v = {.core = c, .tx = tx, .m = m, .d = core_directory(c)};
    const struct directory_carrier *from = directory_carrier_by_id(v.d, m->carrier_id);
    int64_t wait_s = from ? from->settings.failover_receipt_s : 0;
    int64_t at_us = m->sent_at_us + wait_s * SEC_US;
    const struct directory_carrier *to = NULL;
    bool asks = wait_s && m->expires_at_us > tx->now_us;
    *moved = false;
    *again_us = INT64_MAX;
    enum err e = asks ? store_tried_list(&v.tried, &v.tried_n, &tx->view, m->id) : OK;
    if (!e && asks)
        to = next_carrier(&v, false);
    if (to && (outbox_is_away(to->slot) || tx->now_us < at_us))
        *again_us = at_us > tx->now_us ? at_us : tx->now_us + GIVEN_BACK_S * SEC_US;
    else if (to)
        e = send_again(moved, &v, to, wait_s);
    directory_release(v.d);
    return e;
}

/* Those of one message stand together. */
enum err reroute_await(struct store_tx *tx, const struct outcome_job *const *jobs, size_t n)
{
    struct straggler *rows = NULL;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t wait_us =
            atomic_load_explicit(&jobs[i]->slot->receipt_wait_us, memory_order_relaxed);
        if (!wait_us || (count && rows[count - 1].message_id == jobs[i]->message_id))
            continue;
        if (!rows)
            rows = ARENA_ARRAY(tx->view.arena, n, struct straggler);
        rows[count++] = (struct straggler){.message_id = jobs[i]->message_id,
                                           .check_at_us = tx->now_us + wait_us};
    }
    return store_stragglers_sooner(tx, rows, count);
}

/* ---- back to the carrier that had taken it ---- */

enum err reroute_give_back(struct store_tx *tx, const struct message *m)
{
    struct tried *tried;
    size_t n;
    size_t i = 0;
    int64_t changed = 0;
    enum err e = store_tried_list(&tried, &n, &tx->view, m->id);
    while (!e && i < n && !tried[i].taken)
        i++;
    if (e || i == n)
        return e;
    e = store_message_give_back(tx, &tried[i], m->state, &changed);
    if (!e && changed && m->state == MESSAGE_SENDING)
        e = store_queue_drop(tx, &m->id, 1);
    if (!e && changed)
        e = store_straggler_put(tx, m->id, tx->now_us + GIVEN_BACK_S * SEC_US);
    return e || !changed ? e
                         : store_event_add(tx, m->id, STR("given_back"),
                                           STR("no other carrier took it: waits for the receipt of "
                                               "the one that did"));
}

/* ---- a receipt of a carrier that a message has left ---- */

/* A message that is SENDING is moved by its node alone: looked at soon, and noted. The straggler
 * first, as the clock does. */
static enum err deliver_later(struct store_tx *tx, int64_t id, struct str receipt)
{
    enum err e = store_straggler_put(tx, id, tx->now_us + LATE_AGAIN_S * SEC_US);
    return e ? e : store_message_receipt_note(tx, id, receipt);
}

static enum err deliver_late(bool *ended, struct store_tx *tx, const struct message *m,
                             const struct tried *tried, struct str receipt)
{
    int64_t changed = 0;
    struct message_move move = {.id = m->id,
                                .from = m->state == MESSAGE_QUEUED ? MESSAGE_SENT : m->state,
                                .to = MESSAGE_DELIVERED,
                                .at_us = tx->now_us,
                                .receipt = receipt};
    enum err e = m->state == MESSAGE_QUEUED ? store_queue_seize(tx, m->id) : OK;
    *ended = false;
    if (m->state == MESSAGE_SENDING || e == ERR_NOT_FOUND)
        return deliver_later(tx, m->id, receipt);
    if (!e && m->state == MESSAGE_QUEUED)
        e = store_message_give_back(tx, tried, m->state, NULL);
    if (!e)
        e = store_message_move(tx, &move, &changed);
    *ended = changed > 0;
    return e;
}

/* Carriers give ids of their own, and two of them may give the same. */
static bool is_of(const struct tried *tried, const struct message_finish *f)
{
    return tried->taken && tried->carrier_id == f->carrier_id &&
           str_eq(tried->carrier_ref, f->carrier_ref);
}

static enum err hear_late(struct store_tx *tx, const struct message_finish *f)
{
    struct tried *tried;
    size_t n;
    size_t i = 0;
    bool ended;
    struct message m;
    enum err e = store_tried_list(&tried, &n, &tx->view, f->id);
    while (!e && i < n && !is_of(&tried[i], f))
        i++;
    if (e || i == n)
        return e; /* told twice */
    e = store_message_get(&m, &tx->view, f->id);
    if (!e)
        e = store_event_add(
            tx, f->id, STR("late_receipt"),
            arena_printf(tx->view.arena, "of an earlier carrier: %.*s", STR_FMT(f->receipt)));
    if (!e && f->to == MESSAGE_DELIVERED)
        e = store_tried_delivered(tx, &tried[i]);
    if (e || f->to != MESSAGE_DELIVERED || message_state_final(m.state))
        return e;
    return deliver_late(&ended, tx, &m, &tried[i], f->receipt);
}

enum err reroute_late(struct store_tx *tx, const struct message_finish *ends,
                      const int64_t *changed, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        if (!changed[i] && ends[i].carrier_ref.n)
            e = hear_late(tx, &ends[i]);
    return e;
}

enum err reroute_delivered(bool *delivered, struct store_tx *tx, const struct message *m)
{
    struct tried *tried;
    size_t n = 0;
    size_t i = 0;
    bool ended = false;
    *delivered = false;
    enum err e = m->receipt.n ? store_tried_list(&tried, &n, &tx->view, m->id) : OK;
    while (!e && i < n && !tried[i].delivered)
        i++;
    if (e || i == n)
        return e;
    *delivered = true;
    e = deliver_late(&ended, tx, m, &tried[i], m->receipt);
    return e || !ended ? e : store_straggler_drop(tx, m->id);
}

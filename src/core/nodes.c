/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several nodes on one database: who is late is fenced, what a dead life had in flight is taken
 * over, and hints tell others what they would find by themselves a little later.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "core/core_base.h"
#include "store/errand.h"
#include "store/node.h"
#include "store/place.h"
#include "store/quarantine.h"
#include "store/queue.h"

#include <stdio.h>
#include <stdlib.h>

enum { CLAIMS_AT_ONCE = 1000, SEND_MARGIN_MS = 500, LATE_S = NODE_LEASE_S / 2 };

static const struct str directory_setting = STR("directory");

/* ---- this node's own lease ---- */

/* A gap between commits means that the database, or this node, stood still for so long that others
 * may look late without being dead. */
static void note_lateness(struct nodes *n, int64_t at_us)
{
    if (at_us - n->began_us > LATE_S * SEC_US)
        n->late_us = at_us;
}

/* When the database's clock was set forward, or another server with another clock has taken over,
 * the leases of all who have not committed since look run out. */
static void note_jump(struct nodes *n, int64_t db_now_us, int64_t now_us)
{
    int64_t ahead_us = db_now_us - now_us;
    if (ahead_us - n->ahead_us > LATE_S * SEC_US)
        n->late_us = now_us;
    n->ahead_us = ahead_us;
}

void nodes_begin(struct core *c)
{
    c->nodes.began_us = c->nodes.late_us = clock_mono_us();
}

void nodes_committed(void *core, int64_t began_us)
{
    struct core *c = core;
    note_lateness(&c->nodes, began_us);
    c->nodes.began_us = began_us;
    if (!c->nodes.over)
        outbox_may_send_until(c->outbox, began_us + NODE_LEASE_S * SEC_US - SEND_MARGIN_MS * MS_US);
}

void nodes_end(struct core *c)
{
    c->nodes.over = true;
    outbox_may_send_until(c->outbox, 0);
}

/* ---- take-over ---- */

/* Not to be sent again. */
static enum err keep_back(struct store_tx *tx, const struct message *m, enum doubt_policy policy)
{
    enum err e = store_event_add(tx, m->id, STR("in_doubt"),
                                 policy == DOUBT_ASK
                                     ? STR("the server stopped while sending; waits for a decision")
                                     : STR("the server stopped while sending; given up"));
    return e ? e : leave_in_doubt(tx, m->id, policy);
}

/* To be sent again, by whoever holds the carrier. */
static enum err send_again(struct core *c, struct store_tx *tx, struct queue_return *back,
                           const struct message *m)
{
    struct outbox_slot *slot = outbox_slot(c->outbox, m->carrier_id);
    atomic_store(&slot->backlog, true);
    nodes_hint_queued(c, tx, slot);
    *back = (struct queue_return){.message_id = m->id,
                                  .carrier_id = m->carrier_id,
                                  .from = MESSAGE_SENDING,
                                  .due_at_us = m->due_at_us,
                                  .attempted = true};
    return store_event_add(tx, m->id, STR("in_doubt"),
                           STR("the server stopped while sending; sent again, perhaps twice"));
}

static enum err recover_messages(struct core *c, struct store_tx *tx, const struct message *list,
                                 size_t n)
{
    const struct directory *d = core_directory(c);
    struct queue_return *back = ARENA_ARRAY(tx->view.arena, n, struct queue_return);
    size_t back_n = 0;
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        const struct directory_carrier *carrier = directory_carrier_by_id(d, list[i].carrier_id);
        enum doubt_policy policy =
            carrier ? doubt_policy_of(carrier->settings.on_doubt) : DOUBT_RESEND;
        e = policy == DOUBT_RESEND ? send_again(c, tx, &back[back_n++], &list[i])
                                   : keep_back(tx, &list[i], policy);
    }
    directory_release(d);
    metric_add(METRIC_IN_DOUBT, e ? 0 : (int64_t)n);
    return e ? e : store_queue_return(tx, back, back_n);
}

static enum err recover_life(struct core *c, struct store_tx *tx, int64_t epoch, size_t *found)
{
    struct message *list;
    int64_t errands;
    enum err e = store_errand_release(&errands, tx, epoch);
    if (!e)
        e = store_queue_claimed(&list, found, tx, epoch, CLAIMS_AT_ONCE);
    if (!e)
        e = recover_messages(c, tx, list, *found);
    if (e || *found == CLAIMS_AT_ONCE)
        return e;
    e = store_queue_forget(tx, epoch);
    if (!e)
        e = store_place_free(tx, epoch);
    return e ? e : store_node_forget(tx, epoch);
}

/* A slice of what one dead life had in flight; *more: perhaps there is another. */
static enum err recover_slice(struct core *c, struct store_tx *tx, int64_t *epoch, size_t *found,
                              bool *more)
{
    enum err e = store_node_to_recover(epoch, tx);
    *found = 0;
    *more = !e;
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    return recover_life(c, tx, *epoch, found);
}

enum err nodes_leave(struct core *c, struct store_tx *tx)
{
    size_t found;
    enum err e = store_node_leave(tx);
    return e ? e : recover_life(c, tx, tx->epoch, &found);
}

struct recovery {
    struct change change;
    int64_t epoch;
    size_t found;
    bool more;
};

static enum err recover(struct core *c, struct store_tx *tx, struct change *change)
{
    struct recovery *r = (struct recovery *)change;
    return recover_slice(c, tx, &r->epoch, &r->found, &r->more);
}

enum err nodes_recover(struct core *c)
{
    struct recovery r = {.change = {.apply = recover, .no_reload = true}};
    size_t total = 0;
    enum err e;
    do {
        e = core_change_now(c, &r.change);
        total += e ? 0 : r.found;
    } while (!e && r.more);
    if (total)
        log_warn("messages_in_doubt", "count=%zu cause=restart", total);
    return e;
}

static enum err fence_late(struct core *c, struct store_tx *tx)
{
    int64_t fenced = 0;
    int64_t now_us = clock_mono_us();
    note_lateness(&c->nodes, now_us);
    note_jump(&c->nodes, tx->now_us, now_us);
    if (now_us - c->nodes.late_us < NODE_LEASE_S * SEC_US)
        return OK;
    enum err e = store_node_fence_late(&fenced, tx);
    if (!e && fenced)
        log_warn("node_fenced", "count=%lld why=\"its lease ran out\"", (long long)fenced);
    return e;
}

enum err nodes_tick(struct core *c, struct store_tx *tx, bool *more)
{
    int64_t epoch = 0;
    size_t found = 0;
    bool again = false;
    int64_t directory;
    if (!db_shared(tx->view.db))
        return OK;
    enum err e = store_setting_get(&directory, &tx->view, directory_setting);
    if (e)
        return e;
    atomic_store(&c->nodes.directory_seen, directory);
    e = fence_late(c, tx);
    if (!e)
        e = recover_slice(c, tx, &epoch, &found, &again);
    if (!e && again)
        log_warn("node_recovered", "epoch=%lld count=%zu more=%s", (long long)epoch, found,
                 found == CLAIMS_AT_ONCE ? "yes" : "no");
    *more |= again;
    return e;
}

/* ---- hints to other nodes ---- */

struct hint {
    struct letter letter;
    struct core *core;
    int64_t carrier_id;    /* of a queue that has more */
    int64_t quarantine_id; /* of a stop; both 0: the directory */
};

/* On the clock's thread, after the commit. */
static void give_hint(struct letter *letter)
{
    struct hint *hint = (struct hint *)letter;
    struct db *mouth = hint->core->nodes.ears;
    char note[DB_NOTE_MAX + 1];
    if (hint->carrier_id)
        snprintf(note, sizeof(note), "queue %lld", (long long)hint->carrier_id);
    else if (hint->quarantine_id)
        snprintf(note, sizeof(note), "stop %lld", (long long)hint->quarantine_id);
    else
        snprintf(note, sizeof(note), "directory");
    if (mouth && db_note(mouth, str_of(note)))
        log_debug("hint_lost", "note=\"%s\"", note);
    free(hint);
}

static void drop_hint(struct letter *letter)
{
    free(letter);
}

static bool was_given(struct nodes *n, const struct store_tx *tx, int64_t carrier_id)
{
    if (n->hints_us != tx->now_us)
        n->hints_n = 0;
    n->hints_us = tx->now_us;
    for (size_t i = 0; i < n->hints_n; i++)
        if (n->hints[i] == carrier_id)
            return true;
    if (n->hints_n < HINTS_MAX)
        n->hints[n->hints_n++] = carrier_id;
    return false;
}

static void hint(struct core *c, struct store_tx *tx, int64_t carrier_id)
{
    if (was_given(&c->nodes, tx, carrier_id))
        return;
    struct hint *hint = base_alloc(sizeof(*hint));
    *hint = (struct hint){.letter.deliver = give_hint, .core = c, .carrier_id = carrier_id};
    store_after_commit(tx, c->clock_box, &hint->letter, drop_hint);
}

void nodes_hint_stop(struct core *c, struct store_tx *tx, int64_t quarantine_id)
{
    if (!db_shared(tx->view.db))
        return;
    struct hint *hint = base_alloc(sizeof(*hint));
    *hint = (struct hint){.letter.deliver = give_hint, .core = c, .quarantine_id = quarantine_id};
    store_after_commit(tx, c->clock_box, &hint->letter, drop_hint);
}

void nodes_hint_queued(struct core *c, struct store_tx *tx, const struct outbox_slot *slot)
{
    if (db_shared(tx->view.db) && !atomic_load(&slot->held))
        hint(c, tx, slot->carrier_id);
}

enum err nodes_directory_changed(struct core *c, struct store_tx *tx)
{
    int64_t version;
    if (!db_shared(tx->view.db))
        return OK;
    hint(c, tx, 0);
    return store_setting_raise(&version, tx, directory_setting);
}

/* ---- hints from other nodes, this one included ---- */

void nodes_follow_directory(struct core *c)
{
    struct store_view view = {.db = c->nodes.ears};
    pthread_mutex_lock(&c->directory_lock);
    bool current = c->directory_version == atomic_load(&c->nodes.directory_seen);
    pthread_mutex_unlock(&c->directory_lock);
    if (current || !view.db)
        return;
    view.arena = arena_new();
    enum err e = core_directory_reload(c, &view);
    if (e)
        log_warn("directory_not_read", "err=%s", err_name(e));
    else
        log_debug("directory_followed", "why=\"another server changed it\"");
    arena_free(view.arena);
}

static void hear_of_directory(struct core *c)
{
    struct store_view view = {.db = c->nodes.ears, .arena = arena_new()};
    int64_t version;
    if (store_setting_get(&version, &view, directory_setting) == OK)
        atomic_store(&c->nodes.directory_seen, version);
    arena_free(view.arena);
    nodes_follow_directory(c);
}

static void hear_of_queue(struct core *c, int64_t carrier_id)
{
    const struct directory *d = core_directory(c);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, carrier_id);
    if (carrier && atomic_load(&carrier->slot->held)) {
        atomic_store(&carrier->slot->backlog, true);
        outbox_wake(c->outbox, carrier->slot);
    }
    directory_release(d);
}

/* Its messages in memory here: what this node takes from now on sees the row. */
static void hear_of_stop(struct core *c, int64_t quarantine_id)
{
    struct store_view view = {.db = c->nodes.ears, .arena = arena_new()};
    struct quarantine q;
    if (store_quarantine_get(&q, &view, quarantine_id) == OK)
        outbox_stop_heard(c->outbox, &(struct stop){.phone = q.phone,
                                                    .account_id = q.account_id,
                                                    .number = q.number,
                                                    .answer_id = q.answer_id,
                                                    .quarantine_id = q.id});
    arena_free(view.arena);
}

void nodes_hear(struct core *c, struct str note)
{
    static const struct str queue = STR("queue ");
    static const struct str stop = STR("stop ");
    uint64_t carrier_id;
    uint64_t quarantine_id;
    if (str_eq(note, directory_setting))
        hear_of_directory(c);
    else if (str_starts(note, queue) &&
             str_to_u64(&carrier_id, str_sub(note, queue.n, note.n)) == OK)
        hear_of_queue(c, (int64_t)carrier_id);
    else if (str_starts(note, stop) &&
             str_to_u64(&quarantine_id, str_sub(note, stop.n, note.n)) == OK)
        hear_of_stop(c, (int64_t)quarantine_id);
}

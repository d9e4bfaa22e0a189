/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reroute.h"

#include "base/log.h"
#include "store/feed.h"
#include "store/queue.h"
#include "store/rows.h"

enum err store_tried_add(struct store_tx *tx, const struct tried *t)
{
    static struct db_query add =
        DB_QUERY("INSERT INTO message_tried (message_id, carrier_id, at, taken, carrier_ref) "
                 "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (message_id, carrier_id) DO UPDATE SET "
                 "at = excluded.at, taken = excluded.taken, carrier_ref = excluded.carrier_ref");
    return db_run(tx->view.db, &add,
                  DB_ARGS(DB_INT(t->message_id), DB_INT(t->carrier_id), DB_INT(tx->now_us),
                          DB_INT(t->taken), DB_TEXT_OR_NULL(t->carrier_ref)),
                  NULL);
}

enum err store_tried_delivered(struct store_tx *tx, const struct tried *t)
{
    static struct db_query mark = DB_QUERY("UPDATE message_tried SET delivered = 1 "
                                           "WHERE message_id = $1 AND carrier_id = $2");
    return db_run(tx->view.db, &mark, DB_ARGS(DB_INT(t->message_id), DB_INT(t->carrier_id)), NULL);
}

enum err store_tried_list(struct tried **out, size_t *n, struct store_view *view,
                          int64_t message_id)
{
    static struct db_query list =
        DB_QUERY("SELECT carrier_id, at, taken, carrier_ref, delivered FROM message_tried "
                 "WHERE message_id = $1 ORDER BY at DESC, carrier_id LIMIT 64");
    struct tried *tried = ARENA_ARRAY(view->arena, TRIED_MAX, struct tried);
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(message_id)));
    *n = 0;
    while (*n < TRIED_MAX && db_rows_next(&rows))
        tried[(*n)++] = (struct tried){
            .message_id = message_id,
            .carrier_id = db_rows_int(&rows, 0),
            .at_us = db_rows_int(&rows, 1),
            .taken = db_rows_int(&rows, 2) != 0,
            .carrier_ref = arena_str(view->arena, db_rows_text(&rows, 3)),
            .delivered = db_rows_int(&rows, 4) != 0,
        };
    *out = tried;
    return db_rows_close(&rows);
}

/* The row in the queue is what nodes meet at. */
static enum err seize(bool *mine, struct store_tx *tx, const struct message_reroute *r)
{
    static struct db_query here = DB_QUERY("UPDATE queue SET carrier_id = $3 WHERE message_id = $1 "
                                           "AND state = 2 AND carrier_id = $2");
    int64_t changed = 0;
    enum err e =
        db_run(tx->view.db, &here,
               DB_ARGS(DB_INT(r->id), DB_INT(r->carrier_from), DB_INT(r->carrier_to)), &changed);
    *mine = changed > 0;
    return e;
}

static enum err put_behind(struct store_tx *tx, const struct message_reroute *r)
{
    struct queued row = {.message_id = r->id,
                         .carrier_id = r->carrier_to,
                         .due_at_us = r->due_at_us,
                         .state = MESSAGE_QUEUED};
    return store_queue_put(tx, &row, 1);
}

enum err store_message_reroute(bool *changed, struct store_tx *tx, const struct message_reroute *r)
{
    static struct db_query there =
        DB_QUERY("UPDATE message SET state = 2, carrier_id = $4, claimed_by = NULL, due_at = $5 "
                 "WHERE id = $1 AND state = $2 AND carrier_id = $3");
    static struct db_query parts = DB_QUERY("DELETE FROM part WHERE message_id = $1");
    bool waits = r->from == MESSAGE_QUEUED;
    int64_t moved = 0;
    *changed = true;
    enum err e = waits ? seize(changed, tx, r) : OK;
    if (e || !*changed)
        return e;
    e = db_run(tx->view.db, &there,
               DB_ARGS(DB_INT(r->id), DB_INT(r->from), DB_INT(r->carrier_from),
                       DB_INT(r->carrier_to), DB_INT(r->due_at_us)),
               &moved);
    *changed = moved > 0;
    if (e || !*changed)
        return e;
    log_debug("message_rerouted", "message=%lld from=%s", (long long)r->id,
              message_state_name(r->from));
    store_feed_note(tx, &(struct feed_note){.kind = FEED_QUEUED, .id = r->id});
    e = db_run(tx->view.db, &parts, DB_ARGS(DB_INT(r->id)), NULL);
    return e || waits ? e : put_behind(tx, r);
}

enum err store_message_give_back(struct store_tx *tx, const struct tried *t,
                                 enum message_state from, int64_t *changed)
{
    static struct db_query back =
        DB_QUERY("UPDATE message SET state = 4, carrier_id = $3, carrier_ref = $4, "
                 "claimed_by = NULL WHERE id = $1 AND state = $2");
    static struct db_query parts = DB_QUERY("DELETE FROM part WHERE message_id = $1");
    int64_t ignored = 0;
    int64_t *touched = changed ? changed : &ignored;
    enum err e = db_run(tx->view.db, &back,
                        DB_ARGS(DB_INT(t->message_id), DB_INT(from), DB_INT(t->carrier_id),
                                DB_TEXT_OR_NULL(t->carrier_ref)),
                        touched);
    if (!e && *touched)
        store_feed_note(tx,
                        &(struct feed_note){.kind = FEED_SENT, .again = true, .id = t->message_id});
    return e ? e : db_run(tx->view.db, &parts, DB_ARGS(DB_INT(t->message_id)), NULL);
}

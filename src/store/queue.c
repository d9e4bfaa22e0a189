/* SPDX-License-Identifier: Apache-2.0 */
#include "store/queue.h"

#include "store/feed.h"
#include "store/list_order.h"
#include "store/rows.h"

static struct db_value epoch_or_null(int64_t epoch)
{
    return epoch ? DB_INT(epoch) : DB_NULL;
}

enum err store_queue_put(struct store_tx *tx, const struct queued *rows, size_t n)
{
    enum { COLUMNS_N = 5 };
#define INTO "INSERT INTO queue (message_id, carrier_id, due_at, state, claimed_by) "
#define OR_CHANGE                                                               \
    "ON CONFLICT (message_id) DO UPDATE SET carrier_id = excluded.carrier_id, " \
    "due_at = excluded.due_at, state = excluded.state, claimed_by = excluded.claimed_by"
    static struct db_query put = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5) " OR_CHANGE,
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::bigint[]) " OR_CHANGE);
#undef INTO
#undef OR_CHANGE
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {
            DB_INT(rows[i].message_id), DB_INT(rows[i].carrier_id), DB_INT(rows[i].due_at_us),
            DB_INT(rows[i].state), epoch_or_null(rows[i].claimed_by)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &put, args, COLUMNS_N, n, NULL);
}

enum err store_queue_drop(struct store_tx *tx, const int64_t *message_ids, size_t n)
{
    static struct db_query drop =
        DB_QUERY_MANY("DELETE FROM queue WHERE message_id = $1",
                      "DELETE FROM queue WHERE message_id = ANY ($1::bigint[])");
    return db_run_many(tx->view.db, &drop, store_id_args(tx->view.arena, message_ids, n), 1, n,
                       NULL);
}

enum err store_queue_seize(struct store_tx *tx, int64_t message_id)
{
    static struct db_query seize =
        DB_QUERY("DELETE FROM queue WHERE message_id = $1 AND state IN (1, 2)");
    return store_change_one(tx, &seize, DB_ARGS(DB_INT(message_id)));
}

static void note(struct store_tx *tx, enum feed_kind kind, int64_t message_id)
{
    store_feed_note(tx, &(struct feed_note){.kind = kind, .id = message_id});
}

/* Ids of a query whose only column they are. */
static enum err read_ids(int64_t **ids, size_t *n, struct arena *arena, struct db_rows *rows,
                         size_t limit)
{
    *ids = ARENA_ARRAY(arena, limit, int64_t);
    *n = 0;
    while (*n < limit && db_rows_next(rows))
        (*ids)[(*n)++] = db_rows_int(rows, 0);
    return db_rows_close(rows);
}

/* Rows that this transaction holds: here first, then in their messages. */
static enum err move(struct store_tx *tx, const int64_t *ids, size_t n, enum message_state from,
                     enum message_state to, int64_t claimed_by)
{
    enum { COLUMNS_N = 4 };
    static struct db_query here = DB_QUERY_MANY(
        "UPDATE queue SET state = $3, claimed_by = $4 WHERE message_id = $1 AND state = $2",
        "UPDATE queue AS q SET state = v.became, claimed_by = v.epoch "
        "FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) "
        "AS v (id, was, became, epoch) WHERE q.message_id = v.id AND q.state = v.was");
    static struct db_query there =
        DB_QUERY_MANY("UPDATE message SET state = $3, claimed_by = $4 WHERE id = $1 AND state = $2",
                      "UPDATE message AS m SET state = v.became, claimed_by = v.epoch "
                      "FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) "
                      "AS v (id, was, became, epoch) WHERE m.id = v.id AND m.state = v.was");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {DB_INT(ids[i]), DB_INT(from), DB_INT(to),
                                                epoch_or_null(claimed_by)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    enum err e = db_run_many(tx->view.db, &here, args, COLUMNS_N, n, NULL);
    return e ? e : db_run_many(tx->view.db, &there, args, COLUMNS_N, n, NULL);
}

enum err store_queue_take(struct message **out, size_t *n, struct store_tx *tx, int64_t carrier_id,
                          size_t limit)
{
    static struct db_query waiting =
        DB_QUERY("SELECT message_id FROM queue WHERE carrier_id = $1 AND state = 2 AND "
                 "due_at <= $2 ORDER BY due_at, message_id LIMIT $3 {skip_locked}");
    int64_t *ids;
    size_t ids_n;
    struct db_rows rows = db_rows_open(
        tx->view.db, &waiting, DB_ARGS(DB_INT(carrier_id), DB_INT(tx->now_us), DB_INT(limit)));
    enum err e = read_ids(&ids, &ids_n, tx->view.arena, &rows, limit);
    if (!e)
        e = move(tx, ids, ids_n, MESSAGE_QUEUED, MESSAGE_SENDING, tx->epoch);
    return e ? e : store_message_by_ids(out, n, &tx->view, MESSAGE_SENDING, ids, ids_n);
}

enum err store_queue_waiting(struct message **out, size_t *n, struct store_tx *tx,
                             int64_t carrier_id, int64_t after_due_us, int64_t after_id,
                             size_t limit)
{
    static struct db_query behind = DB_QUERY(
        "SELECT message_id FROM queue WHERE carrier_id = $1 AND state = 2 AND "
        "(due_at, message_id) > ($2, $3) ORDER BY due_at, message_id LIMIT $4 {skip_locked}");
    int64_t *ids;
    size_t ids_n;
    struct db_rows rows = db_rows_open(
        tx->view.db, &behind,
        DB_ARGS(DB_INT(carrier_id), DB_INT(after_due_us), DB_INT(after_id), DB_INT(limit)));
    enum err e = read_ids(&ids, &ids_n, tx->view.arena, &rows, limit);
    return e ? e : store_message_by_ids(out, n, &tx->view, MESSAGE_QUEUED, ids, ids_n);
}

enum err store_queue_return(struct store_tx *tx, const struct queue_return *rows, size_t n)
{
    enum { COLUMNS_N = 4 };
    static struct db_query requeue = DB_QUERY_MANY(
        "UPDATE message SET state = 2, due_at = $3, claimed_by = NULL, attempts = attempts + $4 "
        "WHERE id = $1 AND state = $2",
        "UPDATE message AS m SET state = 2, due_at = v.due_at, claimed_by = NULL, "
        "attempts = m.attempts + v.attempted "
        "FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY "
        "AS v (id, was, due_at, attempted, row) WHERE m.id = v.id AND m.state = v.was "
        "RETURNING v.row");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    int64_t *changed = ARENA_ARRAY(tx->view.arena, n, int64_t);
    struct queued *back = ARENA_ARRAY(tx->view.arena, n, struct queued);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {DB_INT(rows[i].message_id), DB_INT(rows[i].from),
                                                DB_INT(rows[i].due_at_us),
                                                DB_INT(rows[i].attempted)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    enum err e = db_run_many(tx->view.db, &requeue, args, COLUMNS_N, n, changed);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i])
            note(tx, FEED_QUEUED, rows[i].message_id);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i] && rows[i].from == MESSAGE_IN_DOUBT)
            store_list_moved(tx, &rows[i].message_id, 1);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i])
            back[count++] = (struct queued){.message_id = rows[i].message_id,
                                            .carrier_id = rows[i].carrier_id,
                                            .due_at_us = rows[i].due_at_us,
                                            .state = MESSAGE_QUEUED};
    return e ? e : store_queue_put(tx, back, count);
}

enum err store_queue_postpone(struct store_tx *tx, const struct queue_postpone *rows, size_t n)
{
    enum { COLUMNS_N = 4 };
    static struct db_query postpone = DB_QUERY_MANY(
        "UPDATE message SET state = $2, due_at = $3, expires_at = $4, claimed_by = NULL "
        "WHERE id = $1 AND state = 3",
        "UPDATE message AS m SET state = v.became, due_at = v.due_at, expires_at = v.expires_at, "
        "claimed_by = NULL "
        "FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY "
        "AS v (id, became, due_at, expires_at, row) WHERE m.id = v.id AND m.state = 3 "
        "RETURNING v.row");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    int64_t *changed = ARENA_ARRAY(tx->view.arena, n, int64_t);
    struct queued *later = ARENA_ARRAY(tx->view.arena, n, struct queued);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {DB_INT(rows[i].message_id), DB_INT(rows[i].to),
                                                DB_INT(rows[i].due_at_us),
                                                DB_INT(rows[i].expires_at_us)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    enum err e = db_run_many(tx->view.db, &postpone, args, COLUMNS_N, n, changed);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i] && rows[i].to == MESSAGE_SCHEDULED)
            store_list_moved(tx, &rows[i].message_id, 1);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i])
            later[count++] = (struct queued){.message_id = rows[i].message_id,
                                             .carrier_id = rows[i].carrier_id,
                                             .due_at_us = rows[i].due_at_us,
                                             .state = rows[i].to};
    for (size_t i = 0; i < count; i++)
        note(tx, feed_kind_of_state(later[i].state), later[i].message_id);
    return e ? e : store_queue_put(tx, later, count);
}

enum err store_queue_due(int64_t *moved, struct store_tx *tx, size_t limit)
{
    static struct db_query due =
        DB_QUERY("SELECT message_id FROM queue WHERE state = 1 AND due_at <= $1 "
                 "ORDER BY due_at LIMIT $2 {skip_locked}");
    int64_t *ids;
    size_t n;
    struct db_rows rows =
        db_rows_open(tx->view.db, &due, DB_ARGS(DB_INT(tx->now_us), DB_INT(limit)));
    enum err e = read_ids(&ids, &n, tx->view.arena, &rows, limit);
    *moved = (int64_t)n;
    if (!e && n)
        store_list_moved(tx, ids, n);
    for (size_t i = 0; i < n && !e; i++)
        note(tx, FEED_QUEUED, ids[i]);
    return e ? e : move(tx, ids, n, MESSAGE_SCHEDULED, MESSAGE_QUEUED, 0);
}

enum err store_queue_claimed(struct message **out, size_t *n, struct store_tx *tx, int64_t epoch,
                             size_t limit)
{
    /* The clock's pass moves its mark and writes the rows in one commit: what the second half no
     * longer shows stands in the first. */
    static struct db_query claimed =
        DB_QUERY("SELECT q.message_id FROM queue AS q JOIN message AS m ON m.id = q.message_id "
                 "WHERE q.state = 3 AND q.claimed_by = $1 AND m.state = 3 UNION "
                 "SELECT id FROM message WHERE id > $2 AND state = 3 AND claimed_by = $1 "
                 "ORDER BY 1 LIMIT $3");
    int64_t indexed;
    int64_t *ids;
    size_t ids_n;
    enum err e = store_setting_get(&indexed, &tx->view, STR("indexed"));
    if (e)
        return e;
    struct db_rows rows =
        db_rows_open(tx->view.db, &claimed, DB_ARGS(DB_INT(epoch), DB_INT(indexed), DB_INT(limit)));
    e = read_ids(&ids, &ids_n, tx->view.arena, &rows, limit);
    return e ? e : store_message_by_ids(out, n, &tx->view, MESSAGE_SENDING, ids, ids_n);
}

enum err store_queue_note(bool *held, struct store_tx *tx, const int64_t *message_ids, size_t n)
{
    static struct db_query hold = DB_QUERY_MANY(
        "SELECT carrier_id, due_at, claimed_by FROM message WHERE id = $1 AND state = 3 "
        "{skip_locked}",
        "SELECT m.carrier_id, m.due_at, m.claimed_by, v.row "
        "FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (id, row) "
        "JOIN message AS m ON m.id = v.id WHERE m.state = 3 {skip_locked}");
    struct queued *found = ARENA_ARRAY(tx->view.arena, n, struct queued);
    size_t count = 0;
    memset(held, 0, n * sizeof(*held));
    struct db_rows rows =
        db_rows_many(tx->view.db, &hold, store_id_args(tx->view.arena, message_ids, n), 1, n);
    while (db_rows_next(&rows)) {
        held[rows.row] = true;
        found[count++] = (struct queued){.message_id = message_ids[rows.row],
                                         .carrier_id = db_rows_int(&rows, 0),
                                         .due_at_us = db_rows_int(&rows, 1),
                                         .state = MESSAGE_SENDING,
                                         .claimed_by = db_rows_int(&rows, 2)};
    }
    enum err e = db_rows_close(&rows);
    return e ? e : store_queue_put(tx, found, count);
}

enum err store_queue_forget(struct store_tx *tx, int64_t epoch)
{
    static struct db_query forget =
        DB_QUERY("DELETE FROM queue WHERE state = 3 AND claimed_by = $1");
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(epoch)), NULL);
}

enum err store_queue_length(int64_t *count, struct store_view *view, int64_t carrier_id)
{
    static struct db_query all = DB_QUERY("SELECT COUNT(*) FROM queue WHERE state = 2");
    static struct db_query of_carrier =
        DB_QUERY("SELECT COUNT(*) FROM queue WHERE state = 2 AND carrier_id = $1");
    struct db_value arg = DB_INT(carrier_id);
    struct db_rows rows = carrier_id ? db_rows_open(view->db, &of_carrier, &arg, 1)
                                     : db_rows_open(view->db, &all, DB_NO_ARGS);
    *count = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    return db_rows_close(&rows);
}

enum err store_queue_glance(struct queue_glance *out, struct store_view *view, int64_t carrier_id,
                            int64_t most)
{
    static struct db_query first = DB_QUERY(
        "SELECT COUNT(*), COALESCE(MIN(due_at), 0) FROM (SELECT due_at FROM queue "
        "WHERE state = 2 AND carrier_id = $1 ORDER BY due_at, message_id LIMIT $2) AS waiting");
    *out = (struct queue_glance){0};
    struct db_rows rows =
        db_rows_open(view->db, &first, DB_ARGS(DB_INT(carrier_id), DB_INT(most + 1)));
    if (db_rows_next(&rows)) {
        out->waiting = db_rows_int(&rows, 0);
        out->oldest_due_at_us = db_rows_int(&rows, 1);
    }
    return db_rows_close(&rows);
}

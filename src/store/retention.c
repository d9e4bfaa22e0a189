/* SPDX-License-Identifier: Apache-2.0 */
#include "store/retention.h"

#include "store/rows.h"

/* ---- marks ---- */

enum err store_text_mark_get(struct text_mark *out, struct store_view *view, int64_t account_id)
{
    static struct db_query get =
        DB_QUERY("SELECT message_id, incoming_id FROM text_mark WHERE account_id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(account_id)));
    *out = (struct text_mark){.account_id = account_id};
    if (db_rows_next(&rows)) {
        out->message_id = db_rows_int(&rows, 0);
        out->incoming_id = db_rows_int(&rows, 1);
    }
    return db_rows_close(&rows);
}

enum err store_text_mark_put(struct store_tx *tx, const struct text_mark *mark)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO text_mark (account_id, message_id, incoming_id) VALUES ($1, $2, $3) "
                 "ON CONFLICT (account_id) DO UPDATE SET message_id = excluded.message_id, "
                 "incoming_id = excluded.incoming_id");
    return db_run(
        tx->view.db, &put,
        DB_ARGS(DB_INT(mark->account_id), DB_INT(mark->message_id), DB_INT(mark->incoming_id)),
        NULL);
}

/* ---- slices ---- */

struct aged {
    int64_t id;
    bool stays; /* not ended, or held back */
};

/* Rows of an id and of what tells whether it stays. */
static enum err read_slice(struct aged **out, size_t *n, struct store_tx *tx,
                           struct db_query *query, const struct db_value *args, size_t args_n,
                           bool of_messages, size_t limit)
{
    struct aged *list = ARENA_ARRAY(tx->view.arena, limit, struct aged);
    struct db_rows rows = db_rows_open(tx->view.db, query, args, args_n);
    *n = 0;
    while (*n < limit && db_rows_next(&rows)) {
        struct aged *a = &list[(*n)++];
        a->id = db_rows_int(&rows, 0);
        a->stays = of_messages ? !message_state_final((enum message_state)db_rows_int(&rows, 1))
                               : db_rows_is_null(&rows, 1);
    }
    *out = list;
    return db_rows_close(&rows);
}

static enum err empty_messages(struct store_tx *tx, const int64_t *ids, size_t n)
{
    static struct db_query empty =
        DB_QUERY_MANY("UPDATE message SET text = '' WHERE id = $1",
                      "UPDATE message SET text = '' WHERE id = ANY($1::bigint[])");
    return db_run_many(tx->view.db, &empty, store_id_args(tx->view.arena, ids, n), 1, n, NULL);
}

static enum err note_open(struct store_tx *tx, int64_t id, int64_t account_id, int64_t look_at_us)
{
    static struct db_query note =
        DB_QUERY("INSERT INTO text_open (message_id, account_id, look_at) VALUES ($1, $2, $3) "
                 "ON CONFLICT DO NOTHING");
    return db_run(tx->view.db, &note, DB_ARGS(DB_INT(id), DB_INT(account_id), DB_INT(look_at_us)),
                  NULL);
}

enum err store_text_drop_messages(size_t *seen, struct store_tx *tx, struct text_mark *mark,
                                  int64_t before_id, int64_t look_at_us, size_t limit)
{
    static struct db_query next = DB_QUERY("SELECT id, state FROM message WHERE account_id = $1 "
                                           "AND id > $2 AND id < $3 ORDER BY id LIMIT $4");
    struct aged *list;
    int64_t *ended = ARENA_ARRAY(tx->view.arena, limit, int64_t);
    size_t ended_n = 0;
    enum err e = read_slice(&list, seen, tx, &next,
                            DB_ARGS(DB_INT(mark->account_id), DB_INT(mark->message_id),
                                    DB_INT(before_id), DB_INT(limit)),
                            true, limit);
    for (size_t i = 0; i < *seen && !e; i++) {
        mark->message_id = list[i].id;
        if (list[i].stays)
            e = note_open(tx, list[i].id, mark->account_id, look_at_us);
        else
            ended[ended_n++] = list[i].id;
    }
    return e ? e : empty_messages(tx, ended, ended_n);
}

enum err store_text_drop_incoming(size_t *seen, struct store_tx *tx, struct text_mark *mark,
                                  int64_t before_id, size_t limit)
{
    static struct db_query next =
        DB_QUERY("SELECT id, released_at FROM incoming WHERE account_id = $1 "
                 "AND id > $2 AND id < $3 ORDER BY id LIMIT $4");
    static struct db_query next_of_nobody =
        DB_QUERY("SELECT id, released_at FROM incoming WHERE account_id IS NULL "
                 "AND id > $1 AND id < $2 ORDER BY id LIMIT $3");
    static struct db_query empty =
        DB_QUERY_MANY("UPDATE incoming SET text = '', kept = 0 WHERE id = $1",
                      "UPDATE incoming SET text = '', kept = 0 WHERE id = ANY($1::bigint[])");
    struct aged *list;
    size_t n = 0;
    int64_t *ids = ARENA_ARRAY(tx->view.arena, limit, int64_t);
    enum err e =
        mark->account_id
            ? read_slice(&list, seen, tx, &next,
                         DB_ARGS(DB_INT(mark->account_id), DB_INT(mark->incoming_id),
                                 DB_INT(before_id), DB_INT(limit)),
                         false, limit)
            : read_slice(&list, seen, tx, &next_of_nobody,
                         DB_ARGS(DB_INT(mark->incoming_id), DB_INT(before_id), DB_INT(limit)),
                         false, limit);
    while (n < *seen && !list[n].stays) {
        ids[n] = list[n].id;
        mark->incoming_id = ids[n++];
    }
    *seen = n;
    return e ? e
             : db_run_many(tx->view.db, &empty, store_id_args(tx->view.arena, ids, n), 1, n, NULL);
}

/* ---- those that had not ended ---- */

static void read_open(void *item, const struct db_rows *r, struct arena *a)
{
    (void)a;
    *(struct text_open *)item = (struct text_open){
        .message_id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .state = (enum message_state)db_rows_int(r, 2),
        .done_at_us = db_rows_int(r, 3),
    };
}

enum err store_text_open_due(struct text_open **out, size_t *n, struct store_tx *tx, size_t limit)
{
    static struct db_query due =
        DB_QUERY("SELECT o.message_id, o.account_id, m.state, m.done_at FROM text_open AS o "
                 "JOIN message AS m ON m.id = o.message_id WHERE o.look_at <= $1 "
                 "ORDER BY o.look_at, o.message_id LIMIT $2");
    struct db_rows rows =
        db_rows_open(tx->view.db, &due, DB_ARGS(DB_INT(tx->now_us), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, tx->view.arena, sizeof(**out), read_open);
}

enum err store_text_open_again(struct store_tx *tx, int64_t message_id, int64_t look_at_us)
{
    static struct db_query again =
        DB_QUERY("UPDATE text_open SET look_at = $2 WHERE message_id = $1");
    return db_run(tx->view.db, &again, DB_ARGS(DB_INT(message_id), DB_INT(look_at_us)), NULL);
}

enum err store_text_open_drop(struct store_tx *tx, int64_t message_id)
{
    static struct db_query drop = DB_QUERY("DELETE FROM text_open WHERE message_id = $1");
    enum err e = empty_messages(tx, &message_id, 1);
    return e ? e : db_run(tx->view.db, &drop, DB_ARGS(DB_INT(message_id)), NULL);
}

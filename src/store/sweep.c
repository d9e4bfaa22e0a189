/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sweep.h"

#include "store/id.h"

#include <stdlib.h>

struct index_row {
    uint64_t recipient;
    int64_t id;
};

static int by_recipient(const void *a, const void *b)
{
    const struct index_row *x = a;
    const struct index_row *y = b;
    if (x->recipient != y->recipient)
        return x->recipient < y->recipient ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static enum err index_recipients(struct store_tx *tx, struct index_row *rows, size_t n)
{
    static struct db_query put = DB_QUERY("INSERT INTO recipient_index (recipient, message_id) "
                                          "VALUES ($1, $2) ON CONFLICT DO NOTHING");
    if (n)
        qsort(rows, n, sizeof(*rows), by_recipient);
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * 2, struct db_value);
    for (size_t i = 0; i < n; i++) {
        args[i * 2] = DB_INT(rows[i].recipient);
        args[i * 2 + 1] = DB_INT(rows[i].id);
    }
    return db_run_many(tx->view.db, &put, args, 2, n, NULL);
}

/* The parts of a long message that wait for their receipts. */
static enum err part_references(struct reference *refs, size_t *n, size_t room,
                                struct store_view *view, int64_t carrier_id, int64_t message_id)
{
    struct message_part *parts;
    size_t parts_n;
    enum err e = store_part_list(&parts, &parts_n, view, message_id);
    for (size_t i = 0; i < parts_n && *n < room && !e; i++)
        if (parts[i].state == MESSAGE_SENT && parts[i].carrier_ref.n)
            refs[(*n)++] = (struct reference){.carrier_id = carrier_id,
                                              .carrier_ref = parts[i].carrier_ref,
                                              .message_id = message_id,
                                              .part = parts[i].number};
    return e;
}

struct slice {
    struct index_row *rows;
    size_t rows_n;
    struct reference *refs; /* of messages of one part */
    size_t refs_n;
    int64_t *long_ids; /* messages of several parts that were sent: their carriers beside */
    int64_t *long_carriers;
    size_t long_n;
    size_t long_parts;
};

static enum err read_slice(struct slice *s, struct store_view *view, int64_t after_id,
                           int64_t before_id, size_t limit)
{
    static struct db_query next =
        DB_QUERY("SELECT id, recipient, state, parts, carrier_id, carrier_ref FROM message "
                 "WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3");
    *s = (struct slice){.rows = ARENA_ARRAY(view->arena, limit, struct index_row),
                        .refs = ARENA_ARRAY(view->arena, limit, struct reference),
                        .long_ids = ARENA_ARRAY(view->arena, limit, int64_t),
                        .long_carriers = ARENA_ARRAY(view->arena, limit, int64_t)};
    struct db_rows rows =
        db_rows_open(view->db, &next, DB_ARGS(DB_INT(after_id), DB_INT(before_id), DB_INT(limit)));
    while (s->rows_n < limit && db_rows_next(&rows)) {
        int64_t id = db_rows_int(&rows, 0);
        enum message_state state = (enum message_state)db_rows_int(&rows, 2);
        int64_t parts = db_rows_int(&rows, 3);
        int64_t carrier_id = db_rows_int(&rows, 4);
        struct str ref = db_rows_text(&rows, 5);
        s->rows[s->rows_n++] = (struct index_row){(uint64_t)db_rows_int(&rows, 1), id};
        if (parts > 1 && !message_state_final(state)) {
            s->long_ids[s->long_n] = id;
            s->long_carriers[s->long_n++] = carrier_id;
            s->long_parts += (size_t)parts;
        } else if (state == MESSAGE_SENT && ref.n) {
            s->refs[s->refs_n++] = (struct reference){.carrier_id = carrier_id,
                                                      .carrier_ref = arena_str(view->arena, ref),
                                                      .message_id = id};
        }
    }
    return db_rows_close(&rows);
}

enum err store_index_slice(struct index_slice *out, struct references *r, struct store_tx *tx,
                           int64_t before_us, size_t limit)
{
    int64_t indexed;
    struct slice s = {0};
    enum err e = store_setting_get(&indexed, &tx->view, STR("indexed"));
    if (!e)
        e = read_slice(&s, &tx->view, indexed, store_id_at(before_us), limit);
    *out = (struct index_slice){.seen = s.rows_n};
    if (e || !s.rows_n)
        return e;
    size_t room = s.refs_n + s.long_parts;
    struct reference *refs = ARENA_ARRAY(tx->view.arena, room + 1, struct reference);
    out->refs = refs;
    out->refs_n = s.refs_n;
    memcpy(refs, s.refs, s.refs_n * sizeof(*refs));
    for (size_t i = 0; i < s.long_n && !e; i++)
        e = part_references(refs, &out->refs_n, room, &tx->view, s.long_carriers[i], s.long_ids[i]);
    int64_t indexed_to = s.rows[s.rows_n - 1].id;
    if (!e)
        e = index_recipients(tx, s.rows, s.rows_n);
    return e ? e : store_reference_index(r, tx, refs, out->refs_n, indexed_to);
}

enum err store_sweep_slice(size_t *seen, struct store_tx *tx, int64_t before_us, size_t limit)
{
    static struct db_query next =
        DB_QUERY("SELECT id, state, expires_at FROM message WHERE id > $1 AND id < $2 "
                 "ORDER BY id LIMIT $3");
    int64_t swept;
    *seen = 0;
    enum err e = store_setting_get(&swept, &tx->view, STR("swept"));
    if (e)
        return e;
    struct db_rows rows = db_rows_open(
        tx->view.db, &next, DB_ARGS(DB_INT(swept), DB_INT(store_id_at(before_us)), DB_INT(limit)));
    while (!e && db_rows_next(&rows)) {
        swept = db_rows_int(&rows, 0);
        (*seen)++;
        if (!message_state_final((enum message_state)db_rows_int(&rows, 1)))
            e = store_straggler_put(tx, swept, db_rows_int(&rows, 2));
    }
    enum err closed = db_rows_close(&rows);
    e = e ? e : closed;
    return e || !*seen ? e : store_setting_set(tx, STR("swept"), swept);
}

enum err store_straggler_put(struct store_tx *tx, int64_t message_id, int64_t check_at_us)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO straggler (message_id, check_at) VALUES ($1, $2) "
                 "ON CONFLICT (message_id) DO UPDATE SET check_at = excluded.check_at");
    return db_run(tx->view.db, &put, DB_ARGS(DB_INT(message_id), DB_INT(check_at_us)), NULL);
}

enum err store_straggler_drop(struct store_tx *tx, int64_t message_id)
{
    static struct db_query drop = DB_QUERY("DELETE FROM straggler WHERE message_id = $1");
    return db_run(tx->view.db, &drop, DB_ARGS(DB_INT(message_id)), NULL);
}

enum err store_straggler_due(int64_t **ids, size_t *n, struct store_tx *tx, size_t limit)
{
    static struct db_query due = DB_QUERY("SELECT message_id FROM straggler WHERE check_at <= $1 "
                                          "ORDER BY check_at LIMIT $2");
    int64_t *list = ARENA_ARRAY(tx->view.arena, limit, int64_t);
    size_t count = 0;
    struct db_rows rows =
        db_rows_open(tx->view.db, &due, DB_ARGS(DB_INT(tx->now_us), DB_INT(limit)));
    while (count < limit && db_rows_next(&rows))
        list[count++] = db_rows_int(&rows, 0);
    *ids = list;
    *n = count;
    return db_rows_close(&rows);
}

enum err store_message_latest_to(struct message *out, struct store_view *view, uint64_t recipient,
                                 int64_t carrier_id, struct str sender)
{
    static struct db_query latest =
        DB_QUERY("SELECT m.id FROM recipient_index AS r JOIN message AS m ON m.id = r.message_id "
                 "WHERE r.recipient = $1 AND m.carrier_id = $2 AND m.sent_at IS NOT NULL "
                 "ORDER BY (m.sender = $3) DESC, m.id DESC LIMIT 1");
    struct db_rows rows = db_rows_open(
        view->db, &latest, DB_ARGS(DB_INT(recipient), DB_INT(carrier_id), DB_TEXT(sender)));
    bool found = db_rows_next(&rows);
    int64_t id = found ? db_rows_int(&rows, 0) : 0;
    enum err e = db_rows_close(&rows);
    if (!e && !found)
        return ERR_NOT_FOUND;
    return e ? e : store_message_get(out, view, id);
}

enum err store_message_unindexed(struct store_view *view,
                                 void (*each)(void *ctx, const struct message *m), void *ctx)
{
    static struct db_query tail = DB_QUERY("SELECT id, recipient, carrier_id, sender, state "
                                           "FROM message WHERE id > $1 ORDER BY id");
    int64_t indexed;
    enum err e = store_setting_get(&indexed, view, STR("indexed"));
    if (e)
        return e;
    struct db_rows rows = db_rows_open(view->db, &tail, DB_ARGS(DB_INT(indexed)));
    while (db_rows_next(&rows)) {
        struct message m = {.id = db_rows_int(&rows, 0),
                            .recipient = (uint64_t)db_rows_int(&rows, 1),
                            .carrier_id = db_rows_int(&rows, 2),
                            .sender = db_rows_text(&rows, 3),
                            .state = (enum message_state)db_rows_int(&rows, 4)};
        each(ctx, &m);
    }
    return db_rows_close(&rows);
}

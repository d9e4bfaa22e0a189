/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sweep.h"

#include "store/id.h"
#include "store/queue.h"
#include "store/rows.h"

#include <stdlib.h>

enum err store_passes_begin(bool *mine, struct store_tx *tx)
{
    static struct db_query hold =
        DB_QUERY("SELECT value FROM setting WHERE name = 'indexed' {skip_locked}");
    struct db_rows rows = db_rows_open(tx->view.db, &hold, DB_NO_ARGS);
    *mine = db_rows_next(&rows);
    return db_rows_close(&rows);
}

/* ---- the index ---- */

/* What the pass needs to know of a message. */
struct passed {
    int64_t id;
    uint64_t recipient;
    enum message_state state;
    int64_t parts;
    int64_t carrier_id;
    struct str carrier_ref;
};

static enum err read_slice(struct passed **out, size_t *n, struct store_view *view,
                           int64_t before_id, size_t limit)
{
    static struct db_query next =
        DB_QUERY("SELECT id, recipient, state, parts, carrier_id, carrier_ref FROM message "
                 "WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3");
    int64_t indexed;
    enum err e = store_setting_get(&indexed, view, STR("indexed"));
    if (e)
        return e;
    struct passed *list = ARENA_ARRAY(view->arena, limit, struct passed);
    struct db_rows rows =
        db_rows_open(view->db, &next, DB_ARGS(DB_INT(indexed), DB_INT(before_id), DB_INT(limit)));
    *n = 0;
    while (*n < limit && db_rows_next(&rows)) {
        struct passed *p = &list[(*n)++];
        *p = (struct passed){.id = db_rows_int(&rows, 0),
                             .recipient = (uint64_t)db_rows_int(&rows, 1),
                             .state = (enum message_state)db_rows_int(&rows, 2),
                             .parts = db_rows_int(&rows, 3),
                             .carrier_id = db_rows_int(&rows, 4)};
        if (p->state == MESSAGE_SENT)
            p->carrier_ref = arena_str(view->arena, db_rows_text(&rows, 5));
    }
    *out = list;
    return db_rows_close(&rows);
}

/* Writes the claims of what is still SENDING; the slice ends before the first that another node is
 * changing. */
static enum err note_claims(struct store_tx *tx, const struct passed *list, size_t *n)
{
    int64_t *ids = ARENA_ARRAY(tx->view.arena, *n, int64_t);
    size_t *nth = ARENA_ARRAY(tx->view.arena, *n, size_t);
    bool *held = ARENA_ARRAY(tx->view.arena, *n, bool);
    size_t count = 0;
    for (size_t i = 0; i < *n; i++)
        if (list[i].state == MESSAGE_SENDING) {
            nth[count] = i;
            ids[count++] = list[i].id;
        }
    enum err e = store_queue_note(held, tx, ids, count);
    for (size_t i = 0; i < count; i++)
        if (!held[i]) {
            *n = nth[i];
            break;
        }
    return e;
}

static int by_recipient(const void *a, const void *b)
{
    const struct passed *x = a;
    const struct passed *y = b;
    if (x->recipient != y->recipient)
        return x->recipient < y->recipient ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Sorts the list. */
static enum err index_recipients(struct store_tx *tx, struct passed *list, size_t n)
{
    static struct db_query put =
        DB_QUERY_MANY("INSERT INTO recipient_index (recipient, message_id) VALUES ($1, $2) "
                      "ON CONFLICT DO NOTHING",
                      "INSERT INTO recipient_index (recipient, message_id) "
                      "SELECT * FROM UNNEST($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * 2, struct db_value);
    qsort(list, n, sizeof(*list), by_recipient);
    for (size_t i = 0; i < n; i++) {
        args[i * 2] = DB_INT(list[i].recipient);
        args[i * 2 + 1] = DB_INT(list[i].id);
    }
    return db_run_many(tx->view.db, &put, args, 2, n, NULL);
}

static enum err awaited_parts(struct reference *refs, size_t *n, size_t room,
                              struct store_view *view, const struct passed *const *long_ones,
                              size_t long_n)
{
    static struct db_query awaited =
        DB_QUERY_MANY("SELECT number, carrier_ref FROM part "
                      "WHERE message_id = $1 AND state = 4 AND carrier_ref IS NOT NULL",
                      "SELECT p.number, p.carrier_ref, v.row "
                      "FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (id, row) "
                      "JOIN part AS p ON p.message_id = v.id "
                      "WHERE p.state = 4 AND p.carrier_ref IS NOT NULL");
    struct db_value *args = ARENA_ARRAY(view->arena, long_n, struct db_value);
    for (size_t i = 0; i < long_n; i++)
        args[i] = DB_INT(long_ones[i]->id);
    struct db_rows rows = db_rows_many(view->db, &awaited, args, 1, long_n);
    while (*n < room && db_rows_next(&rows))
        refs[(*n)++] =
            (struct reference){.carrier_id = long_ones[rows.row]->carrier_id,
                               .carrier_ref = arena_str(view->arena, db_rows_text(&rows, 1)),
                               .message_id = long_ones[rows.row]->id,
                               .part = (uint32_t)db_rows_int(&rows, 0)};
    return db_rows_close(&rows);
}

/* What waits for its receipt: messages of one part, and the parts of long ones. */
static enum err awaited(struct reference **out, size_t *n, struct store_view *view,
                        const struct passed *list, size_t list_n)
{
    const struct passed **long_ones = ARENA_ARRAY(view->arena, list_n, const struct passed *);
    size_t long_n = 0;
    size_t room = list_n;
    for (size_t i = 0; i < list_n; i++)
        if (list[i].parts > 1 && !message_state_final(list[i].state)) {
            long_ones[long_n++] = &list[i];
            room += (size_t)list[i].parts;
        }
    *out = ARENA_ARRAY(view->arena, room, struct reference);
    *n = 0;
    for (size_t i = 0; i < list_n; i++)
        if (list[i].carrier_ref.n)
            (*out)[(*n)++] = (struct reference){.carrier_id = list[i].carrier_id,
                                                .carrier_ref = list[i].carrier_ref,
                                                .message_id = list[i].id};
    return awaited_parts(*out, n, room, view, long_ones, long_n);
}

enum err store_index_slice(struct index_slice *out, struct store_tx *tx, int64_t before_us,
                           size_t limit)
{
    struct passed *list = NULL;
    size_t n = 0;
    *out = (struct index_slice){0};
    enum err e = read_slice(&list, &n, &tx->view, store_id_at(before_us), limit);
    if (!e)
        e = note_claims(tx, list, &n);
    if (e || !n)
        return e;
    int64_t indexed_to = list[n - 1].id;
    out->seen = n;
    e = awaited(&out->refs, &out->refs_n, &tx->view, list, n);
    if (!e)
        e = index_recipients(tx, list, n);
    if (!e)
        e = store_reference_index(tx, out->refs, out->refs_n);
    return e ? e : store_setting_set(tx, STR("indexed"), indexed_to);
}

/* ---- the sweep ---- */

/* A row that is there stands for an earlier look, which knew better when to look again. */
static enum err put_stragglers(struct store_tx *tx, const struct db_value *args, size_t n)
{
    static struct db_query put = DB_QUERY_MANY(
        "INSERT INTO straggler (message_id, check_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        "INSERT INTO straggler (message_id, check_at) "
        "SELECT * FROM UNNEST($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING");
    return db_run_many(tx->view.db, &put, args, 2, n, NULL);
}

enum err store_sweep_slice(size_t *seen, struct store_tx *tx, int64_t before_us, size_t limit)
{
    static struct db_query next =
        DB_QUERY("SELECT id, state, expires_at FROM message WHERE id > $1 AND id < $2 "
                 "ORDER BY id LIMIT $3");
    int64_t swept;
    size_t open = 0;
    *seen = 0;
    enum err e = store_setting_get(&swept, &tx->view, STR("swept"));
    if (e)
        return e;
    struct db_value *args = ARENA_ARRAY(tx->view.arena, limit * 2, struct db_value);
    struct db_rows rows = db_rows_open(
        tx->view.db, &next, DB_ARGS(DB_INT(swept), DB_INT(store_id_at(before_us)), DB_INT(limit)));
    while (*seen < limit && db_rows_next(&rows)) {
        swept = db_rows_int(&rows, 0);
        (*seen)++;
        if (message_state_final((enum message_state)db_rows_int(&rows, 1)))
            continue;
        args[open * 2] = DB_INT(swept);
        args[open++ * 2 + 1] = DB_INT(db_rows_int(&rows, 2));
    }
    e = db_rows_close(&rows);
    if (!e)
        e = put_stragglers(tx, args, open);
    return e || !*seen ? e : store_setting_set(tx, STR("swept"), swept);
}

enum err store_straggler_put(struct store_tx *tx, int64_t message_id, int64_t check_at_us)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO straggler (message_id, check_at) VALUES ($1, $2) "
                 "ON CONFLICT (message_id) DO UPDATE SET check_at = excluded.check_at");
    return db_run(tx->view.db, &put, DB_ARGS(DB_INT(message_id), DB_INT(check_at_us)), NULL);
}

enum err store_stragglers_sooner(struct store_tx *tx, const struct straggler *rows, size_t n)
{
#define INTO "INSERT INTO straggler (message_id, check_at) "
#define OR_CHANGE                                                          \
    "ON CONFLICT (message_id) DO UPDATE SET check_at = excluded.check_at " \
    "WHERE straggler.check_at > excluded.check_at"
    static struct db_query put =
        DB_QUERY_MANY(INTO "VALUES ($1, $2) " OR_CHANGE,
                      INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[]) " OR_CHANGE);
#undef INTO
#undef OR_CHANGE
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * 2, struct db_value);
    for (size_t i = 0; i < n; i++) {
        args[i * 2] = DB_INT(rows[i].message_id);
        args[i * 2 + 1] = DB_INT(rows[i].check_at_us);
    }
    return db_run_many(tx->view.db, &put, args, 2, n, NULL);
}

enum err store_stragglers_drop(struct store_tx *tx, const int64_t *message_ids, size_t n)
{
    static struct db_query drop =
        DB_QUERY_MANY("DELETE FROM straggler WHERE message_id = $1",
                      "DELETE FROM straggler WHERE message_id = ANY ($1::bigint[])");
    return db_run_many(tx->view.db, &drop, store_id_args(tx->view.arena, message_ids, n), 1, n,
                       NULL);
}

enum err store_straggler_drop(struct store_tx *tx, int64_t message_id)
{
    return store_stragglers_drop(tx, &message_id, 1);
}

enum err store_straggler_due(int64_t **ids, size_t *n, struct store_tx *tx, size_t limit)
{
    static struct db_query due = DB_QUERY("SELECT message_id FROM straggler WHERE check_at <= $1 "
                                          "ORDER BY check_at LIMIT $2 {skip_locked}");
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

/* ---- the newest message to a phone ---- */

/* The message whose id is the only row. */
static enum err the_message(struct message *out, struct store_view *view, struct db_rows *rows)
{
    bool found = db_rows_next(rows);
    int64_t id = found ? db_rows_int(rows, 0) : 0;
    enum err e = db_rows_close(rows);
    if (!e && !found)
        return ERR_NOT_FOUND;
    return e ? e : store_message_get(out, view, id);
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
    return the_message(out, view, &rows);
}

enum err store_message_latest_unindexed(struct message *out, struct store_view *view,
                                        uint64_t recipient, int64_t carrier_id, struct str sender)
{
    static struct db_query latest =
        DB_QUERY("SELECT id FROM message WHERE id > $1 AND recipient = $2 AND carrier_id = $3 AND "
                 "(sent_at IS NOT NULL OR state = 3) ORDER BY (sender = $4) DESC, id DESC LIMIT 1");
    int64_t indexed;
    enum err e = store_setting_get(&indexed, view, STR("indexed"));
    if (e)
        return e;
    struct db_rows rows = db_rows_open(
        view->db, &latest,
        DB_ARGS(DB_INT(indexed), DB_INT(recipient), DB_INT(carrier_id), DB_TEXT(sender)));
    return the_message(out, view, &rows);
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

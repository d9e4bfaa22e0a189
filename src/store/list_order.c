/* SPDX-License-Identifier: Apache-2.0 */
#include "store/list_order.h"

#include "store/id.h"
#include "store/message_ended.h"
#include "store/rows.h"

#include <stdlib.h>

enum { MESSAGE_ORDERS = 6, INCOMING_ORDERS = 3, COLUMNS_N = 5 };

/* ---- keys ---- */

/* Unsigned order of bytes as a signed number. */
static int64_t eight_bytes(struct str s, size_t from)
{
    uint64_t v = 0;
    for (size_t i = from; i < from + 8; i++)
        v = v << 8 | (i < s.n ? (uint8_t)s.p[i] : 0);
    return (int64_t)(v ^ UINT64_C(1) << 63);
}

struct list_key list_key_text(struct str s)
{
    return (struct list_key){.first = eight_bytes(s, 0), .second = eight_bytes(s, 8)};
}

struct list_key list_key_tag(struct str tag)
{
    size_t last = tag.n > 8 ? tag.n - 8 : 0;
    return (struct list_key){.first = eight_bytes(tag, 0), .second = eight_bytes(tag, last)};
}

struct list_key list_key_state(enum message_state state)
{
    bool own =
        message_state_final(state) || state == MESSAGE_SCHEDULED || state == MESSAGE_IN_DOUBT;
    return list_key_number(own ? (int64_t)state : 0);
}

enum err store_list_mark(int64_t *id, struct store_view *view, bool incoming)
{
    return store_setting_get(id, view, incoming ? STR("listed_incoming") : STR("listed"));
}

/* ---- the pass ---- */

struct order_row {
    int64_t account_id;
    enum list_by by;
    struct list_key key;
    int64_t id;
};

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int in_place(const void *a, const void *b)
{
    const struct order_row *x = a, *y = b;
    int c = compare(x->account_id, y->account_id);
    c = c ? c : compare((int64_t)x->by, (int64_t)y->by);
    c = c ? c : compare(x->key.first, y->key.first);
    c = c ? c : compare(x->key.second, y->key.second);
    return c ? c : compare(x->id, y->id);
}

/* Sorts them: what lies together is written together. */
static enum err put_rows(struct store_tx *tx, struct order_row *list, size_t n)
{
    static struct db_query put =
        DB_QUERY_MANY("INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                      "INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                      "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], "
                      "$4::bigint[], $5::bigint[]) ON CONFLICT DO NOTHING");
    if (!n)
        return OK;
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    qsort(list, n, sizeof(*list), in_place);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {DB_INT(list[i].account_id), DB_INT(list[i].by),
                                                DB_INT(list[i].key.first),
                                                DB_INT(list[i].key.second), DB_INT(list[i].id)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &put, args, COLUMNS_N, n, NULL);
}

static struct order_row order_row(const struct db_rows *r, enum list_by by, struct list_key key)
{
    return (struct order_row){
        .account_id = db_rows_int(r, 1), .by = by, .key = key, .id = db_rows_int(r, 0)};
}

/* How many. */
static size_t rows_of_message(struct order_row out[MESSAGE_ORDERS], const struct db_rows *r)
{
    struct str tag = db_rows_text(r, 7);
    size_t n = 0;
    out[n++] = order_row(r, LIST_RECIPIENT, list_key_number(db_rows_int(r, 2)));
    out[n++] = order_row(r, LIST_SENDER, list_key_text(db_rows_text(r, 3)));
    out[n++] = order_row(r, LIST_STATE, list_key_state((enum message_state)db_rows_int(r, 4)));
    out[n++] = order_row(r, LIST_PARTS, list_key_number(db_rows_int(r, 5)));
    out[n++] = order_row(r, LIST_CREDITS, list_key_number(db_rows_int(r, 6)));
    if (tag.n)
        out[n++] = order_row(r, LIST_TAG, list_key_tag(tag));
    return n;
}

static size_t rows_of_incoming(struct order_row out[INCOMING_ORDERS], const struct db_rows *r)
{
    out[0] = order_row(r, LIST_PHONE, list_key_text(db_rows_text(r, 2)));
    out[1] = order_row(r, LIST_NUMBER, list_key_text(db_rows_text(r, 3)));
    out[2] = order_row(r, LIST_STANDING, list_key_number(db_rows_int(r, 4)));
    return INCOMING_ORDERS;
}

static enum err list_some(size_t *seen, struct store_tx *tx, bool incoming, int64_t before_id,
                          size_t limit)
{
    static struct db_query messages =
        DB_QUERY("SELECT id, account_id, recipient, sender, state, parts, credits, tag "
                 "FROM message WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3");
    static struct db_query replies =
        DB_QUERY("SELECT id, account_id, sender, number, standing FROM incoming "
                 "WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3");
    size_t orders = incoming ? INCOMING_ORDERS : MESSAGE_ORDERS;
    int64_t mark;
    size_t n = 0;
    *seen = 0;
    enum err e = store_list_mark(&mark, &tx->view, incoming);
    if (e || !limit)
        return e;
    struct order_row *list = ARENA_ARRAY(tx->view.arena, limit * orders, struct order_row);
    struct db_rows rows = db_rows_open(tx->view.db, incoming ? &replies : &messages,
                                       DB_ARGS(DB_INT(mark), DB_INT(before_id), DB_INT(limit)));
    while (*seen < limit && db_rows_next(&rows)) {
        n += incoming ? rows_of_incoming(&list[n], &rows) : rows_of_message(&list[n], &rows);
        mark = db_rows_int(&rows, 0);
        ++*seen;
    }
    e = db_rows_close(&rows);
    if (!e)
        e = put_rows(tx, list, n);
    if (e || !*seen)
        return e;
    return store_setting_set(tx, incoming ? STR("listed_incoming") : STR("listed"), mark);
}

enum err store_list_slice(size_t *seen, struct store_tx *tx, int64_t before_us, size_t limit)
{
    int64_t before_id = store_id_at(before_us);
    size_t replies = 0;
    enum err e = list_some(seen, tx, false, before_id, limit);
    if (!e)
        e = list_some(&replies, tx, true, before_id, limit - *seen);
    *seen += replies;
    return e;
}

/* ---- changes ---- */

/* Has the clock's pass come to it, or could it have on another node? */
static bool is_listed(const struct store_tx *tx, int64_t id, int64_t mark)
{
    return db_shared(tx->view.db) ? !store_is_young(tx, id) : id <= mark;
}

static enum err change(struct store_tx *tx, int64_t message_id, struct db_query *query)
{
    int64_t mark;
    enum err e = store_list_mark(&mark, &tx->view, false);
    if (e || !is_listed(tx, message_id, mark))
        return e;
    return db_run(tx->view.db, query, DB_ARGS(DB_INT(message_id)), NULL);
}

enum err store_list_leave(struct store_tx *tx, enum list_by by, int64_t message_id)
{
    static struct db_query parts =
        DB_QUERY("DELETE FROM list_order WHERE (account_id, sorted_by, key_1, key_2, id) = "
                 "(SELECT account_id, CAST(4 AS BIGINT), parts, CAST(0 AS BIGINT), id FROM message "
                 "WHERE id = $1)");
    static struct db_query credits = DB_QUERY(
        "DELETE FROM list_order WHERE (account_id, sorted_by, key_1, key_2, id) = "
        "(SELECT account_id, CAST(5 AS BIGINT), credits, CAST(0 AS BIGINT), id FROM message "
        "WHERE id = $1)");
    return change(tx, message_id, by == LIST_PARTS ? &parts : &credits);
}

enum err store_list_enter(struct store_tx *tx, enum list_by by, int64_t message_id)
{
    static struct db_query parts =
        DB_QUERY("INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                 "SELECT account_id, 4, parts, 0, id FROM message WHERE id = $1 "
                 "ON CONFLICT DO NOTHING");
    static struct db_query credits =
        DB_QUERY("INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                 "SELECT account_id, 5, credits, 0, id FROM message WHERE id = $1 "
                 "ON CONFLICT DO NOTHING");
    return change(tx, message_id, by == LIST_PARTS ? &parts : &credits);
}

/* ---- changes of state ---- */

void store_list_moved(struct store_tx *tx, const int64_t *ids, size_t n)
{
    struct ended *e = ARENA_NEW(tx->view.arena, struct ended);
    int64_t *own = ARENA_ARRAY(tx->view.arena, n, int64_t);
    memcpy(own, ids, n * sizeof(*ids));
    *e = (struct ended){.before_in_all = tx->ended_all, .ids = own, .n = n};
    tx->ended_all = e;
}

/* As list_key_state says. */
#define KEY_OF(state) \
    "CASE WHEN " state " = 1 OR " state " = 5 OR " state " > 5 THEN " state " ELSE 0 END"

static enum err move_rows(struct store_tx *tx, const int64_t *ids, size_t n)
{
    static struct db_query enter =
        DB_QUERY_MANY("INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                      "SELECT account_id, 3, " KEY_OF("state") ", 0, id FROM message WHERE id = $1 "
                                                               "ON CONFLICT DO NOTHING",
                      "INSERT INTO list_order (account_id, sorted_by, key_1, key_2, id) "
                      "SELECT account_id, 3, " KEY_OF(
                          "state") ", 0, id FROM message "
                                   "WHERE id = ANY ($1::bigint[]) ON CONFLICT DO NOTHING");
    static struct db_query leave = DB_QUERY_MANY(
        "DELETE FROM list_order WHERE sorted_by = 3 AND key_1 IN (0, 1, 5) AND key_2 = 0 "
        "AND id = $1 AND account_id = (SELECT account_id FROM message WHERE id = $1) "
        "AND key_1 <> (SELECT " KEY_OF("state") " FROM message WHERE id = $1)",
        "DELETE FROM list_order AS l USING message AS m WHERE m.id = ANY ($1::bigint[]) AND "
        "l.account_id = m.account_id AND l.sorted_by = 3 AND l.key_1 IN (0, 1, 5) AND "
        "l.key_2 = 0 AND l.id = m.id AND l.key_1 <> " KEY_OF("m.state"));
    const struct db_value *args = store_id_args(tx->view.arena, ids, n);
    enum err e = db_run_many(tx->view.db, &enter, args, 1, n, NULL);
    return e ? e : db_run_many(tx->view.db, &leave, args, 1, n, NULL);
}

static int by_id(const void *a, const void *b)
{
    return compare(*(const int64_t *)a, *(const int64_t *)b);
}

enum err store_list_settle(struct store_tx *tx)
{
    size_t all = 0, n = 0;
    int64_t mark;
    for (const struct ended *e = tx->ended_all; e; e = e->before_in_all)
        all += e->n;
    if (!all)
        return OK;
    enum err e = store_list_mark(&mark, &tx->view, false);
    if (e)
        return e;
    int64_t *ids = ARENA_ARRAY(tx->view.arena, all, int64_t);
    for (const struct ended *some = tx->ended_all; some; some = some->before_in_all)
        for (size_t i = 0; i < some->n; i++)
            if (is_listed(tx, some->ids[i], mark))
                ids[n++] = some->ids[i];
    tx->ended_all = NULL;
    if (!n)
        return OK;
    qsort(ids, n, sizeof(*ids), by_id);
    return move_rows(tx, ids, n);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/quarantine.h"

#include "base/clock.h"
#include "store/id.h"
#include "store/rows.h"

#define COLUMNS                                                                               \
    "id, phone, account_id, number, status, reason, errors, error_at, since_at, message_id, " \
    "incoming_id, answer_id"
#define OF_Q                                                                            \
    "q.id, q.phone, q.account_id, q.number, q.status, q.reason, q.errors, q.error_at, " \
    "q.since_at, q.message_id, q.incoming_id, q.answer_id"

static const char *const names[] = {[QUARANTINE_VALID] = "valid",
                                    [QUARANTINE_BLACKLISTED] = "blacklisted",
                                    [QUARANTINE_QUARANTINED] = "quarantined",
                                    [QUARANTINE_ERRONEOUS] = "erroneous"};
enum { STATUSES = sizeof(names) / sizeof(names[0]) };

const char *quarantine_status_name(enum quarantine_status status)
{
    return (size_t)status < STATUSES ? names[status] : "?";
}

enum err quarantine_status_parse(enum quarantine_status *out, struct str name)
{
    for (size_t i = 0; i < STATUSES; i++)
        if (str_eq(name, str_of(names[i]))) {
            *out = (enum quarantine_status)i;
            return OK;
        }
    return ERR_INVALID;
}

/* ---- who is there ---- */

static void read_row(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct quarantine *)item = (struct quarantine){
        .id = db_rows_int(r, 0),
        .phone = (uint64_t)db_rows_int(r, 1),
        .account_id = db_rows_int(r, 2),
        .number = arena_str(a, db_rows_text(r, 3)),
        .status = (enum quarantine_status)db_rows_int(r, 4),
        .reason = arena_str(a, db_rows_text(r, 5)),
        .errors = db_rows_int(r, 6),
        .error_at_us = db_rows_int(r, 7),
        .since_at_us = db_rows_int(r, 8),
        .message_id = db_rows_int(r, 9),
        .incoming_id = db_rows_int(r, 10),
        .answer_id = db_rows_int(r, 11),
    };
}

static enum err collect(struct quarantine **out, size_t *n, struct db_rows *rows,
                        struct arena *arena)
{
    return store_rows_all((void **)out, n, rows, arena, sizeof(**out), read_row);
}

enum err store_quarantine_find(struct quarantine **out, size_t *n, struct store_view *view,
                               const uint64_t *phones, size_t phones_n)
{
    static struct db_query find = DB_QUERY_MANY(
        "SELECT " COLUMNS " FROM quarantine WHERE phone = $1 AND status IN (1, 2)",
        "SELECT " OF_Q ", v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (wanted, row) "
        "JOIN quarantine AS q ON q.phone = v.wanted AND q.status IN (1, 2)");
    struct db_value *args = ARENA_ARRAY(view->arena, phones_n, struct db_value);
    for (size_t i = 0; i < phones_n; i++)
        args[i] = DB_INT(phones[i]);
    struct db_rows rows = db_rows_many(view->db, &find, args, 1, phones_n);
    return collect(out, n, &rows, view->arena);
}

enum err store_quarantine_of(struct quarantine **out, size_t *n, struct store_view *view,
                             uint64_t phone)
{
    static struct db_query of =
        DB_QUERY("SELECT " COLUMNS " FROM quarantine WHERE phone = $1 ORDER BY account_id, number");
    struct db_rows rows = db_rows_open(view->db, &of, DB_ARGS(DB_INT(phone)));
    return collect(out, n, &rows, view->arena);
}

enum err store_quarantine_get(struct quarantine *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY("SELECT " COLUMNS " FROM quarantine WHERE id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_row(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_quarantine_list(struct quarantine **out, size_t *n, struct store_view *view,
                               const struct quarantine_filter *f)
{
#define IS_WANTED                                                                       \
    "AND (status = $2 OR CAST($2 AS BIGINT) = 0) AND since_at >= $5 AND since_at < $6 " \
    "AND (CAST($7 AS BIGINT) = 0 OR $7 = CASE WHEN incoming_id IS NOT NULL THEN 1 "     \
    "WHEN message_id IS NOT NULL THEN 2 ELSE 3 END) "
#define BOTH_WAYS(what)                                                         \
    {                                                                           \
        DB_QUERY("SELECT " COLUMNS " FROM quarantine WHERE " what IS_WANTED     \
                 "AND id < $3 ORDER BY id DESC LIMIT $4"),                      \
            DB_QUERY("SELECT " COLUMNS " FROM quarantine WHERE " what IS_WANTED \
                     "AND id > $3 ORDER BY id LIMIT $4")                        \
    }
    static struct db_query of_all[] = BOTH_WAYS("CAST($1 AS BIGINT) = 0 ");
    static struct db_query of_account[] = BOTH_WAYS("account_id = $1 ");
    static struct db_query of_phone[] =
        BOTH_WAYS("phone = $8 AND (account_id = $1 OR CAST($1 AS BIGINT) = 0) ");
#undef BOTH_WAYS
#undef IS_WANTED
    int64_t past = f->past_id || f->oldest_first ? f->past_id : INT64_MAX;
    struct db_value args[] = {DB_INT(f->account_id), DB_INT(f->status),
                              DB_INT(past),          DB_INT(f->limit),
                              DB_INT(f->since_us),   DB_INT(f->until_us ? f->until_us : INT64_MAX),
                              DB_INT(f->cause),      DB_INT(f->phone)};
    struct db_query *query = f->phone ? of_phone : f->account_id ? of_account : of_all;
    struct db_rows rows = db_rows_open(view->db, query + f->oldest_first, args, f->phone ? 8 : 7);
    return collect(out, n, &rows, view->arena);
}

enum err store_quarantine_phones(struct store_view *view, void (*each)(void *ctx, uint64_t phone),
                                 void *ctx)
{
    static struct db_query phones = DB_QUERY("SELECT phone FROM quarantine WHERE status IN (1, 2)");
    struct db_rows rows = db_rows_open(view->db, &phones, DB_NO_ARGS);
    while (db_rows_next(&rows))
        each(ctx, (uint64_t)db_rows_int(&rows, 0));
    return db_rows_close(&rows);
}

/* ---- in and out ---- */

static struct db_value id_or_null(int64_t id)
{
    return id ? DB_INT(id) : DB_NULL;
}

enum err store_quarantine_enter(struct store_tx *tx, struct quarantine *q)
{
    static struct db_query enter = DB_QUERY(
        "INSERT INTO quarantine (id, phone, account_id, number, status, reason, errors, since_at, "
        "message_id, incoming_id) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9) "
        "ON CONFLICT (phone, account_id, number) DO UPDATE SET "
        "status = CASE WHEN quarantine.status = 1 THEN 1 ELSE excluded.status END, "
        "reason = excluded.reason, since_at = excluded.since_at, "
        "message_id = excluded.message_id, incoming_id = excluded.incoming_id RETURNING id");
    struct db_rows rows = db_rows_open(
        tx->view.db, &enter,
        DB_ARGS(DB_INT(store_id_next()), DB_INT(q->phone), DB_INT(q->account_id),
                DB_TEXT(q->number), DB_INT(q->status), DB_TEXT(q->reason), DB_INT(tx->now_us),
                id_or_null(q->message_id), id_or_null(q->incoming_id)));
    while (db_rows_next(&rows))
        q->id = db_rows_int(&rows, 0);
    q->since_at_us = tx->now_us;
    return db_rows_close(&rows);
}

enum err store_quarantine_recipients(struct quarantine *rows, size_t n, struct store_view *view)
{
    static struct db_query find =
        DB_QUERY_MANY("SELECT recipient, account_id FROM message WHERE id = $1",
                      "SELECT m.recipient, m.account_id, v.row FROM UNNEST($1::bigint[]) "
                      "WITH ORDINALITY AS v (id, row) JOIN message AS m ON m.id = v.id");
    struct db_value *args = ARENA_ARRAY(view->arena, n, struct db_value);
    for (size_t i = 0; i < n; i++)
        args[i] = DB_INT(rows[i].message_id);
    struct db_rows found = db_rows_many(view->db, &find, args, 1, n);
    while (db_rows_next(&found)) {
        rows[found.row].phone = (uint64_t)db_rows_int(&found, 0);
        rows[found.row].account_id = db_rows_int(&found, 1);
    }
    return db_rows_close(&found);
}

static enum err fail_one(struct store_tx *tx, struct quarantine *q)
{
    static struct db_query fail = DB_QUERY(
        "INSERT INTO quarantine (id, phone, account_id, number, status, reason, errors, error_at, "
        "since_at, message_id) VALUES ($1, $2, $3, '', $4, $5, 1, $6, $6, $7) "
        "ON CONFLICT (phone, account_id, number) DO UPDATE SET "
        "errors = quarantine.errors + 1, error_at = excluded.error_at, "
        "reason = excluded.reason, message_id = excluded.message_id, "
        "since_at = CASE WHEN excluded.status = 2 OR quarantine.errors + 1 >= $8 "
        "THEN excluded.since_at ELSE quarantine.since_at END, "
        "status = CASE WHEN excluded.status = 2 OR quarantine.errors + 1 >= $8 THEN 2 ELSE 3 END "
        "WHERE quarantine.status = 3 AND (excluded.status = 2 OR quarantine.error_at <= $9) "
        "RETURNING id, status, errors");
    struct db_rows rows = db_rows_open(
        tx->view.db, &fail,
        DB_ARGS(DB_INT(store_id_next()), DB_INT(q->phone), DB_INT(q->account_id), DB_INT(q->status),
                DB_TEXT(q->reason), DB_INT(tx->now_us), id_or_null(q->message_id),
                DB_INT(QUARANTINE_ERRORS_MOST), DB_INT(tx->now_us - QUARANTINE_APART_H * HOUR_US)));
    q->status = QUARANTINE_VALID;
    while (db_rows_next(&rows)) {
        q->id = db_rows_int(&rows, 0);
        q->status = (enum quarantine_status)db_rows_int(&rows, 1);
        q->errors = db_rows_int(&rows, 2);
    }
    return db_rows_close(&rows);
}

enum err store_quarantine_fail(struct store_tx *tx, struct quarantine *rows, size_t n)
{
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = fail_one(tx, &rows[i]);
    return e;
}

enum err store_quarantine_leave(struct quarantine **left, size_t *n, struct store_tx *tx,
                                const struct quarantine_leave *which)
{
    static struct db_query leave =
        DB_QUERY("DELETE FROM quarantine WHERE phone = $1 AND (number = $3 OR $3 = '') "
                 "AND ((account_id = $2 AND (account_id <> 0 OR CAST($4 AS BIGINT) = 0)) "
                 "OR (CAST($4 AS BIGINT) = 1 AND account_id = 0 AND incoming_id IS NOT NULL)) "
                 "RETURNING " COLUMNS);
    struct db_rows rows = db_rows_open(tx->view.db, &leave,
                                       DB_ARGS(DB_INT(which->phone), DB_INT(which->account_id),
                                               DB_TEXT(which->number), DB_INT(which->by_reply)));
    return collect(left, n, &rows, tx->view.arena);
}

enum err store_quarantine_answer(struct store_tx *tx, int64_t id, int64_t message_id)
{
    static struct db_query answer = DB_QUERY("UPDATE quarantine SET answer_id = $2 WHERE id = $1");
    return db_run(tx->view.db, &answer, DB_ARGS(DB_INT(id), DB_INT(message_id)), NULL);
}

/* Of a phone's messages only the newest are looked at: one may have very many. */
enum err store_quarantine_tidy(struct quarantine **gone, size_t *n, int64_t *behind,
                               struct store_tx *tx, int64_t since_us, size_t limit)
{
    static struct db_query next =
        DB_QUERY("SELECT " OF_Q ", CASE WHEN q.error_at < $2 OR EXISTS (SELECT 1 FROM "
                 "(SELECT message_id FROM recipient_index WHERE recipient = q.phone "
                 "ORDER BY message_id DESC LIMIT 50) AS r JOIN message AS m ON m.id = r.message_id "
                 "WHERE m.account_id = q.account_id AND m.state = 6 AND m.done_at > q.error_at) "
                 "THEN 1 ELSE 0 END FROM quarantine AS q "
                 "WHERE q.status = 3 AND q.id > $1 ORDER BY q.id LIMIT $3");
    static struct db_query drop = DB_QUERY("DELETE FROM quarantine WHERE id = $1 AND status = 3");
    struct quarantine *list = ARENA_ARRAY(tx->view.arena, limit, struct quarantine);
    struct db_rows rows =
        db_rows_open(tx->view.db, &next, DB_ARGS(DB_INT(*behind), DB_INT(since_us), DB_INT(limit)));
    size_t seen = 0;
    *n = 0;
    while (db_rows_next(&rows)) {
        read_row(&list[*n], &rows, tx->view.arena);
        *behind = list[*n].id;
        *n += db_rows_int(&rows, 12) != 0;
        seen++;
    }
    enum err e = db_rows_close(&rows);
    for (size_t i = 0; i < *n && !e; i++)
        e = db_run(tx->view.db, &drop, DB_ARGS(DB_INT(list[i].id)), NULL);
    if (seen < limit)
        *behind = 0;
    *gone = list;
    return e;
}

/* ---- what happened ---- */

#define EVENT                                                                                 \
    "id, phone, account_id, number, at, status, who, reason, text, carrier_id, incoming_id, " \
    "message_id"

enum err store_quarantine_event_add(struct store_tx *tx, const struct quarantine_event *e)
{
    static struct db_query add = DB_QUERY("INSERT INTO quarantine_event (" EVENT ") VALUES "
                                          "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    return db_run(tx->view.db, &add,
                  DB_ARGS(DB_INT(store_id_next()), DB_INT(e->phone), DB_INT(e->account_id),
                          DB_TEXT(e->number), DB_INT(tx->now_us), DB_INT(e->status),
                          DB_TEXT(e->who), DB_TEXT(e->reason), DB_TEXT(e->text),
                          id_or_null(e->carrier_id), id_or_null(e->incoming_id),
                          id_or_null(e->message_id)),
                  NULL);
}

static void read_event(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct quarantine_event *)item = (struct quarantine_event){
        .id = db_rows_int(r, 0),
        .phone = (uint64_t)db_rows_int(r, 1),
        .account_id = db_rows_int(r, 2),
        .number = arena_str(a, db_rows_text(r, 3)),
        .at_us = db_rows_int(r, 4),
        .status = (enum quarantine_status)db_rows_int(r, 5),
        .who = arena_str(a, db_rows_text(r, 6)),
        .reason = arena_str(a, db_rows_text(r, 7)),
        .text = arena_str(a, db_rows_text(r, 8)),
        .carrier_id = db_rows_int(r, 9),
        .incoming_id = db_rows_int(r, 10),
        .message_id = db_rows_int(r, 11),
    };
}

enum err store_quarantine_event_list(struct quarantine_event **out, size_t *n,
                                     struct store_view *view, uint64_t phone, int64_t before_id,
                                     size_t limit)
{
    static struct db_query list =
        DB_QUERY("SELECT " EVENT " FROM quarantine_event WHERE phone = $1 AND id < $2 "
                 "ORDER BY id DESC LIMIT $3");
    struct db_rows rows = db_rows_open(
        view->db, &list,
        DB_ARGS(DB_INT(phone), DB_INT(before_id ? before_id : INT64_MAX), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_event);
}

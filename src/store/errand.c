/* SPDX-License-Identifier: Apache-2.0 */
#include "store/errand.h"

#include "store/errand_rows.h"
#include "store/rows.h"

enum err store_errand_insert(struct store_tx *tx, const struct errand *rows, size_t n)
{
    enum { COLUMNS_N = 13 };
#define INTO                                                                                       \
    "INSERT INTO errand (id, account_id, kind, target, profile, body, events, keep, told, state, " \
    "claimed_by, due_at, give_up_at, created_at) "
    static struct db_query insert = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, $13)",
        INTO "SELECT id, account_id, kind, target, profile, body, events, keep, '', state, epoch, "
             "due_at, give_up_at, created_at FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], "
             "$4::text[], $5::bigint[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], "
             "$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[]) AS v (id, account_id, "
             "kind, target, profile, body, events, keep, state, epoch, due_at, give_up_at, "
             "created_at)");
#undef INTO
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct errand *e = &rows[i];
        const struct db_value row[COLUMNS_N] = {
            DB_INT(e->id),        DB_INT(e->account_id),
            DB_INT(e->kind),      DB_TEXT(e->target),
            DB_INT(e->profile),   DB_TEXT(e->body),
            DB_INT(e->events),    DB_INT(e->keep),
            DB_INT(e->state),     e->state == ERRAND_CLAIMED ? DB_INT(tx->epoch) : DB_NULL,
            DB_INT(e->due_at_us), DB_INT(e->give_up_at_us),
            DB_INT(tx->now_us)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &insert, args, COLUMNS_N, n, NULL);
}

static enum err read_due(int64_t **ids, size_t *n, struct store_tx *tx, size_t limit)
{
    static struct db_query due = DB_QUERY("SELECT id FROM errand WHERE state = 1 AND due_at <= $1 "
                                          "ORDER BY due_at, id LIMIT $2 {skip_locked}");
    *ids = ARENA_ARRAY(tx->view.arena, limit, int64_t);
    *n = 0;
    struct db_rows rows =
        db_rows_open(tx->view.db, &due, DB_ARGS(DB_INT(tx->now_us), DB_INT(limit)));
    while (*n < limit && db_rows_next(&rows))
        (*ids)[(*n)++] = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}

enum err store_errand_take(struct errand **out, size_t *n, struct store_tx *tx, size_t limit)
{
    static struct db_query claim =
        DB_QUERY_MANY("UPDATE errand SET state = 2, claimed_by = $2 WHERE id = $1 AND state = 1",
                      "UPDATE errand AS e SET state = 2, claimed_by = v.epoch FROM "
                      "UNNEST($1::bigint[], $2::bigint[]) AS v (id, epoch) "
                      "WHERE e.id = v.id AND e.state = 1");
    static struct db_query read = DB_QUERY_MANY(
        "SELECT " ERRAND_COLUMNS " FROM errand AS e WHERE id = $1",
        "SELECT " ERRAND_COLUMNS ", v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (wanted, "
        "row) JOIN errand AS e ON e.id = v.wanted");
    int64_t *ids;
    enum err e = read_due(&ids, n, tx, limit);
    if (e || !*n)
        return e;
    struct db_value *args = ARENA_ARRAY(tx->view.arena, *n * 2, struct db_value);
    for (size_t i = 0; i < *n; i++) {
        args[i * 2] = DB_INT(ids[i]);
        args[i * 2 + 1] = DB_INT(tx->epoch);
    }
    e = db_run_many(tx->view.db, &claim, args, 2, *n, NULL);
    if (e)
        return e;
    *out = ARENA_ARRAY(tx->view.arena, *n, struct errand);
    struct db_rows rows =
        db_rows_many(tx->view.db, &read, store_id_args(tx->view.arena, ids, *n), 1, *n);
    while (db_rows_next(&rows))
        errand_read(&(*out)[rows.row], &rows, tx->view.arena);
    return db_rows_close(&rows);
}

enum err store_errand_done(struct store_tx *tx, const int64_t *ids, size_t n)
{
    enum { COLUMNS_N = 3 };
#define SET \
    "state = 3, claimed_by = NULL, told = '', body = CASE WHEN keep = 1 THEN body ELSE '' END, "
    static struct db_query done = DB_QUERY_MANY(
        "UPDATE errand SET " SET "done_at = $2 WHERE id = $1 AND state = 2 AND claimed_by = $3",
        "UPDATE errand AS e SET " SET "done_at = v.at FROM UNNEST($1::bigint[], $2::bigint[], "
        "$3::bigint[]) AS v (id, at, epoch) "
        "WHERE e.id = v.id AND e.state = 2 AND e.claimed_by = v.epoch");
#undef SET
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {DB_INT(ids[i]), DB_INT(tx->now_us),
                                                DB_INT(tx->epoch)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &done, args, COLUMNS_N, n, NULL);
}

enum err store_errand_back(struct store_tx *tx, const struct errand_back *rows, size_t n)
{
    enum { COLUMNS_N = 7 };
    static struct db_query back = DB_QUERY_MANY(
        "UPDATE errand SET state = $2, claimed_by = NULL, due_at = $3, told = $4, "
        "attempts = attempts + $5, done_at = $6 WHERE id = $1 AND state = 2 AND claimed_by = $7",
        "UPDATE errand AS e SET state = v.state, claimed_by = NULL, due_at = v.due_at, "
        "told = v.told, attempts = e.attempts + v.attempted, done_at = v.done_at FROM "
        "UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], "
        "$6::bigint[], $7::bigint[]) AS v (id, state, due_at, told, attempted, done_at, epoch) "
        "WHERE e.id = v.id AND e.state = 2 AND e.claimed_by = v.epoch");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct errand_back *b = &rows[i];
        const struct db_value row[COLUMNS_N] = {
            DB_INT(b->id),        DB_INT(b->state),
            DB_INT(b->due_at_us), DB_TEXT(b->told),
            DB_INT(b->attempted), b->state == ERRAND_GIVEN_UP ? DB_INT(tx->now_us) : DB_NULL,
            DB_INT(tx->epoch)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &back, args, COLUMNS_N, n, NULL);
}

enum err store_errand_release(int64_t *n, struct store_tx *tx, int64_t epoch)
{
    static struct db_query release = DB_QUERY(
        "UPDATE errand SET state = 1, claimed_by = NULL WHERE state = 2 AND claimed_by = $1");
    *n = 0;
    return db_run(tx->view.db, &release, DB_ARGS(DB_INT(epoch)), n);
}

enum err store_errand_attempt_add(struct store_tx *tx, const struct errand_attempt *rows, size_t n)
{
    enum { COLUMNS_N = 7 };
#define INTO "INSERT INTO errand_attempt (errand_id, at, took_ms, status, events, failed, error) "
    static struct db_query insert = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::bigint[], $6::bigint[], $7::text[])");
#undef INTO
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct errand_attempt *a = &rows[i];
        const struct db_value row[COLUMNS_N] = {
            DB_INT(a->errand_id), DB_INT(a->at_us),
            DB_INT(a->took_ms),   a->status ? DB_INT(a->status) : DB_NULL,
            DB_INT(a->events),    DB_INT(a->failed),
            DB_TEXT(a->error)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &insert, args, COLUMNS_N, n, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine for several nodes. Inside a transaction a statement is not waited for: small ones stay
 * here until somebody waits, what is larger is sent with a sync behind it. So nothing is ever under
 * way without a sync, and the server's idle_in_transaction_session_timeout runs even if this
 * process stops between two statements.
 */
#include "base/arena.h"
#include "base/log.h"
#include "db/postgres_base.h"

#include <stdlib.h>

/* The result of db_rows; all of it is here. */
struct cursor {
    PGresult *result;
    struct db_query *query;
    bool many; /* of all rows of arguments: the last column tells of which */
    int at;
};

static struct postgres *of(const struct db *db)
{
    return (struct postgres *)db;
}

/* ---- connection ---- */

static void close_db(struct db *db)
{
    struct postgres *c = of(db);
    postgres_disconnect(c);
    PQconninfoFree(c->url);
    free(c->bytes);
    free(c);
}

/* A password with a bare / is cut there, and its beginning read as a port: libpq would quote it. */
static bool has_ports(const PQconninfoOption *url)
{
    while (url->keyword && strcmp(url->keyword, "port") != 0)
        url++;
    return !url->keyword || !url->val || strspn(url->val, "0123456789,") == strlen(url->val);
}

static enum err open_db(struct db **out, const char *url, enum db_mode mode)
{
    struct postgres *c = base_alloc(sizeof(*c));
    c->db.engine = &db_postgres;
    c->mode = mode;
    c->url = PQconninfoParse(url, NULL);
    if (!c->url || !has_ports(c->url)) {
        /* libpq's words may quote the whole of it, with the password. */
        log_error("store_url_invalid", "hint=\"postgresql://USER@HOST:PORT/DATABASE; in a password "
                                       "write / as %%2F, @ as %%40\"");
        PQconninfoFree(c->url);
        free(c);
        return ERR_INVALID;
    }
    enum err e = postgres_connect(c);
    if (e) {
        e = c->trouble == POSTGRES_UNFIT     ? ERR_INVALID
            : c->trouble == POSTGRES_MISSING ? ERR_NOT_FOUND
            : c->trouble == POSTGRES_REFUSED ? ERR_UNAUTHORIZED
                                             : e;
        close_db(&c->db);
        return e;
    }
    *out = &c->db;
    return OK;
}

/* ---- transactions ---- */

static enum err begin(struct db *db)
{
    struct postgres *c = of(db);
    if (c->in_transaction)
        return ERR_INTERNAL;
    enum err e = postgres_ready(c);
    if (!e)
        e = postgres_command(c, "BEGIN");
    c->in_transaction = !e;
    c->failed = OK;
    return e;
}

static bool is_commit(const PGresult *result)
{
    return result && strcmp(PQcmdStatus((PGresult *)result), "COMMIT") == 0;
}

/* Somebody has cut short the server's wait for its synchronous standby: it tells so in a warning
 * and yet says COMMIT. Who then asks what became of it waits for the standby again. */
static enum err not_on_standby(struct postgres *c)
{
    c->in_transaction = false;
    if (c->conn)
        postgres_lost(c, "a commit did not wait for the standby");
    return ERR_DOUBT;
}

static enum err commit(struct db *db)
{
    struct postgres *c = of(db);
    PGresult *result = NULL;
    if (!c->in_transaction)
        return ERR_INTERNAL;
    if (c->failed)
        return c->failed;
    if (!postgres_alive(c))
        return postgres_lost(c, NULL);
    c->warned = false;
    enum err e = postgres_command(c, "COMMIT");
    if (!e)
        e = postgres_wait(c, &result);
    bool committed = is_commit(result);
    PQclear(result);
    if (!committed && !c->conn && e == ERR_STORE)
        e = ERR_DOUBT;
    else if (!committed && !e)
        e = ERR_STORE;
    c->in_transaction = !committed && c->conn;
    c->failed = c->in_transaction ? e : OK;
    if (committed && c->warned)
        return not_on_standby(c);
    return committed ? OK : e;
}

static void rollback(struct db *db)
{
    struct postgres *c = of(db);
    if (!c->in_transaction)
        return;
    enum err e = c->conn && c->sent_n ? postgres_wait(c, NULL) : OK;
    c->in_transaction = false;
    c->failed = OK;
    e = c->conn ? postgres_command(c, "ROLLBACK") : e;
    if (!e && c->conn)
        e = postgres_wait(c, NULL);
    if (c->conn && (e || PQtransactionStatus(c->conn) != PQTRANS_IDLE))
        postgres_lost(c, "rollback");
}

/* ---- statements ---- */

static enum err finish(struct postgres *c, bool now)
{
    enum { ENOUGH = 16384 }; /* bytes; far below the 64 KB that libpq sends by itself */
    if (now || !c->in_transaction)
        return postgres_wait(c, NULL);
    return c->unsynced < ENOUGH ? OK : postgres_sync(c);
}

/* One statement for all rows; who counts gets the numbers of the rows that were touched. */
static enum err run_arrays(struct postgres *c, struct db_query *query, const struct db_value *args,
                           size_t columns, size_t rows, int64_t *changed)
{
    PGresult *result;
    enum err e = postgres_send_many(c, query, args, columns, rows);
    if (e || !changed)
        return e ? e : finish(c, false);
    memset(changed, 0, rows * sizeof(*changed));
    e = postgres_wait(c, &result);
    int last = result ? PQnfields(result) - 1 : -1;
    for (int i = 0; last >= 0 && i < PQntuples(result); i++) {
        int64_t row = postgres_int(result, i, last);
        if (row >= 1 && row <= (int64_t)rows)
            changed[row - 1]++;
    }
    PQclear(result);
    return e;
}

static enum err run_many(struct db *db, struct db_query *query, const struct db_value *args,
                         size_t columns, size_t rows, int64_t *changed)
{
    struct postgres *c = of(db);
    enum err e = postgres_ready(c);
    if (e)
        return e;
    if (query->many && rows > 1)
        return run_arrays(c, query, args, columns, rows, changed);
    for (size_t row = 0; row < rows && !e; row++)
        e = postgres_send_row(c, query, args + row * columns, columns,
                              changed ? &changed[row] : NULL);
    if (!c->conn)
        return e;
    enum err finished = finish(c, changed != NULL);
    return e ? e : finished;
}

static enum err script_err(struct postgres *c, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool forbidden = state && strcmp(state, "42501") == 0; /* insufficient_privilege */
    enum err e = postgres_result_err(c, result, "script");
    return forbidden && c->conn ? ERR_UNAUTHORIZED : e;
}

static enum err script(struct db *db, const char *sql)
{
    struct postgres *c = of(db);
    enum err e = postgres_ready(c);
    if (!e && c->in_transaction) /* a migration may take its time */
        e = postgres_command(c, "SET LOCAL statement_timeout = 0");
    if (!e)
        e = postgres_wait(c, NULL);
    if (e)
        return e;
    PQexitPipelineMode(c->conn);
    PGresult *result = PQexec(c->conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        e = postgres_fail(c, script_err(c, result));
    PQclear(result);
    if (c->conn && !PQenterPipelineMode(c->conn))
        e = postgres_lost(c, NULL);
    return e;
}

/* ---- rows ---- */

static enum err fetch(struct db_rows *rows, struct cursor *cursor)
{
    struct postgres *c = of(rows->db);
    PQclear(cursor->result);
    cursor->result = NULL;
    cursor->at = -1;
    enum err e = postgres_ready(c);
    if (e)
        return e;
    e = cursor->many ? postgres_send_many(c, cursor->query, rows->args, rows->columns, rows->rows)
                     : postgres_send_row(c, cursor->query, rows->args + rows->row * rows->columns,
                                         rows->columns, NULL);
    return e ? e : postgres_wait(c, &cursor->result);
}

static void rows_close(struct db_rows *rows)
{
    struct cursor *cursor = rows->statement;
    PQclear(cursor->result);
    free(cursor);
}

static void rows_open(struct db_rows *rows, struct db_query *query)
{
    struct cursor *cursor = base_alloc(sizeof(*cursor));
    cursor->query = query;
    cursor->many = query->many && rows->rows > 1;
    rows->statement = cursor;
    rows->err = fetch(rows, cursor);
}

static bool rows_next(struct db_rows *rows)
{
    struct cursor *cursor = rows->statement;
    while (cursor->at + 1 >= PQntuples(cursor->result)) {
        if (cursor->many || rows->row + 1 >= rows->rows)
            return false;
        rows->row++;
        rows->err = fetch(rows, cursor);
        if (rows->err)
            return false;
    }
    cursor->at++;
    if (cursor->many) {
        int64_t row = postgres_int(cursor->result, cursor->at, PQnfields(cursor->result) - 1);
        rows->row = row > 0 ? (size_t)row - 1 : 0;
    }
    return true;
}

static enum db_type rows_type(const struct db_rows *rows, int column)
{
    const struct cursor *cursor = rows->statement;
    return postgres_type(cursor->result, cursor->at, column);
}

static int64_t rows_int(const struct db_rows *rows, int column)
{
    const struct cursor *cursor = rows->statement;
    return postgres_int(cursor->result, cursor->at, column);
}

static struct str rows_text(const struct db_rows *rows, int column)
{
    const struct cursor *cursor = rows->statement;
    return postgres_text(cursor->result, cursor->at, column);
}

static int rows_columns(const struct db_rows *rows)
{
    const struct cursor *cursor = rows->statement;
    return cursor->result ? PQnfields(cursor->result) - cursor->many : 0;
}

static struct str rows_name(const struct db_rows *rows, int column)
{
    const struct cursor *cursor = rows->statement;
    return str_of(PQfname(cursor->result, column));
}

/* ---- among several writers ---- */

static enum err lock(struct db *db, int64_t key)
{
    static struct db_query take = DB_QUERY("SELECT pg_advisory_xact_lock($1)");
    int64_t waited;
    return db_run(db, &take, DB_ARGS(DB_INT(key)), &waited);
}

static enum err oldest_writer(struct db *db, int64_t *began_at_us)
{
    /* What the server showed before in this transaction is old. */
    static struct db_query fresh = DB_QUERY("SELECT pg_stat_clear_snapshot()");
    /* Of another role's session nothing is shown but its name: it may be in the middle. */
    static struct db_query oldest =
        DB_QUERY("SELECT MIN(CASE WHEN backend_start IS NULL THEN 0 ELSE "
                 "CAST(FLOOR(EXTRACT(EPOCH FROM xact_start) * 1000000) AS BIGINT) END) "
                 "FROM pg_stat_activity WHERE datname = current_database() AND "
                 "application_name = 'navette writer' AND pid <> pg_backend_pid()");
    enum err e = db_run(db, &fresh, DB_NO_ARGS, NULL);
    if (e)
        return e;
    struct db_rows rows = db_rows_open(db, &oldest, DB_NO_ARGS);
    *began_at_us = INT64_MAX;
    if (db_rows_next(&rows) && !db_rows_is_null(&rows, 0))
        *began_at_us = db_rows_int(&rows, 0);
    if (*began_at_us == 0)
        log_warn("store_blind", "hint=\"let all nodes use the same user of the database\"");
    return db_rows_close(&rows);
}

static enum err note(struct db *db, struct str text)
{
    static struct db_query notify = DB_QUERY("SELECT pg_notify('navette', $1)");
    return db_run(db, &notify, DB_ARGS(DB_TEXT(text)), NULL);
}

static enum err listen_notes(struct db *db)
{
    static struct db_query listen = DB_QUERY("LISTEN navette");
    of(db)->listening = true; /* postgres_connect says it again */
    return db_run(db, &listen, DB_NO_ARGS, NULL);
}

static int notes_fd(const struct db *db)
{
    const struct postgres *c = of(db);
    return c->conn && c->listening ? PQsocket(c->conn) : -1;
}

static bool notes_next(struct db *db, char *text)
{
    struct postgres *c = of(db);
    if (!c->listening || postgres_ready(c))
        return false;
    PGnotify *next = PQnotifies(c->conn);
    if (!next)
        return false;
    if (str_copy(text, DB_NOTE_MAX + 1, str_of(next->extra)))
        text[0] = '\0'; /* a stranger's */
    PQfreemem(next);
    return true;
}

static struct db_query patient = DB_QUERY("SELECT set_config('statement_timeout', '0', false)");

/* The numbers are those of enum db_type. */
static struct db_query columns =
    DB_QUERY("SELECT c.relname, a.attname, CASE a.atttypid WHEN 'text'::regtype THEN 2 "
             "WHEN 'bytea'::regtype THEN 3 ELSE 1 END, "
             "COALESCE(array_position(k.conkey, a.attnum), 0) FROM pg_class AS c "
             "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
             "LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p' "
             "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
             "ORDER BY c.relname, a.attnum");

const struct db_engine db_postgres = {
    .open = open_db,
    .close = close_db,
    .shared = true,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .run_many = run_many,
    .script = script,
    .patient = &patient,
    .columns = &columns,
    .words = {"BIGINT PRIMARY KEY", "BYTEA", "", "WITH (fillfactor = 60)", ", id",
              "FOR UPDATE SKIP LOCKED", "pg_current_xact_id()::text::bigint",
              "pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
              "pg_snapshot_xmax(pg_current_snapshot())::text::bigint"},
    .rows_open = rows_open,
    .rows_next = rows_next,
    .rows_type = rows_type,
    .rows_int = rows_int,
    .rows_text = rows_text,
    .rows_close = rows_close,
    .rows_columns = rows_columns,
    .rows_name = rows_name,
    .lock = lock,
    .oldest_writer = oldest_writer,
    .note = note,
    .listen = listen_notes,
    .notes_fd = notes_fd,
    .notes_next = notes_next,
};

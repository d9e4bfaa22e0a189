/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded engine. WAL with synchronous=FULL: a commit is on disk when db_commit returns.
 * No checkpoint thread: the committing thread checkpoints when the log has grown to 16 MB (a
 * separate one lets the log grow and halves the rate).
 */
#include "base/arena.h"
#include "base/log.h"
#include "db/engine.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUSY_TIMEOUT_MS = 5000 };

/* One prepared statement; argument k of the caller is bound to index[k]. */
struct statement {
    sqlite3_stmt *stmt;
    int args;
    int index[DB_ARGS_MAX];
};

struct sqlite {
    struct db db;
    sqlite3 *handle;
    struct statement statements[DB_STATEMENTS_MAX];
};

static struct sqlite *of(const struct db *db)
{
    return (struct sqlite *)db;
}

static pthread_once_t configured = PTHREAD_ONCE_INIT;

static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* a global lock less on every allocation */
}

static enum err err_from(struct sqlite *db, int code, const char *doing)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY
                   ? ERR_EXISTS
                   : ERR_CONFLICT;
    case SQLITE_FULL:
        return ERR_STORE_FULL; /* the writer tells, and does not fill the disk with it */
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    default:
        log_error("store_error", "doing=%s code=%d text=\"%s\"", doing, code,
                  db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
        return ERR_STORE;
    }
}

static enum err exec(struct sqlite *db, const char *sql)
{
    return err_from(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL), "exec");
}

static enum err set_up(struct sqlite *db, enum db_mode mode)
{
    static const char writer[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                 "PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-49152;"
                                 "PRAGMA secure_delete=0; PRAGMA temp_store=MEMORY;";
    static const char reader[] = "PRAGMA query_only=1; PRAGMA cache_size=-16384;"
                                 "PRAGMA temp_store=MEMORY;";
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    return exec(db, mode == DB_READ_WRITE ? writer : reader);
}

static void close_db(struct db *base)
{
    struct sqlite *db = of(base);
    for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
        sqlite3_finalize(db->statements[i].stmt);
    sqlite3_close(db->handle);
    free(db);
}

static enum err open_db(struct db **out, const char *url, enum db_mode mode)
{
    pthread_once(&configured, configure);
    struct sqlite *db = base_alloc(sizeof(*db));
    db->db.engine = &db_sqlite;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
                (mode == DB_READ_WRITE ? SQLITE_OPEN_CREATE : 0);
    enum err e =
        err_from(db, sqlite3_open_v2(url + strlen("sqlite:"), &db->handle, flags, NULL), "open");
    if (!e)
        e = set_up(db, mode);
    if (e) {
        close_db(&db->db);
        return e;
    }
    *out = &db->db;
    return OK;
}

static enum err begin(struct db *db)
{
    return exec(of(db), "BEGIN IMMEDIATE");
}

static enum err commit(struct db *db)
{
    return exec(of(db), "COMMIT");
}

static void rollback(struct db *db)
{
    /* A full disk may have ended the transaction already. */
    if (!sqlite3_get_autocommit(of(db)->handle))
        sqlite3_exec(of(db)->handle, "ROLLBACK", NULL, NULL, NULL);
}

static enum err script(struct db *db, const char *sql)
{
    return exec(of(db), sql);
}

/* SQLite numbers $1, $2 … by first appearance in the text; the caller counts by name. */
static enum err map_args(struct statement *s)
{
    s->args = sqlite3_bind_parameter_count(s->stmt);
    if (s->args > DB_ARGS_MAX)
        return ERR_INTERNAL;
    for (int k = 0; k < s->args; k++) {
        char name[16];
        snprintf(name, sizeof(name), "$%d", k + 1);
        s->index[k] = sqlite3_bind_parameter_index(s->stmt, name);
        if (!s->index[k])
            return ERR_INTERNAL;
    }
    return OK;
}

static enum err prepared(struct statement **out, struct sqlite *db, struct db_query *query)
{
    unsigned slot;
    enum err e = db_slot(&slot, query);
    if (e)
        return e;
    struct statement *s = &db->statements[slot];
    *out = s;
    if (s->stmt)
        return OK;
    char *sql = db_in_words(&db_sqlite, str_of(query->sql));
    int code =
        sql ? sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, NULL)
            : SQLITE_TOOBIG;
    free(sql);
    if (code)
        return err_from(db, code, query->sql);
    return map_args(s);
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct db_value *v)
{
    switch (v->type) {
    case DB_INT_VALUE:
        return sqlite3_bind_int64(stmt, at, v->i);
    case DB_TEXT_VALUE:
        return sqlite3_bind_text64(stmt, at, v->s.p ? v->s.p : "", v->s.n, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case DB_BLOB_VALUE:
        return sqlite3_bind_blob64(stmt, at, v->s.p ? v->s.p : "", v->s.n, SQLITE_STATIC);
    case DB_NULL_VALUE:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

static enum err bind(struct sqlite *db, struct statement *s, const struct db_value *args, size_t n)
{
    if (n != (size_t)s->args) {
        log_error("store_arguments", "given=%zu wanted=%d", n, s->args);
        return ERR_INTERNAL;
    }
    for (size_t k = 0; k < n; k++) {
        int code = bind_one(s->stmt, s->index[k], &args[k]);
        if (code)
            return err_from(db, code, "bind");
    }
    return OK;
}

static enum err run_bound(struct sqlite *db, struct statement *s, int64_t *changed)
{
    int code;
    do
        code = sqlite3_step(s->stmt);
    while (code == SQLITE_ROW);
    enum err e = err_from(db, code, sqlite3_sql(s->stmt));
    sqlite3_reset(s->stmt);
    if (!e && changed)
        *changed = sqlite3_changes64(db->handle);
    return e;
}

static enum err run_many(struct db *base, struct db_query *query, const struct db_value *args,
                         size_t columns, size_t rows, int64_t *changed)
{
    struct sqlite *db = of(base);
    struct statement *s;
    enum err e = prepared(&s, db, query);
    for (size_t row = 0; row < rows && !e; row++) {
        e = bind(db, s, args + row * columns, columns);
        if (!e)
            e = run_bound(db, s, changed ? &changed[row] : NULL);
    }
    return e;
}

static void rows_open(struct db_rows *rows, struct db_query *query)
{
    struct statement *s = NULL;
    rows->err = prepared(&s, of(rows->db), query);
    if (!rows->err)
        rows->err = bind(of(rows->db), s, rows->args, rows->columns);
    rows->statement = rows->err ? NULL : s;
}

static sqlite3_stmt *stmt_of(const struct db_rows *rows)
{
    return ((const struct statement *)rows->statement)->stmt;
}

/* Arguments of the next row after one whose rows are used up; false when there is no other. */
static bool rows_again(struct db_rows *rows)
{
    if (++rows->row >= rows->rows)
        return false;
    sqlite3_reset(stmt_of(rows));
    rows->err =
        bind(of(rows->db), rows->statement, rows->args + rows->row * rows->columns, rows->columns);
    return !rows->err;
}

static bool rows_next(struct db_rows *rows)
{
    if (rows->row >= rows->rows)
        return false;
    int code;
    do
        code = sqlite3_step(stmt_of(rows));
    while (code == SQLITE_DONE && rows_again(rows));
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        rows->err = err_from(of(rows->db), code, sqlite3_sql(stmt_of(rows)));
    return code == SQLITE_ROW;
}

static enum db_type rows_type(const struct db_rows *rows, int column)
{
    switch (sqlite3_column_type(stmt_of(rows), column)) {
    case SQLITE_NULL:
        return DB_NULL_VALUE;
    case SQLITE_TEXT:
        return DB_TEXT_VALUE;
    case SQLITE_BLOB:
        return DB_BLOB_VALUE;
    default:
        return DB_INT_VALUE;
    }
}

static int64_t rows_int(const struct db_rows *rows, int column)
{
    return sqlite3_column_int64(stmt_of(rows), column);
}

static struct str rows_text(const struct db_rows *rows, int column)
{
    const void *p = sqlite3_column_blob(stmt_of(rows), column);
    return (struct str){.p = p, .n = (size_t)sqlite3_column_bytes(stmt_of(rows), column)};
}

static int rows_columns(const struct db_rows *rows)
{
    return sqlite3_column_count(stmt_of(rows));
}

static struct str rows_name(const struct db_rows *rows, int column)
{
    return str_of(sqlite3_column_name(stmt_of(rows), column));
}

static void rows_close(struct db_rows *rows)
{
    sqlite3_reset(stmt_of(rows));
}

/* There is one writer, and nobody else to speak to. */

static enum err lock(struct db *db, int64_t key)
{
    (void)db;
    (void)key;
    return OK;
}

static enum err oldest_writer(struct db *db, int64_t *began_at_us)
{
    (void)db;
    *began_at_us = INT64_MAX;
    return OK;
}

static enum err note(struct db *db, struct str text)
{
    (void)db;
    (void)text;
    return OK;
}

static enum err listen_notes(struct db *db)
{
    (void)db;
    return OK;
}

static int notes_fd(const struct db *db)
{
    (void)db;
    return -1;
}

static bool notes_next(struct db *db, char *text)
{
    (void)db;
    (void)text;
    return false;
}

/* The numbers are those of enum db_type. */
static struct db_query columns =
    DB_QUERY("SELECT t.name, c.name, CASE c.type WHEN 'TEXT' THEN 2 WHEN 'BLOB' THEN 3 ELSE 1 END, "
             "c.pk FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c "
             "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid");

const struct db_engine db_sqlite = {
    .open = open_db,
    .close = close_db,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .run_many = run_many,
    .script = script,
    .columns = &columns,
    .words = {"INTEGER PRIMARY KEY", "BLOB", "WITHOUT ROWID", "", "", "", "0",
              "9223372036854775807", "9223372036854775807"},
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

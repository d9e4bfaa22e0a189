/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded engine. WAL with synchronous=FULL: a commit is on disk when db_commit returns.
 * No checkpoint thread: the committing thread checkpoints when the log has grown to 16 MB (a
 * separate one lets the log grow and halves the rate).
 */
#include "base/arena.h"
#include "base/log.h"
#include "db/db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATEMENTS_MAX = 256, ARGS_MAX = 64, BUSY_TIMEOUT_MS = 5000 };

/* One prepared statement; argument k of the caller is bound to index[k]. */
struct statement {
    sqlite3_stmt *stmt;
    int args;
    int index[ARGS_MAX];
};

struct db {
    sqlite3 *handle;
    struct statement statements[STATEMENTS_MAX];
};

static _Atomic unsigned next_slot = 1;
static pthread_once_t configured = PTHREAD_ONCE_INIT;

static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* a global lock less on every allocation */
}

static enum err err_from(struct db *db, int code, const char *doing)
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

static enum err exec(struct db *db, const char *sql)
{
    return err_from(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL), "exec");
}

static enum err set_up(struct db *db, enum db_mode mode)
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

enum err db_open(struct db **out, const char *url, enum db_mode mode)
{
    struct str path = str_of(url);
    if (!str_starts(path, STR("sqlite:"))) {
        log_error("store_url_unknown", "hint=\"use sqlite:PATH\"");
        return ERR_INVALID;
    }
    pthread_once(&configured, configure);
    struct db *db = base_alloc(sizeof(*db));
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
                (mode == DB_READ_WRITE ? SQLITE_OPEN_CREATE : 0);
    enum err e =
        err_from(db, sqlite3_open_v2(url + strlen("sqlite:"), &db->handle, flags, NULL), "open");
    if (!e)
        e = set_up(db, mode);
    if (e) {
        db_close(db);
        return e;
    }
    *out = db;
    return OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(db->statements[i].stmt);
    sqlite3_close(db->handle);
    free(db);
}

enum err db_begin(struct db *db)
{
    return exec(db, "BEGIN IMMEDIATE");
}

enum err db_commit(struct db *db)
{
    return exec(db, "COMMIT");
}

void db_rollback(struct db *db)
{
    /* A full disk may have ended the transaction already. */
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum err db_script(struct db *db, struct str sql)
{
    char *text = base_alloc(sql.n + 1);
    memcpy(text, sql.p, sql.n);
    enum err e = exec(db, text);
    free(text);
    return e;
}

/* SQLite numbers $1, $2 … by first appearance in the text; the caller counts by name. */
static enum err map_args(struct statement *s)
{
    s->args = sqlite3_bind_parameter_count(s->stmt);
    if (s->args > ARGS_MAX)
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

static enum err prepared(struct statement **out, struct db *db, struct db_query *query)
{
    unsigned slot = atomic_load(&query->slot);
    if (!slot) {
        unsigned fresh = atomic_fetch_add(&next_slot, 1);
        if (atomic_compare_exchange_strong(&query->slot, &slot, fresh))
            slot = fresh;
    }
    if (slot >= STATEMENTS_MAX) {
        log_error("store_statements_exhausted", "limit=%d", STATEMENTS_MAX);
        return ERR_INTERNAL;
    }
    struct statement *s = &db->statements[slot];
    *out = s;
    if (s->stmt)
        return OK;
    int code =
        sqlite3_prepare_v3(db->handle, query->sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, NULL);
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

static enum err bind(struct db *db, struct statement *s, const struct db_value *args, size_t n)
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

static enum err run_bound(struct db *db, struct statement *s, int64_t *changed)
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

enum err db_run(struct db *db, struct db_query *query, const struct db_value *args, size_t n,
                int64_t *changed)
{
    return db_run_many(db, query, args, n, 1, changed);
}

enum err db_run_many(struct db *db, struct db_query *query, const struct db_value *args,
                     size_t columns, size_t rows, int64_t *changed)
{
    struct statement *s;
    enum err e = prepared(&s, db, query);
    for (size_t row = 0; row < rows && !e; row++) {
        e = bind(db, s, args + row * columns, columns);
        if (!e)
            e = run_bound(db, s, changed ? &changed[row] : NULL);
    }
    return e;
}

struct db_rows db_rows_open(struct db *db, struct db_query *query, const struct db_value *args,
                            size_t n)
{
    struct statement *s = NULL;
    struct db_rows rows = {.db = db, .err = prepared(&s, db, query)};
    if (!rows.err)
        rows.err = bind(db, s, args, n);
    rows.statement = rows.err ? NULL : s->stmt;
    return rows;
}

bool db_rows_next(struct db_rows *rows)
{
    if (rows->err || !rows->statement)
        return false;
    int code = sqlite3_step(rows->statement);
    if (code == SQLITE_ROW)
        return true;
    rows->err = err_from(rows->db, code, sqlite3_sql(rows->statement));
    return false;
}

bool db_rows_is_null(const struct db_rows *rows, int column)
{
    return sqlite3_column_type(rows->statement, column) == SQLITE_NULL;
}

int64_t db_rows_int(const struct db_rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

struct str db_rows_text(const struct db_rows *rows, int column)
{
    const void *p = sqlite3_column_blob(rows->statement, column);
    return (struct str){.p = p, .n = (size_t)sqlite3_column_bytes(rows->statement, column)};
}

enum err db_rows_close(struct db_rows *rows)
{
    if (rows->statement)
        sqlite3_reset(rows->statement);
    rows->statement = NULL;
    return rows->err;
}

bool db_shared(const struct db *db)
{
    (void)db;
    return false;
}

enum err db_lock(struct db *db, int64_t key)
{
    (void)db;
    (void)key;
    return OK;
}

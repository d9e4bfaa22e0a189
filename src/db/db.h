/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db/db: one connection to an SQL engine. The only interface through which rows are reached; what
 * stands behind it (sqlite.c, later postgres.c) is known to nobody else.
 *
 * One SQL text serves all engines: $1 … placeholders, ON CONFLICT, RETURNING. A query is a static
 * struct; each connection prepares it once and keeps it. Values are bound as 64-bit integers, UTF-8
 * text, blobs or NULL.
 *
 * Errors: ERR_EXISTS (unique), ERR_CONFLICT (another constraint), ERR_BUSY (locked for too long),
 * ERR_STORE_FULL (no space), ERR_STORE (anything else; logged here with the engine's words, never
 * with values). After an error inside a transaction only db_rollback may follow.
 * Threads: a connection serves one thread at a time; queries may be shared by all.
 */
#ifndef NAVETTE_DB_DB_H
#define NAVETTE_DB_DB_H

#include "base/str.h"

#include <stdatomic.h>

struct db;

enum db_mode { DB_READ_WRITE, DB_READ_ONLY };

/* url: "sqlite:PATH". DB_READ_WRITE creates the database; there is one such connection a process.
 */
enum err db_open(struct db **out, const char *url, enum db_mode mode) MUST_CHECK;
void db_close(struct db *db);

struct db_query {
    const char *sql;
    _Atomic unsigned slot; /* 0 until first used: its place in each connection's statements */
};
#define DB_QUERY(text) \
    {                  \
        .sql = (text)  \
    }

enum db_type { DB_NULL_VALUE, DB_INT_VALUE, DB_TEXT_VALUE, DB_BLOB_VALUE };

struct db_value {
    enum db_type type;
    int64_t i;
    struct str s;
};
#define DB_INT(v)  ((struct db_value){.type = DB_INT_VALUE, .i = (int64_t)(v)})
#define DB_TEXT(v) ((struct db_value){.type = DB_TEXT_VALUE, .s = (v)})
#define DB_BLOB(v) ((struct db_value){.type = DB_BLOB_VALUE, .s = (v)})
#define DB_NULL    ((struct db_value){.type = DB_NULL_VALUE})
/* NULL for an empty view. */
#define DB_TEXT_OR_NULL(v) ((v).n ? DB_TEXT(v) : DB_NULL)

enum err db_begin(struct db *db) MUST_CHECK;
/* OK means durable: it survives a power cut. */
enum err db_commit(struct db *db) MUST_CHECK;
void db_rollback(struct db *db);

/* Runs a statement without rows; *changed (may be NULL): rows it touched. */
enum err db_run(struct db *db, struct db_query *query, const struct db_value *args, size_t n,
                int64_t *changed) MUST_CHECK;
/* The same statement for `rows` rows of `columns` values each; changed (may be NULL) has one count
 * a row. Stops at the first error. */
enum err db_run_many(struct db *db, struct db_query *query, const struct db_value *args,
                     size_t columns, size_t rows, int64_t *changed) MUST_CHECK;
/* Several statements, no values: a migration. */
enum err db_script(struct db *db, struct str sql) MUST_CHECK;

#define DB_ARGS(...)                    \
    ((struct db_value[]){__VA_ARGS__}), \
        sizeof((struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_ARGS NULL, 0

/*
 * Rows of a query:
 *     struct db_rows rows = db_rows_open(db, &query, DB_ARGS(DB_INT(id)));
 *     while (db_rows_next(&rows))
 *         … db_rows_int(&rows, 0) …
 *     return db_rows_close(&rows);
 * An error ends the rows; db_rows_close tells it. Text is valid until the next db_rows_next.
 */
struct db_rows {
    struct db *db;
    void *statement;
    enum err err;
};
struct db_rows db_rows_open(struct db *db, struct db_query *query, const struct db_value *args,
                            size_t n);
bool db_rows_next(struct db_rows *rows);
bool db_rows_is_null(const struct db_rows *rows, int column);
int64_t db_rows_int(const struct db_rows *rows, int column);
struct str db_rows_text(const struct db_rows *rows, int column);
enum err db_rows_close(struct db_rows *rows) MUST_CHECK;

#endif

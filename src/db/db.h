/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db/db: one connection to an SQL engine. The only interface through which rows are reached; which
 * engine stands behind it (sqlite.c, postgres.c) is known to nobody else.
 *
 * One SQL text serves all engines: $1 … placeholders, ON CONFLICT, RETURNING. A query is a static
 * struct; each connection prepares it once and keeps it. Values are bound as 64-bit integers, UTF-8
 * text, blobs or NULL; results are read as integers (booleans are 0 and 1) or bytes.
 *
 * A connection that was lost is made again by the next call outside a transaction; until that
 * succeeds every call fails at once or within DB_CONNECT_MS.
 *
 * Errors: ERR_EXISTS (unique), ERR_CONFLICT (another constraint; or a deadlock or a serialization
 * failure: alone it would pass), ERR_BUSY (locked for too long), ERR_STORE_FULL (no space),
 * ERR_BAD_UTF8 (text that is not UTF-8 or has a NUL, where an engine refuses it), ERR_STORE
 * (anything else, a lost connection included; logged here with the engine's words, never with
 * values). After an error inside a transaction only db_rollback may follow.
 * Threads: a connection serves one thread at a time; queries may be shared by all.
 */
#ifndef NAVETTE_DB_DB_H
#define NAVETTE_DB_DB_H

#include "base/str.h"

#include <stdatomic.h>

enum { DB_CONNECT_MS = 3000 };

struct db;

enum db_mode { DB_READ_WRITE, DB_READ_ONLY };

/* url: "sqlite:PATH", "postgresql://…" as libpq takes it. DB_READ_WRITE creates an SQLite database;
 * of such connections there is one a process. ERR_INVALID for any other scheme, and for a server
 * that does not suit. ERR_NOT_FOUND: the server has no such database; ERR_UNAUTHORIZED: it refuses
 * this user. */
enum err db_open(struct db **out, const char *url, enum db_mode mode) MUST_CHECK;
void db_close(struct db *db);

/* The process is to end: so long from now a call that waits for a server gives up within
 * DB_HURRY_MS of the server's silence, and is as if the connection were lost. Negative: never. Of
 * all connections; any thread. */
enum { DB_HURRY_MS = 1000 };
void db_hurry_after(int64_t ms);
bool db_in_hurry(void);

/* Of a connection on a thread that others wait for: a call gives up, as if the connection were
 * lost, when a server has said nothing for so long. */
void db_impatient(struct db *db, int silence_most_ms);

/* Other processes may write too: what was read may have changed, and somebody else may act on it.
 */
bool db_shared(const struct db *db);

struct db_query {
    /* {skip_locked} behind a SELECT stands for FOR UPDATE SKIP LOCKED where several may write, and
     * for nothing elsewhere: rows that another transaction holds are passed by. In both texts.
     * Numbers of transactions, in the order in which they began to write: {this_transaction};
     * {oldest_transaction}, below which none is open any more; {next_transaction}, above all that
     * can be seen. On an engine of one process 0, and the highest number twice. */
    const char *sql;
    /* For db_run_many and db_rows_many on an engine that has arrays; NULL: `sql` for each row. One
     * array a column: UNNEST($1::bigint[], $2::text[]) WITH ORDINALITY AS v (a, b, row). Rows,
     * where there are any, are those of `sql` and then `row`; a statement whose caller counts
     * changes says RETURNING row. */
    const char *many;
    _Atomic unsigned slot; /* 0 until first used: its place in each connection's statements */
};
#define DB_QUERY(text) \
    {                  \
        .sql = (text)  \
    }
#define DB_QUERY_MANY(text, arrays)     \
    {                                   \
        .sql = (text), .many = (arrays) \
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
/* OK means durable: it survives a power cut, and is on the synchronous standby if there is one.
 * ERR_DOUBT: the connection was lost after COMMIT was sent, or the server did not wait for its
 * standby; what became of it can only be read from the database. */
enum err db_commit(struct db *db) MUST_CHECK;
void db_rollback(struct db *db);

/*
 * Runs a statement without rows; *changed (may be NULL): rows it touched. Inside a transaction one
 * with changed NULL may be under way only when this returns: its error is then told by a later call
 * of the transaction, at the latest by db_commit. What the arguments point to may go at once.
 */
enum err db_run(struct db *db, struct db_query *query, const struct db_value *args, size_t n,
                int64_t *changed) MUST_CHECK;
/* The same statement for `rows` rows of `columns` values each; changed (may be NULL) has one count
 * a row. Ends at the first error; what ran before it is for a transaction to undo. With `many`, a
 * row must not depend on one before it. */
enum err db_run_many(struct db *db, struct db_query *query, const struct db_value *args,
                     size_t columns, size_t rows, int64_t *changed) MUST_CHECK;
/*
 * Several statements, no values: a migration. Words in braces stand for what engines say
 * differently: {id} the type of a 64-bit primary key, {bytes} the type of a blob, {clustered} after
 * a table that lies in the order of its key, {hot} after one whose rows change often, {, id} at the
 * end of an index that goes on by the primary key.
 * ERR_UNAUTHORIZED: this user may not make tables here.
 */
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
 * An error ends the rows; db_rows_close tells it. Text is valid until the next db_rows_next. Other
 * queries of the connection may run in between.
 */
struct db_rows {
    struct db *db;
    void *statement; /* the engine's */
    enum err err;
    size_t row; /* of db_rows_many: whose result this is, from 0 */
    const struct db_value *args;
    size_t columns;
    size_t rows;
};
struct db_rows db_rows_open(struct db *db, struct db_query *query, const struct db_value *args,
                            size_t n);
/* The query for each of `rows` rows of arguments, which must last until the close; `row` tells
 * whose result the present one is. In no order. */
struct db_rows db_rows_many(struct db *db, struct db_query *query, const struct db_value *args,
                            size_t columns, size_t rows);
bool db_rows_next(struct db_rows *rows);
bool db_rows_is_null(const struct db_rows *rows, int column);
int64_t db_rows_int(const struct db_rows *rows, int column);
struct str db_rows_text(const struct db_rows *rows, int column);
enum err db_rows_close(struct db_rows *rows) MUST_CHECK;

/* What a copy of whole tables needs to know of the result. */
int db_rows_columns(const struct db_rows *rows);
struct str db_rows_name(const struct db_rows *rows, int column);
/* As it can be bound again; text and blobs as db_rows_text. */
struct db_value db_rows_value(const struct db_rows *rows, int column);
/* From now on a statement of this connection may take as long as it takes. */
enum err db_patient(struct db *db) MUST_CHECK;
/* Every column of every table, by table and in their order: table, column, enum db_type, place in
 * the primary key (1 …; 0: it is not in it). */
struct db_rows db_columns(struct db *db);

/* ---- among several writers; on an engine of one process there is nothing to do ---- */

/* Until the transaction ends nobody else holds this key. */
enum err db_lock(struct db *db, int64_t key) MUST_CHECK;
/* When the oldest transaction of any DB_READ_WRITE connection began that is still open, this one's
 * not counted: INT64_MAX for none. What has begun since may not be visible yet. */
enum err db_oldest_writer(struct db *db, int64_t *began_at_us) MUST_CHECK;

/* Hints, which may be lost, from one process to the others. A note leaves with the commit. */
enum { DB_NOTE_MAX = 100 };
enum err db_note(struct db *db, struct str note) MUST_CHECK;
/* From now on this connection hears notes. */
enum err db_listen(struct db *db) MUST_CHECK;
/* Readable when notes may have come; -1 where there are none or the connection is lost. */
int db_notes_fd(const struct db *db);
/* The next note that has come, copied; false when there is no more. Waits only to make a lost
 * connection again, and tries that once a second at most. */
bool db_notes_next(struct db *db, char note[DB_NOTE_MAX + 1]);

#endif

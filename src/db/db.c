/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the engine; what is the same for all engines is done here. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "db/engine.h"

#include <stdlib.h>
#include <time.h>

static const struct {
    const char *scheme;
    const struct db_engine *engine;
} engines[] = {
    {"sqlite:", &db_sqlite},
    {"postgresql://", &db_postgres},
    {"postgres://", &db_postgres},
};
enum { ENGINES = sizeof(engines) / sizeof(engines[0]), SCRIPT_MAX = 1 << 20 };

static _Atomic unsigned next_slot = 1;

enum err db_slot(unsigned *slot, struct db_query *query)
{
    *slot = atomic_load(&query->slot);
    if (!*slot) {
        unsigned fresh = atomic_fetch_add(&next_slot, 1);
        if (atomic_compare_exchange_strong(&query->slot, slot, fresh))
            *slot = fresh;
    }
    if (*slot < DB_STATEMENTS_MAX)
        return OK;
    log_error("store_statements_exhausted", "limit=%d", DB_STATEMENTS_MAX);
    return ERR_INTERNAL;
}

enum err db_open(struct db **out, const char *url, enum db_mode mode)
{
    for (size_t i = 0; i < ENGINES; i++)
        if (str_starts(str_of(url), str_of(engines[i].scheme)))
            return engines[i].engine->open(out, url, mode);
    log_error("store_url_unknown", "hint=\"use sqlite:PATH or postgresql://HOST/DATABASE\"");
    return ERR_INVALID;
}

void db_close(struct db *db)
{
    if (db)
        db->engine->close(db);
}

void db_impatient(struct db *db, int silence_most_ms)
{
    db->silence_most_ms = silence_most_ms;
}

/* ---- time ---- */

static _Atomic int64_t hurry_from_us = INT64_MAX;

int64_t db_mono_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void db_hurry_after(int64_t ms)
{
    atomic_store(&hurry_from_us, ms < 0 ? INT64_MAX : db_mono_us() + ms * 1000);
}

bool db_in_hurry(void)
{
    return db_mono_us() >= atomic_load(&hurry_from_us);
}

bool db_shared(const struct db *db)
{
    return db->engine->shared;
}

enum err db_begin(struct db *db)
{
    return db->engine->begin(db);
}

enum err db_commit(struct db *db)
{
    return db->engine->commit(db);
}

void db_rollback(struct db *db)
{
    db->engine->rollback(db);
}

enum err db_run(struct db *db, struct db_query *query, const struct db_value *args, size_t n,
                int64_t *changed)
{
    return db->engine->run_many(db, query, args, n, 1, changed);
}

enum err db_run_many(struct db *db, struct db_query *query, const struct db_value *args,
                     size_t columns, size_t rows, int64_t *changed)
{
    return rows ? db->engine->run_many(db, query, args, columns, rows, changed) : OK;
}

/* The engine's word for the one in braces that `sql` begins with; *n: how long that is. */
static const char *word_at(const struct db_engine *engine, struct str sql, size_t *n)
{
    static const struct str words[] = {STR("{id}"),
                                       STR("{bytes}"),
                                       STR("{clustered}"),
                                       STR("{hot}"),
                                       STR("{, id}"),
                                       STR("{skip_locked}"),
                                       STR("{this_transaction}"),
                                       STR("{oldest_transaction}"),
                                       STR("{next_transaction}")};
    _Static_assert(sizeof(words) / sizeof(words[0]) ==
                       sizeof(engine->words) / sizeof(engine->words[0]),
                   "each engine has a word for each");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_starts(sql, words[i])) {
            *n = words[i].n;
            return engine->words[i];
        }
    return NULL;
}

char *db_in_words(const struct db_engine *engine, struct str sql)
{
    struct buf text = buf_limited(SCRIPT_MAX);
    for (size_t at = 0, n = 0; at < sql.n; at += n) {
        const char *word = word_at(engine, str_sub(sql, at, sql.n), &n);
        if (word) {
            buf_add_str(&text, str_of(word));
            continue;
        }
        n = 1 + str_find(str_sub(sql, at + 1, sql.n), '{');
        buf_add(&text, sql.p + at, n);
    }
    buf_add_u8(&text, 0);
    if (!text.err)
        return (char *)text.p;
    buf_free(&text);
    return NULL;
}

enum err db_script(struct db *db, struct str sql)
{
    char *text = db_in_words(db->engine, sql);
    enum err e = text ? db->engine->script(db, text) : ERR_TOO_LONG;
    free(text);
    return e;
}

struct db_rows db_rows_many(struct db *db, struct db_query *query, const struct db_value *args,
                            size_t columns, size_t rows)
{
    struct db_rows result = {.db = db, .args = args, .columns = columns, .rows = rows};
    if (rows)
        db->engine->rows_open(&result, query);
    return result;
}

struct db_rows db_rows_open(struct db *db, struct db_query *query, const struct db_value *args,
                            size_t n)
{
    return db_rows_many(db, query, args, n, 1);
}

bool db_rows_next(struct db_rows *rows)
{
    return !rows->err && rows->statement && rows->db->engine->rows_next(rows);
}

bool db_rows_is_null(const struct db_rows *rows, int column)
{
    return rows->db->engine->rows_type(rows, column) == DB_NULL_VALUE;
}

int64_t db_rows_int(const struct db_rows *rows, int column)
{
    return rows->db->engine->rows_int(rows, column);
}

struct str db_rows_text(const struct db_rows *rows, int column)
{
    return rows->db->engine->rows_text(rows, column);
}

enum err db_rows_close(struct db_rows *rows)
{
    if (rows->statement)
        rows->db->engine->rows_close(rows);
    rows->statement = NULL;
    return rows->err;
}

int db_rows_columns(const struct db_rows *rows)
{
    return rows->statement ? rows->db->engine->rows_columns(rows) : 0;
}

struct str db_rows_name(const struct db_rows *rows, int column)
{
    return rows->db->engine->rows_name(rows, column);
}

struct db_value db_rows_value(const struct db_rows *rows, int column)
{
    struct db_value v = {.type = rows->db->engine->rows_type(rows, column)};
    if (v.type == DB_INT_VALUE)
        v.i = db_rows_int(rows, column);
    else if (v.type != DB_NULL_VALUE)
        v.s = db_rows_text(rows, column);
    return v;
}

enum err db_patient(struct db *db)
{
    return db->engine->patient ? db_run(db, db->engine->patient, DB_NO_ARGS, NULL) : OK;
}

struct db_rows db_columns(struct db *db)
{
    return db_rows_open(db, db->engine->columns, DB_NO_ARGS);
}

enum err db_lock(struct db *db, int64_t key)
{
    return db->engine->lock(db, key);
}

enum err db_oldest_writer(struct db *db, int64_t *began_at_us)
{
    *began_at_us = INT64_MAX;
    return db->engine->oldest_writer(db, began_at_us);
}

enum err db_note(struct db *db, struct str note)
{
    return note.n <= DB_NOTE_MAX ? db->engine->note(db, note) : ERR_TOO_LONG;
}

enum err db_listen(struct db *db)
{
    return db->engine->listen(db);
}

int db_notes_fd(const struct db *db)
{
    return db->engine->notes_fd(db);
}

bool db_notes_next(struct db *db, char note[DB_NOTE_MAX + 1])
{
    return db->engine->notes_next(db, note);
}

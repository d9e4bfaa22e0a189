/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db/engine: what an engine does behind db.h, as a table; for the files of this room only. The
 * meaning of each member is that of its namesake in db.h. An engine's connection begins with a
 * struct db.
 */
#ifndef NAVETTE_DB_ENGINE_H
#define NAVETTE_DB_ENGINE_H

#include "db/db.h"

struct db_engine {
    enum err (*open)(struct db **out, const char *url, enum db_mode mode);
    void (*close)(struct db *db);
    bool shared;
    enum err (*begin)(struct db *db);
    enum err (*commit)(struct db *db);
    void (*rollback)(struct db *db);
    enum err (*run_many)(struct db *db, struct db_query *query, const struct db_value *args,
                         size_t columns, size_t rows, int64_t *changed);
    enum err (*script)(struct db *db, const char *sql);
    struct db_query *patient; /* of db_patient; NULL: it always is */
    struct db_query *columns; /* of db_columns */
    /* {id}, {bytes}, {clustered}, {hot}, {, id}, {skip_locked}, {this_transaction},
     * {oldest_transaction}, {next_transaction} */
    const char *words[9];
    void (*rows_open)(struct db_rows *rows, struct db_query *query);
    bool (*rows_next)(struct db_rows *rows);
    enum db_type (*rows_type)(const struct db_rows *rows, int column);
    int64_t (*rows_int)(const struct db_rows *rows, int column);
    struct str (*rows_text)(const struct db_rows *rows, int column);
    void (*rows_close)(struct db_rows *rows);
    int (*rows_columns)(const struct db_rows *rows);
    struct str (*rows_name)(const struct db_rows *rows, int column);
    enum err (*lock)(struct db *db, int64_t key);
    enum err (*oldest_writer)(struct db *db, int64_t *began_at_us);
    enum err (*note)(struct db *db, struct str note);
    enum err (*listen)(struct db *db);
    int (*notes_fd)(const struct db *db);
    bool (*notes_next)(struct db *db, char *note);
};

struct db {
    const struct db_engine *engine;
    int silence_most_ms; /* of db_impatient; 0: the engine's own */
};

extern const struct db_engine db_sqlite;
extern const struct db_engine db_postgres;

enum { DB_STATEMENTS_MAX = 1024, DB_ARGS_MAX = 64 };
/* A query's place in each connection's statements; ERR_INTERNAL when there are too many. */
enum err db_slot(unsigned *slot, struct db_query *query) MUST_CHECK;

/* The machine's own time: sockets do not follow a clock that a test holds still. */
int64_t db_mono_us(void);

/* The text in this engine's words, to be freed; NULL when it is too long. */
char *db_in_words(const struct db_engine *engine, struct str sql);

#endif

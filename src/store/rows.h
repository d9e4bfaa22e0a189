/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rows: what the verbs have in common. Reading a whole query into an array that grows in the
 * view's arena is for configuration: tables small enough to be held in memory.
 */
#ifndef NAVETTE_STORE_ROWS_H
#define NAVETTE_STORE_ROWS_H

#include "store/store.h"

/* Calls `read` with a zeroed item for each row; *out is an array of `size`-byte items. */
static inline enum err store_rows_all(void **out, size_t *n, struct db_rows *rows,
                                      struct arena *arena, size_t size,
                                      void (*read)(void *item, const struct db_rows *rows,
                                                   struct arena *arena))
{
    size_t room = 16;
    char *items = (char *)arena_array(arena, room, size);
    size_t count = 0;
    while (db_rows_next(rows)) {
        if (count == room) {
            char *grown = (char *)arena_array(arena, room * 2, size);
            memcpy(grown, items, room * size);
            items = grown;
            room *= 2;
        }
        read(items + count++ * size, rows, arena);
    }
    *out = items;
    *n = count;
    return db_rows_close(rows);
}

/* Arguments of a query that takes one id a row. */
static inline struct db_value *store_id_args(struct arena *arena, const int64_t *ids, size_t n)
{
    struct db_value *args = ARENA_ARRAY(arena, n, struct db_value);
    for (size_t i = 0; i < n; i++)
        args[i] = DB_INT(ids[i]);
    return args;
}

/* For an UPDATE or DELETE by id that must hit. */
static inline enum err store_must_change(enum err e, int64_t changed)
{
    return e ? e : changed ? OK : ERR_NOT_FOUND;
}

static inline enum err store_change_one(struct store_tx *tx, struct db_query *query,
                                        const struct db_value *args, size_t n)
{
    int64_t changed = 0;
    enum err e = db_run(tx->view.db, query, args, n, &changed);
    return store_must_change(e, changed);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/place.h"

#include "store/rows.h"

static void read_place(void *item, const struct db_rows *r, struct arena *a)
{
    (void)a;
    *(struct bind_place *)item = (struct bind_place){.carrier_id = db_rows_int(r, 0),
                                                     .place = db_rows_int(r, 1),
                                                     .epoch = db_rows_int(r, 2),
                                                     .away_since_us = db_rows_int(r, 3)};
}

enum err store_place_list(struct bind_place **out, size_t *n, struct store_tx *tx)
{
    static struct db_query list =
        DB_QUERY("SELECT b.carrier_id, b.place, b.epoch, b.away_since FROM bind_place b "
                 "JOIN node n ON n.epoch = b.epoch AND n.fenced = 0 "
                 "ORDER BY b.carrier_id, b.place");
    struct db_rows rows = db_rows_open(tx->view.db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, tx->view.arena, sizeof(**out), read_place);
}

enum err store_place_take(bool *taken, struct store_tx *tx, int64_t carrier_id, int64_t places)
{
    static struct db_query free_dead =
        DB_QUERY("DELETE FROM bind_place WHERE carrier_id = $1 AND NOT EXISTS "
                 "(SELECT 1 FROM node n WHERE n.epoch = bind_place.epoch AND n.fenced = 0)");
    static struct db_query insert =
        DB_QUERY("WITH RECURSIVE numbered (place) AS (SELECT CAST(1 AS BIGINT) "
                 "UNION ALL SELECT place + 1 FROM numbered WHERE place < $2) "
                 "INSERT INTO bind_place (carrier_id, place, epoch) "
                 "SELECT CAST($1 AS BIGINT), p.place, CAST($3 AS BIGINT) FROM numbered p "
                 "WHERE NOT EXISTS (SELECT 1 FROM bind_place b "
                 "WHERE b.carrier_id = $1 AND b.place = p.place) "
                 "ORDER BY p.place LIMIT 1 ON CONFLICT DO NOTHING");
    int64_t changed = 0;
    enum err e = db_run(tx->view.db, &free_dead, DB_ARGS(DB_INT(carrier_id)), NULL);
    if (!e)
        e = db_run(tx->view.db, &insert,
                   DB_ARGS(DB_INT(carrier_id), DB_INT(places), DB_INT(tx->epoch)), &changed);
    *taken = !e && changed > 0;
    return e;
}

enum err store_place_give(struct store_tx *tx, int64_t carrier_id)
{
    static struct db_query give =
        DB_QUERY("DELETE FROM bind_place WHERE carrier_id = $1 AND epoch = $2");
    return db_run(tx->view.db, &give, DB_ARGS(DB_INT(carrier_id), DB_INT(tx->epoch)), NULL);
}

enum err store_place_away(struct store_tx *tx, int64_t carrier_id, int64_t since_us)
{
    static struct db_query tell =
        DB_QUERY("UPDATE bind_place SET away_since = $3 WHERE carrier_id = $1 AND epoch = $2");
    return db_run(
        tx->view.db, &tell,
        DB_ARGS(DB_INT(carrier_id), DB_INT(tx->epoch), since_us ? DB_INT(since_us) : DB_NULL),
        NULL);
}

enum err store_place_free(struct store_tx *tx, int64_t epoch)
{
    static struct db_query free_all = DB_QUERY("DELETE FROM bind_place WHERE epoch = $1");
    return db_run(tx->view.db, &free_all, DB_ARGS(DB_INT(epoch)), NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/carrier.h"

#include "store/rows.h"

enum err store_carrier_insert(struct store_tx *tx, const struct carrier_row *c)
{
    static struct db_query insert = DB_QUERY("INSERT INTO carrier (id, name, settings, enabled, "
                                             "created_at) VALUES ($1, $2, $3, $4, $5)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(c->id), DB_TEXT(c->name), DB_TEXT(c->settings), DB_INT(c->enabled),
                          DB_INT(tx->now_us)),
                  NULL);
}

enum err store_carrier_update(struct store_tx *tx, const struct carrier_row *c)
{
    static struct db_query update =
        DB_QUERY("UPDATE carrier SET name = $2, settings = $3, enabled = $4 WHERE id = $1");
    return store_change_one(
        tx, &update,
        DB_ARGS(DB_INT(c->id), DB_TEXT(c->name), DB_TEXT(c->settings), DB_INT(c->enabled)));
}

static void read_carrier(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct carrier_row *)item = (struct carrier_row){
        .id = db_rows_int(r, 0),
        .name = arena_str(a, db_rows_text(r, 1)),
        .settings = arena_str(a, db_rows_text(r, 2)),
        .enabled = db_rows_int(r, 3) != 0,
        .created_at_us = db_rows_int(r, 4),
    };
}

enum err store_carrier_list(struct carrier_row **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, name, settings, enabled, created_at FROM carrier ORDER BY name");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_carrier);
}

enum err store_carrier_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query used =
        DB_QUERY("SELECT EXISTS (SELECT 1 FROM message WHERE carrier_id = $1 AND state <= 5)");
    static struct db_query of_it[] = {
        DB_QUERY("DELETE FROM route WHERE carrier_id = $1"),
        DB_QUERY("DELETE FROM reply_rule WHERE carrier_id = $1"),
        DB_QUERY("DELETE FROM number_slot WHERE number_id IN "
                 "(SELECT id FROM number WHERE carrier_id = $1)"),
        DB_QUERY("DELETE FROM number WHERE carrier_id = $1"),
    };
    static struct db_query delete = DB_QUERY("DELETE FROM carrier WHERE id = $1");
    struct db_value arg = DB_INT(id);
    struct db_rows rows = db_rows_open(tx->view.db, &used, &arg, 1);
    bool in_use = db_rows_next(&rows) && db_rows_int(&rows, 0);
    enum err e = db_rows_close(&rows);
    if (!e && in_use)
        return ERR_CONFLICT;
    for (size_t i = 0; i < sizeof(of_it) / sizeof(of_it[0]) && !e; i++)
        e = db_run(tx->view.db, &of_it[i], &arg, 1, NULL);
    int64_t changed = 0;
    if (!e)
        e = db_run(tx->view.db, &delete, &arg, 1, &changed);
    return store_must_change(e, changed);
}

enum err store_rate_set(struct store_tx *tx, const struct rate *r)
{
    static struct db_query set =
        DB_QUERY("INSERT INTO rate (prefix, credits) VALUES ($1, $2) "
                 "ON CONFLICT (prefix) DO UPDATE SET credits = excluded.credits");
    return db_run(tx->view.db, &set, DB_ARGS(DB_TEXT(r->prefix), DB_INT(r->credits)), NULL);
}

static void read_rate(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct rate *)item = (struct rate){
        .prefix = arena_str(a, db_rows_text(r, 0)),
        .credits = db_rows_int(r, 1),
    };
}

enum err store_rate_list(struct rate **out, size_t *n, struct store_view *view)
{
    static struct db_query list = DB_QUERY("SELECT prefix, credits FROM rate ORDER BY prefix");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_rate);
}

enum err store_rate_delete(struct store_tx *tx, struct str prefix)
{
    static struct db_query delete = DB_QUERY("DELETE FROM rate WHERE prefix = $1");
    return store_change_one(tx, &delete, DB_ARGS(DB_TEXT(prefix)));
}

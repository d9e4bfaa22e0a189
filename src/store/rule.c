/* SPDX-License-Identifier: Apache-2.0 */
#include "store/rule.h"

#include "store/rows.h"

enum err store_rule_insert(struct store_tx *tx, const struct reply_rule *r)
{
    static struct db_query insert = DB_QUERY(
        "INSERT INTO reply_rule (id, carrier_id, place, keyword, short_code, reply, action, "
        "prefix, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(r->id), DB_INT(r->carrier_id), DB_INT(r->place),
                          DB_TEXT(r->keyword), DB_TEXT(r->short_code), DB_TEXT(r->reply),
                          DB_INT(r->action), DB_INT(r->prefix), DB_INT(tx->now_us)),
                  NULL);
}

enum err store_rule_update(struct store_tx *tx, const struct reply_rule *r)
{
    static struct db_query update =
        DB_QUERY("UPDATE reply_rule SET keyword = $2, short_code = $3, reply = $4, action = $5, "
                 "prefix = $6 WHERE id = $1");
    return store_change_one(tx, &update,
                            DB_ARGS(DB_INT(r->id), DB_TEXT(r->keyword), DB_TEXT(r->short_code),
                                    DB_TEXT(r->reply), DB_INT(r->action), DB_INT(r->prefix)));
}

enum err store_rule_order(struct store_tx *tx, const int64_t *ids, size_t n)
{
    static struct db_query place = DB_QUERY("UPDATE reply_rule SET place = $2 WHERE id = $1");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, 2 * n, struct db_value);
    for (size_t i = 0; i < n; i++) {
        args[2 * i] = DB_INT(ids[i]);
        args[2 * i + 1] = DB_INT(i + 1);
    }
    return db_run_many(tx->view.db, &place, args, 2, n, NULL);
}

static void read_rule(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct reply_rule *)item = (struct reply_rule){
        .id = db_rows_int(r, 0),
        .carrier_id = db_rows_int(r, 1),
        .place = db_rows_int(r, 2),
        .keyword = arena_str(a, db_rows_text(r, 3)),
        .short_code = arena_str(a, db_rows_text(r, 4)),
        .reply = arena_str(a, db_rows_text(r, 5)),
        .action = (enum rule_action)db_rows_int(r, 6),
        .prefix = db_rows_int(r, 7) != 0,
        .created_at_us = db_rows_int(r, 8),
    };
}

enum err store_rule_list(struct reply_rule **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, carrier_id, place, keyword, short_code, reply, action, prefix, "
                 "created_at FROM reply_rule ORDER BY carrier_id, place, id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_rule);
}

enum err store_rule_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete = DB_QUERY("DELETE FROM reply_rule WHERE id = $1");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id)));
}

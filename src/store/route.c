/* SPDX-License-Identifier: Apache-2.0 */
#include "store/route.h"

#include "store/rows.h"

enum { WRITTEN_N = 14 };

static void write_row(struct db_value row[WRITTEN_N], const struct route *r)
{
    bool hours = r->timezone.n > 0;
    const struct db_value values[WRITTEN_N] = {
        DB_INT(r->id),
        DB_TEXT(r->prefix),
        r->account_id ? DB_INT(r->account_id) : DB_NULL,
        DB_TEXT_OR_NULL(r->sender),
        DB_INT(r->sender_kind),
        DB_INT(r->grade),
        DB_TEXT_OR_NULL(r->timezone),
        DB_INT(hours ? r->days : ROUTE_ALL_DAYS),
        DB_INT(hours ? r->from_min : 0),
        DB_INT(hours ? r->until_min : ROUTE_DAY_MIN),
        DB_INT(r->turn),
        DB_INT(r->weight ? r->weight : 1),
        DB_INT(r->draining),
        DB_INT(r->carrier_id),
    };
    memcpy(row, values, sizeof(values));
}

enum err store_route_insert(struct store_tx *tx, const struct route *r)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO route (id, prefix, account_id, sender, sender_kind, grade, timezone, "
                 "days, from_min, until_min, turn, weight, draining, carrier_id, created_at) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)");
    struct db_value row[WRITTEN_N + 1];
    write_row(row, r);
    row[WRITTEN_N] = DB_INT(tx->now_us);
    return db_run(tx->view.db, &insert, row, WRITTEN_N + 1, NULL);
}

enum err store_route_update(struct store_tx *tx, const struct route *r)
{
    static struct db_query update = DB_QUERY(
        "UPDATE route SET prefix = $2, account_id = $3, sender = $4, sender_kind = $5, grade = $6, "
        "timezone = $7, days = $8, from_min = $9, until_min = $10, turn = $11, weight = $12, "
        "draining = $13, carrier_id = $14 WHERE id = $1");
    struct db_value row[WRITTEN_N];
    write_row(row, r);
    return store_change_one(tx, &update, row, WRITTEN_N);
}

static void read_route(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct route *)item = (struct route){
        .id = db_rows_int(r, 0),
        .prefix = arena_str(a, db_rows_text(r, 1)),
        .account_id = db_rows_int(r, 2),
        .sender = arena_str(a, db_rows_text(r, 3)),
        .sender_kind = (enum sender_kind)db_rows_int(r, 4),
        .grade = (enum grade)db_rows_int(r, 5),
        .timezone = arena_str(a, db_rows_text(r, 6)),
        .days = (uint32_t)db_rows_int(r, 7),
        .from_min = (uint32_t)db_rows_int(r, 8),
        .until_min = (uint32_t)db_rows_int(r, 9),
        .turn = (uint32_t)db_rows_int(r, 10),
        .weight = (uint32_t)db_rows_int(r, 11),
        .draining = db_rows_int(r, 12) != 0,
        .carrier_id = db_rows_int(r, 13),
        .created_at_us = db_rows_int(r, 14),
    };
}

enum err store_route_list(struct route **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, prefix, account_id, sender, sender_kind, grade, timezone, days, "
                 "from_min, until_min, turn, weight, draining, carrier_id, created_at FROM route "
                 "ORDER BY prefix, id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_route);
}

enum err store_route_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete = DB_QUERY("DELETE FROM route WHERE id = $1");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id)));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reference.h"

#include "base/map.h"
#include "base/metric.h"
#include "base/secret.h"
#include "store/id.h"
#include "store/rows.h"

#include <stdlib.h>

enum { MAP_LIMIT = 1 << 20, PART_BITS = 8 };

struct references {
    struct map *map; /* hash of carrier and reference -> message id and part */
    int64_t indexed; /* messages up to this id are in reference_index while they wait */
    int64_t early;   /* rows in early_receipt, or more: a rollback may leave it too high */
};

static uint64_t key_of(int64_t carrier_id, struct str carrier_ref)
{
    return secret_hash(carrier_ref) ^ (uint64_t)carrier_id * UINT64_C(0x9E3779B97F4A7C15);
}

static enum err count_early(struct references *r, struct store_view *view)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM early_receipt");
    struct db_rows rows = db_rows_open(view->db, &count, DB_NO_ARGS);
    r->early = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    return db_rows_close(&rows);
}

static enum err recall_all(struct references *r, struct store_view *view, struct db_query *query)
{
    struct db_rows rows = db_rows_open(view->db, query, DB_ARGS(DB_INT(r->indexed)));
    while (db_rows_next(&rows))
        map_put(r->map, key_of(db_rows_int(&rows, 2), db_rows_text(&rows, 3)),
                (uint64_t)db_rows_int(&rows, 0) << PART_BITS | (uint64_t)db_rows_int(&rows, 1));
    return db_rows_close(&rows);
}

/* What the index does not know yet and an earlier life had in memory. */
static enum err recall(struct references *r, struct store_view *view)
{
    static struct db_query whole =
        DB_QUERY("SELECT id, 0, carrier_id, carrier_ref FROM message "
                 "WHERE id > $1 AND state = 4 AND carrier_ref IS NOT NULL ORDER BY id");
    static struct db_query parts =
        DB_QUERY("SELECT p.message_id, p.number, m.carrier_id, p.carrier_ref FROM part AS p "
                 "JOIN message AS m ON m.id = p.message_id WHERE p.message_id > $1 AND "
                 "p.state = 4 AND p.carrier_ref IS NOT NULL ORDER BY p.message_id");
    enum err e = recall_all(r, view, &whole);
    return e ? e : recall_all(r, view, &parts);
}

enum err store_references_new(struct references **out, struct store_view *view)
{
    struct references *r = base_alloc(sizeof(*r));
    r->map = map_new(MAP_LIMIT);
    enum err e = store_setting_get(&r->indexed, view, STR("indexed"));
    if (!e)
        e = count_early(r, view);
    if (!e)
        e = recall(r, view);
    if (e) {
        store_references_free(r);
        return e;
    }
    *out = r;
    return OK;
}

void store_references_free(struct references *r)
{
    if (!r)
        return;
    map_free(r->map);
    free(r);
}

static enum err index_one(struct store_tx *tx, const struct reference *ref)
{
    /* A carrier may use an id again: the newest message has it. */
    static struct db_query put =
        DB_QUERY("INSERT INTO reference_index (carrier_id, carrier_ref, message_id, part) "
                 "VALUES ($1, $2, $3, $4) ON CONFLICT (carrier_id, carrier_ref) DO UPDATE SET "
                 "message_id = excluded.message_id, part = excluded.part");
    return db_run(tx->view.db, &put,
                  DB_ARGS(DB_INT(ref->carrier_id), DB_TEXT(ref->carrier_ref),
                          DB_INT(ref->message_id), DB_INT(ref->part)),
                  NULL);
}

enum err store_reference_add(struct references *r, struct store_tx *tx, const struct reference *ref)
{
    if (!ref->carrier_ref.n)
        return OK;
    map_put(r->map, key_of(ref->carrier_id, ref->carrier_ref),
            (uint64_t)ref->message_id << PART_BITS | ref->part);
    return ref->message_id <= r->indexed ? index_one(tx, ref) : OK;
}

enum err store_reference_find(struct reference *out, struct references *r, struct store_view *view,
                              int64_t carrier_id, struct str carrier_ref)
{
    static struct db_query find = DB_QUERY("SELECT message_id, part FROM reference_index "
                                           "WHERE carrier_id = $1 AND carrier_ref = $2");
    uint64_t packed;
    *out = (struct reference){.carrier_id = carrier_id, .carrier_ref = carrier_ref};
    if (map_get(r->map, key_of(carrier_id, carrier_ref), &packed)) {
        out->message_id = (int64_t)(packed >> PART_BITS);
        out->part = packed & ((1u << PART_BITS) - 1);
        return OK;
    }
    struct db_rows rows =
        db_rows_open(view->db, &find, DB_ARGS(DB_INT(carrier_id), DB_TEXT(carrier_ref)));
    bool found = db_rows_next(&rows);
    if (found) {
        out->message_id = db_rows_int(&rows, 0);
        out->part = (uint32_t)db_rows_int(&rows, 1);
    }
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_reference_drop(struct references *r, struct store_tx *tx,
                              const struct reference *ref)
{
    static struct db_query drop =
        DB_QUERY("DELETE FROM reference_index WHERE carrier_id = $1 AND carrier_ref = $2 AND "
                 "message_id = $3");
    map_remove(r->map, key_of(ref->carrier_id, ref->carrier_ref));
    if (ref->message_id > r->indexed)
        return OK;
    return db_run(
        tx->view.db, &drop,
        DB_ARGS(DB_INT(ref->carrier_id), DB_TEXT(ref->carrier_ref), DB_INT(ref->message_id)), NULL);
}

static int by_key(const void *a, const void *b)
{
    const struct reference *x = a;
    const struct reference *y = b;
    if (x->carrier_id != y->carrier_id)
        return x->carrier_id < y->carrier_id ? -1 : 1;
    size_t n = x->carrier_ref.n < y->carrier_ref.n ? x->carrier_ref.n : y->carrier_ref.n;
    int order = n ? memcmp(x->carrier_ref.p, y->carrier_ref.p, n) : 0;
    return order ? order
                 : (x->carrier_ref.n > y->carrier_ref.n) - (x->carrier_ref.n < y->carrier_ref.n);
}

enum err store_reference_index(struct references *r, struct store_tx *tx, struct reference *refs,
                               size_t n, int64_t indexed_to)
{
    if (n)
        qsort(refs, n, sizeof(*refs), by_key);
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = index_one(tx, &refs[i]);
    if (!e)
        e = store_setting_set(tx, STR("indexed"), indexed_to);
    /* Should the commit fail, a mark that is too high only makes us index what is there. */
    if (!e)
        r->indexed = indexed_to;
    return e;
}

enum err store_early_add(struct references *r, struct store_tx *tx, const struct early_receipt *e)
{
    static struct db_query add =
        DB_QUERY("INSERT INTO early_receipt (id, carrier_id, carrier_ref, state, receipt, "
                 "received_at) VALUES ($1, $2, $3, $4, $5, $6)");
    if (r->early >= EARLY_RECEIPTS_MAX)
        return ERR_LIMIT;
    r->early++;
    metric_add(METRIC_RECEIPTS_EARLY, 1);
    return db_run(tx->view.db, &add,
                  DB_ARGS(DB_INT(store_id_next()), DB_INT(e->carrier_id), DB_TEXT(e->carrier_ref),
                          DB_INT(e->state), DB_TEXT(e->receipt), DB_INT(tx->now_us)),
                  NULL);
}

static void read_early(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct early_receipt *)item = (struct early_receipt){
        .id = db_rows_int(r, 0),
        .state = (enum message_state)db_rows_int(r, 1),
        .receipt = arena_str(a, db_rows_text(r, 2)),
        .received_at_us = db_rows_int(r, 3),
    };
}

enum err store_early_take(struct early_receipt **out, size_t *n, struct references *r,
                          struct store_tx *tx, int64_t carrier_id, struct str carrier_ref)
{
    static struct db_query find =
        DB_QUERY("SELECT id, state, receipt, received_at FROM early_receipt "
                 "WHERE carrier_id = $1 AND carrier_ref = $2 ORDER BY id");
    static struct db_query drop = DB_QUERY("DELETE FROM early_receipt "
                                           "WHERE carrier_id = $1 AND carrier_ref = $2");
    *n = 0;
    if (r->early <= 0)
        return OK;
    struct db_value args[] = {DB_INT(carrier_id), DB_TEXT(carrier_ref)};
    struct db_rows rows = db_rows_open(tx->view.db, &find, args, 2);
    enum err e = store_rows_all((void **)out, n, &rows, tx->view.arena, sizeof(**out), read_early);
    return e || !*n ? e : db_run(tx->view.db, &drop, args, 2, NULL);
}

enum err store_early_forget(int64_t *forgotten, struct references *r, struct store_tx *tx,
                            int64_t before_us)
{
    static struct db_query forget = DB_QUERY("DELETE FROM early_receipt WHERE received_at < $1");
    *forgotten = 0;
    if (r->early <= 0)
        return OK;
    enum err e = count_early(r, &tx->view);
    return e ? e : db_run(tx->view.db, &forget, DB_ARGS(DB_INT(before_us)), forgotten);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/reference.h"

#include "base/map.h"
#include "base/metric.h"
#include "base/secret.h"
#include "store/id.h"
#include "store/message.h"
#include "store/rows.h"

#include <stdlib.h>

enum { MAP_LIMIT = 1 << 20, PART_BITS = 8, REF_MAX = 128 };

struct references {
    struct map *map;        /* hash of carrier and reference -> message id and part */
    int64_t early;          /* rows in early_receipt, or more: a rollback may leave it too high */
    int64_t tidied_carrier; /* how far store_reference_tidy has come: this key and those before */
    char tidied_ref[REF_MAX];
    size_t tidied_ref_n;
};

static uint64_t key_of(const struct reference *ref)
{
    uint64_t carrier = (uint64_t)ref->carrier_id + ((uint64_t)ref->turn << 56);
    return secret_hash(ref->carrier_ref) ^ carrier * UINT64_C(0x9E3779B97F4A7C15);
}

static enum err count_early(struct references *r, struct store_view *view)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM early_receipt");
    struct db_rows rows = db_rows_open(view->db, &count, DB_NO_ARGS);
    int64_t n = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    enum err e = db_rows_close(&rows);
    if (!e)
        r->early = n;
    return e;
}

static enum err recall_all(struct references *r, struct store_view *view, struct db_query *query,
                           int64_t after_id)
{
    struct db_rows rows = db_rows_open(view->db, query, DB_ARGS(DB_INT(after_id)));
    while (db_rows_next(&rows)) {
        struct reference ref = {.carrier_id = db_rows_int(&rows, 2),
                                .carrier_ref = db_rows_text(&rows, 3)};
        map_put(r->map, key_of(&ref),
                (uint64_t)db_rows_int(&rows, 0) << PART_BITS | (uint64_t)db_rows_int(&rows, 1));
    }
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
    int64_t indexed;
    enum err e = store_setting_get(&indexed, view, STR("indexed"));
    if (!e)
        e = recall_all(r, view, &whole, indexed);
    return e ? e : recall_all(r, view, &parts, indexed);
}

enum err store_references_new(struct references **out, struct store_view *view)
{
    struct references *r = base_alloc(sizeof(*r));
    r->map = map_new(MAP_LIMIT);
    enum err e = count_early(r, view);
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

/* ---- the index ---- */

static int by_key(const void *a, const void *b)
{
    const struct reference *x = a;
    const struct reference *y = b;
    if (x->carrier_id != y->carrier_id)
        return x->carrier_id < y->carrier_id ? -1 : 1;
    size_t n = x->carrier_ref.n < y->carrier_ref.n ? x->carrier_ref.n : y->carrier_ref.n;
    int order = n ? memcmp(x->carrier_ref.p, y->carrier_ref.p, n) : 0;
    if (order || x->carrier_ref.n != y->carrier_ref.n)
        return order ? order : x->carrier_ref.n < y->carrier_ref.n ? -1 : 1;
    return (x->message_id > y->message_id) - (x->message_id < y->message_id);
}

static bool same_key(const struct reference *a, const struct reference *b)
{
    return a->carrier_id == b->carrier_id && str_eq(a->carrier_ref, b->carrier_ref);
}

enum err store_reference_index(struct store_tx *tx, const struct reference *refs, size_t n)
{
    enum { COLUMNS_N = 4 };
#define INTO "INSERT INTO reference_index (carrier_id, carrier_ref, message_id, part) "
#define OR_CHANGE                                                                            \
    "ON CONFLICT (carrier_id, carrier_ref) DO UPDATE SET message_id = excluded.message_id, " \
    "part = excluded.part WHERE excluded.message_id >= reference_index.message_id"
    static struct db_query put = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4) " OR_CHANGE, INTO
        "SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) " OR_CHANGE);
#undef INTO
#undef OR_CHANGE
    struct reference *sorted = ARENA_ARRAY(tx->view.arena, n, struct reference);
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    size_t count = 0;
    if (!n)
        return OK;
    memcpy(sorted, refs, n * sizeof(*refs));
    qsort(sorted, n, sizeof(*sorted), by_key);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && same_key(&sorted[i], &sorted[i + 1]))
            continue;
        const struct db_value row[COLUMNS_N] = {
            DB_INT(sorted[i].carrier_id), DB_TEXT(sorted[i].carrier_ref),
            DB_INT(sorted[i].message_id), DB_INT(sorted[i].part)};
        memcpy(&args[count++ * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &put, args, COLUMNS_N, count, NULL);
}

enum err store_reference_add(struct references *r, struct store_tx *tx,
                             const struct reference *refs, size_t n)
{
    struct reference *at_once = ARENA_ARRAY(tx->view.arena, n, struct reference);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct reference *ref = &refs[i];
        if (!ref->carrier_ref.n)
            continue;
        map_put(r->map, key_of(ref), (uint64_t)ref->message_id << PART_BITS | ref->part);
        if (ref->shared || !store_is_young(tx, ref->message_id))
            at_once[count++] = *ref;
    }
    return store_reference_index(tx, at_once, count);
}

/* Those that the index knows of refs[nth[i]]. */
static enum err find_indexed(struct store_view *view, struct reference *refs, const size_t *nth,
                             size_t n)
{
    static struct db_query find =
        DB_QUERY_MANY("SELECT message_id, part FROM reference_index "
                      "WHERE carrier_id = $1 AND carrier_ref = $2",
                      "SELECT r.message_id, r.part, v.row "
                      "FROM UNNEST($1::bigint[], $2::text[]) WITH ORDINALITY "
                      "AS v (carrier_id, carrier_ref, row) JOIN reference_index AS r "
                      "ON r.carrier_id = v.carrier_id AND r.carrier_ref = v.carrier_ref");
    struct db_value *args = ARENA_ARRAY(view->arena, n * 2, struct db_value);
    for (size_t i = 0; i < n; i++) {
        args[i * 2] = DB_INT(refs[nth[i]].carrier_id);
        args[i * 2 + 1] = DB_TEXT(refs[nth[i]].carrier_ref);
    }
    struct db_rows rows = db_rows_many(view->db, &find, args, 2, n);
    while (db_rows_next(&rows)) {
        refs[nth[rows.row]].message_id = db_rows_int(&rows, 0);
        refs[nth[rows.row]].part = (uint32_t)db_rows_int(&rows, 1);
    }
    return db_rows_close(&rows);
}

enum err store_reference_find(struct references *r, struct store_view *view, struct reference *refs,
                              size_t n)
{
    size_t *asked = ARENA_ARRAY(view->arena, n, size_t);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t packed = 0;
        bool known = map_get(r->map, key_of(&refs[i]), &packed);
        refs[i].message_id = (int64_t)(packed >> PART_BITS);
        refs[i].part = packed & ((1u << PART_BITS) - 1);
        if (!known || refs[i].shared) /* the carrier may have used it again, through another node */
            asked[count++] = i;
    }
    return find_indexed(view, refs, asked, count);
}

static enum err drop_indexed(struct store_tx *tx, const struct reference *refs, size_t n)
{
    enum { COLUMNS_N = 3 };
    static struct db_query drop = DB_QUERY_MANY(
        "DELETE FROM reference_index WHERE carrier_id = $1 AND carrier_ref = $2 AND "
        "message_id = $3",
        "DELETE FROM reference_index AS r USING UNNEST($1::bigint[], $2::text[], $3::bigint[]) "
        "AS v (carrier_id, carrier_ref, message_id) WHERE r.carrier_id = v.carrier_id AND "
        "r.carrier_ref = v.carrier_ref AND r.message_id = v.message_id");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {
            DB_INT(refs[i].carrier_id), DB_TEXT(refs[i].carrier_ref), DB_INT(refs[i].message_id)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &drop, args, COLUMNS_N, n, NULL);
}

enum err store_reference_drop(struct references *r, struct store_tx *tx,
                              const struct reference *refs, size_t n)
{
    struct reference *sorted = ARENA_ARRAY(tx->view.arena, n, struct reference);
    size_t count = 0;
    if (!n)
        return OK;
    memcpy(sorted, refs, n * sizeof(*refs));
    qsort(sorted, n, sizeof(*sorted), by_key); /* as store_reference_index */
    for (size_t i = 0; i < n; i++) {
        map_remove(r->map, key_of(&sorted[i]));
        /* A young one neither its own commit nor the clock's pass has indexed. */
        if (!store_is_young(tx, sorted[i].message_id) || sorted[i].shared)
            sorted[count++] = sorted[i];
    }
    return drop_indexed(tx, sorted, count);
}

/* ---- what was left behind ---- */

static void tidied_to(struct references *r, const struct reference *ref)
{
    r->tidied_carrier = ref ? ref->carrier_id : 0;
    r->tidied_ref_n = 0;
    if (!ref || ref->carrier_ref.n > sizeof(r->tidied_ref))
        return;
    r->tidied_ref_n = ref->carrier_ref.n;
    memcpy(r->tidied_ref, ref->carrier_ref.p, ref->carrier_ref.n);
}

enum err store_reference_tidy(int64_t *dropped, struct references *r, struct store_tx *tx,
                              int64_t parts_before_us, size_t limit)
{
    static struct db_query next = DB_QUERY(
        "SELECT r.carrier_id, r.carrier_ref, r.message_id, r.part, m.id, m.done_at "
        "FROM reference_index AS r LEFT JOIN message AS m ON m.id = r.message_id "
        "WHERE (r.carrier_id, r.carrier_ref) > ($1, $2) ORDER BY r.carrier_id, r.carrier_ref "
        "LIMIT $3");
    struct reference *over = ARENA_ARRAY(tx->view.arena, limit, struct reference);
    struct reference last = {0};
    size_t seen = 0;
    size_t n = 0;
    struct db_rows rows = db_rows_open(
        tx->view.db, &next,
        DB_ARGS(DB_INT(r->tidied_carrier), DB_TEXT(((struct str){r->tidied_ref, r->tidied_ref_n})),
                DB_INT(limit)));
    for (; seen < limit && db_rows_next(&rows); seen++) {
        last = (struct reference){.carrier_id = db_rows_int(&rows, 0),
                                  .carrier_ref = arena_str(tx->view.arena, db_rows_text(&rows, 1)),
                                  .message_id = db_rows_int(&rows, 2),
                                  .part = (uint32_t)db_rows_int(&rows, 3)};
        bool open = !db_rows_is_null(&rows, 4) && db_rows_is_null(&rows, 5);
        bool late =
            last.part && !db_rows_is_null(&rows, 5) && db_rows_int(&rows, 5) >= parts_before_us;
        if (!open && !late)
            over[n++] = last;
    }
    enum err e = db_rows_close(&rows);
    if (!e)
        tidied_to(r, seen == limit ? &last : NULL);
    *dropped = e ? 0 : (int64_t)n;
    return e ? e : drop_indexed(tx, over, n);
}

/* ---- early receipts ---- */

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

enum err store_early_count(struct references *r, struct store_view *view)
{
    return r->early > 0 || db_shared(view->db) ? count_early(r, view) : OK;
}

static enum err find_early(struct early_receipt **out, size_t *n, struct store_tx *tx,
                           const struct db_value *args, size_t args_n)
{
    static struct db_query find =
        DB_QUERY_MANY("SELECT id, state, receipt, received_at FROM early_receipt "
                      "WHERE carrier_id = $1 AND carrier_ref = $2 ORDER BY id",
                      "SELECT e.id, e.state, e.receipt, e.received_at, v.row "
                      "FROM UNNEST($1::bigint[], $2::text[]) WITH ORDINALITY "
                      "AS v (carrier_id, carrier_ref, row) JOIN early_receipt AS e "
                      "ON e.carrier_id = v.carrier_id AND e.carrier_ref = v.carrier_ref "
                      "ORDER BY e.id");
    struct early_receipt *list = NULL;
    size_t room = 0;
    *n = 0;
    struct db_rows rows = db_rows_many(tx->view.db, &find, args, 2, args_n);
    while (db_rows_next(&rows)) {
        if (*n == room) {
            struct early_receipt *grown =
                ARENA_ARRAY(tx->view.arena, room * 2 + 16, struct early_receipt);
            if (room)
                memcpy(grown, list, room * sizeof(*list));
            list = grown;
            room = room * 2 + 16;
        }
        list[(*n)++] = (struct early_receipt){
            .id = db_rows_int(&rows, 0),
            .state = (enum message_state)db_rows_int(&rows, 1),
            .receipt = arena_str(tx->view.arena, db_rows_text(&rows, 2)),
            .received_at_us = db_rows_int(&rows, 3),
            .nth = rows.row,
        };
    }
    *out = list;
    return db_rows_close(&rows);
}

enum err store_early_take(struct early_receipt **out, size_t *n, struct references *r,
                          struct store_tx *tx, const struct reference *refs, size_t refs_n)
{
    static struct db_query drop =
        DB_QUERY_MANY("DELETE FROM early_receipt WHERE id = $1",
                      "DELETE FROM early_receipt WHERE id = ANY ($1::bigint[])");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, refs_n * 2, struct db_value);
    size_t *asked = ARENA_ARRAY(tx->view.arena, refs_n, size_t);
    size_t asked_n = 0;
    for (size_t i = 0; i < refs_n; i++) {
        if ((r->early <= 0 && !refs[i].shared) || !refs[i].carrier_ref.n)
            continue;
        args[asked_n * 2] = DB_INT(refs[i].carrier_id);
        args[asked_n * 2 + 1] = DB_TEXT(refs[i].carrier_ref);
        asked[asked_n++] = i;
    }
    enum err e = find_early(out, n, tx, args, asked_n);
    struct db_value *ids = ARENA_ARRAY(tx->view.arena, *n, struct db_value);
    for (size_t i = 0; i < *n; i++) {
        (*out)[i].nth = asked[(*out)[i].nth];
        ids[i] = DB_INT((*out)[i].id);
    }
    return e ? e : db_run_many(tx->view.db, &drop, ids, 1, *n, NULL);
}

static void read_reference(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct reference *)item = (struct reference){
        .carrier_id = db_rows_int(r, 0),
        .carrier_ref = arena_str(a, db_rows_text(r, 1)),
        .message_id = db_rows_int(r, 2),
        .part = (uint32_t)db_rows_int(r, 3),
    };
}

enum err store_early_known(struct reference **out, size_t *n, struct references *r,
                           struct store_tx *tx, int64_t since_us, size_t limit)
{
    static struct db_query known = DB_QUERY(
        "SELECT DISTINCT r.carrier_id, r.carrier_ref, r.message_id, r.part FROM early_receipt AS e "
        "JOIN reference_index AS r ON r.carrier_id = e.carrier_id AND "
        "r.carrier_ref = e.carrier_ref WHERE e.id > $1 LIMIT $2");
    *n = 0;
    if (r->early <= 0)
        return OK;
    struct db_rows rows =
        db_rows_open(tx->view.db, &known, DB_ARGS(DB_INT(store_id_at(since_us)), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, tx->view.arena, sizeof(**out), read_reference);
}

enum err store_early_forget(int64_t *forgotten, struct references *r, struct store_tx *tx,
                            int64_t before_us)
{
    static struct db_query forget = DB_QUERY("DELETE FROM early_receipt WHERE received_at < $1");
    *forgotten = 0;
    return r->early > 0 ? db_run(tx->view.db, &forget, DB_ARGS(DB_INT(before_us)), forgotten) : OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/number.h"

#include "store/rows.h"

static const char *const kind_names[] = {[NUMBER_NONE] = NULL,
                                         [NUMBER_SHORT] = "short",
                                         [NUMBER_LOW_COST] = "low_cost",
                                         [NUMBER_VIRTUAL] = "virtual",
                                         [NUMBER_PICKED] = "picked"};

const char *number_kind_name(enum number_kind kind)
{
    return kind_names[kind];
}

enum err number_kind_parse(enum number_kind *out, struct str name)
{
    for (enum number_kind k = NUMBER_SHORT; k <= NUMBER_VIRTUAL; k++)
        if (str_eq(name, str_of(kind_names[k]))) {
            *out = k;
            return OK;
        }
    return ERR_INVALID;
}

/* ---- numbers ---- */

enum err store_number_insert(struct store_tx *tx, const struct number *n)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO number (id, carrier_id, digits, country, kind, account_id, enabled, "
                 "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(n->id), DB_INT(n->carrier_id), DB_TEXT(n->digits),
                          DB_TEXT(n->country), DB_INT(n->kind),
                          n->account_id ? DB_INT(n->account_id) : DB_NULL, DB_INT(n->enabled),
                          DB_INT(tx->now_us)),
                  NULL);
}

enum err store_number_update(struct store_tx *tx, const struct number *n)
{
    static struct db_query update =
        DB_QUERY("UPDATE number SET account_id = $2, enabled = $3 WHERE id = $1");
    return store_change_one(tx, &update,
                            DB_ARGS(DB_INT(n->id), n->account_id ? DB_INT(n->account_id) : DB_NULL,
                                    DB_INT(n->enabled)));
}

static void read_number(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct number *)item = (struct number){
        .id = db_rows_int(r, 0),
        .carrier_id = db_rows_int(r, 1),
        .digits = arena_str(a, db_rows_text(r, 2)),
        .country = arena_str(a, db_rows_text(r, 3)),
        .kind = (enum number_kind)db_rows_int(r, 4),
        .account_id = db_rows_int(r, 5),
        .enabled = db_rows_int(r, 6) != 0,
        .created_at_us = db_rows_int(r, 7),
    };
}

enum err store_number_list(struct number **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, carrier_id, digits, country, kind, account_id, enabled, created_at "
                 "FROM number ORDER BY carrier_id, digits");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_number);
}

enum err store_number_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query slots = DB_QUERY("DELETE FROM number_slot WHERE number_id = $1");
    static struct db_query delete = DB_QUERY("DELETE FROM number WHERE id = $1");
    enum err e = db_run(tx->view.db, &slots, DB_ARGS(DB_INT(id)), NULL);
    return e ? e : store_change_one(tx, &delete, DB_ARGS(DB_INT(id)));
}

enum err store_number_in_use(bool *out, struct store_tx *tx, int64_t id)
{
    static struct db_query open =
        DB_QUERY("SELECT 1 FROM number_slot WHERE number_id = $1 AND until_at > $2 LIMIT 1");
    struct db_rows rows = db_rows_open(tx->view.db, &open, DB_ARGS(DB_INT(id), DB_INT(tx->now_us)));
    *out = db_rows_next(&rows);
    return db_rows_close(&rows);
}

/* ---- who may ask for answers ---- */

enum err store_two_way_put(struct store_tx *tx, const struct two_way *t)
{
    static struct db_query put = DB_QUERY(
        "INSERT INTO two_way (account_id, country) VALUES ($1, $2) ON CONFLICT DO NOTHING");
    return db_run(tx->view.db, &put, DB_ARGS(DB_INT(t->account_id), DB_TEXT(t->country)), NULL);
}

static void read_two_way(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct two_way *)item = (struct two_way){.account_id = db_rows_int(r, 0),
                                               .country = arena_str(a, db_rows_text(r, 1))};
}

enum err store_two_way_list(struct two_way **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT account_id, country FROM two_way ORDER BY account_id, country");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_two_way);
}

enum err store_two_way_drop(struct store_tx *tx, const struct two_way *t)
{
    static struct db_query drop =
        DB_QUERY("DELETE FROM two_way WHERE account_id = $1 AND ($2 = '' OR country = $2)");
    return store_change_one(tx, &drop, DB_ARGS(DB_INT(t->account_id), DB_TEXT(t->country)));
}

/* ---- slots ---- */

/* A number of the pool $1 $2 $3 from which the account $6 may write to the phone $4. */
#define POOL                                                                \
    "n.carrier_id = $1 AND n.country = $2 AND n.kind = $3 AND "             \
    "n.enabled = 1 AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE "       \
    "q.phone = $4 AND q.number = n.digits AND q.account_id IN (0, $6) AND " \
    "q.status < 3)"
/* And that no conversation of the phone has at $5. */
#define FREE                                                                                       \
    "FROM number n LEFT JOIN number_slot s ON s.recipient = $4 AND s.number_id = n.id WHERE " POOL \
    " AND (s.until_at IS NULL OR s.until_at <= $5)"
#define POOL_ARGS(pool) DB_INT((pool)->carrier_id), DB_TEXT((pool)->country), DB_INT((pool)->kind)

enum err store_slot_open(struct number_slot *out, struct store_view *view,
                         const struct number_pool *pool, uint64_t recipient, int64_t now_us)
{
    static struct db_query open =
        DB_QUERY("SELECT s.number_id, n.digits, s.conversation_id, s.until_at FROM number_slot s "
                 "JOIN number n ON n.id = s.number_id "
                 "JOIN conversation c ON c.id = s.conversation_id "
                 "WHERE s.recipient = $4 AND s.until_at > $5 AND " POOL " AND c.account_id = $6 "
                 "ORDER BY s.conversation_id DESC LIMIT 1");
    struct db_rows rows = db_rows_open(
        view->db, &open,
        DB_ARGS(POOL_ARGS(pool), DB_INT(recipient), DB_INT(now_us), DB_INT(pool->account_id)));
    bool found = db_rows_next(&rows);
    if (found)
        *out = (struct number_slot){.recipient = recipient,
                                    .number_id = db_rows_int(&rows, 0),
                                    .digits = arena_str(view->arena, db_rows_text(&rows, 1)),
                                    .conversation_id = db_rows_int(&rows, 2),
                                    .until_at_us = db_rows_int(&rows, 3)};
    enum err e = db_rows_close(&rows);
    return e || found ? e : ERR_NOT_FOUND;
}

enum err store_slot_free(bool *out, struct store_view *view, const struct number_pool *pool,
                         uint64_t recipient, int64_t now_us)
{
    static struct db_query any = DB_QUERY("SELECT 1 " FREE " LIMIT 1");
    struct db_rows rows = db_rows_open(
        view->db, &any,
        DB_ARGS(POOL_ARGS(pool), DB_INT(recipient), DB_INT(now_us), DB_INT(pool->account_id)));
    *out = db_rows_next(&rows);
    return db_rows_close(&rows);
}

/* One statement: what it reads may be old by the time it writes, and then it writes nothing. */
static enum err draw(struct number_slot *s, struct store_tx *tx, const struct number_pool *pool)
{
    static struct db_query query =
        DB_QUERY("INSERT INTO number_slot (recipient, number_id, conversation_id, until_at) "
                 "SELECT $4, n.id, $7, $8 " FREE " ORDER BY random() LIMIT 1 "
                 "ON CONFLICT (recipient, number_id) DO UPDATE SET "
                 "conversation_id = excluded.conversation_id, until_at = excluded.until_at "
                 "WHERE number_slot.until_at <= $5 RETURNING number_id");
    struct db_rows rows = db_rows_open(tx->view.db, &query,
                                       DB_ARGS(POOL_ARGS(pool), DB_INT(s->recipient),
                                               DB_INT(tx->now_us), DB_INT(pool->account_id),
                                               DB_INT(s->conversation_id), DB_INT(s->until_at_us)));
    bool drawn = db_rows_next(&rows);
    if (drawn)
        s->number_id = db_rows_int(&rows, 0);
    enum err e = db_rows_close(&rows);
    return e ? e : drawn ? OK : ERR_CONFLICT;
}

enum err store_slot_draw(struct number_slot *s, struct store_tx *tx, const struct number_pool *pool)
{
    static struct db_query digits = DB_QUERY("SELECT digits FROM number WHERE id = $1");
    enum err e = draw(s, tx, pool);
    if (e)
        return e;
    struct db_rows rows = db_rows_open(tx->view.db, &digits, DB_ARGS(DB_INT(s->number_id)));
    bool found = db_rows_next(&rows);
    if (found)
        s->digits = arena_str(tx->view.arena, db_rows_text(&rows, 0));
    e = db_rows_close(&rows);
    return e || found ? e : ERR_CONFLICT; /* an operator has just removed it */
}

enum err store_slot_extend(struct store_tx *tx, const struct number_slot *s, int64_t until_at_us)
{
    static struct db_query extend = DB_QUERY(
        "UPDATE number_slot SET until_at = CASE WHEN until_at < $4 THEN $4 ELSE until_at END "
        "WHERE recipient = $1 AND number_id = $2 AND conversation_id = $3 AND until_at > $5");
    enum err e = store_change_one(tx, &extend,
                                  DB_ARGS(DB_INT(s->recipient), DB_INT(s->number_id),
                                          DB_INT(s->conversation_id), DB_INT(until_at_us),
                                          DB_INT(tx->now_us)));
    return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

enum err store_slot_get(struct number_slot *out, struct store_view *view, uint64_t recipient,
                        int64_t number_id)
{
    static struct db_query get = DB_QUERY("SELECT conversation_id, until_at FROM number_slot "
                                          "WHERE recipient = $1 AND number_id = $2");
    struct db_rows rows =
        db_rows_open(view->db, &get, DB_ARGS(DB_INT(recipient), DB_INT(number_id)));
    bool found = db_rows_next(&rows);
    if (found)
        *out = (struct number_slot){.recipient = recipient,
                                    .number_id = number_id,
                                    .conversation_id = db_rows_int(&rows, 0),
                                    .until_at_us = db_rows_int(&rows, 1)};
    enum err e = db_rows_close(&rows);
    return e || found ? e : ERR_NOT_FOUND;
}

/* The time is asked twice: another node may have drawn the number since the inner question. */
enum err store_slot_forget(int64_t *forgotten, struct store_tx *tx, size_t limit)
{
    static struct db_query forget =
        DB_QUERY("DELETE FROM number_slot WHERE until_at <= $1 AND (recipient, number_id) IN "
                 "(SELECT recipient, number_id FROM number_slot WHERE until_at <= $1 "
                 "ORDER BY until_at LIMIT $2)");
    *forgotten = 0;
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(tx->now_us), DB_INT(limit)), forgotten);
}

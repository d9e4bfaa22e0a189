/* SPDX-License-Identifier: Apache-2.0 */
#include "store/statistic.h"

#include "base/clock.h"
#include "store/id.h"
#include "store/rows.h"

#include <stdlib.h>

const char *statistic_name(enum statistic_count count)
{
    static const char *const names[] = {
#define COUNT(name, column, what) [STATISTIC_##name] = (column),
#include "store/statistic.def"
#undef COUNT
    };
    return names[count];
}

/* ---- adding ---- */

/* Rows of nodes stand apart; ids say which node this is. */
static int64_t own_number(void)
{
    return (int64_t)store_id_node(store_id_next());
}

static int by_account(const void *a, const void *b)
{
    const struct statistic *x = a, *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    return (x->carrier_id > y->carrier_id) - (x->carrier_id < y->carrier_id);
}

enum err store_statistic_add(struct store_tx *tx, struct statistic *rows, size_t n)
{
    enum { KEYS = 5, COLUMNS_N = KEYS + STATISTIC_COUNTS };
#define INTO                                                                               \
    "INSERT INTO statistic (account_id, hourly, slot, node, carrier_id, accepted, sent, "  \
    "delivered, "                                                                          \
    "failed, cancelled, refused, answers, replies, late_replies, not_covered, unmatched, " \
    "stops, spent, refunded) "
#define OR_ADD                                                                \
    "ON CONFLICT (account_id, hourly, slot, node, carrier_id) DO UPDATE SET " \
    "accepted = statistic.accepted + excluded.accepted, "                     \
    "sent = statistic.sent + excluded.sent, "                                 \
    "delivered = statistic.delivered + excluded.delivered, "                  \
    "failed = statistic.failed + excluded.failed, "                           \
    "cancelled = statistic.cancelled + excluded.cancelled, "                  \
    "refused = statistic.refused + excluded.refused, "                        \
    "answers = statistic.answers + excluded.answers, "                        \
    "replies = statistic.replies + excluded.replies, "                        \
    "late_replies = statistic.late_replies + excluded.late_replies, "         \
    "not_covered = statistic.not_covered + excluded.not_covered, "            \
    "unmatched = statistic.unmatched + excluded.unmatched, "                  \
    "stops = statistic.stops + excluded.stops, "                              \
    "spent = statistic.spent + excluded.spent, "                              \
    "refunded = statistic.refunded + excluded.refunded"
    static struct db_query add = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
             "$18, $19) " OR_ADD,
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], "
             "$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], "
             "$15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], "
             "$19::bigint[]) " OR_ADD);
#undef INTO
#undef OR_ADD
    _Static_assert(COLUMNS_N == 19, "the statement names each column of statistic.def");
    if (!n)
        return OK;
    qsort(rows, n, sizeof(*rows), by_account);
    struct db_value *args = ARENA_ARRAY(tx->view.arena, 2 * n * COLUMNS_N, struct db_value);
    int64_t node = own_number();
    for (size_t i = 0; i < 2 * n; i++) {
        struct db_value *row = &args[i * COLUMNS_N];
        const struct statistic *s = &rows[i / 2];
        bool hourly = i % 2 != 0;
        row[0] = DB_INT(s->account_id);
        row[1] = DB_INT(hourly);
        row[2] = DB_INT(tx->now_us / (hourly ? HOUR_US : STATISTIC_QUARTER_US));
        row[3] = DB_INT(node);
        row[4] = DB_INT(s->carrier_id);
        for (size_t k = 0; k < STATISTIC_COUNTS; k++)
            row[KEYS + k] = DB_INT(s->counts[k]);
    }
    return db_run_many(tx->view.db, &add, args, COLUMNS_N, 2 * n, NULL);
}

static int by_reason(const void *a, const void *b)
{
    const struct statistic_failure *x = a, *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    if (x->state != y->state)
        return x->state < y->state ? -1 : 1;
    size_t n = x->word.n < y->word.n ? x->word.n : y->word.n;
    int order = n ? memcmp(x->word.p, y->word.p, n) : 0;
    return order ? order : (x->word.n > y->word.n) - (x->word.n < y->word.n);
}

enum err store_failure_add(struct store_tx *tx, struct statistic_failure *rows, size_t n)
{
    enum { COLUMNS_N = 7 };
#define INTO "INSERT INTO failure_statistic (account_id, daily, slot, node, state, word, count) "
#define OR_ADD                                                                \
    "ON CONFLICT (account_id, daily, slot, node, state, word) DO UPDATE SET " \
    "count = failure_statistic.count + excluded.count"
    static struct db_query add = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5, $6, $7) " OR_ADD,
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::bigint[], $6::text[], $7::bigint[]) " OR_ADD);
#undef INTO
#undef OR_ADD
    if (!n)
        return OK;
    qsort(rows, n, sizeof(*rows), by_reason);
    struct db_value *args = ARENA_ARRAY(tx->view.arena, 2 * n * COLUMNS_N, struct db_value);
    int64_t node = own_number();
    for (size_t i = 0; i < 2 * n; i++) {
        const struct statistic_failure *f = &rows[i / 2];
        bool daily = i % 2 != 0;
        int64_t unit_us = daily ? DAY_US : STATISTIC_QUARTER_US;
        const struct db_value row[COLUMNS_N] = {
            DB_INT(f->account_id), DB_INT(daily),    DB_INT(tx->now_us / unit_us),
            DB_INT(node),          DB_INT(f->state), DB_TEXT(f->word),
            DB_INT(f->count)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &add, args, COLUMNS_N, 2 * n, NULL);
}

/* ---- reading ---- */

enum err store_statistic_each(struct store_view *view, int64_t account_id, bool hourly,
                              int64_t from, int64_t to,
                              void (*each)(void *ctx, int64_t quarter, const struct statistic *s),
                              void *ctx)
{
    enum { FIRST = 2 };
    static struct db_query read = DB_QUERY(
        "SELECT slot, carrier_id, accepted, sent, delivered, failed, cancelled, refused, answers, "
        "replies, late_replies, not_covered, unmatched, stops, spent, refunded FROM statistic "
        "WHERE account_id = $1 AND hourly = $2 AND slot >= $3 AND slot < $4 ORDER BY slot");
    int64_t quarters = hourly ? STATISTIC_QUARTERS_AN_HOUR : 1;
    struct db_rows rows = db_rows_open(view->db, &read,
                                       DB_ARGS(DB_INT(account_id), DB_INT(hourly),
                                               DB_INT(from / quarters), DB_INT(to / quarters)));
    while (db_rows_next(&rows)) {
        struct statistic s = {.account_id = account_id, .carrier_id = db_rows_int(&rows, 1)};
        for (int k = 0; k < STATISTIC_COUNTS; k++)
            s.counts[k] = db_rows_int(&rows, FIRST + k);
        each(ctx, db_rows_int(&rows, 0) * quarters, &s);
    }
    return db_rows_close(&rows);
}

static void read_failure(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct statistic_failure *)item =
        (struct statistic_failure){.state = (enum message_state)db_rows_int(r, 0),
                                   .word = arena_str(a, db_rows_text(r, 1)),
                                   .count = db_rows_int(r, 2)};
}

/* Whole days by their own rows, the quarters before and behind them by theirs. */
enum err store_failure_list(struct statistic_failure **out, size_t *n, struct store_view *view,
                            int64_t account_id, int64_t from, int64_t to, size_t limit)
{
#define OF(daily, from, to)                                                                     \
    "SELECT state, word, count FROM failure_statistic WHERE account_id = $1 AND daily = " daily \
    " AND slot >= " from " AND slot < " to
    static struct db_query list =
        DB_QUERY("SELECT state, word, CAST(SUM(count) AS BIGINT) FROM (" OF(
            "0", "$2",
            "$3") " UNION ALL " OF("1", "$4",
                                   "$5") " UNION ALL " OF("0", "$6",
                                                          "$7") ") AS f "
                                                                "GROUP BY state, word ORDER BY 3 "
                                                                "DESC, 1, 2 LIMIT $8");
#undef OF
    enum { A_DAY = STATISTIC_QUARTERS_A_DAY };
    int64_t first_day = (from + A_DAY - 1) / A_DAY;
    int64_t last_day = to / A_DAY;
    bool whole = first_day < last_day;
    int64_t before_to = whole ? first_day * A_DAY : to;
    int64_t behind_from = whole ? last_day * A_DAY : to;
    struct db_rows rows =
        db_rows_open(view->db, &list,
                     DB_ARGS(DB_INT(account_id), DB_INT(from), DB_INT(before_to), DB_INT(first_day),
                             DB_INT(last_day), DB_INT(behind_from), DB_INT(to), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_failure);
}

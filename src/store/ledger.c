/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger.h"

#include "store/id.h"
#include "store/rows.h"

#include <stdlib.h>

static const char *const kind_names[] = {
    [LEDGER_CREDIT] = "credit", [LEDGER_MESSAGES] = "messages", [LEDGER_REFUND] = "refund",
    [LEDGER_QUOTA] = "quota",   [LEDGER_REPLY] = "reply",
};

struct purse_move {
    struct purse_move *next; /* the one moved before it */
    size_t nth;              /* of its transaction, from 0 */
    struct purse purse;
    enum ledger_kind kind;
    int64_t amount;
    int64_t messages;
    struct str reason;
};

static int64_t id_of(struct purse p)
{
    return p.user_id ? p.user_id : p.account_id;
}

int purse_compare(struct purse a, struct purse b)
{
    int by_kind = (a.user_id != 0) - (b.user_id != 0);
    int by_id = (id_of(a) > id_of(b)) - (id_of(a) < id_of(b));
    return by_kind ? by_kind : by_id;
}

/* ---- reading ---- */

/* Runs a query that gives a balance for an id, and perhaps an amount, for each purse of one kind:
 * balances or quotas. */
static enum err ask_kind(struct purse_state *purses, const int64_t *amounts, size_t n,
                         struct store_view *view, struct db_query *query, bool quotas)
{
    size_t columns = amounts ? 2 : 1, count = 0;
    struct db_value *args = ARENA_ARRAY(view->arena, n * columns, struct db_value);
    struct purse_state **of_row = ARENA_ARRAY(view->arena, n, struct purse_state *);
    for (size_t i = 0; i < n; i++) {
        if ((purses[i].purse.user_id != 0) != quotas)
            continue;
        purses[i].exists = false;
        args[columns * count] = DB_INT(id_of(purses[i].purse));
        if (amounts)
            args[columns * count + 1] = DB_INT(amounts[i]);
        of_row[count++] = &purses[i];
    }
    struct db_rows rows = db_rows_many(view->db, query, args, columns, count);
    while (db_rows_next(&rows)) {
        of_row[rows.row]->exists = true;
        of_row[rows.row]->balance = db_rows_int(&rows, 0);
    }
    return db_rows_close(&rows);
}

enum err store_purses_read(struct purse_state *purses, size_t n, struct store_view *view)
{
    static struct db_query balances = DB_QUERY_MANY(
        "SELECT balance FROM account WHERE id = $1",
        "SELECT a.balance, v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (id, row) "
        "JOIN account AS a ON a.id = v.id");
    static struct db_query quotas = DB_QUERY_MANY(
        "SELECT quota FROM api_user WHERE id = $1 AND quota IS NOT NULL",
        "SELECT u.quota, v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (id, row) "
        "JOIN api_user AS u ON u.id = v.id WHERE u.quota IS NOT NULL");
    enum err e = ask_kind(purses, NULL, n, view, &balances, false);
    return e ? e : ask_kind(purses, NULL, n, view, &quotas, true);
}

/* ---- moving ---- */

enum { LEDGER_COLUMNS = 9 };

static void write_movement(struct db_value *row, const struct store_tx *tx,
                           const struct purse_move *m, int64_t balance)
{
    const struct db_value values[LEDGER_COLUMNS] = {
        DB_INT(store_id_next()),
        DB_INT(m->purse.account_id),
        DB_INT(m->purse.user_id),
        DB_INT(tx->now_us),
        DB_TEXT(str_of(kind_names[m->kind])),
        DB_INT(m->amount),
        DB_INT(balance),
        DB_INT(m->messages),
        DB_TEXT(m->reason),
    };
    memcpy(row, values, sizeof(values));
}

static enum err insert_movements(struct store_tx *tx, const struct db_value *rows, size_t n)
{
    static struct db_query insert = DB_QUERY_MANY(
        "INSERT INTO ledger (id, account_id, user_id, at, kind, amount, balance, messages, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        "INSERT INTO ledger (id, account_id, user_id, at, kind, amount, balance, messages, reason) "
        "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], "
        "$6::bigint[], $7::bigint[], $8::bigint[], $9::text[])");
    return db_run_many(tx->view.db, &insert, rows, LEDGER_COLUMNS, n, NULL);
}

enum err store_purse_move(struct store_tx *tx, struct purse p, enum ledger_kind kind,
                          int64_t amount, int64_t messages, struct str reason)
{
    struct purse_move *m = ARENA_NEW(tx->view.arena, struct purse_move);
    *m = (struct purse_move){.next = tx->moves,
                             .nth = tx->moves ? tx->moves->nth + 1 : 0,
                             .purse = p,
                             .kind = kind,
                             .amount = amount,
                             .messages = messages,
                             .reason = reason};
    tx->moves = m;
    return OK;
}

void store_purses_add_moves(struct purse_state *purses, size_t n, const struct store_tx *tx)
{
    for (const struct purse_move *m = tx->moves; m; m = m->next)
        for (size_t i = 0; i < n; i++)
            if (!purse_compare(m->purse, purses[i].purse))
                purses[i].balance += m->amount;
}

/* Only a quota goes away while somebody may have a refund from it. */
static enum err is_gone(bool *gone, struct store_tx *tx, struct purse p)
{
    const struct purse_move *m = tx->moves;
    while (m && purse_compare(m->purse, p))
        m = m->next;
    *gone = false;
    if (!p.user_id || m)
        return OK;
    struct purse_state state = {.purse = p};
    enum err e = store_purses_read(&state, 1, &tx->view);
    *gone = !state.exists;
    return e;
}

enum err store_purse_refund(struct store_tx *tx, struct purse p, int64_t amount, int64_t messages,
                            struct str reason)
{
    struct purse account = {.account_id = p.account_id};
    struct purse_move refund = {.purse = p,
                                .kind = LEDGER_REFUND,
                                .amount = amount,
                                .messages = messages,
                                .reason = reason};
    struct purse_move hand_on = {
        .purse = p, .kind = LEDGER_QUOTA, .amount = -amount, .reason = reason};
    struct db_value rows[2 * LEDGER_COLUMNS];
    bool gone;
    enum err e = is_gone(&gone, tx, p);
    if (e || !gone)
        return e ? e : store_purse_move(tx, p, LEDGER_REFUND, amount, messages, reason);
    write_movement(rows, tx, &refund, amount);
    write_movement(rows + LEDGER_COLUMNS, tx, &hand_on, 0);
    e = insert_movements(tx, rows, 2);
    return e ? e : store_purse_move(tx, account, LEDGER_QUOTA, amount, 0, reason);
}

/* ---- settling ---- */

static int by_purse(const void *a, const void *b)
{
    const struct purse_move *x = a, *y = b;
    int order = purse_compare(x->purse, y->purse);
    return order ? order : (x->nth > y->nth) - (x->nth < y->nth);
}

/* All of the transaction's, those of one purse side by side in the order of their making. */
static struct purse_move *sorted(struct store_tx *tx, size_t n)
{
    struct purse_move *moves = ARENA_ARRAY(tx->view.arena, n, struct purse_move);
    for (const struct purse_move *m = tx->moves; m; m = m->next)
        moves[m->nth] = *m;
    qsort(moves, n, sizeof(*moves), by_purse);
    return moves;
}

/* Adds to those that exist and hold enough; the others come back as not existing. Of several at
 * once the rows are sorted, then locked, then updated: an UPDATE alone locks in any order. */
static enum err add_to_purses(struct purse_state *purses, const int64_t *sums, size_t n,
                              struct store_view *view)
{
#define ADD_TO(table, column)                                                              \
    DB_QUERY_MANY(                                                                         \
        "UPDATE " table " SET " column " = " column " + $2 WHERE id = $1 AND " column      \
        " IS NOT NULL AND ($2 >= 0 OR " column " + $2 >= 0) RETURNING " column,            \
        "WITH locked AS (SELECT p.id, v.amount, v.row "                                    \
        "FROM UNNEST($1::bigint[], $2::bigint[]) WITH ORDINALITY AS v (id, amount, row) "  \
        "JOIN " table " AS p ON p.id = v.id ORDER BY p.id FOR UPDATE OF p) "               \
        "UPDATE " table " AS p SET " column " = p." column " + l.amount FROM locked AS l " \
        "WHERE p.id = l.id AND p." column " IS NOT NULL "                                  \
        "AND (l.amount >= 0 OR p." column " + l.amount >= 0) RETURNING p." column ", l.row")
    static struct db_query balances = ADD_TO("account", "balance");
    static struct db_query quotas = ADD_TO("api_user", "quota");
#undef ADD_TO
    enum err e = ask_kind(purses, sums, n, view, &balances, false);
    return e ? e : ask_kind(purses, sums, n, view, &quotas, true);
}

/* Why a purse was not moved. */
static enum err explain(struct purse_state *purse, struct store_view *view)
{
    enum err e = store_purses_read(purse, 1, view);
    return e ? e : purse->exists ? ERR_CONFLICT : ERR_NOT_FOUND;
}

/* Movements of purses that have been moved already, in the same order. */
static enum err write_movements(struct store_tx *tx, const struct purse_state *purses,
                                const int64_t *sums, const struct purse_move *moves, size_t n)
{
    struct db_value *rows = ARENA_ARRAY(tx->view.arena, n * LEDGER_COLUMNS, struct db_value);
    int64_t balance = purses->balance - *sums;
    for (size_t i = 0; i < n; i++) {
        if (purse_compare(moves[i].purse, purses->purse))
            balance = (++purses)->balance - *++sums;
        balance += moves[i].amount;
        write_movement(rows + i * LEDGER_COLUMNS, tx, &moves[i], balance);
    }
    return insert_movements(tx, rows, n);
}

enum err store_purses_settle(struct store_tx *tx)
{
    if (!tx->moves)
        return OK;
    size_t n = tx->moves->nth + 1, purses_n = 0;
    struct purse_move *moves = sorted(tx, n);
    struct purse_state *purses = ARENA_ARRAY(tx->view.arena, n, struct purse_state);
    int64_t *sums = ARENA_ARRAY(tx->view.arena, n, int64_t);
    tx->moves = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!i || purse_compare(moves[i].purse, moves[i - 1].purse))
            purses[purses_n++].purse = moves[i].purse;
        sums[purses_n - 1] += moves[i].amount;
    }
    enum err e = add_to_purses(purses, sums, purses_n, &tx->view);
    for (size_t i = 0; i < purses_n && !e; i++)
        if (!purses[i].exists)
            e = explain(&purses[i], &tx->view);
    return e ? e : write_movements(tx, purses, sums, moves, n);
}

/* ---- lists ---- */

static void read_movement(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct movement *)item = (struct movement){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .user_id = db_rows_int(r, 2),
        .at_us = db_rows_int(r, 3),
        .kind = arena_str(a, db_rows_text(r, 4)),
        .amount = db_rows_int(r, 5),
        .balance = db_rows_int(r, 6),
        .messages = db_rows_int(r, 7),
        .reason = arena_str(a, db_rows_text(r, 8)),
    };
}

enum err store_movement_list(struct movement **out, size_t *n, struct store_view *view,
                             const struct movement_filter *f)
{
#define LIST                                                                                   \
    "SELECT id, account_id, user_id, at, kind, amount, balance, messages, reason FROM ledger " \
    "WHERE account_id = $1 AND (kind = $4 OR CAST($4 AS TEXT) = '') "
    static struct db_query list[] = {DB_QUERY(LIST "AND id < $2 ORDER BY id DESC LIMIT $3"),
                                     DB_QUERY(LIST "AND id > $2 ORDER BY id LIMIT $3")};
#undef LIST
    int64_t past = f->past_id || f->oldest_first ? f->past_id : INT64_MAX;
    struct db_rows rows = db_rows_open(
        view->db, &list[f->oldest_first],
        DB_ARGS(DB_INT(f->account_id), DB_INT(past), DB_INT(f->limit), DB_TEXT(f->kind)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_movement);
}

static void read_imbalance(void *item, const struct db_rows *r, struct arena *a)
{
    (void)a;
    *(struct imbalance *)item = (struct imbalance){
        .account_id = db_rows_int(r, 0),
        .user_id = db_rows_int(r, 1),
        .balance = db_rows_int(r, 2),
        .moved = db_rows_int(r, 3),
        .paid = db_rows_int(r, 4),
        .cost = db_rows_int(r, 5),
    };
}

enum err store_ledger_check(struct imbalance **out, size_t *n, struct store_view *view)
{
    /* A purse that is gone (a removed user, a quota switched off) must have been emptied. */
    static struct db_query check = DB_QUERY(
        "SELECT account_id, user_id, CAST(SUM(balance) AS BIGINT), CAST(SUM(moved) AS BIGINT), "
        "CAST(SUM(paid) AS BIGINT), CAST(SUM(cost) AS BIGINT) FROM ("
        "SELECT id AS account_id, 0 AS user_id, balance, 0 AS moved, 0 AS paid, 0 AS cost "
        "FROM account "
        "UNION ALL SELECT account_id, id, quota, 0, 0, 0 FROM api_user WHERE quota IS NOT NULL "
        "UNION ALL SELECT account_id, user_id, 0, SUM(amount), "
        "-SUM(CASE WHEN kind IN ('messages', 'refund', 'reply') THEN amount ELSE 0 END), 0 "
        "FROM ledger GROUP BY account_id, user_id "
        "UNION ALL SELECT account_id, CASE WHEN from_quota = 1 THEN user_id ELSE 0 END, 0, 0, 0, "
        "SUM(credits) FROM message GROUP BY 1, 2 "
        "UNION ALL SELECT account_id, 0, 0, 0, 0, SUM(credits) FROM incoming "
        "WHERE account_id IS NOT NULL GROUP BY account_id) AS purses "
        "GROUP BY account_id, user_id "
        "HAVING SUM(balance) <> SUM(moved) OR SUM(paid) <> SUM(cost) "
        "ORDER BY account_id, user_id");
    struct db_rows rows = db_rows_open(view->db, &check, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_imbalance);
}

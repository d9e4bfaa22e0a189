/* SPDX-License-Identifier: Apache-2.0 */
#include "store/ledger.h"

#include "store/id.h"
#include "store/rows.h"

static const char *const kind_names[] = {
    [LEDGER_CREDIT] = "credit",
    [LEDGER_MESSAGES] = "messages",
    [LEDGER_REFUND] = "refund",
    [LEDGER_QUOTA] = "quota",
};

enum err store_purse_balance(int64_t *balance, struct store_view *view, struct purse p)
{
    static struct db_query of_account = DB_QUERY("SELECT balance FROM account WHERE id = $1");
    static struct db_query of_user =
        DB_QUERY("SELECT quota FROM api_user WHERE id = $1 AND quota IS NOT NULL");
    struct db_value id = DB_INT(p.user_id ? p.user_id : p.account_id);
    struct db_rows rows = db_rows_open(view->db, p.user_id ? &of_user : &of_account, &id, 1);
    bool found = db_rows_next(&rows);
    *balance = found ? db_rows_int(&rows, 0) : 0;
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

static enum err note(struct store_tx *tx, struct purse p, enum ledger_kind kind, int64_t amount,
                     int64_t balance, int64_t messages, struct str reason)
{
    static struct db_query insert = DB_QUERY(
        "INSERT INTO ledger (id, account_id, user_id, at, kind, amount, balance, messages, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(store_id_next()), DB_INT(p.account_id), DB_INT(p.user_id),
                          DB_INT(tx->now_us), DB_TEXT(str_of(kind_names[kind])), DB_INT(amount),
                          DB_INT(balance), DB_INT(messages), DB_TEXT(reason)),
                  NULL);
}

enum err store_purse_move(struct store_tx *tx, struct purse p, enum ledger_kind kind,
                          int64_t amount, int64_t messages, struct str reason)
{
    static struct db_query of_account =
        DB_QUERY("UPDATE account SET balance = balance + $2 WHERE id = $1");
    static struct db_query of_user =
        DB_QUERY("UPDATE api_user SET quota = quota + $2 WHERE id = $1 AND quota IS NOT NULL");
    int64_t changed = 0;
    enum err e =
        db_run(tx->view.db, p.user_id ? &of_user : &of_account,
               DB_ARGS(DB_INT(p.user_id ? p.user_id : p.account_id), DB_INT(amount)), &changed);
    int64_t balance = 0;
    if (!(e = store_must_change(e, changed)))
        e = store_purse_balance(&balance, &tx->view, p);
    return e ? e : note(tx, p, kind, amount, balance, messages, reason);
}

enum err store_purse_refund(struct store_tx *tx, struct purse p, int64_t amount, int64_t messages,
                            struct str reason)
{
    int64_t balance;
    enum err e = store_purse_balance(&balance, &tx->view, p);
    if (!e)
        return store_purse_move(tx, p, LEDGER_REFUND, amount, messages, reason);
    if (e != ERR_NOT_FOUND || !p.user_id)
        return e;
    struct purse account = {.account_id = p.account_id};
    e = note(tx, p, LEDGER_REFUND, amount, amount, messages, reason);
    if (!e)
        e = note(tx, p, LEDGER_QUOTA, -amount, 0, 0, reason);
    return e ? e : store_purse_move(tx, account, LEDGER_QUOTA, amount, 0, reason);
}

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
                             int64_t account_id, int64_t before_id, size_t limit)
{
    static struct db_query list = DB_QUERY(
        "SELECT id, account_id, user_id, at, kind, amount, balance, messages, reason FROM ledger "
        "WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    struct db_rows rows = db_rows_open(
        view->db, &list,
        DB_ARGS(DB_INT(account_id), DB_INT(before_id ? before_id : INT64_MAX), DB_INT(limit)));
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
        "-SUM(CASE WHEN kind IN ('messages', 'refund') THEN amount ELSE 0 END), 0 "
        "FROM ledger GROUP BY account_id, user_id "
        "UNION ALL SELECT account_id, CASE WHEN from_quota = 1 THEN user_id ELSE 0 END, 0, 0, 0, "
        "SUM(credits) FROM message GROUP BY 1, 2) AS purses "
        "GROUP BY account_id, user_id "
        "HAVING SUM(balance) <> SUM(moved) OR SUM(paid) <> SUM(cost) "
        "ORDER BY account_id, user_id");
    struct db_rows rows = db_rows_open(view->db, &check, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_imbalance);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/alert.h"

#include "store/rows.h"

enum err store_alert_put(struct store_tx *tx, const struct user_alert *a)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO user_alert (user_id, below, email, sms, sender, told_at) "
                 "VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (user_id) DO UPDATE SET "
                 "below = excluded.below, email = excluded.email, sms = excluded.sms, "
                 "sender = excluded.sender");
    return db_run(tx->view.db, &put,
                  DB_ARGS(DB_INT(a->user_id), DB_INT(a->below), DB_TEXT(a->email), DB_TEXT(a->sms),
                          DB_TEXT(a->sender)),
                  NULL);
}

enum err store_alert_delete(struct store_tx *tx, int64_t user_id)
{
    static struct db_query delete = DB_QUERY("DELETE FROM user_alert WHERE user_id = $1");
    return db_run(tx->view.db, &delete, DB_ARGS(DB_INT(user_id)), NULL);
}

#define ALERT "l.user_id, l.below, l.email, l.sms, l.sender, l.told_at"

static void read_alert(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct user_alert *)item = (struct user_alert){
        .user_id = db_rows_int(r, 0),
        .below = db_rows_int(r, 1),
        .email = arena_str(a, db_rows_text(r, 2)),
        .sms = arena_str(a, db_rows_text(r, 3)),
        .sender = arena_str(a, db_rows_text(r, 4)),
        .told_at_us = db_rows_int(r, 5),
    };
}

enum err store_alert_get(struct user_alert *out, struct store_view *view, int64_t user_id)
{
    static struct db_query get =
        DB_QUERY("SELECT " ALERT " FROM user_alert AS l WHERE l.user_id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(user_id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_alert(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_alert_list(struct user_alert **out, size_t *n, struct store_view *view,
                          int64_t account_id)
{
    static struct db_query list = DB_QUERY("SELECT " ALERT " FROM api_user AS u JOIN user_alert AS "
                                           "l ON l.user_id = u.id WHERE u.account_id = $1 "
                                           "ORDER BY l.user_id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(account_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_alert);
}

static void read_due(void *item, const struct db_rows *r, struct arena *a)
{
    struct alert_due *due = item;
    read_alert(&due->alert, r, a);
    due->account_id = db_rows_int(r, 6);
    due->login = arena_str(a, db_rows_text(r, 7));
    due->left = db_rows_int(r, 8);
    due->is_below = due->alert.told_at_us == 0;
}

enum err store_alert_due(struct alert_due **out, size_t *n, struct store_view *view, size_t limit)
{
    static struct db_query due = DB_QUERY(
        "SELECT " ALERT ", u.account_id, u.login, COALESCE(u.quota, a.balance) FROM user_alert AS "
        "l JOIN api_user AS u ON u.id = l.user_id JOIN account AS a ON a.id = u.account_id "
        "WHERE (u.enabled = 1 AND COALESCE(u.quota, a.balance) < l.below) <> (l.told_at <> 0) "
        "ORDER BY l.user_id LIMIT $1");
    struct db_rows rows = db_rows_open(view->db, &due, DB_ARGS(DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_due);
}

enum err store_alert_told(struct store_tx *tx, int64_t user_id, bool is_below)
{
    static struct db_query told = DB_QUERY("UPDATE user_alert SET told_at = $2 WHERE user_id = $1");
    return db_run(tx->view.db, &told, DB_ARGS(DB_INT(user_id), DB_INT(is_below ? tx->now_us : 0)),
                  NULL);
}

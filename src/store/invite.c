/* SPDX-License-Identifier: Apache-2.0 */
#include "store/invite.h"

#include "store/rows.h"

enum err store_invite_insert(struct store_tx *tx, const struct invite *i)
{
    static struct db_query old =
        DB_QUERY("DELETE FROM invite WHERE account_id = $1 AND (email = $2 OR expires_at <= $3)");
    static struct db_query insert =
        DB_QUERY("INSERT INTO invite (id, digest, account_id, email, name, language, role, "
                 "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    enum err e =
        db_run(tx->view.db, &old,
               DB_ARGS(DB_INT(i->account_id), DB_TEXT(i->email), DB_INT(tx->now_us)), NULL);
    return e ? e
             : db_run(tx->view.db, &insert,
                      DB_ARGS(DB_INT(i->id), DB_BLOB(i->digest), DB_INT(i->account_id),
                              DB_TEXT(i->email), DB_TEXT(i->name), DB_TEXT(i->language),
                              DB_INT(i->role), DB_INT(tx->now_us),
                              DB_INT(tx->now_us + INVITE_HOLDS_US)),
                      NULL);
}

enum err store_invite_role(struct store_tx *tx, int64_t account_id, int64_t id, enum role role)
{
    static struct db_query set =
        DB_QUERY("UPDATE invite SET role = $3 WHERE id = $1 AND account_id = $2");
    return store_change_one(tx, &set, DB_ARGS(DB_INT(id), DB_INT(account_id), DB_INT(role)));
}

static void read_invite(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct invite *)item = (struct invite){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .email = arena_str(a, db_rows_text(r, 2)),
        .name = arena_str(a, db_rows_text(r, 3)),
        .language = arena_str(a, db_rows_text(r, 4)),
        .role = (enum role)db_rows_int(r, 5),
        .created_at_us = db_rows_int(r, 6),
        .expires_at_us = db_rows_int(r, 7),
    };
}

#define INVITE                                                                                \
    "SELECT id, account_id, email, name, language, role, created_at, expires_at FROM invite " \
    "WHERE expires_at > $2 AND "

enum err store_invite_find(struct invite *out, struct store_view *view, struct str digest,
                           int64_t now_us)
{
    static struct db_query find = DB_QUERY(INVITE "digest = $1");
    struct db_rows rows = db_rows_open(view->db, &find, DB_ARGS(DB_BLOB(digest), DB_INT(now_us)));
    bool found = db_rows_next(&rows);
    if (found)
        read_invite(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_invite_list(struct invite **out, size_t *n, struct store_view *view,
                           int64_t account_id, int64_t now_us)
{
    static struct db_query list = DB_QUERY(INVITE "account_id = $1 ORDER BY id DESC");
    struct db_rows rows =
        db_rows_open(view->db, &list, DB_ARGS(DB_INT(account_id), DB_INT(now_us)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_invite);
}

enum err store_invite_delete(struct store_tx *tx, int64_t account_id, int64_t id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM invite WHERE id = $1 AND account_id = $2");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id), DB_INT(account_id)));
}

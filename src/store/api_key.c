/* SPDX-License-Identifier: Apache-2.0 */
#include "store/api_key.h"

#include "store/rows.h"

static const struct {
    enum scope scope;
    const char *name;
} scopes[] = {
    {SCOPE_READ, "read"}, {SCOPE_CHAT, "chat"}, {SCOPE_SEND, "send"}, {SCOPE_MANAGE, "manage"}};
enum { SCOPES_N = sizeof(scopes) / sizeof(scopes[0]) };

const char *scope_name(enum scope scope)
{
    for (size_t i = 0; i < SCOPES_N; i++)
        if (scopes[i].scope == scope)
            return scopes[i].name;
    return NULL;
}

enum err scope_parse(enum scope *out, struct str name)
{
    for (size_t i = 0; i < SCOPES_N; i++)
        if (str_eq(name, str_of(scopes[i].name))) {
            *out = scopes[i].scope;
            return OK;
        }
    return ERR_INVALID;
}

enum err store_api_key_insert(struct store_tx *tx, const struct api_key *k)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO api_key (id, account_id, name, digest, prefix, scopes, created_at, "
                 "last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(k->id), DB_INT(k->account_id), DB_TEXT(k->name),
                          DB_BLOB(k->digest), DB_TEXT(k->prefix), DB_INT(k->scopes),
                          DB_INT(tx->now_us)),
                  NULL);
}

#define API_KEY \
    "SELECT id, account_id, name, prefix, scopes, created_at, last_used_at FROM api_key WHERE "

static void read_key(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct api_key *)item = (struct api_key){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .name = arena_str(a, db_rows_text(r, 2)),
        .prefix = arena_str(a, db_rows_text(r, 3)),
        .scopes = (unsigned)db_rows_int(r, 4),
        .created_at_us = db_rows_int(r, 5),
        .last_used_at_us = db_rows_int(r, 6),
    };
}

enum err store_api_key_find(struct api_key *out, struct store_view *view, struct str digest)
{
    static struct db_query find = DB_QUERY(API_KEY "digest = $1");
    struct db_rows rows = db_rows_open(view->db, &find, DB_ARGS(DB_BLOB(digest)));
    bool found = db_rows_next(&rows);
    if (found)
        read_key(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_api_key_list(struct api_key **out, size_t *n, struct store_view *view,
                            int64_t account_id)
{
    static struct db_query list = DB_QUERY(API_KEY "account_id = $1 ORDER BY id DESC");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(account_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_key);
}

enum err store_api_key_delete(struct store_tx *tx, int64_t account_id, int64_t id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM api_key WHERE id = $1 AND account_id = $2");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id), DB_INT(account_id)));
}

enum err store_api_key_touch(struct store_tx *tx, const int64_t *ids, size_t n)
{
    static struct db_query touch =
        DB_QUERY("UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2");
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = db_run(tx->view.db, &touch, DB_ARGS(DB_INT(ids[i]), DB_INT(tx->now_us)), NULL);
    return e;
}

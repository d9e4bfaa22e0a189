/* SPDX-License-Identifier: Apache-2.0 */
#include "store/callback.h"

#include "store/rows.h"

static const char *const profile_names[] = {
    [PROFILE_OVH] = "ovh", [PROFILE_OCTOPUSH] = "octopush", [PROFILE_NAVETTE] = "navette"};

const char *callback_profile_name(enum callback_profile profile)
{
    return profile_names[profile];
}

enum err callback_profile_parse(enum callback_profile *out, struct str name)
{
    for (enum callback_profile p = PROFILE_OVH; p <= PROFILE_NAVETTE; p++)
        if (str_eq(name, str_of(profile_names[p]))) {
            *out = p;
            return OK;
        }
    return ERR_INVALID;
}

const char *notification_kind_name(enum notification_kind kind)
{
    return kind == NOTIFICATION_SMS ? "sms" : "email";
}

enum err store_callback_put(struct store_tx *tx, const struct callback_setting *s)
{
    static struct db_query put = DB_QUERY(
        "INSERT INTO callback_setting (account_id, profile, secret, replies_url, receipts_url, "
        "stops_url) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id) DO UPDATE SET "
        "profile = excluded.profile, secret = excluded.secret, replies_url = excluded.replies_url, "
        "receipts_url = excluded.receipts_url, stops_url = excluded.stops_url");
    return db_run(tx->view.db, &put,
                  DB_ARGS(DB_INT(s->account_id), DB_INT(s->profile), DB_TEXT(s->secret),
                          DB_TEXT(s->replies_url), DB_TEXT(s->receipts_url), DB_TEXT(s->stops_url)),
                  NULL);
}

enum err store_callback_delete(struct store_tx *tx, int64_t account_id)
{
    static struct db_query delete = DB_QUERY("DELETE FROM callback_setting WHERE account_id = $1");
    return db_run(tx->view.db, &delete, DB_ARGS(DB_INT(account_id)), NULL);
}

static void read_setting(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct callback_setting *)item = (struct callback_setting){
        .account_id = db_rows_int(r, 0),
        .profile = (enum callback_profile)db_rows_int(r, 1),
        .secret = arena_str(a, db_rows_text(r, 2)),
        .replies_url = arena_str(a, db_rows_text(r, 3)),
        .receipts_url = arena_str(a, db_rows_text(r, 4)),
        .stops_url = arena_str(a, db_rows_text(r, 5)),
    };
}

enum err store_callback_list(struct callback_setting **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT account_id, profile, secret, replies_url, receipts_url, stops_url FROM "
                 "callback_setting ORDER BY account_id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_setting);
}

enum err store_notification_insert(struct store_tx *tx, const struct notification *n)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO notification (id, account_id, kind, target, sender, language, "
                 "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(n->id), DB_INT(n->account_id), DB_INT(n->kind), DB_TEXT(n->target),
                          DB_TEXT(n->sender), DB_TEXT(n->language), DB_INT(tx->now_us)),
                  NULL);
}

enum err store_notification_update(struct store_tx *tx, const struct notification *n)
{
    static struct db_query update =
        DB_QUERY("UPDATE notification SET target = $2, sender = $3, language = $4 WHERE id = $1");
    return store_change_one(
        tx, &update,
        DB_ARGS(DB_INT(n->id), DB_TEXT(n->target), DB_TEXT(n->sender), DB_TEXT(n->language)));
}

enum err store_notification_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete = DB_QUERY("DELETE FROM notification WHERE id = $1");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id)));
}

static void read_notification(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct notification *)item = (struct notification){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .kind = (enum notification_kind)db_rows_int(r, 2),
        .target = arena_str(a, db_rows_text(r, 3)),
        .sender = arena_str(a, db_rows_text(r, 4)),
        .language = arena_str(a, db_rows_text(r, 5)),
        .created_at_us = db_rows_int(r, 6),
    };
}

enum err store_notification_list(struct notification **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, account_id, kind, target, sender, language, created_at "
                 "FROM notification ORDER BY account_id, id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_notification);
}

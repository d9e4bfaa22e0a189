/* SPDX-License-Identifier: Apache-2.0 */
#include "store/account.h"

#include "store/rows.h"

static const char *const grade_names[] = {
    [GRADE_ANY] = NULL, [GRADE_PREMIUM] = "premium", [GRADE_LOW_COST] = "low_cost"};

const char *grade_name(enum grade grade)
{
    return grade_names[grade];
}

enum err grade_parse(enum grade *out, struct str name)
{
    for (enum grade g = GRADE_PREMIUM; g <= GRADE_LOW_COST; g++)
        if (str_eq(name, str_of(grade_names[g]))) {
            *out = g;
            return OK;
        }
    return ERR_INVALID;
}

struct str account_language(const struct account *a)
{
    return str_eq(a->timezone, STR("Europe/Paris")) ? STR("fr") : STR("en");
}

static struct db_value grade_of(const struct account *a)
{
    return DB_INT(a->grade == GRADE_ANY ? GRADE_PREMIUM : a->grade);
}

#define PROFILE_ARGS(p)                                                       \
    DB_TEXT((p)->company), DB_TEXT((p)->first_name), DB_TEXT((p)->last_name), \
        DB_TEXT((p)->domains), DB_TEXT((p)->email), DB_TEXT((p)->phone)

enum err store_account_insert(struct store_tx *tx, const struct account *a)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO account (id, name, timezone, max_parts, grade, enabled, balance, "
                 "created_at, keep_days, company, first_name, last_name, domains, email, phone) "
                 "VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(a->id), DB_TEXT(a->name), DB_TEXT(a->timezone),
                          DB_INT(a->max_parts), grade_of(a), DB_INT(a->enabled), DB_INT(tx->now_us),
                          DB_INT(a->keep_days), PROFILE_ARGS(&a->profile)),
                  NULL);
}

enum err store_account_update(struct store_tx *tx, const struct account *a)
{
    static struct db_query update =
        DB_QUERY("UPDATE account SET name = $2, timezone = $3, max_parts = $4, grade = $5, "
                 "enabled = $6, keep_days = $7, company = $8, first_name = $9, last_name = $10, "
                 "domains = $11, email = $12, phone = $13 WHERE id = $1");
    return store_change_one(tx, &update,
                            DB_ARGS(DB_INT(a->id), DB_TEXT(a->name), DB_TEXT(a->timezone),
                                    DB_INT(a->max_parts), grade_of(a), DB_INT(a->enabled),
                                    DB_INT(a->keep_days), PROFILE_ARGS(&a->profile)));
}

static void read_account(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct account *)item = (struct account){
        .id = db_rows_int(r, 0),
        .name = arena_str(a, db_rows_text(r, 1)),
        .timezone = arena_str(a, db_rows_text(r, 2)),
        .max_parts = (uint32_t)db_rows_int(r, 3),
        .grade = (enum grade)db_rows_int(r, 4),
        .enabled = db_rows_int(r, 5) != 0,
        .balance = db_rows_int(r, 6),
        .created_at_us = db_rows_int(r, 7),
        .keep_days = db_rows_int(r, 8),
        .profile = {.company = arena_str(a, db_rows_text(r, 9)),
                    .first_name = arena_str(a, db_rows_text(r, 10)),
                    .last_name = arena_str(a, db_rows_text(r, 11)),
                    .domains = arena_str(a, db_rows_text(r, 12)),
                    .email = arena_str(a, db_rows_text(r, 13)),
                    .phone = arena_str(a, db_rows_text(r, 14))},
    };
}

enum err store_account_list(struct account **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, name, timezone, max_parts, grade, enabled, balance, created_at, "
                 "keep_days, company, first_name, last_name, domains, email, phone "
                 "FROM account ORDER BY name");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_account);
}

enum err store_account_delete(struct store_tx *tx, int64_t id)
{
    /* Whoever is moving its balance is done before the next statement looks for movements. */
    static struct db_query lock = DB_QUERY("UPDATE account SET enabled = enabled WHERE id = $1");
    static struct db_query used =
        DB_QUERY("SELECT EXISTS (SELECT 1 FROM ledger WHERE account_id = $1) OR "
                 "EXISTS (SELECT 1 FROM incoming WHERE account_id = $1)");
    static struct db_query delete[] = {
        DB_QUERY("DELETE FROM sender_document_piece WHERE document_id IN (SELECT d.id FROM "
                 "sender_document AS d JOIN sender AS s ON s.id = d.sender_id "
                 "WHERE s.account_id = $1)"),
        DB_QUERY("DELETE FROM sender_document WHERE sender_id IN (SELECT id FROM sender "
                 "WHERE account_id = $1)"),
        DB_QUERY("DELETE FROM sender WHERE account_id = $1"),
        DB_QUERY("DELETE FROM user_alert WHERE user_id IN (SELECT id FROM api_user "
                 "WHERE account_id = $1)"),
        DB_QUERY("DELETE FROM api_user WHERE account_id = $1"),
        DB_QUERY("DELETE FROM route WHERE account_id = $1"),
        DB_QUERY("DELETE FROM callback_setting WHERE account_id = $1"),
        DB_QUERY("DELETE FROM notification WHERE account_id = $1"),
        DB_QUERY("DELETE FROM two_way WHERE account_id = $1"),
        DB_QUERY("UPDATE number SET account_id = NULL WHERE account_id = $1"),
        DB_QUERY("DELETE FROM reply_setting WHERE account_id = $1"),
        DB_QUERY("DELETE FROM text_mark WHERE account_id = $1"),
        DB_QUERY("DELETE FROM thread WHERE account_id = $1"),
        DB_QUERY("DELETE FROM saved_reply WHERE account_id = $1"),
        DB_QUERY("DELETE FROM membership WHERE account_id = $1"),
        DB_QUERY("DELETE FROM invite WHERE account_id = $1"),
        DB_QUERY("DELETE FROM api_key WHERE account_id = $1"),
        DB_QUERY("DELETE FROM account WHERE id = $1"),
    };
    struct db_value arg = DB_INT(id);
    enum err e = store_change_one(tx, &lock, &arg, 1);
    if (e)
        return e;
    struct db_rows rows = db_rows_open(tx->view.db, &used, &arg, 1);
    bool in_use = db_rows_next(&rows) && db_rows_int(&rows, 0);
    e = db_rows_close(&rows);
    if (!e && in_use)
        return ERR_CONFLICT;
    for (size_t i = 0; i < sizeof(delete) / sizeof(delete[0]) && !e; i++)
        e = db_run(tx->view.db, &delete[i], &arg, 1, NULL);
    return e;
}

enum err store_user_insert(struct store_tx *tx, const struct api_user *u)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO api_user (id, account_id, login, password, quota, allow_ip, "
                 "enabled, created_at, receipts_url, stops_url) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(u->id), DB_INT(u->account_id), DB_TEXT(u->login),
                          DB_TEXT(u->password), u->has_quota ? DB_INT(0) : DB_NULL,
                          DB_TEXT(u->allow_ip), DB_INT(u->enabled), DB_INT(tx->now_us),
                          DB_TEXT(u->receipts_url), DB_TEXT(u->stops_url)),
                  NULL);
}

/* For a statement that leaves a user alone who still holds credits. */
static enum err change_empty_user(struct store_tx *tx, struct db_query *query,
                                  const struct db_value *args, size_t n)
{
    static struct db_query look = DB_QUERY("SELECT 1 FROM api_user WHERE id = $1");
    enum err e = store_change_one(tx, query, args, n);
    if (e != ERR_NOT_FOUND)
        return e;
    struct db_rows rows = db_rows_open(tx->view.db, &look, args, 1);
    bool found = db_rows_next(&rows);
    e = db_rows_close(&rows);
    return e ? e : found ? ERR_CONFLICT : ERR_NOT_FOUND;
}

enum err store_user_update(struct store_tx *tx, const struct api_user *u)
{
    static struct db_query update =
        DB_QUERY("UPDATE api_user SET login = $2, password = $3, allow_ip = $4, enabled = $5, "
                 "quota = CASE WHEN $6 = 1 THEN COALESCE(quota, 0) ELSE NULL END, "
                 "receipts_url = $7, stops_url = $8 "
                 "WHERE id = $1 AND ($6 = 1 OR COALESCE(quota, 0) = 0)");
    return change_empty_user(tx, &update,
                             DB_ARGS(DB_INT(u->id), DB_TEXT(u->login), DB_TEXT(u->password),
                                     DB_TEXT(u->allow_ip), DB_INT(u->enabled), DB_INT(u->has_quota),
                                     DB_TEXT(u->receipts_url), DB_TEXT(u->stops_url)));
}

static void read_user(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct api_user *)item = (struct api_user){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .login = arena_str(a, db_rows_text(r, 2)),
        .password = arena_str(a, db_rows_text(r, 3)),
        .has_quota = !db_rows_is_null(r, 4),
        .quota = db_rows_int(r, 4),
        .allow_ip = arena_str(a, db_rows_text(r, 5)),
        .enabled = db_rows_int(r, 6) != 0,
        .created_at_us = db_rows_int(r, 7),
        .receipts_url = arena_str(a, db_rows_text(r, 8)),
        .stops_url = arena_str(a, db_rows_text(r, 9)),
    };
}

enum err store_user_list(struct api_user **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, account_id, login, password, quota, allow_ip, enabled, created_at, "
                 "receipts_url, stops_url FROM api_user ORDER BY account_id, login");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_user);
}

enum err store_user_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM api_user WHERE id = $1 AND COALESCE(quota, 0) = 0");
    return change_empty_user(tx, &delete, DB_ARGS(DB_INT(id)));
}

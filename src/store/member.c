/* SPDX-License-Identifier: Apache-2.0 */
#include "store/member.h"

#include "store/rows.h"

static const char *const roles[] = {[ROLE_VIEWER] = "viewer",
                                    [ROLE_AGENT] = "agent",
                                    [ROLE_SENDER] = "sender",
                                    [ROLE_OWNER] = "owner"};

const char *role_name(enum role role)
{
    return roles[role];
}

enum err role_parse(enum role *out, struct str name)
{
    for (enum role r = ROLE_VIEWER; r <= ROLE_OWNER; r++)
        if (str_eq(name, str_of(roles[r]))) {
            *out = r;
            return OK;
        }
    return ERR_INVALID;
}

/* ---- members ---- */

#define MEMBER                                                                                \
    "SELECT id, email, name, password, language, operator, totp_secret, totp_on, totp_step, " \
    "created_at, seen_at FROM member "

enum err store_member_insert(struct store_tx *tx, const struct member *m)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO member (id, email, name, password, language, operator, created_at, "
                 "seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)");
    int64_t changed;
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(m->id), DB_TEXT(m->email), DB_TEXT(m->name), DB_TEXT(m->password),
                          DB_TEXT(m->language), DB_INT(m->is_operator), DB_INT(tx->now_us)),
                  &changed);
}

enum err store_member_update(struct store_tx *tx, const struct member *m)
{
    static struct db_query update =
        DB_QUERY("UPDATE member SET email = $2, name = $3, password = $4, language = $5, "
                 "operator = $6 WHERE id = $1");
    return store_change_one(tx, &update,
                            DB_ARGS(DB_INT(m->id), DB_TEXT(m->email), DB_TEXT(m->name),
                                    DB_TEXT(m->password), DB_TEXT(m->language),
                                    DB_INT(m->is_operator)));
}

static void read_member(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct member *)item = (struct member){
        .id = db_rows_int(r, 0),
        .email = arena_str(a, db_rows_text(r, 1)),
        .name = arena_str(a, db_rows_text(r, 2)),
        .password = arena_str(a, db_rows_text(r, 3)),
        .language = arena_str(a, db_rows_text(r, 4)),
        .is_operator = db_rows_int(r, 5) != 0,
        .totp_secret = arena_str(a, db_rows_text(r, 6)),
        .totp_on = db_rows_int(r, 7) != 0,
        .totp_step = db_rows_int(r, 8),
        .created_at_us = db_rows_int(r, 9),
        .seen_at_us = db_rows_int(r, 10),
    };
}

static enum err one_member(struct member *out, struct store_view *view, struct db_rows *rows)
{
    bool found = db_rows_next(rows);
    if (found)
        read_member(out, rows, view->arena);
    enum err e = db_rows_close(rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_member_get(struct member *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY(MEMBER "WHERE id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    return one_member(out, view, &rows);
}

enum err store_member_find(struct member *out, struct store_view *view, struct str email)
{
    static struct db_query find = DB_QUERY(MEMBER "WHERE email = $1");
    struct db_rows rows = db_rows_open(view->db, &find, DB_ARGS(DB_TEXT(email)));
    return one_member(out, view, &rows);
}

enum err store_member_list(struct member **out, size_t *n, struct store_view *view,
                           int64_t before_id, size_t limit)
{
    static struct db_query list = DB_QUERY(MEMBER "WHERE id < $1 ORDER BY id DESC LIMIT $2");
    struct db_rows rows = db_rows_open(
        view->db, &list, DB_ARGS(DB_INT(before_id ? before_id : INT64_MAX), DB_INT(limit)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_member);
}

static enum err one_number(int64_t *out, struct db_rows *rows)
{
    *out = db_rows_next(rows) ? db_rows_int(rows, 0) : 0;
    return db_rows_close(rows);
}

enum err store_member_any(bool *any, struct store_view *view)
{
    static struct db_query look = DB_QUERY("SELECT 1 FROM member LIMIT 1");
    struct db_rows rows = db_rows_open(view->db, &look, DB_NO_ARGS);
    *any = db_rows_next(&rows);
    return db_rows_close(&rows);
}

enum err store_member_operators(int64_t *n, struct store_view *view, int64_t but_id)
{
    static struct db_query count =
        DB_QUERY("SELECT COUNT(*) FROM member WHERE operator = 1 AND id <> $1");
    struct db_rows rows = db_rows_open(view->db, &count, DB_ARGS(DB_INT(but_id)));
    return one_number(n, &rows);
}

enum err store_member_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete[] = {
        DB_QUERY("DELETE FROM membership WHERE member_id = $1"),
        DB_QUERY("DELETE FROM session WHERE member_id = $1"),
        DB_QUERY("DELETE FROM access_token WHERE member_id = $1"),
        DB_QUERY("DELETE FROM recovery_code WHERE member_id = $1"),
        DB_QUERY("DELETE FROM known_device WHERE member_id = $1"),
    };
    static struct db_query last = DB_QUERY("DELETE FROM member WHERE id = $1");
    enum err e = OK;
    for (size_t i = 0; i < sizeof(delete) / sizeof(delete[0]) && !e; i++)
        e = db_run(tx->view.db, &delete[i], DB_ARGS(DB_INT(id)), NULL);
    return e ? e : store_change_one(tx, &last, DB_ARGS(DB_INT(id)));
}

enum err store_member_totp_set(struct store_tx *tx, int64_t id, struct str secret, bool on)
{
    static struct db_query set =
        DB_QUERY("UPDATE member SET totp_secret = $2, totp_on = $3, "
                 "totp_step = CASE WHEN $3 = 1 THEN totp_step ELSE 0 END WHERE id = $1");
    return store_change_one(tx, &set,
                            DB_ARGS(DB_INT(id), secret.n ? DB_BLOB(secret) : DB_NULL, DB_INT(on)));
}

enum err store_member_totp_step(struct store_tx *tx, int64_t id, int64_t step)
{
    static struct db_query set =
        DB_QUERY("UPDATE member SET totp_step = $2 WHERE id = $1 AND totp_step < $2");
    return store_change_one(tx, &set, DB_ARGS(DB_INT(id), DB_INT(step)));
}

/* ---- memberships ---- */

enum err store_membership_put(struct store_tx *tx, const struct membership *m)
{
    static struct db_query put =
        DB_QUERY("INSERT INTO membership (member_id, account_id, role) VALUES ($1, $2, $3) "
                 "ON CONFLICT (member_id, account_id) DO UPDATE SET role = excluded.role");
    return db_run(tx->view.db, &put,
                  DB_ARGS(DB_INT(m->member_id), DB_INT(m->account_id), DB_INT(m->role)), NULL);
}

enum err store_membership_delete(struct store_tx *tx, int64_t member_id, int64_t account_id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM membership WHERE member_id = $1 AND account_id = $2");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(member_id), DB_INT(account_id)));
}

static void read_membership(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct membership *)item = (struct membership){.member_id = db_rows_int(r, 0),
                                                     .account_id = db_rows_int(r, 1),
                                                     .role = (enum role)db_rows_int(r, 2)};
}

enum err store_membership_get(struct membership *out, struct store_view *view, int64_t member_id,
                              int64_t account_id)
{
    static struct db_query get = DB_QUERY("SELECT member_id, account_id, role FROM membership "
                                          "WHERE member_id = $1 AND account_id = $2");
    struct db_rows rows =
        db_rows_open(view->db, &get, DB_ARGS(DB_INT(member_id), DB_INT(account_id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_membership(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_membership_of_member(struct membership **out, size_t *n, struct store_view *view,
                                    int64_t member_id)
{
    static struct db_query list = DB_QUERY("SELECT member_id, account_id, role FROM membership "
                                           "WHERE member_id = $1 ORDER BY account_id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(member_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_membership);
}

enum err store_membership_of_account(struct membership **out, size_t *n, struct store_view *view,
                                     int64_t account_id)
{
    static struct db_query list = DB_QUERY("SELECT member_id, account_id, role FROM membership "
                                           "WHERE account_id = $1 ORDER BY member_id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(account_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_membership);
}

/* ---- codes in place of TOTP ---- */

enum err store_recovery_put(struct store_tx *tx, int64_t member_id, const struct str *digests,
                            size_t n)
{
    static struct db_query clear = DB_QUERY("DELETE FROM recovery_code WHERE member_id = $1");
    static struct db_query insert =
        DB_QUERY("INSERT INTO recovery_code (member_id, digest) VALUES ($1, $2)");
    enum err e = db_run(tx->view.db, &clear, DB_ARGS(DB_INT(member_id)), NULL);
    struct db_value *args = ARENA_ARRAY(tx->view.arena, 2 * n, struct db_value);
    for (size_t i = 0; i < n; i++) {
        args[2 * i] = DB_INT(member_id);
        args[2 * i + 1] = DB_BLOB(digests[i]);
    }
    return e ? e : db_run_many(tx->view.db, &insert, args, 2, n, NULL);
}

enum err store_recovery_take(struct store_tx *tx, int64_t member_id, struct str digest)
{
    static struct db_query take =
        DB_QUERY("DELETE FROM recovery_code WHERE member_id = $1 AND digest = $2");
    return store_change_one(tx, &take, DB_ARGS(DB_INT(member_id), DB_BLOB(digest)));
}

enum err store_recovery_count(int64_t *n, struct store_view *view, int64_t member_id)
{
    static struct db_query count =
        DB_QUERY("SELECT COUNT(*) FROM recovery_code WHERE member_id = $1");
    struct db_rows rows = db_rows_open(view->db, &count, DB_ARGS(DB_INT(member_id)));
    return one_number(n, &rows);
}

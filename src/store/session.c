/* SPDX-License-Identifier: Apache-2.0 */
#include "store/session.h"

#include "store/rows.h"

bool store_session_holds(const struct session *s, int64_t now_us)
{
    return now_us - s->seen_at_us < SESSION_IDLE_US && now_us - s->created_at_us < SESSION_WHOLE_US;
}

static void read_owner(struct session_owner *o, const struct db_rows *r, struct arena *a)
{
    o->session = (struct session){.id = db_rows_int(r, 0),
                                  .member_id = db_rows_int(r, 1),
                                  .created_at_us = db_rows_int(r, 2),
                                  .seen_at_us = db_rows_int(r, 3)};
    o->member = (struct member){.id = db_rows_int(r, 1),
                                .email = arena_str(a, db_rows_text(r, 4)),
                                .name = arena_str(a, db_rows_text(r, 5)),
                                .language = arena_str(a, db_rows_text(r, 6)),
                                .is_operator = db_rows_int(r, 7) != 0,
                                .totp_on = db_rows_int(r, 8) != 0};
}

static void add_membership(struct session_owner *o, size_t *room, const struct db_rows *r,
                           struct arena *a)
{
    if (o->memberships_n == *room) {
        struct membership *more = ARENA_ARRAY(a, *room ? *room * 2 : 4, struct membership);
        if (*room)
            memcpy(more, o->memberships, *room * sizeof(*more));
        o->memberships = more;
        *room = *room ? *room * 2 : 4;
    }
    o->memberships[o->memberships_n++] = (struct membership){.member_id = o->member.id,
                                                             .account_id = db_rows_int(r, 9),
                                                             .role = (enum role)db_rows_int(r, 10)};
}

enum err store_session_owner(struct session_owner *out, struct store_view *view, struct str digest)
{
    static struct db_query find =
        DB_QUERY("SELECT s.id, s.member_id, s.created_at, s.seen_at, m.email, m.name, m.language, "
                 "m.operator, m.totp_on, p.account_id, p.role FROM session AS s "
                 "JOIN member AS m ON m.id = s.member_id "
                 "LEFT JOIN membership AS p ON p.member_id = m.id "
                 "WHERE s.digest = $1 ORDER BY p.account_id");
    struct db_rows rows = db_rows_open(view->db, &find, DB_ARGS(DB_BLOB(digest)));
    size_t room = 0;
    *out = (struct session_owner){0};
    while (db_rows_next(&rows)) {
        if (!out->session.id)
            read_owner(out, &rows, view->arena);
        if (!db_rows_is_null(&rows, 9))
            add_membership(out, &room, &rows, view->arena);
    }
    enum err e = db_rows_close(&rows);
    return e ? e : out->session.id ? OK : ERR_NOT_FOUND;
}

static enum err trim(struct store_tx *tx, int64_t member_id)
{
    static struct db_query old = DB_QUERY(
        "DELETE FROM session WHERE member_id = $1 AND (seen_at <= $2 OR created_at <= $3)");
    static struct db_query many =
        DB_QUERY("DELETE FROM session WHERE id IN (SELECT id FROM session WHERE member_id = $1 "
                 "ORDER BY id DESC LIMIT 1000 OFFSET $2)");
    enum err e = db_run(tx->view.db, &old,
                        DB_ARGS(DB_INT(member_id), DB_INT(tx->now_us - SESSION_IDLE_US),
                                DB_INT(tx->now_us - SESSION_WHOLE_US)),
                        NULL);
    return e ? e
             : db_run(tx->view.db, &many, DB_ARGS(DB_INT(member_id), DB_INT(SESSIONS_MAX - 1)),
                      NULL);
}

enum err store_session_insert(struct store_tx *tx, const struct session *s)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO session (id, digest, member_id, created_at, seen_at, from_address, "
                 "agent) VALUES ($1, $2, $3, $4, $4, $5, $6)");
    static struct db_query seen =
        DB_QUERY("UPDATE member SET seen_at = $2 WHERE id = $1 AND seen_at < $2");
    enum err e = trim(tx, s->member_id);
    if (!e)
        e = db_run(tx->view.db, &insert,
                   DB_ARGS(DB_INT(s->id), DB_BLOB(s->digest), DB_INT(s->member_id),
                           DB_INT(tx->now_us), DB_TEXT(s->from_address), DB_TEXT(s->agent)),
                   NULL);
    return e ? e
             : db_run(tx->view.db, &seen, DB_ARGS(DB_INT(s->member_id), DB_INT(tx->now_us)), NULL);
}

static void read_session(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct session *)item = (struct session){
        .id = db_rows_int(r, 0),
        .member_id = db_rows_int(r, 1),
        .created_at_us = db_rows_int(r, 2),
        .seen_at_us = db_rows_int(r, 3),
        .from_address = arena_str(a, db_rows_text(r, 4)),
        .agent = arena_str(a, db_rows_text(r, 5)),
    };
}

enum err store_session_list(struct session **out, size_t *n, struct store_view *view,
                            int64_t member_id)
{
    static struct db_query list =
        DB_QUERY("SELECT id, member_id, created_at, seen_at, from_address, agent FROM session "
                 "WHERE member_id = $1 ORDER BY id DESC");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(member_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_session);
}

enum err store_session_delete(struct store_tx *tx, int64_t member_id, int64_t id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM session WHERE id = $1 AND member_id = $2");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id), DB_INT(member_id)));
}

enum err store_session_delete_others(struct store_tx *tx, int64_t member_id, int64_t but_id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM session WHERE member_id = $1 AND id <> $2");
    return db_run(tx->view.db, &delete, DB_ARGS(DB_INT(member_id), DB_INT(but_id)), NULL);
}

enum err store_session_touch(struct store_tx *tx, const int64_t *ids, size_t n)
{
    static struct db_query session =
        DB_QUERY("UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2");
    static struct db_query member =
        DB_QUERY("UPDATE member SET seen_at = $2 WHERE seen_at < $2 AND "
                 "id = (SELECT member_id FROM session WHERE id = $1)");
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        e = db_run(tx->view.db, &session, DB_ARGS(DB_INT(ids[i]), DB_INT(tx->now_us)), NULL);
        if (!e)
            e = db_run(tx->view.db, &member, DB_ARGS(DB_INT(ids[i]), DB_INT(tx->now_us)), NULL);
    }
    return e;
}

/* ---- browsers ---- */

enum err store_device_holds(bool *holds, struct store_view *view, struct str digest,
                            int64_t member_id)
{
    static struct db_query look =
        DB_QUERY("SELECT 1 FROM known_device WHERE digest = $1 AND member_id = $2");
    struct db_rows rows =
        db_rows_open(view->db, &look, DB_ARGS(DB_BLOB(digest), DB_INT(member_id)));
    *holds = db_rows_next(&rows);
    return db_rows_close(&rows);
}

enum err store_device_put(struct store_tx *tx, struct str digest, int64_t member_id)
{
    static struct db_query many =
        DB_QUERY("DELETE FROM known_device WHERE digest IN (SELECT digest FROM known_device "
                 "WHERE member_id = $1 ORDER BY seen_at DESC, digest LIMIT 1000 OFFSET $2)");
    static struct db_query put =
        DB_QUERY("INSERT INTO known_device (digest, member_id, seen_at) VALUES ($1, $2, $3) "
                 "ON CONFLICT (digest) DO UPDATE SET member_id = excluded.member_id, "
                 "seen_at = excluded.seen_at");
    enum err e = db_run(tx->view.db, &put,
                        DB_ARGS(DB_BLOB(digest), DB_INT(member_id), DB_INT(tx->now_us)), NULL);
    return e ? e
             : db_run(tx->view.db, &many, DB_ARGS(DB_INT(member_id), DB_INT(DEVICES_MAX)), NULL);
}

/* ---- links ---- */

enum err store_token_insert(struct store_tx *tx, const struct token *t)
{
    static struct db_query old = DB_QUERY(
        "DELETE FROM access_token WHERE kind = $1 AND member_id = $2 AND expires_at <= $3");
    static struct db_query many =
        DB_QUERY("DELETE FROM access_token WHERE digest IN (SELECT digest FROM access_token "
                 "WHERE kind = $1 AND member_id = $2 "
                 "ORDER BY created_at DESC, digest LIMIT 1000 OFFSET $3)");
    static struct db_query insert =
        DB_QUERY("INSERT INTO access_token (digest, kind, member_id, created_at, expires_at) "
                 "VALUES ($1, $2, $3, $4, $5)");
    enum err e = db_run(tx->view.db, &old,
                        DB_ARGS(DB_INT(t->kind), DB_INT(t->member_id), DB_INT(tx->now_us)), NULL);
    if (!e)
        e = db_run(tx->view.db, &many,
                   DB_ARGS(DB_INT(t->kind), DB_INT(t->member_id), DB_INT(TOKENS_MAX - 1)), NULL);
    return e ? e
             : db_run(tx->view.db, &insert,
                      DB_ARGS(DB_BLOB(t->digest), DB_INT(t->kind), DB_INT(t->member_id),
                              DB_INT(tx->now_us), DB_INT(t->expires_at_us)),
                      NULL);
}

enum err store_token_find(struct token *out, struct store_view *view, enum token_kind kind,
                          struct str digest, int64_t now_us)
{
    static struct db_query find =
        DB_QUERY("SELECT member_id, created_at, expires_at FROM access_token "
                 "WHERE digest = $1 AND kind = $2 AND expires_at > $3");
    struct db_rows rows =
        db_rows_open(view->db, &find, DB_ARGS(DB_BLOB(digest), DB_INT(kind), DB_INT(now_us)));
    bool found = db_rows_next(&rows);
    if (found)
        *out = (struct token){.digest = digest,
                              .kind = kind,
                              .member_id = db_rows_int(&rows, 0),
                              .created_at_us = db_rows_int(&rows, 1),
                              .expires_at_us = db_rows_int(&rows, 2)};
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_token_count(int64_t *n, struct store_view *view, enum token_kind kind,
                           int64_t member_id, int64_t now_us)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM access_token WHERE kind = $1 "
                                            "AND member_id = $2 AND expires_at > $3");
    struct db_rows rows =
        db_rows_open(view->db, &count, DB_ARGS(DB_INT(kind), DB_INT(member_id), DB_INT(now_us)));
    *n = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    return db_rows_close(&rows);
}

enum err store_token_delete(struct store_tx *tx, enum token_kind kind, int64_t member_id)
{
    static struct db_query delete =
        DB_QUERY("DELETE FROM access_token WHERE kind = $1 AND member_id = $2");
    return db_run(tx->view.db, &delete, DB_ARGS(DB_INT(kind), DB_INT(member_id)), NULL);
}

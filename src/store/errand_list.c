/* SPDX-License-Identifier: Apache-2.0 */
/* Errands as they are looked at, told again and forgotten. */
#include "base/clock.h"
#include "store/errand_rows.h"
#include "store/id.h"
#include "store/rows.h"

const char *errand_kind_name(enum errand_kind kind)
{
    static const char *const names[ERRAND_KINDS] = {[ERRAND_RECEIPT] = "receipt",
                                                    [ERRAND_REPLY] = "reply",
                                                    [ERRAND_STOP] = "stop",
                                                    [ERRAND_CGI] = "cgi",
                                                    [ERRAND_MAIL_REPLY] = "mail_reply",
                                                    [ERRAND_MAIL_CREDIT] = "mail_credit",
                                                    [ERRAND_TEST] = "test",
                                                    [ERRAND_MAIL_PASSWORD] = "mail_password",
                                                    [ERRAND_MAIL_INVITE] = "mail_invite",
                                                    [ERRAND_MAIL_SENDER] = "mail_sender",
                                                    [ERRAND_MAIL_ALERT] = "mail_alert"};
    return kind > 0 && kind < ERRAND_KINDS ? names[kind] : "unknown";
}

bool errand_is_mail(enum errand_kind kind)
{
    static const bool mails[ERRAND_KINDS] = {
        [ERRAND_MAIL_REPLY] = true,  [ERRAND_MAIL_CREDIT] = true, [ERRAND_MAIL_PASSWORD] = true,
        [ERRAND_MAIL_INVITE] = true, [ERRAND_MAIL_SENDER] = true, [ERRAND_MAIL_ALERT] = true};
    return kind > 0 && kind < ERRAND_KINDS && mails[kind];
}

const char *errand_state_name(enum errand_state state)
{
    static const char *const names[] = {[ERRAND_WAITING] = "waiting",
                                        [ERRAND_CLAIMED] = "in_flight",
                                        [ERRAND_DONE] = "done",
                                        [ERRAND_GIVEN_UP] = "given_up"};
    return names[state];
}

void errand_read(struct errand *out, const struct db_rows *r, struct arena *a)
{
    *out = (struct errand){.id = db_rows_int(r, 0),
                           .account_id = db_rows_int(r, 1),
                           .kind = (enum errand_kind)db_rows_int(r, 2),
                           .target = arena_str(a, db_rows_text(r, 3)),
                           .profile = (enum callback_profile)db_rows_int(r, 4),
                           .events = (uint32_t)db_rows_int(r, 5),
                           .keep = db_rows_int(r, 6) != 0,
                           .told = arena_str(a, db_rows_text(r, 7)),
                           .state = (enum errand_state)db_rows_int(r, 8),
                           .due_at_us = db_rows_int(r, 9),
                           .give_up_at_us = db_rows_int(r, 10),
                           .attempts = (uint32_t)db_rows_int(r, 11),
                           .created_at_us = db_rows_int(r, 12),
                           .done_at_us = db_rows_int(r, 13),
                           .body = arena_str(a, db_rows_text(r, 14))};
}

enum err store_errand_get(struct errand *out, struct store_view *view, int64_t id)
{
    static struct db_query get =
        DB_QUERY("SELECT " ERRAND_COLUMNS " FROM errand AS e WHERE e.id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    bool found = db_rows_next(&rows);
    if (found)
        errand_read(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_errand_list(struct errand **out, size_t *n, struct store_view *view,
                           const struct errand_filter *filter)
{
#define LIST                                                                                \
    "SELECT e.id, e.account_id, e.kind, e.target, e.profile, e.events, e.keep, e.told, "    \
    "e.state, e.due_at, e.give_up_at, e.attempts, e.created_at, e.done_at, '' FROM errand " \
    "AS e WHERE e.account_id = $1 "
#define FAILED "AND (e.attempts > 0 OR e.state = 4) "
    static struct db_query all[] = {DB_QUERY(LIST "AND e.id < $2 ORDER BY e.id DESC LIMIT $3"),
                                    DB_QUERY(LIST "AND e.id > $2 ORDER BY e.id LIMIT $3")};
    static struct db_query failed[] = {
        DB_QUERY(LIST "AND e.id < $2 " FAILED "ORDER BY e.id DESC LIMIT $3"),
        DB_QUERY(LIST "AND e.id > $2 " FAILED "ORDER BY e.id LIMIT $3")};
#undef LIST
#undef FAILED
    *out = ARENA_ARRAY(view->arena, filter->limit, struct errand);
    *n = 0;
    int64_t past = filter->past_id || filter->oldest_first ? filter->past_id : INT64_MAX;
    struct db_rows rows =
        db_rows_open(view->db, (filter->failed ? failed : all) + filter->oldest_first,
                     DB_ARGS(DB_INT(filter->account_id), DB_INT(past), DB_INT(filter->limit)));
    while (*n < filter->limit && db_rows_next(&rows))
        errand_read(&(*out)[(*n)++], &rows, view->arena);
    return db_rows_close(&rows);
}

enum err store_errand_of_message(struct errand **out, size_t *n, struct store_view *view,
                                 int64_t account_id, int64_t from_us, int64_t message_id,
                                 size_t limit)
{
    enum { SECONDS = 5 };
    static struct db_query of_message =
        DB_QUERY("SELECT " ERRAND_COLUMNS " FROM errand AS e WHERE e.id IN (SELECT id FROM errand "
                 "WHERE account_id = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT 200) "
                 "AND e.kind = 1 AND e.body LIKE $4 ORDER BY e.id LIMIT $5");
    struct str named = arena_printf(view->arena, "%%\"message_id\":%lld,%%", (long long)message_id);
    *out = ARENA_ARRAY(view->arena, limit, struct errand);
    *n = 0;
    struct db_rows rows = db_rows_open(view->db, &of_message,
                                       DB_ARGS(DB_INT(account_id), DB_INT(store_id_at(from_us)),
                                               DB_INT(store_id_at(from_us + SECONDS * SEC_US)),
                                               DB_TEXT(named), DB_INT(limit)));
    while (*n < limit && db_rows_next(&rows))
        errand_read(&(*out)[(*n)++], &rows, view->arena);
    return db_rows_close(&rows);
}

enum err store_errand_attempt_list(struct errand_attempt **out, size_t *n, struct store_view *view,
                                   int64_t errand_id, size_t limit)
{
    static struct db_query list =
        DB_QUERY("SELECT errand_id, at, took_ms, status, events, failed, error FROM errand_attempt "
                 "WHERE errand_id = $1 ORDER BY at LIMIT $2");
    *out = ARENA_ARRAY(view->arena, limit, struct errand_attempt);
    *n = 0;
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(errand_id), DB_INT(limit)));
    while (*n < limit && db_rows_next(&rows))
        (*out)[(*n)++] =
            (struct errand_attempt){.errand_id = db_rows_int(&rows, 0),
                                    .at_us = db_rows_int(&rows, 1),
                                    .took_ms = db_rows_int(&rows, 2),
                                    .status = db_rows_int(&rows, 3),
                                    .events = (uint32_t)db_rows_int(&rows, 4),
                                    .failed = (uint32_t)db_rows_int(&rows, 5),
                                    .error = arena_str(view->arena, db_rows_text(&rows, 6))};
    return db_rows_close(&rows);
}

enum err store_errand_replay(int64_t *n, struct store_tx *tx, const struct errand_replay *what,
                             size_t limit)
{
    static struct db_query replay = DB_QUERY(
        "UPDATE errand SET state = 1, told = '', due_at = $4, give_up_at = $5, done_at = NULL, "
        "attempts = 0 WHERE state IN (3, 4) AND id IN (SELECT id FROM errand WHERE "
        "account_id = $1 AND id >= $3 AND ($2 = 0 OR id = $2) AND state IN (3, 4) AND body <> '' "
        "ORDER BY id LIMIT $6)");
    *n = 0;
    return db_run(tx->view.db, &replay,
                  DB_ARGS(DB_INT(what->account_id), DB_INT(what->id),
                          DB_INT(store_id_at(what->since_us)), DB_INT(tx->now_us),
                          DB_INT(what->give_up_at_us), DB_INT(limit)),
                  n);
}

enum err store_errand_forget(int64_t *n, struct store_tx *tx, int64_t before_us, size_t limit)
{
    static struct db_query old = DB_QUERY("SELECT id FROM errand WHERE id < $1 AND state IN (3, 4) "
                                          "ORDER BY id LIMIT $2 {skip_locked}");
    static struct db_query attempts =
        DB_QUERY_MANY("DELETE FROM errand_attempt WHERE errand_id = $1",
                      "DELETE FROM errand_attempt WHERE errand_id = ANY ($1::bigint[])");
    static struct db_query errands = DB_QUERY_MANY(
        "DELETE FROM errand WHERE id = $1", "DELETE FROM errand WHERE id = ANY ($1::bigint[])");
    int64_t *ids = ARENA_ARRAY(tx->view.arena, limit, int64_t);
    size_t count = 0;
    struct db_rows rows =
        db_rows_open(tx->view.db, &old, DB_ARGS(DB_INT(store_id_at(before_us)), DB_INT(limit)));
    while (count < limit && db_rows_next(&rows))
        ids[count++] = db_rows_int(&rows, 0);
    enum err e = db_rows_close(&rows);
    *n = (int64_t)count;
    if (e || !count)
        return e;
    const struct db_value *args = store_id_args(tx->view.arena, ids, count);
    e = db_run_many(tx->view.db, &attempts, args, 1, count, NULL);
    return e ? e : db_run_many(tx->view.db, &errands, args, 1, count, NULL);
}

enum err store_errand_glance(struct errand_glance *out, struct store_view *view, int64_t most)
{
    static struct db_query first = DB_QUERY(
        "SELECT COUNT(*), COALESCE(MIN(created_at), 0) FROM (SELECT created_at FROM errand "
        "WHERE state = 1 ORDER BY due_at, id LIMIT $1) AS waiting");
    *out = (struct errand_glance){0};
    struct db_rows rows = db_rows_open(view->db, &first, DB_ARGS(DB_INT(most + 1)));
    if (db_rows_next(&rows)) {
        out->waiting = db_rows_int(&rows, 0);
        out->oldest_created_at_us = db_rows_int(&rows, 1);
    }
    return db_rows_close(&rows);
}

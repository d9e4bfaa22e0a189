/* SPDX-License-Identifier: Apache-2.0 */
#include "store/thread.h"

#include "base/buf.h"
#include "store/feed.h"
#include "store/list_order.h"
#include "store/rows.h"
#include "text/phone.h"

#define COLUMNS                                                                \
    "account_id, phone, last_at, unread, until_at, conversation_id, line_id, " \
    "line_incoming, seen_by, seen_at, answered_by, answered_at"

/* ---- rows ---- */

#define LATER(column)                                                                   \
    column " = CASE WHEN excluded." column " > thread." column " THEN excluded." column \
           " ELSE thread." column " END"

static enum err read_conversations(struct store_tx *tx, int64_t account_id, uint64_t phone)
{
    static struct db_query read =
        DB_QUERY("UPDATE conversation SET unread = 0 WHERE recipient = $2 AND account_id = $1 "
                 "AND unread > 0");
    return db_run(tx->view.db, &read, DB_ARGS(DB_INT(account_id), DB_INT(phone)), NULL);
}

enum err store_thread_say(struct store_tx *tx, const struct thread *t)
{
    static struct db_query say = DB_QUERY(
        "INSERT INTO thread (account_id, phone, last_at, unread, until_at, conversation_id, "
        "line_id, line_incoming, answered_by, answered_at) "
        "VALUES ($1, $2, $3, 0, $4, $5, $6, 0, $7, $8) "
        "ON CONFLICT (account_id, phone) DO UPDATE SET last_at = excluded.last_at, "
        "conversation_id = excluded.conversation_id, line_id = excluded.line_id, "
        "line_incoming = 0, "
        "unread = CASE WHEN excluded.answered_by IS NULL THEN thread.unread ELSE 0 END, "
        "answered_by = COALESCE(excluded.answered_by, thread.answered_by), "
        "answered_at = COALESCE(excluded.answered_at, thread.answered_at), " LATER("until_at"));
    enum err e = db_run(tx->view.db, &say,
                        DB_ARGS(DB_INT(t->account_id), DB_INT(t->phone), DB_INT(tx->now_us),
                                DB_INT(t->until_at_us), DB_INT(t->conversation_id),
                                DB_INT(t->line_id), DB_TEXT_OR_NULL(t->answered_by),
                                t->answered_by.n ? DB_INT(tx->now_us) : DB_NULL),
                        NULL);
    return e || !t->answered_by.n ? e : read_conversations(tx, t->account_id, t->phone);
}

enum err store_thread_hear(struct store_tx *tx, const struct thread *t)
{
    static struct db_query hear = DB_QUERY(
        "INSERT INTO thread (account_id, phone, last_at, unread, until_at, conversation_id, "
        "line_id, line_incoming) VALUES ($1, $2, $3, 1, $4, $5, $6, 1) "
        "ON CONFLICT (account_id, phone) DO UPDATE SET last_at = excluded.last_at, "
        "unread = thread.unread + 1, line_id = excluded.line_id, line_incoming = 1, "
        "conversation_id = COALESCE(excluded.conversation_id, thread.conversation_id), " LATER(
            "until_at"));
    return db_run(
        tx->view.db, &hear,
        DB_ARGS(DB_INT(t->account_id), DB_INT(t->phone), DB_INT(tx->now_us), DB_INT(t->until_at_us),
                t->conversation_id ? DB_INT(t->conversation_id) : DB_NULL, DB_INT(t->line_id)),
        NULL);
}

enum err store_thread_read(struct store_tx *tx, int64_t account_id, uint64_t phone,
                           struct str seen_by)
{
    static struct db_query read =
        DB_QUERY("UPDATE thread SET unread = 0, seen_by = $3, seen_at = $4 "
                 "WHERE account_id = $1 AND phone = $2");
    struct db_value args[] = {DB_INT(account_id), DB_INT(phone), DB_TEXT_OR_NULL(seen_by),
                              DB_INT(tx->now_us)};
    enum err e = store_change_one(tx, &read, args, 4);
    if (e)
        return e;
    store_feed_note(tx, &(struct feed_note){
                            .kind = FEED_THREAD_READ, .account_id = account_id, .phone = phone});
    return read_conversations(tx, account_id, phone);
}

static void read_thread(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct thread *)item = (struct thread){
        .account_id = db_rows_int(r, 0),
        .phone = (uint64_t)db_rows_int(r, 1),
        .last_at_us = db_rows_int(r, 2),
        .unread = db_rows_int(r, 3),
        .until_at_us = db_rows_int(r, 4),
        .conversation_id = db_rows_int(r, 5),
        .line_id = db_rows_int(r, 6),
        .line_incoming = db_rows_int(r, 7) != 0,
        .seen_by = arena_str(a, db_rows_text(r, 8)),
        .seen_at_us = db_rows_int(r, 9),
        .answered_by = arena_str(a, db_rows_text(r, 10)),
        .answered_at_us = db_rows_int(r, 11),
    };
}

enum err store_thread_get(struct thread *out, struct store_view *view, int64_t account_id,
                          uint64_t phone)
{
    static struct db_query get =
        DB_QUERY("SELECT " COLUMNS " FROM thread WHERE account_id = $1 AND phone = $2");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(account_id), DB_INT(phone)));
    bool found = db_rows_next(&rows);
    if (found)
        read_thread(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e || found ? e : ERR_NOT_FOUND;
}

/* ---- lists ---- */

static bool has_digits(uint64_t phone, struct str digits)
{
    char text[PHONE_SIZE];
    struct str number = phone_bare(phone_format(text, phone));
    return !digits.n || memmem(number.p, number.n, digits.p, digits.n) != NULL;
}

/* What it takes to leave one out is in the index; so looking at many is cheap. */
enum err store_thread_list(struct thread **out, size_t *n, size_t *looked, struct thread *behind,
                           struct store_view *view, const struct thread_filter *f)
{
#define WALK(only)                                                      \
    "SELECT phone, last_at FROM thread WHERE account_id = $1 AND " only \
    "(last_at < $2 OR (last_at = $2 AND phone < $3)) ORDER BY last_at DESC, phone DESC LIMIT $4"
    static struct db_query all = DB_QUERY(WALK(""));
    static struct db_query unread = DB_QUERY(WALK("unread > 0 AND "));
#undef WALK
    int64_t before = f->before_at_us ? f->before_at_us : INT64_MAX;
    struct thread *list = ARENA_ARRAY(view->arena, f->limit, struct thread);
    struct db_rows rows = db_rows_open(view->db, f->unread ? &unread : &all,
                                       DB_ARGS(DB_INT(f->account_id), DB_INT(before),
                                               DB_INT(f->before_phone), DB_INT(f->look_at)));
    enum err e = OK;
    *n = *looked = 0;
    while (!e && *n < f->limit && db_rows_next(&rows)) {
        struct thread *t = &list[*n];
        ++*looked;
        *behind = (struct thread){.phone = (uint64_t)db_rows_int(&rows, 0),
                                  .last_at_us = db_rows_int(&rows, 1)};
        if (!has_digits(behind->phone, f->digits))
            continue;
        e = store_thread_get(t, view, f->account_id, behind->phone);
        *n += !e && t->until_at_us >= f->open_at_us;
        e = e == ERR_NOT_FOUND ? OK : e;
    }
    *out = list;
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

enum err store_thread_unread(size_t *n, struct store_view *view, int64_t account_id, size_t most)
{
    static struct db_query count =
        DB_QUERY("SELECT COUNT(*) FROM (SELECT phone FROM thread WHERE account_id = $1 "
                 "AND unread > 0 LIMIT $2) AS t");
    struct db_rows rows = db_rows_open(view->db, &count, DB_ARGS(DB_INT(account_id), DB_INT(most)));
    *n = db_rows_next(&rows) ? (size_t)db_rows_int(&rows, 0) : 0;
    return db_rows_close(&rows);
}

static bool is_there(const uint64_t *phones, size_t n, uint64_t phone)
{
    for (size_t i = 0; i < n; i++)
        if (phones[i] == phone)
            return true;
    return false;
}

enum err store_thread_find(uint64_t **phones, size_t *n, int64_t *behind_id,
                           struct store_view *view, int64_t account_id, struct str word,
                           int64_t before_id, size_t look_at, size_t limit)
{
    static struct db_query walk =
        DB_QUERY("SELECT id, CASE WHEN LOWER(text) LIKE LOWER($4) ESCAPE '!' THEN sender ELSE '' "
                 "END FROM incoming WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    struct buf like = buf_limited(word.n * 2 + 2);
    buf_add_str(&like, STR("%"));
    for (size_t i = 0; i < word.n; i++)
        buf_printf(&like, "%s%c", memchr("%_!", word.p[i], 3) ? "!" : "", word.p[i]);
    buf_add_str(&like, STR("%"));
    struct str pattern = arena_str(view->arena, buf_str(&like));
    buf_free(&like);
    *phones = ARENA_ARRAY(view->arena, limit, uint64_t);
    *n = 0;
    *behind_id = 0;
    size_t looked = 0;
    struct db_rows rows =
        db_rows_open(view->db, &walk,
                     DB_ARGS(DB_INT(account_id), DB_INT(before_id ? before_id : INT64_MAX),
                             DB_INT(look_at), DB_TEXT(pattern)));
    while (*n < limit && db_rows_next(&rows)) {
        uint64_t phone;
        struct str sender = db_rows_text(&rows, 1);
        looked++;
        *behind_id = db_rows_int(&rows, 0);
        if (sender.n && phone_parse(&phone, sender) == OK && !is_there(*phones, *n, phone))
            (*phones)[(*n)++] = phone;
    }
    if (looked < look_at && *n < limit)
        *behind_id = 0;
    return db_rows_close(&rows);
}

/* ---- lines ---- */

/* Ids of one side, newest first, behind those that are there. */
static enum err add_ids(struct thread_line *lines, size_t *n, bool incoming, struct db_rows rows)
{
    while (db_rows_next(&rows))
        lines[(*n)++] = (struct thread_line){.id = db_rows_int(&rows, 0), .incoming = incoming};
    return db_rows_close(&rows);
}

/* What the clock has put in order, then what it has not come to yet: the newer ones, so first. */
static enum err one_side(struct thread_line *lines, size_t *n, struct store_view *view,
                         const struct db_value args[5], bool incoming)
{
    static struct db_query young_messages =
        DB_QUERY("SELECT id FROM message WHERE account_id = $1 AND id > $4 AND id < $3 AND "
                 "recipient = $2 ORDER BY id DESC LIMIT $5");
    static struct db_query young_incoming =
        DB_QUERY("SELECT id FROM incoming WHERE account_id = $1 AND id > $4 AND id < $3 AND "
                 "sender = $2 ORDER BY id DESC LIMIT $5");
    return add_ids(lines, n, incoming,
                   db_rows_open(view->db, incoming ? &young_incoming : &young_messages, args, 5));
}

static enum err old_side(struct thread_line *lines, size_t *n, struct store_view *view,
                         int64_t account_id, bool incoming, struct list_key key, int64_t before_id,
                         size_t limit)
{
    static struct db_query old =
        DB_QUERY("SELECT id FROM list_order WHERE account_id = $1 AND sorted_by = $2 AND "
                 "key_1 = $3 AND key_2 = $4 AND id < $5 ORDER BY id DESC LIMIT $6");
    return add_ids(
        lines, n, incoming,
        db_rows_open(view->db, &old,
                     DB_ARGS(DB_INT(account_id), DB_INT(incoming ? LIST_PHONE : LIST_RECIPIENT),
                             DB_INT(key.first), DB_INT(key.second), DB_INT(before_id),
                             DB_INT(limit))));
}

static enum err read_side(struct thread_line *lines, size_t *n, struct store_view *view,
                          int64_t account_id, uint64_t phone, bool incoming, int64_t before_id,
                          size_t limit)
{
    char text[PHONE_SIZE];
    struct str number = phone_format(text, phone);
    int64_t mark;
    *n = 0;
    enum err e = store_list_mark(&mark, view, incoming);
    struct db_value args[] = {DB_INT(account_id), incoming ? DB_TEXT(number) : DB_INT(phone),
                              DB_INT(before_id), DB_INT(mark), DB_INT(limit)};
    if (!e)
        e = one_side(lines, n, view, args, incoming);
    if (!e && *n < limit)
        e = old_side(lines, n, view, account_id, incoming,
                     incoming ? list_key_text(number) : list_key_number((int64_t)phone),
                     before_id <= mark ? before_id : mark + 1, limit - *n);
    return e;
}

enum err store_thread_lines(struct thread_line **out, size_t *n, struct store_view *view,
                            int64_t account_id, uint64_t phone, int64_t before_id, size_t limit)
{
    struct thread_line *said = ARENA_ARRAY(view->arena, limit, struct thread_line);
    struct thread_line *heard = ARENA_ARRAY(view->arena, limit, struct thread_line);
    size_t said_n = 0, heard_n = 0;
    int64_t before = before_id ? before_id : INT64_MAX;
    *out = ARENA_ARRAY(view->arena, limit, struct thread_line);
    *n = 0;
    enum err e = read_side(said, &said_n, view, account_id, phone, false, before, limit);
    if (!e)
        e = read_side(heard, &heard_n, view, account_id, phone, true, before, limit);
    for (size_t s = 0, h = 0; !e && *n < limit && (s < said_n || h < heard_n);) {
        bool own = h == heard_n || (s < said_n && said[s].id > heard[h].id);
        (*out)[(*n)++] = own ? said[s++] : heard[h++];
    }
    return e;
}

/* ---- texts to answer with ---- */

enum err store_saved_reply_insert(struct store_tx *tx, const struct saved_reply *r)
{
    static struct db_query insert = DB_QUERY("INSERT INTO saved_reply (id, account_id, name, text, "
                                             "created_at) VALUES ($1, $2, $3, $4, $5)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(r->id), DB_INT(r->account_id), DB_TEXT(r->name), DB_TEXT(r->text),
                          DB_INT(tx->now_us)),
                  NULL);
}

enum err store_saved_reply_update(struct store_tx *tx, const struct saved_reply *r)
{
    static struct db_query update =
        DB_QUERY("UPDATE saved_reply SET name = $2, text = $3 WHERE id = $1");
    return store_change_one(tx, &update,
                            DB_ARGS(DB_INT(r->id), DB_TEXT(r->name), DB_TEXT(r->text)));
}

enum err store_saved_reply_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete = DB_QUERY("DELETE FROM saved_reply WHERE id = $1");
    return store_change_one(tx, &delete, DB_ARGS(DB_INT(id)));
}

static void read_saved(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct saved_reply *)item = (struct saved_reply){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .name = arena_str(a, db_rows_text(r, 2)),
        .text = arena_str(a, db_rows_text(r, 3)),
        .created_at_us = db_rows_int(r, 4),
    };
}

#define SAVED "SELECT id, account_id, name, text, created_at FROM saved_reply "

enum err store_saved_reply_list(struct saved_reply **out, size_t *n, struct store_view *view,
                                int64_t account_id)
{
    static struct db_query list = DB_QUERY(SAVED "WHERE account_id = $1 ORDER BY name");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(account_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_saved);
}

enum err store_saved_reply_get(struct saved_reply *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY(SAVED "WHERE id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_saved(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e || found ? e : ERR_NOT_FOUND;
}

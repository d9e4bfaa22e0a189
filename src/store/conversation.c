/* SPDX-License-Identifier: Apache-2.0 */
#include "store/conversation.h"

#include "store/rows.h"

enum { CHUNK = 256 };

#define COLUMNS                                                                           \
    "id, account_id, carrier_id, recipient, number, kind, opened_at, last_at, until_at, " \
    "message_id, unread"

enum err store_conversation_insert(struct store_tx *tx, const struct conversation *c)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO conversation (id, account_id, carrier_id, recipient, number, kind, "
                 "opened_at, last_at, until_at, message_id, unread) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(c->id), DB_INT(c->account_id), DB_INT(c->carrier_id),
                          DB_INT(c->recipient), DB_TEXT(c->number), DB_INT(c->kind),
                          DB_INT(tx->now_us), c->until_at_us ? DB_INT(c->until_at_us) : DB_NULL,
                          c->message_id ? DB_INT(c->message_id) : DB_NULL, DB_INT(c->unread)),
                  NULL);
}

enum err store_conversation_say(struct store_tx *tx, int64_t id, int64_t message_id,
                                int64_t until_at_us)
{
    static struct db_query say =
        DB_QUERY("UPDATE conversation SET message_id = $2, last_at = $3, "
                 "until_at = CASE WHEN until_at < $4 THEN $4 ELSE until_at END WHERE id = $1");
    return store_change_one(
        tx, &say, DB_ARGS(DB_INT(id), DB_INT(message_id), DB_INT(tx->now_us), DB_INT(until_at_us)));
}

enum err store_conversation_hear(struct store_tx *tx, int64_t id)
{
    static struct db_query hear =
        DB_QUERY("UPDATE conversation SET unread = unread + 1, last_at = $2 WHERE id = $1");
    return store_change_one(tx, &hear, DB_ARGS(DB_INT(id), DB_INT(tx->now_us)));
}

static void read_conversation(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct conversation *)item = (struct conversation){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .carrier_id = db_rows_int(r, 2),
        .recipient = (uint64_t)db_rows_int(r, 3),
        .number = arena_str(a, db_rows_text(r, 4)),
        .kind = (enum number_kind)db_rows_int(r, 5),
        .opened_at_us = db_rows_int(r, 6),
        .last_at_us = db_rows_int(r, 7),
        .until_at_us = db_rows_int(r, 8),
        .message_id = db_rows_int(r, 9),
        .unread = db_rows_int(r, 10),
    };
}

static enum err read_one(struct conversation *out, struct db_rows rows, struct arena *a)
{
    bool found = db_rows_next(&rows);
    if (found)
        read_conversation(out, &rows, a);
    enum err e = db_rows_close(&rows);
    return e || found ? e : ERR_NOT_FOUND;
}

enum err store_conversation_get(struct conversation *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY("SELECT " COLUMNS " FROM conversation WHERE id = $1");
    return read_one(out, db_rows_open(view->db, &get, DB_ARGS(DB_INT(id))), view->arena);
}

enum err store_conversation_latest(struct conversation *out, struct store_view *view,
                                   int64_t carrier_id, uint64_t recipient, struct str number,
                                   int64_t account_id)
{
    static struct db_query latest =
        DB_QUERY("SELECT " COLUMNS " FROM conversation WHERE recipient = $1 AND number = $2 "
                 "AND carrier_id = $3 AND ($4 = 0 OR account_id = $4) ORDER BY last_at DESC, id "
                 "DESC LIMIT 1");
    return read_one(out,
                    db_rows_open(view->db, &latest,
                                 DB_ARGS(DB_INT(recipient), DB_TEXT(number), DB_INT(carrier_id),
                                         DB_INT(account_id))),
                    view->arena);
}

/* The next chunk behind *place, which moves on. */
static enum err read_chunk(struct conversation **out, size_t *n, struct store_view *view,
                           const struct conversation_filter *f, struct conversation_place *place)
{
    static struct db_query of_account =
        DB_QUERY("SELECT " COLUMNS " FROM conversation WHERE account_id = $1 AND "
                 "(last_at, id) < ($2, $3) ORDER BY last_at DESC, id DESC LIMIT $4");
    static struct db_query of_all = DB_QUERY("SELECT " COLUMNS " FROM conversation WHERE id < $1 "
                                             "ORDER BY id DESC LIMIT $2");
    struct db_rows rows =
        f->account_id ? db_rows_open(view->db, &of_account,
                                     DB_ARGS(DB_INT(f->account_id), DB_INT(place->last_at_us),
                                             DB_INT(place->id), DB_INT(CHUNK)))
                      : db_rows_open(view->db, &of_all, DB_ARGS(DB_INT(place->id), DB_INT(CHUNK)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_conversation);
}

enum err store_conversation_list(struct conversation_page *page, struct store_view *view,
                                 const struct conversation_filter *f)
{
    size_t looked = 0, n = CHUNK;
    enum err e = OK;
    *page = (struct conversation_page){
        .rows = ARENA_ARRAY(view->arena, f->limit, struct conversation), .more = true};
    page->end = f->after.id ? f->after
                            : (struct conversation_place){.last_at_us = INT64_MAX, .id = INT64_MAX};
    while (!e && n == CHUNK && page->n < f->limit && looked < f->look_at) {
        struct conversation *some;
        size_t i = 0;
        e = read_chunk(&some, &n, view, f, &page->end);
        for (; !e && i < n && page->n < f->limit; i++) {
            bool open = !some[i].until_at_us || some[i].until_at_us > f->open_at_us;
            page->end = (struct conversation_place){some[i].last_at_us, some[i].id};
            if (!f->open_at_us || open)
                page->rows[page->n++] = some[i];
        }
        looked += i;
        page->more = i < n || n == CHUNK;
    }
    page->partial = page->more && page->n < f->limit;
    return e;
}

static void read_line(void *item, const struct db_rows *r, struct arena *a)
{
    (void)a;
    *(struct conversation_line *)item =
        (struct conversation_line){.id = db_rows_int(r, 0), .incoming = db_rows_int(r, 1) != 0};
}

/* Ids of both follow the time at which their rows were made. */
enum err store_conversation_lines(struct conversation_line **out, size_t *n,
                                  struct store_view *view, int64_t id, size_t limit)
{
    static struct db_query lines = DB_QUERY(
        "SELECT id, side FROM (SELECT id, 0 AS side FROM message WHERE conversation_id = $1 "
        "UNION ALL SELECT id, 1 FROM incoming WHERE conversation_id = $1) AS line "
        "ORDER BY id DESC LIMIT $2");
    struct db_rows rows = db_rows_open(view->db, &lines, DB_ARGS(DB_INT(id), DB_INT(limit)));
    enum err e = store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_line);
    for (size_t i = 0; !e && i < *n / 2; i++) {
        struct conversation_line line = (*out)[i];
        (*out)[i] = (*out)[*n - 1 - i];
        (*out)[*n - 1 - i] = line;
    }
    return e;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/account.h"
#include "store/rows.h"
#include "store/sender_document.h"

static const char *const state_names[] = {[SENDER_WAITING] = "waiting",
                                          [SENDER_ENABLED] = "enabled",
                                          [SENDER_REFUSED] = "refused",
                                          [SENDER_DISABLED] = "disabled"};
static const char *const origin_names[] = {
    [SENDER_BY_HAND] = "manual", [SENDER_PERSONAL] = "personal", [SENDER_DOMAIN] = "domain"};

static enum err find_name(int *out, const char *const *names, int last, struct str name)
{
    for (int i = 1; i <= last; i++)
        if (str_eq(name, str_of(names[i]))) {
            *out = i;
            return OK;
        }
    return ERR_INVALID;
}

const char *sender_state_name(enum sender_state state)
{
    return state_names[state];
}

enum err sender_state_parse(enum sender_state *out, struct str name)
{
    int found = 0;
    enum err e = find_name(&found, state_names, SENDER_DISABLED, name);
    *out = (enum sender_state)found;
    return e;
}

const char *sender_origin_name(enum sender_origin origin)
{
    return origin_names[origin];
}

enum err sender_origin_parse(enum sender_origin *out, struct str name)
{
    int found = 0;
    enum err e = find_name(&found, origin_names, SENDER_DOMAIN, name);
    *out = (enum sender_origin)found;
    return e;
}

/* ---- rows ---- */

static struct db_value decided_at(const struct sender *s)
{
    return s->decided_at_us ? DB_INT(s->decided_at_us) : DB_NULL;
}

/* What is not told is as the first schema had it. */
static int64_t origin_of(const struct sender *s)
{
    return s->origin ? (int64_t)s->origin : SENDER_BY_HAND;
}

enum err store_sender_insert(struct store_tx *tx, const struct sender *s)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO sender (id, account_id, name, state, created_at, origin, "
                 "description, reason, comment, decided_at) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(s->id), DB_INT(s->account_id), DB_TEXT(s->name), DB_INT(s->state),
                          DB_INT(tx->now_us), DB_INT(origin_of(s)), DB_TEXT(s->description),
                          DB_TEXT(s->reason), DB_TEXT(s->comment), decided_at(s)),
                  NULL);
}

enum err store_sender_update(struct store_tx *tx, const struct sender *s)
{
    static struct db_query update =
        DB_QUERY("UPDATE sender SET state = $2, description = $3, reason = $4, comment = $5, "
                 "decided_at = $6, origin = $7 WHERE id = $1");
    return store_change_one(tx, &update,
                            DB_ARGS(DB_INT(s->id), DB_INT(s->state), DB_TEXT(s->description),
                                    DB_TEXT(s->reason), DB_TEXT(s->comment), decided_at(s),
                                    DB_INT(origin_of(s))));
}

static void read_sender(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct sender *)item = (struct sender){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .name = arena_str(a, db_rows_text(r, 2)),
        .state = (enum sender_state)db_rows_int(r, 3),
        .created_at_us = db_rows_int(r, 4),
        .origin = (enum sender_origin)db_rows_int(r, 5),
        .description = arena_str(a, db_rows_text(r, 6)),
        .reason = arena_str(a, db_rows_text(r, 7)),
        .comment = arena_str(a, db_rows_text(r, 8)),
        .decided_at_us = db_rows_int(r, 9),
    };
}

enum err store_sender_list(struct sender **out, size_t *n, struct store_view *view)
{
    static struct db_query list =
        DB_QUERY("SELECT id, account_id, name, state, created_at, origin, description, reason, "
                 "comment, decided_at FROM sender ORDER BY account_id, name");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_sender);
}

enum err store_sender_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query delete[] = {
        DB_QUERY("DELETE FROM sender_document_piece WHERE document_id IN "
                 "(SELECT id FROM sender_document WHERE sender_id = $1)"),
        DB_QUERY("DELETE FROM sender_document WHERE sender_id = $1"),
    };
    static struct db_query drop = DB_QUERY("DELETE FROM sender WHERE id = $1");
    enum err e = OK;
    for (size_t i = 0; i < sizeof(delete) / sizeof(delete[0]) && !e; i++)
        e = db_run(tx->view.db, &delete[i], DB_ARGS(DB_INT(id)), NULL);
    return e ? e : store_change_one(tx, &drop, DB_ARGS(DB_INT(id)));
}

/* ---- documents ---- */

enum err store_document_insert(struct store_tx *tx, const struct sender_document *d)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO sender_document (id, sender_id, name, type, size, received, "
                 "created_at) VALUES ($1, $2, $3, $4, $5, 0, $6)");
    return db_run(tx->view.db, &insert,
                  DB_ARGS(DB_INT(d->id), DB_INT(d->sender_id), DB_TEXT(d->name), DB_TEXT(d->type),
                          DB_INT(d->size), DB_INT(tx->now_us)),
                  NULL);
}

enum err store_document_add(struct store_tx *tx, int64_t id, int64_t begins_at, struct str bytes)
{
    static struct db_query grow =
        DB_QUERY("UPDATE sender_document SET received = received + $3 WHERE id = $1 AND "
                 "received = $2 AND received + $3 <= size");
    static struct db_query put = DB_QUERY("INSERT INTO sender_document_piece (document_id, "
                                          "begins_at, bytes) VALUES ($1, $2, $3)");
    enum err e =
        store_change_one(tx, &grow, DB_ARGS(DB_INT(id), DB_INT(begins_at), DB_INT(bytes.n)));
    if (e)
        return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
    return db_run(tx->view.db, &put, DB_ARGS(DB_INT(id), DB_INT(begins_at), DB_BLOB(bytes)), NULL);
}

static void read_document(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct sender_document *)item = (struct sender_document){
        .id = db_rows_int(r, 0),
        .sender_id = db_rows_int(r, 1),
        .name = arena_str(a, db_rows_text(r, 2)),
        .type = arena_str(a, db_rows_text(r, 3)),
        .size = db_rows_int(r, 4),
        .received = db_rows_int(r, 5),
        .created_at_us = db_rows_int(r, 6),
    };
}

#define DOCUMENT \
    "SELECT id, sender_id, name, type, size, received, created_at FROM sender_document "

enum err store_document_list(struct sender_document **out, size_t *n, struct store_view *view,
                             int64_t sender_id)
{
    static struct db_query list = DB_QUERY(DOCUMENT "WHERE sender_id = $1 ORDER BY id");
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(sender_id)));
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_document);
}

enum err store_document_get(struct sender_document *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY(DOCUMENT "WHERE id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_document(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e || found ? e : ERR_NOT_FOUND;
}

enum err store_document_bytes(struct str *out, struct store_view *view,
                              const struct sender_document *d)
{
    static struct db_query pieces =
        DB_QUERY("SELECT bytes FROM sender_document_piece WHERE document_id = $1 "
                 "ORDER BY begins_at");
    char *bytes = arena_alloc(view->arena, (size_t)d->size + 1);
    size_t n = 0;
    struct db_rows rows = db_rows_open(view->db, &pieces, DB_ARGS(DB_INT(d->id)));
    while (db_rows_next(&rows)) {
        struct str piece = db_rows_text(&rows, 0);
        if (piece.n > (size_t)d->size - n)
            break;
        memcpy(bytes + n, piece.p, piece.n);
        n += piece.n;
    }
    *out = (struct str){.p = bytes, .n = n};
    enum err e = db_rows_close(&rows);
    return e ? e : n == (size_t)d->size ? OK : ERR_NOT_FOUND;
}

enum err store_document_delete(struct store_tx *tx, int64_t id)
{
    static struct db_query pieces =
        DB_QUERY("DELETE FROM sender_document_piece WHERE document_id = $1");
    static struct db_query document = DB_QUERY("DELETE FROM sender_document WHERE id = $1");
    enum err e = db_run(tx->view.db, &pieces, DB_ARGS(DB_INT(id)), NULL);
    return e ? e : store_change_one(tx, &document, DB_ARGS(DB_INT(id)));
}

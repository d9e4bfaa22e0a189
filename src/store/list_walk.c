/* SPDX-License-Identifier: Apache-2.0 */
#include "store/list_walk.h"

#include <stdlib.h>

enum {
    STREAMS_MAX = 18,
    CHUNK_FIRST = 64,
    CHUNK_MOST = 1024,
    TAIL_MOST = 40000, /* what is sorted anew for each question */
};

enum stream_kind {
    STREAM_TIME,
    STREAM_CONVERSATION,
    STREAM_RECIPIENT,
    STREAM_ORDER,
    STREAM_MEMORY
};

struct stream {
    enum stream_kind kind;
    enum list_by by; /* of STREAM_ORDER */
    bool fixed;      /* only `key`, and by time */
    struct list_key key;
    int64_t above_id, below_id;
    struct list_place *places; /* read, not yet given */
    size_t n, at;
    size_t chunk;
    struct list_place last; /* that was read, in the stream's own order */
    bool over;
};

struct list_walk {
    struct store_view view;
    struct list_way way;
    struct stream streams[STREAMS_MAX];
    size_t n;
    struct list_place given;
    bool has_given;
};

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int list_place_compare(const struct list_place *a, const struct list_place *b, bool descending)
{
    int c = compare(a->key.first, b->key.first);
    c = c ? c : compare(a->key.second, b->key.second);
    c = c ? c : compare(a->id, b->id);
    return descending ? -c : c;
}

/* ---- reading on ---- */

#define BETWEEN(table, what, id, is)                                                           \
    "SELECT " id " FROM " table " WHERE " what " AND " id " > $2 AND " id " < $3 ORDER BY " id \
    " " is " LIMIT $4"
#define BOTH_WAYS(table, what, id)                                                          \
    {                                                                                       \
        DB_QUERY(BETWEEN(table, what, id, "")), DB_QUERY(BETWEEN(table, what, id, "DESC")), \
    }
/* [incoming][descending] */
static struct db_query time_all[2][2] = {BOTH_WAYS("message", "CAST($1 AS BIGINT) = 0", "id"),
                                         BOTH_WAYS("incoming", "CAST($1 AS BIGINT) = 0", "id")};
static struct db_query time_of_account[2][2] = {BOTH_WAYS("message", "account_id = $1", "id"),
                                                BOTH_WAYS("incoming", "account_id = $1", "id")};
static struct db_query conversation[2][2] = {BOTH_WAYS("message", "conversation_id = $1", "id"),
                                             BOTH_WAYS("incoming", "conversation_id = $1", "id")};
static struct db_query recipient[2] = BOTH_WAYS("recipient_index", "recipient = $1", "message_id");
static struct db_query order[2] = {
    DB_QUERY("SELECT id, key_1, key_2 FROM list_order WHERE account_id = $1 AND sorted_by = $2 "
             "AND (key_1, key_2, id) > ($3, $4, $5) ORDER BY key_1, key_2, id LIMIT $6"),
    DB_QUERY("SELECT id, key_1, key_2 FROM list_order WHERE account_id = $1 AND sorted_by = $2 "
             "AND (key_1, key_2, id) < ($3, $4, $5) "
             "ORDER BY key_1 DESC, key_2 DESC, id DESC LIMIT $6")};

static struct db_rows open_ids(struct list_walk *w, const struct stream *s, struct db_value args[6])
{
    const struct list_way *way = &w->way;
    int64_t of = s->kind == STREAM_CONVERSATION ? way->conversation_id
                 : s->kind == STREAM_RECIPIENT  ? (int64_t)way->recipient
                                                : way->account_id;
    struct db_query *query = s->kind == STREAM_CONVERSATION
                                 ? &conversation[way->incoming][way->descending]
                             : s->kind == STREAM_RECIPIENT ? &recipient[way->descending]
                             : way->account_id ? &time_of_account[way->incoming][way->descending]
                                               : &time_all[way->incoming][way->descending];
    args[0] = DB_INT(of);
    args[1] = DB_INT(way->descending ? s->above_id : s->last.id);
    args[2] = DB_INT(way->descending ? s->last.id : s->below_id);
    args[3] = DB_INT(s->chunk);
    return db_rows_open(w->view.db, query, args, 4);
}

static struct db_rows open_order(struct list_walk *w, const struct stream *s,
                                 struct db_value args[6])
{
    args[0] = DB_INT(w->way.account_id);
    args[1] = DB_INT(s->by);
    args[2] = DB_INT(s->last.key.first);
    args[3] = DB_INT(s->last.key.second);
    args[4] = DB_INT(s->last.id);
    args[5] = DB_INT(s->chunk);
    return db_rows_open(w->view.db, &order[w->way.descending], args, 6);
}

/* Another key, or past the ids that are wanted. */
static bool beyond(const struct stream *s, const struct list_place *p)
{
    return s->fixed && (p->key.first != s->key.first || p->key.second != s->key.second ||
                        p->id <= s->above_id || p->id >= s->below_id);
}

static enum err read_on(struct list_walk *w, struct stream *s)
{
    struct db_value args[6];
    struct db_rows rows = s->kind == STREAM_ORDER ? open_order(w, s, args) : open_ids(w, s, args);
    s->places = ARENA_ARRAY(w->view.arena, s->chunk, struct list_place);
    s->n = s->at = 0;
    size_t read = 0;
    while (read < s->chunk && db_rows_next(&rows)) {
        struct list_place p = {.id = db_rows_int(&rows, 0)};
        if (s->kind == STREAM_ORDER)
            p.key = (struct list_key){db_rows_int(&rows, 1), db_rows_int(&rows, 2)};
        read++;
        s->last = p;
        if (beyond(s, &p))
            break;
        if (s->fixed)
            p.key = (struct list_key){0};
        s->places[s->n++] = p;
    }
    s->over = read < s->chunk || s->n < read;
    if (s->chunk < CHUNK_MOST)
        s->chunk *= 2;
    return db_rows_close(&rows);
}

/* NULL: it has no more. */
static enum err peek(const struct list_place **out, struct list_walk *w, struct stream *s)
{
    enum err e = OK;
    *out = NULL;
    if (s->at == s->n && !s->over)
        e = read_on(w, s);
    if (!e && s->at < s->n)
        *out = &s->places[s->at];
    return e;
}

static enum err next_place(struct list_place *out, bool *found, struct list_walk *w)
{
    struct stream *from = NULL;
    const struct list_place *first = NULL;
    for (size_t i = 0; i < w->n; i++) {
        const struct list_place *p;
        enum err e = peek(&p, w, &w->streams[i]);
        if (e)
            return e;
        if (p && (!first || list_place_compare(p, first, w->way.descending) < 0)) {
            first = p;
            from = &w->streams[i];
        }
    }
    *found = from != NULL;
    if (from) {
        *out = *first;
        from->at++;
    }
    return OK;
}

enum err list_walk_next(struct list_place *out, size_t *n, struct list_walk *w, size_t most)
{
    *n = 0;
    while (*n < most) {
        struct list_place p;
        bool found;
        enum err e = next_place(&p, &found, w);
        if (e || !found)
            return e;
        if (w->has_given && !list_place_compare(&p, &w->given, w->way.descending))
            continue;
        w->given = p;
        w->has_given = true;
        out[(*n)++] = p;
    }
    return OK;
}

/* ---- what the clock has not come to ---- */

static struct db_query tail_messages[2] = {
    DB_QUERY("SELECT id, recipient, sender, state, parts, credits, tag FROM message "
             "WHERE CAST($1 AS BIGINT) = 0 AND id > $2 ORDER BY id LIMIT $3"),
    DB_QUERY("SELECT id, recipient, sender, state, parts, credits, tag FROM message "
             "WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3")};
static struct db_query tail_incoming[2] = {
    DB_QUERY("SELECT id, sender, number, standing FROM incoming "
             "WHERE CAST($1 AS BIGINT) = 0 AND id > $2 ORDER BY id LIMIT $3"),
    DB_QUERY("SELECT id, sender, number, standing FROM incoming "
             "WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3")};

/* Of a row of the tail. */
static struct list_key key_in_tail(const struct db_rows *r, enum list_by by)
{
    switch (by) {
    case LIST_RECIPIENT:
        return list_key_number(db_rows_int(r, 1));
    case LIST_SENDER:
        return list_key_text(db_rows_text(r, 2));
    case LIST_STATE:
        return list_key_state((enum message_state)db_rows_int(r, 3));
    case LIST_PARTS:
        return list_key_number(db_rows_int(r, 4));
    case LIST_CREDITS:
        return list_key_number(db_rows_int(r, 5));
    case LIST_TAG:
        return list_key_tag(db_rows_text(r, 6));
    case LIST_PHONE:
        return list_key_text(db_rows_text(r, 1));
    case LIST_NUMBER:
        return list_key_text(db_rows_text(r, 2));
    case LIST_STANDING:
        return list_key_number(db_rows_int(r, 3));
    case LIST_TIME:
        break;
    }
    return (struct list_key){0};
}

static bool is_wanted(const struct list_way *way, struct list_key key, const struct db_rows *r)
{
    int64_t id = db_rows_int(r, 0);
    if (id <= way->above_id || id >= way->below_id)
        return false;
    if (way->states && !way->incoming && !(way->states >> db_rows_int(r, 3) & 1u))
        return false;
    if (way->by != LIST_TIME)
        return true;
    if (way->recipient)
        return key.first == (int64_t)way->recipient;
    for (size_t i = 0; i < way->only_n; i++)
        if (key.first == way->only[i].first && key.second == way->only[i].second)
            return true;
    return !way->only_n;
}

static int ascending(const void *a, const void *b)
{
    return list_place_compare(a, b, false);
}

static int descending(const void *a, const void *b)
{
    return list_place_compare(a, b, true);
}

/* Adds a stream of what is above `mark`, sorted; *read TAIL_MOST: there is more, from *last_id on.
 */
static enum err add_tail(struct list_walk *w, enum list_by by, int64_t mark, size_t *read,
                         int64_t *last_id)
{
    const struct list_way *way = &w->way;
    struct db_query *query =
        way->incoming ? &tail_incoming[way->account_id != 0] : &tail_messages[way->account_id != 0];
    size_t room = 1024;
    struct stream s = {.kind = STREAM_MEMORY, .over = true};
    s.places = ARENA_ARRAY(w->view.arena, room, struct list_place);
    struct db_rows rows = db_rows_open(
        w->view.db, query, DB_ARGS(DB_INT(way->account_id), DB_INT(mark), DB_INT(TAIL_MOST)));
    for (*read = 0; *read < TAIL_MOST && db_rows_next(&rows); ++*read) {
        struct list_place p = {.key = key_in_tail(&rows, by), .id = db_rows_int(&rows, 0)};
        *last_id = p.id;
        if (!is_wanted(way, p.key, &rows))
            continue;
        if (way->by == LIST_TIME)
            p.key = (struct list_key){0};
        if (way->has_after && list_place_compare(&p, &way->after, way->descending) <= 0)
            continue;
        if (s.n == room) {
            struct list_place *grown = ARENA_ARRAY(w->view.arena, room * 4, struct list_place);
            memcpy(grown, s.places, room * sizeof(*grown));
            s.places = grown;
            room *= 4;
        }
        s.places[s.n++] = p;
    }
    if (s.n)
        qsort(s.places, s.n, sizeof(*s.places), way->descending ? descending : ascending);
    w->streams[w->n++] = s;
    return db_rows_close(&rows);
}

/* ---- the start ---- */

static struct stream *add_stream(struct list_walk *w, enum stream_kind kind)
{
    struct stream *s = &w->streams[w->n++];
    *s = (struct stream){.kind = kind,
                         .chunk = CHUNK_FIRST,
                         .above_id = w->way.above_id,
                         .below_id = w->way.below_id};
    s->last.id = w->way.descending ? s->below_id : s->above_id;
    return s;
}

static void add_fixed(struct list_walk *w, struct list_key key)
{
    struct stream *s = add_stream(w, STREAM_ORDER);
    s->by = w->way.only_by;
    s->fixed = true;
    s->key = s->last.key = key;
}

/* By time nothing may be missing: a tail that is too long is walked instead. */
static enum err add_young(struct list_walk *w, enum list_by by, int64_t mark)
{
    size_t read;
    int64_t last_id = 0;
    if (w->way.old_only)
        return OK;
    enum err e = add_tail(w, by, mark, &read, &last_id);
    if (e || read < TAIL_MOST)
        return e;
    w->n--;
    struct stream *s = add_stream(w, STREAM_TIME);
    s->above_id = mark > s->above_id ? mark : s->above_id;
    s->last.id = w->way.descending ? s->below_id : s->above_id;
    return OK;
}

static enum err begin_time(struct list_walk *w)
{
    struct list_way *way = &w->way;
    int64_t mark;
    if (way->has_after && way->descending && way->after.id < way->below_id)
        way->below_id = way->after.id;
    if (way->has_after && !way->descending && way->after.id > way->above_id)
        way->above_id = way->after.id;
    if (way->conversation_id) {
        add_stream(w, STREAM_CONVERSATION);
        return OK;
    }
    if (!way->recipient && !way->only_n) {
        add_stream(w, STREAM_TIME);
        return OK;
    }
    enum err e = way->recipient ? store_setting_get(&mark, &w->view, STR("indexed"))
                                : store_list_mark(&mark, &w->view, way->incoming);
    if (!e)
        e = add_young(w, way->recipient ? LIST_RECIPIENT : way->only_by, mark);
    if (way->recipient)
        add_stream(w, STREAM_RECIPIENT);
    for (size_t i = 0; i < way->only_n && !way->recipient; i++)
        add_fixed(w, way->only[i]);
    return e;
}

static enum err begin_order(struct list_walk *w, int64_t *whole_to_id)
{
    const struct list_way *way = &w->way;
    int64_t mark, last_id = 0, end = way->descending ? INT64_MAX : INT64_MIN;
    size_t read;
    enum err e = store_list_mark(&mark, &w->view, way->incoming);
    if (!e)
        e = add_tail(w, way->by, mark, &read, &last_id);
    if (e)
        return e;
    if (read == TAIL_MOST)
        *whole_to_id = last_id;
    struct stream *s = add_stream(w, STREAM_ORDER);
    s->by = way->by;
    s->last = way->has_after ? way->after
                             : (struct list_place){.key = {.first = end, .second = end}, .id = end};
    return OK;
}

enum err list_walk_begin(struct list_walk **out, int64_t *whole_to_id, struct store_view *view,
                         const struct list_way *way)
{
    struct list_walk *w = ARENA_NEW(view->arena, struct list_walk);
    *w = (struct list_walk){.view = *view, .way = *way};
    *out = w;
    *whole_to_id = INT64_MAX;
    return way->by == LIST_TIME ? begin_time(w) : begin_order(w, whole_to_id);
}

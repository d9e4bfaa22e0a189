/* SPDX-License-Identifier: Apache-2.0 */
#include "store/message_ended.h"

#include "store/rows.h"

static void push(struct store_tx *tx, const int64_t *ids, size_t n)
{
    struct ended *e = ARENA_NEW(tx->view.arena, struct ended);
    *e = (struct ended){.before = tx->ended, .before_in_all = tx->ended_all, .ids = ids, .n = n};
    tx->ended = e;
    tx->ended_all = e;
}

void store_ended_note(struct store_tx *tx, const int64_t *ids, size_t n)
{
    int64_t *own = ARENA_ARRAY(tx->view.arena, n, int64_t);
    memcpy(own, ids, n * sizeof(*ids));
    push(tx, own, n);
}

void store_ended_note_changed(struct store_tx *tx, const struct message_finish *rows, size_t n,
                              const int64_t *changed)
{
    int64_t *own = ARENA_ARRAY(tx->view.arena, n, int64_t);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (changed[i])
            own[count++] = rows[i].id;
    if (count)
        push(tx, own, count);
}

void store_under_way_note(struct store_tx *tx, int64_t id)
{
    int64_t *own = ARENA_NEW(tx->view.arena, int64_t);
    struct ended *e = ARENA_NEW(tx->view.arena, struct ended);
    *own = id;
    *e = (struct ended){.before = tx->under_way, .ids = own, .n = 1};
    tx->under_way = e;
}

static size_t count(const struct ended *last)
{
    size_t n = 0;
    for (const struct ended *e = last; e; e = e->before)
        n += e->n;
    return n;
}

/* In the order in which they were noted. */
static void list(int64_t *ids, const struct ended *last, size_t n)
{
    for (const struct ended *e = last; e; e = e->before) {
        n -= e->n;
        memcpy(&ids[n], e->ids, e->n * sizeof(*ids));
    }
}

static void read_end(struct message_end *m, const struct db_rows *r, struct arena *a)
{
    *m = (struct message_end){.id = db_rows_int(r, 0),
                              .account_id = db_rows_int(r, 1),
                              .user_id = db_rows_int(r, 2),
                              .state = (enum message_state)db_rows_int(r, 3),
                              .sender = arena_str(a, db_rows_text(r, 4)),
                              .recipient = (uint64_t)db_rows_int(r, 5),
                              .done_at_us = db_rows_int(r, 6),
                              .receipt = arena_str(a, db_rows_text(r, 7)),
                              .tag = arena_str(a, db_rows_text(r, 8)),
                              .parts = (uint32_t)db_rows_int(r, 9),
                              .credits = db_rows_int(r, 10)};
}

enum err store_ended_take(struct message_end **out, size_t *n, struct store_tx *tx)
{
#define COLUMNS                                                                             \
    "m.id, m.account_id, m.user_id, m.state, m.sender, m.recipient, m.done_at, m.receipt, " \
    "m.tag, m.parts, m.credits"
    static struct db_query get =
        DB_QUERY_MANY("SELECT " COLUMNS " FROM message AS m WHERE m.id = $1",
                      "SELECT " COLUMNS ", v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY "
                      "AS v (wanted, row) JOIN message AS m ON m.id = v.wanted");
#undef COLUMNS
    struct arena *a = tx->view.arena;
    size_t ended = count(tx->ended);
    size_t all = ended + count(tx->under_way);
    *n = 0;
    if (!all)
        return OK;
    int64_t *ids = ARENA_ARRAY(a, all, int64_t);
    list(ids, tx->ended, ended);
    list(&ids[ended], tx->under_way, all - ended);
    tx->ended = tx->under_way = NULL;
    *out = ARENA_ARRAY(a, all, struct message_end);
    struct db_rows rows = db_rows_many(tx->view.db, &get, store_id_args(a, ids, all), 1, all);
    while (db_rows_next(&rows)) {
        struct message_end *m = &(*out)[rows.row];
        read_end(m, &rows, a);
        if (rows.row >= ended && m->done_at_us)
            m->id = 0; /* told as an end */
        *n = rows.row + 1 > *n ? rows.row + 1 : *n;
    }
    return db_rows_close(&rows);
}

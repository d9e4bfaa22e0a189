/* SPDX-License-Identifier: Apache-2.0 */
#include "store/message.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "store/feed.h"
#include "store/id.h"
#include "store/list_order.h"
#include "store/message_ended.h"
#include "store/queue.h"
#include "store/rows.h"

#define COLUMNS                                                                                    \
    "id, account_id, user_id, carrier_id, state, sender, recipient, text, encoding, parts, "       \
    "class, marketing, tag, reference, credits, from_quota, created_at, due_at, expires_at, "      \
    "attempts, sent_at, done_at, carrier_ref, receipt, layout, conversation_id, origin, by_kind, " \
    "by_id"

/* ---- rows ---- */

/* message.layout: bits of its three members, lowest first. */
enum { MODE_BITS = 2, WIRE_BITS = 3, CHOICE_BITS = 2 };

static int64_t layout_number(struct text_layout l)
{
    return l.mode | l.wire << MODE_BITS | l.choice << (MODE_BITS + WIRE_BITS);
}

static struct text_layout layout_of(int64_t number)
{
    uint64_t bits = (uint64_t)number;
    return (struct text_layout){
        .mode = bits & ((1u << MODE_BITS) - 1),
        .wire = bits >> MODE_BITS & ((1u << WIRE_BITS) - 1),
        .choice = bits >> (MODE_BITS + WIRE_BITS) & ((1u << CHOICE_BITS) - 1),
    };
}

static void read_row(struct message *m, const struct db_rows *r, struct arena *a)
{
    *m = (struct message){
        .id = db_rows_int(r, 0),
        .account_id = db_rows_int(r, 1),
        .user_id = db_rows_int(r, 2),
        .carrier_id = db_rows_int(r, 3),
        .state = (enum message_state)db_rows_int(r, 4),
        .sender = arena_str(a, db_rows_text(r, 5)),
        .recipient = (uint64_t)db_rows_int(r, 6),
        .text = arena_str(a, db_rows_text(r, 7)),
        .encoding = (enum text_encoding)db_rows_int(r, 8),
        .parts = (uint32_t)db_rows_int(r, 9),
        .class = db_rows_is_null(r, 10) ? -1 : (int)db_rows_int(r, 10),
        .marketing = db_rows_int(r, 11) != 0,
        .tag = arena_str(a, db_rows_text(r, 12)),
        .reference = (uint16_t)db_rows_int(r, 13),
        .credits = db_rows_int(r, 14),
        .from_quota = db_rows_int(r, 15) != 0,
        .created_at_us = db_rows_int(r, 16),
        .due_at_us = db_rows_int(r, 17),
        .expires_at_us = db_rows_int(r, 18),
        .attempts = (uint32_t)db_rows_int(r, 19),
        .sent_at_us = db_rows_int(r, 20),
        .done_at_us = db_rows_int(r, 21),
        .carrier_ref = arena_str(a, db_rows_text(r, 22)),
        .receipt = arena_str(a, db_rows_text(r, 23)),
        .layout = layout_of(db_rows_int(r, 24)),
        .conversation_id = db_rows_int(r, 25),
        .origin = (enum message_origin)db_rows_int(r, 26),
        .by_kind = (enum message_asker)db_rows_int(r, 27),
        .by_id = db_rows_int(r, 28),
    };
}

bool store_is_young(const struct store_tx *tx, int64_t id)
{
    return id >= store_id_at(tx->now_us - STORE_YOUNG_S * SEC_US);
}

static enum err queue_waiting(struct store_tx *tx, const struct message *const *rows, size_t n)
{
    struct queued *waiting = ARENA_ARRAY(tx->view.arena, n, struct queued);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i]->state == MESSAGE_SCHEDULED || rows[i]->state == MESSAGE_QUEUED)
            waiting[count++] = (struct queued){.message_id = rows[i]->id,
                                               .carrier_id = rows[i]->carrier_id,
                                               .due_at_us = rows[i]->due_at_us,
                                               .state = rows[i]->state};
    return store_queue_put(tx, waiting, count);
}

static void note_accepted(struct store_tx *tx, const struct message *m)
{
    store_feed_note(
        tx, &(struct feed_note){.kind = m->state == MESSAGE_SCHEDULED ? FEED_ACCEPTED_SCHEDULED
                                        : m->state == MESSAGE_QUEUED  ? FEED_ACCEPTED_QUEUED
                                                                      : FEED_ACCEPTED,
                                .chat = m->conversation_id != 0,
                                .answer = m->origin == ORIGIN_ANSWER,
                                .account_id = m->account_id,
                                .id = m->id,
                                .carrier_id = m->carrier_id,
                                .spent = m->credits,
                                .phone = m->conversation_id ? m->recipient : 0});
}

enum err store_message_insert(struct store_tx *tx, const struct message *const *rows, size_t n)
{
    enum { COLUMNS_N = 25 };
#define INTO                                                                                     \
    "INSERT INTO message (id, account_id, user_id, carrier_id, state, sender, recipient, "       \
    "text, encoding, parts, class, marketing, tag, reference, credits, from_quota, created_at, " \
    "due_at, expires_at, claimed_by, layout, conversation_id, origin, by_kind, by_id) "
    static struct db_query insert = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
             "$18, $19, $20, $21, $22, $23, $24, $25)",
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::bigint[], $6::text[], $7::bigint[], $8::text[], $9::bigint[], $10::bigint[], "
             "$11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::bigint[], "
             "$16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], "
             "$21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[])");
#undef INTO
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct message *m = rows[i];
        const struct db_value row[COLUMNS_N] = {
            DB_INT(m->id),
            DB_INT(m->account_id),
            DB_INT(m->user_id),
            DB_INT(m->carrier_id),
            DB_INT(m->state),
            DB_TEXT(m->sender),
            DB_INT(m->recipient),
            DB_TEXT(m->text),
            DB_INT(m->encoding),
            DB_INT(m->parts),
            m->class < 0 ? DB_NULL : DB_INT(m->class),
            DB_INT(m->marketing),
            DB_TEXT_OR_NULL(m->tag),
            DB_INT(m->reference),
            DB_INT(m->credits),
            DB_INT(m->from_quota),
            DB_INT(m->created_at_us),
            DB_INT(m->due_at_us),
            DB_INT(m->expires_at_us),
            m->state == MESSAGE_SENDING ? DB_INT(tx->epoch) : DB_NULL,
            DB_INT(layout_number(m->layout)),
            m->conversation_id ? DB_INT(m->conversation_id) : DB_NULL,
            DB_INT(m->origin),
            m->by_kind ? DB_INT(m->by_kind) : DB_NULL,
            m->by_id ? DB_INT(m->by_id) : DB_NULL,
        };
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    enum err e = db_run_many(tx->view.db, &insert, args, COLUMNS_N, n, NULL);
    for (size_t i = 0; i < n && !e; i++)
        note_accepted(tx, rows[i]);
    return e ? e : queue_waiting(tx, rows, n);
}

enum err store_message_get(struct message *out, struct store_view *view, int64_t id)
{
    static struct db_query get = DB_QUERY("SELECT " COLUMNS " FROM message WHERE id = $1");
    struct db_rows rows = db_rows_open(view->db, &get, DB_ARGS(DB_INT(id)));
    bool found = db_rows_next(&rows);
    if (found)
        read_row(out, &rows, view->arena);
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_message_rows(struct message **out, struct store_view *view, const int64_t *ids,
                            size_t n)
{
    static struct db_query get =
        DB_QUERY_MANY("SELECT " COLUMNS " FROM message WHERE id = $1",
                      "SELECT " COLUMNS ", v.row FROM UNNEST($1::bigint[]) WITH ORDINALITY "
                      "AS v (wanted, row) JOIN message ON id = v.wanted");
    struct message *list = ARENA_ARRAY(view->arena, n + 1, struct message);
    struct db_rows rows = db_rows_many(view->db, &get, store_id_args(view->arena, ids, n), 1, n);
    while (db_rows_next(&rows))
        read_row(&list[rows.row], &rows, view->arena);
    *out = list;
    return db_rows_close(&rows);
}

enum err store_message_by_ids(struct message **out, size_t *n, struct store_view *view,
                              enum message_state state, const int64_t *ids, size_t ids_n)
{
    enum err e = store_message_rows(out, view, ids, ids_n);
    *n = 0;
    for (size_t i = 0; i < ids_n && !e; i++)
        if ((*out)[i].id && (*out)[i].state == state)
            (*out)[(*n)++] = (*out)[i];
    return e;
}

enum err store_message_sent(struct store_tx *tx, const struct message_sent *sent, size_t n)
{
    static struct db_query mark = DB_QUERY_MANY(
        "UPDATE message SET state = 4, sent_at = $2, carrier_ref = $3 WHERE id = $1 AND state = 3",
        "UPDATE message AS m SET state = 4, sent_at = v.sent_at, carrier_ref = v.carrier_ref "
        "FROM UNNEST($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY "
        "AS v (id, sent_at, carrier_ref, row) WHERE m.id = v.id AND m.state = 3 RETURNING v.row");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * 3, struct db_value);
    for (size_t i = 0; i < n; i++) {
        args[i * 3] = DB_INT(sent[i].id);
        args[i * 3 + 1] = DB_INT(sent[i].sent_at_us);
        args[i * 3 + 2] = DB_TEXT_OR_NULL(sent[i].carrier_ref);
    }
    int64_t *changed = ARENA_ARRAY(tx->view.arena, n, int64_t);
    enum err e = db_run_many(tx->view.db, &mark, args, 3, n, changed);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i])
            store_feed_note(tx, &(struct feed_note){.kind = FEED_SENT,
                                                    .chat = sent[i].chat,
                                                    .account_id = sent[i].account_id,
                                                    .id = sent[i].id,
                                                    .carrier_id = sent[i].carrier_id});
    return e;
}

/* For /metrics: a batch that is rolled back and run again counts again. */
static void count_final(enum message_state state, int64_t n)
{
    _Static_assert((int)MESSAGE_REFUSED - (int)MESSAGE_DELIVERED ==
                       (int)METRIC_FINAL_REFUSED - (int)METRIC_FINAL_DELIVERED,
                   "metric.def names the final states in the order of message_state.def");
    metric_add((enum metric)(METRIC_FINAL_DELIVERED + (state - MESSAGE_DELIVERED)), n);
}

static bool legal(const struct message_move *m)
{
    if (message_state_may(m->from, m->to) &&
        (message_state_final(m->to) || m->to == MESSAGE_IN_DOUBT))
        return true;
    log_error("illegal_move", "message=%lld from=%s to=%s", (long long)m->id,
              message_state_name(m->from), message_state_name(m->to));
    return false;
}

enum err store_message_move(struct store_tx *tx, const struct message_move *m, int64_t *changed)
{
    static struct db_query finish =
        DB_QUERY("UPDATE message SET state = $3, done_at = $4, receipt = COALESCE($5, receipt) "
                 "WHERE id = $1 AND state = $2");
    static struct db_query doubt =
        DB_QUERY("UPDATE message SET state = $3 WHERE id = $1 AND state = $2");
    struct db_value args[] = {DB_INT(m->id), DB_INT(m->from), DB_INT(m->to), DB_INT(m->at_us),
                              DB_TEXT_OR_NULL(m->receipt)};
    int64_t ignored = 0;
    int64_t *touched = changed ? changed : &ignored;
    if (!legal(m))
        return ERR_INTERNAL;
    log_debug("message_moves", "message=%lld from=%s to=%s", (long long)m->id,
              message_state_name(m->from), message_state_name(m->to));
    bool final = m->to != MESSAGE_IN_DOUBT;
    enum err e = final ? db_run(tx->view.db, &finish, args, 5, touched)
                       : db_run(tx->view.db, &doubt, args, 3, touched);
    if (e || !*touched)
        return e;
    store_feed_note(tx, &(struct feed_note){
                            .kind = feed_kind_of_state(m->to), .id = m->id, .word = m->receipt});
    if (final) {
        count_final(m->to, *touched);
        store_ended_note(tx, &m->id, 1);
    } else {
        store_list_moved(tx, &m->id, 1);
    }
    return OK;
}

static void note_finished(struct store_tx *tx, const struct message_finish *f)
{
    bool failed = f->to != MESSAGE_DELIVERED;
    count_final(f->to, 1);
    store_feed_note(tx, &(struct feed_note){.kind = feed_kind_of_state(f->to),
                                            .chat = f->chat,
                                            .account_id = f->account_id,
                                            .id = f->id,
                                            .carrier_id = f->carrier_id,
                                            .word = failed ? f->receipt : STR("")});
}

enum err store_message_finish_sent(struct store_tx *tx, const struct message_finish *rows, size_t n,
                                   int64_t *told)
{
    enum { COLUMNS_N = 6 };
    static struct db_query finish = DB_QUERY_MANY(
        "UPDATE message SET state = $3, done_at = $4, receipt = $5 "
        "WHERE id = $1 AND state = 4 AND carrier_ref IS NOT DISTINCT FROM $2 AND "
        "carrier_id = $6",
        "UPDATE message AS m SET state = v.state, done_at = v.done_at, receipt = v.receipt "
        "FROM UNNEST($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], "
        "$6::bigint[]) "
        "WITH ORDINALITY AS v (id, carrier_ref, state, done_at, receipt, carrier_id, row) "
        "WHERE m.id = v.id AND m.state = 4 AND m.carrier_ref IS NOT DISTINCT FROM v.carrier_ref "
        "AND m.carrier_id = v.carrier_id "
        "RETURNING v.row");
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    int64_t *changed = told ? told : ARENA_ARRAY(tx->view.arena, n, int64_t);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {
            DB_INT(rows[i].id),       DB_TEXT_OR_NULL(rows[i].carrier_ref),
            DB_INT(rows[i].to),       DB_INT(tx->now_us),
            DB_TEXT(rows[i].receipt), DB_INT(rows[i].carrier_id)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    enum err e = db_run_many(tx->view.db, &finish, args, COLUMNS_N, n, changed);
    for (size_t i = 0; i < n && !e; i++)
        if (changed[i])
            note_finished(tx, &rows[i]);
    if (!e)
        store_ended_note_changed(tx, rows, n, changed);
    return e;
}

enum err store_message_replan(struct store_tx *tx, const struct message *m)
{
    static struct db_query replan =
        DB_QUERY("UPDATE message SET text = $2, encoding = $3, parts = $4, layout = $5, "
                 "reference = $6 WHERE id = $1 AND state = 3");
    enum err e = store_list_leave(tx, LIST_PARTS, m->id);
    if (!e)
        e = db_run(tx->view.db, &replan,
                   DB_ARGS(DB_INT(m->id), DB_TEXT(m->text), DB_INT(m->encoding), DB_INT(m->parts),
                           DB_INT(layout_number(m->layout)), DB_INT(m->reference)),
                   NULL);
    return e ? e : store_list_enter(tx, LIST_PARTS, m->id);
}

enum err store_message_free_of_charge(struct store_tx *tx, int64_t id)
{
    static struct db_query zero = DB_QUERY("UPDATE message SET credits = 0 WHERE id = $1");
    enum err e = store_list_leave(tx, LIST_CREDITS, id);
    if (!e)
        e = db_run(tx->view.db, &zero, DB_ARGS(DB_INT(id)), NULL);
    return e ? e : store_list_enter(tx, LIST_CREDITS, id);
}

enum err store_message_receipt_note(struct store_tx *tx, int64_t id, struct str receipt)
{
    static struct db_query note =
        DB_QUERY("UPDATE message SET receipt = $2 WHERE id = $1 AND done_at IS NULL");
    return db_run(tx->view.db, &note, DB_ARGS(DB_INT(id), DB_TEXT(receipt)), NULL);
}

enum err store_highest_id(int64_t *id, struct store_view *view)
{
    static struct db_query highest =
        DB_QUERY("SELECT COALESCE(MAX(id), 0) FROM (SELECT MAX(id) AS id FROM message UNION ALL "
                 "SELECT MAX(id) FROM incoming UNION ALL SELECT MAX(id) FROM ledger) AS ids");
    struct db_rows rows = db_rows_open(view->db, &highest, DB_NO_ARGS);
    *id = db_rows_next(&rows) ? db_rows_int(&rows, 0) : 0;
    return db_rows_close(&rows);
}

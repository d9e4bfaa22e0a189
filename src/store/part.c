/* SPDX-License-Identifier: Apache-2.0 */
#include "store/message.h"
#include "store/rows.h"

enum err store_part_sent(struct store_tx *tx, const struct message_part *rows, size_t n)
{
    enum { COLUMNS_N = 5 };
#define INTO "INSERT INTO part (message_id, number, state, sent_at, carrier_ref) "
#define OR_CHANGE                                                             \
    "ON CONFLICT (message_id, number) DO UPDATE SET state = excluded.state, " \
    "sent_at = excluded.sent_at, carrier_ref = excluded.carrier_ref"
    static struct db_query put = DB_QUERY_MANY(
        INTO "VALUES ($1, $2, $3, $4, $5) " OR_CHANGE,
        INTO "SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], "
             "$5::text[]) " OR_CHANGE);
#undef INTO
#undef OR_CHANGE
    struct db_value *args = ARENA_ARRAY(tx->view.arena, n * COLUMNS_N, struct db_value);
    for (size_t i = 0; i < n; i++) {
        const struct db_value row[COLUMNS_N] = {DB_INT(rows[i].message_id), DB_INT(rows[i].number),
                                                DB_INT(rows[i].state), DB_INT(rows[i].sent_at_us),
                                                DB_TEXT_OR_NULL(rows[i].carrier_ref)};
        memcpy(&args[i * COLUMNS_N], row, sizeof(row));
    }
    return db_run_many(tx->view.db, &put, args, COLUMNS_N, n, NULL);
}

enum err store_part_done(struct store_tx *tx, const struct message_part *p, int64_t carrier_id)
{
    static struct db_query done =
        DB_QUERY("UPDATE part SET state = $3, done_at = $4, receipt = $5 "
                 "WHERE message_id = $1 AND number = $2 AND state = 4 AND "
                 "$6 = (SELECT carrier_id FROM message WHERE id = $1)");
    return db_run(tx->view.db, &done,
                  DB_ARGS(DB_INT(p->message_id), DB_INT(p->number), DB_INT(p->state),
                          DB_INT(p->done_at_us), DB_TEXT_OR_NULL(p->receipt), DB_INT(carrier_id)),
                  NULL);
}

enum err store_part_list(struct message_part **out, size_t *n, struct store_view *view,
                         int64_t message_id)
{
    static struct db_query list =
        DB_QUERY("SELECT number, state, sent_at, done_at, carrier_ref, receipt FROM part "
                 "WHERE message_id = $1 ORDER BY number");
    struct message_part *parts = ARENA_ARRAY(view->arena, TEXT_PARTS_MAX, struct message_part);
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(message_id)));
    size_t count = 0;
    while (count < TEXT_PARTS_MAX && db_rows_next(&rows))
        parts[count++] = (struct message_part){
            .message_id = message_id,
            .number = (uint32_t)db_rows_int(&rows, 0),
            .state = (enum message_state)db_rows_int(&rows, 1),
            .sent_at_us = db_rows_int(&rows, 2),
            .done_at_us = db_rows_int(&rows, 3),
            .carrier_ref = arena_str(view->arena, db_rows_text(&rows, 4)),
            .receipt = arena_str(view->arena, db_rows_text(&rows, 5)),
        };
    *out = parts;
    *n = count;
    return db_rows_close(&rows);
}

enum err store_part_lists(struct message_parts *out, struct store_view *view,
                          const int64_t *message_ids, size_t n)
{
    static struct db_query list =
        DB_QUERY_MANY("SELECT m.state, m.parts, m.carrier_id, m.account_id, m.conversation_id, "
                      "p.number, p.state, p.done_at, "
                      "p.receipt FROM message AS m "
                      "LEFT JOIN part AS p ON p.message_id = m.id WHERE m.id = $1 "
                      "ORDER BY p.number",
                      "SELECT m.state, m.parts, m.carrier_id, m.account_id, m.conversation_id, "
                      "p.number, p.state, p.done_at, "
                      "p.receipt, v.row "
                      "FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (id, row) "
                      "JOIN message AS m ON m.id = v.id "
                      "LEFT JOIN part AS p ON p.message_id = m.id ORDER BY p.number");
    memset(out, 0, n * sizeof(*out));
    struct db_rows rows =
        db_rows_many(view->db, &list, store_id_args(view->arena, message_ids, n), 1, n);
    while (db_rows_next(&rows)) {
        struct message_parts *m = &out[rows.row];
        if (!m->wanted) {
            m->state = (enum message_state)db_rows_int(&rows, 0);
            m->wanted = (uint32_t)db_rows_int(&rows, 1);
            m->carrier_id = db_rows_int(&rows, 2);
            m->account_id = db_rows_int(&rows, 3);
            m->chat = !db_rows_is_null(&rows, 4);
            m->rows = ARENA_ARRAY(view->arena, m->wanted, struct message_part);
        }
        if (m->n < m->wanted && !db_rows_is_null(&rows, 5))
            m->rows[m->n++] = (struct message_part){
                .message_id = message_ids[rows.row],
                .number = (uint32_t)db_rows_int(&rows, 5),
                .state = (enum message_state)db_rows_int(&rows, 6),
                .done_at_us = db_rows_int(&rows, 7),
                .receipt = arena_str(view->arena, db_rows_text(&rows, 8)),
            };
    }
    return db_rows_close(&rows);
}

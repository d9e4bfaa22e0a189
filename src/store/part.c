/* SPDX-License-Identifier: Apache-2.0 */
#include "store/message.h"

enum err store_part_sent(struct store_tx *tx, int64_t message_id, const struct message_part *p)
{
    static struct db_query put = DB_QUERY(
        "INSERT INTO part (message_id, number, state, sent_at, carrier_ref) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (message_id, number) DO UPDATE SET "
        "state = excluded.state, sent_at = excluded.sent_at, carrier_ref = excluded.carrier_ref");
    return db_run(tx->view.db, &put,
                  DB_ARGS(DB_INT(message_id), DB_INT(p->number), DB_INT(p->state),
                          DB_INT(p->sent_at_us), DB_TEXT_OR_NULL(p->carrier_ref)),
                  NULL);
}

enum err store_part_done(struct store_tx *tx, int64_t message_id, const struct message_part *p)
{
    static struct db_query done = DB_QUERY("UPDATE part SET state = $3, done_at = $4, receipt = $5 "
                                           "WHERE message_id = $1 AND number = $2");
    return db_run(tx->view.db, &done,
                  DB_ARGS(DB_INT(message_id), DB_INT(p->number), DB_INT(p->state),
                          DB_INT(p->done_at_us), DB_TEXT_OR_NULL(p->receipt)),
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

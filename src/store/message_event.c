/* SPDX-License-Identifier: Apache-2.0 */
#include "store/message.h"

enum { EVENTS_SHOWN = 200 };

enum err store_event_add(struct store_tx *tx, int64_t message_id, struct str kind,
                         struct str detail)
{
    static struct db_query add = DB_QUERY("INSERT INTO event (message_id, at, kind, detail) "
                                          "VALUES ($1, $2, $3, $4)");
    return db_run(tx->view.db, &add,
                  DB_ARGS(DB_INT(message_id), DB_INT(tx->now_us), DB_TEXT(kind), DB_TEXT(detail)),
                  NULL);
}

enum err store_event_list(struct message_event **out, size_t *n, struct store_view *view,
                          int64_t message_id)
{
    static struct db_query list = DB_QUERY("SELECT at, kind, detail FROM event "
                                           "WHERE message_id = $1 ORDER BY at LIMIT 200");
    struct message_event *events = ARENA_ARRAY(view->arena, EVENTS_SHOWN, struct message_event);
    struct db_rows rows = db_rows_open(view->db, &list, DB_ARGS(DB_INT(message_id)));
    size_t count = 0;
    while (count < EVENTS_SHOWN && db_rows_next(&rows))
        events[count++] = (struct message_event){
            .at_us = db_rows_int(&rows, 0),
            .kind = arena_str(view->arena, db_rows_text(&rows, 1)),
            .detail = arena_str(view->arena, db_rows_text(&rows, 2)),
        };
    *out = events;
    *n = count;
    return db_rows_close(&rows);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "store/status.h"

#include "base/clock.h"
#include "store/message.h"

enum err store_waiting(struct store_waiting *out, struct store_view *view)
{
    static struct db_query count = DB_QUERY("SELECT state, COUNT(*) FROM queue GROUP BY state");
    *out = (struct store_waiting){0};
    struct db_rows rows = db_rows_open(view->db, &count, DB_NO_ARGS);
    while (db_rows_next(&rows))
        if (db_rows_int(&rows, 0) == MESSAGE_QUEUED)
            out->queued = db_rows_int(&rows, 1);
        else if (db_rows_int(&rows, 0) == MESSAGE_SCHEDULED)
            out->scheduled = db_rows_int(&rows, 1);
    return db_rows_close(&rows);
}

static enum err places_of(int64_t *places, struct db *db, int64_t epoch)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM bind_place WHERE epoch = $1");
    struct db_rows rows = db_rows_open(db, &count, DB_ARGS(DB_INT(epoch)));
    while (db_rows_next(&rows))
        *places = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}

enum err store_lives(struct life **out, size_t *n, struct store_view *view)
{
    struct node *nodes;
    int64_t now_us = clock_now_us();
    enum err e = store_node_list(&nodes, n, view);
    if (!e)
        e = store_node_clock(&now_us, view->db);
    if (e)
        return e;
    *out = ARENA_ARRAY(view->arena, *n, struct life);
    for (size_t i = 0; i < *n && !e; i++) {
        bool late = db_shared(view->db) && nodes[i].lease_until_us <= now_us;
        struct life *life = &(*out)[i];
        *life = (struct life){.node = nodes[i]};
        life->state = nodes[i].fenced ? LIFE_ENDED : late ? LIFE_LATE : LIFE_RUNNING;
        e = places_of(&life->places, view->db, nodes[i].epoch);
    }
    return e;
}

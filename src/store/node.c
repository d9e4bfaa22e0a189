/* SPDX-License-Identifier: Apache-2.0 */
#include "store/node.h"

#include "base/clock.h"
#include "store/id.h"
#include "store/rows.h"

enum { REGISTER_KEY = 0x6e6f6465 }; /* of db_lock: one registration at a time */

static void read_node(void *item, const struct db_rows *r, struct arena *a)
{
    *(struct node *)item = (struct node){
        .epoch = db_rows_int(r, 0),
        .number = (unsigned)db_rows_int(r, 1),
        .name = arena_str(a, db_rows_text(r, 2)),
        .lease_until_us = db_rows_int(r, 3),
        .started_at_us = db_rows_int(r, 4),
        .commits = db_rows_int(r, 5),
        .fenced = db_rows_int(r, 6) != 0,
    };
}

enum err store_node_list(struct node **out, size_t *n, struct store_view *view)
{
    static struct db_query list = DB_QUERY("SELECT epoch, number, name, lease_until, started_at, "
                                           "commits, fenced FROM node ORDER BY number");
    struct db_rows rows = db_rows_open(view->db, &list, DB_NO_ARGS);
    return store_rows_all((void **)out, n, &rows, view->arena, sizeof(**out), read_node);
}

/* ---- beginning and end of a life ---- */

static enum err next_epoch(int64_t *epoch, struct store_tx *tx)
{
    static struct db_query next =
        DB_QUERY("INSERT INTO setting (name, value) VALUES ('epochs', 1) "
                 "ON CONFLICT (name) DO UPDATE SET value = setting.value + 1 RETURNING value");
    struct db_rows rows = db_rows_open(tx->view.db, &next, DB_NO_ARGS);
    while (db_rows_next(&rows))
        *epoch = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}

/* Lives of which the caller knows that they are over. */
static enum err fence_dead(struct store_tx *tx, struct str name)
{
    static struct db_query of_name = DB_QUERY("UPDATE node SET fenced = 1 WHERE name = $1");
    static struct db_query all = DB_QUERY("UPDATE node SET fenced = 1");
    return db_shared(tx->view.db) ? db_run(tx->view.db, &of_name, DB_ARGS(DB_TEXT(name)), NULL)
                                  : db_run(tx->view.db, &all, DB_NO_ARGS, NULL);
}

static enum err choose_number(unsigned *number, struct store_tx *tx, int wanted)
{
    struct node *lives;
    size_t n;
    bool taken[STORE_NODES] = {false};
    enum err e = store_node_list(&lives, &n, &tx->view);
    if (e)
        return e;
    for (size_t i = 0; i < n; i++)
        taken[lives[i].number % STORE_NODES] |= !lives[i].fenced;
    for (unsigned k = 0; k < STORE_NODES; k++)
        if (!taken[k] && (wanted == NODE_ANY_NUMBER || k == (unsigned)wanted)) {
            *number = k;
            return OK;
        }
    return wanted == NODE_ANY_NUMBER ? ERR_LIMIT : ERR_CONFLICT;
}

enum err store_node_register(struct node *out, struct store_tx *tx, struct str name, int number)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO node (epoch, number, name, lease_until, started_at, commits, fenced) "
                 "VALUES ($1, $2, $3, $4, $5, 0, 0)");
    *out = (struct node){.name = name,
                         .started_at_us = tx->now_us,
                         .lease_until_us = tx->now_us + NODE_LEASE_S * SEC_US};
    enum err e = db_lock(tx->view.db, REGISTER_KEY);
    if (!e)
        e = fence_dead(tx, name);
    if (!e)
        e = choose_number(&out->number, tx, number);
    if (!e)
        e = next_epoch(&out->epoch, tx);
    return e ? e
             : db_run(tx->view.db, &insert,
                      DB_ARGS(DB_INT(out->epoch), DB_INT(out->number), DB_TEXT(name),
                              DB_INT(out->lease_until_us), DB_INT(out->started_at_us)),
                      NULL);
}

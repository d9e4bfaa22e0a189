/* SPDX-License-Identifier: Apache-2.0 */
#include "store/node.h"

#include "base/clock.h"
#include "store/id.h"
#include "store/rows.h"

enum {
    REGISTER_KEY = 0x6e6f6465, /* of db_lock: one registration at a time */
    SILENT_S = 4 * NODE_LEASE_S
};

/* The clock of a shared database, in microseconds. */
#define CLOCK_US "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint"

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

/* Lives of which the caller knows that they are over: those of its name; and when the operator has
 * given it a number, whoever had it and has been silent for long. */
static enum err fence_dead(struct store_tx *tx, struct str name, int number)
{
    static struct db_query here = DB_QUERY("UPDATE node SET fenced = 1 WHERE fenced = 0 AND "
                                           "(name = $1 OR (number = $2 AND lease_until < $3))");
    static struct db_query all = DB_QUERY("UPDATE node SET fenced = 1");
    int64_t silent_since_us = tx->now_us - SILENT_S * SEC_US;
    return db_shared(tx->view.db)
               ? db_run(tx->view.db, &here,
                        DB_ARGS(DB_TEXT(name), DB_INT(number), DB_INT(silent_since_us)), NULL)
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

enum err store_node_clock(int64_t *now_us, struct db *db)
{
    static struct db_query clock = DB_QUERY("SELECT " CLOCK_US);
    if (!db_shared(db))
        return OK;
    struct db_rows rows = db_rows_open(db, &clock, DB_NO_ARGS);
    while (db_rows_next(&rows))
        *now_us = db_rows_int(&rows, 0);
    return db_rows_close(&rows);
}

enum err store_node_register(struct node *out, struct store_tx *tx, struct str name, int number)
{
    static struct db_query insert =
        DB_QUERY("INSERT INTO node (epoch, number, name, lease_until, started_at, commits, fenced) "
                 "VALUES ($1, $2, $3, $4, $5, 0, 0)");
    enum err e = db_lock(tx->view.db, REGISTER_KEY);
    if (!e)
        e = store_node_clock(&tx->now_us, tx->view.db);
    *out = (struct node){.name = name,
                         .started_at_us = tx->now_us,
                         .lease_until_us = tx->now_us + NODE_LEASE_S * SEC_US};
    if (!e)
        e = fence_dead(tx, name, number);
    if (!e)
        e = choose_number(&out->number, tx, number);
    if (!e)
        e = store_setting_raise(&out->epoch, tx, STR("epochs"));
    return e ? e
             : db_run(tx->view.db, &insert,
                      DB_ARGS(DB_INT(out->epoch), DB_INT(out->number), DB_TEXT(name),
                              DB_INT(out->lease_until_us), DB_INT(out->started_at_us)),
                      NULL);
}

enum err store_node_leave(struct store_tx *tx)
{
    static struct db_query leave = DB_QUERY("UPDATE node SET fenced = 1 WHERE epoch = $1");
    return db_run(tx->view.db, &leave, DB_ARGS(DB_INT(tx->epoch)), NULL);
}

/* ---- transactions of a life ---- */

enum err store_node_enter(int64_t *commits, struct store_tx *tx)
{
    static struct db_query enter =
        DB_QUERY("UPDATE node SET commits = commits + 1, lease_until = " CLOCK_US " + $2 "
                 "WHERE epoch = $1 AND fenced = 0 RETURNING commits, lease_until - $2");
    struct db_rows rows = db_rows_open(tx->view.db, &enter,
                                       DB_ARGS(DB_INT(tx->epoch), DB_INT(NODE_LEASE_S * SEC_US)));
    bool alive = false;
    while (db_rows_next(&rows)) {
        alive = true;
        *commits = db_rows_int(&rows, 0);
        tx->now_us = db_rows_int(&rows, 1);
    }
    enum err e = db_rows_close(&rows);
    return e ? e : alive ? OK : ERR_FENCED;
}

enum err store_node_committed(bool *committed, struct db *db, int64_t epoch, int64_t commits)
{
    /* The lock waits for the backend that may still be working on the lost commit. */
    static struct db_query ask = DB_QUERY("SELECT commits FROM node WHERE epoch = $1 FOR UPDATE");
    enum err e = db_begin(db);
    if (e)
        return e;
    struct db_rows rows = db_rows_open(db, &ask, DB_ARGS(DB_INT(epoch)));
    bool found = false;
    while (db_rows_next(&rows)) {
        found = true;
        *committed = db_rows_int(&rows, 0) >= commits;
    }
    e = db_rows_close(&rows);
    /* Not a rollback, which waits for nobody: what stands on one server alone may still be lost. */
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    return e ? e : found ? OK : ERR_FENCED;
}

/* ---- take-over ---- */

enum err store_node_fence_late(int64_t *fenced, struct store_tx *tx)
{
    static struct db_query fence =
        DB_QUERY("UPDATE node SET fenced = 1 WHERE epoch IN (SELECT epoch FROM node "
                 "WHERE fenced = 0 AND lease_until < $1 FOR UPDATE SKIP LOCKED)");
    return db_run(tx->view.db, &fence, DB_ARGS(DB_INT(tx->now_us)), fenced);
}

enum err store_node_to_recover(int64_t *epoch, struct store_tx *tx)
{
    static struct db_query fenced =
        DB_QUERY("SELECT epoch FROM node WHERE fenced = 1 ORDER BY epoch LIMIT 1 {skip_locked}");
    struct db_rows rows = db_rows_open(tx->view.db, &fenced, DB_NO_ARGS);
    bool found = false;
    while (db_rows_next(&rows)) {
        found = true;
        *epoch = db_rows_int(&rows, 0);
    }
    enum err e = db_rows_close(&rows);
    return e ? e : found ? OK : ERR_NOT_FOUND;
}

enum err store_node_forget(struct store_tx *tx, int64_t epoch)
{
    static struct db_query forget = DB_QUERY("DELETE FROM node WHERE epoch = $1 AND fenced = 1");
    return db_run(tx->view.db, &forget, DB_ARGS(DB_INT(epoch)), NULL);
}

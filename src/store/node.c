/* SPDX-License-Identifier: Apache-2.0 */
#include "store/node.h"

#include "base/clock.h"

enum err store_node_register(int64_t *epoch, struct store_tx *tx, int64_t node_id, bool alone)
{
    static struct db_query take =
        DB_QUERY("INSERT INTO node (id, epoch, lease_until, started_at) VALUES ($1, 1, $2, $3) "
                 "ON CONFLICT (id) DO UPDATE SET epoch = node.epoch + 1, "
                 "lease_until = excluded.lease_until, started_at = excluded.started_at "
                 "WHERE $4 = 1 OR node.lease_until < $3 RETURNING epoch");
    struct db_rows rows =
        db_rows_open(tx->view.db, &take,
                     DB_ARGS(DB_INT(node_id), DB_INT(tx->now_us + NODE_LEASE_S * SEC_US),
                             DB_INT(tx->now_us), DB_INT(alone)));
    bool taken = db_rows_next(&rows);
    /* Several nodes never share an epoch. */
    int64_t number = taken ? db_rows_int(&rows, 0) : 0;
    while (taken && db_rows_next(&rows))
        ;
    *epoch = number * 32 + node_id;
    enum err e = db_rows_close(&rows);
    return e ? e : taken ? OK : ERR_CONFLICT;
}

enum err store_node_renew(struct store_tx *tx, int64_t node_id, int64_t epoch)
{
    static struct db_query renew = DB_QUERY("UPDATE node SET lease_until = $3 WHERE id = $1 AND "
                                            "epoch * 32 + id = $2");
    int64_t changed = 0;
    enum err e =
        db_run(tx->view.db, &renew,
               DB_ARGS(DB_INT(node_id), DB_INT(epoch), DB_INT(tx->now_us + NODE_LEASE_S * SEC_US)),
               &changed);
    return e ? e : changed ? OK : ERR_CONFLICT;
}

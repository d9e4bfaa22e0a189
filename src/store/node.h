/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/node: the nodes that serve one database. A row is one *life* of a node, from its start to
 * its end or to its take-over by others:
 *
 *   epoch        its name on all that it claims (message, queue, bind_place); never used again
 *   number       0 to STORE_NODES-1, unique among those that are not fenced: its place in ids
 *   lease_until  when nobody takes over, by the database's clock
 *   commits      how many transactions it has committed
 *   fenced       it was taken over: nothing of this life is committed any more
 *
 * On a shared database every transaction of the writer begins with store_node_enter: it renews the
 * lease, locks the row against a take-over and numbers the commit. A life whose lease has run out
 * is fenced by any other node; what it claimed is recovered in slices by whoever comes; the row
 * goes when nothing is left. On an engine of one process all other lives are dead by definition.
 *
 * Threads: the writer's, except where a view or db is taken.
 */
#ifndef NAVETTE_STORE_NODE_H
#define NAVETTE_STORE_NODE_H

#include "store/store.h"

enum { NODE_LEASE_S = 6, NODE_NAME_MAX = 600, NODE_ANY_NUMBER = -1 };

struct node {
    int64_t epoch;
    unsigned number;
    struct str name; /* host and data directory: the same installation started again has it again */
    int64_t lease_until_us;
    int64_t started_at_us;
    int64_t commits;
    bool fenced;
};

/*
 * Begins a life, and sets tx->now_us on a shared database. The caller's lock on its data directory
 * proves that an earlier life of the same name is dead: it is fenced at once. `number`:
 * NODE_ANY_NUMBER takes the lowest free one. ERR_CONFLICT: another life has this number. ERR_LIMIT:
 * all numbers are taken.
 */
enum err store_node_register(struct node *out, struct store_tx *tx, struct str name,
                             int number) MUST_CHECK;

/* Begins a transaction of life tx->epoch: sets tx->now_us; *commits is its number, if it commits.
 * ERR_FENCED. Only on a shared database. */
enum err store_node_enter(int64_t *commits, struct store_tx *tx) MUST_CHECK;
/*
 * What became of the transaction with this number, whose commit was never answered? Waits until it
 * is no longer open; then the count in the row tells, whether the life was fenced since or not: it
 * was raised by that very transaction, and by none after it. ERR_FENCED: the row is gone, nobody
 * can tell any more.
 */
enum err store_node_committed(bool *committed, struct db *db, int64_t epoch,
                              int64_t commits) MUST_CHECK;

/* This life ends by itself: others need not wait for its lease. */
enum err store_node_leave(struct store_tx *tx) MUST_CHECK;
/* Fences the lives whose lease has run out, but for those in the middle of a transaction; how many.
 * Only on a shared database. */
enum err store_node_fence_late(int64_t *fenced, struct store_tx *tx) MUST_CHECK;
/* A fenced life that nobody else recovers in this moment; ERR_NOT_FOUND. Its own until the end of
 * the transaction. */
enum err store_node_to_recover(int64_t *epoch, struct store_tx *tx) MUST_CHECK;
/* Nothing claimed by it is left. */
enum err store_node_forget(struct store_tx *tx, int64_t epoch) MUST_CHECK;

/* By which leases run: the database's. On an engine of one process the caller's is as good, and
 * *now_us stays as it is. */
enum err store_node_clock(int64_t *now_us, struct db *db) MUST_CHECK;
/* All lives, by number. */
enum err store_node_list(struct node **out, size_t *n, struct store_view *view) MUST_CHECK;

#endif

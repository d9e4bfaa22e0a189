/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/node: who serves this database. A node holds a lease, renewed by the clock; its epoch is
 * new at each start and stands on what it claims, so what a dead process claimed is told apart.
 */
#ifndef NAVETTE_STORE_NODE_H
#define NAVETTE_STORE_NODE_H

#include "store/store.h"

enum { NODE_LEASE_S = 10 };

/* Takes the node's place under a fresh epoch. ERR_CONFLICT while another process's lease runs and
 * `alone` is false; alone says that a lock proves that no such process lives. */
enum err store_node_register(int64_t *epoch, struct store_tx *tx, int64_t node_id,
                             bool alone) MUST_CHECK;
/* ERR_CONFLICT when the lease was taken over: this node must stop sending. */
enum err store_node_renew(struct store_tx *tx, int64_t node_id, int64_t epoch) MUST_CHECK;

#endif

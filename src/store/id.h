/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/id: the numbers of our rows: 53 bits (exact in JavaScript), ordered by time, made by us.
 *
 *   41 bits milliseconds since 2026-01-01 UTC | 5 bits node | 7 bits counter
 *
 * A node that needs more than 128 in a millisecond borrows from the next one. Never goes back,
 * whatever the wall clock does, nor below what the database holds. On a shared database ids follow
 * its clock, so that they tell the age of a row to every node alike.
 * Threads: all.
 */
#ifndef NAVETTE_STORE_ID_H
#define NAVETTE_STORE_ID_H

#include <stdint.h>

enum { STORE_NODES = 32 };

/* Before the first id: this node, and what the database holds already. */
void store_id_begin(unsigned node, int64_t highest_used);
/* The database's clock reads this now: ids are made by it from here on. */
void store_id_follow(int64_t db_now_us);
int64_t store_id_next(void);

/* The least id that a row made at this instant could have; and back, to the millisecond. */
int64_t store_id_at(int64_t at_us);
int64_t store_id_time_us(int64_t id);
/* Whose number stands in it. */
unsigned store_id_node(int64_t id);

#endif

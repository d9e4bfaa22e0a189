/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/reference: which message a carrier's id stands for, and receipts that came too early.
 *
 * A receipt finds its message through a bounded map in memory first; behind it stands
 * reference_index, which the clock fills in bulk up to setting 'indexed' (store/sweep). A message
 * below that mark that is sent late is indexed in the commit that marks it sent. The map is a
 * memory of hints and may have forgotten: a receipt that finds nothing is kept as an early one and
 * joined when its message is marked sent or indexed.
 * Threads: the writer's only.
 */
#ifndef NAVETTE_STORE_REFERENCE_H
#define NAVETTE_STORE_REFERENCE_H

#include "store/message_state.h"
#include "store/store.h"

enum { EARLY_RECEIPTS_MAX = 100000 };

struct reference {
    int64_t carrier_id;
    struct str carrier_ref;
    int64_t message_id;
    uint32_t part; /* 1 …; 0 for a message of one part */
};

struct references; /* the map, and what is known of the two tables */

/* Reads the mark, the number of early receipts, and what is not indexed yet back into the map. */
enum err store_references_new(struct references **out, struct store_view *view) MUST_CHECK;
void store_references_free(struct references *r);

/* The carrier answered with its id. */
enum err store_reference_add(struct references *r, struct store_tx *tx,
                             const struct reference *ref) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_reference_find(struct reference *out, struct references *r, struct store_view *view,
                              int64_t carrier_id, struct str carrier_ref) MUST_CHECK;
/* Nothing more is expected for it. */
enum err store_reference_drop(struct references *r, struct store_tx *tx,
                              const struct reference *ref) MUST_CHECK;
/* In bulk, sorted here; the mark moves to `indexed_to`. */
enum err store_reference_index(struct references *r, struct store_tx *tx, struct reference *refs,
                               size_t n, int64_t indexed_to) MUST_CHECK;

struct early_receipt {
    int64_t id;
    int64_t carrier_id;
    struct str carrier_ref;
    enum message_state state;
    struct str receipt;
    int64_t received_at_us;
};
/* ERR_LIMIT above EARLY_RECEIPTS_MAX. */
enum err store_early_add(struct references *r, struct store_tx *tx,
                         const struct early_receipt *e) MUST_CHECK;
/* Takes those of one carrier id out, oldest first. Costs nothing while there are none at all. */
enum err store_early_take(struct early_receipt **out, size_t *n, struct references *r,
                          struct store_tx *tx, int64_t carrier_id,
                          struct str carrier_ref) MUST_CHECK;
/* Forgets those received before; how many. */
enum err store_early_forget(int64_t *forgotten, struct references *r, struct store_tx *tx,
                            int64_t before_us) MUST_CHECK;

#endif

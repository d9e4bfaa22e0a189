/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/reference: which message a carrier's id stands for, and receipts that came too early.
 *
 * A receipt finds its message through a bounded map in memory first; behind it stands
 * reference_index. The clock fills it in bulk up to setting 'indexed' (store/sweep), which never
 * reaches young messages (store_is_young); one that is sent when it is no longer young is indexed
 * in the commit that marks it sent, and so is every one of a carrier that other nodes are bound to.
 * The map is a memory of hints, of this node only, and may have forgotten: a receipt that finds
 * nothing is kept as an early one and joined when its message is marked sent or indexed. Threads:
 * the writer's only.
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
    bool shared;   /* other nodes are bound to the carrier: memory alone does not do */
    uint32_t turn; /* of this node at the carrier: memory of another one does not count */
};

struct references; /* the map, and how many early receipts there are */

/* Reads the number of early receipts, and what is not indexed yet back into the map. */
enum err store_references_new(struct references **out, struct store_view *view) MUST_CHECK;
void store_references_free(struct references *r);

/* The carrier answered with its ids. */
enum err store_reference_add(struct references *r, struct store_tx *tx,
                             const struct reference *refs, size_t n) MUST_CHECK;
/* Of carrier_id and carrier_ref, fills in message_id and part; message_id 0: nothing is known. */
enum err store_reference_find(struct references *r, struct store_view *view, struct reference *refs,
                              size_t n) MUST_CHECK;
/* Nothing more is expected for them. */
enum err store_reference_drop(struct references *r, struct store_tx *tx,
                              const struct reference *refs, size_t n) MUST_CHECK;
/* Whatever their age. A carrier may use an id again: the newest message has it. */
enum err store_reference_index(struct store_tx *tx, const struct reference *refs,
                               size_t n) MUST_CHECK;

/* Goes round the index, a slice a call, and drops what nobody waits for any more: ids of messages
 * that ended without a receipt of theirs, or are gone. Parts of a long message that has ended may
 * still have their own receipts, until `parts_before_us` is later than that end. How many it
 * dropped. */
enum err store_reference_tidy(int64_t *dropped, struct references *r, struct store_tx *tx,
                              int64_t parts_before_us, size_t limit) MUST_CHECK;

struct early_receipt {
    int64_t id;
    int64_t carrier_id;
    struct str carrier_ref;
    enum message_state state;
    struct str receipt;
    int64_t received_at_us;
    size_t nth; /* store_early_take: of which reference */
};
/* ERR_LIMIT above EARLY_RECEIPTS_MAX. */
enum err store_early_add(struct references *r, struct store_tx *tx,
                         const struct early_receipt *e) MUST_CHECK;
/* Takes those of these carriers' ids out; of one id, oldest first. Costs nothing while there are
 * none at all, but for shared carriers, where other nodes put some too. */
enum err store_early_take(struct early_receipt **out, size_t *n, struct references *r,
                          struct store_tx *tx, const struct reference *refs,
                          size_t refs_n) MUST_CHECK;
/* Counts them again: the number in memory is too high after some were taken, and on a shared
 * database other nodes add some too. */
enum err store_early_count(struct references *r, struct store_view *view) MUST_CHECK;
/* References of receipts received since, which the index knows by now: on several nodes a receipt
 * and the answer that names its message may pass each other. At most `limit`. */
enum err store_early_known(struct reference **out, size_t *n, struct references *r,
                           struct store_tx *tx, int64_t since_us, size_t limit) MUST_CHECK;
/* Forgets those received before; how many. */
enum err store_early_forget(int64_t *forgotten, struct references *r, struct store_tx *tx,
                            int64_t before_us) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/sweep: the clock's passes over messages in the order of their ids.
 *
 * Two marks in `setting` move forward only. 'indexed': everything up to it stands in
 * recipient_index, what waits for a receipt in reference_index, and what is SENDING in queue.
 * 'swept': everything up to it that was still open has a straggler row, which says when to look
 * again. So a message that never ends is found without any index on open messages.
 */
#ifndef NAVETTE_STORE_SWEEP_H
#define NAVETTE_STORE_SWEEP_H

#include "store/message.h"
#include "store/reference.h"

/* The passes are one node's at a time: *mine is false while another node is at them. Until the
 * transaction ends. */
enum err store_passes_begin(bool *mine, struct store_tx *tx) MUST_CHECK;

/* What one call did; lives in the transaction's arena. */
struct index_slice {
    size_t seen; /* messages */
    struct reference *refs;
    size_t refs_n;
};
/* Indexes the next slice of messages made before `before_us`, at most `limit`; `before_us` must
 * leave out young ones, also by the clock of any transaction that is still open. Early receipts of
 * the references are the caller's to join. */
enum err store_index_slice(struct index_slice *out, struct store_tx *tx, int64_t before_us,
                           size_t limit) MUST_CHECK;

/* Sweeps the next slice of messages made before `before_us`; how many it saw. */
enum err store_sweep_slice(size_t *seen, struct store_tx *tx, int64_t before_us,
                           size_t limit) MUST_CHECK;

/* For one whose validity ends before the sweep would come by. */
enum err store_straggler_put(struct store_tx *tx, int64_t message_id,
                             int64_t check_at_us) MUST_CHECK;
struct straggler {
    int64_t message_id;
    int64_t check_at_us;
};
/* To be looked at by then; sooner, if it is one already. Each once. */
enum err store_stragglers_sooner(struct store_tx *tx, const struct straggler *rows,
                                 size_t n) MUST_CHECK;
enum err store_stragglers_drop(struct store_tx *tx, const int64_t *message_ids,
                               size_t n) MUST_CHECK;
enum err store_straggler_drop(struct store_tx *tx, int64_t message_id) MUST_CHECK;
/* Ids to look at now, but for those that another node is looking at. */
enum err store_straggler_due(int64_t **ids, size_t *n, struct store_tx *tx,
                             size_t limit) MUST_CHECK;

/* The newest message to a phone through a carrier, up to mark 'indexed'; ERR_NOT_FOUND. When
 * `sender` is not empty, one from that sender is preferred. */
enum err store_message_latest_to(struct message *out, struct store_view *view, uint64_t recipient,
                                 int64_t carrier_id, struct str sender) MUST_CHECK;

/* The newest above mark 'indexed' that has left or is about to; as store_message_latest_to. */
enum err store_message_latest_unindexed(struct message *out, struct store_view *view,
                                        uint64_t recipient, int64_t carrier_id,
                                        struct str sender) MUST_CHECK;

/* Each message above mark 'indexed', oldest first; of it only id, recipient,
 * carrier_id, sender and state are told. */
enum err store_message_unindexed(struct store_view *view,
                                 void (*each)(void *ctx, const struct message *m),
                                 void *ctx) MUST_CHECK;

#endif

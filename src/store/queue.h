/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/queue: what waits or is claimed, beside the messages, so that a message's own row carries
 * no index on its state.
 *
 *   SCHEDULED, QUEUED   always have a row here, of the same state
 *   SENDING             has one, with the claim, when it was taken from here or is no longer young
 *                       (store_is_young); accepted straight into SENDING it has none at first: the
 *                       clock's pass writes it when it comes by and finds the message still SENDING
 *
 * Law: whoever moves a SCHEDULED or QUEUED message changes its row here first, then the message:
 * the row is what several nodes meet at. A SENDING message is moved only by the life that claimed
 * it (or by who recovers that life): the message first, then the row, so that the clock's pass,
 * which holds the message while it writes the row, is never missed. Threads: the writer's, except
 * where a view is taken.
 */
#ifndef NAVETTE_STORE_QUEUE_H
#define NAVETTE_STORE_QUEUE_H

#include "store/message.h"

struct queued {
    int64_t message_id;
    int64_t carrier_id;
    int64_t due_at_us;
    enum message_state state; /* SCHEDULED, QUEUED or SENDING */
    int64_t claimed_by;       /* an epoch when SENDING; else 0 */
};

/* New rows, or the new state of those that are there; each message once. */
enum err store_queue_put(struct store_tx *tx, const struct queued *rows, size_t n) MUST_CHECK;
/* The messages left the queue: sent, or at an end. */
enum err store_queue_drop(struct store_tx *tx, const int64_t *message_ids, size_t n) MUST_CHECK;
/* Takes a SCHEDULED or QUEUED message out for who means to end it; ERR_NOT_FOUND when it is not
 * there any more (another node was quicker). */
enum err store_queue_seize(struct store_tx *tx, int64_t message_id) MUST_CHECK;

/* The oldest QUEUED that are due for a carrier become SENDING, claimed by this life: here and in
 * their messages, which are given back. Passes by what other nodes are taking. */
enum err store_queue_take(struct message **out, size_t *n, struct store_tx *tx, int64_t carrier_id,
                          size_t limit) MUST_CHECK;

/* QUEUED for a carrier behind a place in its queue (due_at_us, id), in order, but for those that
 * another node is changing; held until the transaction ends. */
enum err store_queue_waiting(struct message **out, size_t *n, struct store_tx *tx,
                             int64_t carrier_id, int64_t after_due_us, int64_t after_id,
                             size_t limit) MUST_CHECK;

struct queue_return {
    int64_t message_id;
    int64_t carrier_id;
    enum message_state from; /* SENDING or IN_DOUBT */
    int64_t due_at_us;
    bool attempted; /* this was one more attempt */
};
/* They become QUEUED again: their messages, and here. What is no longer `from` is left alone. */
enum err store_queue_return(struct store_tx *tx, const struct queue_return *rows,
                            size_t n) MUST_CHECK;

struct queue_postpone {
    int64_t message_id;
    int64_t carrier_id;
    enum message_state to; /* SCHEDULED or QUEUED */
    int64_t due_at_us;
    int64_t expires_at_us;
};
/* SENDING of which nothing has left wait for a later time: their messages, and here. Each message
 * once; what is no longer SENDING is left alone. */
enum err store_queue_postpone(struct store_tx *tx, const struct queue_postpone *rows,
                              size_t n) MUST_CHECK;

/* SCHEDULED whose time has come become QUEUED, here and in their messages; how many. */
enum err store_queue_due(int64_t *moved, struct store_tx *tx, size_t limit) MUST_CHECK;
/* SENDING messages that a life claimed, wherever that is written; at most `limit`, by id. */
enum err store_queue_claimed(struct message **out, size_t *n, struct store_tx *tx, int64_t epoch,
                             size_t limit) MUST_CHECK;
/* For the clock's pass: writes a row for each of these messages that is SENDING. *held (one for
 * each) is false where another node is changing it or it has left SENDING: look again later. */
enum err store_queue_note(bool *held, struct store_tx *tx, const int64_t *message_ids,
                          size_t n) MUST_CHECK;
/* No message is SENDING for this life any more: rows that passed their message's end by go too. */
enum err store_queue_forget(struct store_tx *tx, int64_t epoch) MUST_CHECK;
/* QUEUED for a carrier; 0 for carrier_id means all. */
enum err store_queue_length(int64_t *count, struct store_view *view, int64_t carrier_id) MUST_CHECK;
struct queue_glance {
    int64_t waiting;          /* QUEUED; no more than `most` + 1 are counted */
    int64_t oldest_due_at_us; /* 0: none waits */
};
/* The same of one carrier in a time that does not grow with the queue. */
enum err store_queue_glance(struct queue_glance *out, struct store_view *view, int64_t carrier_id,
                            int64_t most) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/list_order: the orders in which lists of an account can be walked, beside that of time.
 *
 * A row for each message and order, filled in bulk behind setting 'listed' (of incoming:
 * 'listed_incoming'), so that what every message touches carries no index for it. Up to the mark
 * each message has a row under its present keys: who changes a key of one that is not young (see
 * store/store.h) writes the new row himself. A row under keys that are no longer true may stay:
 * who walks an order looks at the message too. What is above the mark is read as it is, and sorted.
 *
 * Queued, sending and sent share a key: a message that goes through them leaves its row alone.
 */
#ifndef NAVETTE_STORE_LIST_ORDER_H
#define NAVETTE_STORE_LIST_ORDER_H

#include "store/message.h"

/* The numbers stand in the database. LIST_TIME has no rows: ids follow the time. */
enum list_by {
    LIST_TIME = 0,
    LIST_RECIPIENT = 1,
    LIST_SENDER = 2,
    LIST_STATE = 3,
    LIST_PARTS = 4,
    LIST_CREDITS = 5,
    LIST_PHONE = 6, /* this and those that follow: of incoming */
    LIST_NUMBER = 7,
    LIST_STANDING = 8,
    LIST_TAG = 9 /* of messages that have one */
};

struct list_key {
    int64_t first;
    int64_t second; /* of texts; else 0 */
};

/* Sorts as the first 16 bytes of the text do. */
struct list_key list_key_text(struct str s);
/* Its first and its last 8 bytes: tags are found by it, not sorted. */
struct list_key list_key_tag(struct str tag);
/* Queued, sending and sent: 0. Others: their number. */
struct list_key list_key_state(enum message_state state);
static inline struct list_key list_key_number(int64_t v)
{
    return (struct list_key){.first = v};
}

/* Up to which id messages, or incoming, stand in the orders. */
enum err store_list_mark(int64_t *id, struct store_view *view, bool incoming) MUST_CHECK;

/* The next slice of messages, then of incoming, made before `before_us`, at most `limit` in all.
 * As store_index_slice; one node's at a time. */
enum err store_list_slice(size_t *seen, struct store_tx *tx, int64_t before_us,
                          size_t limit) MUST_CHECK;

/* Before and after a change of parts or credits of a message. */
enum err store_list_leave(struct store_tx *tx, enum list_by by, int64_t message_id) MUST_CHECK;
enum err store_list_enter(struct store_tx *tx, enum list_by by, int64_t message_id) MUST_CHECK;

/* These got another state, without an end: the row follows before the commit. Ids are copied. */
void store_list_moved(struct store_tx *tx, const int64_t *ids, size_t n);
/* The writer's, before each commit: rows of messages that got another state, or ended
 * (store/message_ended). */
enum err store_list_settle(struct store_tx *tx) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/message: rows of messages, their parts and the unusual hops of their passage.
 *
 * Every move of a state is compare-and-set: it names the state it leaves and tells whether the row
 * was still there. A message of one part is its own part; longer ones have part rows.
 * Row budget of a normal message: insert, sent, final.
 */
#ifndef NAVETTE_STORE_MESSAGE_H
#define NAVETTE_STORE_MESSAGE_H

#include "store/message_state.h"
#include "store/store.h"
#include "text/text.h"

struct message {
    int64_t id;
    int64_t account_id;
    int64_t user_id;
    int64_t carrier_id;
    enum message_state state;
    enum text_encoding encoding;
    struct str sender;
    uint64_t recipient; /* E.164 */
    struct str text;
    uint32_t parts;
    int class; /* 0 to 3; -1: none */
    bool marketing;
    bool from_quota;
    uint8_t reference; /* of its parts' concatenation */
    uint32_t attempts;
    struct str tag;  /* n 0: none */
    int64_t credits; /* hundredths */
    int64_t created_at_us;
    int64_t due_at_us;
    int64_t expires_at_us;
    int64_t sent_at_us; /* 0: not yet */
    int64_t done_at_us; /* 0: not yet */
    struct str carrier_ref;
    struct str receipt;
};

enum err store_message_insert(struct store_tx *tx, const struct message *const *rows,
                              size_t n) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_message_get(struct message *out, struct store_view *view, int64_t id) MUST_CHECK;

struct message_filter {
    int64_t account_id; /* 0: any */
    int state;          /* 0: any */
    uint64_t recipient; /* 0: any */
    struct str tag;     /* n 0: any */
    int64_t before_id;  /* 0: from the newest */
    size_t limit;
};
/* Newest first. */
enum err store_message_list(struct message **out, size_t *n, struct store_view *view,
                            const struct message_filter *filter) MUST_CHECK;

/* The oldest that are due for a carrier: QUEUED becomes SENDING, claimed by this node's epoch. */
enum err store_message_take(struct message **out, size_t *n, struct store_tx *tx,
                            int64_t carrier_id, size_t limit) MUST_CHECK;
/* SENDING and claimed by another epoch: what a dead process left. In order of id, from after_id. */
enum err store_message_orphans(struct message **out, size_t *n, struct store_tx *tx,
                               int64_t after_id, size_t limit) MUST_CHECK;

struct message_sent {
    int64_t id;
    int64_t sent_at_us;
    struct str carrier_ref;
};
/* SENDING to SENT; changed[i] is 0 where the message was no longer SENDING. */
enum err store_message_sent(struct store_tx *tx, const struct message_sent *rows, size_t n,
                            int64_t *changed) MUST_CHECK;

struct message_move {
    int64_t id;
    enum message_state from;
    enum message_state to;
    int64_t at_us;      /* done_at for a final state; due_at for QUEUED; unused otherwise */
    struct str receipt; /* for a final state; n 0 leaves it */
    bool attempted;     /* for QUEUED: this was one more attempt */
};
/* Any other move that the table allows (ERR_INTERNAL for one it does not). */
enum err store_message_move(struct store_tx *tx, const struct message_move *rows, size_t n,
                            int64_t *changed) MUST_CHECK;
/* A message of one part, SENT under this carrier id, gets its final state; anything else is left
 * alone: the carrier told twice, or has used the id again since. */
enum err store_message_finish_sent(struct store_tx *tx, int64_t id, struct str carrier_ref,
                                   enum message_state to, struct str receipt) MUST_CHECK;
/* SCHEDULED whose time has come become QUEUED; how many. */
enum err store_message_due(int64_t *moved, struct store_tx *tx, size_t limit) MUST_CHECK;
/* What it costs becomes 0: the caller moves the money. */
enum err store_message_free_of_charge(struct store_tx *tx, int64_t id) MUST_CHECK;
/* What the carrier said last of a message that it has not ended. */
enum err store_message_receipt_note(struct store_tx *tx, int64_t id, struct str receipt) MUST_CHECK;

struct message_part {
    uint32_t number;
    enum message_state state;
    int64_t sent_at_us;
    int64_t done_at_us;
    struct str carrier_ref;
    struct str receipt;
};
/* Written when the carrier answered for it; again overwrites. */
enum err store_part_sent(struct store_tx *tx, int64_t message_id,
                         const struct message_part *part) MUST_CHECK;
enum err store_part_done(struct store_tx *tx, int64_t message_id,
                         const struct message_part *part) MUST_CHECK;
enum err store_part_list(struct message_part **out, size_t *n, struct store_view *view,
                         int64_t message_id) MUST_CHECK;

struct message_event {
    int64_t at_us;
    struct str kind;
    struct str detail;
};
enum err store_event_add(struct store_tx *tx, int64_t message_id, struct str kind,
                         struct str detail) MUST_CHECK;
enum err store_event_list(struct message_event **out, size_t *n, struct store_view *view,
                          int64_t message_id) MUST_CHECK;

/* Messages in a state, counted for a carrier: 0 for carrier_id means all. Costs a scan of the open
 * ones only when state is QUEUED or SENDING; for metrics and refusals. */
enum err store_message_waiting(int64_t *count, struct store_view *view,
                               int64_t carrier_id) MUST_CHECK;

/* Highest id of a message or incoming; 0 for an empty store. */
enum err store_highest_id(int64_t *id, struct store_view *view) MUST_CHECK;

#endif

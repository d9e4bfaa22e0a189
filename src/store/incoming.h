/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/incoming: messages that phones sent, and parts of long ones that wait for the others.
 */
#ifndef NAVETTE_STORE_INCOMING_H
#define NAVETTE_STORE_INCOMING_H

#include "store/store.h"

/* What a reply is to its conversation. The numbers stand in the database. */
enum standing { STANDING_NONE, STANDING_IN_TIME, STANDING_LATE, STANDING_NOT_COVERED };

struct incoming {
    int64_t id;
    int64_t account_id; /* 0: it answers nothing we know */
    int64_t carrier_id;
    struct str sender; /* "+33612345678", or as the carrier wrote it */
    struct str number; /* where it was sent to */
    struct str text;
    bool kept; /* false: the text is not stored, because the carrier's settings say so */
    int class; /* 0 to 3; -1: none */
    uint32_t parts;
    uint32_t missing;
    int64_t received_at_us;
    int64_t message_id;      /* what it answers; 0: nothing we know */
    int64_t conversation_id; /* 0: none */
    enum standing standing;
    int64_t credits;        /* hundredths, paid by the account */
    int64_t released_at_us; /* 0: still held back, as low-cost routes do */
    int64_t release_at_us;  /* when it is due to be; 0: it never was held */
    struct str started;     /* what it started, or why nothing: docs/replies.md has the words */
    bool by_rule;           /* while it is held: a rule has matched, */
    struct str rule_reply;  /* which says this; n 0: nothing */
};

/* A text that is not kept is stored all the same while the message is held back. */
enum err store_incoming_insert(struct store_tx *tx, const struct incoming *i) MUST_CHECK;
/* What has become of what it started. */
enum err store_incoming_started(struct store_tx *tx, int64_t id, struct str started) MUST_CHECK;
/* The same where `from` stands; *changed false: it does not, and nothing was written. */
enum err store_incoming_started_from(bool *changed, struct store_tx *tx, int64_t id,
                                     struct str from, struct str to) MUST_CHECK;
/* Those that are held back and due by now, the first due first. */
enum err store_incoming_held(struct incoming **out, size_t *n, struct store_tx *tx,
                             size_t limit) MUST_CHECK;
/* It is held no more: released_at, credits and started are written; a text that is not to be kept
 * goes. ERR_CONFLICT: another node was quicker. */
enum err store_incoming_release(struct store_tx *tx, const struct incoming *i) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_incoming_get(struct incoming *out, struct store_view *view, int64_t id) MUST_CHECK;
/* One an id, in their order; id 0 where there is none. */
enum err store_incoming_rows(struct incoming **out, struct store_view *view, const int64_t *ids,
                             size_t n) MUST_CHECK;

enum { INCOMING_PARTS_PER_PHONE = 1024 };

/* What makes parts belong together. */
struct incoming_key {
    int64_t carrier_id;
    struct str sender;
    struct str number;
    uint32_t reference; /* with the kind of reference folded in: 8-bit, 16-bit, SAR */
    uint32_t total;
};

struct incoming_part {
    uint32_t part;   /* 1 … total */
    uint32_t coding; /* core's own: how the bytes are read; parts of one coding are read together */
    struct str bytes;
    int64_t received_at_us;
    int64_t give_up_at_us; /* the others are not waited for any longer */
};

/* Until the transaction ends no other node adds parts to these or joins them. All that it needs at
 * once: they are held in one order on all nodes. */
enum err store_incoming_parts_hold(struct store_tx *tx, const struct incoming_key *keys,
                                   size_t n) MUST_CHECK;
/* A part that is there already stays as it is. ERR_LIMIT when one phone has too many waiting. */
enum err store_incoming_part_put(struct store_tx *tx, const struct incoming_key *key,
                                 const struct incoming_part *part) MUST_CHECK;
/* In order of their numbers. */
enum err store_incoming_part_list(struct incoming_part **out, size_t *n, struct store_view *view,
                                  const struct incoming_key *key) MUST_CHECK;
/* They wait no more; it is remembered until forget_at_us that they were joined, not what they said.
 */
enum err store_incoming_part_drop(struct store_tx *tx, const struct incoming_key *key,
                                  const struct incoming_part *parts, size_t n,
                                  int64_t forget_at_us) MUST_CHECK;
/* Was this part, with these bytes, the latest of its number that was dropped? */
enum err store_incoming_joined(bool *out, struct store_view *view, const struct incoming_key *key,
                               const struct incoming_part *part) MUST_CHECK;
enum err store_incoming_joined_forget(struct store_tx *tx, int64_t now_us) MUST_CHECK;
/* Keys with a part that is to be given up by now. */
enum err store_incoming_part_overdue(struct incoming_key **out, size_t *n, struct store_view *view,
                                     int64_t now_us, size_t limit) MUST_CHECK;

#endif

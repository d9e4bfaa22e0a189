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
#include "text/plan.h"

/* Who wanted it. The numbers stand in the database. */
enum message_origin { ORIGIN_ASKED, ORIGIN_ANSWER, ORIGIN_NOTICE };
/* Who asked for it. The numbers stand in the database. */
enum message_asker {
    ASKER_USER, /* the API user of user_id; nobody when that is 0 */
    ASKER_MEMBER,
    ASKER_KEY,
    ASKER_COMMAND_LINE
};

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
    uint32_t parts;            /* as counted and paid */
    struct text_layout layout; /* how they are sent */
    int class;                 /* 0 to 3; -1: none */
    bool marketing;
    bool from_quota;
    uint16_t reference; /* of its parts' concatenation */
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
    int64_t conversation_id; /* 0: none */
    enum message_origin origin;
    enum message_asker by_kind;
    int64_t by_id;        /* of that member or key */
    int64_t closes_at_us; /* in memory only: marketing that must leave before; 0: at any time */
};

/* How many submit_sm it is: each has its own answer and its own receipt. */
static inline uint32_t message_submits(const struct message *m)
{
    return m->layout.mode == TEXT_PAYLOAD ? 1 : m->parts;
}

/* With their rows in store/queue, for those that wait. */
enum err store_message_insert(struct store_tx *tx, const struct message *const *rows,
                              size_t n) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_message_get(struct message *out, struct store_view *view, int64_t id) MUST_CHECK;

/* One an id, in their order; id 0 where there is none. */
enum err store_message_rows(struct message **out, struct store_view *view, const int64_t *ids,
                            size_t n) MUST_CHECK;
/* Those of these that are in this state, in their order. */
enum err store_message_by_ids(struct message **out, size_t *n, struct store_view *view,
                              enum message_state state, const int64_t *ids,
                              size_t ids_n) MUST_CHECK;

struct message_sent {
    int64_t id;
    int64_t account_id; /* for store/feed, with carrier_id and chat; 0: it looks them up */
    int64_t carrier_id;
    bool chat; /* it belongs to a conversation */
    int64_t sent_at_us;
    struct str carrier_ref;
};
/* SENDING to SENT, each message once; one that is no longer SENDING is left alone. Its row in
 * store/queue is the caller's to drop. */
enum err store_message_sent(struct store_tx *tx, const struct message_sent *rows,
                            size_t n) MUST_CHECK;

struct message_move {
    int64_t id;
    enum message_state from;
    enum message_state to;
    int64_t at_us;      /* done_at, for a final state */
    struct str receipt; /* for a final state; n 0 leaves it */
};
/* Into a final state or IN_DOUBT (ERR_INTERNAL for any other, and where the table does not allow
 * it); the row in store/queue is the caller's. *changed (may be NULL): it was in state `from`. */
enum err store_message_move(struct store_tx *tx, const struct message_move *m,
                            int64_t *changed) MUST_CHECK;

struct message_finish {
    int64_t id;
    int64_t account_id; /* for store/feed, with chat; 0: it looks them up */
    bool chat;
    int64_t carrier_id; /* who says so */
    struct str carrier_ref;
    enum message_state to;
    struct str receipt;
};
/* Messages that are SENT through this carrier under its id (n 0: of several parts) get their final
 * state; anything else is left alone: the carrier told twice, or has used the id again since, or
 * another one has the message by now. Each message and id once. *changed (one for each, or NULL): 0
 * for what was left alone. */
enum err store_message_finish_sent(struct store_tx *tx, const struct message_finish *rows, size_t n,
                                   int64_t *changed) MUST_CHECK;
/* Text, encoding, parts, layout and reference of a SENDING message become these. */
enum err store_message_replan(struct store_tx *tx, const struct message *m) MUST_CHECK;
/* What it costs becomes 0: the caller moves the money. */
enum err store_message_free_of_charge(struct store_tx *tx, int64_t id) MUST_CHECK;
/* What the carrier said last of a message that it has not ended. */
enum err store_message_receipt_note(struct store_tx *tx, int64_t id, struct str receipt) MUST_CHECK;

struct message_part {
    int64_t message_id;
    uint32_t number;
    enum message_state state;
    int64_t sent_at_us;
    int64_t done_at_us;
    struct str carrier_ref;
    struct str receipt;
};
/* Written when the carrier answered for it; again overwrites. Each part once. */
enum err store_part_sent(struct store_tx *tx, const struct message_part *rows, size_t n) MUST_CHECK;
/* SENT gets its final state; one that has its own already, or whose message another carrier than
 * the one that says so has by now, is left alone. */
enum err store_part_done(struct store_tx *tx, const struct message_part *part,
                         int64_t carrier_id) MUST_CHECK;
enum err store_part_list(struct message_part **out, size_t *n, struct store_view *view,
                         int64_t message_id) MUST_CHECK;

struct message_parts {
    enum message_state state;  /* of the message */
    int64_t carrier_id;        /* of the message */
    int64_t account_id;        /* of the message */
    bool chat;                 /* it belongs to a conversation */
    uint32_t wanted;           /* how many parts it has; 0: there is no such message */
    struct message_part *rows; /* state, end and receipt of those that are written, by number */
    size_t n;
};
/* For each of these messages. */
enum err store_part_lists(struct message_parts *out, struct store_view *view,
                          const int64_t *message_ids, size_t n) MUST_CHECK;

struct message_event {
    int64_t at_us;
    struct str kind;
    struct str detail;
};
enum err store_event_add(struct store_tx *tx, int64_t message_id, struct str kind,
                         struct str detail) MUST_CHECK;
enum err store_event_list(struct message_event **out, size_t *n, struct store_view *view,
                          int64_t message_id) MUST_CHECK;

/* Highest id of a message or incoming; 0 for an empty store. */
enum err store_highest_id(int64_t *id, struct store_view *view) MUST_CHECK;

#endif

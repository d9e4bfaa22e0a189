/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/conversation: an account and a phone talking over a number. Rows are never deleted here:
 * whom a late reply answers is read from them. Which number of a pool an open one has is said by
 * store/number's slots.
 */
#ifndef NAVETTE_STORE_CONVERSATION_H
#define NAVETTE_STORE_CONVERSATION_H

#include "store/number.h"

struct conversation {
    int64_t id;
    int64_t account_id;
    int64_t carrier_id;
    uint64_t recipient; /* the phone, E.164 */
    struct str number;  /* of ours, digits; n 0: the carrier picks it */
    enum number_kind kind;
    int64_t opened_at_us;
    int64_t last_at_us;
    int64_t until_at_us; /* replies are in time before it; 0: always */
    int64_t message_id;  /* the latest to the phone; 0: none */
    int64_t unread;
};

enum err store_conversation_insert(struct store_tx *tx, const struct conversation *c) MUST_CHECK;
/* A message more: it is the latest, and replies are in time at least until `until_at_us` (0 for
 * one without end). */
enum err store_conversation_say(struct store_tx *tx, int64_t id, int64_t message_id,
                                int64_t until_at_us) MUST_CHECK;
/* A reply more that nobody has read. */
enum err store_conversation_hear(struct store_tx *tx, int64_t id) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_conversation_get(struct conversation *out, struct store_view *view,
                                int64_t id) MUST_CHECK;

/* The newest of this phone over this number of a carrier (n 0: picked by it), of one account (0:
 * of any); ERR_NOT_FOUND. */
enum err store_conversation_latest(struct conversation *out, struct store_view *view,
                                   int64_t carrier_id, uint64_t recipient, struct str number,
                                   int64_t account_id) MUST_CHECK;

struct conversation_place {
    int64_t last_at_us;
    int64_t id;
};
struct conversation_filter {
    int64_t account_id;              /* 0: any */
    int64_t open_at_us;              /* open at this instant; 0: any */
    struct conversation_place after; /* the end of the page before; id 0: from the first */
    size_t limit;
    size_t look_at; /* so many rows at least, then the page ends, full or not */
};
struct conversation_page {
    struct conversation *rows;
    size_t n;
    bool more;    /* there may be a next page */
    bool partial; /* it ended before it was full */
    struct conversation_place end;
};
/* Of an account the one where something was said last comes first; of all the newest. */
enum err store_conversation_list(struct conversation_page *page, struct store_view *view,
                                 const struct conversation_filter *filter) MUST_CHECK;

/* What was said in one: ids of messages and of incoming messages, by when they came. */
struct conversation_line {
    int64_t id;
    bool incoming;
};
/* The newest `limit`, oldest of them first. */
enum err store_conversation_lines(struct conversation_line **out, size_t *n,
                                  struct store_view *view, int64_t id, size_t limit) MUST_CHECK;

#endif

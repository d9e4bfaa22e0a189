/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/thread: what an account and a phone said to each other, whatever numbers it went over. A
 * row is there once they had a conversation, or the phone wrote; it is written in the commits that
 * touch those. Messages outside conversations leave it alone: they stand among the lines only.
 */
#ifndef NAVETTE_STORE_THREAD_H
#define NAVETTE_STORE_THREAD_H

#include "store/store.h"

#define THREAD_ALWAYS INT64_MAX /* until_at_us: over a number that is the account's own */

struct thread {
    int64_t account_id;
    uint64_t phone; /* E.164 */
    int64_t last_at_us;
    int64_t unread;
    int64_t until_at_us;     /* it can be answered before; 0: it never could */
    int64_t conversation_id; /* the latest; 0: none */
    int64_t line_id;         /* of its latest line; 0: none */
    bool line_incoming;
    struct str seen_by; /* who read it last; n 0: nobody */
    int64_t seen_at_us;
    struct str answered_by;
    int64_t answered_at_us;
};

/* A message of ours in conversation t->conversation_id is its latest line. answered_by n > 0: by
 * hand, so that nothing is unread. */
enum err store_thread_say(struct store_tx *tx, const struct thread *t) MUST_CHECK;
/* An incoming is its latest line, and unread. conversation_id 0, until_at_us 0: as they were. */
enum err store_thread_hear(struct store_tx *tx, const struct thread *t) MUST_CHECK;
/* Nothing is unread in it, nor in its conversations; told in the feed. ERR_NOT_FOUND: there is no
 * such thread. */
enum err store_thread_read(struct store_tx *tx, int64_t account_id, uint64_t phone,
                           struct str seen_by) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_thread_get(struct thread *out, struct store_view *view, int64_t account_id,
                          uint64_t phone) MUST_CHECK;

struct thread_filter {
    int64_t account_id;
    bool unread;
    int64_t open_at_us;   /* open at this instant; 0: any */
    struct str digits;    /* that stand in the number; n 0: any */
    int64_t before_at_us; /* the last of the page before; 0: from the newest */
    uint64_t before_phone;
    size_t look_at; /* so many at most are looked at */
    size_t limit;
};
/* The latest first. *looked: how many were looked at, and *behind the last of these (as they are
 * needed to go on). */
enum err store_thread_list(struct thread **out, size_t *n, size_t *looked, struct thread *behind,
                           struct store_view *view, const struct thread_filter *filter) MUST_CHECK;

/* How many threads of the account have something unread; of more than `most` this many. */
enum err store_thread_unread(size_t *n, struct store_view *view, int64_t account_id,
                             size_t most) MUST_CHECK;

/* Phones whose incoming of this account have the word in their text, newest first, each once among
 * those looked at. *behind_id: how far it came; 0: it was all. */
enum err store_thread_find(uint64_t **phones, size_t *n, int64_t *behind_id,
                           struct store_view *view, int64_t account_id, struct str word,
                           int64_t before_id, size_t look_at, size_t limit) MUST_CHECK;

struct thread_line {
    int64_t id; /* of a message, or an incoming */
    bool incoming;
};
/* All messages of the account to the phone and all incoming of it, the newest first; before_id 0:
 * from the newest. Ids follow the time. */
enum err store_thread_lines(struct thread_line **out, size_t *n, struct store_view *view,
                            int64_t account_id, uint64_t phone, int64_t before_id,
                            size_t limit) MUST_CHECK;

/* ---- texts to answer with ---- */

enum { SAVED_REPLIES_MAX = 200 };

struct saved_reply {
    int64_t id;
    int64_t account_id;
    struct str name;
    struct str text;
    int64_t created_at_us;
};
/* ERR_EXISTS: the account has one of this name. */
enum err store_saved_reply_insert(struct store_tx *tx, const struct saved_reply *r) MUST_CHECK;
enum err store_saved_reply_update(struct store_tx *tx, const struct saved_reply *r) MUST_CHECK;
enum err store_saved_reply_delete(struct store_tx *tx, int64_t id) MUST_CHECK;
/* By name; at most SAVED_REPLIES_MAX. */
enum err store_saved_reply_list(struct saved_reply **out, size_t *n, struct store_view *view,
                                int64_t account_id) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_saved_reply_get(struct saved_reply *out, struct store_view *view,
                               int64_t id) MUST_CHECK;

#endif

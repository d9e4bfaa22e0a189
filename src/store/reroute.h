/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/reroute: messages that go on with another carrier, and which carriers they were with
 * before. Rows of message_tried are written only then. Every move is compare-and-set, and keeps the
 * law of store/queue. Threads: the writer's, except where a view is taken.
 */
#ifndef NAVETTE_STORE_REROUTE_H
#define NAVETTE_STORE_REROUTE_H

#include "store/message.h"

struct tried {
    int64_t message_id;
    int64_t carrier_id;
    int64_t at_us;
    bool taken;             /* the carrier had taken it; else it had refused it */
    struct str carrier_ref; /* of a message of one part that it had taken; else n 0 */
    bool delivered;         /* it said so after the message had left it */
};
enum { TRIED_MAX = 64 };
/* Again overwrites. */
enum err store_tried_add(struct store_tx *tx, const struct tried *t) MUST_CHECK;
/* The carrier has said that the message reached its phone. */
enum err store_tried_delivered(struct store_tx *tx, const struct tried *t) MUST_CHECK;
/* The newest first, at most TRIED_MAX. */
enum err store_tried_list(struct tried **out, size_t *n, struct store_view *view,
                          int64_t message_id) MUST_CHECK;

struct message_reroute {
    int64_t id;
    enum message_state from; /* QUEUED, SENDING or SENT */
    int64_t carrier_from;
    int64_t carrier_to;
    int64_t due_at_us;
};
/* QUEUED for another carrier, the message and its row in store/queue; the answers of its parts are
 * forgotten. How it is laid out there is settled when it is taken. *changed false: it is no longer
 * as `from` and `carrier_from` say. */
enum err store_message_reroute(bool *changed, struct store_tx *tx,
                               const struct message_reroute *r) MUST_CHECK;
/* A message that `t->carrier_id` had taken is SENT there again, since no other took it. Its row in
 * store/queue is the caller's. *changed (may be NULL): it was in state `from`. */
enum err store_message_give_back(struct store_tx *tx, const struct tried *t,
                                 enum message_state from, int64_t *changed) MUST_CHECK;

#endif

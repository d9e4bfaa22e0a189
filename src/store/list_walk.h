/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/list_walk: ids of messages, or of incoming, in the order of a list, as far as somebody
 * wants to go. Several streams are merged: rows of an order (store/list_order), ids by time, what
 * the clock has not come to yet.
 *
 * What it gives is where rows were when it looked: whoever wants the row reads it and sees whether
 * its keys are still those. A place never comes twice in a row.
 * Owner: the walk lives in the view's arena. Threads: a view's.
 */
#ifndef NAVETTE_STORE_LIST_WALK_H
#define NAVETTE_STORE_LIST_WALK_H

#include "store/list_order.h"

/* Where a row stands in an order: first by its key, then by its id. */
struct list_place {
    struct list_key key; /* zeros in the order of time */
    int64_t id;
};

struct list_way {
    bool incoming;
    bool descending;
    int64_t account_id;         /* 0: all, which have the order of time only */
    enum list_by by;            /* the order */
    int64_t above_id, below_id; /* only ids between these */
    struct list_place after;    /* only what comes behind it */
    bool has_after;
    /* By time: only what has one of these keys in this order. n 0: anything. */
    enum list_by only_by;
    struct list_key only[16];
    size_t only_n;
    unsigned states;         /* of messages that the clock has not come to: 1 << state; 0: any */
    int64_t conversation_id; /* by time: only of this; 0: any */
    uint64_t recipient;      /* messages by time: only to this; 0: any */
    bool old_only;           /* leave out what the clock has not come to: for a first look */
};

struct list_walk;

/* *whole_to_id: above it the order may lack rows, because the clock is far behind; INT64_MAX. */
enum err list_walk_begin(struct list_walk **out, int64_t *whole_to_id, struct store_view *view,
                         const struct list_way *way) MUST_CHECK;
/* The next places, at most n; fewer: there are no more. */
enum err list_walk_next(struct list_place *out, size_t *n, struct list_walk *walk,
                        size_t most) MUST_CHECK;

/* Below 0: a comes first in this direction. */
int list_place_compare(const struct list_place *a, const struct list_place *b, bool descending);

#endif

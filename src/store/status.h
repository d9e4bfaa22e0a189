/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/status: a database at rest or at work as an operator wants to see it. Only reads.
 * Owner: the view's arena. Threads: as the view.
 */
#ifndef NAVETTE_STORE_STATUS_H
#define NAVETTE_STORE_STATUS_H

#include "store/node.h"

enum life_state {
    LIFE_RUNNING, /* its lease runs; on an engine of one process: nobody else has begun one */
    LIFE_LATE,    /* its lease has run out, nobody has taken over yet */
    LIFE_ENDED    /* it was taken over; its messages may still be being recovered */
};

struct life {
    struct node node;
    enum life_state state;
    int64_t places; /* how many carriers' binds it holds */
};

struct store_waiting {
    int64_t queued;    /* for a carrier */
    int64_t scheduled; /* for their time */
};
enum err store_waiting(struct store_waiting *out, struct store_view *view) MUST_CHECK;

/* By number. */
enum err store_lives(struct life **out, size_t *n, struct store_view *view) MUST_CHECK;

#endif

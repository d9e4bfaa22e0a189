/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/tap: the PDUs of a carrier as they pass, for somebody who looks on. The carrier's thread
 * copies them in as they are; who reads decodes them, on his own thread, when he has the time. What
 * a slow reader leaves is bounded: beyond TAP_BYTES PDUs are lost to him and counted; the carrier
 * never waits.
 *
 * Each side holds a reference, and the tap goes with the last. Threads: as said at each function.
 */
#ifndef NAVETTE_CORE_TAP_H
#define NAVETTE_CORE_TAP_H

#include "base/buf.h"
#include "base/mailbox.h"

enum { TAP_BYTES = 256 * 1024 };

struct tap_filter {
    bool in;          /* from the carrier */
    bool out;         /* to it */
    uint32_t command; /* this request and its response; 0: all */
};

/* Stands before each PDU. */
struct tap_head {
    int64_t at_us;    /* UTC */
    uint64_t session; /* of the bind, counted up */
    uint32_t bind;    /* which of the carrier's, from 1 */
    uint32_t mode;    /* 1 tx, 2 rx, 3 trx */
    bool out;
    uint32_t length; /* of the PDU that follows; 0: from here on all is seen */
};

struct tap {
    struct letter attach; /* first: the way to the carrier's thread */
    int64_t carrier_id;
    void *owner; /* the carrier's side's own */
    struct tap_state *state;
};

/* `ready` is called on the thread of `reader`: there is something to take, or the tap was closed.
 * The reader's thread. */
struct tap *tap_new(int64_t carrier_id, const struct tap_filter *filter, struct mailbox *reader,
                    void (*ready)(void *ctx), void *ctx);
/* The PDUs since the last time, each behind its head, and how many were lost meanwhile; false when
 * the carrier's side has closed and nothing is left. `out` is emptied first. The reader's. */
bool tap_take(struct tap *t, struct buf *out, uint64_t *lost);
/* The reader leaves: `ready` is not called any more. The reader's. */
void tap_leave(struct tap *t);

/* The carrier's thread, as the next. */
void tap_begin(struct tap *t, int64_t now_us);
/* A line of another kind, for whose readers the head's mode is the kind. */
void tap_note(struct tap *t, uint32_t kind, struct str text);
void tap_put(struct tap *t, const struct tap_head *head, struct str pdu);
/* The reader has left: let go. */
bool tap_is_left(const struct tap *t);
/* Nothing more will come; gives up the carrier's reference. */
void tap_close(struct tap *t);

#endif

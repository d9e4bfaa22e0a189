/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/window: our requests that wait for an answer, found by sequence number and by deadline.
 *
 * The slot of a sequence number is slots[sequence & mask]. There are at least twice as many slots
 * as open requests, and a sequence number whose slot is taken is never given out: finding is exact
 * and takes one step. All requests have the same time to be answered, so the list in the order of
 * sending is that of the deadlines too.
 * Source: SMPP 3.4 chapter 2.9 and 5.1.4. Owner: the session. Threads: one at a time.
 */
#ifndef NAVETTE_SMPP_WINDOW_H
#define NAVETTE_SMPP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { SMPP_SEQUENCE_MAX = 0x7FFFFFFF };

struct smpp_slot {
    uint32_t sequence; /* 0: free */
    uint32_t command;
    void *tag;
    int64_t due_us;
    struct smpp_slot *older;
    struct smpp_slot *newer;
};

struct smpp_window {
    struct smpp_slot *slots; /* NULL until the first request */
    uint32_t mask;
    uint32_t limit;
    uint32_t used;
    uint32_t next_sequence;
    struct smpp_slot *oldest; /* NULL when nothing is open */
    struct smpp_slot *newest;
};

/* limit is at least 1. */
void smpp_window_init(struct smpp_window *w, uint32_t limit);
void smpp_window_free(struct smpp_window *w);

/* The next sequence number, 1 to SMPP_SEQUENCE_MAX and round again. */
uint32_t smpp_window_sequence(struct smpp_window *w);
/* Opens a slot for a number that smpp_window_sequence gave, while used is below limit. */
void smpp_window_open(struct smpp_window *w, struct smpp_slot request);
/* NULL when no request with this number is open. */
struct smpp_slot *smpp_window_find(const struct smpp_window *w, uint32_t sequence);
/* Frees the slot. */
void smpp_window_close(struct smpp_window *w, struct smpp_slot *slot);

#endif

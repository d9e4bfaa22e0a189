/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/attempts: which of a carrier's hosts is tried next, and after what pause.
 *
 * One attempt tries each host once, without a pause between them. Then comes a pause, which doubles
 * (carrier/backoff) and starts afresh once a session has held for a minute; the first host is next
 * after each pause. A carrier that refuses the login ends the attempt: it is tried at the slowest
 * pace, lest the account be locked; one that says it is bound already, at a moderate pace, until it
 * has noticed that the old session is gone.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_ATTEMPTS_H
#define NAVETTE_CARRIER_ATTEMPTS_H

#include "carrier/backoff.h"

#include <stdbool.h>
#include <stddef.h>

struct attempts {
    struct backoff backoff;
    size_t hosts_n;
    size_t host; /* the one in hand, or the next */
    int64_t pause_us;
    uint64_t made;
    uint32_t refused; /* the latest refusal of the login, until a bind succeeds; else 0 */
};

/* How a session, or the way to one, ended. */
struct attempt_end {
    bool was_bound;
    int64_t held_us;  /* bound */
    bool in_order;    /* unbound by the peer, or by us for no fault of its own */
    uint32_t refusal; /* of the bind, or 0 */
};

/* From the first host on, with the least pause. What was made stays counted. */
void attempts_begin(struct attempts *a, size_t hosts_n, int64_t least_us, int64_t most_us);
void attempts_bound(struct attempts *a);
/* Sets host and pause_us. What ended in good order goes on at once, if it held for as long as the
 * pause would be. */
void attempts_ended(struct attempts *a, const struct attempt_end *end, uint64_t random);

#endif

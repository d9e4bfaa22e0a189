/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/trace: who looks on at a line's sessions. While nobody does, a PDU costs one branch.
 * Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_TRACE_H
#define NAVETTE_CARRIER_TRACE_H

#include "carrier/binds.h"
#include "core/tap.h"

enum { TRACE_TAPS_MAX = 4 };

/* Zeroed: nobody. */
struct trace {
    struct tap *taps[TRACE_TAPS_MAX];
    size_t taps_n;
    const struct smpp_look *other; /* one more that looks on; NULL: nobody */
    bool on;                       /* the binds were told so */
    struct trace_point {
        struct smpp_look look; /* first: it is what is given to the bind */
        struct trace *trace;
        const struct bind *bind;
        uint32_t number;
    } points[BINDS_MAX];
};

/* One more looks on; beyond TRACE_TAPS_MAX its tap is closed at once. */
void trace_add(struct trace *t, struct tap *tap);
/* Lets go of who has left, and has these binds show what passes, or not. Once a second, after
 * trace_add, and when there are more binds than before. */
void trace_follow(struct trace *t, const struct binds *binds);
/* Nobody looks on any more; the binds are silent first, or are about to go. */
void trace_close(struct trace *t);

#endif

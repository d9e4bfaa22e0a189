/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/limit: what keeps the messages of a carrier from leaving faster, as one word for programs
 * and one sentence for who was woken up by it. Of several limits the one that the others follow
 * from is named: limit.def stands in that order.
 * Threads: pure.
 */
#ifndef NAVETTE_CARRIER_LIMIT_H
#define NAVETTE_CARRIER_LIMIT_H

#include "carrier/carrier.h"

enum limit {
#define LIMIT(NAME, name) LIMIT_##NAME,
#include "carrier/limit.def"
#undef LIMIT
};

/* How a carrier is now. Times are distances from now. */
struct limit_figures {
    enum carrier_state state;
    const char *error;         /* why there is no session; "" when not known */
    int64_t next_attempt_us;   /* while it is DOWN or REFUSED */
    bool lease_sure;           /* this node may send */
    uint32_t uncommitted;      /* outcomes at the writer */
    uint32_t uncommitted_most; /* nothing leaves beyond */
    bool reading_paused;
    size_t inbox_waiting; /* receipts and incoming messages that wait for their commit */
    int64_t throttled_us; /* what is left of the pause that the carrier asked for */
    uint32_t on_wire;     /* parts whose answer is awaited */
    uint32_t window;      /* the most there may be */
    int64_t oldest_us;    /* how long the oldest answer is awaited */
    bool wire_full;       /* what was submitted waits to be written */
    int64_t rate;         /* parts a second, in force; 0: no limit */
    bool rate_waits;      /* the next part waits for its turn */
    int64_t sender_rate;
    bool sender_waits;         /* all that wait do so for their senders, or behind one that does */
    uint32_t behind_sender;    /* messages that wait for their sender's turn */
    bool recipient_waits;      /* all that wait do so behind an earlier one to their recipient */
    uint32_t behind_recipient; /* messages that do */
    bool waits;                /* a message in memory has parts that have not left */
};

enum limit limit_find(const struct limit_figures *f);
/* "window" */
const char *limit_name(enum limit limit);
void limit_write(char out[CARRIER_WHY_SIZE], enum limit limit, const struct limit_figures *f);

#endif

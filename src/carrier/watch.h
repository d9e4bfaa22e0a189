/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/watch: what an operator sees of one line: its state and since when, how fast it is, how
 * the carrier answers, and what keeps it from sending more. Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_WATCH_H
#define NAVETTE_CARRIER_WATCH_H

#include "carrier/binds.h"
#include "carrier/inbox.h"
#include "carrier/news.h"
#include "carrier/pump.h"
#include "carrier/tally.h"
#include "core/carrier_settings.h"

/* Zeroed, then watch_begin. */
struct watch {
    enum carrier_state state;
    int64_t since_us;
    uint64_t submits_before; /* at the last tick */
    int64_t ticked_at_us;
    int64_t rate_now;
    struct tally tally;
};

void watch_begin(struct watch *w);
/* true when it is another one than before. */
bool watch_state(struct watch *w, enum carrier_state state);
/* Once a second. */
void watch_tick(struct watch *w, struct pump *pump);
/* A submit has ended, `took_us` after it was made. On the hot path. */
static inline void watch_response(struct watch *w, const struct smpp_pdu *response, int64_t took_us)
{
    if (!response)
        return;
    tally_response(&w->tally, took_us);
    if (response->status)
        tally_refuse(&w->tally, response->status);
}

/* What else is looked at. */
struct watched {
    const struct outbox_slot *slot;
    struct pump *pump;
    const struct inbox *inbox;
    const struct binds *binds;
    const struct news *news;
    const struct carrier_settings *settings; /* in use; NULL: none yet */
    bool off;
    bool reading_paused;
};
void watch_status(const struct watch *w, const struct watched *seen, struct carrier_status *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/keyword: what the first word of an incoming message means: STOP, START and the carrier's
 * rows. Entries into quarantine and exits are written here, and the errand of a STOP.
 *
 * The first row counts whose keyword and short code both match; an empty one matches anything, and
 * a text without a word only that. What stands in keyword.def is honoured whatever the rows say,
 * but for a row that quarantines: that one says from which number.
 * Whom it concerns: the account that the message answers; all, when it answers nobody's. A reply
 * that comes late counts as any other.
 * Threads: the writer's; keyword_match is pure.
 */
#ifndef NAVETTE_CORE_KEYWORD_H
#define NAVETTE_CORE_KEYWORD_H

#include "core/core.h"
#include "store/incoming.h"

struct keyword_verdict {
    bool stopped;     /* it is a STOP: nothing else is started but what a row's reply says */
    bool matched;     /* a row matched */
    struct str reply; /* of that row; n 0: none */
};

/* The incoming is, or will be, stored under its id in this transaction. phone 0: the sender is
 * none, and nobody enters or leaves. */
enum err keyword_act(struct keyword_verdict *out, struct core *c, struct store_tx *tx,
                     const struct incoming *in, uint64_t phone) MUST_CHECK;

/* The first row that matches; NULL for none. */
const struct reply_rule *keyword_match(const struct directory *d, struct arena *a,
                                       int64_t carrier_id, struct str number, struct str text);
enum keyword_meaning { KEYWORD_NOTHING, KEYWORD_STOPS, KEYWORD_STARTS };
/* Of a whole text, with no row. */
enum keyword_meaning keyword_meaning_of(struct arena *a, struct str text);

#endif

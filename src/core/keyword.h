/* SPDX-License-Identifier: Apache-2.0 */
/* core/keyword: STOP, START and the carrier's rows. Threads: the writer's. */
#ifndef NAVETTE_CORE_KEYWORD_H
#define NAVETTE_CORE_KEYWORD_H

#include "core/core.h"
#include "store/incoming.h"

struct keyword_verdict {
    bool stopped;     /* it is a STOP: nothing else is started but what a row's reply says */
    bool matched;     /* a row matched */
    struct str reply; /* of that row; n 0: none */
};
enum err keyword_act(struct keyword_verdict *out, struct core *c, struct store_tx *tx,
                     const struct incoming *in, uint64_t phone) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* core/conversation: whom a reply answers. Threads: the writer's. */
#ifndef NAVETTE_CORE_CONVERSATION_H
#define NAVETTE_CORE_CONVERSATION_H

#include "core/core.h"
#include "store/incoming.h"
#include "store/message.h"

struct reply_match {
    int64_t account_id;      /* 0: nobody */
    int64_t conversation_id; /* 0: none */
    struct message question; /* the message it answers; id 0: none */
    enum standing standing;
    bool held; /* over a low-cost number: released at night */
};
/* Once for each whole incoming. */
enum err conversation_match(struct reply_match *out, struct core *c, struct store_tx *tx,
                            int64_t carrier_id, uint64_t phone, struct str number) MUST_CHECK;

#endif

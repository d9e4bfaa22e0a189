/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/admin_message: an operator takes a message back, or settles one that is in doubt.
 * For the `apply` of a struct change. Threads: the writer's only.
 */
#ifndef NAVETTE_CORE_ADMIN_MESSAGE_H
#define NAVETTE_CORE_ADMIN_MESSAGE_H

#include "core/core.h"

/*
 * SCHEDULED or QUEUED becomes CANCELLED, and what it cost goes back to the purse that paid.
 * ERR_NOT_FOUND; ERR_CONFLICT, telling the state, for any other state and when some of its parts
 * have left already.
 */
enum err admin_message_cancel(struct store_tx *tx, int64_t id, struct refusal *why) MUST_CHECK;

/*
 * IN_DOUBT becomes QUEUED (`resend`: the phone may get it twice) or UNKNOWN (the phone may never
 * get it; it stays paid, because it may have been delivered).
 */
enum err admin_message_resolve(struct core *c, struct store_tx *tx, int64_t id, bool resend,
                               struct refusal *why) MUST_CHECK;

#endif

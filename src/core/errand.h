/* SPDX-License-Identifier: Apache-2.0 */
/* core/errand: what others are to be told. Threads: the writer's. */
#ifndef NAVETTE_CORE_ERRAND_H
#define NAVETTE_CORE_ERRAND_H

#include "core/core.h"
#include "store/incoming.h"
#include "store/message.h"

/* Callback and e-mails; question id 0: none. */
enum err errand_reply(struct core *c, struct store_tx *tx, const struct incoming *in,
                      const struct message *question) MUST_CHECK;
enum err errand_stop(struct core *c, struct store_tx *tx, const struct incoming *in,
                     const struct message *question) MUST_CHECK;
enum err errand_cgi(struct core *c, struct store_tx *tx, const struct incoming *in,
                    const struct message *question, struct str url) MUST_CHECK;
/* The owner's e-mails are told, once a day at most. */
enum err errand_no_credit(struct core *c, struct store_tx *tx, int64_t account_id) MUST_CHECK;

#endif

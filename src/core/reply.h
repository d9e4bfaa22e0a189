/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/reply: all that a reply starts, in the commit that stores it: its price, the one answer,
 * what others are told, SMS to the owner. docs/replies.md says it to people.
 *
 * Answers and SMS of one transaction are gathered and accepted together by reply_finish, after all
 * replies of it were paid: one movement and one debit an account, not one a reply.
 * Threads: the writer's.
 */
#ifndef NAVETTE_CORE_REPLY_H
#define NAVETTE_CORE_REPLY_H

#include "core/conversation.h"
#include "core/core.h"
#include "store/incoming.h"

enum { REPLY_PRICE = 100 }; /* hundredths of a credit a part */

/* Sets credits, started, release_at and released_at of a row that is inserted next. `phone` is 0
 * for a sender that is none. */
enum err reply_start(struct core *c, struct store_tx *tx, struct incoming *row,
                     const struct reply_match *match, uint64_t phone) MUST_CHECK;
/* Accepts what was gathered; once nothing more is started in this transaction, or between. */
enum err reply_finish(struct core *c, struct store_tx *tx) MUST_CHECK;
/* What the customer's program answers, to be sent to the phone: the first time only. reply_finish
 * follows. */
enum err reply_answer(struct core *c, struct store_tx *tx, int64_t incoming_id,
                      struct str text) MUST_CHECK;

/* Starts what was held back until now, a slice of it, in the order of its release. *more: a slice
 * was full. reply_finish follows. */
enum err reply_release(struct core *c, struct store_tx *tx, bool *more) MUST_CHECK;
/* When a reply that came at received_us over a low-cost number is released: the first time that the
 * clock of this zone shows `at` ("03:00") at least 6 hours later. */
int64_t reply_release_us(int64_t received_us, struct str at, struct str zone);
/* ERR_INVALID for anything but HH:MM. */
enum err reply_time_parse(int *hour, int *minute, struct str at) MUST_CHECK;

#endif

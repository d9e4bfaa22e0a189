/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/quarantine: may an account write to a phone from this number? Asked when a message is
 * accepted, when it is taken from the queue, and (core/wall) before it is handed to a carrier.
 *
 * What it costs a batch of messages to nobody in quarantine: on a database of our own a look into
 * memory for each (base/sieve), on a shared one a statement for all.
 * Threads: the writer's, but for what is said to be pure.
 */
#ifndef NAVETTE_CORE_QUARANTINE_H
#define NAVETTE_CORE_QUARANTINE_H

#include "core/core.h"
#include "store/message.h"
#include "store/quarantine.h"

/* The rows that refuse some of the phones of a batch; in the transaction's arena. */
struct quarantines {
    struct quarantine *rows; /* by phone */
    size_t n;
};
enum err quarantine_read(struct quarantines *out, struct core *c, struct store_tx *tx,
                         const uint64_t *phones, size_t n) MUST_CHECK;
/* Must this message not be sent? Its account, sender, recipient and id count (0: none yet). Pure.
 */
bool quarantine_refuses(const struct quarantines *q, const struct message *m);
/* The same of messages of all sorts, one statement for them; one answer each. */
enum err quarantine_ask(bool *refused, struct core *c, struct store_tx *tx,
                        const struct message *messages, size_t n) MUST_CHECK;

/*
 * The confirmation of a stop: an automatic answer that is accepted in the transaction of the stop
 * may leave, one for each. quarantine_may_confirm: there is a stop that this message would confirm;
 * quarantine_confirm: it does, under its id.
 */
bool quarantine_may_confirm(const struct store_tx *tx, const struct message *m);
enum err quarantine_confirm(struct store_tx *tx, const struct message *m) MUST_CHECK;

/* Puts a phone there; the evidence's phone, account, number, status and reason are the row's. With
 * the commit nothing leaves to who is blacklisted. */
enum err quarantine_enter(struct core *c, struct store_tx *tx, struct quarantine *q,
                          const struct quarantine_event *evidence) MUST_CHECK;
/* Takes out what is there; an event for each. *n: how many (may be NULL). */
enum err quarantine_leave(size_t *n, struct store_tx *tx, const struct quarantine_leave *which,
                          const struct quarantine_event *evidence) MUST_CHECK;

/* What receipts say of phones: of messages that have just ended so (changed not 0, or NULL: all).
 * Nothing is done for those that were delivered. */
enum err quarantine_note(struct core *c, struct store_tx *tx, const struct message_finish *ends,
                         const int64_t *changed, size_t n) MUST_CHECK;

/* At start. */
enum err quarantine_load(struct core *c, struct store_view *view) MUST_CHECK;
/* The clock's: erroneous phones that were reached since, or had no error for so long, are valid. */
enum { QUARANTINE_ERRONEOUS_DAYS = 10 };
enum err quarantine_tidy(struct core *c, struct store_tx *tx) MUST_CHECK;

#endif

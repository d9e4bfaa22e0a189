/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/conversation: which number a message goes out with, and whom a reply answers.
 *
 *   accept ── a number of the pool that no open conversation of the phone has ──► open
 *   open ── another message of the account ──► open, the same number, the window anew
 *   open ── the window ends ──► over: the number is free for this phone, replies are late
 *
 * The slot of store/number is the truth of who has a number with a phone; the conversation's row
 * stays, and tells whom a late reply was for. Over a virtual number there is no window, and no slot
 * either: the number is the account's. Where the carrier picks the number there is nothing to tell
 * conversations of a phone apart by but their order.
 * Threads: the writer's.
 */
#ifndef NAVETTE_CORE_CONVERSATION_H
#define NAVETTE_CORE_CONVERSATION_H

#include "core/accept.h"
#include "store/incoming.h"

/* Whom a reply answers. */
struct reply_match {
    int64_t account_id;      /* 0: nobody */
    int64_t conversation_id; /* 0: none */
    struct message question; /* the message it answers; id 0: none */
    enum standing standing;
    int64_t until_at_us; /* the account can answer before it; 0: it cannot */
    bool held;           /* over a low-cost number: released at night */
};

/*
 * Once for each whole incoming, in the transaction that stores it; `phone` 0: the sender is no
 * phone. By what is known of the number:
 *   of a pool  the conversation that has it with the phone: in time; else the last one that had it:
 *              late; an account whose two-way does not cover the phone: not covered
 *   virtual    its account's conversation with the phone, which is opened if there is none; a
 *              sender that is no phone is not covered
 *   picked     the newest conversation of the phone through the carrier, open or late
 *   not ours   the newest message to the phone through the carrier, in time, or nothing
 * The conversation has a reply more that nobody has read.
 */
enum err conversation_match(struct reply_match *out, struct core *c, struct store_tx *tx,
                            int64_t carrier_id, uint64_t phone, struct str number) MUST_CHECK;

/* ---- for core/accept_work ---- */

/* Leaves out of a job that wishes for numbers the recipients with whom every number of the pool is
 * in an open conversation; job.err ERR_NO_NUMBER: none is left. Writes nothing. */
enum err conversation_admit(struct accept_job *job, struct store_tx *tx) MUST_CHECK;
/*
 * Gives each message of these jobs that wishes for it its number and its conversation: sender, text
 * and conversation_id are as they leave then. Messages that have a conversation already, as answers
 * do, go on with it: they are its latest, and move its window if it is open. Jobs with an error,
 * and repeated ones, are passed by; without wishes there is nothing to do. Phones are taken in one
 * order, for all nodes the same. ERR_CONFLICT: another node took the last number of a pool
 * meanwhile.
 */
enum err conversation_open(struct store_tx *tx, struct job *const *jobs, size_t n) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/ledger: credits. A purse is an account's balance or a user's quota; every change of one is
 * a movement, in the same transaction as its cause. Amounts: hundredths of a credit.
 *
 * The movements of a transaction are gathered and applied together just before its commit: all
 * purses are locked in one order, balances before quotas and each by id, so that several nodes
 * neither wait for each other in a circle nor hold a purse longer than a commit takes. Who locks
 * purses in another way (an update of an account's or a user's row) keeps to that order. A purse
 * never falls below zero: should another node have been quicker, store_purses_settle tells
 * ERR_CONFLICT, and what caused it meets the new balance when it is run again.
 */
#ifndef NAVETTE_STORE_LEDGER_H
#define NAVETTE_STORE_LEDGER_H

#include "store/store.h"

struct purse {
    int64_t account_id;
    int64_t user_id; /* 0: the account's balance; else that user's quota */
};

/* The order in which purses are locked; 0: the same purse. */
int purse_compare(struct purse a, struct purse b);

enum ledger_kind { LEDGER_CREDIT, LEDGER_MESSAGES, LEDGER_REFUND, LEDGER_QUOTA, LEDGER_REPLY };

struct purse_state {
    struct purse purse;
    bool exists; /* false: there is no such purse (a user without a quota has none) */
    int64_t balance;
};

/* Each one's `purse` is given, the rest is filled; without what was moved since the last settle. */
enum err store_purses_read(struct purse_state *purses, size_t n,
                           struct store_view *view) MUST_CHECK;
/* Adds that to what was read: for who spends behind others in one transaction. */
void store_purses_add_moves(struct purse_state *purses, size_t n, const struct store_tx *tx);
/* Adds `amount` (negative takes) for `messages` messages, with the next store_purses_settle; until
 * then `reason` must last. */
enum err store_purse_move(struct store_tx *tx, struct purse p, enum ledger_kind kind,
                          int64_t amount, int64_t messages, struct str reason) MUST_CHECK;
/* Gives back what messages cost. A user's purse that is gone (removed, or its quota switched off)
 * hands it on to the account's balance, so that payments and messages still agree. */
enum err store_purse_refund(struct store_tx *tx, struct purse p, int64_t amount, int64_t messages,
                            struct str reason) MUST_CHECK;

/* Applies what was moved since the last call, and writes the movements: the writer calls it before
 * each commit; who needs a purse's new balance in between calls it himself. ERR_NOT_FOUND: there is
 * no such purse (any more). ERR_CONFLICT: one does not hold that much (any more). */
enum err store_purses_settle(struct store_tx *tx) MUST_CHECK;

struct movement {
    int64_t id;
    int64_t account_id;
    int64_t user_id;
    int64_t at_us;
    struct str kind;
    int64_t amount;
    int64_t balance;
    int64_t messages;
    struct str reason;
};
struct movement_filter {
    int64_t account_id;
    struct str kind; /* n 0: any */
    bool oldest_first;
    int64_t past_id; /* behind it in this order; 0: from the first */
    size_t limit;
};
/* In the order of their ids. */
enum err store_movement_list(struct movement **out, size_t *n, struct store_view *view,
                             const struct movement_filter *f) MUST_CHECK;

struct imbalance {
    int64_t account_id;
    int64_t user_id;
    int64_t balance; /* of the purse */
    int64_t moved;   /* sum of its movements */
    int64_t paid;    /* minus what its movements say that messages and replies cost, with refunds */
    int64_t cost;    /* what its messages and incoming say that they cost */
};
/* Every purse where balance and movements differ, or payments and messages. Reads everything. */
enum err store_ledger_check(struct imbalance **out, size_t *n, struct store_view *view) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/number: numbers of ours that phones can answer to, and which accounts may ask for answers.
 * The enabled numbers of one kind with one carrier for one country are a pool; those of one pool
 * have one length, which whoever inserts sees to.
 *
 * A slot says which conversation has a pool's number with a phone, and until when. It is the
 * constraint that no two open conversations of a phone share a number: nodes that choose at once
 * meet in its key.
 * Errors: ERR_EXISTS for what is there, ERR_NOT_FOUND for what is not.
 */
#ifndef NAVETTE_STORE_NUMBER_H
#define NAVETTE_STORE_NUMBER_H

#include "store/store.h"

/* The numbers stand in the database. */
enum number_kind {
    NUMBER_NONE = 0,
    NUMBER_SHORT = 1,
    NUMBER_LOW_COST = 2,
    NUMBER_VIRTUAL = 3,
    NUMBER_PICKED = 4 /* of a conversation only: the carrier picks it */
};

/* "short", "low_cost", "virtual", "picked". */
const char *number_kind_name(enum number_kind kind);
/* One that a number can have; ERR_INVALID. */
enum err number_kind_parse(enum number_kind *out, struct str name) MUST_CHECK;

struct number {
    int64_t id;
    int64_t carrier_id;
    struct str digits;  /* without + */
    struct str country; /* ISO 3166 */
    enum number_kind kind;
    int64_t account_id; /* of a virtual one; 0: nobody's */
    bool enabled;
    int64_t created_at_us;
};

enum err store_number_insert(struct store_tx *tx, const struct number *n) MUST_CHECK;
/* Account and enabled. */
enum err store_number_update(struct store_tx *tx, const struct number *n) MUST_CHECK;
enum err store_number_list(struct number **out, size_t *n, struct store_view *view) MUST_CHECK;
enum err store_number_delete(struct store_tx *tx, int64_t id) MUST_CHECK;
/* Is a conversation over this number of a pool open? Reads the slots until it finds one. */
enum err store_number_in_use(bool *out, struct store_tx *tx, int64_t id) MUST_CHECK;

struct two_way {
    int64_t account_id;
    struct str country;
};
/* One that is there is left as it is. */
enum err store_two_way_put(struct store_tx *tx, const struct two_way *t) MUST_CHECK;
enum err store_two_way_list(struct two_way **out, size_t *n, struct store_view *view) MUST_CHECK;
/* country n 0: all of the account. */
enum err store_two_way_drop(struct store_tx *tx, const struct two_way *t) MUST_CHECK;

/* ---- slots ---- */

struct number_pool {
    int64_t carrier_id;
    struct str country;
    enum number_kind kind; /* NUMBER_SHORT or NUMBER_LOW_COST */
    int64_t account_id;    /* for whom: without the numbers that a phone has closed to it */
};

struct number_slot {
    uint64_t recipient; /* E.164 */
    int64_t number_id;
    struct str digits; /* of the number */
    int64_t conversation_id;
    int64_t until_at_us;
};

/* One of this account's with this phone, over a number of the pool, that is open now.
 * ERR_NOT_FOUND. */
enum err store_slot_open(struct number_slot *out, struct store_view *view,
                         const struct number_pool *pool, uint64_t recipient,
                         int64_t now_us) MUST_CHECK;
/* Has the pool a number that no open conversation of this phone has? */
enum err store_slot_free(bool *out, struct store_view *view, const struct number_pool *pool,
                         uint64_t recipient, int64_t now_us) MUST_CHECK;
/* Any such number, at random, becomes this conversation's: fills number_id and digits, the rest is
 * given. ERR_CONFLICT: there is none, or not any more. */
enum err store_slot_draw(struct number_slot *s, struct store_tx *tx,
                         const struct number_pool *pool) MUST_CHECK;
/* An open one stays its conversation's at least until `until_at_us`. ERR_CONFLICT: it has ended,
 * and perhaps somebody else has the number. */
enum err store_slot_extend(struct store_tx *tx, const struct number_slot *s,
                           int64_t until_at_us) MUST_CHECK;
/* The slot of a phone and a number, open or not; ERR_NOT_FOUND. Of `out` all but the digits. */
enum err store_slot_get(struct number_slot *out, struct store_view *view, uint64_t recipient,
                        int64_t number_id) MUST_CHECK;
/* Deletes those that have ended, at most `limit`; how many. */
enum err store_slot_forget(int64_t *forgotten, struct store_tx *tx, size_t limit) MUST_CHECK;

#endif

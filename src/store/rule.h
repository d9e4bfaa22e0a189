/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/rule: what a carrier's incoming messages are answered with, by keyword. The first row that
 * matches counts: core/keyword.
 * Errors: ERR_NOT_FOUND for an id that is not there.
 */
#ifndef NAVETTE_STORE_RULE_H
#define NAVETTE_STORE_RULE_H

#include "store/store.h"

/* The numbers stand in the database. */
enum rule_action { RULE_NONE, RULE_QUARANTINE, RULE_LEAVE };

struct reply_rule {
    int64_t id;
    int64_t carrier_id;
    int64_t place;         /* among those of its carrier, from 1 */
    struct str keyword;    /* one word, as written; n 0: any text */
    struct str short_code; /* where the message was sent to; n 0: anywhere */
    struct str reply;      /* n 0: none */
    enum rule_action action;
    bool prefix; /* the keyword is the beginning of the word, else all of it */
    int64_t created_at_us;
};

enum err store_rule_insert(struct store_tx *tx, const struct reply_rule *r) MUST_CHECK;
/* All but the id, the carrier, the place and the time of its making. */
enum err store_rule_update(struct store_tx *tx, const struct reply_rule *r) MUST_CHECK;
/* Those of a carrier get the places 1, 2 … in this order. */
enum err store_rule_order(struct store_tx *tx, const int64_t *ids, size_t n) MUST_CHECK;
/* By carrier and place. */
enum err store_rule_list(struct reply_rule **out, size_t *n, struct store_view *view) MUST_CHECK;
enum err store_rule_delete(struct store_tx *tx, int64_t id) MUST_CHECK;

#endif

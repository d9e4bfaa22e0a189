/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/repeat: safe to ask twice. The first answer to a user's `ref`, given again for a while.
 */
#ifndef NAVETTE_STORE_REPEAT_H
#define NAVETTE_STORE_REPEAT_H

#include "store/store.h"

struct repeat {
    int64_t user_id;
    struct str ref;
    struct str answer; /* n 0: there is none */
};

/* Fills each one's answer with what was stored since `not_before_us`. */
enum err store_repeat_find(struct repeat *repeats, size_t n, struct store_view *view,
                           int64_t not_before_us) MUST_CHECK;
/* Stores answers, in the place of those that are older than `not_before_us`. ERR_CONFLICT (like all
 * of db_run it may be told later): a newer one stands there, perhaps another node's of this very
 * moment. Several nodes do not wait for each other in a circle when each gives them in order of
 * user and ref. */
enum err store_repeat_keep(struct store_tx *tx, const struct repeat *repeats, size_t n,
                           int64_t not_before_us) MUST_CHECK;
enum err store_repeat_forget(struct store_tx *tx, int64_t before_us) MUST_CHECK;

#endif

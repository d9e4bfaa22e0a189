/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/repeat: safe to ask twice. The first answer to a user's `ref`, given again for a while.
 */
#ifndef NAVETTE_STORE_REPEAT_H
#define NAVETTE_STORE_REPEAT_H

#include "store/store.h"

/* The answer stored since `not_before_us`; ERR_NOT_FOUND. */
enum err store_repeat_find(struct str *answer, struct store_view *view, int64_t user_id,
                           struct str ref, int64_t not_before_us) MUST_CHECK;
/* Replaces one that is too old. */
enum err store_repeat_keep(struct store_tx *tx, int64_t user_id, struct str ref,
                           struct str answer) MUST_CHECK;
enum err store_repeat_forget(struct store_tx *tx, int64_t before_us) MUST_CHECK;

#endif

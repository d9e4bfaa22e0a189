/* SPDX-License-Identifier: Apache-2.0 */
/* store/errand_rows: how the files of store/errand read a row. */
#ifndef NAVETTE_STORE_ERRAND_ROWS_H
#define NAVETTE_STORE_ERRAND_ROWS_H

#include "store/errand.h"

#define ERRAND_COLUMNS                                                                     \
    "e.id, e.account_id, e.kind, e.target, e.profile, e.events, e.keep, e.told, e.state, " \
    "e.due_at, e.give_up_at, e.attempts, e.created_at, e.done_at, e.body"

/* Of ERRAND_COLUMNS. */
void errand_read(struct errand *out, const struct db_rows *r, struct arena *a);

#endif

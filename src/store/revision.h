/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store/revision: which edition of a resource stands in the store, so that who changes it can say
 * which one he has seen. A resource is named by its path; one that was never changed has no row.
 */
#ifndef NAVETTE_STORE_REVISION_H
#define NAVETTE_STORE_REVISION_H

#include "store/store.h"

/* 0: it was never changed. */
enum err store_revision_get(int64_t *edition, struct store_view *view, struct str path) MUST_CHECK;
/* The same of the transaction's own store, and nobody else changes it until it is over. */
enum err store_revision_lock(int64_t *edition, struct store_tx *tx, struct str path) MUST_CHECK;
/* Of one that is removed, too: another of its name is not the same. */
enum err store_revision_put(struct store_tx *tx, struct str path, int64_t edition) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/search_fields: what lists of messages and of incoming both ask: text, since, until,
 * conversation, and an order other than time of one account only.
 * Threads: search_read the http loop's; search_goes_on any.
 */
#ifndef NAVETTE_API_SEARCH_FIELDS_H
#define NAVETTE_API_SEARCH_FIELDS_H

#include "api/listing.h"
#include "store/search.h"

/* s->account_id is read already. */
void search_read(struct search *s, struct listing *l, struct fields *f);
/* Where this page begins, and how long it may take. */
void search_goes_on(struct search *s, const struct listing *l);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/present: how values look in JSON: ids and credits as strings, times as ISO 8601 UTC.
 * All give new references. Threads: pure.
 */
#ifndef NAVETTE_API_PRESENT_H
#define NAVETTE_API_PRESENT_H

#include "api/resource.h"

/* "123"; null for 0. */
json_t *present_id(int64_t id);
/* "1", "1.50", "-0.05": hundredths, with as many decimals as needed. */
json_t *present_credits(int64_t hundredths);
/* "2026-11-21T14:05:00.123456Z"; null for 0. */
json_t *present_time(int64_t at_us);
/* What a carrier wrote may be no UTF-8: its other bytes become "?". */
json_t *present_text(struct str s);
/* null for an empty one. */
json_t *present_text_or_null(struct str s);

/* {"items":[…],"next":…}; takes over items. before_id 0: there is no next page. */
void present_list(struct http_request *request, json_t *items, int64_t next_before_id);
/* {"removed":"name"} */
void present_removed(struct http_request *request, struct str name);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/changes: which fields a change has changed, for the audit: {"field":[before,after]}, without
 * secrets, long values cut. Where only `before` is known, what was said is what stands there
 * afterwards. Threads: pure.
 */
#ifndef NAVETTE_API_CHANGES_H
#define NAVETTE_API_CHANGES_H

#include "base/arena.h"

#include <jansson.h>

enum { CHANGES_VALUE_MAX = 400, CHANGES_MAX = 8000 };

/* before, after: the thing as it is shown, NULL where there is none; said: the request's body, for
 * what is not shown otherwise, or NULL. n 0: nothing to tell. In the arena. */
struct str changes_text(struct arena *arena, const json_t *before, const json_t *after,
                        const json_t *said);

#endif

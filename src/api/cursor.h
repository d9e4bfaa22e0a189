/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/cursor: where a page of a list ended, as `next` tells it and `cursor` brings it back: hex
 * digits that mean nothing to anybody else. What was cut, altered or given by another list or for
 * another order is refused. It gives no rights: filters and accounts are those of each request.
 * Threads: pure.
 */
#ifndef NAVETTE_API_CURSOR_H
#define NAVETTE_API_CURSOR_H

#include "store/list_walk.h"

enum { CURSOR_SIZE = 59 };

/* list: its name and its order. */
void cursor_write(char out[CURSOR_SIZE], struct str list, const struct list_place *place);
/* ERR_INVALID. */
enum err cursor_read(struct list_place *out, struct str list, struct str text) MUST_CHECK;

#endif

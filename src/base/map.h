/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/map: a hash table from a 64-bit key to a 64-bit value, bounded at birth.
 *
 * The key must already be well mixed (secret_hash) or made by us. When the map is full,
 * map_put drops the entry that was put first: this is a memory of hints, never the truth.
 * Owner: who calls map_free. Threads: one at a time.
 */
#ifndef NAVETTE_BASE_MAP_H
#define NAVETTE_BASE_MAP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

/* 32 bytes an entry are taken at once; `limit` is rounded up to a power of two. */
struct map *map_new(size_t limit);
void map_free(struct map *m);

/* Replaces the value of a key that is there. */
void map_put(struct map *m, uint64_t key, uint64_t value);
bool map_get(const struct map *m, uint64_t key, uint64_t *value);
void map_remove(struct map *m, uint64_t key);
size_t map_count(const struct map *m);

#endif

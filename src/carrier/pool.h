/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/pool: blocks of one size that are used again and again, so that the hot path asks the
 * allocator for nothing. What was taken and never given back is released with the pool.
 * Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_POOL_H
#define NAVETTE_CARRIER_POOL_H

#include <stddef.h>

struct pool {
    size_t size; /* of a block; at least a pointer */
    struct pool_block *spare;
    struct pool_slab *slabs;
};

/* The bytes of a block are whatever its last user left. */
void *pool_take(struct pool *p) __attribute__((returns_nonnull));
void pool_give(struct pool *p, void *block);
void pool_free(struct pool *p);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/pool.h"

#include "base/arena.h"

#include <stdlib.h>

enum { BLOCKS_A_SLAB = 64, ALIGNMENT = 16 };

struct pool_block {
    struct pool_block *next;
};

struct pool_slab {
    struct pool_slab *next;
    size_t pad;
    /* the blocks follow */
};

static void grow(struct pool *p)
{
    size_t step = (p->size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct pool_slab *slab = base_alloc(sizeof(*slab) + BLOCKS_A_SLAB * step);
    slab->next = p->slabs;
    p->slabs = slab;
    for (size_t i = 0; i < BLOCKS_A_SLAB; i++)
        pool_give(p, (char *)(slab + 1) + i * step);
}

void *pool_take(struct pool *p)
{
    if (!p->spare)
        grow(p);
    struct pool_block *block = p->spare;
    p->spare = block->next;
    return block;
}

void pool_give(struct pool *p, void *block)
{
    struct pool_block *b = block;
    b->next = p->spare;
    p->spare = b;
}

void pool_free(struct pool *p)
{
    while (p->slabs) {
        struct pool_slab *next = p->slabs->next;
        free(p->slabs);
        p->slabs = next;
    }
    p->spare = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/arena.h"

#include <stdlib.h>

/*
 * Chained buckets over a ring of entries: the ring's order is the order of birth, so the oldest
 * entry is found for free. A removed entry stays in the ring, unlinked, until its turn comes.
 */
struct entry {
    uint64_t key;
    uint64_t value;
    uint32_t next; /* in its chain; index + 1, 0 ends */
    bool live;
};

struct map {
    struct entry *ring;
    uint32_t *buckets; /* index + 1, 0 is empty */
    size_t mask;
    size_t turn; /* the entry to be used next */
    size_t count;
};

struct map *map_new(size_t limit)
{
    size_t size = 16;
    while (size < limit)
        size *= 2;
    struct map *m = base_alloc(sizeof(*m));
    m->ring = base_alloc(size * sizeof(*m->ring));
    m->buckets = base_alloc(size * sizeof(*m->buckets));
    m->mask = size - 1;
    return m;
}

void map_free(struct map *m)
{
    if (!m)
        return;
    free(m->ring);
    free(m->buckets);
    free(m);
}

static uint32_t *bucket_of(const struct map *m, uint64_t key)
{
    uint64_t mixed = key * UINT64_C(0x9E3779B97F4A7C15);
    return &m->buckets[(mixed >> 20) & m->mask];
}

/* The link that points at the key's entry, or at the chain's end. */
static uint32_t *link_to(const struct map *m, uint64_t key)
{
    uint32_t *link = bucket_of(m, key);
    while (*link && m->ring[*link - 1].key != key)
        link = &m->ring[*link - 1].next;
    return link;
}

static void unlink_entry(struct map *m, uint32_t *link)
{
    struct entry *e = &m->ring[*link - 1];
    *link = e->next;
    e->live = false;
    m->count--;
}

void map_put(struct map *m, uint64_t key, uint64_t value)
{
    uint32_t *link = link_to(m, key);
    if (*link) {
        m->ring[*link - 1].value = value;
        return;
    }
    struct entry *e = &m->ring[m->turn];
    if (e->live)
        unlink_entry(m, link_to(m, e->key));
    uint32_t *bucket = bucket_of(m, key);
    *e = (struct entry){.key = key, .value = value, .next = *bucket, .live = true};
    *bucket = (uint32_t)m->turn + 1;
    m->turn = (m->turn + 1) & m->mask;
    m->count++;
}

bool map_get(const struct map *m, uint64_t key, uint64_t *value)
{
    uint32_t *link = link_to(m, key);
    if (!*link)
        return false;
    *value = m->ring[*link - 1].value;
    return true;
}

void map_remove(struct map *m, uint64_t key)
{
    uint32_t *link = link_to(m, key);
    if (*link)
        unlink_entry(m, link);
}

size_t map_count(const struct map *m)
{
    return m->count;
}

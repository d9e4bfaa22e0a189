/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/recipients.h"

#include "base/secret.h"

#include <stdlib.h>

enum { BUCKET_BITS = 12 };

void recipients_init(struct recipients *r)
{
    r->buckets = base_alloc((1u << BUCKET_BITS) * sizeof(*r->buckets));
    r->multiplier = secret_random_u64() | 1;
    r->entries.size = sizeof(struct recipient);
}

void recipients_free(struct recipients *r)
{
    pool_free(&r->entries);
    free(r->buckets);
}

/* Where the entry of this number is linked, or would be. */
static struct recipient **find(struct recipients *r, uint64_t number)
{
    struct recipient **at = &r->buckets[number * r->multiplier >> (64 - BUCKET_BITS)];
    while (*at && (*at)->number != number)
        at = &(*at)->next;
    return at;
}

bool recipients_claim(struct recipients *r, struct sending *m)
{
    if (m->recipient)
        return true;
    struct recipient **at = find(r, m->out->recipient);
    if (*at) {
        queue_remove(m);
        queue_put(&(*at)->waiting, m);
        return false;
    }
    struct recipient *entry = pool_take(&r->entries);
    *entry = (struct recipient){.number = m->out->recipient, .waiting.sum = &r->waiting};
    *at = entry;
    m->recipient = entry;
    return true;
}

struct sending *recipients_leave(struct recipients *r, struct sending *m)
{
    struct recipient *entry = m->recipient;
    if (!entry)
        return NULL;
    struct sending *next = entry->waiting.oldest;
    m->recipient = NULL;
    if (next) {
        queue_remove(next);
        next->recipient = entry;
        return next;
    }
    *find(r, entry->number) = entry->next;
    pool_give(&r->entries, entry);
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/cursor.h"

#include <stdio.h>

enum { VERSION = 1, BYTES = 29 };

struct bytes {
    uint8_t at[BYTES];
    size_t n;
};

static void put(struct bytes *b, uint64_t v, size_t n)
{
    while (n--)
        b->at[b->n++] = (uint8_t)(v >> 8 * n);
}

static uint64_t get(struct bytes *b, size_t n)
{
    uint64_t v = 0;
    while (n--)
        v = v << 8 | b->at[b->n++];
    return v;
}

/* FNV-1a: against accidents; who alters it on purpose only turns his own pages. */
static uint32_t check_of(struct str list, const struct list_place *p)
{
    const int64_t values[] = {p->key.first, p->key.second, p->id, VERSION};
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < list.n; i++)
        hash = (hash ^ (uint8_t)list.p[i]) * 16777619u;
    for (size_t i = 0; i < sizeof(values); i++)
        hash = (hash ^ (uint8_t)((uint64_t)values[i / 8] >> 8 * (i % 8))) * 16777619u;
    return hash;
}

void cursor_write(char out[CURSOR_SIZE], struct str list, const struct list_place *place)
{
    struct bytes b = {.n = 0};
    put(&b, VERSION, 1);
    put(&b, check_of(list, place), 4);
    put(&b, (uint64_t)place->id, 8);
    put(&b, (uint64_t)place->key.first, 8);
    put(&b, (uint64_t)place->key.second, 8);
    for (size_t i = 0; i < BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", b.at[i]);
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum err cursor_read(struct list_place *out, struct str list, struct str text)
{
    struct bytes b = {.n = 0};
    if (text.n != (size_t)BYTES * 2)
        return ERR_INVALID;
    for (size_t i = 0; i < BYTES; i++) {
        int high = digit(text.p[2 * i]), low = digit(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return ERR_INVALID;
        b.at[i] = (uint8_t)(high << 4 | low);
    }
    uint64_t version = get(&b, 1);
    uint32_t check = (uint32_t)get(&b, 4);
    struct list_place p = {.id = (int64_t)get(&b, 8)};
    p.key.first = (int64_t)get(&b, 8);
    p.key.second = (int64_t)get(&b, 8);
    if (version != VERSION || check != check_of(list, &p))
        return ERR_INVALID;
    *out = p;
    return OK;
}

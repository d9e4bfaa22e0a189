/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sieve.h"

#include "base/arena.h"
#include "base/secret.h"

#include <stdlib.h>

enum { LOOKS = 4, BITS_A_LOOK = 23 };

struct sieve {
    uint64_t seed; /* drawn: strangers choose the keys */
    bool used;
    uint64_t words[SIEVE_BITS / 64];
};

struct sieve *sieve_new(void)
{
    struct sieve *s = base_alloc(sizeof(*s));
    s->seed = secret_random_u64();
    return s;
}

void sieve_free(struct sieve *s)
{
    free(s);
}

/* The finishing step of splitmix64 (Steele, Lea, Flood 2014): every bit depends on all. */
static uint64_t mix(const struct sieve *s, uint64_t key, uint64_t round)
{
    uint64_t x = (key ^ s->seed) + round * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* Two draws give two places each. */
static uint64_t place(uint64_t drawn, unsigned nth)
{
    return drawn >> (nth % 2 * (BITS_A_LOOK + 9)) & (SIEVE_BITS - 1);
}

void sieve_add(struct sieve *s, uint64_t key)
{
    uint64_t drawn = 0;
    s->used = true;
    for (unsigned i = 0; i < LOOKS; i++) {
        if (i % 2 == 0)
            drawn = mix(s, key, i);
        uint64_t bit = place(drawn, i);
        s->words[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

bool sieve_has(const struct sieve *s, uint64_t key)
{
    uint64_t drawn = 0;
    if (!s->used)
        return false;
    for (unsigned i = 0; i < LOOKS; i++) {
        if (i % 2 == 0)
            drawn = mix(s, key, i);
        uint64_t bit = place(drawn, i);
        if (!(s->words[bit / 64] >> bit % 64 & 1))
            return false;
    }
    return true;
}

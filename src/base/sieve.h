/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/sieve: a set of 64-bit keys that may say yes wrongly but never no, in a room that does not
 * grow: where the answer is almost always no, it saves the question. Keys stay. (Bloom, 1970.)
 * Owner: who calls sieve_free. Threads: one at a time.
 */
#ifndef NAVETTE_BASE_SIEVE_H
#define NAVETTE_BASE_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

/* 1 MiB: with a million keys one answer in forty is a wrong yes. */
enum { SIEVE_BITS = 1 << 23 };

struct sieve;

struct sieve *sieve_new(void);
void sieve_free(struct sieve *s);
void sieve_add(struct sieve *s, uint64_t key);
bool sieve_has(const struct sieve *s, uint64_t key);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/arena: memory that lives as long as one job: a request, a PDU, a batch, a letter.
 *
 * There is no free for a single allocation; arena_free releases all. Memory comes zeroed and
 * aligned for any type. Out of memory, or past the arena's limit by more than an honest caller
 * could reach, ends the process: nobody has to check.
 * Owner: who holds the arena; a letter that carries one hands it over. Threads: one at a time.
 */
#ifndef NAVETTE_BASE_ARENA_H
#define NAVETTE_BASE_ARENA_H

#include "base/str.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
/* Gives up all allocations and keeps the first block: for a job that repeats. */
void arena_reset(struct arena *a);

void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc));
/* n items of `size` bytes; the product is checked. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull, malloc));
#define ARENA_NEW(a, type)      ((type *)arena_alloc(a, sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array(a, n, sizeof(type)))

/* True when p points into memory of this arena. */
bool arena_holds(const struct arena *a, const void *p);

/* Calls drop(what) when the arena is freed or reset, the last one asked for first: for a foreign
 * object that belongs to the job. */
void arena_at_end(struct arena *a, void (*drop)(void *what), void *what);

/* A copy with a NUL behind it. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));

/* For memory with a longer life than a job: zeroed, never NULL. Released by free(). */
void *base_alloc(size_t size) __attribute__((returns_nonnull, malloc));
void *base_realloc(void *p, size_t size) __attribute__((returns_nonnull));
_Noreturn void base_out_of_memory(void);

#endif

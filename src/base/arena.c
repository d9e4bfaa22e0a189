/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_BLOCK = 2048, ALIGNMENT = 16, MAX_BLOCK = 256 * 1024 };

struct block {
    struct block *next;
    size_t size;
    size_t used;
    size_t pad;
    /* the bytes follow */
};

struct ending {
    struct ending *next;
    void (*drop)(void *what);
    void *what;
};

struct arena {
    struct block *blocks; /* newest first; the arena itself stands in the oldest */
    struct ending *endings;
};

void base_out_of_memory(void)
{
    static const char text[] = "fatal out_of_memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)ignored;
    abort();
}

void *base_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        base_out_of_memory();
    return p;
}

void *base_realloc(void *p, size_t size)
{
    void *moved = realloc(p, size ? size : 1);
    if (!moved)
        base_out_of_memory();
    return moved;
}

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof(*b) + size);
    if (!b)
        base_out_of_memory();
    *b = (struct block){.size = size};
    return b;
}

static void *block_take(struct block *b, size_t size)
{
    void *p = (char *)(b + 1) + b->used;
    b->used += size;
    return memset(p, 0, size);
}

static size_t align_up(size_t size)
{
    if (size > SIZE_MAX / 2)
        base_out_of_memory();
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

struct arena *arena_new(void)
{
    struct block *first = block_new(FIRST_BLOCK - sizeof(struct block));
    struct arena *a = block_take(first, align_up(sizeof(struct arena)));
    a->blocks = first;
    return a;
}

void arena_at_end(struct arena *a, void (*drop)(void *what), void *what)
{
    struct ending *e = ARENA_NEW(a, struct ending);
    *e = (struct ending){.next = a->endings, .drop = drop, .what = what};
    a->endings = e;
}

static void end(struct arena *a)
{
    for (struct ending *e = a->endings; e; e = e->next)
        e->drop(e->what);
    a->endings = NULL;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    end(a);
    struct block *b = a->blocks;
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_reset(struct arena *a)
{
    end(a);
    struct block *b = a->blocks;
    while (b->next) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
    b->used = align_up(sizeof(struct arena));
    a->blocks = b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size = align_up(size ? size : 1);
    struct block *b = a->blocks;
    if (b->size - b->used < size) {
        size_t grown = b->size * 2 < MAX_BLOCK ? b->size * 2 : MAX_BLOCK;
        b = block_new(size > grown ? size : grown);
        b->next = a->blocks;
        a->blocks = b;
    }
    return block_take(b, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(n, size, &total))
        base_out_of_memory();
    return arena_alloc(a, total);
}

bool arena_holds(const struct arena *a, const void *p)
{
    for (const struct block *b = a->blocks; b; b = b->next) {
        uintptr_t start = (uintptr_t)(b + 1);
        if ((uintptr_t)p >= start && (uintptr_t)p < start + b->used)
            return true;
    }
    return false;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *copy = arena_alloc(a, s.n + 1);
    if (s.n)
        memcpy(copy, s.p, s.n);
    return (struct str){.p = copy, .n = s.n};
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = (size_t)(n < 0 ? 0 : n) + 1;
    char *text = arena_alloc(a, size);
    va_start(args, format);
    vsnprintf(text, size, format, args);
    va_end(args);
    return (struct str){.p = text, .n = size - 1};
}

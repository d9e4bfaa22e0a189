/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/buf: a growable run of bytes that is born with a limit.
 *
 * The first failure sticks: appends after it do nothing, and buf_err tells at the end, so that a
 * writer is a straight list of appends with one check. Out of memory ends the process.
 * Owner: who calls buf_free. Threads: one at a time.
 */
#ifndef NAVETTE_BASE_BUF_H
#define NAVETTE_BASE_BUF_H

#include "base/str.h"

struct buf {
    uint8_t *p;
    size_t n;
    size_t size;  /* allocated */
    size_t limit; /* n never exceeds it */
    enum err err; /* OK, or ERR_TOO_LARGE once the limit was met */
};

/* No memory is taken before the first append. */
static inline struct buf buf_limited(size_t limit)
{
    return (struct buf){.limit = limit};
}

void buf_free(struct buf *b);
/* Empties it and keeps the memory; clears the error. */
void buf_clear(struct buf *b);
/* Drops the first n bytes. */
void buf_consume(struct buf *b, size_t n);

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_u8(struct buf *b, uint8_t v);
/* Big endian, as on the wire. */
void buf_add_u16(struct buf *b, uint16_t v);
void buf_add_u32(struct buf *b, uint32_t v);
/* Overwrites four bytes written before. */
void buf_set_u32(struct buf *b, size_t at, uint32_t v);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));

static inline struct str buf_str(const struct buf *b)
{
    return (struct str){.p = (const char *)b->p, .n = b->n};
}

#endif

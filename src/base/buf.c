/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_SIZE = 256 };

void buf_free(struct buf *b)
{
    free(b->p);
    *b = buf_limited(b->limit);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->err = OK;
}

void buf_consume(struct buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

/* Room for n more bytes and one spare for a NUL, or false and the error is set. */
static bool reserve(struct buf *b, size_t n)
{
    if (b->err || n > b->limit || b->n > b->limit - n) {
        b->err = b->err ? b->err : ERR_TOO_LARGE;
        return false;
    }
    if (b->n + n + 1 <= b->size)
        return true;
    size_t size = b->size ? b->size : FIRST_SIZE;
    while (size < b->n + n + 1)
        size *= 2;
    b->p = base_realloc(b->p, size);
    b->size = size;
    return true;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (n == 0 || !reserve(b, n))
        return;
    memcpy(b->p + b->n, bytes, n);
    b->n += n;
}

void buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.p, s.n);
}

void buf_add_u8(struct buf *b, uint8_t v)
{
    buf_add(b, &v, 1);
}

void buf_add_u16(struct buf *b, uint16_t v)
{
    buf_add(b, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static void put_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

void buf_add_u32(struct buf *b, uint32_t v)
{
    uint8_t bytes[4];
    put_u32(bytes, v);
    buf_add(b, bytes, 4);
}

void buf_set_u32(struct buf *b, size_t at, uint32_t v)
{
    if (at + 4 <= b->n)
        put_u32(b->p + at, v);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || !reserve(b, (size_t)n))
        return;
    va_start(args, format);
    vsnprintf((char *)b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

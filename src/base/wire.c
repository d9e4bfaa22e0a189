/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wire.h"

static const uint8_t *take(struct wire *w, size_t n)
{
    if (w->err || wire_left(w) < n) {
        w->err = w->err ? w->err : ERR_TRUNCATED;
        w->at = w->end;
        return NULL;
    }
    const uint8_t *p = w->at;
    w->at += n;
    return p;
}

uint8_t wire_u8(struct wire *w)
{
    const uint8_t *p = take(w, 1);
    return p ? p[0] : 0;
}

uint16_t wire_u16(struct wire *w)
{
    const uint8_t *p = take(w, 2);
    return p ? (uint16_t)((unsigned)p[0] << 8 | p[1]) : 0;
}

uint32_t wire_u32(struct wire *w)
{
    const uint8_t *p = take(w, 4);
    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

struct str wire_bytes(struct wire *w, size_t n)
{
    const uint8_t *p = take(w, n);
    return p ? (struct str){.p = (const char *)p, .n = n} : (struct str){0};
}

struct str wire_cstr(struct wire *w, size_t size)
{
    size_t left = wire_left(w);
    const uint8_t *nul = left ? memchr(w->at, 0, left < size ? left : size) : NULL;
    if (!nul) {
        w->err = w->err ? w->err : left < size ? ERR_TRUNCATED : ERR_TOO_LONG;
        w->at = w->end;
        return (struct str){0};
    }
    size_t n = (size_t)(nul - w->at);
    return (struct str){.p = (const char *)take(w, n + 1), .n = n};
}

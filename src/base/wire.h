/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/wire: a reading cursor over bytes whose first error sticks: after it every read gives zero
 * or an empty view, so a parser is a straight list of reads with one check at the end. Nothing is
 * copied: views point into the bytes that were given. Numbers are big endian.
 * Threads: pure.
 */
#ifndef NAVETTE_BASE_WIRE_H
#define NAVETTE_BASE_WIRE_H

#include "base/str.h"

struct wire {
    const uint8_t *at;
    const uint8_t *end;
    enum err err; /* OK, ERR_TRUNCATED or ERR_TOO_LONG (a C string without its NUL in time) */
};

static inline struct wire wire_over(const void *bytes, size_t n)
{
    return (struct wire){.at = bytes, .end = n ? (const uint8_t *)bytes + n : bytes, .err = OK};
}

static inline size_t wire_left(const struct wire *w)
{
    return (size_t)(w->end - w->at);
}

uint8_t wire_u8(struct wire *w);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
struct str wire_bytes(struct wire *w, size_t n);
/* A NUL-terminated string of at most `size` bytes, NUL included; the view leaves the NUL out. */
struct str wire_cstr(struct wire *w, size_t size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/utf8: one code point at a time. Inside this room only; others use text/text.h.
 * Source: Unicode 15, table 3-7 (well-formed UTF-8). Threads: pure.
 */
#ifndef NAVETTE_TEXT_UTF8_H
#define NAVETTE_TEXT_UTF8_H

#include "base/str.h"

enum { UTF8_REPLACEMENT = 0xFFFD, UTF8_SIZE_MAX = 4 };

/* As utf8_decode, for a first byte of 0x80 and above. */
size_t utf8_decode_long(uint32_t *code_point, const char *at, const char *end);

/* The bytes that the code point at `at` takes, at < end; 0 when they are no UTF-8. */
static inline size_t utf8_decode(uint32_t *code_point, const char *at, const char *end)
{
    uint8_t first = (uint8_t)*at;
    if (first >= 0x80)
        return utf8_decode_long(code_point, at, end);
    *code_point = first;
    return 1;
}

/* Writes at most UTF8_SIZE_MAX bytes and returns their number; no surrogates. */
size_t utf8_encode(char *to, uint32_t code_point);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/octets: what each character takes. Inside this room only. Threads: pure.
 */
#ifndef NAVETTE_TEXT_OCTETS_H
#define NAVETTE_TEXT_OCTETS_H

#include "text/gsm7.h"
#include "text/plan.h"

static inline uint32_t utf8_size(uint32_t code_point)
{
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

/* As counted; 0 when the encoding has no such character. */
static inline uint32_t units_of(uint32_t code_point, enum text_encoding encoding)
{
    switch (encoding) {
    case TEXT_GSM7:
        return gsm7_size(code_point);
    case TEXT_UCS2:
        return code_point > 0xFFFF ? 2 : 1;
    case TEXT_UTF8:
        return utf8_size(code_point);
    case TEXT_LATIN1: /* its 0x80 to 0x9F are controls */
        return code_point < 0x80 || (code_point >= 0xA0 && code_point <= 0xFF);
    case TEXT_ASCII:
        return code_point < 0x80;
    }
    return 0;
}

/* The encoding whose units are the wire's octets (UCS-2: pairs of them; packed: septets). */
static inline enum text_encoding wire_encoding(enum text_wire wire)
{
    static const enum text_encoding encodings[] = {
        [TEXT_WIRE_GSM] = TEXT_GSM7,          [TEXT_WIRE_GSM_PACKED] = TEXT_GSM7,
        [TEXT_WIRE_LATIN1] = TEXT_LATIN1,     [TEXT_WIRE_ASCII] = TEXT_ASCII,
        [TEXT_WIRE_UTF8] = TEXT_UTF8,         [TEXT_WIRE_IA5] = TEXT_ASCII,
        [TEXT_WIRE_ISO_8859_1] = TEXT_LATIN1, [TEXT_WIRE_UCS2] = TEXT_UCS2,
    };
    return encodings[wire];
}

/* Weighs for one wire: plain when `units` is the wire's own encoding; else all its characters are
 * of both. */
enum err parts_weigh(struct text_weight *out, struct str utf8, enum text_encoding units,
                     struct text_layout layout, size_t *bad_at) MUST_CHECK;
/* text_replace for an encoding: only what it lacks, and only by what it has. */
struct str replace_for(struct arena *a, struct str utf8, enum text_encoding encoding);

#endif

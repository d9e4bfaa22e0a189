/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/text: what a text weighs as SMS, and the bytes of its parts. What one link makes of it:
 * text/plan.
 *
 * Text is UTF-8. Encodings: GSM 7-bit default alphabet (3GPP TS 23.038 6.2.1, unpacked: one septet
 * a byte, as SMPP carries it; the ten extension characters are two septets) and UCS-2 (UTF-16BE;
 * beyond the BMP two units). CR, LF and CRLF become one LF (P1.7). Nothing is cut inside an escape
 * sequence or a surrogate pair. Source: TS 23.038, TS 23.040 9.2.3.24.1, product P1.
 * Owner: results live in the arena given. Threads: pure.
 */
#ifndef NAVETTE_TEXT_TEXT_H
#define NAVETTE_TEXT_TEXT_H

#include "base/arena.h"
#include "text/national.h"

/* What a text is counted in. The numbers stand in the store. */
enum text_encoding {
    TEXT_GSM7,
    TEXT_UCS2,
    TEXT_LATIN1, /* this and the following: octets, of links that take more than GSM so */
    TEXT_ASCII,
    TEXT_UTF8
};
/* "gsm7", "ucs2", "latin1", "ascii", "utf8" */
const char *text_encoding_name(enum text_encoding e);

enum text_choice { TEXT_CHOOSE, TEXT_FORCE_GSM7, TEXT_FORCE_UCS2 };

enum { TEXT_PARTS_MAX = 255 };

struct text_weight {
    enum text_encoding encoding;
    uint32_t characters; /* as a person counts: code points, a line break is one */
    uint32_t units;      /* septets (extension characters twice), UTF-16 units or octets */
    uint32_t parts;      /* 0 for an empty text */
    uint32_t room_units; /* left in the last part */
};

/*
 * Weighs a text. ERR_BAD_UTF8; ERR_NOT_GSM7 when 7-bit is forced and cannot carry it;
 * ERR_TOO_LONG beyond TEXT_PARTS_MAX parts. *bad_at (may be NULL): byte offset of the first
 * offender for the first two.
 */
enum err text_weigh(struct text_weight *out, struct str utf8, enum text_choice choice,
                    size_t *bad_at) MUST_CHECK;

struct text_part {
    struct str bytes; /* what stands in short_message behind the UDH, if any */
    uint8_t number;   /* 1 … total */
};

struct text_parts {
    struct text_part *items;
    size_t n;
};

/* The bytes of each part. The same errors as text_weigh. */
enum err text_split(struct text_parts *out, struct arena *a, struct str utf8,
                    enum text_encoding encoding) MUST_CHECK;

/* A character that costs: it forces UCS-2. */
struct text_offender {
    size_t at_byte;      /* in the UTF-8 text */
    size_t at_character; /* in code points */
    uint32_t code_point;
    struct str replacement; /* GSM look-alike in UTF-8; n is 0 when there is none */
    bool left_out;          /* text_replace drops it: nothing is seen of it, or only an accent */
};

/* Every character outside the GSM alphabet, in order, at most `limit`; their true number in *total.
 * ERR_BAD_UTF8. */
enum err text_offenders(struct text_offender **out, size_t *n, size_t *total, struct arena *a,
                        struct str utf8, size_t limit) MUST_CHECK;

/* Where the characters stand that count double in the GSM alphabet: bytes in the UTF-8 text, at
 * most `limit`. ERR_BAD_UTF8. */
enum err text_extended(size_t **at_byte, size_t *n, struct arena *a, struct str utf8,
                       size_t limit) MUST_CHECK;

/*
 * The text with the look-alikes of lookalike.def in place (P1.6); characters without one stay.
 * ERR_BAD_UTF8.
 */
enum err text_replace(struct str *out, struct arena *a, struct str utf8) MUST_CHECK;

/*
 * What came in, to UTF-8; never fails. Unknown escapes give the basic character; lone surrogates,
 * NUL and bytes above 0x7F where septets are due give U+FFFD; an odd last byte is dropped; a
 * leading byte order mark is obeyed and dropped. Latin-1 is read as Windows-1252, which is what
 * links send.
 */
struct str text_from_gsm7(struct arena *a, struct str septets);
/* With these tables in the place of the alphabet and of its extension. */
struct str text_from_national(struct arena *a, struct str septets, struct national_shift shift);
/* UTF-8 that is none is read as Latin-1. */
struct str text_from_utf8(struct arena *a, struct str bytes);
struct str text_from_ucs2(struct arena *a, struct str bytes);
struct str text_from_latin1(struct arena *a, struct str bytes);

/* ERR_BAD_UTF8 with the offset of the first bad byte: overlong, surrogate, beyond U+10FFFF, cut. */
enum err text_utf8_check(struct str utf8, size_t *bad_at) MUST_CHECK;
/* Of valid UTF-8: UTF-16 units, as JavaScript counts. */
size_t text_utf16_length(struct str utf8);
/* Bytes of the first `characters` code points. */
size_t text_utf8_prefix(struct str utf8, size_t characters);

#endif

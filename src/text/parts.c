/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing and splitting. Both fill parts by the same rule (`fill_add`), so that a price asked
 * before is the number of parts that leave. A text is read once for 7-bit, and once more from its
 * start only when a character outside the alphabet turns up.
 */
#include "text/gsm7.h"
#include "text/text.h"
#include "text/utf8.h"

/* What one SMS carries alone, and as one of several behind a 6-byte UDH (TS 23.040 9.2.3.24.1). */
static const struct capacity {
    uint32_t alone, joined;
} capacities[] = {[TEXT_GSM7] = {160, 153}, [TEXT_UCS2] = {70, 67}};

/*
 * No text above it fits TEXT_PARTS_MAX parts: the most bytes a unit can come from are three (UCS-2:
 * 255 * 67 units) and two (7-bit: CRLF or a two-byte letter, 255 * 153 septets).
 */
enum { BYTES_MAX = TEXT_PARTS_MAX * 153 * 2 };

struct fill {
    uint32_t limit;
    uint32_t used;   /* of the part that is being filled */
    uint32_t closed; /* full parts before it */
};

/* Puts one character where it fits whole; true when that began a new part. */
static inline bool fill_add(struct fill *f, uint32_t units)
{
    bool full = f->used + units > f->limit;
    f->closed += full;
    f->used = full ? units : f->used + units;
    return full;
}

/* Bytes taken by the next character, 0 for bad UTF-8. CR and CRLF come as one LF. */
static inline size_t read_character(uint32_t *code_point, const char *at, const char *end)
{
    size_t size = utf8_decode(code_point, at, end);
    if (size == 1 && *at == '\r') {
        *code_point = '\n';
        size += end - at > 1 && at[1] == '\n';
    }
    return size;
}

/* 0 when the encoding cannot carry it. */
static inline uint32_t units_of(uint32_t code_point, enum text_encoding encoding)
{
    if (encoding == TEXT_UCS2)
        return code_point > 0xFFFF ? 2 : 1;
    return gsm7_size(code_point);
}

/* Inlined, so that each encoding has a loop of its own. */
static inline __attribute__((always_inline)) enum err weigh(struct text_weight *out,
                                                            struct str utf8,
                                                            enum text_encoding encoding,
                                                            size_t *bad_at)
{
    struct capacity capacity = capacities[encoding];
    struct fill fill = {.limit = capacity.joined};
    uint32_t characters = 0;
    uint32_t units = 0;
    const char *end = utf8.p + utf8.n;
    for (const char *at = utf8.p; at < end; characters++) {
        uint32_t code_point;
        size_t size = read_character(&code_point, at, end);
        uint32_t more = size ? units_of(code_point, encoding) : 0;
        if (more == 0) {
            *bad_at = (size_t)(at - utf8.p);
            return size ? ERR_NOT_GSM7 : ERR_BAD_UTF8;
        }
        units += more;
        (void)fill_add(&fill, more);
        at += size;
    }
    bool alone = units <= capacity.alone;
    *out = (struct text_weight){
        .encoding = encoding,
        .characters = characters,
        .units = units,
        .parts = alone ? units > 0 : fill.closed + 1,
        .room_units = alone ? capacity.alone - units : capacity.joined - fill.used,
    };
    return out->parts > TEXT_PARTS_MAX ? ERR_TOO_LONG : OK;
}

const char *text_encoding_name(enum text_encoding e)
{
    return e == TEXT_GSM7 ? "gsm7" : "ucs2";
}

enum err text_weigh(struct text_weight *out, struct str utf8, enum text_choice choice,
                    size_t *bad_at)
{
    size_t ignored;
    if (!bad_at)
        bad_at = &ignored;
    if (utf8.n == 0)
        utf8 = STR("");
    if (utf8.n > BYTES_MAX)
        return ERR_TOO_LONG;
    enum err err = ERR_NOT_GSM7;
    if (choice != TEXT_FORCE_UCS2)
        err = weigh(out, utf8, TEXT_GSM7, bad_at);
    if (err == ERR_NOT_GSM7 && choice != TEXT_FORCE_GSM7)
        err = weigh(out, utf8, TEXT_UCS2, bad_at);
    return err;
}

static char *write_unit(char *to, uint32_t unit)
{
    to[0] = (char)(unit >> 8);
    to[1] = (char)unit;
    return to + 2;
}

static char *write_character(char *to, uint32_t code_point, enum text_encoding encoding)
{
    if (encoding == TEXT_GSM7) {
        uint32_t code = gsm7_code(code_point);
        if (code & GSM7_EXTENDED)
            *to++ = GSM7_ESCAPE;
        *to++ = (char)(code & 0x7F);
        return to;
    }
    if (code_point <= 0xFFFF)
        return write_unit(to, code_point);
    uint32_t beyond = code_point - 0x10000;
    to = write_unit(to, 0xD800 | beyond >> 10);
    return write_unit(to, 0xDC00 | (beyond & 0x3FF));
}

enum err text_split(struct text_parts *out, struct arena *a, struct str utf8,
                    enum text_encoding encoding)
{
    struct text_weight weight;
    enum err err =
        text_weigh(&weight, utf8, encoding == TEXT_GSM7 ? TEXT_FORCE_GSM7 : TEXT_FORCE_UCS2, NULL);
    *out = (struct text_parts){0};
    if (err || weight.parts == 0)
        return err;

    struct capacity capacity = capacities[encoding];
    struct fill fill = {.limit = weight.parts == 1 ? capacity.alone : capacity.joined};
    struct text_part *parts = ARENA_ARRAY(a, weight.parts, struct text_part);
    char *to = arena_alloc(a, (size_t)weight.units * (encoding == TEXT_GSM7 ? 1 : 2));
    struct text_part *part = parts;
    *part = (struct text_part){.bytes.p = to, .number = 1};
    const char *end = utf8.p + utf8.n;
    for (const char *at = utf8.p; at < end;) {
        uint32_t code_point = 0;
        at += read_character(&code_point, at, end);
        if (fill_add(&fill, units_of(code_point, encoding))) {
            part->bytes.n = (size_t)(to - part->bytes.p);
            part++;
            *part = (struct text_part){.bytes.p = to, .number = (uint8_t)(part - parts + 1)};
        }
        to = write_character(to, code_point, encoding);
    }
    part->bytes.n = (size_t)(to - part->bytes.p);
    *out = (struct text_parts){.items = parts, .n = weight.parts};
    return OK;
}

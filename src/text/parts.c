/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing and cutting. Both fill parts by the same rule (`fill_add`), so that a price asked before
 * is the number of parts that leave.
 */
#include "text/octets.h"
#include "text/septets.h"
#include "text/utf8.h"

/* What one SMS carries alone, as one of several behind a 6-byte UDH, and behind one of 7 bytes
 * (TS 23.040 9.2.3.24.1, 9.2.3.24.8). */
static const struct capacity {
    uint32_t alone, joined, joined_wide;
} capacities[] = {
    [TEXT_GSM7] = {160, 153, 152},  [TEXT_UCS2] = {70, 67, 66},    [TEXT_LATIN1] = {140, 134, 133},
    [TEXT_ASCII] = {140, 134, 133}, [TEXT_UTF8] = {140, 134, 133},
};

enum {
    SHORT_MESSAGE_MAX = 254,
    /* No text above it fits TEXT_PARTS_MAX parts: the most bytes a unit can come from are three
     * (UCS-2: 255 * 67 units) and two (7-bit: CRLF or a two-byte letter, 255 * 153 septets). */
    BYTES_MAX = TEXT_PARTS_MAX * 153 * 2
};

struct fill {
    uint32_t limit;
    uint32_t used;       /* of the part that is being filled */
    uint32_t wire_limit; /* octets; the same for these */
    uint32_t wire_used;
    uint32_t closed; /* full parts before it */
};

/* The most octets of one submit_sm; short_message is the bound, message_payload has none here. */
static uint32_t wire_limit(struct text_layout layout, bool alone)
{
    if (layout.mode == TEXT_PAYLOAD)
        return UINT32_MAX;
    return SHORT_MESSAGE_MAX - (alone ? 0 : (uint32_t)text_long_header(layout.mode));
}

static struct fill fill_new(enum text_encoding units, struct text_layout layout, bool alone)
{
    const struct capacity *c = &capacities[units];
    uint32_t joined = layout.mode == TEXT_UDH16 ? c->joined_wide : c->joined;
    return (struct fill){.limit = alone ? c->alone : joined,
                         .wire_limit = wire_limit(layout, alone)};
}

uint32_t text_part_units(enum text_encoding encoding, enum text_long mode, bool alone)
{
    struct text_layout layout = {.mode = (uint8_t)mode};
    return fill_new(encoding, layout, alone).limit;
}

/* Puts one character where it fits whole; true when that began a new part. */
static inline bool fill_add(struct fill *f, uint32_t units, uint32_t octets)
{
    bool full = f->used + units > f->limit || f->wire_used + octets > f->wire_limit;
    f->closed += full;
    f->used = full ? units : f->used + units;
    f->wire_used = full ? octets : f->wire_used + octets;
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

/* Octets that count against the wire's own limit: only UTF-8 reaches it before the parts' own. */
static inline uint32_t wire_octets(uint32_t code_point, enum text_encoding wire)
{
    return wire == TEXT_UTF8 ? utf8_size(code_point) : 0;
}

/* Inlined, so that each encoding of note has a loop of its own. */
static inline __attribute__((always_inline)) enum err weigh(
    struct text_weight *out, struct str utf8, enum text_encoding encoding, enum text_encoding wire,
    struct text_layout layout, size_t *bad_at)
{
    struct capacity capacity = capacities[encoding];
    struct fill fill = fill_new(encoding, layout, false);
    uint32_t characters = 0;
    uint32_t units = 0;
    uint32_t octets = 0;
    const char *end = utf8.p + utf8.n;
    for (const char *at = utf8.p; at < end; characters++) {
        uint32_t code_point;
        size_t size = read_character(&code_point, at, end);
        uint32_t more = size ? units_of(code_point, encoding) : 0;
        if (more == 0 || (wire != encoding && units_of(code_point, wire) == 0)) {
            *bad_at = (size_t)(at - utf8.p);
            return size ? ERR_NOT_GSM7 : ERR_BAD_UTF8;
        }
        uint32_t on_wire = wire_octets(code_point, wire);
        units += more;
        octets += on_wire;
        (void)fill_add(&fill, more, on_wire);
        at += size;
    }
    bool alone = units <= capacity.alone && octets <= wire_limit(layout, true);
    *out = (struct text_weight){
        .encoding = encoding,
        .characters = characters,
        .units = units,
        .parts = alone ? units > 0 : fill.closed + 1,
        .room_units = alone ? capacity.alone - units : fill.limit - fill.used,
    };
    return out->parts > TEXT_PARTS_MAX ? ERR_TOO_LONG : OK;
}

static enum text_encoding wire_of(enum text_encoding units, struct text_layout layout)
{
    return units == TEXT_UCS2 ? TEXT_UCS2 : wire_encoding(layout.wire);
}

const char *text_encoding_name(enum text_encoding e)
{
    static const char *const names[] = {"gsm7", "ucs2", "latin1", "ascii", "utf8"};
    return names[e];
}

enum err parts_weigh(struct text_weight *out, struct str utf8, enum text_encoding units,
                     struct text_layout layout, size_t *bad_at)
{
    enum text_encoding wire = wire_of(units, layout);
    if (utf8.n == 0)
        utf8 = STR("");
    if (utf8.n > BYTES_MAX)
        return ERR_TOO_LONG;
    if (units == TEXT_GSM7 && wire == TEXT_GSM7)
        return weigh(out, utf8, TEXT_GSM7, TEXT_GSM7, layout, bad_at);
    if (units == TEXT_UCS2)
        return weigh(out, utf8, TEXT_UCS2, TEXT_UCS2, layout, bad_at);
    return weigh(out, utf8, units, wire, layout, bad_at);
}

/* ---- octets ---- */

static char *write_unit(char *to, uint32_t unit)
{
    to[0] = (char)(unit >> 8);
    to[1] = (char)unit;
    return to + 2;
}

static char *write_septets(char *to, uint32_t code_point)
{
    uint32_t code = gsm7_code(code_point);
    if (code & GSM7_EXTENDED)
        *to++ = GSM7_ESCAPE;
    *to++ = (char)(code & 0x7F);
    return to;
}

static char *write_utf16(char *to, uint32_t code_point)
{
    if (code_point <= 0xFFFF)
        return write_unit(to, code_point);
    uint32_t beyond = code_point - 0x10000;
    to = write_unit(to, 0xD800 | beyond >> 10);
    return write_unit(to, 0xDC00 | (beyond & 0x3FF));
}

static char *write_character(char *to, uint32_t code_point, enum text_encoding wire)
{
    switch (wire) {
    case TEXT_GSM7:
        return write_septets(to, code_point);
    case TEXT_UCS2:
        return write_utf16(to, code_point);
    case TEXT_UTF8:
        return to + utf8_encode(to, code_point);
    case TEXT_LATIN1:
    case TEXT_ASCII:
        break;
    }
    *to = (char)code_point;
    return to + 1;
}

/* Cuts where the parts end; one part has no end before the text's. Inlined as `weigh`. */
static inline __attribute__((always_inline)) void cut(struct text_parts *parts, char *to,
                                                      struct str utf8, enum text_encoding units,
                                                      enum text_encoding wire,
                                                      struct text_layout layout)
{
    struct fill fill = fill_new(units, layout, parts->n == 1);
    bool whole = parts->n == 1;
    struct text_part *part = parts->items;
    *part = (struct text_part){.bytes.p = to, .number = 1};
    const char *end = utf8.p + utf8.n;
    for (const char *at = utf8.p; at < end;) {
        uint32_t code_point = 0;
        at += read_character(&code_point, at, end);
        if (!whole && fill_add(&fill, units_of(code_point, units), wire_octets(code_point, wire))) {
            part->bytes.n = (size_t)(to - part->bytes.p);
            part++;
            *part = (struct text_part){.bytes.p = to, .number = (uint8_t)(part - parts->items + 1)};
        }
        to = write_character(to, code_point, wire);
    }
    part->bytes.n = (size_t)(to - part->bytes.p);
}

static void cut_by_encoding(struct text_parts *parts, char *to, struct str utf8,
                            enum text_encoding units, struct text_layout layout)
{
    enum text_encoding wire = wire_of(units, layout);
    if (units == TEXT_GSM7 && wire == TEXT_GSM7)
        cut(parts, to, utf8, TEXT_GSM7, TEXT_GSM7, layout);
    else if (units == TEXT_UCS2)
        cut(parts, to, utf8, TEXT_UCS2, TEXT_UCS2, layout);
    else
        cut(parts, to, utf8, units, wire, layout);
}

/* Bytes that are enough for all of them. */
static size_t octets_most(const struct text_weight *w, struct str utf8, enum text_encoding wire)
{
    if (wire == TEXT_GSM7)
        return w->units;
    return wire == TEXT_UCS2 ? (size_t)w->units * 2 : utf8.n;
}

enum err text_cut(struct text_parts *out, struct arena *a, struct str utf8,
                  enum text_encoding encoding, struct text_layout layout)
{
    struct text_weight weight;
    size_t bad_at;
    enum err err = parts_weigh(&weight, utf8, encoding, layout, &bad_at);
    *out = (struct text_parts){0};
    if (err || weight.parts == 0)
        return err;
    out->n = layout.mode == TEXT_PAYLOAD ? 1 : weight.parts;
    out->items = ARENA_ARRAY(a, out->n, struct text_part);
    size_t most = octets_most(&weight, utf8, wire_of(encoding, layout));
    cut_by_encoding(out, arena_alloc(a, most), utf8, encoding, layout);
    size_t header = out->n > 1 ? text_long_header(layout.mode) : 0;
    bool packed = layout.wire == TEXT_WIRE_GSM_PACKED && encoding == TEXT_GSM7;
    for (size_t i = 0; i < out->n && packed; i++)
        out->items[i].bytes = septets_pack(a, out->items[i].bytes, header);
    return OK;
}

enum err text_weigh(struct text_weight *out, struct str utf8, enum text_choice choice,
                    size_t *bad_at)
{
    static const struct text_layout plain = {0};
    size_t ignored;
    if (!bad_at)
        bad_at = &ignored;
    enum err err = ERR_NOT_GSM7;
    if (choice != TEXT_FORCE_UCS2)
        err = parts_weigh(out, utf8, TEXT_GSM7, plain, bad_at);
    if (err == ERR_NOT_GSM7 && choice != TEXT_FORCE_GSM7)
        err = parts_weigh(out, utf8, TEXT_UCS2, plain, bad_at);
    return err;
}

enum err text_split(struct text_parts *out, struct arena *a, struct str utf8,
                    enum text_encoding encoding)
{
    return text_cut(out, a, utf8, encoding, (struct text_layout){0});
}

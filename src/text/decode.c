/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came in, to UTF-8. A line break of any kind becomes one LF, as on the way out; a NUL becomes
 * U+FFFD, because not every store can hold one in a text.
 */
#include "text/gsm7.h"
#include "text/text.h"
#include "text/utf8.h"

/* A text that grows at `to`; who makes it reserves UTF8_SIZE_MAX bytes a character and a NUL. */
struct sink {
    char *start;
    char *to;
    bool after_cr;
};

static struct sink sink_new(struct arena *a, size_t characters_max)
{
    char *start = arena_alloc(a, characters_max * UTF8_SIZE_MAX + 1);
    return (struct sink){.start = start, .to = start};
}

static void sink_put(struct sink *s, uint32_t code_point)
{
    bool second_half = s->after_cr && code_point == '\n';
    s->after_cr = code_point == '\r';
    if (second_half)
        return;
    if (code_point == '\r')
        code_point = '\n';
    if (code_point == 0)
        code_point = UTF8_REPLACEMENT;
    s->to += utf8_encode(s->to, code_point);
}

static struct str sink_str(const struct sink *s)
{
    return (struct str){.p = s->start, .n = (size_t)(s->to - s->start)};
}

static uint16_t basic_unit(uint8_t septet, uint8_t language)
{
    uint16_t own = national_locking(language, septet);
    return own ? own : gsm7_basic[septet];
}

static uint16_t extension_unit(uint8_t septet, uint8_t language)
{
    return national_has_single(language) ? national_single(language, septet)
                                         : gsm7_extension[septet];
}

/* TS 23.038 6.2.1: an escape that means nothing shows as a blank; behind one, what the extension
 * lacks shows as in the alphabet. */
struct str text_from_national(struct arena *a, struct str septets, struct national_shift shift)
{
    struct sink sink = sink_new(a, septets.n);
    for (size_t i = 0; i < septets.n; i++) {
        uint8_t septet = (uint8_t)septets.p[i];
        uint16_t unit = 0;
        if (septet == GSM7_ESCAPE && i + 1 < septets.n) {
            septet = (uint8_t)septets.p[++i];
            unit = septet < GSM7_SEPTETS ? extension_unit(septet, shift.single) : 0;
        }
        if (septet >= GSM7_SEPTETS)
            sink_put(&sink, UTF8_REPLACEMENT);
        else if (unit)
            sink_put(&sink, unit);
        else
            sink_put(&sink, septet == GSM7_ESCAPE ? ' ' : basic_unit(septet, shift.locking));
    }
    return sink_str(&sink);
}

struct str text_from_gsm7(struct arena *a, struct str septets)
{
    return text_from_national(a, septets, (struct national_shift){0});
}

struct str text_from_utf8(struct arena *a, struct str bytes)
{
    size_t bad_at;
    if (text_utf8_check(bytes, &bad_at))
        return text_from_latin1(a, bytes);
    struct sink sink = sink_new(a, bytes.n);
    const char *end = bytes.n ? bytes.p + bytes.n : bytes.p;
    for (const char *at = bytes.p; at < end;) {
        uint32_t code_point;
        at += utf8_decode(&code_point, at, end);
        sink_put(&sink, code_point);
    }
    return sink_str(&sink);
}

struct utf16 {
    const uint8_t *at;
    const uint8_t *end;
    bool little_endian;
};

static uint32_t unit_at(const struct utf16 *u, size_t index)
{
    const uint8_t *p = u->at + 2 * index;
    return u->little_endian ? (uint32_t)(p[1] << 8 | p[0]) : (uint32_t)(p[0] << 8 | p[1]);
}

static uint32_t utf16_next(struct utf16 *u)
{
    size_t units_left = (size_t)(u->end - u->at) / 2;
    uint32_t first = unit_at(u, 0);
    bool high = (first & 0xFC00) == 0xD800;
    uint32_t second = high && units_left > 1 ? unit_at(u, 1) : 0;
    if ((second & 0xFC00) == 0xDC00) {
        u->at += 4;
        return 0x10000 + ((first & 0x3FF) << 10 | (second & 0x3FF));
    }
    u->at += 2;
    return (first & 0xF800) == 0xD800 ? UTF8_REPLACEMENT : first;
}

struct str text_from_ucs2(struct arena *a, struct str bytes)
{
    enum { BYTE_ORDER_MARK = 0xFEFF, SWAPPED_MARK = 0xFFFE };
    size_t units = bytes.n / 2;
    struct sink sink = sink_new(a, units);
    struct utf16 u = {.at = (const uint8_t *)bytes.p};
    u.end = units ? u.at + 2 * units : u.at;
    uint32_t mark = units ? unit_at(&u, 0) : 0;
    u.little_endian = mark == SWAPPED_MARK;
    if (mark == BYTE_ORDER_MARK || mark == SWAPPED_MARK)
        u.at += 2;
    while (u.at < u.end)
        sink_put(&sink, utf16_next(&u));
    return sink_str(&sink);
}

/*
 * Links that say Latin-1 send Windows-1252, as browsers found out long ago: 0x80 is a euro, not a
 * control. The five bytes it leaves open stay what ISO 8859-1 makes of them.
 */
struct str text_from_latin1(struct arena *a, struct str bytes)
{
    static const uint16_t windows_1252[32] = {
        u'€', 0x0081, u'‚',   u'ƒ', u'„',   u'…',   u'†', u'‡',   u'ˆ', u'‰', u'Š',
        u'‹', u'Œ',   0x008D, u'Ž', 0x008F, 0x0090, u'‘', u'’',   u'“', u'”', u'•',
        u'–', u'—',   u'˜',   u'™', u'š',   u'›',   u'œ', 0x009D, u'ž', u'Ÿ',
    };
    struct sink sink = sink_new(a, bytes.n);
    for (size_t i = 0; i < bytes.n; i++) {
        uint8_t c = (uint8_t)bytes.p[i];
        sink_put(&sink, c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c);
    }
    return sink_str(&sink);
}

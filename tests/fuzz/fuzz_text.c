/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes, read as what came in, give a text; that text, split and read again part by part, is
 * itself; its offenders, replaced, are fewer. Under any rules a plan is cut into the parts that it
 * counted, which fit and read as the text again.
 */
#include "text/plan.h"
#include "text/septets.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_split(struct arena *a, struct str text, enum text_encoding encoding)
{
    struct text_weight w;
    struct text_parts parts;
    enum text_choice choice = encoding == TEXT_GSM7 ? TEXT_FORCE_GSM7 : TEXT_FORCE_UCS2;
    enum err err = text_weigh(&w, text, choice, NULL);
    require(text_split(&parts, a, text, encoding) == err);
    if (err)
        return;
    require(parts.n == w.parts && parts.n <= TEXT_PARTS_MAX);
    size_t at = 0;
    for (size_t i = 0; i < parts.n; i++) {
        struct str bytes = parts.items[i].bytes;
        require(bytes.n <= (parts.n == 1 ? 160 : 153) && parts.items[i].number == i + 1);
        if (encoding == TEXT_UCS2)
            require(bytes.n % 2 == 0 && bytes.n <= (parts.n == 1 ? 140 : 134));
        struct str read =
            encoding == TEXT_GSM7 ? text_from_gsm7(a, bytes) : text_from_ucs2(a, bytes);
        require(at + read.n <= text.n && str_eq(read, str_sub(text, at, at + read.n)));
        at += read.n;
    }
    require(at == text.n);
}

/* U+FEFF, or its bytes the other way round: at a part's start it reads as a byte order mark. */
static bool has_mark(struct str text)
{
    return memmem(text.p, text.n, "\xEF\xBB\xBF", 3) || memmem(text.p, text.n, "\xEF\xBF\xBE", 3);
}

/* Latin-1 is read as Windows-1252; what it lacks went another way. */
static struct str read_part(struct arena *a, struct str bytes, const struct text_plan *p,
                            size_t header)
{
    if (p->weight.encoding == TEXT_UCS2)
        return text_from_ucs2(a, bytes);
    switch ((enum text_wire)p->layout.wire) {
    case TEXT_WIRE_GSM_PACKED:
        return text_from_gsm7(a, septets_unpack(a, bytes, header));
    case TEXT_WIRE_GSM:
        return text_from_gsm7(a, bytes);
    case TEXT_WIRE_UTF8:
        return bytes;
    default:
        return text_from_latin1(a, bytes);
    }
}

static void check_plan(struct arena *a, struct str text, const struct text_rules *rules)
{
    struct text_plan p;
    struct text_parts parts;
    size_t bad_at, at = 0;
    enum err e = text_plan(&p, a, text, TEXT_CHOOSE, rules, &bad_at);
    require(e == OK || e == ERR_TOO_LONG || bad_at < p.text.n);
    if (e)
        return;
    require(text_cut(&parts, a, p.text, p.weight.encoding, p.layout) == OK);
    require(parts.n == (p.layout.mode == TEXT_PAYLOAD ? 1 : p.weight.parts));
    size_t header = parts.n > 1 ? text_long_header(p.layout.mode) : 0;
    for (size_t i = 0; i < parts.n; i++) {
        require(p.layout.mode == TEXT_PAYLOAD || parts.items[i].bytes.n + header <= 254);
        struct str read = read_part(a, parts.items[i].bytes, &p, header);
        require(at + read.n <= p.text.n && str_eq(read, str_sub(p.text, at, at + read.n)));
        at += read.n;
    }
    require(at == p.text.n);
}

/* One of all the rules there are. */
static struct text_rules rules_of(uint8_t pick)
{
    return (struct text_rules){.wires = {pick % TEXT_WIRE_UCS2, TEXT_WIRE_UCS2},
                               .wires_n = pick % 3 ? 2 : 1,
                               .mode = pick / TEXT_WIRE_UCS2 % 4,
                               .transliterate = pick & 0x80};
}

static void check_text(struct arena *a, struct str text, const struct text_rules *rules)
{
    require(text_utf8_check(text, NULL) == OK);
    check_split(a, text, TEXT_GSM7);
    if (!has_mark(text)) {
        check_split(a, text, TEXT_UCS2);
        check_plan(a, text, rules);
    }

    struct text_offender *offenders;
    struct str replaced;
    size_t n, total, left;
    require(text_offenders(&offenders, &n, &total, a, text, 10) == OK);
    for (size_t i = 0; i < n; i++)
        require(offenders[i].at_byte == text_utf8_prefix(text, offenders[i].at_character));
    require(text_replace(&replaced, a, text) == OK);
    require(text_offenders(&offenders, &n, &left, a, replaced, 0) == OK && left <= total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str bytes = {.p = (const char *)data, .n = size};
    struct text_rules rules = rules_of(size ? data[size - 1] : 0);
    check_text(a, text_from_gsm7(a, bytes), &rules);
    check_text(a, text_from_ucs2(a, bytes), &rules);
    check_text(a, text_from_latin1(a, bytes), &rules);
    arena_free(a);
    return 0;
}

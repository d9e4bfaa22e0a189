/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which wire carries a text. For the usual rules it is read once as 7-bit, and once more from its
 * start only when a character outside the alphabet turns up.
 */
#include "text/plan.h"

#include "text/octets.h"
#include "text/udh.h"

uint8_t text_wire_coding(enum text_wire wire)
{
    static const uint8_t codings[] = {
        [TEXT_WIRE_IA5] = 0x01, [TEXT_WIRE_ISO_8859_1] = 0x03, [TEXT_WIRE_UCS2] = 0x08};
    return codings[wire];
}

size_t text_long_header(enum text_long mode)
{
    static const size_t sizes[] = {
        [TEXT_UDH8] = UDH_CONCAT8_SIZE, [TEXT_UDH16] = UDH_CONCAT16_SIZE, [TEXT_PAYLOAD] = 0};
    return sizes[mode];
}

static bool is_chosen(enum text_wire wire, enum text_choice choice)
{
    return choice == TEXT_CHOOSE || (choice == TEXT_FORCE_UCS2) == (wire == TEXT_WIRE_UCS2);
}

/* On one wire: septets where the phone can have them. ERR_NOT_GSM7: it cannot carry the text. */
static enum err weigh_on(struct text_weight *out, struct str utf8, struct text_layout layout,
                         size_t *bad_at)
{
    enum text_encoding own = wire_encoding(layout.wire);
    if (own == TEXT_UCS2)
        return parts_weigh(out, utf8, TEXT_UCS2, layout, bad_at);
    enum err e = parts_weigh(out, utf8, TEXT_GSM7, layout, bad_at);
    if (e == ERR_NOT_GSM7 && own != TEXT_GSM7 && layout.choice != TEXT_FORCE_GSM7)
        e = parts_weigh(out, utf8, own, layout, bad_at);
    return e;
}

/* The look-alikes of the first wire, if with them it carries the text. */
static enum err weigh_replaced(struct text_plan *out, struct arena *a, struct str utf8,
                               size_t *bad_at)
{
    if (text_utf8_check(utf8, bad_at))
        return ERR_BAD_UTF8;
    out->text = replace_for(a, utf8, wire_encoding(out->layout.wire));
    return weigh_on(&out->weight, out->text, out->layout, bad_at);
}

/* What stands alone needs no mode, unless only message_payload has room for its octets. */
static enum err settle_mode(struct text_plan *p)
{
    struct text_layout alone = p->layout;
    struct text_weight weight;
    size_t bad_at;
    alone.mode = TEXT_UDH8;
    if (p->weight.parts > 1 || p->layout.mode == TEXT_UDH8)
        return OK;
    if (p->layout.mode == TEXT_PAYLOAD && p->layout.wire == TEXT_WIRE_UTF8) {
        enum err e = parts_weigh(&weight, p->text, p->weight.encoding, alone, &bad_at);
        if (e || weight.parts > 1)
            return e;
    }
    p->layout = alone;
    return OK;
}

enum err text_plan(struct text_plan *out, struct arena *a, struct str utf8, enum text_choice choice,
                   const struct text_rules *rules, size_t *bad_at)
{
    size_t ignored;
    size_t furthest = 0;
    struct str furthest_text = utf8;
    bool tried = false;
    if (!bad_at)
        bad_at = &ignored;
    *bad_at = 0;
    *out = (struct text_plan){.text = utf8};
    for (size_t i = 0; i < rules->wires_n; i++) {
        if (!is_chosen(rules->wires[i], choice))
            continue;
        out->text = utf8;
        out->layout =
            (struct text_layout){(uint8_t)rules->wires[i], (uint8_t)rules->mode, (uint8_t)choice};
        enum err e = weigh_on(&out->weight, utf8, out->layout, bad_at);
        if (e == ERR_NOT_GSM7 && i == 0 && rules->transliterate)
            e = weigh_replaced(out, a, utf8, bad_at);
        if (e != ERR_NOT_GSM7)
            return e ? e : settle_mode(out);
        if (!tried || *bad_at > furthest) {
            furthest = *bad_at;
            furthest_text = out->text;
        }
        tried = true;
    }
    out->text = furthest_text;
    *bad_at = tried ? furthest : out->text.n;
    return choice == TEXT_FORCE_GSM7 ? ERR_NOT_GSM7 : ERR_NO_ENCODING;
}

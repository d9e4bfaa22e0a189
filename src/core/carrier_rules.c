/* SPDX-License-Identifier: Apache-2.0 */
#include "core/carrier_rules.h"

#include "base/clock.h"

/* registered_delivery, SMPP 3.4 5.2.17; the bit of intermediate notifications as the field has it.
 */
enum { ASK_FINAL = 0x01, ASK_FAILURES = 0x02, ASK_INTERMEDIATE = 0x10 };

/* The place of a CHOICE's word in its line of carrier_settings.def. */
static size_t place_of(struct str word, const char *words)
{
    struct str rest = str_of(words);
    struct str each;
    size_t place = 0;
    while (str_split(&rest, '|', &each) && !str_eq(word, each))
        place++;
    return place;
}

static enum text_wire default_wire(const struct carrier_settings *s)
{
    return (enum text_wire)place_of(s->default_alphabet, "gsm|gsm-packed|latin1|ascii|utf8");
}

static bool read_wire(enum text_wire *out, const struct carrier_settings *s, struct str coding)
{
    if (str_eq(coding, STR("0")))
        *out = default_wire(s);
    else if (str_eq(coding, STR("1")))
        *out = TEXT_WIRE_IA5;
    else if (str_eq(coding, STR("3")))
        *out = TEXT_WIRE_ISO_8859_1;
    else if (str_eq(coding, STR("8")))
        *out = TEXT_WIRE_UCS2;
    else
        return false;
    return true;
}

static bool add_wire(struct text_rules *text, enum text_wire wire)
{
    for (size_t i = 0; i < text->wires_n; i++)
        if (text->wires[i] == wire)
            return false;
    text->wires[text->wires_n++] = wire; /* there are no more kinds than places */
    return true;
}

static enum err read_text(struct text_rules *text, const struct carrier_settings *s,
                          struct refusal *why)
{
    struct str rest = s->encodings;
    struct str each;
    enum text_wire wire;
    *text = (struct text_rules){
        .mode = (enum text_long)place_of(s->long_messages, "udh8|udh16|sar|payload"),
        .transliterate = s->transliterate,
    };
    while (str_split(&rest, ',', &each))
        if (!read_wire(&wire, s, str_trim(each)) || !add_wire(text, wire))
            return refuse(why, ERR_INVALID, "encodings",
                          STR("must be some of 0, 1, 3 and 8, each once, with commas between them, "
                              "as 0,8"));
    return text->wires_n ? OK
                         : refuse(why, ERR_INVALID, "encodings",
                                  STR("must name at least one of 0, 1, 3 and 8"));
}

static uint8_t registered_delivery(struct str receipts)
{
    static const uint8_t asked[] = {ASK_FINAL, ASK_FAILURES, ASK_FINAL | ASK_INTERMEDIATE, 0};
    return asked[place_of(receipts, "final|failures|intermediate|none")];
}

static struct carrier_numbering numbering(int64_t ton, int64_t npi)
{
    return (struct carrier_numbering){(uint8_t)ton, (uint8_t)npi};
}

enum err carrier_rules_read(struct carrier_rules *out, struct arena *a,
                            const struct carrier_settings *s, struct refusal *why)
{
    *out = (struct carrier_rules){
        .service_type = s->service_type,
        .name = numbering(s->alphanumeric_ton, s->alphanumeric_npi),
        .short_number = numbering(s->short_ton, s->short_npi),
        .number = numbering(s->number_ton, s->number_npi),
        .recipient = numbering(s->recipient_ton, s->recipient_npi),
        .full_number = s->full_number,
        .validity = (enum carrier_validity)place_of(s->validity_format, "absolute|relative|none"),
        .validity_most_us = s->validity_most_min * MIN_US,
        .registered_delivery = registered_delivery(s->receipts),
        .picks_numbers = str_eq(s->reply_numbers, STR("carrier")),
        .receipt_parts = (enum receipt_parts)place_of(s->receipt_parts, "all|first|last"),
        .clause = s->stop_text,
        .regional_holidays = place_of(s->holidays, "national|alsace-moselle") > 0,
    };
    enum err e = read_text(&out->text, s, why);
    if (!e)
        e = carrier_clauses_read(&out->clauses, &out->clauses_n, a, s->stop_texts, why);
    return e ? e : carrier_tlvs_read(&out->tlvs, &out->tlvs_n, a, s->tlvs, why);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/describe.h"

#include "smpp/receipt.h"

enum { NUMBER_SIZE = 66, SHORT_NUMBER = 6, DIGITS_HIDDEN = 4, RECEIPT_SIZE = 512 };

struct walk {
    const struct smpp_pdu *pdu;
    bool all;
    void (*each)(void *ctx, const struct smpp_field *field);
    void *ctx;
};

static void give(const struct walk *w, const struct smpp_field *field)
{
    w->each(w->ctx, field);
}

static void give_number(const struct walk *w, const char *name, uint32_t number)
{
    give(w, &(struct smpp_field){.name = name, .kind = SMPP_FIELD_NUMBER, .number = number});
}

static void give_hidden(const struct walk *w, const char *name, bool tlv, struct str value)
{
    give(w, &(struct smpp_field){
                .name = name, .tlv = tlv, .kind = SMPP_FIELD_HIDDEN, .number = (uint32_t)value.n});
}

/* ---- words ---- */

static bool is_phone_number(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (i > 0 || s.p[i] != '+')
            return false;
    return digits > SHORT_NUMBER;
}

static bool ends_with(struct str s, struct str end)
{
    return s.n >= end.n && str_eq(str_sub(s, s.n - end.n, s.n), end);
}

static void give_word(const struct walk *w, const char *name, struct str value)
{
    char masked[NUMBER_SIZE];
    struct smpp_field field = {.name = name, .kind = SMPP_FIELD_WORD, .value = value};
    bool address = ends_with(str_of(name), STR("_addr")) || ends_with(str_of(name), STR("_range"));
    if (str_eq(str_of(name), STR("password"))) {
        field.kind = SMPP_FIELD_SECRET;
        field.value = (struct str){0};
    } else if (!w->all && address && is_phone_number(value) && value.n < sizeof(masked)) {
        memcpy(masked, value.p, value.n);
        memset(masked + value.n - DIGITS_HIDDEN, '*', DIGITS_HIDDEN);
        field.value.p = masked;
    }
    give(w, &field);
}

/* ---- texts ---- */

/* Where `word` stands in `s`, in any case; s.n: nowhere. */
static size_t find_word(struct str s, struct str word)
{
    for (size_t i = 0; i + word.n <= s.n; i++)
        if (str_eq_nocase(str_sub(s, i, i + word.n), word))
            return i;
    return s.n;
}

/* The fields of a receipt without what was written; n 0 when it does not look like one. */
static struct str receipt_fields(const struct smpp_pdu *pdu, struct str text)
{
    if (!smpp_is_receipt(pdu))
        return (struct str){0};
    text.n = find_word(text, STR("text:"));
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < ' ' || text.p[i] > '~')
            return (struct str){0};
    bool has_state = find_word(text, STR("stat:")) < text.n;
    return has_state ? text : (struct str){0};
}

/* Some SMSCs write the phone's number among the fields, with one prefix or another. */
static void mask_number(struct str text, char *out, struct str number)
{
    enum { COMPARED = 8 };
    if (!is_phone_number(number) || number.n < COMPARED)
        return;
    struct str end = str_sub(number, number.n - COMPARED, number.n);
    for (size_t i = 0; i + COMPARED <= text.n; i++)
        if (str_eq(str_sub(text, i, i + COMPARED), end))
            memset(out + i + COMPARED - DIGITS_HIDDEN, '*', DIGITS_HIDDEN);
}

static void mask_numbers(const struct smpp_pdu *pdu, char *out, struct str text)
{
    memcpy(out, text.p, text.n);
    if (pdu->command == SMPP_DELIVER_SM) {
        mask_number(text, out, pdu->body.deliver_sm.source_addr);
        mask_number(text, out, pdu->body.deliver_sm.destination_addr);
    } else if (pdu->command == SMPP_DATA_SM) {
        mask_number(text, out, pdu->body.data_sm.source_addr);
        mask_number(text, out, pdu->body.data_sm.destination_addr);
    }
}

static void give_text(const struct walk *w, const char *name, bool tlv, struct str value)
{
    struct smpp_field field = {.name = name, .tlv = tlv, .kind = SMPP_FIELD_BYTES, .value = value};
    if (w->all) {
        give(w, &field);
        return;
    }
    char masked[RECEIPT_SIZE];
    struct str fields = receipt_fields(w->pdu, value);
    if (!fields.n || fields.n > sizeof(masked)) {
        give_hidden(w, name, tlv, value);
        return;
    }
    mask_numbers(w->pdu, masked, fields);
    field.kind = SMPP_FIELD_WORD;
    field.value = (struct str){masked, fields.n};
    give(w, &field);
}

/* ---- lists ---- */

static void give_dests(const struct walk *w, const struct smpp_dest *dests, uint8_t n)
{
    for (size_t i = 0; dests && i < n; i++)
        if (dests[i].dest_flag == SMPP_DEST_LIST)
            give_word(w, "dl_name", dests[i].dl_name);
        else
            give_word(w, "destination_addr", dests[i].destination_addr);
}

static void give_failures(const struct walk *w, const struct smpp_failure *failures, uint8_t n)
{
    for (size_t i = 0; failures && i < n; i++) {
        give_word(w, "destination_addr", failures[i].destination_addr);
        give_number(w, "error_status_code", failures[i].error_status_code);
    }
}

/* ---- the table ---- */

/* clang-format off */
#define PDU(NAME, name, id, who) \
    static void describe_##name(const struct walk *w, const union smpp_body *body) { \
        const struct smpp_##name *b = &body->name;
#define U8(name) give_number(w, #name, b->name);
#define CSTR(name, size, status) give_word(w, #name, b->name);
#define TEXT(name, size, status) give_text(w, #name, false, b->name);
#define DESTS(count, name) give_number(w, #count, b->count); give_dests(w, b->name, b->count);
#define FAILURES(count, name) give_number(w, #count, b->count); give_failures(w, b->name, b->count);
#define END(name) }
#include "smpp/pdu.def"
/* clang-format on */

static void describe_body(const struct walk *w)
{
    const union smpp_body *body = &w->pdu->body;
    switch (w->pdu->command) {
#define PDU(NAME, name, id, who)  \
    case SMPP_##NAME:             \
        describe_##name(w, body); \
        break;
#define SAME(NAME, name, id, who, as) \
    case SMPP_##NAME:                 \
        describe_##as(w, body);       \
        break;
#include "smpp/pdu.def"
    default:
        break;
    }
}

enum tlv_kind { UNKNOWN, NUMBER, CSTRING, OCTETS };

static enum tlv_kind kind_of(uint16_t tag)
{
    switch (tag) {
#define TLV(NAME, name, tag, kind, min, max) \
    case SMPP_TAG_##NAME:                    \
        return kind;
#include "smpp/pdu.def"
    default:
        return UNKNOWN;
    }
}

static void describe_tlv(const struct walk *w, const struct smpp_tlv *tlv)
{
    enum tlv_kind kind = kind_of(tlv->tag);
    struct smpp_field field = {.name = smpp_tag_name(tlv->tag), .tlv = true, .value = tlv->value};
    struct smpp_pdu alone = {.tlvs = (struct smpp_tlv *)(uintptr_t)tlv, .tlv_n = 1};
    bool harmless = tlv->tag == SMPP_TAG_NETWORK_ERROR_CODE;
    if (kind == NUMBER && smpp_tlv_number(&alone, tlv->tag, &field.number))
        field.kind = SMPP_FIELD_NUMBER;
    else if (kind == CSTRING)
        field.kind = SMPP_FIELD_WORD;
    else
        field.kind = SMPP_FIELD_BYTES;
    if (tlv->tag == SMPP_TAG_MESSAGE_PAYLOAD)
        give_text(w, field.name, true, tlv->value);
    else if (field.kind == SMPP_FIELD_BYTES && !harmless && !w->all)
        give_hidden(w, field.name, true, tlv->value);
    else
        give(w, &field);
}

void smpp_describe(const struct smpp_pdu *pdu, bool all,
                   void (*each)(void *ctx, const struct smpp_field *field), void *ctx)
{
    struct walk w = {.pdu = pdu, .all = all, .each = each, .ctx = ctx};
    if (pdu->has_body)
        describe_body(&w);
    for (size_t i = 0; i < pdu->tlv_n; i++)
        describe_tlv(&w, &pdu->tlvs[i]);
}

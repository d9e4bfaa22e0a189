/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/submit.h"

#include "base/clock.h"
#include "text/udh.h"

#include <stdio.h>

enum {
    SHORT_NUMBER_MAX = 8,
    CODING_GSM_CLASS = 0x10,  /* to 0x13 */
    CODING_UCS2_CLASS = 0x18, /* to 0x1B */
    ID_SIZE = 24,
};

/* ---- addresses ---- */

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static void set_source(struct submit *s, struct smpp_submit_sm *sm, struct str sender)
{
    const struct carrier_rules *rules = s->rules;
    bool plus = sender.n && sender.p[0] == '+';
    struct str digits = plus ? str_sub(sender, 1, sender.n) : sender;
    struct carrier_numbering numbering = rules->name;
    sm->source_addr = sender;
    if (is_digits(digits)) {
        bool long_number = plus || digits.n > SHORT_NUMBER_MAX;
        bool international = plus || (long_number && digits.p[0] != '0');
        numbering = long_number ? rules->number : rules->short_number;
        sm->source_addr = digits;
        if (rules->full_number && international && digits.n + 2 <= sizeof(s->sender)) {
            s->sender[0] = '+';
            memcpy(s->sender + 1, digits.p, digits.n);
            sm->source_addr = (struct str){.p = s->sender, .n = digits.n + 1};
        }
    }
    sm->source_addr_ton = numbering.ton;
    sm->source_addr_npi = numbering.npi;
}

static void set_destination(struct submit *s, struct smpp_submit_sm *sm, uint64_t number)
{
    struct str recipient = phone_format(s->recipient, number);
    sm->destination_addr = s->rules->full_number ? recipient : str_sub(recipient, 1, recipient.n);
    sm->dest_addr_ton = s->rules->recipient.ton;
    sm->dest_addr_npi = s->rules->recipient.npi;
}

/* ---- TLVs ---- */

static void add_tlv(struct submit *s, uint16_t tag, const void *bytes, size_t n)
{
    s->tlvs[s->pdu.tlv_n++] =
        (struct smpp_tlv){.tag = tag, .value = {.p = (const char *)bytes, .n = n}};
}

static void add_rules_tlvs(struct submit *s, struct arena *a, const struct outgoing *o,
                           const struct directory *directory)
{
    const struct carrier_rules *rules = s->rules;
    if (!rules->tlvs_n)
        return;
    const struct account *account =
        directory ? directory_account_by_id(directory, o->account_id) : NULL;
    struct tlv_values values = {.account = account ? account->name : STR(""),
                                .sender = o->sender,
                                .tag = o->tag,
                                .id = arena_printf(a, "%lld", (long long)o->id)};
    for (size_t i = 0; i < rules->tlvs_n; i++) {
        struct str value = carrier_tlv_value(a, &rules->tlvs[i], &values);
        add_tlv(s, rules->tlvs[i].tag, value.p, value.n);
    }
}

/* ---- the message ---- */

/* 5.3.2.1: 1 the display, 2 the phone, 3 the card, 4 what is connected to the phone: class + 1. */
static void set_class(struct submit *s, const struct outgoing *o)
{
    uint8_t *coding = &s->pdu.body.submit_sm.data_coding;
    enum text_wire wire = (enum text_wire)o->layout.wire;
    uint8_t class = (uint8_t)(o->class & 3);
    if (o->encoding == TEXT_UCS2) {
        *coding = CODING_UCS2_CLASS + class;
    } else if (wire == TEXT_WIRE_GSM || wire == TEXT_WIRE_GSM_PACKED) {
        *coding = CODING_GSM_CLASS + class;
    } else {
        s->subunit = (uint8_t)(class + 1);
        add_tlv(s, SMPP_TAG_DEST_ADDR_SUBUNIT, &s->subunit, sizeof(s->subunit));
    }
}

/* The end that the carrier is told: its own bound counts from now. */
static void set_validity(struct submit *s, int64_t expires_at_us)
{
    const struct carrier_rules *rules = s->rules;
    if (rules->validity == VALIDITY_NONE)
        return;
    int64_t end_us = expires_at_us;
    if (rules->validity == VALIDITY_RELATIVE || rules->validity_most_us) {
        int64_t now_us = clock_now_us();
        if (rules->validity_most_us && end_us > now_us + rules->validity_most_us)
            end_us = now_us + rules->validity_most_us;
        if (rules->validity == VALIDITY_RELATIVE)
            end_us -= now_us;
    }
    if (rules->validity == VALIDITY_RELATIVE)
        date_write_smpp_relative(s->validity, end_us);
    else
        date_write_smpp(s->validity, end_us);
    s->pdu.body.submit_sm.validity_period = str_of(s->validity);
}

enum err submit_message(struct submit *s, struct arena *a, const struct outgoing *o,
                        const struct carrier_rules *rules, const struct directory *directory)
{
    struct smpp_submit_sm *sm = &s->pdu.body.submit_sm;
    s->rules = rules;
    s->pdu = (struct smpp_pdu){.command = SMPP_SUBMIT_SM, .has_body = true, .tlvs = s->tlvs};
    *sm = (struct smpp_submit_sm){
        .service_type = rules->service_type,
        .data_coding = text_layout_coding(o->encoding, o->layout),
    };
    set_source(s, sm, o->sender);
    set_destination(s, sm, o->recipient);
    set_validity(s, o->expires_at_us);
    if (o->class >= 0)
        set_class(s, o);
    add_rules_tlvs(s, a, o, directory);
    s->tlvs_n = s->pdu.tlv_n;
    enum err e = text_cut(&s->parts, a, o->text, o->encoding, o->layout);
    if (!e && (s->parts.n != o->parts || o->parts == 0))
        e = ERR_INTERNAL;
    return e;
}

/* ---- a part ---- */

static bool asks_for_receipt(const struct submit *s, const struct outgoing *o, uint32_t part)
{
    switch (s->rules->receipt_parts) {
    case RECEIPT_ALL:
        break;
    case RECEIPT_FIRST:
        return part == 1;
    case RECEIPT_LAST:
        return part == o->parts;
    }
    return true;
}

static void add_sar(struct submit *s, const struct outgoing *o, uint32_t part)
{
    s->sar[0] = (uint8_t)(o->reference >> 8);
    s->sar[1] = (uint8_t)o->reference;
    s->sar[2] = (uint8_t)o->parts;
    s->sar[3] = (uint8_t)part;
    add_tlv(s, SMPP_TAG_SAR_MSG_REF_NUM, s->sar, 2);
    add_tlv(s, SMPP_TAG_SAR_TOTAL_SEGMENTS, s->sar + 2, 1);
    add_tlv(s, SMPP_TAG_SAR_SEGMENT_SEQNUM, s->sar + 3, 1);
}

/* A header before the text. */
static enum err set_headed(struct submit *s, const struct outgoing *o, uint32_t part,
                           struct str bytes)
{
    struct smpp_submit_sm *sm = &s->pdu.body.submit_sm;
    size_t header = text_long_header((enum text_long)o->layout.mode);
    if (bytes.n > sizeof(s->bytes) - header)
        return ERR_TOO_LONG;
    if (o->layout.mode == TEXT_UDH16)
        udh_write_concat16(s->bytes, o->reference, (uint8_t)o->parts, (uint8_t)part);
    else
        udh_write_concat8(s->bytes, (uint8_t)o->reference, (uint8_t)o->parts, (uint8_t)part);
    memcpy(s->bytes + header, bytes.p, bytes.n);
    sm->esm_class = SMPP_ESM_UDHI;
    sm->short_message = (struct str){.p = (const char *)s->bytes, .n = header + bytes.n};
    return OK;
}

enum err submit_part(struct submit *s, const struct outgoing *o, uint32_t part)
{
    struct str bytes = s->parts.items[part - 1].bytes;
    struct smpp_submit_sm *sm = &s->pdu.body.submit_sm;
    s->pdu.tlv_n = s->tlvs_n;
    sm->short_message = bytes;
    sm->registered_delivery = asks_for_receipt(s, o, part) ? s->rules->registered_delivery : 0;
    if (part > 1 && s->rules->validity == VALIDITY_RELATIVE)
        set_validity(s, o->expires_at_us); /* it may leave long after the first */
    if (o->layout.mode == TEXT_PAYLOAD) {
        sm->short_message = (struct str){0};
        add_tlv(s, SMPP_TAG_MESSAGE_PAYLOAD, bytes.p, bytes.n);
    } else if (o->parts > 1 && o->layout.mode == TEXT_SAR) {
        add_sar(s, o, part);
    } else if (o->parts > 1) {
        return set_headed(s, o, part, bytes);
    }
    return OK;
}

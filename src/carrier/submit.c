/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/submit.h"

#include "text/udh.h"

enum {
    SHORT_NUMBER_MAX = 8,
    CODING_DEFAULT_CLASS = 0x10, /* to 0x13 */
    CODING_UCS2_CLASS = 0x18,    /* to 0x1B */
    FINAL_RECEIPT = 1,
};

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static void set_source(struct smpp_submit_sm *sm, struct str sender)
{
    bool plus = sender.n && sender.p[0] == '+';
    struct str digits = plus ? str_sub(sender, 1, sender.n) : sender;
    sm->source_addr = sender;
    if (!is_digits(digits)) {
        sm->source_addr_ton = SMPP_TON_ALPHANUMERIC;
        sm->source_addr_npi = SMPP_NPI_UNKNOWN;
        return;
    }
    sm->source_addr = digits;
    bool international = plus || digits.n > SHORT_NUMBER_MAX;
    sm->source_addr_ton = international ? SMPP_TON_INTERNATIONAL : SMPP_TON_NETWORK;
    sm->source_addr_npi = international ? SMPP_NPI_ISDN : SMPP_NPI_UNKNOWN;
}

static uint8_t coding_of(const struct outgoing *o)
{
    bool ucs2 = o->encoding == TEXT_UCS2;
    if (o->class < 0)
        return ucs2 ? SMPP_CODING_UCS2 : SMPP_CODING_DEFAULT;
    return (uint8_t)((ucs2 ? CODING_UCS2_CLASS : CODING_DEFAULT_CLASS) + (o->class & 3));
}

enum err submit_message(struct submit *s, struct arena *a, const struct outgoing *o,
                        struct str service_type)
{
    struct smpp_submit_sm *sm = &s->pdu.body.submit_sm;
    s->pdu = (struct smpp_pdu){.command = SMPP_SUBMIT_SM, .has_body = true};
    struct str recipient = phone_format(s->recipient, o->recipient);
    date_write_smpp(s->validity, o->expires_at_us);
    *sm = (struct smpp_submit_sm){
        .service_type = service_type,
        .dest_addr_ton = SMPP_TON_INTERNATIONAL,
        .dest_addr_npi = SMPP_NPI_ISDN,
        .destination_addr = str_sub(recipient, 1, recipient.n),
        .esm_class = o->parts > 1 ? SMPP_ESM_UDHI : 0,
        .validity_period = str_of(s->validity),
        .registered_delivery = FINAL_RECEIPT,
        .data_coding = coding_of(o),
    };
    set_source(sm, o->sender);
    enum err e = text_split(&s->parts, a, o->text, o->encoding);
    if (!e && (s->parts.n != o->parts || o->parts == 0))
        e = ERR_INTERNAL;
    return e;
}

enum err submit_part(struct submit *s, const struct outgoing *o, uint32_t part)
{
    struct str bytes = s->parts.items[part - 1].bytes;
    struct str *text = &s->pdu.body.submit_sm.short_message;
    *text = bytes;
    if (o->parts == 1)
        return OK;
    if (bytes.n > sizeof(s->bytes) - UDH_CONCAT8_SIZE)
        return ERR_TOO_LONG;
    udh_write_concat8(s->bytes, o->reference, (uint8_t)o->parts, (uint8_t)part);
    memcpy(s->bytes + UDH_CONCAT8_SIZE, bytes.p, bytes.n);
    *text = (struct str){.p = (const char *)s->bytes, .n = UDH_CONCAT8_SIZE + bytes.n};
    return OK;
}

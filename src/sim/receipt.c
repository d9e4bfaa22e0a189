/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts: which of them a message gets, and what they look like on the wire. */
#include "base/clock.h"
#include "sim/smsc_inside.h"

#include <stdio.h>
#include <time.h>

enum {
    REGISTERED_MASK = 0x03,
    REGISTERED_FAILURE_ONLY = 0x02,
    RECEIPT_TEXT_SIZE = 20,
};

/* ---- Which ---- */

/* Text that can stand in another text. */
static bool is_textual(enum phone_alphabet alphabet)
{
    return alphabet != PHONE_UCS2 && alphabet != PHONE_BINARY;
}

/* In a lane, or ready at once when it is NULL. */
static void add_receipt(struct bind *bind, const struct submit *s, uint64_t message_id,
                        enum smpp_message_state state, uint8_t esm_class, uint32_t error,
                        struct lane *lane)
{
    struct smsc *smsc = bind->smsc;
    struct delivery *d = delivery_new(smsc, bind->customer);
    if (!d)
        return;
    d->message_id = message_id;
    d->submitted_us = smsc->wall_us;
    d->state = (uint8_t)state;
    d->error = (uint8_t)error;
    d->esm_class = esm_class;
    d->source_ton = s->dest_ton;
    d->source_npi = s->dest_npi;
    d->dest_ton = s->source_ton;
    d->dest_npi = s->source_npi;
    memcpy(d->source, s->recipient.p, s->recipient.n);
    memcpy(d->destination, s->sender.p, s->sender.n);
    if (is_textual(s->alphabet)) {
        d->text_n = (uint8_t)(s->shown.n < RECEIPT_TEXT_SIZE ? s->shown.n : RECEIPT_TEXT_SIZE);
        memcpy(d->text, s->shown.p, d->text_n);
    }
    if (lane)
        lane_add(lane, &d->item, smsc->mono_us);
    else
        delivery_ready(smsc, d);
}

static bool is_part_told(const struct quirks *quirks, const struct udh_concat *concat)
{
    if (concat->total <= 1)
        return true;
    switch ((enum quirk_receipt_parts)quirks->receipt_parts) {
    case QUIRK_PARTS_FIRST:
        return concat->number == 1;
    case QUIRK_PARTS_LAST:
        return concat->number == concat->total;
    case QUIRK_PARTS_ALL:
        break;
    }
    return true;
}

void receipt_plan(struct bind *bind, const struct submit *s, uint64_t message_id,
                  const struct outcome *o)
{
    struct lane *delays = bind->smsc->delays;
    unsigned registered = s->registered_delivery & REGISTERED_MASK;
    bool success = o->state == SMPP_STATE_DELIVERED;
    if (registered == 0 || o->receipt == RECEIPT_NONE || bind->smsc->no_receipts ||
        (registered == REGISTERED_FAILURE_ONLY && success) ||
        !is_part_told(&bind->smsc->quirks, &s->concat))
        return;
    if (o->receipt == RECEIPT_ENROUTE)
        add_receipt(bind, s, message_id, SMPP_STATE_ENROUTE, SMPP_ESM_INTERMEDIATE, 0,
                    &delays[DELAY_HALF]);
    if (o->receipt == RECEIPT_ACCEPTED)
        add_receipt(bind, s, message_id, SMPP_STATE_ACCEPTED, SMPP_ESM_RECEIPT, 0,
                    &delays[DELAY_HALF]);
    struct lane *lane = &delays[o->receipt == RECEIPT_LATE ? DELAY_LATE : DELAY_NORMAL];
    if (o->receipt == RECEIPT_AT_ONCE)
        lane = NULL;
    add_receipt(bind, s, message_id, o->state, SMPP_ESM_RECEIPT, o->error, lane);
    if (o->receipt == RECEIPT_TWICE)
        add_receipt(bind, s, message_id, o->state, SMPP_ESM_RECEIPT, o->error, lane);
}

/* ---- What they look like ---- */

static void add_date(struct buf *out, int64_t at_us, bool with_seconds)
{
    time_t seconds = (time_t)(at_us / SEC_US);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    buf_printf(out, "%02d%02d%02d%02d%02d", tm.tm_year % 100, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
               tm.tm_min);
    if (with_seconds)
        buf_printf(out, "%02d", tm.tm_sec);
}

static void write_short(struct buf *out, const struct delivery *d, struct str id, int64_t done_us)
{
    buf_printf(out, "id:%.*s submit date:", STR_FMT(id));
    add_date(out, d->submitted_us, false);
    buf_add_str(out, STR(" done date:"));
    add_date(out, done_us, false);
    buf_printf(out, " stat:%s err:%03u", smpp_state_stat((enum smpp_message_state)d->state),
               d->error);
}

static void write_vendor(struct buf *out, const struct delivery *d, struct str id, int64_t done_us)
{
    const char *stat = smpp_state_stat((enum smpp_message_state)d->state);
    buf_add_str(out, STR("stat:"));
    for (; *stat; stat++)
        buf_add_u8(out, (uint8_t)(*stat | 0x20));
    buf_printf(out, " err: %03u id:%.*s done date:", d->error, STR_FMT(id));
    add_date(out, done_us, true);
    buf_add_str(out, STR(" submit date:"));
    add_date(out, d->submitted_us, true);
    buf_printf(out, " sub:1 dlvrd:%d Text:", d->state == SMPP_STATE_DELIVERED);
    buf_add(out, d->text, d->text_n);
}

static void write_text(struct buf *out, const struct delivery *d, struct str id, int64_t done_us,
                       enum quirk_receipt_style style)
{
    buf_clear(out);
    if (style == QUIRK_RECEIPT_TLV)
        return;
    if (style == QUIRK_RECEIPT_SHORT)
        write_short(out, d, id, done_us);
    else if (style == QUIRK_RECEIPT_VENDOR)
        write_vendor(out, d, id, done_us);
    else
        smpp_receipt_write_text(out, id, (enum smpp_message_state)d->state, d->error,
                                d->submitted_us, done_us, (struct str){d->text, d->text_n});
}

static void fill_data_sm(struct smpp_data_sm *body, const struct delivery *d)
{
    struct smpp_submit_sm same = {0};
    delivery_fill(&same, d);
    *body = (struct smpp_data_sm){.source_addr_ton = same.source_addr_ton,
                                  .source_addr_npi = same.source_addr_npi,
                                  .source_addr = same.source_addr,
                                  .dest_addr_ton = same.dest_addr_ton,
                                  .dest_addr_npi = same.dest_addr_npi,
                                  .destination_addr = same.destination_addr,
                                  .esm_class = same.esm_class};
}

enum err receipt_send(struct bind *bind, struct delivery *d)
{
    struct smsc *smsc = bind->smsc;
    enum quirk_receipt_style style = (enum quirk_receipt_style)smsc->quirks.receipt_style;
    char id[MESSAGE_ID_SIZE];
    struct str id_str =
        message_id_write(id, d->message_id, message_id_receipt_format(&smsc->quirks));
    struct buf *text = &smsc->receipt_text;
    write_text(text, d, id_str, smsc->wall_us, style);
    char state = (char)d->state;
    struct smpp_tlv facts[] = {
        {SMPP_TAG_RECEIPTED_MESSAGE_ID, id_str},
        {SMPP_TAG_MESSAGE_STATE, {&state, 1}},
    };
    struct smpp_tlv payload = {SMPP_TAG_MESSAGE_PAYLOAD, buf_str(text)};
    struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM, .has_body = true};
    bool in_payload = style == QUIRK_RECEIPT_PAYLOAD || style == QUIRK_RECEIPT_DATA_SM;
    if (style == QUIRK_RECEIPT_DATA_SM) {
        pdu.command = SMPP_DATA_SM;
        fill_data_sm(&pdu.body.data_sm, d);
    } else {
        delivery_fill(&pdu.body.deliver_sm, d);
        if (!in_payload)
            pdu.body.deliver_sm.short_message = buf_str(text);
    }
    if (in_payload) {
        pdu.tlvs = &payload;
        pdu.tlv_n = 1;
    } else if (style == QUIRK_RECEIPT_FULL || style == QUIRK_RECEIPT_TLV) {
        pdu.tlvs = facts;
        pdu.tlv_n = sizeof(facts) / sizeof(facts[0]);
    }
    return smpp_session_request(bind->session, &pdu, d, smsc->mono_us);
}

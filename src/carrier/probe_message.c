/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/probe_message.h"

#include <stdio.h>

/* registered_delivery, SMPP 3.4 5.2.17. */
enum { FINAL_RECEIPT = 0x01, INTERMEDIATE_RECEIPTS = 0x10 };
enum { PARTS = 2, SHORT_NUMBER_MAX = 8 };

static void set_sender(struct smpp_submit_sm *sm, const struct carrier_settings *s,
                       const char *sender)
{
    bool digits = *sender && sender[strspn(sender, "0123456789")] == '\0';
    bool is_short = digits && strlen(sender) <= SHORT_NUMBER_MAX;
    sm->source_addr = str_of(sender);
    sm->source_addr_ton = (uint8_t)(!digits    ? s->alphanumeric_ton
                                    : is_short ? s->short_ton
                                               : s->number_ton);
    sm->source_addr_npi = (uint8_t)(!digits    ? s->alphanumeric_npi
                                    : is_short ? s->short_npi
                                               : s->number_npi);
}

/* SMPP 3.4 5.3.2.22 to 24. */
static void set_sar(struct probe_message *m, uint32_t part, uint8_t reference)
{
    m->numbers[0] = 0;
    m->numbers[1] = reference;
    m->numbers[2] = PARTS;
    m->numbers[3] = (uint8_t)part;
    const char *bytes = (const char *)m->numbers;
    m->tlvs[0] = (struct smpp_tlv){SMPP_TAG_SAR_MSG_REF_NUM, {bytes, 2}};
    m->tlvs[1] = (struct smpp_tlv){SMPP_TAG_SAR_TOTAL_SEGMENTS, {bytes + 2, 1}};
    m->tlvs[2] = (struct smpp_tlv){SMPP_TAG_SAR_SEGMENT_SEQNUM, {bytes + 3, 1}};
    m->pdu.tlvs = m->tlvs;
    m->pdu.tlv_n = 3;
}

/* 3GPP TS 23.040 9.2.3.24.1 and .8; the length of the header with its own byte. */
static size_t write_header(char *out, enum probe_kind kind, uint32_t part, uint8_t reference)
{
    const char udh8[] = {5, 0, 3, (char)reference, PARTS, (char)part};
    const char udh16[] = {6, 8, 4, 0, (char)reference, PARTS, (char)part};
    if (kind == PROBE_UDH8)
        memcpy(out, udh8, sizeof(udh8));
    else if (kind == PROBE_UDH16)
        memcpy(out, udh16, sizeof(udh16));
    else
        return 0;
    return kind == PROBE_UDH8 ? sizeof(udh8) : sizeof(udh16);
}

static size_t write_text(char *out, size_t size, enum probe_kind kind, uint32_t part)
{
    static const char *const names[] = {"", "", "udh8", "udh16", "sar", "payload", ""};
    if (kind == PROBE_ALPHABET)
        snprintf(out, size, "%s", PROBE_ALPHABET_TEXT);
    else if (kind == PROBE_WINDOW)
        snprintf(out, size, "Navette window %u", part);
    else if (kind == PROBE_PAYLOAD) /* more than one SMS can hold */
        snprintf(out, size, "Navette payload %0150d end", 0);
    else if (kind == PROBE_PLAIN)
        snprintf(out, size, "Navette probe");
    else
        snprintf(out, size, "Navette %s part %u of %u ", names[kind], part, PARTS);
    return strlen(out);
}

void probe_message_write(struct probe_message *m, const struct carrier_settings *s,
                         const struct probe_ask *ask, enum probe_kind kind, uint32_t part,
                         uint8_t reference)
{
    struct smpp_submit_sm *sm = &m->pdu.body.submit_sm;
    m->pdu = (struct smpp_pdu){.command = SMPP_SUBMIT_SM, .has_body = true};
    sm->service_type = s->service_type;
    set_sender(sm, s, ask->from);
    sm->dest_addr_ton = (uint8_t)s->recipient_ton;
    sm->dest_addr_npi = (uint8_t)s->recipient_npi;
    sm->destination_addr = str_of(ask->to);
    sm->registered_delivery = FINAL_RECEIPT | (kind == PROBE_PLAIN ? INTERMEDIATE_RECEIPTS : 0);
    size_t n = write_header(m->text, kind, part, reference);
    sm->esm_class = n ? SMPP_ESM_UDHI : 0;
    n += write_text(m->text + n, sizeof(m->text) - n, kind, part);
    struct str text = {m->text, n};
    if (kind == PROBE_SAR)
        set_sar(m, part, reference);
    if (kind != PROBE_PAYLOAD) {
        sm->short_message = text;
        return;
    }
    m->tlvs[0] = (struct smpp_tlv){SMPP_TAG_MESSAGE_PAYLOAD, text};
    m->pdu.tlvs = m->tlvs;
    m->pdu.tlv_n = 1;
}

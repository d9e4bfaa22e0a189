/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/probe_eye.h"

#include "text/text.h"

/* As far as it fits; what is no printable ASCII becomes '?' unless it is UTF-8 of ours. */
static void keep(char *out, size_t size, struct str s, bool utf8)
{
    size_t n = s.n < size - 1 ? s.n : size - 1;
    for (size_t i = 0; i < n; i++) {
        bool plain = s.p[i] >= ' ' && s.p[i] <= '~';
        out[i] = plain || (utf8 && (s.p[i] & 0x80)) ? s.p[i] : '?';
    }
    out[n] = '\0';
}

/* The same phone, with or without + or 00 before it: the last eight digits. */
static bool is_phone(struct str address, const char *phone)
{
    enum { COMPARED = 8 };
    struct str digits = str_of(phone);
    size_t n = digits.n < COMPARED ? digits.n : COMPARED;
    return address.n >= n && str_eq(str_sub(address, address.n - n, address.n),
                                    str_sub(digits, digits.n - n, digits.n));
}

static bool is_on_its_way(uint8_t esm_class, const struct smpp_receipt *receipt)
{
    return (esm_class & SMPP_ESM_TYPE) == SMPP_ESM_INTERMEDIATE ||
           receipt->state == SMPP_STATE_ENROUTE || receipt->state == SMPP_STATE_ACCEPTED;
}

/* As the carrier's own rules have it. */
static void see_own(const struct probe_eye *eye, struct probe_receipt *kept,
                    const struct smpp_pdu *pdu)
{
    struct receipt_read read;
    if (!eye->own || receipt_rules_read(eye->own, &read, eye->arena, pdu))
        return;
    kept->own_state = read.state;
    keep(kept->own_id, sizeof(kept->own_id), read.id, false);
    keep(kept->own_stat, sizeof(kept->own_stat), read.stat, false);
}

static void see_receipt(const struct probe_eye *eye, const struct smpp_pdu *pdu, uint8_t esm_class)
{
    struct probe_seen *seen = eye->seen;
    if (seen->receipts_n == PROBE_RECEIPTS_MAX)
        return;
    struct probe_receipt *kept = &seen->receipts[seen->receipts_n++];
    struct smpp_receipt receipt = {0};
    bool readable = smpp_receipt_read(&receipt, eye->arena, pdu) == OK;
    *kept = (struct probe_receipt){
        .readable = readable && receipt.id.n && receipt.state != SMPP_STATE_NONE,
        .data_sm = pdu->command == SMPP_DATA_SM,
        .payload = smpp_tlv_find(pdu, SMPP_TAG_MESSAGE_PAYLOAD) != NULL,
        .tlv_id = smpp_tlv_find(pdu, SMPP_TAG_RECEIPTED_MESSAGE_ID) != NULL,
        .tlv_state = smpp_tlv_find(pdu, SMPP_TAG_MESSAGE_STATE) != NULL,
        .tlv_error = smpp_tlv_find(pdu, SMPP_TAG_NETWORK_ERROR_CODE) != NULL,
    };
    if (readable) {
        kept->state = receipt.state;
        keep(kept->id, sizeof(kept->id), receipt.id, false);
    }
    kept->intermediate = is_on_its_way(esm_class, &receipt);
    keep(kept->text, sizeof(kept->text), smpp_receipt_text(pdu), false);
    see_own(eye, kept, pdu);
}

static void see_echo(const struct probe_eye *eye, const struct smpp_pdu *pdu, uint8_t esm_class,
                     uint8_t coding)
{
    struct probe_seen *seen = eye->seen;
    struct arena *a = eye->arena;
    if (seen->echoes_n == PROBE_ECHOES_MAX)
        return;
    struct str bytes = smpp_user_data(pdu);
    size_t header = esm_class & SMPP_ESM_UDHI && bytes.n ? 1u + (uint8_t)bytes.p[0] : 0;
    bytes = str_sub(bytes, header < bytes.n ? header : bytes.n, bytes.n);
    struct str text =
        coding == SMPP_CODING_UCS2 ? text_from_ucs2(a, bytes) : text_from_gsm7(a, bytes);
    keep(seen->echoes[seen->echoes_n++], PROBE_TEXT_SIZE, text, true);
}

/* Only a bind's response tells it. */
static void see_version(struct probe_seen *seen, const struct smpp_pdu *pdu)
{
    if (pdu->command == SMPP_BIND_TRANSMITTER_RESP || pdu->command == SMPP_BIND_RECEIVER_RESP ||
        pdu->command == SMPP_BIND_TRANSCEIVER_RESP)
        (void)smpp_tlv_number(pdu, SMPP_TAG_SC_INTERFACE_VERSION, &seen->version);
}

void probe_eye_see(const struct probe_eye *eye, bool own, struct str bytes)
{
    struct smpp_pdu pdu;
    uint32_t answer;
    struct str from, to;
    uint8_t esm_class, coding;
    arena_reset(eye->arena);
    if (smpp_pdu_read(&pdu, eye->arena, bytes, &answer))
        return;
    if (own && pdu.command == SMPP_ENQUIRE_LINK_RESP)
        eye->seen->enquired = true;
    if (own)
        see_version(eye->seen, &pdu);
    if (pdu.command == SMPP_DELIVER_SM) {
        const struct smpp_deliver_sm *d = &pdu.body.deliver_sm;
        from = d->source_addr, to = d->destination_addr;
        esm_class = d->esm_class, coding = d->data_coding;
    } else if (pdu.command == SMPP_DATA_SM) {
        const struct smpp_data_sm *d = &pdu.body.data_sm;
        from = d->source_addr, to = d->destination_addr;
        esm_class = d->esm_class, coding = d->data_coding;
    } else {
        return;
    }
    if (smpp_is_receipt(&pdu) && (is_phone(from, eye->ask->to) || is_phone(to, eye->ask->to)))
        see_receipt(eye, &pdu, esm_class);
    else if (!smpp_is_receipt(&pdu) && is_phone(from, eye->ask->to))
        see_echo(eye, &pdu, esm_class, coding);
}

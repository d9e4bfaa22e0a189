/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/secret.h"
#include "sim/smsc_inside.h"
#include "text/date.h"
#include "text/septets.h"

#include <stdlib.h>

enum { SUBUNIT_DISPLAY = 1 }; /* dest_addr_subunit: straight to the screen */

/* Class 0: shown at once, not kept. */
static bool is_flash(const struct smpp_pdu *request, uint8_t data_coding)
{
    bool has_class =
        (data_coding >= 0x10 && data_coding < 0x80 && (data_coding & 0x10)) || data_coding >= 0xF0;
    uint32_t subunit;
    return (has_class && (data_coding & 3) == 0) ||
           (smpp_tlv_number(request, SMPP_TAG_DEST_ADDR_SUBUNIT, &subunit) &&
            subunit == SUBUNIT_DISPLAY);
}

static void read_sar(struct udh_concat *out, const struct smpp_pdu *request)
{
    uint32_t reference, total, number;
    if (smpp_tlv_number(request, SMPP_TAG_SAR_MSG_REF_NUM, &reference) &&
        smpp_tlv_number(request, SMPP_TAG_SAR_TOTAL_SEGMENTS, &total) &&
        smpp_tlv_number(request, SMPP_TAG_SAR_SEGMENT_SEQNUM, &number) && number > 0 &&
        number <= total && total <= UINT8_MAX)
        *out = (struct udh_concat){.reference = (uint16_t)reference,
                                   .total = (uint8_t)total,
                                   .number = (uint8_t)number,
                                   .wide = true};
}

/* How it is, or would be, one of several: the status that refuses it, or 0. */
static uint32_t check_long_mode(const struct quirks *quirks, const struct submit *s, bool sar)
{
    uint32_t taken = quirks->long_modes;
    if (s->concat.total > 0 && !sar &&
        !quirk_takes(taken, s->concat.wide ? QUIRK_LONG_UDH16 : QUIRK_LONG_UDH8))
        return ESME_RINVESMCLASS;
    if (sar && !quirk_takes(taken, QUIRK_LONG_SAR))
        return ESME_ROPTPARNOTALLWD;
    if (!quirk_takes(taken, QUIRK_LONG_PAYLOAD) && s->request->command == SMPP_SUBMIT_SM &&
        smpp_tlv_find(s->request, SMPP_TAG_MESSAGE_PAYLOAD))
        return ESME_ROPTPARNOTALLWD;
    return 0;
}

static void unpack_septets(struct smsc *smsc, struct submit *s)
{
    arena_reset(smsc->arena);
    s->shown = septets_unpack(smsc->arena, s->text, smpp_user_data(s->request).n - s->text.n);
}

/* The status that refuses it, or 0. */
static uint32_t read_submit(struct smsc *smsc, struct submit *s, const struct smpp_pdu *request)
{
    enum quirk_default_alphabet standard =
        (enum quirk_default_alphabet)smsc->quirks.default_alphabet;
    uint8_t esm_class;
    *s = (struct submit){.request = request, .text = smpp_user_data(request)};
#define TAKE(body)                                                                               \
    (s->sender = (body)->source_addr, s->source_ton = (body)->source_addr_ton,                   \
     s->source_npi = (body)->source_addr_npi, s->recipient = (body)->destination_addr,           \
     s->dest_ton = (body)->dest_addr_ton, s->dest_npi = (body)->dest_addr_npi,                   \
     s->registered_delivery = (body)->registered_delivery, s->data_coding = (body)->data_coding, \
     esm_class = (body)->esm_class)
    if (request->command == SMPP_DATA_SM)
        TAKE(&request->body.data_sm);
    else
        TAKE(&request->body.submit_sm);
#undef TAKE
    if (s->sender.n >= PHONE_ADDRESS_SIZE)
        return ESME_RINVSRCADR;
    if (s->recipient.n == 0 || s->recipient.n >= PHONE_ADDRESS_SIZE)
        return ESME_RINVDSTADR;
    if (esm_class & SMPP_ESM_UDHI) {
        if (udh_read(&s->concat, &s->text, s->text) != OK)
            return ESME_RINVESMCLASS;
    }
    bool in_header = s->concat.total > 0;
    if (!in_header && request->tlv_n > 0)
        read_sar(&s->concat, request);
    s->alphabet = alphabet_of(s->data_coding, standard);
    s->flash = is_flash(request, s->data_coding);
    s->shown = s->text;
    if (standard == QUIRK_ALPHABET_GSM_PACKED && s->alphabet == PHONE_GSM7)
        unpack_septets(smsc, s);
    return check_long_mode(&smsc->quirks, s, !in_header && s->concat.total > 0);
}

static bool over_rate(struct smsc *smsc, struct customer *customer)
{
    if (smsc->rate == 0)
        return false;
    int64_t second = smsc->mono_us / SEC_US;
    if (customer->rate_second != second) {
        customer->rate_second = second;
        customer->rate_used = 0;
    }
    return ++customer->rate_used > smsc->rate;
}

/* True for the first `times` submits of this very message (of each part). */
static bool still_refused(struct smsc *smsc, const struct submit *s, unsigned times)
{
    if (times == OUTCOME_ALWAYS)
        return true;
    struct str pieces[] = {s->sender, s->recipient, smpp_user_data(s->request)};
    uint8_t digest[SECRET_DIGEST_SIZE];
    uint64_t key, seen = 0;
    secret_digest(digest, pieces, sizeof(pieces) / sizeof(pieces[0]));
    memcpy(&key, digest, sizeof(key));
    if (map_get(smsc->refusals, key, &seen) && seen >= times) {
        map_remove(smsc->refusals, key);
        return false;
    }
    map_put(smsc->refusals, key, seen + 1);
    return true;
}

/* ---- Responses ---- */

/* False when the session is over. */
static bool respond(struct bind *bind, uint32_t command, uint32_t sequence, uint32_t status,
                    uint64_t message_id)
{
    char id[MESSAGE_ID_SIZE];
    struct smpp_pdu response = {.status = status};
    if (status == ESME_ROK) {
        response.has_body = true;
        response.body.submit_sm_resp.message_id =
            message_id_write(id, message_id, (enum quirk_id_format)bind->smsc->quirks.id_format);
    }
    return smpp_session_respond(bind->session, command, sequence, &response) == OK;
}

static void log_submit(struct bind *bind, const struct submit *s, uint32_t status,
                       uint64_t message_id)
{
    struct smsc *smsc = bind->smsc;
    buf_clear(&smsc->line);
    if (!smsc->parts.log)
        return;
    submit_log_format(&smsc->line,
                      &(struct submit_entry){.at_us = smsc->wall_us,
                                             .bind = bind->number,
                                             .system_id = str_of(bind->customer->system_id),
                                             .sequence = s->request->sequence,
                                             .message_id = message_id,
                                             .sender = s->sender,
                                             .recipient = s->recipient,
                                             .concat = s->concat,
                                             .data_coding = s->data_coding,
                                             .text = s->text,
                                             .status = status});
}

static void end_submit(struct smsc *smsc, struct str line, bool answered)
{
    if (!answered)
        smsc->parts.stats->unanswered++;
    if (smsc->parts.log)
        submit_log_add(smsc->parts.log, line, answered);
}

static void respond_later(struct bind *bind, const struct submit *s, uint32_t status,
                          uint64_t message_id, struct lane *lane)
{
    struct smsc *smsc = bind->smsc;
    struct answer *a = base_alloc(sizeof(*a) + smsc->line.n);
    a->bind = bind->number;
    a->slot = bind->slot;
    a->command = s->request->command;
    a->sequence = s->request->sequence;
    a->status = status;
    a->message_id = message_id;
    a->line_n = smsc->line.n;
    if (a->line_n)
        memcpy(a->line, smsc->line.p, a->line_n);
    smsc->answers_waiting++;
    bind->unanswered++;
    lane_add(lane, &a->item, smsc->mono_us);
}

static void answer_end(struct smsc *smsc, struct answer *a, struct bind *bind)
{
    if (bind)
        bind->unanswered--;
    bool answered =
        bind && !bind->dead && respond(bind, a->command, a->sequence, a->status, a->message_id);
    end_submit(smsc, (struct str){a->line, a->line_n}, answered);
    smsc->answers_waiting--;
    free(a);
}

void submit_answers_due(struct smsc *smsc)
{
    struct lane *lanes[] = {&smsc->answers, &smsc->late_answers};
    for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
        struct answer *a;
        while ((a = (struct answer *)lane_take(lanes[i], smsc->mono_us))) {
            struct bind *bind = smsc->slots[a->slot];
            bool there = bind && bind->number == a->bind && !bind->over;
            answer_end(smsc, a, there ? bind : NULL);
        }
    }
}

void submit_answers_drop(struct smsc *smsc)
{
    struct answer *a;
    while ((a = (struct answer *)lane_take(&smsc->answers, INT64_MAX)))
        answer_end(smsc, a, NULL);
    while ((a = (struct answer *)lane_take(&smsc->late_answers, INT64_MAX)))
        answer_end(smsc, a, NULL);
}

/* Too many of its submits wait for their answer. */
static bool over_window(const struct bind *bind)
{
    uint32_t most = bind->smsc->quirks.max_window;
    return most > 0 && bind->unanswered >= most;
}

static void give_answer(struct bind *bind, const struct submit *s, uint32_t status,
                        uint64_t message_id, enum outcome_answer when)
{
    struct smsc *smsc = bind->smsc;
    log_submit(bind, s, status, message_id);
    if (when == ANSWER_NEVER || when == ANSWER_CUT) {
        end_submit(smsc, buf_str(&smsc->line), false);
    } else if (when == ANSWER_LATE) {
        respond_later(bind, s, status, message_id, &smsc->late_answers);
    } else if (smsc->answers.delay_us > 0 && !over_window(bind)) {
        respond_later(bind, s, status, message_id, &smsc->answers);
    } else {
        bool answered =
            respond(bind, s->request->command, s->request->sequence, status, message_id);
        end_submit(smsc, buf_str(&smsc->line), answered);
    }
}

/* ---- Requests ---- */

/* Is it this message's turn to be answered, because every Nth is? */
static bool has_reply_turn(struct smsc *smsc, const struct submit *s)
{
    if (!smsc->reply_every || s->source_ton == SMPP_TON_ALPHANUMERIC || s->concat.total > 1)
        return false;
    if (--smsc->until_reply > 0)
        return false;
    smsc->until_reply = smsc->reply_every;
    return true;
}

static uint64_t take_message(struct bind *bind, const struct submit *s, enum outcome_id outcome_id)
{
    struct smsc *smsc = bind->smsc;
    const struct outcome *o = outcome_at(outcome_id);
    uint64_t id = ++smsc->last_message_id;
    smsc->parts.stats->taken++;
    smsc->tracks[id % SMSC_TRACKS] = (struct track){
        .message_id = id, .submitted_us = smsc->wall_us, .outcome = (uint8_t)outcome_id};
    receipt_plan(bind, s, id, o);
    enum outcome_reply reply = o->reply;
    bool turn = has_reply_turn(smsc, s);
    if (turn && reply == REPLY_NOTHING)
        reply = REPLY_OK;
    if (smsc->no_phones) {
        if (turn)
            reply_in_passing(smsc, bind->customer, s->recipient, s->sender);
        return id;
    }
    struct phone *phone;
    struct phone_message *m =
        phones_receive(smsc->parts.phones,
                       &(struct phone_arrival){.number = s->recipient,
                                               .sender = s->sender,
                                               .at_us = smsc->wall_us,
                                               .customer = bind->customer->number,
                                               .concat = s->concat,
                                               .bytes = s->shown,
                                               .outcome = (uint8_t)outcome_id,
                                               .alphabet = s->alphabet,
                                               .flash = s->flash},
                       &phone);
    smsc->calls.on_message(smsc->ctx, phone, m);
    if (reply != REPLY_NOTHING && m->got == m->total)
        reply_by_itself(smsc, bind->customer, phone, m, reply);
    return id;
}

static void submit_message(struct bind *bind, const struct smpp_pdu *request)
{
    struct smsc *smsc = bind->smsc;
    struct submit s;
    smsc->parts.stats->submits++;
    uint32_t status = read_submit(smsc, &s, request);
    const struct sim_number *owner = smsc->numbers_n ? owned_find(smsc, s.recipient) : NULL;
    bool plain = smsc->plain || owner;
    enum outcome_id outcome_id = plain ? OUTCOME_DELIVERED : outcome_of(s.recipient);
    const struct outcome *o = outcome_at(outcome_id);
    enum outcome_answer when = o->answer;
    if (!status && (over_rate(smsc, bind->customer) || over_window(bind) ||
                    smsc->answers_waiting >= SMSC_ANSWERS_MAX))
        status = ESME_RTHROTTLED;
    if (!status && o->times > 0 && still_refused(smsc, &s, o->times)) {
        status = o->refusal_status;
        bind->cut = when == ANSWER_CUT;
    } else if (when == ANSWER_CUT) {
        when = ANSWER_NOW;
    }
    uint64_t id = 0;
    if (status) {
        smsc->parts.stats->refused++;
        when = ANSWER_NOW;
    } else if (!bind->cut) {
        id = take_message(bind, &s, outcome_id);
        if (owner)
            owned_deliver(smsc, owner, &s);
    }
    give_answer(bind, &s, status, id, when);
    bind->dying = ++bind->submits == smsc->quirks.die_after;
    if (bind->cut || bind->dying)
        smsc_mark_bind(smsc, bind);
}

/* The session may have ended meanwhile: then nobody waits for it. */
static void give(struct bind *bind, const struct smpp_pdu *request, const struct smpp_pdu *response)
{
    enum err err =
        smpp_session_respond(bind->session, request->command, request->sequence, response);
    (void)err;
}

static void query_message(struct bind *bind, const struct smpp_pdu *request)
{
    struct smsc *smsc = bind->smsc;
    struct str id = request->body.query_sm.message_id;
    uint64_t number = 0;
    struct smpp_pdu response = {.status = ESME_RQUERYFAIL};
    char date[DATE_SMPP_SIZE];
    if (message_id_read(&number, id, (enum quirk_id_format)smsc->quirks.id_format) == OK &&
        number > 0 && smsc->tracks[number % SMSC_TRACKS].message_id == number) {
        const struct track *t = &smsc->tracks[number % SMSC_TRACKS];
        const struct outcome *o = outcome_at((enum outcome_id)t->outcome);
        int64_t delay_us =
            smsc->receipt_delay_us * (o->receipt == RECEIPT_LATE ? OUTCOME_LATE_FACTOR : 1);
        bool done = smsc->wall_us >= t->submitted_us + delay_us;
        struct smpp_query_sm_resp *body = &response.body.query_sm_resp;
        response.status = ESME_ROK;
        response.has_body = true;
        body->message_id = id;
        body->message_state = SMPP_STATE_ENROUTE;
        if (done) {
            date_write_smpp(date, t->submitted_us + delay_us);
            body->final_date = str_of(date);
            body->message_state =
                (uint8_t)(o->state == SMPP_STATE_NONE ? SMPP_STATE_DELIVERED : o->state);
            body->error_code = (uint8_t)o->error;
        }
    }
    give(bind, request, &response);
}

static void refuse(struct bind *bind, const struct smpp_pdu *request, uint32_t status)
{
    give(bind, request, &(struct smpp_pdu){.status = status});
}

void submit_request(struct bind *bind, const struct smpp_pdu *request)
{
    if (bind->cut || bind->dying) /* what came behind it never arrived */
        return;
    switch (request->command) {
    case SMPP_SUBMIT_SM:
    case SMPP_DATA_SM:
        submit_message(bind, request);
        return;
    case SMPP_QUERY_SM:
        query_message(bind, request);
        return;
    case SMPP_CANCEL_SM: /* what was taken is on the phone already */
        refuse(bind, request, ESME_RCANCELFAIL);
        return;
    case SMPP_REPLACE_SM:
        refuse(bind, request, ESME_RREPLACEFAIL);
        return;
    default:
        refuse(bind, request, ESME_RINVCMDID);
    }
}

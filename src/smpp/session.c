/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/session.h"

#include "smpp/frame.h"
#include "smpp/window.h"

#include <assert.h>
#include <stdlib.h>

enum {
    FLUSH_AT = 32 * 1024, /* no more output than this is collected before it is handed over */
};

struct smpp_session {
    struct smpp_session_config config;
    struct smpp_session_calls calls;
    void *ctx;
    enum smpp_state state;
    enum smpp_mode mode; /* asked for in BINDING, held in BOUND and UNBINDING */
    struct smpp_window window;
    uint32_t bind_sequence;   /* SMSC: of the bind that waits for our answer */
    uint32_t unbind_sequence; /* of our unbind, else 0 */
    bool peer_unbound; /* its unbind came; while UNBINDING without one of ours: not answered */
    uint32_t peer_unbind_sequence;
    uint32_t owed; /* requests of the peer that are not answered yet */
    bool asked;    /* our enquire_link waits for any sign of life */

    int64_t heard_us; /* when the last whole PDU came */
    int64_t bind_due_us;
    int64_t unbind_due_us;
    int64_t asked_due_us;
    int64_t partial_due_us; /* INT64_MAX while no PDU is half read */

    struct arena *arena; /* of the PDU in hand */
    struct smpp_frame frame;
    struct buf out;
    unsigned busy; /* depth of calls inside which output is only collected */
};

/* ---- States ---- */

#define TO(state) (1u << (state))
static const unsigned legal_next[] = {
    [SMPP_OPEN] = TO(SMPP_BINDING) | TO(SMPP_CLOSED),
    [SMPP_BINDING] = TO(SMPP_BOUND) | TO(SMPP_CLOSED),
    [SMPP_BOUND] = TO(SMPP_UNBINDING) | TO(SMPP_CLOSED),
    [SMPP_UNBINDING] = TO(SMPP_CLOSED),
    [SMPP_CLOSED] = 0,
};

static void set_state(struct smpp_session *s, enum smpp_state to)
{
    assert(legal_next[s->state] & TO(to));
    s->state = to;
}

/* Is a request with this enum smpp_when legal now? */
static bool is_legal(const struct smpp_session *s, unsigned when)
{
    switch (s->state) {
    case SMPP_OPEN:
        return when & SMPP_WHEN_OPEN;
    case SMPP_BOUND:
        return when & s->mode;
    default:
        return false;
    }
}

static enum smpp_mode mode_of_bind(uint32_t command)
{
    switch (command) {
    case SMPP_BIND_TRANSMITTER:
        return SMPP_TX;
    case SMPP_BIND_RECEIVER:
        return SMPP_RX;
    case SMPP_BIND_TRANSCEIVER:
        return SMPP_TRX;
    default:
        return 0;
    }
}

static bool has_response(uint32_t command)
{
    return smpp_command_info(command | SMPP_RESPONSE) != NULL;
}

/* ---- Output ---- */

static void flush(struct smpp_session *s)
{
    if (s->out.n == 0)
        return;
    s->calls.on_output(s->ctx, buf_str(&s->out));
    buf_clear(&s->out);
}

static void enter(struct smpp_session *s)
{
    s->busy++;
}

static void leave(struct smpp_session *s)
{
    if (--s->busy == 0)
        flush(s);
}

static enum err send_pdu(struct smpp_session *s, const struct smpp_pdu *pdu)
{
    if (s->out.n >= FLUSH_AT)
        flush(s);
    return smpp_pdu_write(&s->out, pdu);
}

/* A header has no field that could fail. */
static void send_header(struct smpp_session *s, uint32_t command, uint32_t status,
                        uint32_t sequence)
{
    enum err err =
        send_pdu(s, &(struct smpp_pdu){.command = command, .status = status, .sequence = sequence});
    assert(!err);
    (void)err;
}

static void refuse(struct smpp_session *s, const struct smpp_pdu *request, uint32_t status)
{
    uint32_t command =
        has_response(request->command) ? request->command | SMPP_RESPONSE : SMPP_GENERIC_NACK;
    send_header(s, command, status, request->sequence);
}

/* ---- The end ---- */

/* The one way out of the window. */
static void end_request(struct smpp_session *s, struct smpp_slot *slot, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    void *tag = slot->tag;
    smpp_window_close(&s->window, slot);
    s->calls.on_response(s->ctx, tag, outcome, response);
}

static void close_session(struct smpp_session *s, const char *reason, uint32_t bind_status)
{
    if (s->state == SMPP_CLOSED)
        return;
    set_state(s, SMPP_CLOSED);
    flush(s);
    while (s->window.oldest)
        end_request(s, s->window.oldest, SMPP_ABANDONED, NULL);
    s->calls.on_closed(s->ctx, reason, bind_status);
}

void smpp_session_lost(struct smpp_session *s, const char *reason)
{
    buf_clear(&s->out);
    close_session(s, reason, 0);
}

/* ---- Input ---- */

static void become_bound(struct smpp_session *s)
{
    set_state(s, SMPP_BOUND);
    s->calls.on_bound(s->ctx, s->mode);
}

static void handle_response(struct smpp_session *s, const struct smpp_pdu *pdu)
{
    bool nack = pdu->command == SMPP_GENERIC_NACK;
    if (s->unbind_sequence && pdu->sequence == s->unbind_sequence &&
        (nack || pdu->command == SMPP_UNBIND_RESP)) {
        close_session(s, "unbound", 0);
        return;
    }
    struct smpp_slot *slot = smpp_window_find(&s->window, pdu->sequence);
    if (!slot || (!nack && pdu->command != (slot->command | SMPP_RESPONSE)))
        return;
    bool bind = mode_of_bind(slot->command);
    end_request(s, slot, nack ? SMPP_NACKED : SMPP_ANSWERED, pdu);
    if (!bind || s->state != SMPP_BINDING)
        return;
    if (!nack && pdu->status == ESME_ROK)
        become_bound(s);
    else
        close_session(s, "bind refused", pdu->status ? pdu->status : ESME_RBINDFAIL);
}

/* The answer to a request that is not legal now. While we unbind, a message is not lost if it is
 * only put off. */
static uint32_t illegal_status(const struct smpp_session *s, uint32_t command, unsigned when)
{
    if (mode_of_bind(command) && s->state != SMPP_OPEN)
        return ESME_RALYBND;
    if (s->state == SMPP_UNBINDING && when & s->mode)
        return s->config.role == SMPP_ESME ? ESME_RX_T_APPN : ESME_RSYSERR;
    return ESME_RINVBNDSTS;
}

static void answer_unbind(struct smpp_session *s)
{
    send_header(s, SMPP_UNBIND_RESP, ESME_ROK, s->peer_unbind_sequence);
    close_session(s, "unbound by peer", 0);
}

/* The peer waits for our answer, and neither side owes the other any more. */
static void answer_unbind_if_settled(struct smpp_session *s)
{
    bool waits = s->state == SMPP_UNBINDING && !s->unbind_sequence;
    if (waits && s->window.used == 0 && s->owed == 0)
        answer_unbind(s);
}

/* What is open may still be answered, on both sides, unless we are on our way out ourselves. */
static void take_unbind(struct smpp_session *s, uint32_t sequence, int64_t now_us)
{
    if (s->peer_unbound)
        return;
    s->peer_unbound = true;
    s->peer_unbind_sequence = sequence;
    if (s->state != SMPP_BOUND || !s->config.settle_us) {
        answer_unbind(s);
        return;
    }
    set_state(s, SMPP_UNBINDING);
    s->unbind_due_us = now_us + s->config.settle_us;
}

static void handle_request(struct smpp_session *s, const struct smpp_pdu *pdu, int64_t now_us)
{
    if (pdu->command == SMPP_ENQUIRE_LINK) {
        send_header(s, SMPP_ENQUIRE_LINK_RESP, ESME_ROK, pdu->sequence);
        return;
    }
    if (pdu->command == SMPP_UNBIND) {
        take_unbind(s, pdu->sequence, now_us);
        return;
    }
    const struct smpp_command_info *info = smpp_command_info(pdu->command);
    unsigned when = s->config.role == SMPP_ESME ? info->by_smsc : info->by_esme;
    if (!is_legal(s, when)) {
        refuse(s, pdu, illegal_status(s, pdu->command, when));
        return;
    }
    if (mode_of_bind(pdu->command)) {
        s->mode = mode_of_bind(pdu->command);
        s->bind_sequence = pdu->sequence;
        set_state(s, SMPP_BINDING);
    }
    s->owed += has_response(pdu->command);
    s->calls.on_request(s->ctx, pdu);
}

static void handle(struct smpp_session *s, struct str bytes, int64_t now_us)
{
    arena_reset(s->arena);
    struct smpp_pdu pdu;
    uint32_t answer;
    enum err err = smpp_pdu_read(&pdu, s->arena, bytes, &answer);
    s->heard_us = now_us;
    s->partial_due_us = INT64_MAX;
    s->asked = false;
    /* A response that cannot be read to its end still ends its request: the peer has decided. */
    if (pdu.command & SMPP_RESPONSE)
        handle_response(s, &pdu);
    else if (err)
        refuse(s, &pdu, answer);
    else
        handle_request(s, &pdu, now_us);
}

void smpp_session_feed(struct smpp_session *s, struct str bytes, int64_t now_us)
{
    enter(s);
    while (bytes.n && s->state != SMPP_CLOSED) {
        bool bound = s->state == SMPP_BOUND || s->state == SMPP_UNBINDING;
        uint32_t max = bound ? SMPP_PDU_MAX : SMPP_PDU_MAX_UNBOUND;
        struct str pdu;
        if (smpp_frame_next(&s->frame, &pdu, &bytes, max)) {
            send_header(s, SMPP_GENERIC_NACK, ESME_RINVCMDLEN, 0);
            close_session(s, "bad command_length", 0);
            break;
        }
        if (!pdu.n)
            continue;
        handle(s, pdu, now_us);
        smpp_frame_done(&s->frame);
    }
    answer_unbind_if_settled(s);
    if (smpp_frame_is_partial(&s->frame) && s->partial_due_us == INT64_MAX)
        s->partial_due_us = now_us + s->config.response_timeout_us;
    leave(s);
}

/* ---- Time ---- */

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t silence_due(const struct smpp_session *s, int64_t silence_us)
{
    return silence_us ? s->heard_us + silence_us : INT64_MAX;
}

/* When the session ends by itself, and why. */
static int64_t end_due(const struct smpp_session *s, const char **reason)
{
    const struct {
        int64_t at_us;
        const char *reason;
    } ends[] = {
        {s->state <= SMPP_BINDING ? s->bind_due_us : INT64_MAX, "bind timeout"},
        {s->state == SMPP_UNBINDING ? s->unbind_due_us : INT64_MAX, "unbind timeout"},
        {s->asked ? s->asked_due_us : INT64_MAX, "no answer to enquire_link"},
        {s->partial_due_us, "unfinished PDU"},
        {silence_due(s, s->config.inactivity_us), "inactive"},
    };
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (ends[i].at_us < due) {
            due = ends[i].at_us;
            *reason = ends[i].reason;
        }
    }
    return due;
}

static int64_t enquire_due(const struct smpp_session *s)
{
    bool may_ask = s->state == SMPP_BOUND && !s->asked;
    return may_ask ? silence_due(s, s->config.enquire_us) : INT64_MAX;
}

int64_t smpp_session_tick(struct smpp_session *s, int64_t now_us)
{
    const char *reason = NULL;
    enter(s);
    bool over = s->state != SMPP_CLOSED && end_due(s, &reason) <= now_us;
    if (over && s->peer_unbound)
        answer_unbind(s);
    else if (over)
        close_session(s, reason, 0);
    while (s->window.oldest && s->window.oldest->due_us <= now_us)
        end_request(s, s->window.oldest, SMPP_TIMED_OUT, NULL);
    answer_unbind_if_settled(s);
    if (enquire_due(s) <= now_us) {
        send_header(s, SMPP_ENQUIRE_LINK, ESME_ROK, smpp_window_sequence(&s->window));
        s->asked = true;
        s->asked_due_us = now_us + s->config.response_timeout_us;
    }
    leave(s);
    if (s->state == SMPP_CLOSED)
        return INT64_MAX;
    int64_t due = min(end_due(s, &reason), enquire_due(s));
    return s->window.oldest ? min(due, s->window.oldest->due_us) : due;
}

/* ---- What the owner asks ---- */

enum err smpp_session_request(struct smpp_session *s, const struct smpp_pdu *request, void *tag,
                              int64_t now_us)
{
    const struct smpp_command_info *info = smpp_command_info(request->command);
    bool own = request->command == SMPP_ENQUIRE_LINK || request->command == SMPP_UNBIND;
    if (!info || own || !is_legal(s, s->config.role == SMPP_ESME ? info->by_esme : info->by_smsc))
        return ERR_CONFLICT;
    bool waits = has_response(request->command);
    if (waits && s->window.used >= s->window.limit)
        return ERR_LIMIT;
    struct smpp_pdu pdu = *request;
    pdu.status = ESME_ROK;
    pdu.sequence = smpp_window_sequence(&s->window);
    enter(s);
    enum err err = send_pdu(s, &pdu);
    if (!err && waits)
        smpp_window_open(&s->window,
                         (struct smpp_slot){.sequence = pdu.sequence,
                                            .command = pdu.command,
                                            .tag = tag,
                                            .due_us = now_us + s->config.response_timeout_us});
    if (!err && mode_of_bind(pdu.command)) {
        s->mode = mode_of_bind(pdu.command);
        s->window.oldest->due_us = INT64_MAX; /* the bind's own timer ends the session */
        set_state(s, SMPP_BINDING);
    }
    leave(s);
    return err;
}

enum err smpp_session_respond(struct smpp_session *s, uint32_t request_command,
                              uint32_t request_sequence, const struct smpp_pdu *response)
{
    if (s->state == SMPP_CLOSED)
        return ERR_CLOSED;
    struct smpp_pdu pdu = *response;
    pdu.command = request_command | SMPP_RESPONSE;
    pdu.sequence = request_sequence;
    enter(s);
    enum err err = send_pdu(s, &pdu);
    bool bind = mode_of_bind(request_command) && s->config.role == SMPP_SMSC &&
                s->state == SMPP_BINDING && request_sequence == s->bind_sequence;
    if (!err && bind && pdu.status == ESME_ROK)
        become_bound(s);
    else if (!err && bind)
        close_session(s, "bind refused", 0);
    s->owed -= !err && s->owed > 0;
    answer_unbind_if_settled(s);
    leave(s);
    return err;
}

void smpp_session_unbind(struct smpp_session *s, int64_t now_us)
{
    if (s->state == SMPP_OPEN || s->state == SMPP_BINDING)
        close_session(s, "ended before it was bound", 0);
    if (s->state != SMPP_BOUND)
        return;
    enter(s);
    set_state(s, SMPP_UNBINDING);
    s->unbind_sequence = smpp_window_sequence(&s->window);
    s->unbind_due_us = now_us + s->config.bind_timeout_us;
    send_header(s, SMPP_UNBIND, ESME_ROK, s->unbind_sequence);
    leave(s);
}

/* ---- Life ---- */

struct smpp_session *smpp_session_new(const struct smpp_session_config *config,
                                      const struct smpp_session_calls *calls, void *ctx,
                                      int64_t now_us)
{
    assert(config->response_timeout_us > 0);
    struct smpp_session *s = base_alloc(sizeof(*s));
    s->config = *config;
    s->calls = *calls;
    s->ctx = ctx;
    smpp_window_init(&s->window, config->window);
    s->heard_us = now_us;
    s->bind_due_us = now_us + config->bind_timeout_us;
    s->partial_due_us = INT64_MAX;
    s->arena = arena_new();
    smpp_frame_init(&s->frame);
    s->out = buf_limited(FLUSH_AT + SMPP_PDU_MAX);
    return s;
}

void smpp_session_free(struct smpp_session *s)
{
    if (!s)
        return;
    smpp_window_free(&s->window);
    arena_free(s->arena);
    smpp_frame_free(&s->frame);
    buf_free(&s->out);
    free(s);
}

enum smpp_state smpp_session_state(const struct smpp_session *s)
{
    return s->state;
}

bool smpp_session_peer_unbound(const struct smpp_session *s)
{
    return s->peer_unbound;
}

enum smpp_mode smpp_session_mode(const struct smpp_session *s)
{
    return s->mode;
}

uint32_t smpp_session_window_used(const struct smpp_session *s)
{
    return s->window.used;
}

uint32_t smpp_session_window_free(const struct smpp_session *s)
{
    return s->window.limit - s->window.used;
}

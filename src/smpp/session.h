/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/session: one SMPP session, client (ESME) or server (SMSC), as pure code: bytes and time in,
 * bytes and calls out. No socket, no clock, no database.
 *
 *   closed_by_peer, errors, unbind done ──────────────────────────────► CLOSED
 *      ▲                 ▲                                   ▲
 *    OPEN ── bind ──► BINDING ── bind_resp 0 ──► BOUND ── unbind ──► UNBINDING
 *
 * One setter changes the state; what is legal is a table in session.c. Requests get a sequence
 * number and a slot in the window; a slot is freed by its response, generic_nack, its deadline or
 * the end of the session, and each of these calls on_response exactly once for that request.
 * enquire_link is sent when idle, answered at once in any state, and needs no slot.
 *
 * When the peer unbinds, nothing more is requested; what is open on either side may still be
 * answered for settle_us, then unbind_resp ends the session.
 *
 * What the session answers by itself: a request that is not legal now (ESME_RINVBNDSTS, or a
 * temporary error while unbinding), a body that cannot be read (the status of smpp_pdu_read), an
 * unknown command (generic_nack), a length that cannot be (generic_nack, and the end). Responses to
 * nothing are dropped; one whose body is damaged still ends its request, with what could be read.
 *
 * Output of one feed or tick is handed over in as few calls as can be, in order.
 * Calls made by the session may call smpp_session_request, _respond, _unbind and _lost, but never
 * free the session; on_output may call none of them. PDUs given to a call are valid during it only.
 * Source: SMPP 3.4 chapters 2 and 4; timers 7.2. Threads: one at a time.
 */
#ifndef NAVETTE_SMPP_SESSION_H
#define NAVETTE_SMPP_SESSION_H

#include "smpp/pdu.h"

enum smpp_role { SMPP_ESME, SMPP_SMSC };
enum smpp_state { SMPP_OPEN, SMPP_BINDING, SMPP_BOUND, SMPP_UNBINDING, SMPP_CLOSED };
enum smpp_mode { SMPP_TX = 1, SMPP_RX = 2, SMPP_TRX = 3 };

struct smpp_session_config {
    enum smpp_role role;
    uint32_t window;             /* our unanswered requests, at most, from 1; enquire_link apart */
    int64_t response_timeout_us; /* for each request of ours, and for the rest of a begun PDU */
    int64_t bind_timeout_us;     /* from open to bound, and from unbind to its answer */
    int64_t enquire_us;          /* silence before we ask; 0 never */
    int64_t inactivity_us;       /* silence before we give up; 0 never */
    int64_t settle_us;           /* what the peer's unbind waits for the last answers; 0 nothing */
};

enum smpp_outcome {
    SMPP_ANSWERED, /* with a response, whatever its status */
    SMPP_NACKED,   /* generic_nack with its sequence */
    SMPP_TIMED_OUT,
    SMPP_ABANDONED, /* the session ended first: the peer may or may not have it */
};

struct smpp_session;

struct smpp_session_calls {
    /* Bytes for the peer, in order. */
    void (*on_output)(void *ctx, struct str bytes);
    /* ESME: bind_resp with status 0 came. SMSC: after smpp_session_respond with status 0 to a bind.
     */
    void (*on_bound)(void *ctx, enum smpp_mode mode);
    /* A request of the peer: bind (SMSC), submit_sm, deliver_sm, data_sm, … never enquire_link or
     * unbind, which the session answers itself. Each must be answered with smpp_session_respond,
     * now or later (alert_notification and outbind excepted). */
    void (*on_request)(void *ctx, const struct smpp_pdu *request);
    /* The end of a request of ours, binds included (before on_bound or on_closed). response is NULL
     * for SMPP_TIMED_OUT and SMPP_ABANDONED. */
    void (*on_response)(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response);
    /* The session is over; close the socket once what was given to on_output has left. reason is
     * fit for a log line. bind_status is the peer's refusal of a bind, else 0. Every open request
     * was given to on_response before. */
    void (*on_closed)(void *ctx, const char *reason, uint32_t bind_status);
};

struct smpp_session *smpp_session_new(const struct smpp_session_config *config,
                                      const struct smpp_session_calls *calls, void *ctx,
                                      int64_t now_us);
void smpp_session_free(struct smpp_session *s); /* makes no calls */

/* Bytes from the peer, in runs of any size. */
void smpp_session_feed(struct smpp_session *s, struct str bytes, int64_t now_us);
/* The socket is gone. on_response for what was open, then on_closed. */
void smpp_session_lost(struct smpp_session *s, const char *reason);
/* Time passed. Returns when to call again at the latest (absolute), INT64_MAX if never. What is
 * requested or fed afterwards may be due earlier: a tick every second, or another after it, is
 * enough. */
int64_t smpp_session_tick(struct smpp_session *s, int64_t now_us);

/*
 * Sends a request: its sequence is chosen here. For binds too (ESME).
 * ERR_LIMIT: the window is full. ERR_CONFLICT: not legal in this state or mode. ERR_TOO_LONG: a
 * field does not fit. Nothing was sent then.
 */
enum err smpp_session_request(struct smpp_session *s, const struct smpp_pdu *request, void *tag,
                              int64_t now_us) MUST_CHECK;
/* Answers a request of the peer; request supplies the sequence, response the rest (its command is
 * derived). A refused bind ends the session. Late answers to a closed session are dropped with
 * ERR_CLOSED. */
enum err smpp_session_respond(struct smpp_session *s, uint32_t request_command,
                              uint32_t request_sequence,
                              const struct smpp_pdu *response) MUST_CHECK;
/* Polite end: unbind, wait for its answer (bind_timeout_us at most), then on_closed. */
void smpp_session_unbind(struct smpp_session *s, int64_t now_us);

enum smpp_state smpp_session_state(const struct smpp_session *s);
/* The peer sent unbind, whether or not it was answered yet. */
bool smpp_session_peer_unbound(const struct smpp_session *s);
enum smpp_mode smpp_session_mode(const struct smpp_session *s);
uint32_t smpp_session_window_used(const struct smpp_session *s);
uint32_t smpp_session_window_free(const struct smpp_session *s);

#endif

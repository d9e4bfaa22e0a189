/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/bind: one session with a carrier and the connection under it, made again for ever with
 * growing pauses while it is wanted. There is one attempt at a time, or one pause.
 *
 *   IDLE ──start──► CONNECTING ──► BOUND ──► ENDING ──► WAITING ──► CONNECTING …
 *    ▲                                          │
 *    └── after bind_unbind or bind_cut ◄────────┘
 *
 * An attempt tries each host once, the first again after a session was bound; a refusal of the
 * login ends it, for another host has the same logins. A receiver that awaits outbind is not
 * dialled: it stands in AWAITING until bind_accept gives it a connection, and again after its
 * session.
 *
 * A session ends politely and is made anew when no message passed for inactivity_us, or when
 * recycle_after answers in a row never came. One that the peer unbinds, and one that was inactive,
 * is made anew at once if it held longer than the pause would be.
 *
 * Threads: the loop's only. Calls may use all functions here but bind_free.
 */
#ifndef NAVETTE_CARRIER_BIND_H
#define NAVETTE_CARRIER_BIND_H

#include "core/carrier_settings.h"
#include "net/conn.h"
#include "smpp/session.h"

struct bind;

enum bind_state {
    BIND_IDLE,
    BIND_AWAITING,
    BIND_WAITING,
    BIND_CONNECTING,
    BIND_BOUND,
    BIND_ENDING
};

/* Strings live until the bind is idle again, or has adopted others. */
struct bind_settings {
    enum smpp_mode mode;
    bool awaits_outbind;
    struct carrier_hosts hosts;
    bool tls;
    bool tls_any_name;
    struct str tls_ca;   /* n 0: the system's */
    struct str tls_cert; /* n 0: none, as the key */
    struct str tls_key;
    struct str system_id;
    struct str password;
    struct str system_type;
    uint8_t interface_version;
    uint8_t addr_ton;
    uint8_t addr_npi;
    struct str address_range;
    uint32_t window;
    int64_t response_timeout_us;
    int64_t bind_timeout_us; /* of each host */
    int64_t enquire_us;
    int64_t inactivity_us;  /* 0: never */
    uint32_t recycle_after; /* 0: never */
    int64_t reconnect_least_us;
    int64_t reconnect_most_us;
};

struct bind_calls {
    void (*on_bound)(void *ctx, struct bind *b);
    /* A session or an attempt ended; status is the carrier's refusal, else 0. */
    void (*on_lost)(void *ctx, struct bind *b, const char *reason, uint32_t status);
    /* It is idle; may be followed by bind_start. */
    void (*on_idle)(void *ctx, struct bind *b);
    void (*on_request)(void *ctx, struct bind *b, const struct smpp_pdu *request);
    void (*on_response)(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response);
    /* Bytes came or left, or time passed: there may be room for more. */
    void (*on_turn)(void *ctx);
};

struct bind *bind_new(struct net_loop *loop, const struct bind_calls *calls, void *ctx);
/* What was on the wire goes to on_response; no other call is made. */
void bind_free(struct bind *b);

/* Only while idle. */
void bind_start(struct bind *b, const struct bind_settings *settings);
/* A connection over which the right outbind came, and the bytes behind it; only while AWAITING. */
void bind_accept(struct bind *b, struct net_conn *conn, struct str rest);
/* The same settings from another place in memory: what bind_start got is no longer needed. */
void bind_adopt(struct bind *b, const struct bind_settings *settings);
/* Says goodbye if it is bound, stops trying in any case; on_idle follows, perhaps at once. */
void bind_unbind(struct bind *b);
/* The same without goodbye. */
void bind_cut(struct bind *b);

/* As smpp_session_request; ERR_BUSY while bind_room is 0. */
enum err bind_request(struct bind *b, const struct smpp_pdu *request, void *tag) MUST_CHECK;
/* Answers a request of the session of that number; late answers are dropped. */
void bind_respond(struct bind *b, uint64_t session, uint32_t command, uint32_t sequence,
                  uint32_t status);
/* Writes what bind_request and bind_respond left. Not inside a call. */
void bind_flush(struct bind *b);
/* Ends the session as if the link had broken; what was not flushed is never written. Not inside a
 * call. */
void bind_drop(struct bind *b, const char *reason);
/* As smpp_session_look_on, for this session and the next ones. */
void bind_look_on(struct bind *b, const struct smpp_look *look);
/* Stops and resumes reading. */
void bind_pause(struct bind *b, bool paused);

struct bind_figures {
    int64_t since_us;        /* bound since (UTC); 0: it is not bound */
    int64_t heard_us;        /* when the carrier last said something (UTC); 0: it is not bound */
    int64_t next_attempt_us; /* from now; 0 unless it waits for one */
    int64_t oldest_us;       /* how long the oldest answer has been awaited; 0: none is */
    uint32_t window_used;
    bool wire_full; /* what was written waits: there was no room for that alone */
};
void bind_figures(const struct bind *b, struct bind_figures *out);
enum bind_state bind_state(const struct bind *b);
enum smpp_mode bind_mode(const struct bind *b);
/* How many requests it would take now: 0 unless it can submit, its window has room and not too much
 * waits to be written. */
uint32_t bind_room(struct bind *b);
/* Bound, may submit, and not on its way out, whether or not there is room. */
bool bind_can_submit(const struct bind *b);
/* The carrier's refusal of the login, until a bind succeeds or settings change; else 0. */
uint32_t bind_refused(const struct bind *b);
/* Counts up with each session. */
uint64_t bind_session(const struct bind *b);
/* Attempts made after the first. */
uint64_t bind_reconnects(const struct bind *b);
const char *bind_peer(const struct bind *b);
/* Until the next attempt; meaningful in WAITING. */
int64_t bind_pause_us(const struct bind *b);

#endif

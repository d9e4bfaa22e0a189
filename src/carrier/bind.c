/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/bind.h"

#include "base/clock.h"
#include "base/secret.h"
#include "carrier/bind_inside.h"
#include "carrier/reach.h"

#include <stdio.h>
#include <stdlib.h>

static const int64_t finish_us = 2 * SEC_US; /* to send what waits before the socket goes */
static const int64_t leave_us = 5 * SEC_US;  /* for the answer to our unbind, when made anew */
enum {
    WRITE_LIMIT = 8 * 1024 * 1024,
};

/* ---- the end of a session ---- */

static void mark_over(struct bind *b, const char *reason, uint32_t refusal)
{
    if (b->over)
        return;
    b->over = true;
    b->refusal = refusal;
    reach_reason(b->reason, sizeof(b->reason), &b->settings,
                 b->state == BIND_CONNECTING ? b->attempts.host : SIZE_MAX,
                 b->leave_reason ? b->leave_reason : reason);
}

static void end_session(struct bind *b, const char *reason)
{
    if (b->session)
        smpp_session_lost(b->session, reason);
    mark_over(b, reason, 0);
}

static void write_out(struct bind *b)
{
    enum err e = output_flush(&b->out, b->conn);
    if (e && !b->over)
        end_session(b, "cannot write");
}

/* The connection is gone for good. */
static void closed(struct bind *b)
{
    net_conn_free(b->conn);
    b->conn = NULL;
    net_timer_cancel(b->timer);
    output_clear(&b->out);
    b->state = !b->wanted ? BIND_IDLE : b->settings.awaits_outbind ? BIND_AWAITING : BIND_WAITING;
    if (b->state == BIND_WAITING) {
        b->retry_at_us = clock_mono_us() + b->attempts.pause_us;
        net_timer_set(b->timer, b->attempts.pause_us);
    }
    if (b->state == BIND_IDLE)
        b->calls.on_idle(b->ctx, b);
}

/* Takes leave of a session that is over. */
static void finish(struct bind *b)
{
    struct attempt_end end = {
        .was_bound = b->state == BIND_BOUND,
        .in_order = b->in_order || (b->session && smpp_session_peer_unbound(b->session)),
        .refusal = b->refusal,
    };
    if (end.was_bound)
        end.held_us = clock_mono_us() - b->health.since_us;
    attempts_ended(&b->attempts, &end, secret_random_u64());
    b->state = BIND_ENDING;
    smpp_session_free(b->session);
    b->session = NULL;
    b->calls.on_lost(b->ctx, b, b->reason, b->refusal);
    bool ends = b->state == BIND_ENDING; /* it was not cut inside that call */
    if (ends && b->conn) {
        net_timer_set(b->timer, finish_us);
        net_conn_finish(b->conn);
    } else if (ends) {
        closed(b);
    }
}

/* Around each call of the session: what it left to write goes out, and it is freed only when none
 * is under way. */
static void enter(struct bind *b)
{
    b->busy++;
}

static void leave(struct bind *b)
{
    if (b->busy == 1)
        write_out(b);
    b->busy--;
    if (b->busy == 0 && b->over && (b->state == BIND_CONNECTING || b->state == BIND_BOUND))
        finish(b);
}

/* ---- calls of the session ---- */

static void on_output(void *ctx, struct str bytes)
{
    output_add(&((struct bind *)ctx)->out, bytes);
}

static void on_bound(void *ctx, enum smpp_mode mode)
{
    struct bind *b = ctx;
    b->state = BIND_BOUND;
    health_begin(&b->health, clock_mono_us());
    attempts_bound(&b->attempts);
    b->calls.on_bound(b->ctx, b);
}

static void on_request(void *ctx, const struct smpp_pdu *request)
{
    struct bind *b = ctx;
    b->health.active_us = clock_mono_us();
    b->calls.on_request(b->ctx, b, request);
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    struct bind *b = ctx;
    if (!tag) /* the bind itself has none */
        return;
    b->calls.on_response(b->ctx, tag, outcome, response);
    health_answer(&b->health, outcome != SMPP_TIMED_OUT);
}

static void on_closed(void *ctx, const char *reason, uint32_t bind_status)
{
    mark_over(ctx, reason, bind_status);
}

static const struct smpp_session_calls session_calls = {
    .on_output = on_output,
    .on_bound = on_bound,
    .on_request = on_request,
    .on_response = on_response,
    .on_closed = on_closed,
};

static void tick_later(struct bind *b, int64_t now_us, int64_t due_us)
{
    if (b->state != BIND_CONNECTING && b->state != BIND_BOUND)
        return;
    int64_t after_us = due_us - now_us;
    net_timer_set(b->timer, after_us < 0 ? 0 : after_us < SEC_US ? after_us : SEC_US);
}

/* Ends the session politely; another follows. */
static void leave_for(struct bind *b, const char *reason, int64_t now_us)
{
    b->leave_reason = reason;
    b->leave_by_us = now_us + leave_us;
    smpp_session_unbind(b->session, now_us);
}

static void look_after(struct bind *b, int64_t now_us)
{
    bool may_leave = !b->leave_reason && smpp_session_state(b->session) == SMPP_BOUND;
    if (may_leave && health_is_deaf(&b->health, b->settings.recycle_after)) {
        leave_for(b, "too many answers in a row never came", now_us);
    } else if (may_leave && health_is_inactive(&b->health, b->settings.inactivity_us, now_us) &&
               !smpp_session_window_used(b->session)) {
        b->in_order = true;
        leave_for(b, "no message for long", now_us);
    }
    if (b->leave_reason && now_us >= b->leave_by_us)
        end_session(b, b->leave_reason);
}

static void tick(struct bind *b)
{
    if (!b->session)
        return;
    int64_t now_us = clock_mono_us();
    enter(b);
    int64_t due_us = smpp_session_tick(b->session, now_us);
    look_after(b, now_us);
    leave(b);
    tick_later(b, now_us, due_us);
    b->calls.on_turn(b->ctx);
}

/* ---- calls of the connection ---- */

static void send_bind(struct bind *b, int64_t now_us)
{
    struct smpp_pdu pdu;
    reach_login(&pdu, &b->settings);
    if (smpp_session_request(b->session, &pdu, NULL, now_us))
        end_session(b, "the bind cannot be written: a field is too long");
}

static void begin_session(struct bind *b, struct str rest)
{
    int64_t now_us = clock_mono_us();
    struct smpp_session_config config = reach_session(&b->settings);
    b->session = smpp_session_new(&config, &session_calls, b, now_us);
    smpp_session_look_on(b->session, b->look);
    b->session_number++;
    enter(b);
    send_bind(b, now_us);
    smpp_session_feed(b->session, rest, now_us);
    leave(b);
    tick_later(b, now_us, now_us + SEC_US);
}

static void on_open(void *ctx)
{
    begin_session(ctx, (struct str){0});
}

static void on_data(void *ctx, struct str bytes)
{
    struct bind *b = ctx;
    if (!b->session)
        return;
    enter(b);
    smpp_session_feed(b->session, bytes, clock_mono_us());
    leave(b);
    b->calls.on_turn(b->ctx);
}

static void on_drain(void *ctx)
{
    struct bind *b = ctx;
    b->calls.on_turn(b->ctx);
}

static void on_close(void *ctx, const char *reason)
{
    struct bind *b = ctx;
    if (b->state == BIND_ENDING) {
        closed(b);
        return;
    }
    char text[REASON_SIZE];
    bool unanswered = b->state == BIND_CONNECTING && b->session;
    snprintf(text, sizeof(text), "%s%s", reason, unanswered ? " (the bind was not answered)" : "");
    net_conn_free(b->conn);
    b->conn = NULL;
    enter(b);
    end_session(b, text);
    leave(b);
    b->calls.on_turn(b->ctx);
}

static const struct net_conn_calls conn_calls = {
    .on_open = on_open,
    .on_data = on_data,
    .on_drain = on_drain,
    .on_close = on_close,
};

/* ---- attempts ---- */

static void begin_attempt(struct bind *b)
{
    b->state = BIND_CONNECTING;
    b->over = b->in_order = false;
    b->leave_reason = NULL;
    b->attempts.made++;
    output_clear(&b->out);
}

static void connect_now(struct bind *b)
{
    begin_attempt(b);
    b->conn = reach_host(b->loop, &b->settings, b->attempts.host, WRITE_LIMIT, &conn_calls, b);
    if (b->conn)
        return;
    enter(b);
    mark_over(b, "no host, or a name that is too long", 0);
    leave(b);
}

void bind_accept(struct bind *b, struct net_conn *conn, struct str rest)
{
    begin_attempt(b);
    b->conn = conn;
    net_conn_adopt(conn, &conn_calls, b);
    begin_session(b, rest);
}

static void on_timer(void *ctx)
{
    struct bind *b = ctx;
    switch (b->state) {
    case BIND_WAITING:
        connect_now(b);
        break;
    case BIND_CONNECTING:
    case BIND_BOUND:
        tick(b);
        break;
    case BIND_ENDING:
        closed(b);
        break;
    case BIND_AWAITING:
    case BIND_IDLE:
        break;
    }
}

void bind_start(struct bind *b, const struct bind_settings *settings)
{
    b->settings = *settings;
    attempts_begin(&b->attempts, settings->hosts.n, settings->reconnect_least_us,
                   settings->reconnect_most_us);
    b->wanted = true;
    if (settings->awaits_outbind)
        b->state = BIND_AWAITING;
    else
        connect_now(b);
}

void bind_adopt(struct bind *b, const struct bind_settings *settings)
{
    b->settings = *settings;
}

void bind_unbind(struct bind *b)
{
    b->wanted = false;
    if (b->state == BIND_BOUND) {
        enter(b);
        smpp_session_unbind(b->session, clock_mono_us());
        leave(b);
    } else {
        bind_cut(b);
    }
}

void bind_cut(struct bind *b)
{
    b->wanted = false;
    switch (b->state) {
    case BIND_AWAITING:
    case BIND_WAITING:
    case BIND_ENDING:
        closed(b);
        break;
    case BIND_CONNECTING:
    case BIND_BOUND:
        enter(b);
        end_session(b, "ended by us");
        leave(b);
        break;
    case BIND_IDLE:
        break;
    }
}

/* ---- what goes out ---- */

enum err bind_request(struct bind *b, const struct smpp_pdu *request, void *tag)
{
    if (!bind_room(b))
        return ERR_BUSY;
    b->health.active_us = clock_mono_us();
    return smpp_session_request(b->session, request, tag, b->health.active_us);
}

void bind_respond(struct bind *b, uint64_t session, uint32_t command, uint32_t sequence,
                  uint32_t status)
{
    if (!b->session || b->session_number != session)
        return;
    struct smpp_pdu response = {.status = status};
    enum err e = smpp_session_respond(b->session, command, sequence, &response);
    (void)e; /* a session that is closed cannot be answered: the carrier will send it again */
}

void bind_flush(struct bind *b)
{
    enter(b);
    leave(b);
}

void bind_drop(struct bind *b, const char *reason)
{
    if (!b->session)
        return;
    output_clear(&b->out);
    enter(b);
    end_session(b, reason);
    leave(b);
}

void bind_pause(struct bind *b, bool paused)
{
    if (b->conn && b->state == BIND_BOUND)
        net_conn_pause(b->conn, paused);
}

/* ---- life ---- */

struct bind *bind_new(struct net_loop *loop, const struct bind_calls *calls, void *ctx)
{
    struct bind *b = base_alloc(sizeof(*b));
    b->loop = loop;
    b->calls = *calls;
    b->ctx = ctx;
    output_init(&b->out, WRITE_LIMIT);
    b->timer = net_timer_new(loop, on_timer, b);
    return b;
}

void bind_free(struct bind *b)
{
    if (!b)
        return;
    if (b->session)
        smpp_session_lost(b->session, "ended by us");
    smpp_session_free(b->session);
    net_conn_free(b->conn);
    net_timer_free(b->timer);
    output_free(&b->out);
    free(b);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/bind.h"

#include "base/clock.h"
#include "base/secret.h"
#include "carrier/backoff.h"

#include <stdio.h>
#include <stdlib.h>

static const int64_t stable_us = 60 * SEC_US; /* bound that long, the next loss starts afresh */
static const int64_t finish_us = 2 * SEC_US;  /* to send what waits before the socket goes */
static const int64_t tick_us = SEC_US;
enum {
    WRITE_LIMIT = 8 * 1024 * 1024,
    SUBMIT_LIMIT = 256 * 1024, /* bytes that wait before submits pause */
    INTERFACE_VERSION = 0x34,
    HOST_SIZE = 256,
};

struct bind {
    struct net_loop *loop;
    struct bind_calls calls;
    void *ctx;
    struct bind_settings settings;
    enum bind_state state;
    bool wanted; /* connect again after the end */

    struct net_conn *conn;
    struct smpp_session *session;
    uint64_t session_number;
    smpp_session_look *look;
    void *look_ctx;
    unsigned busy; /* calls of the session under way: it cannot be freed */
    bool over;     /* the session ended, or the connection before it had one */
    char reason[80];
    uint32_t refusal;
    struct buf out;
    bool wire_full; /* when it was last asked for a request */

    struct net_timer *timer; /* the next attempt, the session's time, or the end of ENDING */
    struct backoff backoff;
    int64_t pause_us;
    int64_t retry_at_us;
    int64_t heard_at_us; /* 0: nothing yet */
    int64_t bound_at_us;
    uint64_t attempts;
};

/* ---- the end of a session ---- */

static void mark_over(struct bind *b, const char *reason, uint32_t refusal)
{
    if (b->over)
        return;
    b->over = true;
    b->refusal = refusal;
    snprintf(b->reason, sizeof(b->reason), "%s", reason);
}

static void end_session(struct bind *b, const char *reason)
{
    if (b->session)
        smpp_session_lost(b->session, reason);
    mark_over(b, reason, 0);
}

static void write_out(struct bind *b)
{
    if (b->out.n == 0 && !b->out.err)
        return;
    enum err e = b->out.err;
    if (!e && b->conn)
        e = net_conn_write(b->conn, buf_str(&b->out));
    buf_clear(&b->out);
    if (e && !b->over)
        end_session(b, "cannot write");
}

static void wait_for_retry(struct bind *b)
{
    b->state = BIND_WAITING;
    b->retry_at_us = clock_mono_us() + b->pause_us;
    net_timer_set(b->timer, b->pause_us);
}

/* The connection is gone for good. */
static void closed(struct bind *b)
{
    net_conn_free(b->conn);
    b->conn = NULL;
    net_timer_cancel(b->timer);
    buf_clear(&b->out);
    if (b->wanted) {
        wait_for_retry(b);
        return;
    }
    b->state = BIND_IDLE;
    b->calls.on_idle(b->ctx, b);
}

static bool is_wrong_login(uint32_t status)
{
    return status == ESME_RBINDFAIL || status == ESME_RINVPASWD || status == ESME_RINVSYSID ||
           status == ESME_RINVSYSTYP;
}

static void choose_pause(struct bind *b, bool was_bound)
{
    if (was_bound && clock_mono_us() - b->bound_at_us >= stable_us)
        backoff_reset(&b->backoff);
    if (is_wrong_login(b->refusal))
        backoff_slowest(&b->backoff);
    b->pause_us = backoff_take(&b->backoff, secret_random_u64());
}

/* Takes leave of a session that is over. */
static void finish(struct bind *b)
{
    choose_pause(b, b->state == BIND_BOUND);
    b->state = BIND_ENDING;
    smpp_session_free(b->session);
    b->session = NULL;
    b->calls.on_lost(b->ctx, b, b->reason, b->refusal);
    if (!b->conn) {
        closed(b);
        return;
    }
    net_timer_set(b->timer, finish_us);
    net_conn_finish(b->conn);
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
    struct bind *b = ctx;
    buf_add_str(&b->out, bytes);
}

static void on_bound(void *ctx, enum smpp_mode mode)
{
    struct bind *b = ctx;
    b->state = BIND_BOUND;
    b->bound_at_us = clock_mono_us();
    b->calls.on_bound(b->ctx, b);
}

static void on_request(void *ctx, const struct smpp_pdu *request)
{
    struct bind *b = ctx;
    b->calls.on_request(b->ctx, b, request);
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    struct bind *b = ctx;
    if (tag) /* the bind itself has none */
        b->calls.on_response(b->ctx, tag, outcome, response);
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
    net_timer_set(b->timer, after_us < 0 ? 0 : after_us < tick_us ? after_us : tick_us);
}

static void tick(struct bind *b)
{
    if (!b->session)
        return;
    int64_t now_us = clock_mono_us();
    enter(b);
    int64_t due_us = smpp_session_tick(b->session, now_us);
    leave(b);
    tick_later(b, now_us, due_us);
    b->calls.on_turn(b->ctx);
}

/* ---- calls of the connection ---- */

static void send_bind(struct bind *b, int64_t now_us)
{
    static const uint32_t commands[] = {[SMPP_TX] = SMPP_BIND_TRANSMITTER,
                                        [SMPP_RX] = SMPP_BIND_RECEIVER,
                                        [SMPP_TRX] = SMPP_BIND_TRANSCEIVER};
    struct smpp_pdu pdu = {.command = commands[b->settings.mode], .has_body = true};
    pdu.body.bind.system_id = b->settings.system_id;
    pdu.body.bind.password = b->settings.password;
    pdu.body.bind.system_type = b->settings.system_type;
    pdu.body.bind.interface_version = INTERFACE_VERSION;
    if (smpp_session_request(b->session, &pdu, NULL, now_us))
        end_session(b, "the bind cannot be written: a field is too long");
}

static void on_open(void *ctx)
{
    struct bind *b = ctx;
    int64_t now_us = clock_mono_us();
    struct smpp_session_config config = {
        .role = SMPP_ESME,
        .window = b->settings.window,
        .response_timeout_us = b->settings.response_timeout_us,
        .bind_timeout_us = b->settings.bind_timeout_us,
        .enquire_us = b->settings.enquire_us,
    };
    b->session = smpp_session_new(&config, &session_calls, b, now_us);
    smpp_session_look_on(b->session, b->look, b->look_ctx);
    b->session_number++;
    enter(b);
    send_bind(b, now_us);
    leave(b);
    tick_later(b, now_us, now_us + tick_us);
}

static void on_data(void *ctx, struct str bytes)
{
    struct bind *b = ctx;
    if (!b->session)
        return;
    enter(b);
    b->heard_at_us = clock_mono_us();
    smpp_session_feed(b->session, bytes, b->heard_at_us);
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
    net_conn_free(b->conn);
    b->conn = NULL;
    enter(b);
    end_session(b, reason);
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

static void connect_now(struct bind *b)
{
    char host[HOST_SIZE];
    char ca[HOST_SIZE];
    const struct bind_settings *s = &b->settings;
    b->state = BIND_CONNECTING;
    b->over = false;
    b->attempts++;
    buf_clear(&b->out);
    if (str_copy(host, sizeof(host), s->host) || str_copy(ca, sizeof(ca), s->tls_ca)) {
        enter(b);
        mark_over(b, "host or tls_ca is too long", 0);
        leave(b);
        return;
    }
    struct net_tls tls = {
        .on = s->tls, .skip_name_check = s->tls_any_name, .ca_file = s->tls_ca.n ? ca : NULL};
    b->conn =
        net_connect(b->loop, host, s->port, &tls, s->bind_timeout_us, WRITE_LIMIT, &conn_calls, b);
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
    case BIND_IDLE:
        break;
    }
}

void bind_start(struct bind *b, const struct bind_settings *settings)
{
    b->settings = *settings;
    b->backoff.least_us = settings->reconnect_least_us;
    b->backoff.most_us = settings->reconnect_most_us;
    backoff_reset(&b->backoff);
    b->wanted = true;
    connect_now(b);
}

void bind_adopt(struct bind *b, const struct bind_settings *settings)
{
    enum smpp_mode mode = b->settings.mode;
    b->settings = *settings;
    b->settings.mode = mode;
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
    if (b->state != BIND_BOUND || b->over)
        return ERR_CLOSED;
    b->wire_full = b->out.n + net_conn_waiting(b->conn) > SUBMIT_LIMIT;
    if (b->wire_full)
        return ERR_BUSY;
    return smpp_session_request(b->session, request, tag, clock_mono_us());
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
    buf_clear(&b->out);
    enter(b);
    end_session(b, reason);
    leave(b);
}

void bind_look_on(struct bind *b, smpp_session_look *look, void *ctx)
{
    b->look = look;
    b->look_ctx = ctx;
    if (b->session)
        smpp_session_look_on(b->session, look, ctx);
}

void bind_pause(struct bind *b, bool paused)
{
    if (b->conn && b->state == BIND_BOUND)
        net_conn_pause(b->conn, paused);
}

/* ---- figures and life ---- */

void bind_figures(const struct bind *b, struct bind_figures *out)
{
    int64_t now_us = clock_mono_us();
    int64_t to_wall_us = clock_now_us() - now_us;
    *out = (struct bind_figures){.reconnects = b->attempts ? b->attempts - 1 : 0};
    if (b->heard_at_us)
        out->heard_us = b->heard_at_us + to_wall_us;
    if (b->state == BIND_WAITING && b->retry_at_us > now_us)
        out->next_attempt_us = b->retry_at_us - now_us;
    if (b->state != BIND_BOUND || !b->session || !b->conn)
        return;
    int64_t due_us = smpp_session_oldest_due_us(b->session);
    out->since_us = b->bound_at_us + to_wall_us;
    out->window_used = smpp_session_window_used(b->session);
    out->wire_full = b->wire_full;
    if (due_us != INT64_MAX)
        out->oldest_us = now_us - (due_us - b->settings.response_timeout_us);
}

enum bind_state bind_state(const struct bind *b)
{
    return b->state;
}

enum smpp_mode bind_mode(const struct bind *b)
{
    return b->settings.mode;
}

uint64_t bind_session(const struct bind *b)
{
    return b->session_number;
}

const char *bind_peer(const struct bind *b)
{
    return b->conn ? net_conn_peer(b->conn) : "";
}

int64_t bind_pause_us(const struct bind *b)
{
    return b->pause_us;
}

struct bind *bind_new(struct net_loop *loop, const struct bind_calls *calls, void *ctx)
{
    struct bind *b = base_alloc(sizeof(*b));
    b->loop = loop;
    b->calls = *calls;
    b->ctx = ctx;
    b->out = buf_limited(WRITE_LIMIT);
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
    buf_free(&b->out);
    free(b);
}

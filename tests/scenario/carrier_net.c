/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier_net.h"

#include "base/clock.h"
#include "net/loop.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>

struct smsc smsc;

struct net_loop {
    struct mailbox *box;
    struct net_timer *timers;
    struct net_conn *conns;
    struct net_listener *listener; /* one at most */
};

struct net_listener {
    struct net_loop *loop;
    struct net_listener_calls calls;
    void *ctx;
};

struct net_timer {
    struct net_loop *loop;
    struct net_timer *next;
    void (*fire)(void *ctx);
    void *ctx;
    int64_t due_us; /* INT64_MAX: not set */
};

enum conn_state { DIALING, OPEN, FINISHING, BROKEN, CLOSED };

struct net_conn {
    struct net_loop *loop;
    struct net_conn *next;
    struct net_conn_calls calls;
    void *ctx;
    enum conn_state state;
    bool paused;
    bool freed;
    struct smpp_session *peer;
    uint32_t number;
    char host[SMSC_NAME_SIZE];
    struct buf to_peer;
    struct buf to_us;
};

/* ---- the loop ---- */

struct net_loop *net_loop_new(void)
{
    struct net_loop *loop = base_alloc(sizeof(*loop));
    loop->box = mailbox_new();
    return loop;
}

static void drop_freed(struct net_loop *loop)
{
    struct net_conn **at = &loop->conns;
    while (*at) {
        struct net_conn *conn = *at;
        if (!conn->freed) {
            at = &conn->next;
            continue;
        }
        *at = conn->next;
        smpp_session_free(conn->peer);
        buf_free(&conn->to_peer);
        buf_free(&conn->to_us);
        free(conn);
    }
}

void net_loop_free(struct net_loop *loop)
{
    drop_freed(loop);
    assert_null(loop->conns);
    assert_null(loop->timers);
    mailbox_free(loop->box);
    free(loop);
}

void net_loop_post(struct net_loop *loop, struct letter *letter)
{
    mailbox_post(loop->box, letter);
}

struct mailbox *net_loop_mailbox(struct net_loop *loop)
{
    return loop->box;
}

struct net_timer *net_timer_new(struct net_loop *loop, void (*fire)(void *ctx), void *ctx)
{
    struct net_timer *timer = base_alloc(sizeof(*timer));
    *timer = (struct net_timer){
        .loop = loop, .next = loop->timers, .fire = fire, .ctx = ctx, .due_us = INT64_MAX};
    loop->timers = timer;
    return timer;
}

void net_timer_free(struct net_timer *timer)
{
    struct net_timer **at = &timer->loop->timers;
    while (*at != timer)
        at = &(*at)->next;
    *at = timer->next;
    free(timer);
}

void net_timer_set(struct net_timer *timer, int64_t after_us)
{
    timer->due_us = clock_mono_us() + after_us;
}

void net_timer_cancel(struct net_timer *timer)
{
    timer->due_us = INT64_MAX;
}

int64_t net_next_us(const struct net_loop *loop)
{
    int64_t next_us = INT64_MAX;
    for (const struct net_timer *t = loop->timers; t; t = t->next)
        if (t->due_us < next_us)
            next_us = t->due_us;
    return next_us;
}

/* ---- the SMSC ---- */

static void peer_output(void *ctx, struct str bytes)
{
    struct net_conn *conn = ctx;
    if (!smsc.dead)
        buf_add_str(&conn->to_us, bytes);
}

static void peer_bound(void *ctx, enum smpp_mode mode)
{
    (void)ctx;
    (void)mode;
}

static void answer(struct net_conn *conn, uint32_t command, uint32_t sequence, uint32_t status)
{
    char id[16];
    snprintf(id, sizeof(id), "%u-%u", conn->number, sequence);
    struct smpp_pdu response = {.status = status, .has_body = status == 0};
    if (command == SMPP_SUBMIT_SM && !status)
        response.body.submit_sm_resp.message_id = str_of(id);
    assert_int_equal(smpp_session_respond(conn->peer, command, sequence, &response), OK);
}

static void note_submit(struct net_conn *conn, const struct smpp_pdu *request)
{
    assert_true(smsc.submits_n < SMSC_SUBMITS_MAX);
    struct smsc_submit *s = &smsc.submits[smsc.submits_n++];
    *s = (struct smsc_submit){.sequence = request->sequence,
                              .at_us = clock_now_us(),
                              .conn = conn,
                              .session = conn->number};
    struct str text = request->body.submit_sm.short_message;
    snprintf(s->text, sizeof(s->text), "%.*s", STR_FMT(text));
    uint32_t status = smsc.silent ? SMSC_SILENCE : smsc.status ? smsc.status(s) : ESME_ROK;
    if (status != SMSC_SILENCE)
        answer(conn, SMPP_SUBMIT_SM, s->sequence, status);
}

static void copy(char *to, size_t size, struct str s)
{
    assert_int_equal(str_copy(to, size, s), OK);
}

static void note_bind(const struct net_conn *conn, const struct smpp_pdu *request)
{
    assert_true(smsc.binds_n < SMSC_BINDS_MAX);
    struct smsc_bind *b = &smsc.binds[smsc.binds_n++];
    b->mode = request->command == SMPP_BIND_TRANSMITTER ? SMPP_TX
              : request->command == SMPP_BIND_RECEIVER  ? SMPP_RX
                                                        : SMPP_TRX;
    copy(b->host, sizeof(b->host), str_of(conn->host));
    copy(b->system_id, sizeof(b->system_id), request->body.bind.system_id);
    copy(b->password, sizeof(b->password), request->body.bind.password);
    copy(b->address_range, sizeof(b->address_range), request->body.bind.address_range);
    b->interface_version = request->body.bind.interface_version;
    b->addr_ton = request->body.bind.addr_ton;
    b->addr_npi = request->body.bind.addr_npi;
}

static void peer_request(void *ctx, const struct smpp_pdu *request)
{
    struct net_conn *conn = ctx;
    if (request->command != SMPP_SUBMIT_SM)
        note_bind(conn, request);
    if (request->command == SMPP_SUBMIT_SM)
        note_submit(conn, request);
    else
        answer(conn, request->command, request->sequence, smsc.bind_status);
}

static void peer_response(void *ctx, void *tag, enum smpp_outcome outcome,
                          const struct smpp_pdu *response)
{
    (void)ctx;
    (void)tag;
    if (outcome != SMPP_ANSWERED)
        return;
    smsc.delivered++;
    smsc.deliver_status = response->status;
}

static void peer_closed(void *ctx, const char *reason, uint32_t bind_status)
{
    (void)bind_status;
    struct net_conn *conn = ctx;
    smsc.unbinds += strcmp(reason, "unbound by peer") == 0;
    if (conn->state == OPEN)
        conn->state = BROKEN;
}

static struct smpp_session *peer_new(struct net_conn *conn)
{
    static const struct smpp_session_config config = {.role = SMPP_SMSC,
                                                      .window = 10000,
                                                      .response_timeout_us = HOUR_US,
                                                      .bind_timeout_us = HOUR_US};
    static const struct smpp_session_calls calls = {.on_output = peer_output,
                                                    .on_bound = peer_bound,
                                                    .on_request = peer_request,
                                                    .on_response = peer_response,
                                                    .on_closed = peer_closed};
    return smpp_session_new(&config, &calls, conn, clock_mono_us());
}

static struct net_conn *conn_new(struct net_loop *loop, const char *host, size_t write_limit)
{
    struct net_conn *conn = base_alloc(sizeof(*conn));
    *conn = (struct net_conn){.loop = loop,
                              .next = loop->conns,
                              .number = (uint32_t)++smsc.attempts,
                              .to_peer = buf_limited(write_limit),
                              .to_us = buf_limited(write_limit)};
    copy(conn->host, sizeof(conn->host), str_of(host));
    loop->conns = conn;
    if (++smsc.open_now > smsc.open_most)
        smsc.open_most = smsc.open_now;
    if (smsc.attempts <= SMSC_BINDS_MAX)
        copy(smsc.dialled[smsc.attempts - 1], SMSC_NAME_SIZE, str_of(host));
    return conn;
}

void smsc_answer(const struct smsc_submit *s, uint32_t status)
{
    answer(s->conn, SMPP_SUBMIT_SM, s->sequence, status);
}

bool smsc_deliver(struct net_loop *loop, uint8_t esm_class, struct str text)
{
    struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM, .has_body = true};
    pdu.body.deliver_sm.source_addr = STR("33612345678");
    pdu.body.deliver_sm.source_addr_ton = 1;
    pdu.body.deliver_sm.destination_addr = STR("36184");
    pdu.body.deliver_sm.esm_class = esm_class;
    pdu.body.deliver_sm.short_message = text;
    for (struct net_conn *c = loop->conns; c; c = c->next)
        if (!c->freed && c->peer && !smpp_session_request(c->peer, &pdu, NULL, clock_mono_us()))
            return true;
    return false;
}

void smsc_cut(struct net_loop *loop, int mode)
{
    for (struct net_conn *c = loop->conns; c; c = c->next)
        if (c->state == OPEN && (!mode || (int)smpp_session_mode(c->peer) == mode))
            c->state = BROKEN;
}

void smsc_enquire(struct net_loop *loop)
{
    for (struct net_conn *c = loop->conns; c; c = c->next) {
        struct smpp_pdu pdu = {.command = SMPP_ENQUIRE_LINK, .sequence = 0x7000};
        if (c->state == OPEN)
            assert_int_equal(smpp_pdu_write(&c->to_us, &pdu), OK);
    }
}

uint32_t smsc_unread(const struct net_loop *loop)
{
    for (const struct net_conn *c = loop->conns; c; c = c->next) {
        const uint8_t *p = c->to_peer.p;
        if (c->state == OPEN && c->to_peer.n)
            return (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7];
    }
    return 0;
}

void smsc_cut_one(struct net_loop *loop)
{
    struct net_conn *conn = loop->conns;
    while (conn->state != OPEN)
        conn = conn->next;
    conn->state = BROKEN;
}

void smsc_unbind(struct net_loop *loop)
{
    for (struct net_conn *c = loop->conns; c; c = c->next)
        if (c->state == OPEN && smpp_session_state(c->peer) == SMPP_BOUND)
            smpp_session_unbind(c->peer, clock_mono_us());
}

bool smsc_outbind(struct net_loop *loop, const char *system_id, const char *password)
{
    if (!loop->listener)
        return false;
    struct net_conn *conn = conn_new(loop, "outbind", 1 << 20);
    struct smpp_pdu pdu = {.command = SMPP_OUTBIND, .has_body = true};
    pdu.body.outbind.system_id = str_of(system_id);
    pdu.body.outbind.password = str_of(password);
    conn->state = OPEN;
    conn->peer = peer_new(conn);
    if (system_id)
        assert_int_equal(smpp_session_request(conn->peer, &pdu, NULL, clock_mono_us()), OK);
    loop->listener->calls.on_accept(loop->listener->ctx, conn);
    return true;
}

size_t smsc_open(const struct net_loop *loop)
{
    size_t n = 0;
    for (const struct net_conn *c = loop->conns; c; c = c->next)
        n += c->state == OPEN;
    return n;
}

size_t smsc_bound(struct net_loop *loop, enum smpp_mode mode)
{
    size_t n = 0;
    for (struct net_conn *c = loop->conns; c; c = c->next)
        n += c->state == OPEN && smpp_session_state(c->peer) == SMPP_BOUND &&
             smpp_session_mode(c->peer) == mode;
    return n;
}

/* ---- connections ---- */

struct net_conn *net_connect(struct net_loop *loop, const char *host, uint16_t port,
                             const struct net_tls *tls, int64_t timeout_us, size_t write_limit,
                             const struct net_conn_calls *calls, void *ctx)
{
    (void)tls, (void)timeout_us;
    char name[SMSC_NAME_SIZE];
    snprintf(name, sizeof(name), "%s:%u", host, port);
    struct net_conn *conn = conn_new(loop, name, write_limit);
    net_conn_adopt(conn, calls, ctx);
    return conn;
}

void net_conn_adopt(struct net_conn *conn, const struct net_conn_calls *calls, void *ctx)
{
    conn->calls = *calls;
    conn->ctx = ctx;
}

enum err net_listen(struct net_listener **out, struct net_loop *loop, const char *address,
                    const struct net_tls *tls, size_t write_limit, size_t max_connections,
                    const struct net_listener_calls *calls, void *ctx)
{
    (void)tls, (void)write_limit, (void)max_connections;
    *out = NULL;
    if (loop->listener)
        return ERR_IO;
    struct net_listener *listener = base_alloc(sizeof(*listener));
    *listener = (struct net_listener){.loop = loop, .calls = *calls, .ctx = ctx};
    copy(smsc.listens, sizeof(smsc.listens), str_of(address));
    *out = loop->listener = listener;
    return OK;
}

void net_listener_free(struct net_listener *listener)
{
    if (!listener)
        return;
    listener->loop->listener = NULL;
    smsc.listens[0] = '\0';
    free(listener);
}

void net_conn_free(struct net_conn *conn)
{
    if (!conn)
        return;
    smsc.open_now -= !conn->freed;
    conn->freed = true;
    conn->state = CLOSED;
}

enum err net_conn_write(struct net_conn *conn, struct str bytes)
{
    if (conn->state != OPEN)
        return ERR_CLOSED;
    buf_add_str(&conn->to_peer, bytes);
    return conn->to_peer.err ? ERR_LIMIT : OK;
}

size_t net_conn_waiting(const struct net_conn *conn)
{
    clock_advance(smsc.stands_still_us);
    return conn->to_peer.n;
}

size_t net_conn_held(const struct net_conn *conn)
{
    return conn->to_peer.n;
}

void net_conn_take_back(struct net_conn *conn, size_t n)
{
    conn->to_peer.n -= n;
}

void net_conn_pause(struct net_conn *conn, bool paused)
{
    conn->paused = paused;
}

void net_conn_finish(struct net_conn *conn)
{
    conn->state = conn->state == OPEN ? FINISHING : BROKEN;
}

const char *net_conn_peer(const struct net_conn *conn)
{
    (void)conn;
    return "192.0.2.1:2775";
}

static void close_conn(struct net_conn *conn, const char *reason)
{
    conn->state = CLOSED;
    conn->calls.on_close(conn->ctx, reason);
}

static bool feed_peer(struct net_conn *conn)
{
    if (!conn->to_peer.n || smsc.reads_nothing || smsc.stuck == conn->number)
        return false;
    struct buf bytes = conn->to_peer;
    conn->to_peer = buf_limited(bytes.limit);
    if (!smsc.dead)
        smpp_session_feed(conn->peer, buf_str(&bytes), clock_mono_us());
    buf_free(&bytes);
    if (conn->state == OPEN && conn->calls.on_drain)
        conn->calls.on_drain(conn->ctx);
    return true;
}

static bool feed_us(struct net_conn *conn)
{
    if (!conn->to_us.n || conn->paused || conn->state == FINISHING)
        return false;
    struct buf bytes = conn->to_us;
    conn->to_us = buf_limited(bytes.limit);
    conn->calls.on_data(conn->ctx, buf_str(&bytes));
    buf_free(&bytes);
    return true;
}

static bool is_dead_host(const struct net_conn *conn)
{
    return smsc.dead_host && !strncmp(conn->host, smsc.dead_host, strlen(smsc.dead_host));
}

/* One step of a connection; false when nothing is to be done. */
static bool conn_step(struct net_conn *conn)
{
    switch (conn->state) {
    case DIALING:
        if (smsc.down || is_dead_host(conn)) {
            close_conn(conn, "connection refused");
            return true;
        }
        conn->state = OPEN;
        conn->peer = peer_new(conn);
        conn->calls.on_open(conn->ctx);
        return true;
    case OPEN:
        return feed_peer(conn) || feed_us(conn);
    case FINISHING:
        feed_peer(conn);
        close_conn(conn, "finished");
        return true;
    case BROKEN:
        if (!feed_us(conn))
            close_conn(conn, "closed by the peer");
        return true;
    case CLOSED:
        break;
    }
    return false;
}

static bool fire_one(struct net_loop *loop)
{
    for (struct net_timer *t = loop->timers; t; t = t->next) {
        if (t->due_us > clock_mono_us())
            continue;
        t->due_us = INT64_MAX;
        t->fire(t->ctx);
        return true;
    }
    return false;
}

void net_play(struct net_loop *loop)
{
    bool more = true;
    while (more) {
        more = mailbox_deliver(loop->box, 1000) > 0;
        while (fire_one(loop))
            more = true;
        for (struct net_conn *c = loop->conns; c; c = c->next)
            more |= !c->freed && conn_step(c);
        drop_freed(loop);
    }
}

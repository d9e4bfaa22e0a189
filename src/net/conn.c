/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conn.h"

#include "base/arena.h"
#include "net/address.h"
#include "net/conn_base.h"
#include "net/dial.h"
#include "net/io.h"
#include "net/loop_base.h"
#include "net/tls.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t handshake_limit_us = 10 * INT64_C(1000000); /* of a client of ours */
static const int64_t finish_limit_us = 5 * INT64_C(1000000);     /* to take what waits */
static const int64_t linger_limit_us = 2 * INT64_C(1000000);     /* to say goodbye after it */

/*
 *   DIALING ──► HANDSHAKE ──► OPEN ──► FINISHING ──► LINGERING ──► CLOSED
 *   ACCEPTED ──►
 *
 * ENDING stands for CLOSED while on_close still has to be called from the loop.
 */
enum conn_state {
    CONN_DIALING,
    CONN_ACCEPTED,
    CONN_HANDSHAKE,
    CONN_OPEN,
    CONN_FINISHING,
    CONN_LINGERING,
    CONN_ENDING,
    CONN_CLOSED
};

struct net_conn {
    struct net_loop *loop;
    struct net_conn_calls calls;
    void *ctx;
    enum conn_state state;
    bool paused;
    bool draining; /* inside on_drain */
    bool freed;    /* inside a call of ours: the memory goes when it returns */
    unsigned busy;
    struct io io;
    SSL_CTX *tls;
    char *host; /* NULL for accepted ones */
    bool skip_name_check;
    struct net_dial *dial;
    struct event *readable;
    struct event *writable;
    struct net_timer *timer;
    struct evbuffer *out;
    size_t write_limit;
    void (*gone)(void *owner);
    void *owner;
    char peer[NET_ADDRESS_SIZE];
};

static void arm_writable(struct net_conn *conn)
{
    if (event_add(conn->writable, NULL) < 0)
        base_out_of_memory();
}

static void arm_readable(struct net_conn *conn)
{
    if (event_add(conn->readable, NULL) < 0)
        base_out_of_memory();
}

/* Lets go of the socket; what waited to be written is lost. */
static void drop_socket(struct net_conn *conn)
{
    if (conn->readable)
        event_free(conn->readable);
    if (conn->writable)
        event_free(conn->writable);
    conn->readable = conn->writable = NULL;
    io_close(&conn->io);
}

static void release(struct net_conn *conn)
{
    drop_socket(conn);
    net_dial_free(conn->dial);
    net_timer_free(conn->timer);
    evbuffer_free(conn->out);
    if (conn->tls)
        SSL_CTX_free(conn->tls);
    if (conn->gone)
        conn->gone(conn->owner);
    free(conn->host);
    free(conn);
}

static void enter(struct net_conn *conn)
{
    conn->busy++;
}

static void leave(struct net_conn *conn)
{
    if (--conn->busy == 0 && conn->freed)
        release(conn);
}

static void close_now(struct net_conn *conn)
{
    drop_socket(conn);
    net_dial_free(conn->dial);
    conn->dial = NULL;
    net_timer_cancel(conn->timer);
    conn->state = CONN_CLOSED;
    conn->calls.on_close(conn->ctx, conn->io.reason);
}

static void fail(struct net_conn *conn, const char *reason)
{
    io_set_reason(&conn->io, conn->state == CONN_LINGERING ? "finished" : reason);
    if (conn->state == CONN_HANDSHAKE && conn->dial) {
        drop_socket(conn);
        conn->state = CONN_DIALING;
        net_timer_cancel(conn->timer);
        net_dial_next(conn->dial, conn->io.reason);
        return;
    }
    close_now(conn);
}

static void end_later(struct net_conn *conn, const char *reason)
{
    io_set_reason(&conn->io, reason);
    conn->state = CONN_ENDING;
    net_timer_set(conn->timer, 0);
}

/* An operation gave no bytes. */
static void stop_at(struct net_conn *conn, ssize_t result)
{
    if (result == IO_WAIT) {
        if (conn->io.wants_write)
            arm_writable(conn);
        return;
    }
    fail(conn, result == 0 ? "closed by the peer" : conn->io.reason);
}

/* Nothing more to say: half-closes, so that the peer gets all of it before our close. */
static void linger(struct net_conn *conn)
{
    io_end_writing(&conn->io);
    conn->state = CONN_LINGERING;
    net_timer_set(conn->timer, linger_limit_us);
    arm_readable(conn);
}

static void flush(struct net_conn *conn)
{
    size_t before = evbuffer_get_length(conn->out);
    while (evbuffer_get_length(conn->out) > 0) {
        ssize_t n = io_write(&conn->io, conn->out);
        if (n <= 0) {
            stop_at(conn, n);
            return;
        }
    }
    if (conn->state == CONN_FINISHING)
        linger(conn);
    else if (before && conn->calls.on_drain) {
        conn->draining = true;
        conn->calls.on_drain(conn->ctx);
        conn->draining = false;
    }
}

static void open_now(struct net_conn *conn)
{
    net_dial_free(conn->dial);
    conn->dial = NULL;
    net_timer_cancel(conn->timer);
    conn->state = CONN_OPEN;
    if (!conn->paused)
        arm_readable(conn);
    if (conn->io.ssl) /* what came with the end of the handshake makes no socket readable */
        net_timer_set(conn->timer, 0);
    conn->calls.on_open(conn->ctx);
}

static void handshake(struct net_conn *conn)
{
    ssize_t result = io_handshake(&conn->io);
    if (result == 1)
        open_now(conn);
    else
        stop_at(conn, result);
}

static void take_input(struct net_conn *conn)
{
    char *scratch = net_loop_scratch(conn->loop);
    ssize_t n = io_read(&conn->io, scratch, NET_SCRATCH_SIZE);
    if (n <= 0) {
        stop_at(conn, n);
        return;
    }
    if (conn->state != CONN_OPEN)
        return;
    if (conn->io.more_inside)
        net_timer_set(conn->timer, 0);
    conn->calls.on_data(conn->ctx, (struct str){.p = scratch, .n = (size_t)n});
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct net_conn *conn = ctx;
    enter(conn);
    if (conn->state == CONN_HANDSHAKE)
        handshake(conn);
    else
        take_input(conn);
    if (conn->io.ssl && conn->state == CONN_OPEN && evbuffer_get_length(conn->out) > 0)
        event_active(conn->writable, EV_WRITE, 0); /* TLS may have waited to read before a write */
    leave(conn);
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    struct net_conn *conn = ctx;
    bool blocked = conn->io.wants_write;
    conn->io.wants_write = false;
    enter(conn);
    if (conn->state == CONN_HANDSHAKE)
        handshake(conn);
    else if (conn->state == CONN_OPEN || conn->state == CONN_FINISHING)
        flush(conn);
    if (conn->io.ssl && blocked && conn->state == CONN_OPEN && !conn->paused)
        net_timer_set(conn->timer, 0); /* TLS may have waited to write before a read */
    leave(conn);
}

/* Starts on a connected socket. */
static void begin(struct net_conn *conn)
{
    struct event_base *base = net_loop_base(conn->loop);
    conn->readable = event_new(base, conn->io.fd, EV_READ | EV_PERSIST, on_readable, conn);
    conn->writable = event_new(base, conn->io.fd, EV_WRITE, on_writable, conn);
    if (!conn->readable || !conn->writable)
        base_out_of_memory();
    if (!conn->tls) {
        open_now(conn);
        return;
    }
    conn->state = CONN_HANDSHAKE;
    io_start_tls(&conn->io, conn->host
                                ? tls_client_new(conn->tls, conn->host, conn->skip_name_check)
                                : tls_server_new(conn->tls));
    net_timer_set(conn->timer, conn->dial ? net_dial_share_us(conn->dial) : handshake_limit_us);
    arm_readable(conn);
    handshake(conn);
}

static void on_timer(void *ctx)
{
    struct net_conn *conn = ctx;
    enter(conn);
    switch (conn->state) {
    case CONN_ACCEPTED:
        begin(conn);
        break;
    case CONN_HANDSHAKE:
        fail(conn, "tls: handshake took too long");
        break;
    case CONN_OPEN:
        if (!conn->paused)
            take_input(conn);
        break;
    case CONN_FINISHING:
        fail(conn, "finished, but the peer did not take all of it in time");
        break;
    case CONN_LINGERING:
    case CONN_ENDING:
        close_now(conn);
        break;
    case CONN_DIALING:
    case CONN_CLOSED:
        break;
    }
    leave(conn);
}

static struct net_conn *conn_new(struct net_loop *loop, enum conn_state state, size_t write_limit)
{
    struct net_conn *conn = base_alloc(sizeof(*conn));
    conn->loop = loop;
    conn->state = state;
    conn->io.fd = -1;
    conn->write_limit = write_limit;
    conn->timer = net_timer_new(loop, on_timer, conn);
    conn->out = evbuffer_new();
    if (!conn->out)
        base_out_of_memory();
    return conn;
}

static void on_dialed(void *ctx, int fd, const char *reason)
{
    struct net_conn *conn = ctx;
    enter(conn);
    if (fd < 0) {
        io_set_reason(&conn->io, reason);
        close_now(conn);
    } else {
        conn->io.fd = fd;
        net_address_write(conn->peer, net_dial_address(conn->dial));
        begin(conn);
    }
    leave(conn);
}

struct net_conn *net_connect(struct net_loop *loop, const char *host, uint16_t port,
                             const struct net_tls *tls, int64_t timeout_us, size_t write_limit,
                             const struct net_conn_calls *calls, void *ctx)
{
    struct net_conn *conn = conn_new(loop, CONN_DIALING, write_limit);
    conn->calls = *calls;
    conn->ctx = ctx;
    conn->host = strdup(host);
    if (!conn->host)
        base_out_of_memory();
    snprintf(conn->peer, sizeof(conn->peer), "%.*s:%u", NET_ADDRESS_SIZE - 8, host, port);
    if (tls && tls->on) {
        char reason[TLS_REASON_SIZE];
        conn->skip_name_check = tls->skip_name_check;
        conn->tls = tls_context_new(tls, false, reason);
        if (!conn->tls) {
            end_later(conn, reason);
            return conn;
        }
    }
    conn->dial = net_dial_new(loop, host, port, timeout_us, on_dialed, conn);
    return conn;
}

struct net_conn *net_conn_accepted(struct net_loop *loop, int fd,
                                   const struct sockaddr_storage *peer, SSL_CTX *tls,
                                   size_t write_limit, void (*gone)(void *owner), void *owner)
{
    struct net_conn *conn = conn_new(loop, CONN_ACCEPTED, write_limit);
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    conn->io.fd = fd;
    conn->gone = gone;
    conn->owner = owner;
    if (tls)
        SSL_CTX_up_ref(tls);
    conn->tls = tls;
    net_address_write(conn->peer, peer);
    return conn;
}

void net_conn_adopt(struct net_conn *conn, const struct net_conn_calls *calls, void *ctx)
{
    conn->calls = *calls;
    conn->ctx = ctx;
    net_timer_set(conn->timer, 0);
}

void net_conn_free(struct net_conn *conn)
{
    if (!conn || conn->freed)
        return;
    if (conn->busy) {
        conn->freed = true;
        drop_socket(conn);
        conn->state = CONN_CLOSED;
        return;
    }
    release(conn);
}

enum err net_conn_write(struct net_conn *conn, struct str bytes)
{
    if (conn->state != CONN_OPEN)
        return ERR_CLOSED;
    size_t waiting = evbuffer_get_length(conn->out);
    if (waiting > conn->write_limit || bytes.n > conn->write_limit - waiting)
        return ERR_LIMIT;
    if (evbuffer_add(conn->out, bytes.p, bytes.n) < 0)
        base_out_of_memory();
    if (waiting || bytes.n == 0)
        return OK;
    if (conn->draining) /* others first: a source without end must not hold the loop */
        arm_writable(conn);
    else /* after the calls that are due now: what they write leaves together */
        event_active(conn->writable, EV_WRITE, 0);
    return OK;
}

size_t net_conn_waiting(const struct net_conn *conn)
{
    return evbuffer_get_length(conn->out);
}

size_t net_conn_held(const struct net_conn *conn)
{
    return net_conn_waiting(conn) - conn->io.pending;
}

/* The front stays in its place: TLS looks at it again. */
void net_conn_take_back(struct net_conn *conn, size_t n)
{
    assert(n <= net_conn_held(conn));
    if (n == 0)
        return;
    struct evbuffer *front = evbuffer_new();
    size_t keep = evbuffer_get_length(conn->out) - n;
    if (!front || evbuffer_remove_buffer(conn->out, front, keep) != (int)keep ||
        evbuffer_drain(conn->out, n) < 0 || evbuffer_add_buffer(conn->out, front) < 0)
        base_out_of_memory();
    evbuffer_free(front);
}

void net_conn_pause(struct net_conn *conn, bool paused)
{
    if (conn->paused == paused)
        return;
    conn->paused = paused;
    if (conn->state != CONN_OPEN)
        return;
    if (paused) {
        event_del(conn->readable);
        return;
    }
    arm_readable(conn);
    if (conn->io.ssl) /* decrypted bytes may wait inside */
        net_timer_set(conn->timer, 0);
}

void net_conn_finish(struct net_conn *conn)
{
    if (conn->state >= CONN_FINISHING)
        return;
    if (conn->state != CONN_OPEN) {
        net_dial_free(conn->dial);
        conn->dial = NULL;
        drop_socket(conn);
        end_later(conn, "finished before it was open");
        return;
    }
    conn->state = CONN_FINISHING;
    io_set_reason(&conn->io, "finished");
    event_del(conn->readable);
    event_active(conn->writable, EV_WRITE, 0);
    net_timer_set(conn->timer, finish_limit_us);
}

const char *net_conn_peer(const struct net_conn *conn)
{
    return conn->peer;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/log.h"
#include "net/address.h"
#include "net/conn.h"
#include "net/conn_base.h"
#include "net/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { ACCEPTS_A_TURN = 64 };
static const int64_t rest_us = 200 * 1000; /* after the system ran out of descriptors */

/* Freed when it was closed and its last connection is gone. */
struct net_listener {
    struct net_loop *loop;
    int fd;
    SSL_CTX *tls;
    size_t write_limit;
    size_t max_connections;
    size_t connections;
    struct net_listener_calls calls;
    void *ctx;
    struct net_watch *watch;
    struct net_timer *rest;
    bool busy; /* inside on_accept */
    bool closed;
};

static void release_if_unused(struct net_listener *listener)
{
    if (!listener->closed || listener->busy || listener->connections > 0)
        return;
    if (listener->tls)
        SSL_CTX_free(listener->tls);
    free(listener);
}

static void on_gone(void *owner)
{
    struct net_listener *listener = owner;
    listener->connections--;
    release_if_unused(listener);
}

static void take(struct net_listener *listener, int fd, const struct sockaddr *from)
{
    struct sockaddr_storage peer;
    net_address_copy(&peer, from);
    if (listener->connections >= listener->max_connections) {
        char text[NET_ADDRESS_SIZE];
        net_address_write(text, &peer);
        log_warn("connection_refused", "peer=%s reason=\"too many connections\"", text);
        close(fd);
        return;
    }
    listener->connections++;
    struct net_conn *conn = net_conn_accepted(listener->loop, fd, &peer, listener->tls,
                                              listener->write_limit, on_gone, listener);
    listener->calls.on_accept(listener->ctx, conn);
}

static void on_readable(void *ctx)
{
    struct net_listener *listener = ctx;
    listener->busy = true; /* on_accept may close the listener: it stays until this is over */
    for (int i = 0; i < ACCEPTS_A_TURN && !listener->closed; i++) {
        struct sockaddr_storage peer = {0};
        socklen_t n = sizeof(peer);
        int fd = accept4(listener->fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take(listener, fd, (struct sockaddr *)&peer);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_error("accept_failed", "reason=\"%s\"", strerror(errno));
            net_watch_free(listener->watch);
            listener->watch = NULL;
            net_timer_set(listener->rest, rest_us);
        }
        break;
    }
    listener->busy = false;
    release_if_unused(listener);
}

static void on_rested(void *ctx)
{
    struct net_listener *listener = ctx;
    listener->watch = net_watch_new(listener->loop, listener->fd, on_readable, listener);
}

enum err net_listen(struct net_listener **out, struct net_loop *loop, const char *address,
                    const struct net_tls *tls, size_t write_limit, size_t max_connections,
                    const struct net_listener_calls *calls, void *ctx)
{
    int fd;
    SSL_CTX *context = NULL;
    *out = NULL;
    if (tls && tls->on) {
        char reason[TLS_REASON_SIZE];
        context = tls_context_new(tls, true, reason);
        if (!context) {
            log_error("listen_failed", "address=%s reason=\"%s\"", address, reason);
            return ERR_IO;
        }
    }
    enum err err = net_listen_tcp(&fd, address);
    if (err) {
        if (context)
            SSL_CTX_free(context);
        return err;
    }
    struct net_listener *listener = base_alloc(sizeof(*listener));
    *listener = (struct net_listener){.loop = loop,
                                      .fd = fd,
                                      .tls = context,
                                      .write_limit = write_limit,
                                      .max_connections = max_connections,
                                      .calls = *calls,
                                      .ctx = ctx};
    listener->rest = net_timer_new(loop, on_rested, listener);
    listener->watch = net_watch_new(loop, fd, on_readable, listener);
    *out = listener;
    return OK;
}

uint16_t net_listener_port(const struct net_listener *listener)
{
    return net_address_local_port(listener->fd);
}

void net_listener_free(struct net_listener *listener)
{
    if (!listener)
        return;
    listener->closed = true;
    net_watch_free(listener->watch);
    net_timer_free(listener->rest);
    close(listener->fd);
    release_if_unused(listener);
}

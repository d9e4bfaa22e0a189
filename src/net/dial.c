/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dial.h"

#include "base/arena.h"
#include "net/loop_base.h"
#include "net/resolve.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct net_dial {
    struct net_loop *loop;
    struct net_lookup *lookup;
    struct net_addresses addresses;
    size_t next; /* the address after the one in hand */
    int fd;      /* under way, or -1 */
    struct event *writable;
    struct net_timer *limit;   /* the whole time; its firing ends everything */
    struct net_timer *attempt; /* one address's share, or 0 for "go on" */
    int64_t deadline_us;
    const struct net_guard *guard; /* or NULL */
    bool refused;
    char reason[160];
    void (*done)(void *ctx, int fd, const char *reason);
    void *ctx;
};

static int64_t left_us(const struct net_dial *dial)
{
    int64_t left = dial->deadline_us - net_loop_now_us();
    return left > 0 ? left : 0;
}

int64_t net_dial_share_us(const struct net_dial *dial)
{
    return left_us(dial) / (int64_t)(dial->addresses.n - dial->next + 1);
}

const struct sockaddr_storage *net_dial_address(const struct net_dial *dial)
{
    return &dial->addresses.at[dial->next - 1];
}

static void drop_attempt(struct net_dial *dial)
{
    if (dial->writable)
        event_free(dial->writable);
    dial->writable = NULL;
    if (dial->fd >= 0)
        close(dial->fd);
    dial->fd = -1;
    net_timer_cancel(dial->attempt);
}

static void give_up(struct net_dial *dial)
{
    drop_attempt(dial);
    net_timer_cancel(dial->limit);
    net_lookup_cancel(dial->lookup);
    dial->lookup = NULL;
    dial->done(dial->ctx, -1, dial->reason);
}

static void set_reason(struct net_dial *dial, const char *reason)
{
    snprintf(dial->reason, sizeof(dial->reason), "%s", reason);
}

void net_dial_next(struct net_dial *dial, const char *reason)
{
    set_reason(dial, reason);
    drop_attempt(dial);
    net_timer_set(dial->attempt, 0);
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    struct net_dial *dial = ctx;
    int error = 0;
    socklen_t n = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
        error = errno;
    if (error) {
        net_dial_next(dial, strerror(error));
        return;
    }
    dial->fd = -1;
    drop_attempt(dial);
    dial->done(dial->ctx, fd, NULL);
}

/* Begins with the next address; false when it failed at once. */
static bool attempt(struct net_dial *dial)
{
    const struct sockaddr_storage *at = &dial->addresses.at[dial->next++];
    int on = 1;
    if (dial->guard && !net_guard_allows(dial->guard, (const struct sockaddr *)at)) {
        dial->refused = true;
        errno = EACCES;
        return false;
    }
    dial->fd = socket(at->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (dial->fd < 0)
        return false;
    setsockopt(dial->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    socklen_t n =
        at->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (connect(dial->fd, (const struct sockaddr *)at, n) < 0 && errno != EINPROGRESS)
        return false;
    dial->writable = event_new(net_loop_base(dial->loop), dial->fd, EV_WRITE, on_writable, dial);
    if (!dial->writable || event_add(dial->writable, NULL) < 0)
        base_out_of_memory();
    net_timer_set(dial->attempt, net_dial_share_us(dial));
    return true;
}

static void on_attempt(void *ctx)
{
    struct net_dial *dial = ctx;
    if (dial->fd >= 0)
        set_reason(dial, "no answer in time");
    drop_attempt(dial);
    while (dial->next < dial->addresses.n) {
        if (attempt(dial))
            return;
        set_reason(dial, strerror(errno));
        drop_attempt(dial);
    }
    give_up(dial);
}

static void on_limit(void *ctx)
{
    struct net_dial *dial = ctx;
    set_reason(dial, dial->lookup ? "name lookup took too long" : "no answer in time");
    give_up(dial);
}

static void on_addresses(void *ctx, const struct net_addresses *found)
{
    struct net_dial *dial = ctx;
    dial->lookup = NULL;
    dial->addresses = *found;
    if (found->n == 0)
        snprintf(dial->reason, sizeof(dial->reason), "name lookup: %s", found->reason);
    on_attempt(dial);
}

struct net_dial *net_dial_new(struct net_loop *loop, const char *host, uint16_t port,
                              int64_t timeout_us,
                              void (*done)(void *ctx, int fd, const char *reason), void *ctx)
{
    struct net_dial *dial = base_alloc(sizeof(*dial));
    dial->loop = loop;
    dial->fd = -1;
    dial->done = done;
    dial->ctx = ctx;
    dial->deadline_us = net_loop_now_us() + timeout_us;
    dial->limit = net_timer_new(loop, on_limit, dial);
    dial->attempt = net_timer_new(loop, on_attempt, dial);
    net_timer_set(dial->limit, timeout_us);
    dial->lookup = net_lookup_start(loop, host, port, on_addresses, dial);
    return dial;
}

void net_dial_free(struct net_dial *dial)
{
    if (!dial)
        return;
    net_lookup_cancel(dial->lookup);
    drop_attempt(dial);
    net_timer_free(dial->limit);
    net_timer_free(dial->attempt);
    free(dial);
}

void net_dial_guard(struct net_dial *dial, const struct net_guard *guard)
{
    dial->guard = guard;
}

bool net_dial_refused(const struct net_dial *dial)
{
    return dial->refused;
}

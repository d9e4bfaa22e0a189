/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include "base/arena.h"
#include "net/loop_base.h"
#include "net/resolve.h"

#include <event2/event.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* Letters delivered before sockets and timers get their turn again. */
enum { MAILBOX_SLICE = 512 };

struct net_loop {
    struct event_base *base;
    struct mailbox *box;
    struct net_watch *box_watch;
    struct net_resolver *resolver;
    char *scratch;
    struct letter stop_letter;
    atomic_bool stopping;
};

struct net_timer {
    struct event *event;
    void (*fire)(void *ctx);
    void *ctx;
    int64_t due_us;
};

struct net_watch {
    struct event *event;
    void (*ready)(void *ctx);
    void *ctx;
};

int64_t net_loop_now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void deliver_letters(void *ctx)
{
    struct net_loop *loop = ctx;
    mailbox_deliver(loop->box, MAILBOX_SLICE);
}

static void deliver_stop(struct letter *letter)
{
    struct net_loop *loop =
        (struct net_loop *)((char *)letter - offsetof(struct net_loop, stop_letter));
    event_base_loopbreak(loop->base);
}

struct net_loop *net_loop_new(void)
{
    struct net_loop *loop = base_alloc(sizeof(*loop));
    /* A peer that leaves is an error of a write, never a signal. */
    signal(SIGPIPE, SIG_IGN);
    struct event_config *config = event_config_new();
    if (!config)
        base_out_of_memory();
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!loop->base)
        base_out_of_memory();
    loop->scratch = base_alloc(NET_SCRATCH_SIZE);
    loop->box = mailbox_new();
    loop->stop_letter.deliver = deliver_stop;
    loop->box_watch = net_watch_new(loop, mailbox_fd(loop->box), deliver_letters, loop);
    return loop;
}

void net_loop_free(struct net_loop *loop)
{
    if (!loop)
        return;
    net_resolver_free(loop->resolver);
    net_watch_free(loop->box_watch);
    mailbox_free(loop->box);
    event_base_free(loop->base);
    free(loop->scratch);
    free(loop);
}

void net_loop_run(struct net_loop *loop)
{
    event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
    atomic_store(&loop->stopping, false);
}

void net_loop_stop(struct net_loop *loop)
{
    if (!atomic_exchange(&loop->stopping, true))
        mailbox_post(loop->box, &loop->stop_letter);
}

void net_loop_post(struct net_loop *loop, struct letter *letter)
{
    mailbox_post(loop->box, letter);
}

void net_loop_post_all(struct net_loop *loop, struct letters *list)
{
    mailbox_post_all(loop->box, list);
}

struct mailbox *net_loop_mailbox(struct net_loop *loop)
{
    return loop->box;
}

struct event_base *net_loop_base(struct net_loop *loop)
{
    return loop->base;
}

char *net_loop_scratch(struct net_loop *loop)
{
    return loop->scratch;
}

struct net_resolver *net_loop_resolver(struct net_loop *loop)
{
    if (!loop->resolver)
        loop->resolver = net_resolver_new(loop);
    return loop->resolver;
}

static void timer_add(struct net_timer *timer, int64_t after_us)
{
    struct timeval tv = {.tv_sec = (time_t)(after_us / 1000000),
                         .tv_usec = (suseconds_t)(after_us % 1000000)};
    if (event_add(timer->event, &tv) < 0)
        base_out_of_memory();
}

/* libevent counts from when the loop last looked at its coarse clock; nobody is woken too early. */
static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct net_timer *timer = ctx;
    int64_t early_us = timer->due_us - net_loop_now_us();
    if (early_us > 0)
        timer_add(timer, early_us);
    else
        timer->fire(timer->ctx);
}

struct net_timer *net_timer_new(struct net_loop *loop, void (*fire)(void *ctx), void *ctx)
{
    struct net_timer *timer = base_alloc(sizeof(*timer));
    timer->fire = fire;
    timer->ctx = ctx;
    timer->event = event_new(loop->base, -1, 0, on_timer, timer);
    if (!timer->event)
        base_out_of_memory();
    return timer;
}

void net_timer_free(struct net_timer *timer)
{
    if (!timer)
        return;
    event_free(timer->event);
    free(timer);
}

void net_timer_set(struct net_timer *timer, int64_t after_us)
{
    if (after_us < 0)
        after_us = 0;
    timer->due_us = after_us ? net_loop_now_us() + after_us : 0;
    timer_add(timer, after_us);
}

void net_timer_cancel(struct net_timer *timer)
{
    event_del(timer->event);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct net_watch *watch = ctx;
    watch->ready(watch->ctx);
}

struct net_watch *net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *ctx), void *ctx)
{
    struct net_watch *watch = base_alloc(sizeof(*watch));
    watch->ready = ready;
    watch->ctx = ctx;
    watch->event = event_new(loop->base, fd, EV_READ | EV_PERSIST, on_readable, watch);
    if (!watch->event || event_add(watch->event, NULL) < 0)
        base_out_of_memory();
    return watch;
}

void net_watch_free(struct net_watch *watch)
{
    if (!watch)
        return;
    event_free(watch->event);
    free(watch);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/notify.h"

#include "base/arena.h"
#include "base/clock.h"
#include "core/errand.h"
#include "notify/desk.h"

#include <stdlib.h>

enum { LOOK_MS = 20 };

struct notify {
    struct core *core;
    struct net_loop *loop;
    struct calls *calls;
    struct desk *desk;
    struct net_timer *timer; /* while it stops */
    struct letter stop_letter;
    int64_t stop_at_us;
    void (*ended)(void *ctx);
    void *ctx;
};

static void start_call(void *ctx, struct net_call *call)
{
    calls_start(ctx, call);
}

static void cancel_call(void *ctx, struct net_call *call)
{
    calls_cancel(ctx, call);
}

static void take_order(struct letter *letter)
{
    struct errand_order *order = (struct errand_order *)letter;
    desk_take(((struct notify *)order->ctx)->desk, order);
}

static void look(void *ctx)
{
    struct notify *n = ctx;
    if (desk_in_flight(n->desk) && clock_mono_us() < n->stop_at_us) {
        net_timer_set(n->timer, LOOK_MS * MS_US);
        return;
    }
    desk_cancel(n->desk);
    n->ended(n->ctx);
}

static void stop(struct letter *letter)
{
    struct notify *n = (struct notify *)((char *)letter - offsetof(struct notify, stop_letter));
    desk_stop(n->desk);
    n->stop_at_us = clock_mono_us() + NOTIFY_STOP_MS * MS_US;
    look(n);
}

struct notify *notify_new(struct core *core, struct net_loop *loop,
                          const struct notify_config *config)
{
    struct notify *n = base_alloc(sizeof(*n));
    struct calls_config calls = config->calls;
    calls.loop = loop;
    n->core = core;
    n->loop = loop;
    n->calls = calls_new(&calls);
    n->timer = net_timer_new(loop, look, n);
    n->stop_letter.deliver = stop;
    struct desk_config desk = {
        .core = core,
        .home = net_loop_mailbox(loop),
        .caller = {.start = start_call, .cancel = cancel_call, .ctx = n->calls},
        .mail_from = config->mail_from,
        .mail = config->calls.smtp_url != NULL};
    n->desk = desk_new(&desk);
    struct errand_port port = {.box = net_loop_mailbox(loop), .deliver = take_order, .ctx = n};
    core_errand_port(core, &port);
    return n;
}

void notify_stop(struct notify *n, void (*ended)(void *ctx), void *ctx)
{
    n->ended = ended;
    n->ctx = ctx;
    core_errand_close(n->core);
    net_loop_post(n->loop, &n->stop_letter);
}

static void drop_order(struct letter *letter)
{
    errand_order_free((struct errand_order *)letter);
}

/* What came after the loop had ended: orders, and orders that came home. Nobody writes any more. */
void notify_free(struct notify *n)
{
    if (!n)
        return;
    struct letter *letter = mailbox_take(net_loop_mailbox(n->loop), SIZE_MAX);
    while (letter) {
        struct letter *next = letter->next;
        if (letter != &n->stop_letter)
            drop_order(letter);
        letter = next;
    }
    desk_cancel(n->desk);
    net_timer_free(n->timer);
    desk_free(n->desk);
    calls_free(n->calls);
    free(n);
}

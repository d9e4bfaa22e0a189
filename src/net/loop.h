/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/loop: one event loop, one thread: sockets, timers and a mailbox. Only net/ includes libevent.
 *
 * Owner: who calls net_loop_free after net_loop_run returned. Threads: net_loop_post and
 * net_loop_stop from any; everything else, timers and connections included, only on the loop's
 * own thread (or before it runs).
 */
#ifndef NAVETTE_NET_LOOP_H
#define NAVETTE_NET_LOOP_H

#include "base/err.h"
#include "base/mailbox.h"

#include <stdint.h>

struct net_loop;

struct net_loop *net_loop_new(void);
void net_loop_free(struct net_loop *loop);
/* Runs until net_loop_stop; letters posted before the stop are delivered first. */
void net_loop_run(struct net_loop *loop);
void net_loop_stop(struct net_loop *loop);

/* The letter is delivered on the loop's thread. */
void net_loop_post(struct net_loop *loop, struct letter *letter);
void net_loop_post_all(struct net_loop *loop, struct letters *list);
/* Where letters for this loop go: for who posts without knowing loops. */
struct mailbox *net_loop_mailbox(struct net_loop *loop);

struct net_timer;

/* One shot; set again to repeat. Freeing cancels. */
struct net_timer *net_timer_new(struct net_loop *loop, void (*fire)(void *ctx), void *ctx);
void net_timer_free(struct net_timer *timer);
/* From now, never early; 0 means as soon as the loop turns. Replaces what was set. */
void net_timer_set(struct net_timer *timer, int64_t after_us);
void net_timer_cancel(struct net_timer *timer);

/* Calls `ready` while fd is readable (a foreign library's epoll descriptor, a mailbox). */
struct net_watch;
struct net_watch *net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *ctx), void *ctx);
void net_watch_free(struct net_watch *watch);

#endif

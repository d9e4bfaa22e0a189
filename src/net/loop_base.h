/* SPDX-License-Identifier: Apache-2.0 */
/* net/loop_base: what the files of net/ see of a loop. */
#ifndef NAVETTE_NET_LOOP_BASE_H
#define NAVETTE_NET_LOOP_BASE_H

#include "net/loop.h"

struct event_base;
struct net_resolver;

/* Room for what one turn reads from one socket. */
enum { NET_SCRATCH_SIZE = 256 * 1024 };

struct event_base *net_loop_base(struct net_loop *loop);
/* NET_SCRATCH_SIZE bytes for the length of one callback. */
char *net_loop_scratch(struct net_loop *loop);
/* Made with the first name that is looked up. */
struct net_resolver *net_loop_resolver(struct net_loop *loop);
/* Monotonic. Not base/clock: a scenario's frozen time must not freeze sockets. */
int64_t net_loop_now_us(void);

#endif

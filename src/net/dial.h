/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/dial: looks a host up and tries its addresses in turn, each with its share of the time.
 *
 * `done` comes once after net_dial_new and once after each net_dial_next, never from inside them:
 * with a connected socket (the callee's now), or with -1 and the reason when nothing is left.
 * Threads: the loop's only.
 */
#ifndef NAVETTE_NET_DIAL_H
#define NAVETTE_NET_DIAL_H

#include "net/guard.h"
#include "net/loop.h"

#include <sys/socket.h>

struct net_dial;

struct net_dial *net_dial_new(struct net_loop *loop, const char *host, uint16_t port,
                              int64_t timeout_us,
                              void (*done)(void *ctx, int fd, const char *reason), void *ctx);
void net_dial_free(struct net_dial *dial);
/* Right after net_dial_new: addresses that it does not allow are passed by. It must last. */
void net_dial_guard(struct net_dial *dial, const struct net_guard *guard);
/* An address was passed by. */
bool net_dial_refused(const struct net_dial *dial);
/* The socket given last was no good for `reason`: goes on with the next address. */
void net_dial_next(struct net_dial *dial, const char *reason);
/* What the address in hand may still take (a TLS handshake). */
int64_t net_dial_share_us(const struct net_dial *dial);
/* The address in hand. */
const struct sockaddr_storage *net_dial_address(const struct net_dial *dial);

#endif

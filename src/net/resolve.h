/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/resolve: names to addresses without holding up the loop: getaddrinfo in a thread of its own,
 * so /etc/hosts, search domains and the order of addresses are the system's.
 *
 * At most NET_LOOKUPS names a loop are looked up at a time. `done` comes exactly once, always from
 * the loop, unless net_lookup_cancel comes first.
 * Threads: the loop's only.
 */
#ifndef NAVETTE_NET_RESOLVE_H
#define NAVETTE_NET_RESOLVE_H

#include "net/loop.h"

#include <sys/socket.h>

enum { NET_LOOKUPS = 64, NET_ADDRESSES = 16 };

struct net_addresses {
    size_t n;
    struct sockaddr_storage at[NET_ADDRESSES]; /* with the port; the best first */
    const char *reason;                        /* when n is 0 */
};

struct net_resolver;
struct net_lookup;

struct net_resolver *net_resolver_new(struct net_loop *loop);
/* Does not wait for names under way: their threads clean up after themselves. */
void net_resolver_free(struct net_resolver *resolver);

struct net_lookup *net_lookup_start(struct net_loop *loop, const char *host, uint16_t port,
                                    void (*done)(void *ctx, const struct net_addresses *found),
                                    void *ctx);
void net_lookup_cancel(struct net_lookup *lookup);

#endif

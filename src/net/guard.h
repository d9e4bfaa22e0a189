/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/guard: which addresses may be called on behalf of strangers. A customer names the URL that we
 * call, from inside the operator's network: without this it could name what only we can reach
 * (CWE-918).
 *
 * Refused, unless the operator allows it, is all that is not a public unicast address: IANA's
 * special-purpose registries (RFC 6890) of IPv4 and IPv6, multicast; and IPv6 that carries an IPv4
 * address (mapped, 6to4, NAT64) when that one is refused. Threads: pure; a guard is constant.
 */
#ifndef NAVETTE_NET_GUARD_H
#define NAVETTE_NET_GUARD_H

#include "base/str.h"

#include <sys/socket.h>

enum { NET_GUARD_MAX = 16 };

struct net_network {
    int family;
    unsigned bits;
    uint8_t bytes[16];
};

/* What the operator allows besides. */
struct net_guard {
    struct net_network allowed[NET_GUARD_MAX];
    size_t n;
};

/* Networks separated by commas or blanks: "10.0.0.0/8, ::1". ERR_INVALID; ERR_LIMIT. */
enum err net_guard_parse(struct net_guard *out, struct str list) MUST_CHECK;
bool net_guard_allows(const struct net_guard *guard, const struct sockaddr *address);

#endif

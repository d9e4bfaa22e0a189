/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/guard: slows those who guess passwords, and locks nobody out.
 *
 * What is counted are tries from one place: an e-mail address together with the network that asks
 * (IPv4 /24, IPv6 /56), or with the known browser that asks; and all tries of a network. So whoever
 * guesses at an address slows himself: its owner, coming from elsewhere or from a browser that
 * signed in before, finds the door open. A try counts when it begins, so that many at once are
 * many; one that succeeds is taken back. Whether the address is anybody's makes no difference.
 *
 * Bounded memory of this node: GUARD_PLACES, GUARD_NETWORKS; when full the oldest is forgotten.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_GUARD_H
#define NAVETTE_API_GUARD_H

#include "base/clock.h"
#include "base/str.h"

#include <sys/socket.h>

enum {
    GUARD_PLACES = 16384,
    GUARD_NETWORKS = 4096,
    GUARD_FREE = 5,            /* tries of a place before it has to wait */
    GUARD_WAIT_MOST_S = 900,   /* it doubles each time */
    GUARD_FORGET_S = 3600,     /* a place that was quiet so long begins anew */
    GUARD_NETWORK_FREE = 50,   /* tries of a network at once */
    GUARD_NETWORK_EVERY_S = 5, /* then one in so many seconds */
};

struct guard;

struct guard *guard_new(void);
void guard_free(struct guard *g);

/* Where a try comes from; device n 0: not from a browser that signed in as this address before. */
struct guard_try {
    struct str email;
    struct str device;
    const struct sockaddr_storage *peer;
};

/* 0: go on, it is counted. Else the seconds to wait; it is not counted. */
int64_t guard_begin(struct guard *g, const struct guard_try *t);
/* It was the right password. */
void guard_succeeded(struct guard *g, const struct guard_try *t);

#endif

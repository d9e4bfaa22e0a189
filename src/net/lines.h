/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/lines: HTTP/1.1 in plain text over connections that are kept: the fast half of net/calls. A
 * request on a kept connection costs a write, a read and a share of a wait, a third of what it
 * costs through libcurl; TLS, HTTP/2 and mail stay there.
 *
 * The same limits and the same guard as net/calls. A request that meets a connection which the
 * other side has just closed, before any answer, goes out once more on a new one.
 * Owner and threads: as net/calls.
 */
#ifndef NAVETTE_NET_LINES_H
#define NAVETTE_NET_LINES_H

#include "net/calls.h"

struct lines;

struct lines *lines_new(struct net_loop *loop, const struct net_guard *guard);
void lines_free(struct lines *lines);
/* false: this is not a URL for it. */
bool lines_start(struct lines *lines, struct net_call *call);
/* Ends it without `done`; false: it is not under way here. */
bool lines_cancel(struct lines *lines, struct net_call *call);

#endif

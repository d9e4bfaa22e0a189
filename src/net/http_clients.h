/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_clients: the open connections of an HTTP server, and an end to those that send their
 * request so slowly that it would hold a connection for ever, or take their answer so slowly that
 * together they would hold all memory.
 *
 * Owner: the server; entries are freed one by one. Threads: the loop's only.
 */
#ifndef NAVETTE_NET_HTTP_CLIENTS_H
#define NAVETTE_NET_HTTP_CLIENTS_H

#include "net/http.h"

#include <stdbool.h>

struct http_clients;

struct http_client {
    struct http_clients *clients;
    struct http_client *next, **link;
    int fd;
    int64_t waiting_since_us; /* for a request, or the rest of it; 0 while one is answered */
    bool surplus;             /* beyond the maximum: to be told so */
    size_t held;              /* bytes of its answer, until the last of them has left */
    int64_t held_since_us;
};

/* A request has twice idle_timeout_s to arrive; an upload has that for each piece. */
struct http_clients *http_clients_new(struct net_loop *loop, const struct http_config *config);
void http_clients_free(struct http_clients *clients);

struct http_client *http_client_new(struct http_clients *clients, int fd);
void http_client_free(struct http_client *client);
void http_client_waits(struct http_client *client);
void http_client_answered(struct http_client *client);
/* An answer of so many bytes is about to be held for it. When all together hold more than max_held,
 * those who have had theirs longest are cut off, but none before a third of idle_timeout_s: false
 * then, and it is told less. */
bool http_client_holds(struct http_client *client, size_t bytes);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_clients: the open connections of an HTTP server, and an end to those that send their
 * request so slowly that it would hold a connection for ever.
 *
 * Owner: the server; entries are freed one by one. Threads: the loop's only.
 */
#ifndef NAVETTE_NET_HTTP_CLIENTS_H
#define NAVETTE_NET_HTTP_CLIENTS_H

#include "net/loop.h"

#include <stdbool.h>

struct http_clients;

struct http_client {
    struct http_clients *clients;
    struct http_client *next, **link;
    int fd;
    int64_t waiting_since_us; /* for a request, or the rest of it; 0 while one is answered */
    bool surplus;             /* beyond the maximum: to be told so */
};

/* A request has twice idle_timeout_s to arrive; an upload has that for each piece. */
struct http_clients *http_clients_new(struct net_loop *loop, size_t max, unsigned idle_timeout_s);
void http_clients_free(struct http_clients *clients);

struct http_client *http_client_new(struct http_clients *clients, int fd);
void http_client_free(struct http_client *client);
void http_client_waits(struct http_client *client);
void http_client_answered(struct http_client *client);

#endif

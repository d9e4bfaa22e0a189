/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_pull: an answer of unknown length whose body is fetched while the client takes it.
 *
 * Threads: the loop's only.
 */
#ifndef NAVETTE_NET_HTTP_PULL_H
#define NAVETTE_NET_HTTP_PULL_H

#include "net/http.h"

struct http_pull {
    /* Fills at most `size` bytes and returns how many; 0 means nothing yet, and it is asked again
     * after http_pull_wake. HTTP_PULL_END ends the answer, HTTP_PULL_BREAK breaks it off, so that
     * the client sees that it is not whole. */
    long (*more)(void *ctx, char *to, size_t size);
    /* Once: the answer has left whole, or the client is gone. */
    void (*over)(void *ctx);
    void *ctx;
    /* Besides Cache-Control: no-store; as http_reply_headers has them. Read at once. */
    const char *const *headers;
};
enum { HTTP_PULL_END = -1, HTTP_PULL_BREAK = -2 };

/* Instead of http_reply; the request lives until `over`. */
void http_pull_reply(struct http_request *request, int status, const char *content_type,
                     const struct http_pull *pull);
void http_pull_wake(struct http_request *request);
struct net_loop *http_request_loop(const struct http_request *request);

#endif

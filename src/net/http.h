/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http: an HTTP/1.1 server on a net_loop. net/http.c is the only door to libmicrohttpd.
 *
 * A handler is called on the loop's thread once the whole request is there. It answers at once with
 * http_reply, or keeps the request and answers later from the same thread (the connection is
 * suspended meanwhile). Exactly one answer per request; the request is gone after it. Everything
 * that hangs on a request lives in its arena.
 * Limits: http_config; beyond them 413, 414, 431 or 503 are answered without the handler.
 */
#ifndef NAVETTE_NET_HTTP_H
#define NAVETTE_NET_HTTP_H

#include "base/arena.h"
#include "net/loop.h"

#include <sys/socket.h>

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OTHER };

struct http_pair {
    struct str name, value; /* decoded; in the request's arena */
};

struct http_request {
    struct arena *arena;
    enum http_method method;
    struct str path; /* decoded, without the query */
    struct http_pair *query;
    size_t query_n;
    bool query_broken; /* some %xx was not hexadecimal; it stands in its value as it came */
    struct str body;
    struct str content_type;
    struct sockaddr_storage peer; /* AF_UNIX for the administration socket */
    void *user;                   /* the handler's own */
    /* Set by a handler whose answer's body lives as long as the program: it is never copied,
     * however many read it slowly. */
    bool answer_lasts;
    const void *described;      /* what it is held to; its own too */
    const char *const *headers; /* of whatever is answered: pairs of C strings, NULL at the end */
    void *json;                 /* the body, once the handler has read it; its own too */
    const void *actor;          /* who asks, once the handler knows; its own too */
    const void *account;        /* that the path names, once it was found; its own too */
};

struct http_server;

struct http_config {
    const char *address;   /* "127.0.0.1:8080", "[::1]:0"; or NULL with unix_path */
    const char *unix_path; /* created with mode 0600; a dead socket file there is replaced */
    size_t max_connections;
    size_t max_connections_per_ip;
    size_t max_body;         /* bytes; 413 above */
    size_t max_query_pairs;  /* 414 above */
    size_t max_held;         /* bytes of answers that clients have not taken; 503 above; 0: any */
    unsigned idle_timeout_s; /* slow and silent clients */
};

typedef void http_handler(void *ctx, struct http_request *request);

/* ERR_IO with the cause logged. */
enum err http_server_new(struct http_server **out, struct net_loop *loop,
                         const struct http_config *config, http_handler *handler,
                         void *ctx) MUST_CHECK;
uint16_t http_server_port(const struct http_server *server);
/* Requests that the handler keeps and has not answered yet. Any thread. */
size_t http_server_pending(const struct http_server *server);
/* No new connections, and 503 for new requests on old ones; requests under way can still be
 * answered. The socket file goes. */
void http_server_quiesce(struct http_server *server);
/* Sends what was answered (for a second at most) and ends the streams. A kept request that was
 * never answered gets 503: nobody may answer it any more. */
void http_server_free(struct http_server *server);

/* body is copied unless it lives in the request's arena, which stays until it was sent. */
void http_reply(struct http_request *request, int status, const char *content_type,
                struct str body);
/* As http_reply with more headers: pairs of C strings, NULL at the end. */
void http_reply_headers(struct http_request *request, int status, const char *content_type,
                        struct str body, const char *const *headers);

/* First value of a query parameter. */
bool http_query(const struct http_request *request, const char *name, struct str *value);
/* Any header of the request, looked up without case. */
struct str http_header(const struct http_request *request, const char *name);
/* Splits application/x-www-form-urlencoded; empty pairs are left out. ERR_LIMIT above max_pairs,
 * ERR_MALFORMED for a broken %xx. */
enum err http_form_parse(struct http_pair **out, size_t *n, struct arena *arena, struct str form,
                         size_t max_pairs) MUST_CHECK;

/* Server-sent events: the request becomes a stream that lives until the client leaves (on_close,
 * which may be NULL, tells; the stream is gone then) or its owner calls http_stream_close (on_close
 * stays silent). What a slow client does not read is bounded; beyond it the stream closes. */
struct http_stream;
struct http_stream *http_stream_open(struct http_request *request, void (*on_close)(void *ctx),
                                     void *ctx);
/* One event; `event` may be NULL. Returns false when the stream is closing: on_close will follow.
 */
bool http_stream_send(struct http_stream *stream, const char *event, struct str data);
void http_stream_close(struct http_stream *stream);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A server in a thread, and a client that says raw bytes. */
#ifndef NAVETTE_TESTS_UNIT_NET_HTTP_TESTING_H
#define NAVETTE_TESTS_UNIT_NET_HTTP_TESTING_H

#include "base/buf.h"
#include "net/http.h"
#include "testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_LIMIT = 1 << 22, PATIENCE_MS = 10000 };

struct site {
    struct net_loop *loop;
    struct http_server *server;
    pthread_t thread;
    uint16_t port;
};

static inline void *site_thread(void *arg)
{
    struct site *site = arg;
    net_loop_run(site->loop);
    http_server_free(site->server);
    net_loop_free(site->loop);
    return NULL;
}

static inline struct http_config site_config(void)
{
    return (struct http_config){.address = "127.0.0.1:0",
                                .max_connections = 20,
                                .max_connections_per_ip = 30,
                                .max_body = 50000,
                                .max_query_pairs = 40,
                                .idle_timeout_s = 5};
}

static inline void site_open(struct site *site, const struct http_config *config,
                             http_handler *handler)
{
    site->loop = net_loop_new();
    assert_int_equal(http_server_new(&site->server, site->loop, config, handler, site), OK);
    site->port = http_server_port(site->server);
    assert_int_equal(pthread_create(&site->thread, NULL, site_thread, site), 0);
}

static inline void site_close(struct site *site)
{
    net_loop_stop(site->loop);
    pthread_join(site->thread, NULL);
}

static inline int dial(uint16_t port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static inline int dial_unix(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    assert_int_equal(str_copy(at.sun_path, sizeof(at.sun_path), str_of(path)), OK);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static inline void say(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* refused midway: the answer tells */
        bytes = str_sub(bytes, (size_t)n, bytes.n);
    }
}

/* Reads until `until` was seen (or the end, if NULL); what was read is a C string. */
static inline bool hear(int fd, struct buf *out, const char *until)
{
    for (;;) {
        if (until && out->n && memmem(out->p, out->n, until, strlen(until)))
            return true;
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        char bytes[16384];
        if (poll(&ready, 1, PATIENCE_MS) <= 0)
            return false;
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        if (n <= 0)
            return until == NULL;
        buf_add(out, bytes, (size_t)n);
        buf_add(out, "", 1);
        out->n--;
    }
}

static inline int status_of(const struct buf *answer)
{
    int status = 0;
    if (answer->n > 12)
        sscanf((const char *)answer->p, "HTTP/1.1 %3d", &status);
    return status;
}

static inline const char *body_of(const struct buf *answer)
{
    const char *end = answer->n ? strstr((const char *)answer->p, "\r\n\r\n") : NULL;
    return end ? end + 4 : "";
}

/* One request on a connection of its own: the whole answer. */
static inline int ask(struct site *site, struct buf *answer, struct str request)
{
    int fd = dial(site->port);
    buf_clear(answer);
    say(fd, request);
    assert_true(hear(fd, answer, NULL));
    close(fd);
    return status_of(answer);
}

#endif

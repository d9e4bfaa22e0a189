/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink ADDR:PORT: what the full cycle calls: answers every request with an empty 200 at once, over
 * connections that stay open, and counts by path. It costs as little as an HTTP server can, so that
 * what is measured is who calls.
 *   GET /stats   {"receipts": N, "replies": N, "requests": N, "connections": N}
 * /receipt… and /reply… count; a POST to /events counts the members of its body's "events" by their
 * "type". Loopback only; ends with SIGTERM.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "net/conn.h"
#include "net/loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_MAX = 4096, WRITE_LIMIT = 1024 * 1024, REQUEST_MAX = 4 * 1024 * 1024 };

static const struct str empty_answer = STR("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

static struct net_loop *loop;
static uint64_t receipts, replies, requests, connections;

struct client {
    struct net_conn *conn;
    struct buf in;
};

/* Not a parser of JSON: how often these bytes stand in the body. */
static uint64_t count_of(struct str body, struct str word)
{
    uint64_t n = 0;
    for (const char *at = body.p, *end = body.p + body.n;
         (at = memmem(at, (size_t)(end - at), word.p, word.n)); at += word.n)
        n++;
    return n;
}

static void note(struct str path, struct str body)
{
    requests++;
    if (str_starts(path, STR("/receipt"))) {
        receipts++;
    } else if (str_starts(path, STR("/reply"))) {
        replies++;
    } else if (str_starts(path, STR("/events"))) {
        receipts += count_of(body, STR("\"type\":\"receipt\""));
        replies += count_of(body, STR("\"type\":\"reply\""));
    }
}

static enum err answer(struct client *c, struct str path)
{
    char body[200], head[100];
    if (!str_starts(path, STR("/stats")))
        return net_conn_write(c->conn, empty_answer);
    int n = snprintf(body, sizeof(body),
                     "{\"receipts\": %llu, \"replies\": %llu, \"requests\": %llu, "
                     "\"connections\": %llu}\n",
                     (unsigned long long)receipts, (unsigned long long)replies,
                     (unsigned long long)requests - 1, (unsigned long long)connections);
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", n);
    enum err e = net_conn_write(c->conn, str_of(head));
    return e ? e : net_conn_write(c->conn, str_of(body));
}

/* The length of the body, from a head that ends in an empty line. */
static size_t body_size(struct str head)
{
    static const struct str name = STR("\r\ncontent-length:");
    for (size_t i = 0; i + name.n < head.n; i++)
        if (strncasecmp(head.p + i, name.p, name.n) == 0)
            return strtoul(head.p + i + name.n, NULL, 10);
    return 0;
}

/* Takes one whole request off the front; how long it was, 0 when it is not whole. */
static size_t take(struct client *c, struct str in)
{
    const char *end = memmem(in.p, in.n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    size_t head_n = (size_t)(end - in.p) + 4;
    struct str head = str_sub(in, 0, head_n);
    size_t body_n = body_size(head);
    if (body_n > REQUEST_MAX || in.n - head_n < body_n)
        return 0;
    struct str rest = str_sub(head, str_find(head, ' ') + 1, head.n);
    struct str path = str_sub(rest, 0, str_find(rest, ' '));
    note(path, str_sub(in, head_n, head_n + body_n));
    return answer(c, path) ? 0 : head_n + body_n;
}

static void on_data(void *ctx, struct str bytes)
{
    struct client *c = ctx;
    size_t n, used = 0;
    buf_add_str(&c->in, bytes);
    struct str in = buf_str(&c->in);
    while ((n = take(c, str_sub(in, used, in.n))) > 0)
        used += n;
    buf_consume(&c->in, used);
}

static void on_close(void *ctx, const char *reason)
{
    struct client *c = ctx;
    net_conn_free(c->conn);
    buf_free(&c->in);
    free(c);
    connections--;
}

static void on_open(void *ctx) {}

static void on_accept(void *ctx, struct net_conn *conn)
{
    static const struct net_conn_calls calls = {
        .on_open = on_open, .on_data = on_data, .on_close = on_close};
    struct client *c = base_alloc(sizeof(*c));
    c->conn = conn;
    c->in = buf_limited(REQUEST_MAX + 65536);
    connections++;
    net_conn_adopt(conn, &calls, c);
}

static void on_signal(int number)
{
    _exit(0);
}

int main(int argc, char **argv)
{
    static const struct net_listener_calls calls = {.on_accept = on_accept};
    struct net_listener *listener;
    if (argc != 2) {
        fprintf(stderr, "usage: sink ADDR:PORT\n");
        return 2;
    }
    signal(SIGTERM, on_signal);
    loop = net_loop_new();
    if (net_listen(&listener, loop, argv[1], NULL, WRITE_LIMIT, CONNECTIONS_MAX, &calls, NULL))
        return 1;
    printf("ready\n");
    fflush(stdout);
    net_loop_run(loop);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_clients.h"

#include "base/arena.h"
#include "base/metric.h"
#include "net/loop_base.h"

#include <stdlib.h>
#include <sys/socket.h>

static const int64_t sweep_us = 1000000;

struct http_clients {
    struct http_client *first;
    size_t n;
    size_t max;
    int64_t patience_us;
    struct net_timer *sweep;
};

static void on_sweep(void *ctx)
{
    struct http_clients *clients = ctx;
    int64_t oldest_us = net_loop_now_us() - clients->patience_us;
    for (struct http_client *c = clients->first; c; c = c->next)
        if (c->waiting_since_us && c->waiting_since_us < oldest_us) {
            c->waiting_since_us = 0;
            metric_add(METRIC_HTTP_REFUSED, 1);
            shutdown(c->fd, SHUT_RDWR); /* its owner sees the end and closes it */
        }
    net_timer_set(clients->sweep, sweep_us);
}

struct http_clients *http_clients_new(struct net_loop *loop, size_t max, unsigned idle_timeout_s)
{
    struct http_clients *clients = base_alloc(sizeof(*clients));
    clients->max = max;
    clients->patience_us = 2 * (int64_t)idle_timeout_s * 1000000;
    clients->sweep = net_timer_new(loop, on_sweep, clients);
    net_timer_set(clients->sweep, sweep_us);
    return clients;
}

void http_clients_free(struct http_clients *clients)
{
    net_timer_free(clients->sweep);
    free(clients);
}

struct http_client *http_client_new(struct http_clients *clients, int fd)
{
    struct http_client *client = base_alloc(sizeof(*client));
    client->clients = clients;
    client->fd = fd;
    client->surplus = clients->n++ >= clients->max;
    client->next = clients->first;
    client->link = &clients->first;
    if (client->next)
        client->next->link = &client->next;
    clients->first = client;
    http_client_waits(client);
    return client;
}

void http_client_free(struct http_client *client)
{
    client->clients->n--;
    *client->link = client->next;
    if (client->next)
        client->next->link = client->link;
    free(client);
}

void http_client_waits(struct http_client *client)
{
    client->waiting_since_us = net_loop_now_us();
}

void http_client_answered(struct http_client *client)
{
    client->waiting_since_us = 0;
}

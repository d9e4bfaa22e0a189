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
    size_t held;
    size_t max_held;
    int64_t patience_us;
    int64_t held_patience_us;
    struct net_timer *sweep;
};

/* Its owner sees the end and closes it. */
static void cut_off(struct http_client *c)
{
    metric_add(METRIC_HTTP_REFUSED, 1);
    shutdown(c->fd, SHUT_RDWR);
}

static void on_sweep(void *ctx)
{
    struct http_clients *clients = ctx;
    int64_t oldest_us = net_loop_now_us() - clients->patience_us;
    for (struct http_client *c = clients->first; c; c = c->next)
        if (c->waiting_since_us && c->waiting_since_us < oldest_us) {
            c->waiting_since_us = 0;
            cut_off(c);
        }
    net_timer_set(clients->sweep, sweep_us);
}

struct http_clients *http_clients_new(struct net_loop *loop, const struct http_config *config)
{
    struct http_clients *clients = base_alloc(sizeof(*clients));
    clients->max = config->max_connections;
    clients->max_held = config->max_held ? config->max_held : SIZE_MAX;
    clients->patience_us = 2 * (int64_t)config->idle_timeout_s * 1000000;
    clients->held_patience_us = (int64_t)config->idle_timeout_s * 1000000 / 3;
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

static void let_go(struct http_client *client)
{
    client->clients->held -= client->held;
    client->held = 0;
}

void http_client_free(struct http_client *client)
{
    let_go(client);
    client->clients->n--;
    *client->link = client->next;
    if (client->next)
        client->next->link = client->link;
    free(client);
}

void http_client_waits(struct http_client *client)
{
    let_go(client);
    client->waiting_since_us = net_loop_now_us();
}

void http_client_answered(struct http_client *client)
{
    client->waiting_since_us = 0;
}

static struct http_client *slowest(const struct http_clients *clients, int64_t before_us)
{
    struct http_client *found = NULL;
    for (struct http_client *c = clients->first; c; c = c->next)
        if (c->held && c->held_since_us <= before_us) {
            before_us = c->held_since_us;
            found = c;
        }
    return found;
}

bool http_client_holds(struct http_client *client, size_t bytes)
{
    struct http_clients *clients = client->clients;
    int64_t now_us = net_loop_now_us();
    while (bytes > clients->max_held - clients->held) {
        struct http_client *slow = slowest(clients, now_us - clients->held_patience_us);
        if (!slow)
            return false;
        let_go(slow); /* the bytes go when its connection does, in a moment */
        cut_off(slow);
    }
    client->held = bytes;
    client->held_since_us = now_us;
    clients->held += bytes;
    return true;
}

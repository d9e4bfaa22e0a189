/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolve.h"

#include "base/arena.h"
#include "net/loop_base.h"

#include <netdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Shared by the loop and the threads under way; the last one out frees it. */
struct net_resolver {
    pthread_mutex_t lock;
    size_t users;
    struct mailbox *box;
    struct net_watch *watch;
};

struct net_lookup {
    struct letter letter;
    struct net_resolver *resolver;
    char *host;
    char port[8];
    struct net_addresses found;
    void (*done)(void *ctx, const struct net_addresses *found); /* NULL: nobody waits any more */
    void *ctx;
};

static void deliver_lookups(void *ctx)
{
    struct net_resolver *resolver = ctx;
    mailbox_deliver(resolver->box, NET_LOOKUPS);
}

struct net_resolver *net_resolver_new(struct net_loop *loop)
{
    struct net_resolver *resolver = base_alloc(sizeof(*resolver));
    pthread_mutex_init(&resolver->lock, NULL);
    resolver->users = 1;
    resolver->box = mailbox_new();
    resolver->watch = net_watch_new(loop, mailbox_fd(resolver->box), deliver_lookups, resolver);
    return resolver;
}

static void release(struct net_resolver *resolver)
{
    pthread_mutex_lock(&resolver->lock);
    bool last = --resolver->users == 0;
    pthread_mutex_unlock(&resolver->lock);
    if (!last)
        return;
    while (mailbox_deliver(resolver->box, NET_LOOKUPS)) /* frees the lookups inside */
        ;
    mailbox_free(resolver->box);
    pthread_mutex_destroy(&resolver->lock);
    free(resolver);
}

void net_resolver_free(struct net_resolver *resolver)
{
    if (!resolver)
        return;
    net_watch_free(resolver->watch);
    release(resolver);
}

static bool acquire(struct net_resolver *resolver)
{
    pthread_mutex_lock(&resolver->lock);
    bool room = resolver->users <= NET_LOOKUPS;
    if (room)
        resolver->users++;
    pthread_mutex_unlock(&resolver->lock);
    return room;
}

static void deliver_lookup(struct letter *letter)
{
    struct net_lookup *lookup = (struct net_lookup *)letter;
    if (lookup->done)
        lookup->done(lookup->ctx, &lookup->found);
    free(lookup->host);
    free(lookup);
}

static void look_up(struct net_lookup *lookup, int flags)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    struct addrinfo *list = NULL;
    struct net_addresses *found = &lookup->found;
    int failed = getaddrinfo(lookup->host, lookup->port, &hints, &list);
    if (failed) {
        found->reason = gai_strerror(failed);
        return;
    }
    for (const struct addrinfo *a = list; a && found->n < NET_ADDRESSES; a = a->ai_next)
        if (a->ai_addrlen <= sizeof(found->at[0]))
            memcpy(&found->at[found->n++], a->ai_addr, a->ai_addrlen);
    freeaddrinfo(list);
    if (found->n == 0)
        found->reason = "no address";
}

static void *lookup_thread(void *arg)
{
    struct net_lookup *lookup = arg;
    struct net_resolver *resolver = lookup->resolver;
    look_up(lookup, 0);
    mailbox_post(resolver->box, &lookup->letter);
    release(resolver);
    return NULL;
}

static bool start_thread(struct net_lookup *lookup)
{
    if (!acquire(lookup->resolver))
        return false;
    pthread_attr_t detached;
    pthread_t thread;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool started = pthread_create(&thread, &detached, lookup_thread, lookup) == 0;
    pthread_attr_destroy(&detached);
    if (!started)
        release(lookup->resolver);
    return started;
}

struct net_lookup *net_lookup_start(struct net_loop *loop, const char *host, uint16_t port,
                                    void (*done)(void *ctx, const struct net_addresses *found),
                                    void *ctx)
{
    struct net_lookup *lookup = base_alloc(sizeof(*lookup));
    lookup->letter.deliver = deliver_lookup;
    lookup->resolver = net_loop_resolver(loop);
    lookup->done = done;
    lookup->ctx = ctx;
    lookup->host = strdup(host);
    if (!lookup->host)
        base_out_of_memory();
    snprintf(lookup->port, sizeof(lookup->port), "%u", port);
    look_up(lookup, AI_NUMERICHOST); /* an address needs no thread */
    if (lookup->found.n == 0 && start_thread(lookup))
        return lookup;
    if (lookup->found.n == 0)
        lookup->found.reason = "too many names are being looked up";
    mailbox_post(lookup->resolver->box, &lookup->letter);
    return lookup;
}

void net_lookup_cancel(struct net_lookup *lookup)
{
    if (lookup)
        lookup->done = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/secret.h"

#include <netinet/in.h>
#include <stdlib.h>

enum { COUNT_SHIFT = 48, COUNT_MOST = 0xFFFF, DOUBLINGS_MOST = 10 };

/* Values hold a count in their upper 16 bits and an instant, in seconds, below. */
struct guard {
    struct map *places;
    struct map *networks;
};

struct tally {
    int64_t count;
    int64_t at_s;
};

struct guard *guard_new(void)
{
    struct guard *g = base_alloc(sizeof(*g));
    g->places = map_new(GUARD_PLACES);
    g->networks = map_new(GUARD_NETWORKS);
    return g;
}

void guard_free(struct guard *g)
{
    if (!g)
        return;
    map_free(g->places);
    map_free(g->networks);
    free(g);
}

static struct tally read_tally(const struct map *m, uint64_t key)
{
    uint64_t value;
    if (!map_get(m, key, &value))
        return (struct tally){0};
    return (struct tally){.count = (int64_t)(value >> COUNT_SHIFT),
                          .at_s = (int64_t)(value & ((UINT64_C(1) << COUNT_SHIFT) - 1))};
}

static void write_tally(struct map *m, uint64_t key, struct tally t)
{
    int64_t count = t.count < COUNT_MOST ? t.count : COUNT_MOST;
    map_put(m, key, ((uint64_t)count << COUNT_SHIFT) | (uint64_t)t.at_s);
}

/* ---- who tries ---- */

static uint64_t network_key(const struct sockaddr_storage *peer)
{
    const char *p = (const char *)peer;
    if (peer->ss_family == AF_INET)
        return secret_hash((struct str){p + offsetof(struct sockaddr_in, sin_addr), 3});
    if (peer->ss_family == AF_INET6)
        return secret_hash((struct str){p + offsetof(struct sockaddr_in6, sin6_addr), 7});
    return 0;
}

static uint64_t place_key(const struct guard_try *t)
{
    struct {
        uint64_t email, from, known;
    } key = {secret_hash(t->email), t->device.n ? secret_hash(t->device) : network_key(t->peer),
             t->device.n > 0};
    return secret_hash((struct str){(const char *)&key, sizeof(key)});
}

/* ---- how long to wait ---- */

static int64_t place_wait_s(struct tally t, int64_t now_s)
{
    if (t.count < GUARD_FREE)
        return 0;
    int64_t doublings = t.count - GUARD_FREE;
    int64_t pause = doublings > DOUBLINGS_MOST ? GUARD_WAIT_MOST_S : INT64_C(1) << doublings;
    if (pause > GUARD_WAIT_MOST_S)
        pause = GUARD_WAIT_MOST_S;
    int64_t wait = t.at_s + pause - now_s;
    return wait > 0 ? wait : 0;
}

/* A bucket that one try drips out of every GUARD_NETWORK_EVERY_S. */
static struct tally drained(struct tally t, int64_t now_s)
{
    int64_t gone = (now_s - t.at_s) / GUARD_NETWORK_EVERY_S;
    if (t.count == 0 || gone >= t.count)
        return (struct tally){.at_s = now_s};
    t.count -= gone;
    t.at_s += gone * GUARD_NETWORK_EVERY_S;
    return t;
}

int64_t guard_begin(struct guard *g, const struct guard_try *t)
{
    int64_t now_s = clock_mono_us() / SEC_US;
    uint64_t place_at = place_key(t);
    uint64_t network_at = network_key(t->peer);
    struct tally place = read_tally(g->places, place_at);
    struct tally network = drained(read_tally(g->networks, network_at), now_s);
    if (now_s - place.at_s >= GUARD_FORGET_S)
        place.count = 0;
    int64_t wait = place_wait_s(place, now_s);
    if (wait)
        return wait;
    if (!t->device.n && network.count >= GUARD_NETWORK_FREE)
        return network.at_s + GUARD_NETWORK_EVERY_S - now_s;
    write_tally(g->places, place_at, (struct tally){place.count + 1, now_s});
    network.count += !t->device.n;
    write_tally(g->networks, network_at, network);
    return 0;
}

void guard_succeeded(struct guard *g, const struct guard_try *t)
{
    uint64_t network_at = network_key(t->peer);
    struct tally network = read_tally(g->networks, network_at);
    map_remove(g->places, place_key(t));
    if (!t->device.n && network.count > 0) {
        network.count--;
        write_tally(g->networks, network_at, network);
    }
}

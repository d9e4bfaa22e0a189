/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/lane.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"

#include <stdlib.h>

enum { BUCKETS = 1024, LANES_FAILING_MAX = 4096 };

struct lanes {
    struct lane *lanes[BUCKETS];
    struct host *hosts[BUCKETS];
    struct lane *oldest, *newest; /* that rest */
    size_t resting;
};

static size_t bucket_of(struct str s)
{
    return secret_hash(s) % BUCKETS;
}

static struct str copy(struct str s)
{
    char *p = base_alloc(s.n + 1);
    memcpy(p, s.p, s.n);
    return (struct str){p, s.n};
}

static void free_str(struct str s)
{
    free((char *)(uintptr_t)s.p);
}

struct str lane_host_name(struct str target)
{
    static const struct str schemes[] = {STR("https://"), STR("http://")};
    for (size_t i = 0; i < 2; i++) {
        size_t n = schemes[i].n;
        if (target.n < n || !str_eq_nocase(str_sub(target, 0, n), schemes[i]))
            continue;
        while (n < target.n && !strchr("/?#", target.p[n]))
            n++;
        return str_sub(target, 0, n);
    }
    return STR("mail");
}

int64_t lane_pause_us(uint32_t pauses)
{
    static const int64_t steps_s[] = {10, 30, 60, 300};
    enum { STEPS = sizeof(steps_s) / sizeof(steps_s[0]) };
    return steps_s[pauses < STEPS ? (pauses ? pauses - 1 : 0) : STEPS - 1] * SEC_US;
}

/* ---- hosts ---- */

static struct host *host_find(struct lanes *l, struct str name)
{
    struct host **bucket = &l->hosts[bucket_of(name)];
    struct host *h = *bucket;
    while (h && !str_eq(h->name, name))
        h = h->next;
    if (!h) {
        h = base_alloc(sizeof(*h));
        h->name = copy(name);
        h->parked_last = &h->parked;
        h->next = *bucket;
        *bucket = h;
    }
    h->lanes++;
    return h;
}

static void host_leave(struct lanes *l, struct host *h)
{
    if (--h->lanes)
        return;
    struct host **at = &l->hosts[bucket_of(h->name)];
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    free_str(h->name);
    free(h);
}

/* ---- lanes ---- */

static void wake(struct lanes *l, struct lane *lane)
{
    if (!lane->resting)
        return;
    *(lane->older ? &lane->older->newer : &l->oldest) = lane->newer;
    *(lane->newer ? &lane->newer->older : &l->newest) = lane->older;
    lane->older = lane->newer = NULL;
    lane->resting = false;
    l->resting--;
}

static void drop(struct lanes *l, struct lane *lane)
{
    wake(l, lane);
    struct lane **at = &l->lanes[bucket_of(lane->target)];
    while (*at != lane)
        at = &(*at)->next;
    *at = lane->next;
    host_leave(l, lane->host);
    free_str(lane->target);
    free(lane);
}

struct lane *lanes_find(struct lanes *l, struct str target)
{
    struct lane **bucket = &l->lanes[bucket_of(target)];
    struct lane *lane = *bucket;
    while (lane && !str_eq(lane->target, target))
        lane = lane->next;
    if (lane) {
        wake(l, lane);
        return lane;
    }
    lane = base_alloc(sizeof(*lane));
    lane->target = copy(target);
    lane->host = host_find(l, lane_host_name(target));
    lane->last = &lane->first;
    lane->next = *bucket;
    *bucket = lane;
    return lane;
}

void lanes_rest(struct lanes *l, struct lane *lane)
{
    if (lane->first || lane->in_flight || lane->queued || lane->resting)
        return;
    if (!lane->failures) {
        drop(l, lane);
        return;
    }
    lane->resting = true;
    lane->older = l->newest;
    *(l->newest ? &l->newest->newer : &l->oldest) = lane;
    l->newest = lane;
    if (++l->resting > LANES_FAILING_MAX)
        drop(l, l->oldest);
}

struct lanes *lanes_new(void)
{
    return base_alloc(sizeof(struct lanes));
}

void lanes_free(struct lanes *l)
{
    for (size_t i = 0; i < BUCKETS; i++)
        while (l->lanes[i])
            drop(l, l->lanes[i]);
    free(l);
}

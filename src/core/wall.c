/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wall.h"

#include "base/arena.h"
#include "text/phone.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { BUCKETS = 256 };

struct wall_stop {
    struct wall_stop *next; /* in its bucket */
    struct stop stop;       /* its number lies behind */
};

struct wall {
    struct wall_head head;  /* first */
    _Atomic uint32_t turns; /* odd: the carriers' thread is in there */
    pthread_mutex_t lock;   /* guards what follows */
    struct wall_stop *buckets[BUCKETS];
};

struct wall *wall_new(void)
{
    struct wall *w = base_alloc(sizeof(*w));
    pthread_mutex_init(&w->lock, NULL);
    return w;
}

void wall_free(struct wall *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (w->buckets[i]) {
            struct wall_stop *s = w->buckets[i];
            w->buckets[i] = s->next;
            free(s);
        }
    pthread_mutex_destroy(&w->lock);
    free(w);
}

static struct wall_stop **bucket_of(struct wall *w, uint64_t phone)
{
    return &w->buckets[phone * UINT64_C(0x9E3779B97F4A7C15) >> 56];
}

struct wall_stop *wall_raise(struct wall *w, const struct stop *stop)
{
    struct wall_stop *s = base_alloc(sizeof(*s) + stop->number.n);
    s->stop = *stop;
    if (stop->number.n)
        s->stop.number.p = memcpy(s + 1, stop->number.p, stop->number.n);
    pthread_mutex_lock(&w->lock);
    struct wall_stop **bucket = bucket_of(w, stop->phone);
    s->next = *bucket;
    *bucket = s;
    atomic_fetch_add(&w->head.standing, 1);
    pthread_mutex_unlock(&w->lock);
    uint32_t turn = atomic_load(&w->turns);
    while (turn % 2 && atomic_load(&w->turns) == turn) /* it may have looked before */
        sched_yield();
    return s;
}

const struct stop *wall_stop_of(const struct wall_stop *s)
{
    return &s->stop;
}

void wall_let_pass(struct wall *w, struct wall_stop *s, int64_t message_id)
{
    pthread_mutex_lock(&w->lock);
    s->stop.answer_id = message_id;
    pthread_mutex_unlock(&w->lock);
}

void wall_lower(struct wall *w, struct wall_stop *s)
{
    pthread_mutex_lock(&w->lock);
    struct wall_stop **at = bucket_of(w, s->stop.phone);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    atomic_fetch_sub(&w->head.standing, 1);
    pthread_mutex_unlock(&w->lock);
    free(s);
}

void wall_enter(struct wall *w)
{
    if (w)
        atomic_fetch_add(&w->turns, 1);
}

void wall_leave(struct wall *w)
{
    if (w)
        atomic_fetch_add(&w->turns, 1);
}

static bool concerns(const struct stop *s, const struct wall_ask *ask)
{
    return s->phone == ask->phone && (!s->account_id || s->account_id == ask->account_id) &&
           (!s->number.n || str_eq(s->number, phone_bare(ask->sender))) &&
           (!s->answer_id || s->answer_id != ask->message_id);
}

bool wall_look(struct wall *w, const struct wall_ask *ask)
{
    bool found = false;
    pthread_mutex_lock(&w->lock);
    for (struct wall_stop *s = *bucket_of(w, ask->phone); s && !found; s = s->next)
        found = concerns(&s->stop, ask);
    pthread_mutex_unlock(&w->lock);
    return found;
}

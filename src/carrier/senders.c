/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/senders.h"

#include "base/clock.h"
#include "base/secret.h"

#include <stdlib.h>

enum { BUCKET_BITS = 12, SHARE = 4, NOT_DUE = -1 };

struct sender_pace {
    uint64_t key; /* hash of its name: those of one hash share a pace */
    struct sender_pace *next;
    struct sender_pace *used_after, *used_before; /* others, by use */
    struct pace pace;
    struct queue waiting;
    int64_t place;         /* in the heap, or NOT_DUE */
    int64_t away_until_us; /* what is in the store has its turn before then, */
    int64_t away_id;       /* up to this message */
};

/* ---- the heap ---- */

static int64_t due_of(const struct senders *s, size_t place)
{
    return pace_at_us(&s->due[place]->pace);
}

static void put_at(struct senders *s, struct sender_pace *e, size_t place)
{
    s->due[place] = e;
    e->place = (int64_t)place;
}

static void sift(struct senders *s, size_t place)
{
    struct sender_pace *e = s->due[place];
    int64_t at_us = pace_at_us(&e->pace);
    while (place && due_of(s, (place - 1) / 2) > at_us) {
        put_at(s, s->due[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    for (size_t child = 2 * place + 1; child < s->due_n; child = 2 * place + 1) {
        child += child + 1 < s->due_n && due_of(s, child + 1) < due_of(s, child);
        if (due_of(s, child) >= at_us)
            break;
        put_at(s, s->due[child], place);
        place = child;
    }
    put_at(s, e, place);
}

static void heap_add(struct senders *s, struct sender_pace *e)
{
    if (e->place != NOT_DUE)
        return;
    put_at(s, e, s->due_n++);
    sift(s, s->due_n - 1);
}

static void heap_remove(struct senders *s, struct sender_pace *e)
{
    size_t place = (size_t)e->place;
    struct sender_pace *last = s->due[--s->due_n];
    e->place = NOT_DUE;
    if (last == e)
        return;
    put_at(s, last, place);
    sift(s, place);
}

/* ---- the table ---- */

static struct sender_pace **find(const struct senders *s, uint64_t key)
{
    struct sender_pace **at = &s->buckets[key >> (64 - BUCKET_BITS)];
    while (*at && (*at)->key != key)
        at = &(*at)->next;
    return at;
}

static void unlink_use(struct senders *s, struct sender_pace *e)
{
    *(e->used_after ? &e->used_after->used_before : &s->latest) = e->used_before;
    *(e->used_before ? &e->used_before->used_after : &s->longest_unused) = e->used_after;
}

static void link_use(struct senders *s, struct sender_pace *e)
{
    e->used_after = NULL;
    e->used_before = s->latest;
    *(s->latest ? &s->latest->used_after : &s->longest_unused) = e;
    s->latest = e;
}

static void forget(struct senders *s, struct sender_pace *e)
{
    unlink_use(s, e);
    *find(s, e->key) = e->next;
    pool_give(&s->entries, e);
    s->n--;
}

/* Two for each that comes: the table is hardly larger than the senders of one interval. */
static void forget_some(struct senders *s, int64_t now_us)
{
    for (int i = 0; i < 2 && s->longest_unused; i++) {
        struct sender_pace *e = s->longest_unused;
        bool owes = pace_at_us(&e->pace) > now_us || e->away_until_us > now_us;
        if (owes && s->n < SENDERS_MAX)
            return;
        if (e->place == NOT_DUE) {
            forget(s, e);
        } else { /* in use, though not lately */
            unlink_use(s, e);
            link_use(s, e);
        }
    }
}

static struct sender_pace *entry_new(struct senders *s, uint64_t key, int64_t now_us)
{
    forget_some(s, now_us);
    if (s->n == SENDERS_MAX)
        return s->longest_unused; /* two share a pace: slower than need be, never faster */
    struct sender_pace **at = find(s, key);
    struct sender_pace *e = pool_take(&s->entries);
    *e = (struct sender_pace){.key = key, .place = NOT_DUE, .waiting.sum = &s->waiting};
    pace_set(&e->pace, s->rate);
    *at = e;
    link_use(s, e);
    s->n++;
    return e;
}

static struct sender_pace *entry_of(struct senders *s, const struct sending *m, int64_t now_us)
{
    uint64_t key = secret_hash(m->out->sender);
    struct sender_pace *e = *find(s, key);
    if (!e)
        return entry_new(s, key, now_us);
    unlink_use(s, e);
    link_use(s, e);
    return e;
}

/* ---- what may leave ---- */

/* The next turn behind all that has one. */
static int64_t turn_away(struct senders *s, struct sender_pace *e, int64_t id, int64_t now_us)
{
    int64_t interval_us = SEC_US / s->rate;
    int64_t behind_us = now_us + e->waiting.n * interval_us;
    e->away_until_us = (e->away_until_us > behind_us ? e->away_until_us : behind_us) + interval_us;
    if (e->away_id < id)
        e->away_id = id;
    return e->away_until_us;
}

enum sender_says senders_ask(struct senders *s, struct sending *m, uint32_t room, int64_t now_us,
                             int64_t *at_us)
{
    if (!s->rate)
        return SENDER_NOW;
    struct sender_pace *e = entry_of(s, m, now_us);
    bool waits = m->in == &e->waiting;
    bool first = !e->waiting.oldest || e->waiting.oldest->rank >= m->rank;
    bool behind = !waits && e->away_until_us > now_us && m->out->id > e->away_id;
    if (first && !behind && pace_at_us(&e->pace) <= now_us)
        return SENDER_NOW;
    if (waits)
        return SENDER_LATER;
    uint32_t left = room > s->waiting ? room - s->waiting : 0;
    if (!m->on_wire && (behind || e->waiting.n > left / SHARE)) {
        *at_us = turn_away(s, e, m->out->id, now_us);
        return SENDER_AWAY;
    }
    queue_remove(m);
    queue_put(&e->waiting, m);
    heap_add(s, e);
    return SENDER_LATER;
}

void senders_leave(struct senders *s, const struct sending *m, int64_t now_us)
{
    if (!s->rate)
        return;
    struct sender_pace *e = entry_of(s, m, now_us);
    pace_take(&e->pace, now_us);
    if (e->place != NOT_DUE)
        sift(s, (size_t)e->place);
}

struct sending *senders_next(struct senders *s, int64_t now_us, int64_t *at_us)
{
    *at_us = INT64_MAX;
    while (s->due_n && !s->due[0]->waiting.n)
        heap_remove(s, s->due[0]);
    if (!s->due_n)
        return NULL;
    int64_t due_us = due_of(s, 0);
    if (due_us <= now_us)
        return s->due[0]->waiting.oldest;
    *at_us = due_us;
    return NULL;
}

/* ---- life ---- */

static void clear(struct senders *s, struct queue *back)
{
    for (size_t i = 0; i < s->due_n; i++)
        while (s->due[i]->waiting.oldest) {
            struct sending *m = s->due[i]->waiting.oldest;
            queue_remove(m);
            queue_put(back, m);
        }
    senders_free(s);
    *s = (struct senders){0};
}

void senders_set(struct senders *s, int64_t rate, struct queue *back)
{
    if (rate == s->rate)
        return;
    clear(s, back);
    if (!rate)
        return;
    s->rate = rate;
    s->buckets = base_alloc((1u << BUCKET_BITS) * sizeof(struct sender_pace *));
    s->due = base_alloc(SENDERS_MAX * sizeof(struct sender_pace *));
    s->entries.size = sizeof(struct sender_pace);
}

void senders_free(struct senders *s)
{
    pool_free(&s->entries);
    free(s->buckets);
    free(s->due);
}

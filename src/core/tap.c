/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tap.h"

#include "base/arena.h"
#include "base/wire.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct tap_state {
    struct letter wake; /* first: the way to the reader */
    struct tap tap;
    struct tap_filter filter;
    struct mailbox *reader;
    void (*ready)(void *ctx); /* the reader's thread only, as ctx */
    void *ctx;
    _Atomic int holders; /* the two sides, and a letter to the reader that is under way */
    _Atomic bool left;

    pthread_mutex_t lock; /* guards what follows */
    struct buf waiting;
    uint64_t lost;
    bool told; /* a letter is under way */
    bool closed;
};

static void let_go(struct tap_state *s)
{
    if (atomic_fetch_sub(&s->holders, 1) > 1)
        return;
    pthread_mutex_destroy(&s->lock);
    buf_free(&s->waiting);
    free(s);
}

static void on_wake(struct letter *letter)
{
    struct tap_state *s = (struct tap_state *)letter;
    pthread_mutex_lock(&s->lock);
    s->told = false;
    pthread_mutex_unlock(&s->lock);
    if (!s->left)
        s->ready(s->ctx);
    let_go(s);
}

/* One letter for all that comes before it arrives. */
static void tell(struct tap_state *s, bool first)
{
    if (!first)
        return;
    atomic_fetch_add(&s->holders, 1);
    s->wake.deliver = on_wake;
    mailbox_post(s->reader, &s->wake);
}

struct tap *tap_new(int64_t carrier_id, const struct tap_filter *filter, struct mailbox *reader,
                    void (*ready)(void *ctx), void *ctx)
{
    struct tap_state *s = base_alloc(sizeof(*s));
    s->tap.state = s;
    s->tap.carrier_id = carrier_id;
    s->filter = *filter;
    s->reader = reader;
    s->ready = ready;
    s->ctx = ctx;
    s->holders = 2;
    s->waiting = buf_limited(TAP_BYTES);
    pthread_mutex_init(&s->lock, NULL);
    return &s->tap;
}

bool tap_take(struct tap *t, struct buf *out, uint64_t *lost)
{
    struct tap_state *s = t->state;
    buf_clear(out);
    pthread_mutex_lock(&s->lock);
    struct buf empty = *out;
    *out = s->waiting;
    s->waiting = empty;
    s->waiting.limit = TAP_BYTES;
    *lost = s->lost;
    s->lost = 0;
    bool over = s->closed && out->n == 0 && *lost == 0;
    pthread_mutex_unlock(&s->lock);
    return !over;
}

void tap_leave(struct tap *t)
{
    t->state->left = true;
    let_go(t->state);
}

static void add(struct tap_state *s, const struct tap_head *head, struct str pdu)
{
    pthread_mutex_lock(&s->lock);
    if (s->waiting.n + sizeof(*head) + pdu.n > TAP_BYTES) {
        s->lost++;
    } else {
        buf_add(&s->waiting, head, sizeof(*head));
        buf_add_str(&s->waiting, pdu);
    }
    bool first = !s->told;
    s->told = true;
    pthread_mutex_unlock(&s->lock);
    tell(s, first);
}

void tap_begin(struct tap *t, int64_t now_us)
{
    add(t->state, &(struct tap_head){.at_us = now_us}, (struct str){0});
}

void tap_note(struct tap *t, uint32_t kind, struct str text)
{
    add(t->state, &(struct tap_head){.mode = kind, .length = (uint32_t)text.n}, text);
}

static bool is_wanted(const struct tap_filter *filter, bool out, struct str pdu)
{
    const uint32_t response = UINT32_C(0x80000000); /* SMPP 3.4, 5.1.2.1 */
    struct wire w = wire_over(pdu.p, pdu.n);
    wire_u32(&w);
    uint32_t command = wire_u32(&w) & ~response;
    return (out ? filter->out : filter->in) && (!filter->command || filter->command == command);
}

void tap_put(struct tap *t, const struct tap_head *head, struct str pdu)
{
    struct tap_state *s = t->state;
    if (s->left || !is_wanted(&s->filter, head->out, pdu))
        return;
    add(s, head, pdu);
}

bool tap_is_left(const struct tap *t)
{
    return t->state->left;
}

void tap_close(struct tap *t)
{
    struct tap_state *s = t->state;
    pthread_mutex_lock(&s->lock);
    bool first = !s->told;
    s->closed = true;
    s->told = true;
    pthread_mutex_unlock(&s->lock);
    tell(s, first);
    let_go(s);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"

#include <pthread.h>
#include <stdlib.h>

struct outbox {
    pthread_mutex_t lock; /* guards the list of slots, not what they hold */
    struct outbox_slot *slots;
    struct mailbox *box;
    void (*arrive)(struct outgoing *o);
};

/* The carrier's arrive, kept where a letter finds it. One outbox a process serves carriers; tests
 * that make several attach the same function. */
struct handed {
    struct outgoing out; /* first: the letter is its first member */
    void (*arrive)(struct outgoing *o);
};

struct outbox *outbox_new(void)
{
    struct outbox *o = base_alloc(sizeof(*o));
    pthread_mutex_init(&o->lock, NULL);
    return o;
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    while (o->slots) {
        struct outbox_slot *next = o->slots->next;
        free(o->slots);
        o->slots = next;
    }
    pthread_mutex_destroy(&o->lock);
    free(o);
}

struct outbox_slot *outbox_slot(struct outbox *o, int64_t carrier_id)
{
    pthread_mutex_lock(&o->lock);
    struct outbox_slot *slot = o->slots;
    while (slot && slot->carrier_id != carrier_id)
        slot = slot->next;
    if (!slot) {
        slot = base_alloc(sizeof(*slot));
        slot->carrier_id = carrier_id;
        slot->most = OUTBOX_ACTIVE;
        slot->backlog = true; /* until a look at the store says otherwise */
        slot->next = o->slots;
        o->slots = slot;
    }
    pthread_mutex_unlock(&o->lock);
    return slot;
}

void outbox_attach(struct outbox *o, struct mailbox *box, void (*arrive)(struct outgoing *o))
{
    o->box = box;
    o->arrive = arrive;
}

void outbox_may_send_until(struct outbox *o, int64_t until_us)
{
    (void)o;
    (void)until_us;
}

void outbox_wake(struct outbox *o, struct outbox_slot *slot)
{
    (void)o;
    (void)slot;
}

void outgoing_free(struct outgoing *o)
{
    if (!o)
        return;
    atomic_fetch_sub(&o->slot->active, 1);
    free(o);
}

bool outbox_has_room(const struct outbox *o, const struct outbox_slot *slot)
{
    return o->box && atomic_load(&slot->ready) && !atomic_load(&slot->backlog) &&
           atomic_load(&slot->active) < atomic_load(&slot->most);
}

static void deliver(struct letter *letter)
{
    struct handed *h = (struct handed *)letter;
    h->arrive(&h->out);
}

static void drop(struct letter *letter)
{
    outgoing_free(&((struct handed *)letter)->out);
}

static struct str copy_behind(char **at, struct str s)
{
    char *start = *at;
    if (s.n)
        memcpy(start, s.p, s.n);
    *at += s.n;
    return (struct str){.p = start, .n = s.n};
}

void outbox_hand_over(struct outbox *o, struct store_tx *tx, struct outbox_slot *slot,
                      const struct message *m, const uint8_t *answered)
{
    struct handed *h = base_alloc(sizeof(*h) + m->sender.n + m->text.n);
    char *at = (char *)(h + 1);
    h->arrive = o->arrive;
    h->out = (struct outgoing){
        .letter.deliver = deliver,
        .slot = slot,
        .id = m->id,
        .due_at_us = m->due_at_us,
        .expires_at_us = m->expires_at_us,
        .recipient = m->recipient,
        .sender = copy_behind(&at, m->sender),
        .text = copy_behind(&at, m->text),
        .encoding = m->encoding,
        .class = m->class,
        .parts = m->parts,
        .attempts = m->attempts,
        .reference = m->reference,
    };
    if (answered)
        memcpy(h->out.answered, answered, sizeof(h->out.answered));
    atomic_fetch_add(&slot->active, 1);
    store_after_commit(tx, o->box, &h->out.letter, drop);
}

static void init(struct job *job, enum job_kind kind, struct mailbox *home,
                 void (*back)(struct letter *))
{
    *job = (struct job){.letter.deliver = back, .home = home, .kind = kind};
}

void take_job_init(struct take_job *job, struct mailbox *home, void (*back)(struct letter *))
{
    init(&job->job, JOB_TAKE, home, back);
}

void outcome_job_init(struct outcome_job *job, struct mailbox *home, void (*back)(struct letter *))
{
    init(&job->job, JOB_OUTCOME, home, back);
}

void receipt_job_init(struct receipt_job *job, struct mailbox *home, void (*back)(struct letter *))
{
    init(&job->job, JOB_RECEIPT, home, back);
}

void incoming_job_init(struct incoming_job *job, struct mailbox *home,
                       void (*back)(struct letter *))
{
    init(&job->job, JOB_INCOMING, home, back);
}

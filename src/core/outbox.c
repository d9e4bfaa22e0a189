/* SPDX-License-Identifier: Apache-2.0 */
#include "core/outbox.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>

struct outbox {
    pthread_mutex_t lock; /* guards the list of slots, not what they hold */
    struct outbox_slot *slots;
    struct mailbox *box;
    bool shared;
    _Atomic int64_t send_until_us;
    void (*arrive)(struct outgoing *o);
    void (*look)(struct outbox_slot *slot);
    void (*pass)(struct outbox_slot *slot);
    struct wall *wall;
    _Atomic uint64_t stops; /* raised so far */
    uint64_t arrived;       /* the carriers' thread's: messages, and how many of both there were */
    uint64_t passed_stops;  /* when it last passed over what it has */
    uint64_t passed_arrived;
};

/* The carrier's arrive, kept where a letter finds it. One outbox a process serves carriers; tests
 * that make several attach the same function. */
struct handed {
    struct outgoing out; /* first: the letter is its first member */
    void (*arrive)(struct outgoing *o);
};

struct outbox *outbox_new(bool shared)
{
    struct outbox *o = base_alloc(sizeof(*o));
    o->shared = shared;
    o->wall = wall_new();
    atomic_store(&o->send_until_us, shared ? 0 : INT64_MAX);
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
    wall_free(o->wall);
    free(o);
}

static void look_now(struct letter *letter)
{
    struct outbox_slot *slot =
        (struct outbox_slot *)((char *)letter - offsetof(struct outbox_slot, look));
    atomic_store(&slot->looking, false); /* before the look: none is missed */
    slot->outbox->look(slot);
}

static struct outbox_slot *slot_new(struct outbox *o, int64_t carrier_id)
{
    struct outbox_slot *slot = base_alloc(sizeof(*slot));
    slot->outbox = o;
    slot->look.deliver = look_now;
    slot->carrier_id = carrier_id;
    slot->most = OUTBOX_ACTIVE;
    slot->backlog = true; /* until a look at the store says otherwise */
    slot->held = !o->shared;
    slot->send_until_us = &o->send_until_us;
    slot->wall = o->wall;
    return slot;
}

struct outbox_slot *outbox_slot(struct outbox *o, int64_t carrier_id)
{
    pthread_mutex_lock(&o->lock);
    struct outbox_slot *slot = o->slots;
    while (slot && slot->carrier_id != carrier_id)
        slot = slot->next;
    if (!slot) {
        slot = slot_new(o, carrier_id);
        slot->next = o->slots;
        o->slots = slot;
    }
    pthread_mutex_unlock(&o->lock);
    return slot;
}

bool outbox_hold(struct outbox_slot *slot, bool held)
{
    if (atomic_exchange(&slot->held, held) == held)
        return false;
    slot->turn += held && slot->was_held;
    slot->was_held = true;
    return true;
}

void outbox_attach(struct outbox *o, struct mailbox *box, void (*arrive)(struct outgoing *o),
                   void (*look)(struct outbox_slot *slot))
{
    o->box = box;
    o->arrive = arrive;
    o->look = look;
}

void outbox_on_stop(struct outbox *o, void (*pass)(struct outbox_slot *slot))
{
    o->pass = pass;
}

void outbox_may_send_until(struct outbox *o, int64_t until_us)
{
    atomic_store(&o->send_until_us, until_us);
}

void outbox_wake(struct outbox *o, struct outbox_slot *slot)
{
    if (o->box && !atomic_exchange(&slot->looking, true))
        mailbox_post(o->box, &slot->look);
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
    h->out.slot->outbox->arrived++;
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
    struct handed *h = base_alloc(sizeof(*h) + m->sender.n + m->text.n + m->tag.n);
    char *at = (char *)(h + 1);
    h->arrive = o->arrive;
    h->out = (struct outgoing){
        .letter.deliver = deliver,
        .slot = slot,
        .id = m->id,
        .due_at_us = m->due_at_us,
        .expires_at_us = m->expires_at_us,
        .closes_at_us = m->closes_at_us,
        .recipient = m->recipient,
        .sender = copy_behind(&at, m->sender),
        .text = copy_behind(&at, m->text),
        .tag = copy_behind(&at, m->tag),
        .account_id = m->account_id,
        .encoding = m->encoding,
        .layout = m->layout,
        .class = m->class,
        .parts = message_submits(m),
        .attempts = m->attempts,
        .reference = m->reference,
        .queued = answered != NULL,
        .chat = m->conversation_id != 0,
    };
    if (answered)
        memcpy(h->out.answered, answered, sizeof(h->out.answered));
    atomic_fetch_add(&slot->active, 1);
    store_after_commit(tx, o->box, &h->out.letter, drop);
}

/* ---- stops ---- */

/* Behind every message that was handed over before it: once it is there, the carriers' thread has
 * all of them. */
struct stop_letter {
    struct letter letter;
    struct outbox *outbox;
    struct wall_stop *stop;
    uint64_t nth;
};

static void end_stop(struct stop_letter *l)
{
    wall_lower(l->outbox->wall, l->stop);
    free(l);
}

/* Stops come in bulk, and one pass serves all that stand. */
static bool is_passed(const struct stop_letter *l)
{
    const struct outbox *o = l->outbox;
    return l->nth <= o->passed_stops && o->arrived == o->passed_arrived;
}

static void pass_over(struct letter *letter)
{
    struct stop_letter *l = (struct stop_letter *)letter;
    struct outbox *o = l->outbox;
    if (!is_passed(l)) {
        o->passed_stops = atomic_load(&o->stops);
        o->passed_arrived = o->arrived;
        pthread_mutex_lock(&o->lock);
        struct outbox_slot *slot = o->slots; /* never fewer, new ones come before it */
        pthread_mutex_unlock(&o->lock);
        for (; slot && o->pass; slot = slot->next)
            o->pass(slot);
    }
    end_stop(l);
}

static void drop_stop(struct letter *letter)
{
    end_stop((struct stop_letter *)letter);
}

static struct stop_letter *stop_letter_new(struct outbox *o, const struct stop *stop)
{
    struct stop_letter *l = base_alloc(sizeof(*l));
    *l = (struct stop_letter){
        .letter.deliver = pass_over, .outbox = o, .stop = wall_raise(o->wall, stop)};
    l->nth = atomic_fetch_add(&o->stops, 1) + 1; /* it stands by now */
    return l;
}

struct wall_stop *outbox_stop(struct outbox *o, struct store_tx *tx, const struct stop *stop)
{
    if (!o->box)
        return NULL;
    struct stop_letter *l = stop_letter_new(o, stop);
    store_after_commit(tx, o->box, &l->letter, drop_stop);
    return l->stop;
}

void outbox_stop_heard(struct outbox *o, const struct stop *stop)
{
    if (o->box)
        mailbox_post(o->box, &stop_letter_new(o, stop)->letter);
}

struct wall *outbox_wall(struct outbox *o)
{
    return o->wall;
}

enum err carrier_ref_copy(char out[CARRIER_REF_SIZE], struct str id)
{
    enum err e = str_copy(out, CARRIER_REF_SIZE, id);
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return e;
}

enum doubt_policy doubt_policy_of(struct str on_doubt)
{
    if (str_eq(on_doubt, STR("ask")))
        return DOUBT_ASK;
    return str_eq(on_doubt, STR("fail")) ? DOUBT_FAIL : DOUBT_RESEND;
}

enum err carrier_ref_read(char out[CARRIER_REF_SIZE], struct str id, enum smpp_id_format format)
{
    char space[SMPP_ID_DIGITS];
    return carrier_ref_copy(out, smpp_id_read(space, id, format));
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
    job->unknown = UNKNOWN_KEEP;
}

void incoming_job_init(struct incoming_job *job, struct mailbox *home,
                       void (*back)(struct letter *))
{
    init(&job->job, JOB_INCOMING, home, back);
    job->alphabet = ALPHABET_GSM7;
    job->wait_us = INCOMING_WAIT_MIN * MIN_US;
    job->keep_text = true;
}

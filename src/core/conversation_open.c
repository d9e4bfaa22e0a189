/* SPDX-License-Identifier: Apache-2.0 */
/* The number that a message goes out with, in the commit that accepts it. */
#include "base/clock.h"
#include "core/accept_reply.h"
#include "core/conversation.h"
#include "core/core_base.h"
#include "store/conversation.h"
#include "store/id.h"
#include "store/thread.h"
#include "text/phone.h"

#include <stdlib.h>

static bool is_of_pool(const struct reply_wish *w)
{
    return w->kind == NUMBER_SHORT || w->kind == NUMBER_LOW_COST;
}

static struct number_pool pool_of(const struct message *m, const struct reply_wish *w)
{
    return (struct number_pool){.carrier_id = m->carrier_id,
                                .country = w->country,
                                .kind = w->kind,
                                .account_id = m->account_id};
}

/* ---- is there a number? ---- */

static enum err can_have(bool *out, struct store_tx *tx, const struct message *m,
                         const struct reply_wish *w)
{
    struct number_pool pool = pool_of(m, w);
    struct number_slot open;
    *out = true;
    if (!is_of_pool(w))
        return OK;
    enum err e = store_slot_open(&open, &tx->view, &pool, m->recipient, tx->now_us);
    return e == ERR_NOT_FOUND ? store_slot_free(out, &tx->view, &pool, m->recipient, tx->now_us)
                              : e;
}

static void leave_out(struct accept_job *job, const struct message *m)
{
    char number[PHONE_SIZE];
    job->cost -= m->credits;
    job->invalid_why[job->invalid_n] = ERR_NO_NUMBER;
    job->invalid[job->invalid_n++] = arena_str(job->arena, phone_format(number, m->recipient));
}

/* The number may be another account's with the phone by now. */
static enum err admit_by_hand(struct accept_job *job, struct store_tx *tx)
{
    struct conversation c;
    enum err e = store_conversation_get(&c, &tx->view, job->messages[0].conversation_id);
    if (e == ERR_NOT_FOUND || (!e && c.until_at_us && c.until_at_us <= tx->now_us))
        job->job.err = ERR_CLOSED;
    return e == ERR_NOT_FOUND ? OK : e;
}

enum err conversation_admit(struct accept_job *job, struct store_tx *tx)
{
    size_t kept = 0;
    enum err e = OK;
    if (job->request->by_name.n && job->messages_n)
        return admit_by_hand(job, tx);
    for (size_t i = 0; i < job->messages_n && job->wishes && !e; i++) {
        bool can;
        e = can_have(&can, tx, &job->messages[i], &job->wishes[i]);
        if (!e && !can) {
            leave_out(job, &job->messages[i]);
            continue;
        }
        job->messages[kept] = job->messages[i];
        job->wishes[kept++] = job->wishes[i];
    }
    if (e || !job->wishes)
        return e;
    job->messages_n = kept;
    if (!kept)
        job->job.err = ERR_NO_NUMBER;
    return OK;
}

/* ---- one conversation ---- */

struct wishing {
    struct accept_job *job;
    struct message *message;
    const struct reply_wish *wish; /* NULL: it goes on with the conversation that it has */
};

static enum err open_new(struct store_tx *tx, const struct message *m, const struct reply_wish *w,
                         struct conversation *c)
{
    c->account_id = m->account_id;
    c->carrier_id = m->carrier_id;
    c->recipient = m->recipient;
    c->kind = w->kind;
    c->message_id = m->id;
    return store_conversation_insert(tx, c);
}

/* The account's own, as long as it is open; else any free number, in a new one. */
static enum err open_of_pool(struct conversation *c, struct store_tx *tx, const struct message *m,
                             const struct reply_wish *w)
{
    struct number_pool pool = pool_of(m, w);
    struct number_slot slot = {0};
    enum err e = store_slot_open(&slot, &tx->view, &pool, m->recipient, tx->now_us);
    if (e && e != ERR_NOT_FOUND)
        return e;
    bool is_new = e == ERR_NOT_FOUND;
    if (is_new) {
        slot = (struct number_slot){.recipient = m->recipient,
                                    .conversation_id = store_id_next(),
                                    .until_at_us = c->until_at_us};
        e = store_slot_draw(&slot, tx, &pool);
    } else {
        e = store_slot_extend(tx, &slot, c->until_at_us);
    }
    c->id = slot.conversation_id;
    c->number = slot.digits;
    if (e)
        return e;
    return is_new ? open_new(tx, m, w, c)
                  : store_conversation_say(tx, c->id, m->id, c->until_at_us);
}

/* Over the account's virtual number, or one that the carrier picks. */
static enum err open_other(struct conversation *c, struct store_tx *tx, const struct message *m,
                           const struct reply_wish *w)
{
    struct conversation there;
    c->number = w->kind == NUMBER_VIRTUAL ? m->sender : (struct str){0};
    enum err e = store_conversation_latest(&there, &tx->view, m->carrier_id, m->recipient,
                                           c->number, m->account_id);
    if (e && e != ERR_NOT_FOUND)
        return e;
    bool is_open =
        !e && there.kind == w->kind && (!there.until_at_us || there.until_at_us > tx->now_us);
    c->id = is_open ? there.id : store_id_next();
    return is_open ? store_conversation_say(tx, c->id, m->id, c->until_at_us)
                   : open_new(tx, m, w, c);
}

/* The digits have the length that was counted, and stand in every alphabet. */
static enum err write_number(struct wishing *v, struct str digits)
{
    const struct accept_request *r = v->job->request;
    const struct directory_carrier *carrier =
        directory_carrier_by_id(r->directory, v->message->carrier_id);
    struct str text = reply_text_fill(v->job->arena, v->wish->text, digits);
    struct text_plan plan;
    enum err e = text_plan(&plan, v->job->arena, text, r->coding, &carrier->rules.text, NULL);
    if (e || plan.weight.parts != v->message->parts)
        return ERR_INTERNAL;
    v->message->text = plan.text;
    return OK;
}

/* The message is the latest line of its thread. */
static enum err note_thread(struct store_tx *tx, const struct accept_request *r,
                            const struct message *m, const struct conversation *c)
{
    const struct thread t = {.account_id = m->account_id,
                             .phone = m->recipient,
                             .until_at_us = c->until_at_us ? c->until_at_us : THREAD_ALWAYS,
                             .conversation_id = c->id,
                             .line_id = m->id,
                             .answered_by = r->by_name};
    return store_thread_say(tx, &t);
}

/* An answer: the window moves unless it has ended meanwhile. */
static enum err go_on(struct store_tx *tx, const struct accept_request *r, const struct message *m,
                      int64_t from_us)
{
    struct conversation c;
    enum err e = store_conversation_get(&c, &tx->view, m->conversation_id);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    const struct directory_carrier *carrier = directory_carrier_by_id(r->directory, c.carrier_id);
    const struct number *number = directory_number(r->directory, c.carrier_id, c.number);
    int64_t until_us = from_us + (carrier ? carrier->settings.reply_window_min * MIN_US : 0);
    struct number_slot slot = {
        .recipient = m->recipient, .number_id = number ? number->id : 0, .conversation_id = c.id};
    if (c.kind == NUMBER_SHORT || c.kind == NUMBER_LOW_COST)
        e = store_slot_extend(tx, &slot, until_us);
    bool over = e == ERR_CONFLICT || c.until_at_us <= tx->now_us;
    if (e == ERR_CONFLICT)
        e = OK;
    if (!e)
        e = store_conversation_say(tx, c.id, m->id, over ? 0 : until_us);
    if (c.until_at_us && !over)
        c.until_at_us = until_us;
    return e ? e : note_thread(tx, r, m, &c);
}

static enum err open_one(struct store_tx *tx, struct wishing *v)
{
    struct message *m = v->message;
    const struct reply_wish *w = v->wish;
    int64_t from_us = m->due_at_us > tx->now_us ? m->due_at_us : tx->now_us;
    if (!w)
        return go_on(tx, v->job->request, m, from_us);
    struct conversation c = {.until_at_us = w->window_us ? from_us + w->window_us : 0};
    enum err e = is_of_pool(w) ? open_of_pool(&c, tx, m, w) : open_other(&c, tx, m, w);
    if (!e)
        e = note_thread(tx, v->job->request, m, &c);
    if (e)
        return e;
    m->conversation_id = c.id;
    if (is_of_pool(w) && !w->in_text)
        m->sender = arena_str(v->job->arena, c.number);
    return w->text.n ? write_number(v, c.number) : OK;
}

/* ---- all of a batch ---- */

static int by_phone(const void *a, const void *b)
{
    const struct message *x = ((const struct wishing *)a)->message;
    const struct message *y = ((const struct wishing *)b)->message;
    if (x->recipient != y->recipient)
        return x->recipient < y->recipient ? -1 : 1;
    if (x->account_id != y->account_id) /* each has a slot of its own */
        return x->account_id < y->account_id ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* All messages of a job are alike in this. */
static bool is_wishing(const struct accept_job *job)
{
    bool has_one = job->wishes || (job->messages_n && job->messages[0].conversation_id);
    return has_one && !job->job.err && !job->repeated;
}

enum err conversation_open(struct store_tx *tx, struct job *const *jobs, size_t n)
{
    size_t wishes = 0;
    for (size_t i = 0; i < n; i++)
        if (is_wishing((const struct accept_job *)jobs[i]))
            wishes += ((const struct accept_job *)jobs[i])->messages_n;
    if (!wishes)
        return OK;
    struct wishing *all = ARENA_ARRAY(tx->view.arena, wishes, struct wishing);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        struct accept_job *job = (struct accept_job *)jobs[i];
        for (size_t k = 0; is_wishing(job) && k < job->messages_n; k++)
            all[count++] = (struct wishing){.job = job,
                                            .message = &job->messages[k],
                                            .wish = job->wishes ? &job->wishes[k] : NULL};
    }
    qsort(all, count, sizeof(*all), by_phone);
    enum err e = OK;
    for (size_t i = 0; i < count && !e; i++)
        e = open_one(tx, &all[i]);
    return e;
}

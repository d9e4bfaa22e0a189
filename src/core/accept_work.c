/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's side of accepting. Each purse is read once a batch, every request is checked against
 * what the ones before it left, and the sum is taken once: the account's row is written once a
 * batch, not once a message.
 */
#include "base/clock.h"
#include "base/metric.h"
#include "core/accept.h"
#include "core/core_base.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/repeat.h"
#include "store/sweep.h"

enum { REPEAT_HOURS = 24 };

struct open_purse {
    struct open_purse *next;
    struct purse purse;
    int64_t balance; /* before this batch */
    int64_t spent;
    int64_t messages;
};

struct accepting {
    struct core *core;
    struct store_tx *tx;
    struct open_purse *purses;
    const struct message **rows;
    size_t rows_n;
};

static struct purse purse_of(const struct accept_request *r)
{
    return (struct purse){.account_id = r->account->id,
                          .user_id = r->user->has_quota ? r->user->id : 0};
}

static enum err open_purse(struct open_purse **out, struct accepting *a, struct purse purse)
{
    struct open_purse *p = a->purses;
    while (p && (p->purse.account_id != purse.account_id || p->purse.user_id != purse.user_id))
        p = p->next;
    enum err e = OK;
    if (!p) {
        p = ARENA_NEW(a->tx->view.arena, struct open_purse);
        p->purse = purse;
        p->next = a->purses;
        e = store_purse_balance(&p->balance, &a->tx->view, purse);
        if (!e)
            a->purses = p;
    }
    *out = p;
    return e;
}

/* ---- the same ref again ---- */

static struct str write_answer(struct arena *a, const struct accept_job *job)
{
    struct buf text = buf_limited(64 + (size_t)ACCEPT_RECIPIENTS_MAX * 20);
    buf_printf(&text, "%d;%lld", job->deferred, (long long)job->credits_left);
    for (size_t i = 0; i < job->messages_n; i++)
        buf_printf(&text, ";%lld", (long long)job->messages[i].id);
    struct str out = arena_str(a, buf_str(&text));
    buf_free(&text);
    return out;
}

enum err accept_answer(struct str answer, struct arena *a, bool *deferred, int64_t *credits_left,
                       int64_t **ids, size_t *n)
{
    struct str piece;
    uint64_t value = 0;
    *n = 0;
    *ids = ARENA_ARRAY(a, ACCEPT_RECIPIENTS_MAX, int64_t);
    if (!str_split(&answer, ';', &piece) || piece.n != 1)
        return ERR_INTERNAL;
    *deferred = piece.p[0] == '1';
    if (!str_split(&answer, ';', &piece))
        return ERR_INTERNAL;
    bool negative = piece.n && piece.p[0] == '-';
    if (str_to_u64(&value, negative ? str_sub(piece, 1, piece.n) : piece))
        return ERR_INTERNAL;
    *credits_left = negative ? -(int64_t)value : (int64_t)value;
    while (str_split(&answer, ';', &piece) && *n < ACCEPT_RECIPIENTS_MAX) {
        if (str_to_u64(&value, piece))
            return ERR_INTERNAL;
        (*ids)[(*n)++] = (int64_t)value;
    }
    return OK;
}

static enum err look_for_repeat(struct accepting *a, struct accept_job *job)
{
    const struct accept_request *r = job->request;
    struct str answer;
    enum err e = store_repeat_find(&answer, &a->tx->view, r->user->id, r->ref,
                                   a->tx->now_us - REPEAT_HOURS * HOUR_US);
    if (e)
        return e == ERR_NOT_FOUND ? OK : e;
    job->repeated = true;
    job->answer = arena_str(job->arena, answer); /* the batch's arena ends before it is read */
    return OK;
}

/* ---- messages ---- */

static enum err add_message(struct accepting *a, struct message *m,
                            const struct directory_carrier *carrier)
{
    struct core *c = a->core;
    m->id = store_id_next();
    m->state = MESSAGE_QUEUED;
    if (m->due_at_us > a->tx->now_us)
        m->state = MESSAGE_SCHEDULED;
    else if (outbox_has_room(c->outbox, carrier->slot))
        m->state = MESSAGE_SENDING;
    else
        carrier->slot->backlog = true;
    if (m->state == MESSAGE_SENDING)
        outbox_hand_over(c->outbox, a->tx, carrier->slot, m, NULL);
    else if (m->state == MESSAGE_QUEUED)
        nodes_hint_queued(c, a->tx, carrier->slot);
    a->rows[a->rows_n++] = m;
    latest_note(c, m);
    return m->expires_at_us < a->tx->now_us + HOUR_US
               ? store_straggler_put(a->tx, m->id, m->expires_at_us)
               : OK;
}

static enum err accept_one(struct accepting *a, struct accept_job *job)
{
    const struct accept_request *r = job->request;
    struct open_purse *purse;
    job->repeated = false; /* this may be a second run, after a rollback */
    enum err e = r->ref.n ? look_for_repeat(a, job) : OK;
    if (e || job->repeated)
        return e;
    if (r->due_at_us && r->due_at_us <= a->tx->now_us && r->ref.n) {
        job->job.err = ERR_BAD_DATE;
        return OK;
    }
    e = open_purse(&purse, a, purse_of(r));
    if (e == ERR_NOT_FOUND) { /* the account, user or quota went away meanwhile */
        job->job.err = ERR_UNAUTHORIZED;
        return OK;
    }
    if (e)
        return e;
    if (purse->balance - purse->spent < job->cost) {
        job->job.err = purse->purse.user_id ? ERR_NO_QUOTA : ERR_NO_CREDIT;
        return OK;
    }
    purse->spent += job->cost;
    purse->messages += (int64_t)job->messages_n;
    job->credits_left = purse->balance - purse->spent;
    const struct directory_carrier *carrier = NULL;
    for (size_t i = 0; i < job->messages_n && !e; i++) {
        struct message *m = &job->messages[i];
        if (!carrier || carrier->row.id != m->carrier_id)
            carrier = directory_carrier_by_id(r->directory, m->carrier_id);
        e = add_message(a, m, carrier);
    }
    if (!e && r->ref.n)
        e = store_repeat_keep(a->tx, r->user->id, r->ref, write_answer(a->tx->view.arena, job));
    return e;
}

static enum err debit(struct accepting *a)
{
    enum err e = OK;
    for (struct open_purse *p = a->purses; p && !e; p = p->next)
        if (p->messages)
            e = store_purse_move(a->tx, p->purse, LEDGER_MESSAGES, -p->spent, p->messages, STR(""));
    return e;
}

enum err accept_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    size_t messages = 0;
    for (size_t i = 0; i < n; i++)
        messages += ((struct accept_job *)jobs[i])->messages_n;
    struct accepting a = {.core = ctx,
                          .tx = tx,
                          .rows = ARENA_ARRAY(tx->view.arena, messages, const struct message *)};
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = accept_one(&a, (struct accept_job *)jobs[i]);
    if (!e)
        e = store_message_insert(tx, a.rows, a.rows_n);
    if (!e)
        e = debit(&a);
    if (!e)
        metric_add(METRIC_ACCEPTED, (int64_t)a.rows_n);
    return e;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer's side of accepting. All purses and all repeated refs of a batch are looked up at
 * once, every request is checked against what the ones before it left, and the sum is taken once:
 * the account's row is written once a batch, not once a message.
 */
#include "base/clock.h"
#include "base/metric.h"
#include "core/accept.h"
#include "core/conversation.h"
#include "core/core_base.h"
#include "core/quarantine.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/repeat.h"
#include "store/sweep.h"

#include <stdlib.h>

enum { REPEAT_HOURS = 24 };

struct spending {
    int64_t credits;
    int64_t messages;
};

struct accepting {
    struct core *core;
    struct store_tx *tx;
    struct purse_state *purses; /* before this batch; in order */
    struct spending *spendings; /* of each purse */
    size_t purses_n;
    struct repeat *repeats;     /* the refs of this batch, in order; answers as they are known */
    struct accept_job **firsts; /* of each: who answers it in this batch; or NULL */
    size_t repeats_n;
    struct quarantines quarantined;
    const struct message **rows;
    size_t rows_n;
};

static int64_t repeats_since_us(const struct accepting *a)
{
    return a->tx->now_us - REPEAT_HOURS * HOUR_US;
}

/* ---- what the whole batch needs to know ---- */

static struct purse purse_of(const struct accept_request *r)
{
    return (struct purse){.account_id = r->account->id,
                          .user_id = r->user && r->user->has_quota ? r->user->id : 0};
}

/* Whose ref it is. Ids of users, members, keys and accounts never meet. */
static int64_t asker_of(const struct accept_request *r)
{
    return r->user ? r->user->id : r->by_id ? r->by_id : r->account->id;
}

static int by_purse(const void *a, const void *b)
{
    return purse_compare(((const struct purse_state *)a)->purse,
                         ((const struct purse_state *)b)->purse);
}

static int by_ref(const void *a, const void *b)
{
    const struct repeat *x = a, *y = b;
    if (x->user_id != y->user_id)
        return x->user_id < y->user_id ? -1 : 1;
    int by_bytes = memcmp(x->ref.p, y->ref.p, x->ref.n < y->ref.n ? x->ref.n : y->ref.n);
    return by_bytes ? by_bytes : (x->ref.n > y->ref.n) - (x->ref.n < y->ref.n);
}

/* Sorts and leaves one of each; how many. */
static size_t make_set(void *items, size_t n, size_t size, int (*order)(const void *, const void *))
{
    char *at = items;
    size_t kept = 0;
    qsort(items, n, size, order);
    for (size_t i = 0; i < n; i++)
        if (!i || order(at + i * size, at + (kept - 1) * size))
            memmove(at + kept++ * size, at + i * size, size);
    return kept;
}

static enum err look_up(struct accepting *a, struct job **jobs, size_t n)
{
    struct arena *arena = a->tx->view.arena;
    a->purses = ARENA_ARRAY(arena, n, struct purse_state);
    a->repeats = ARENA_ARRAY(arena, n, struct repeat);
    for (size_t i = 0; i < n; i++) {
        const struct accept_request *r = ((struct accept_job *)jobs[i])->request;
        a->purses[i].purse = purse_of(r);
        if (r->ref.n)
            a->repeats[a->repeats_n++] = (struct repeat){.user_id = asker_of(r), .ref = r->ref};
    }
    a->purses_n = make_set(a->purses, n, sizeof(*a->purses), by_purse);
    a->repeats_n = make_set(a->repeats, a->repeats_n, sizeof(*a->repeats), by_ref);
    a->spendings = ARENA_ARRAY(arena, a->purses_n, struct spending);
    a->firsts = ARENA_ARRAY(arena, a->repeats_n, struct accept_job *);
    enum err e = store_purses_read(a->purses, a->purses_n, &a->tx->view);
    store_purses_add_moves(a->purses, a->purses_n, a->tx);
    return e ? e : store_repeat_find(a->repeats, a->repeats_n, &a->tx->view, repeats_since_us(a));
}

static size_t find_purse(const struct accepting *a, const struct accept_request *r)
{
    struct purse_state key = {.purse = purse_of(r)};
    const struct purse_state *found = bsearch(&key, a->purses, a->purses_n, sizeof(key), by_purse);
    return (size_t)(found - a->purses);
}

static size_t find_repeat(const struct accepting *a, const struct accept_request *r)
{
    struct repeat key = {.user_id = asker_of(r), .ref = r->ref};
    const struct repeat *found = bsearch(&key, a->repeats, a->repeats_n, sizeof(key), by_ref);
    return (size_t)(found - a->repeats);
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

/* The answers that this batch gives, also to who asks in it again. */
static void answer_repeats(struct accepting *a, struct job **jobs, size_t n)
{
    struct arena *arena = a->tx->view.arena;
    for (size_t i = 0; i < a->repeats_n; i++) {
        const struct accept_job *first = a->firsts[i];
        if (first)
            a->repeats[i].answer =
                first->answer_of ? first->answer_of(first, arena) : write_answer(arena, first);
    }
    for (size_t i = 0; i < n && a->repeats_n; i++) {
        struct accept_job *job = (struct accept_job *)jobs[i];
        /* the batch's arena ends before it is read */
        if (job->repeated)
            job->answer = arena_str(job->arena, a->repeats[find_repeat(a, job->request)].answer);
    }
}

/* Those that this batch has answered. */
static enum err keep_repeats(struct accepting *a)
{
    struct repeat *kept = ARENA_ARRAY(a->tx->view.arena, a->repeats_n, struct repeat);
    size_t n = 0;
    for (size_t i = 0; i < a->repeats_n; i++)
        if (a->firsts[i])
            kept[n++] = a->repeats[i];
    return store_repeat_keep(a->tx, kept, n, repeats_since_us(a));
}

/* ---- messages ---- */

static enum err add_message(struct accepting *a, struct message *m,
                            const struct directory_carrier *carrier)
{
    struct core *c = a->core;
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
    enum err e = m->origin == ORIGIN_ANSWER ? quarantine_confirm(a->tx, m) : OK;
    if (e)
        return e;
    return m->expires_at_us < a->tx->now_us + HOUR_US
               ? store_straggler_put(a->tx, m->id, m->expires_at_us)
               : OK;
}

/* ---- who is in quarantine ---- */

static enum err look_for_quarantined(struct accepting *a, struct job **jobs, size_t n,
                                     size_t messages)
{
    uint64_t *phones = ARENA_ARRAY(a->tx->view.arena, messages, uint64_t);
    size_t phones_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct accept_job *job = (const struct accept_job *)jobs[i];
        for (size_t k = 0; k < job->messages_n; k++)
            phones[phones_n++] = job->messages[k].recipient;
    }
    return quarantine_read(&a->quarantined, a->core, a->tx, phones, phones_n);
}

/* Nothing is refused twice when the batch is run again. */
static void take_all_back(struct accept_job *job)
{
    for (; job->refused_n; job->refused_n--)
        job->cost += job->messages[job->messages_n++].credits;
}

/* What is left out goes behind the others, with its wish. */
static void leave_out_quarantined(struct accepting *a, struct accept_job *job)
{
    struct arena *arena = a->tx->view.arena;
    if (!a->quarantined.n)
        return;
    struct message *out = ARENA_ARRAY(arena, job->messages_n, struct message);
    struct reply_wish *unmet = ARENA_ARRAY(arena, job->messages_n, struct reply_wish);
    size_t kept = 0;
    for (size_t i = 0; i < job->messages_n; i++) {
        const struct message *m = &job->messages[i];
        if (quarantine_refuses(&a->quarantined, m) && !quarantine_may_confirm(a->tx, m)) {
            job->cost -= m->credits;
            if (job->wishes)
                unmet[job->refused_n] = job->wishes[i];
            out[job->refused_n++] = *m;
            continue;
        }
        if (job->wishes)
            job->wishes[kept] = job->wishes[i];
        job->messages[kept++] = *m;
    }
    memcpy(&job->messages[kept], out, job->refused_n * sizeof(*out));
    if (job->wishes)
        memcpy(&job->wishes[kept], unmet, job->refused_n * sizeof(*unmet));
    job->messages_n = kept;
    if (!kept)
        job->job.err = ERR_QUARANTINED;
}

/* ---- paid and written ---- */

/* True when the purse can pay; then it has. */
static bool pay(struct accepting *a, struct accept_job *job)
{
    size_t i = find_purse(a, job->request);
    const struct purse_state *purse = &a->purses[i];
    int64_t left = purse->balance - a->spendings[i].credits - job->cost;
    if (!purse->exists) /* the account, user or quota went away meanwhile */
        job->job.err = ERR_UNAUTHORIZED;
    else if (left < 0)
        job->job.err = purse->purse.user_id ? ERR_NO_QUOTA : ERR_NO_CREDIT;
    if (job->job.err)
        return false;
    a->spendings[i].credits += job->cost;
    a->spendings[i].messages += (int64_t)job->messages_n;
    job->credits_left = left;
    return true;
}

static enum err add_messages(struct accepting *a, struct accept_job *job)
{
    const struct directory_carrier *carrier = NULL;
    enum err e = OK;
    for (size_t i = 0; i < job->messages_n && !e; i++) {
        struct message *m = &job->messages[i];
        if (!carrier || carrier->row.id != m->carrier_id)
            carrier = directory_carrier_by_id(job->request->directory, m->carrier_id);
        e = add_message(a, m, carrier);
    }
    return e;
}

static bool is_admitted(const struct accept_job *job)
{
    return !job->job.err && !job->repeated;
}

/* All that can refuse it, before a row is touched. */
static enum err admit(struct accepting *a, struct accept_job *job)
{
    const struct accept_request *r = job->request;
    size_t ref = r->ref.n ? find_repeat(a, r) : 0;
    job->repeated = r->ref.n && (a->repeats[ref].answer.n || a->firsts[ref]);
    if (job->repeated)
        return OK;
    if (r->due_at_us && r->due_at_us <= a->tx->now_us && r->ref.n) {
        job->job.err = ERR_BAD_DATE;
        return OK;
    }
    enum err e = conversation_admit(job, a->tx);
    if (!e && !job->job.err)
        leave_out_quarantined(a, job);
    if (e || job->job.err || !pay(a, job))
        return e;
    for (size_t i = 0; i < job->messages_n; i++)
        job->messages[i].id = store_id_next();
    if (r->ref.n)
        a->firsts[ref] = job;
    return OK;
}

static enum err debit(struct accepting *a)
{
    enum err e = OK;
    for (size_t i = 0; i < a->purses_n && !e; i++)
        if (a->spendings[i].messages)
            e = store_purse_move(a->tx, a->purses[i].purse, LEDGER_MESSAGES,
                                 -a->spendings[i].credits, a->spendings[i].messages, STR(""));
    return e;
}

enum err accept_work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    size_t messages = 0;
    for (size_t i = 0; i < n; i++) {
        take_all_back((struct accept_job *)jobs[i]);
        messages += ((struct accept_job *)jobs[i])->messages_n;
    }
    struct accepting a = {.core = ctx,
                          .tx = tx,
                          .rows = ARENA_ARRAY(tx->view.arena, messages, const struct message *)};
    enum err e = look_up(&a, jobs, n);
    if (!e)
        e = look_for_quarantined(&a, jobs, n, messages);
    for (size_t i = 0; i < n && !e; i++)
        e = admit(&a, (struct accept_job *)jobs[i]);
    if (!e)
        e = conversation_open(tx, jobs, n);
    for (size_t i = 0; i < n && !e; i++)
        if (is_admitted((struct accept_job *)jobs[i]))
            e = add_messages(&a, (struct accept_job *)jobs[i]);
    if (!e)
        answer_repeats(&a, jobs, n);
    if (!e)
        e = keep_repeats(&a);
    if (!e)
        e = store_message_insert(tx, a.rows, a.rows_n);
    if (!e)
        e = debit(&a);
    if (!e)
        metric_add(METRIC_ACCEPTED, (int64_t)a.rows_n);
    return e;
}

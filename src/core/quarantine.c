/* SPDX-License-Identifier: Apache-2.0 */
#include "core/quarantine.h"

#include "base/clock.h"
#include "core/core_base.h"
#include "core/ptt.h"
#include "text/phone.h"

#include <stdlib.h>

enum { TIDY_AT_ONCE = 100 };

/* Of one transaction. */
struct stops {
    struct stops *next;
    struct wall *wall;
    struct wall_stop *standing; /* NULL: there are no carriers */
    struct stop stop;
    bool confirmed;
};

/* ---- may it be sent? ---- */

static int by_phone(const void *a, const void *b)
{
    const struct quarantine *x = a, *y = b;
    return (x->phone > y->phone) - (x->phone < y->phone);
}

enum err quarantine_read(struct quarantines *out, struct core *c, struct store_tx *tx,
                         const uint64_t *phones, size_t n)
{
    uint64_t *asked = NULL;
    size_t asked_n = 0;
    *out = (struct quarantines){0};
    for (size_t i = 0; i < n; i++) {
        if (c->quarantined && !sieve_has(c->quarantined, phones[i]))
            continue;
        if (!asked)
            asked = ARENA_ARRAY(tx->view.arena, n, uint64_t);
        asked[asked_n++] = phones[i];
    }
    if (!asked_n)
        return OK;
    enum err e = store_quarantine_find(&out->rows, &out->n, &tx->view, asked, asked_n);
    if (!e && out->n)
        qsort(out->rows, out->n, sizeof(*out->rows), by_phone);
    return e;
}

static bool concerns(const struct quarantine *q, const struct message *m)
{
    return (!q->account_id || q->account_id == m->account_id) &&
           (!q->number.n || str_eq(q->number, phone_bare(m->sender))) &&
           (!q->answer_id || q->answer_id != m->id);
}

bool quarantine_refuses(const struct quarantines *q, const struct message *m)
{
    struct quarantine key = {.phone = m->recipient};
    const struct quarantine *found =
        q->n ? bsearch(&key, q->rows, q->n, sizeof(key), by_phone) : NULL;
    if (!found)
        return false;
    while (found > q->rows && found[-1].phone == m->recipient)
        found--;
    for (; found < q->rows + q->n && found->phone == m->recipient; found++)
        if (concerns(found, m))
            return true;
    return false;
}

enum err quarantine_ask(bool *refused, struct core *c, struct store_tx *tx,
                        const struct message *messages, size_t n)
{
    struct quarantines q;
    uint64_t *phones = ARENA_ARRAY(tx->view.arena, n, uint64_t);
    for (size_t i = 0; i < n; i++)
        phones[i] = messages[i].recipient;
    enum err e = quarantine_read(&q, c, tx, phones, n);
    for (size_t i = 0; i < n; i++)
        refused[i] = !e && quarantine_refuses(&q, &messages[i]);
    return e;
}

/* ---- the confirmation of a stop ---- */

static struct stops *stop_of(const struct store_tx *tx, const struct message *m)
{
    struct stops *s = tx->stops;
    while (s && (s->confirmed || s->stop.phone != m->recipient ||
                 (s->stop.account_id && s->stop.account_id != m->account_id)))
        s = s->next;
    return s;
}

bool quarantine_may_confirm(const struct store_tx *tx, const struct message *m)
{
    return tx->stops && m->origin == ORIGIN_ANSWER && stop_of(tx, m);
}

enum err quarantine_confirm(struct store_tx *tx, const struct message *m)
{
    struct stops *s = stop_of(tx, m);
    if (!s)
        return OK;
    s->confirmed = true;
    if (s->standing)
        wall_let_pass(s->wall, s->standing, m->id);
    return store_quarantine_answer(tx, s->stop.quarantine_id, m->id);
}

/* ---- in and out ---- */

static enum err tell(struct store_tx *tx, const struct quarantine *q, enum quarantine_status status,
                     const struct quarantine_event *evidence)
{
    struct quarantine_event event = *evidence;
    event.phone = q->phone;
    event.account_id = q->account_id;
    event.number = q->number;
    event.status = status;
    return store_quarantine_event_add(tx, &event);
}

static void stop(struct core *c, struct store_tx *tx, const struct quarantine *q)
{
    struct stops *s = ARENA_NEW(tx->view.arena, struct stops);
    *s = (struct stops){.next = tx->stops,
                        .wall = outbox_wall(c->outbox),
                        .stop = {.phone = q->phone,
                                 .account_id = q->account_id,
                                 .number = q->number,
                                 .quarantine_id = q->id}};
    s->standing = outbox_stop(c->outbox, tx, &s->stop);
    tx->stops = s;
    nodes_hint_stop(c, tx, q->id);
}

enum err quarantine_enter(struct core *c, struct store_tx *tx, struct quarantine *q,
                          const struct quarantine_event *evidence)
{
    enum err e = store_quarantine_enter(tx, q);
    if (!e)
        e = tell(tx, q, q->status, evidence);
    if (e)
        return e;
    if (c->quarantined)
        sieve_add(c->quarantined, q->phone);
    if (q->status == QUARANTINE_BLACKLISTED)
        stop(c, tx, q);
    return OK;
}

enum err quarantine_leave(size_t *n, struct store_tx *tx, const struct quarantine_leave *which,
                          const struct quarantine_event *evidence)
{
    struct quarantine *left;
    size_t left_n;
    enum err e = store_quarantine_leave(&left, &left_n, tx, which);
    for (size_t i = 0; i < left_n && !e; i++)
        e = tell(tx, &left[i], QUARANTINE_VALID, evidence);
    if (n)
        *n = e ? 0 : left_n;
    return e;
}

/* ---- what receipts say ---- */

static enum phone_fault fault_of(const struct message_finish *end)
{
    if (end->to == MESSAGE_DELIVERED)
        return PHONE_FINE;
    return ptt_of(end->to, end->receipt).fault;
}

static int by_account_and_phone(const void *a, const void *b)
{
    const struct quarantine *x = a, *y = b;
    int phones = (x->phone > y->phone) - (x->phone < y->phone);
    return phones ? phones : (x->account_id > y->account_id) - (x->account_id < y->account_id);
}

/* In one order on all nodes, a phone of an account once. */
static size_t make_set(struct quarantine *rows, size_t n)
{
    size_t kept = 0;
    qsort(rows, n, sizeof(*rows), by_account_and_phone);
    for (size_t i = 0; i < n; i++) {
        if (!kept || by_account_and_phone(&rows[i], &rows[kept - 1]))
            rows[kept++] = rows[i];
        else if (rows[i].status == QUARANTINE_QUARANTINED)
            rows[kept - 1] = rows[i];
    }
    return kept;
}

static enum err write_failures(struct core *c, struct store_tx *tx, struct quarantine *rows,
                               size_t n)
{
    n = make_set(rows, n);
    enum err e = store_quarantine_fail(tx, rows, n);
    for (size_t i = 0; i < n && !e; i++) {
        if (!rows[i].status)
            continue;
        struct quarantine_event evidence = {
            .who = STR("receipt"), .reason = rows[i].reason, .message_id = rows[i].message_id};
        e = tell(tx, &rows[i], rows[i].status, &evidence);
        if (c->quarantined && rows[i].status == QUARANTINE_QUARANTINED)
            sieve_add(c->quarantined, rows[i].phone);
    }
    return e;
}

enum err quarantine_note(struct core *c, struct store_tx *tx, const struct message_finish *ends,
                         const int64_t *changed, size_t n)
{
    struct arena *a = tx->view.arena;
    struct quarantine *rows = NULL;
    size_t rows_n = 0;
    for (size_t i = 0; i < n; i++) {
        enum phone_fault fault = fault_of(&ends[i]);
        if (fault == PHONE_FINE || (changed && !changed[i]))
            continue;
        if (!rows)
            rows = ARENA_ARRAY(a, n, struct quarantine);
        rows[rows_n++] = (struct quarantine){
            .status = fault == PHONE_FAILS_FOR_GOOD ? QUARANTINE_QUARANTINED : QUARANTINE_ERRONEOUS,
            .reason = arena_printf(a, "%s (%.*s)", ptt_of(ends[i].to, ends[i].receipt).meaning,
                                   STR_FMT(ends[i].receipt)),
            .message_id = ends[i].id};
    }
    if (!rows_n)
        return OK;
    enum err e = store_quarantine_recipients(rows, rows_n, &tx->view);
    return e ? e : write_failures(c, tx, rows, rows_n);
}

/* ---- start and clock ---- */

static void note(void *ctx, uint64_t phone)
{
    sieve_add(ctx, phone);
}

enum err quarantine_load(struct core *c, struct store_view *view)
{
    if (db_shared(view->db))
        return OK;
    c->quarantined = sieve_new();
    return store_quarantine_phones(view, note, c->quarantined);
}

enum err quarantine_tidy(struct core *c, struct store_tx *tx)
{
    struct quarantine *gone;
    size_t n;
    struct quarantine_event evidence = {.who = STR("clock"),
                                        .reason = STR("reached since, or no error for ten days")};
    enum err e =
        store_quarantine_tidy(&gone, &n, &c->tidied_to, tx,
                              tx->now_us - QUARANTINE_ERRONEOUS_DAYS * DAY_US, TIDY_AT_ONCE);
    for (size_t i = 0; i < n && !e; i++)
        e = tell(tx, &gone[i], QUARANTINE_VALID, &evidence);
    return e;
}

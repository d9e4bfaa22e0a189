/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves, and when. */
#include "carrier/pump.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "carrier/pump_base.h"

#include <stdlib.h>

enum { UNCOMMITTED_EXTRA = 1000, LEASE_LOOK_MS = 100 };

/* ---- submits ---- */

/* A fault of ours: the message cannot become a PDU, now or later. */
static void cannot_submit(struct pump *p, struct sending *m, uint32_t part, enum err err)
{
    log_error("submit_impossible", "message=%lld error=%s", (long long)m->out->id, err_name(err));
    pump_refuse(m, part, ESME_RSUBMITFAIL, false);
    pump_settle(p, m);
}

static enum err prepare(struct pump *p, struct sending *m, uint32_t part)
{
    if (p->prepared != m) {
        p->prepared = NULL;
        arena_reset(p->arena);
        enum err e =
            submit_message(&p->submit, p->arena, m->out, p->settings.rules, p->settings.directory);
        if (e)
            return e;
        p->prepared = m;
    }
    return submit_part(&p->submit, m->out, part);
}

static bool is_not_now(enum err e)
{
    return e == ERR_LIMIT || e == ERR_BUSY || e == ERR_CONFLICT || e == ERR_CLOSED;
}

/* Submits the next part of a message; false when the session takes no more for now. */
static bool submit_next(struct pump *p, struct sending *m, int64_t now_us)
{
    uint32_t part = sending_first(m);
    enum err e = prepare(p, m, part);
    if (e) {
        cannot_submit(p, m, part, e);
        return true;
    }
    struct flight *f = pump_flight_new(p, m, part);
    f->sent_at_us = now_us;
    sending_remove(m, part);
    m->on_wire++;
    p->on_wire++;
    e = p->calls.submit(p->ctx, &p->submit.pdu, f);
    if (!e) {
        p->submits++;
        metric_add(METRIC_SUBMITTED, 1);
        flow_leave(&p->flow, now_us);
        senders_leave(&p->senders, m, now_us);
        if (!m->todo_n)
            queue_remove(m);
        return true;
    }
    pool_give(&p->flights, f);
    sending_add(m, part);
    m->on_wire--;
    p->on_wire--;
    if (is_not_now(e))
        return false;
    cannot_submit(p, m, part, e);
    return true;
}

static uint32_t uncommitted_most(const struct pump *p)
{
    return 4 * p->settings.window + UNCOMMITTED_EXTRA;
}

static bool has_room(const struct pump *p)
{
    return p->open && p->on_wire < p->settings.window && p->uncommitted < uncommitted_most(p) &&
           outbox_may_send(p->slot, clock_mono_us());
}

static void take_done(struct letter *letter)
{
    struct take_job *job = (struct take_job *)letter;
    struct pump *p = (struct pump *)((char *)job - offsetof(struct pump, take));
    p->taking = false;
    p->store_failed = job->job.err != OK;
    p->calls.wake(p->ctx);
}

static void take_more(struct pump *p)
{
    int64_t active = atomic_load(&p->slot->active);
    int64_t most = atomic_load(&p->slot->most);
    bool wanted = p->look || (atomic_load(&p->slot->backlog) && !p->store_failed);
    if (!p->open || p->taking || !wanted || active >= most / 2)
        return;
    if (outbox_is_away(p->slot)) { /* what waits may have another route; a few find out */
        if (p->first_came)
            return;
        most = p->settings.window;
    }
    take_job_init(&p->take, p->home, take_done);
    p->take.slot = p->slot;
    p->take.limit = most - active < OUTBOX_TAKE ? (size_t)(most - active) : OUTBOX_TAKE;
    p->take.found = 0;
    p->taking = true;
    p->look = false;
    p->calls.post(p->ctx, &p->take.job);
}

/* A carrier that has throttled for too long keeps what finds out whether it still does; the rest
 * goes back to the store, where another route may take it. */
static void yield(struct pump *p)
{
    struct sending *next;
    uint32_t kept = 0;
    for (struct sending *m = p->first_came; m; m = next) {
        next = m->came_after;
        if (m->todo_n && kept++ >= p->settings.window)
            pump_end(p, m, END_RELEASED);
    }
}

/* False: it stands aside, or is on its way back to the store. */
static bool has_turn(struct pump *p, struct sending *m, int64_t now_us)
{
    int64_t away_until_us;
    /* So that there is always room for what the store has of others. */
    uint32_t room = (uint32_t)atomic_load(&p->slot->most) / 2;
    if (!recipients_claim(&p->recipients, m))
        return false;
    switch (senders_ask(&p->senders, m, room, now_us, &away_until_us)) {
    case SENDER_NOW:
        return true;
    case SENDER_LATER:
        return false;
    case SENDER_AWAY:
        m->away_until_us = clock_now_us() + (away_until_us - now_us);
        pump_end(p, m, END_RELEASED);
        return false;
    }
    return false;
}

/* What has begun to leave goes on: half a message helps nobody. */
static bool has_begun(const struct sending *m)
{
    return m->on_wire || m->taken;
}

static bool stands_before(struct pump *p, const struct sending *m)
{
    const struct outgoing *o = m->out;
    struct wall_ask ask = {.phone = o->recipient,
                           .account_id = o->account_id,
                           .sender = o->sender,
                           .message_id = o->id};
    return wall_stands(p->slot->wall, &ask);
}

void pump_pass(struct pump *p)
{
    struct sending *next;
    for (struct sending *m = p->first_came; m; m = next) {
        next = m->came_after;
        m->stopped |= stands_before(p, m);
        if (m->stopped && !has_begun(m) && !m->end)
            pump_end(p, m, END_REFUSED);
    }
}

/* Those that had to wait for their sender are the older ones. */
static struct sending *next_of(struct pump *p, int64_t now_us, int64_t *again_at_us)
{
    struct sending *m = senders_next(&p->senders, now_us, again_at_us);
    return m ? m : p->queue.oldest;
}

/* Marketing that waited here until its country closed; what is half at the phone goes on. */
static bool is_closed(const struct sending *m, int64_t wall_us)
{
    const struct outgoing *o = m->out;
    return o->closes_at_us && o->closes_at_us <= wall_us && m->todo_n == o->parts && !m->doubt;
}

int64_t pump_run(struct pump *p, int64_t now_us)
{
    int64_t again_at_us;
    int64_t wall_us = clock_now_us();
    struct sending *m;
    while ((m = next_of(p, now_us, &again_at_us)) && has_room(p)) {
        if (m->out->expires_at_us <= wall_us) {
            pump_end(p, m, END_EXPIRED);
            continue;
        }
        if (!has_begun(m) && (m->stopped || stands_before(p, m))) {
            pump_end(p, m, END_REFUSED);
            continue;
        }
        if (is_closed(m, wall_us)) {
            pump_end(p, m, END_RELEASED);
            continue;
        }
        int64_t at_us = flow_at_us(&p->flow, now_us);
        if (at_us > now_us) {
            again_at_us = at_us;
            break;
        }
        if (has_turn(p, m, now_us) && !submit_next(p, m, now_us))
            break;
    }
    if (p->open && !outbox_may_send(p->slot, clock_mono_us()))
        return now_us + LEASE_LOOK_MS * MS_US;
    if (!p->first_came && !flow_paused(&p->flow, now_us))
        outbox_note_throttle(p->slot, 0); /* nothing is left that could tell */
    else if (outbox_is_away(p->slot) && p->last_came != p->first_came)
        yield(p);
    take_more(p);
    return again_at_us;
}

/* ---- what the owner tells ---- */

static struct sending *sending_new(struct pump *p, struct outgoing *o)
{
    struct sending *m = pool_take(&p->sendings);
    *m = (struct sending){.out = o, .rank = p->next_rank++, .came_before = p->last_came};
    *(m->came_before ? &m->came_before->came_after : &p->first_came) = m;
    p->last_came = m;
    for (uint32_t part = 1; part <= o->parts && part <= TEXT_PARTS_MAX; part++)
        if (!(o->answered[(part - 1) / 8] >> (part - 1) % 8 & 1))
            sending_add(m, part);
    if (!m->todo_n) /* no message is without parts; should one come, it is refused at its first */
        sending_add(m, 1);
    return m;
}

void pump_arrive(struct pump *p, struct outgoing *o)
{
    queue_put(&p->queue, sending_new(p, o));
    p->calls.wake(p->ctx);
}

/* What the carrier asked of one session, it means for the next. */
void pump_open(struct pump *p, bool open)
{
    p->open = open;
    p->look = open;
    atomic_store(&p->slot->ready, open);
    outbox_note_lost(p->slot, open ? 0 : clock_mono_us());
    outbox_note_throttle(p->slot, 0);
}

void pump_release(struct pump *p)
{
    struct sending *next;
    for (struct sending *m = p->first_came; m; m = next) {
        next = m->came_after;
        if (m->todo_n)
            pump_end(p, m, END_RELEASED);
    }
}

void pump_look(struct pump *p)
{
    p->look = true;
}

void pump_configure(struct pump *p, const struct pump_settings *settings)
{
    p->settings = *settings;
    p->prepared = NULL;
    flow_set(&p->flow, settings->rate, settings->throttle_pause_us);
    senders_set(&p->senders, settings->sender_rate, &p->queue);
    /* After a crash all that was in memory is in doubt: unless it is sent again, little may be. */
    bool few_only = settings->on_doubt != DOUBT_RESEND;
    int64_t few = 2 * (int64_t)settings->window;
    atomic_store(&p->slot->most, few_only && few < OUTBOX_ACTIVE ? few : OUTBOX_ACTIVE);
}

void pump_set_window(struct pump *p, uint32_t window)
{
    p->settings.window = window;
}

uint32_t pump_on_wire(const struct pump *p)
{
    return p->on_wire;
}

bool pump_throttled(const struct pump *p, int64_t now_us)
{
    return p->open && flow_paused(&p->flow, now_us);
}

static const struct sending *oldest_waiting(const struct pump *p)
{
    const struct sending *m = p->first_came;
    while (m && !m->todo_n)
        m = m->came_after;
    return m;
}

void pump_figures(struct pump *p, struct pump_figures *out, int64_t now_us)
{
    const struct sending *oldest = oldest_waiting(p);
    *out = (struct pump_figures){
        .on_wire = p->on_wire,
        .uncommitted = p->uncommitted,
        .uncommitted_most = uncommitted_most(p),
        .paused_us = pump_throttled(p, now_us) ? p->flow.paused_until_us - now_us : 0,
        .rate_waits = pace_at_us(&p->flow.pace) > now_us,
        .sender_rate = p->settings.sender_rate,
        .sender_waits = p->senders.waiting && !p->queue.oldest,
        .recipient_waits = p->recipients.waiting && !p->senders.waiting && !p->queue.oldest,
        .submits = p->submits,
        .throttles = p->throttles,
        .rate_limit = flow_rate(&p->flow, now_us),
        .oldest_due_at_us = oldest ? oldest->out->due_at_us : 0,
        .waits = oldest != NULL,
        .behind_recipient = p->recipients.waiting,
        .behind_sender = p->senders.waiting,
    };
}

struct pump *pump_new(struct outbox_slot *slot, struct mailbox *home,
                      const struct pump_calls *calls, void *ctx)
{
    struct pump *p = base_alloc(sizeof(*p));
    p->slot = slot;
    p->home = home;
    p->calls = *calls;
    p->ctx = ctx;
    p->sendings.size = sizeof(struct sending);
    p->flights.size = sizeof(struct flight);
    recipients_init(&p->recipients);
    p->arena = arena_new();
    return p;
}

void pump_free(struct pump *p)
{
    if (!p)
        return;
    for (struct sending *m = p->first_came; m; m = m->came_after)
        outgoing_free(m->out);
    recipients_free(&p->recipients);
    senders_free(&p->senders);
    pool_free(&p->sendings);
    pool_free(&p->flights);
    arena_free(p->arena);
    free(p);
}

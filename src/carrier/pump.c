/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/pump.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/secret.h"
#include "carrier/pace.h"
#include "carrier/pool.h"
#include "carrier/queue.h"
#include "carrier/submit.h"

#include <stdlib.h>

static const int64_t throttle_most_us = 30 * SEC_US;
static const int64_t retry_most_us = HOUR_US;
enum { UNCOMMITTED_EXTRA = 1000, LEASE_LOOK_MS = 100 };

/* A part on the wire, then its outcome at the writer. */
struct flight {
    struct outcome_job job; /* first: it is what comes back */
    struct pump *pump;
    struct sending *message;
    uint32_t part;
    int64_t sent_at_us;
};

struct pump {
    struct outbox_slot *slot;
    struct mailbox *home;
    struct pump_calls calls;
    void *ctx;
    struct pump_settings settings;
    bool open;

    struct queue queue;
    struct pool sendings;
    struct pool flights;

    uint32_t on_wire;
    uint32_t uncommitted; /* outcomes at the writer */
    struct pace pace;
    int64_t paused_until_us;
    int64_t throttled_at_us; /* when the latest pause began */
    int64_t next_pause_us;

    struct take_job take;
    bool taking;
    bool look;
    bool store_failed; /* the last look; wait for the next pump_look */

    const struct sending *prepared; /* whose parts stand in `submit` */
    struct submit submit;
    struct arena *arena;
    uint64_t submits;
    uint64_t throttles;
};

/* ---- messages ---- */

static struct sending *sending_new(struct pump *p, struct outgoing *o)
{
    struct sending *m = pool_take(&p->sendings);
    *m = (struct sending){.out = o};
    for (uint32_t part = 1; part <= o->parts && part <= TEXT_PARTS_MAX; part++)
        if (!(o->answered[(part - 1) / 8] >> (part - 1) % 8 & 1))
            sending_add(m, part);
    if (!m->todo_n) /* no message is without parts; should one come, it is refused at its first */
        sending_add(m, 1);
    return m;
}

/* ---- outcomes ---- */

static void outcome_done(struct letter *letter)
{
    struct flight *f = (struct flight *)letter;
    struct pump *p = f->pump;
    pool_give(&p->flights, f);
    p->uncommitted--;
    if (p->queue.oldest)
        p->calls.wake(p->ctx);
}

static struct flight *flight_new(struct pump *p, struct sending *m, uint32_t part)
{
    struct flight *f = pool_take(&p->flights);
    f->pump = p;
    f->message = m;
    f->part = part;
    return f;
}

/* Tells what became of the flight's part, or of its message. */
static struct outcome_job *outcome_new(struct flight *f, enum outcome_kind kind)
{
    const struct outgoing *o = f->message->out;
    struct outcome_job *job = &f->job;
    outcome_job_init(job, f->pump->home, outcome_done);
    job->kind = kind;
    job->slot = f->pump->slot;
    job->message_id = o->id;
    job->due_at_us = o->due_at_us;
    job->queued = o->queued;
    job->retry_at_us = 0;
    job->at_us = clock_now_us();
    job->part = f->part;
    job->parts = o->parts;
    job->status = 0;
    job->ask = false;
    job->doubt = false;
    job->carrier_ref[0] = '\0';
    return job;
}

static void outcome_post(struct flight *f)
{
    f->message = NULL;
    f->pump->uncommitted++;
    f->pump->calls.post(f->pump->ctx, &f->job.job);
}

static int64_t retry_pause_us(const struct pump *p, uint32_t attempts)
{
    int64_t pause_us = p->settings.retry_us;
    for (uint32_t i = 0; i < attempts && pause_us < retry_most_us; i++)
        pause_us *= 2;
    return pause_us < retry_most_us ? pause_us : retry_most_us;
}

/* One that was in doubt twice may be what breaks the link: from then on it waits, longer each time
 * and not together with those that it took along. */
static int64_t doubt_pause_us(const struct pump *p, uint32_t attempts)
{
    enum { AT_ONCE = 2 };
    if (attempts < AT_ONCE)
        return 0;
    int64_t pause_us = retry_pause_us(p, attempts - AT_ONCE);
    return pause_us / 2 + (int64_t)(secret_random_u64() % (uint64_t)pause_us);
}

static int64_t again_at_us(const struct pump *p, const struct sending *m, int64_t now_us)
{
    int64_t pause_us = m->end == END_IN_DOUBT ? doubt_pause_us(p, m->out->attempts)
                                              : retry_pause_us(p, m->out->attempts);
    return pause_us ? now_us + pause_us : m->out->due_at_us;
}

/* The outcome of a whole message. */
static void tell_end(struct pump *p, struct sending *m)
{
    static const enum outcome_kind kinds[] = {
        [END_RELEASED] = OUTCOME_RELEASED, [END_EXPIRED] = OUTCOME_EXPIRED,
        [END_RETRY] = OUTCOME_RETRY,       [END_IN_DOUBT] = OUTCOME_IN_DOUBT,
        [END_REJECTED] = OUTCOME_REJECTED,
    };
    struct flight *f = flight_new(p, m, m->refused);
    struct outcome_job *job = outcome_new(f, kinds[m->end]);
    job->status = m->status;
    job->retry_at_us = again_at_us(p, m, job->at_us);
    job->ask = p->settings.ask_on_doubt;
    job->doubt = m->doubt;
    outcome_post(f);
}

/* Lets go of a message of which nothing waits and nothing is on the wire. */
static void settle(struct pump *p, struct sending *m)
{
    if (m->on_wire || (m->todo_n && !m->end))
        return;
    queue_remove(&p->queue, m);
    if (m->end)
        tell_end(p, m);
    if (p->prepared == m)
        p->prepared = NULL;
    outgoing_free(m->out);
    pool_give(&p->sendings, m);
}

/* No more of it leaves. */
static void stop_message(struct pump *p, struct sending *m, enum end end)
{
    if (m->end < end)
        m->end = end;
    queue_remove(&p->queue, m);
}

static void end_message(struct pump *p, struct sending *m, enum end end)
{
    stop_message(p, m, end);
    settle(p, m);
}

/* ---- answers ---- */

static void throttle(struct pump *p, const struct flight *f, int64_t now_us)
{
    metric_add(METRIC_THROTTLED, 1);
    if (f->sent_at_us < p->throttled_at_us || pump_throttled(p, now_us))
        return; /* sent before the carrier asked: the same pause */
    p->throttles++;
    p->throttled_at_us = now_us;
    p->paused_until_us = now_us + p->next_pause_us;
    p->next_pause_us *= 2;
    if (p->next_pause_us > throttle_most_us)
        p->next_pause_us = throttle_most_us;
}

static void taken(struct pump *p, struct flight *f, const struct smpp_pdu *response)
{
    if (f->sent_at_us >= p->throttled_at_us)
        p->next_pause_us = p->settings.throttle_pause_us;
    struct outcome_job *job = outcome_new(f, OUTCOME_SENT);
    if (carrier_ref_read(job->carrier_ref, response->body.submit_sm_resp.message_id,
                         p->settings.response_id))
        log_warn("carrier_id_too_long", "message=%lld", (long long)job->message_id);
    outcome_post(f);
}

/* Told once nothing of the message is on the wire: whether the carrier took another part decides
 * about the refund. */
static void refused(struct pump *p, struct sending *m, uint32_t part, uint32_t status)
{
    if (m->end != END_REJECTED) {
        m->refused = part;
        m->status = status;
    }
    stop_message(p, m, END_REJECTED);
}

static void failed_for_now(struct pump *p, struct flight *f, uint32_t status)
{
    if (f->message->end != END_REJECTED)
        f->message->status = status;
    stop_message(p, f->message, END_RETRY);
    pool_give(&p->flights, f);
}

static void in_doubt(struct pump *p, struct flight *f)
{
    f->message->doubt = true;
    stop_message(p, f->message, END_IN_DOUBT);
    pool_give(&p->flights, f);
}

static void throttled(struct pump *p, struct flight *f, int64_t now_us)
{
    struct sending *m = f->message;
    throttle(p, f, now_us);
    sending_add(m, f->part);
    if (!m->end)
        queue_put_back(&p->queue, m);
    pool_give(&p->flights, f);
}

static void answered(struct pump *p, struct flight *f, const struct smpp_pdu *response,
                     int64_t now_us)
{
    bool nack = response->command == SMPP_GENERIC_NACK;
    uint32_t status = nack && !response->status ? ESME_RUNKNOWNERR : response->status;
    switch (status) {
    case ESME_ROK:
        taken(p, f, response);
        break;
    case ESME_RTHROTTLED:
    case ESME_RMSGQFUL:
        throttled(p, f, now_us);
        break;
    case ESME_RSYSERR:
    case ESME_RX_T_APPN:
    case ESME_RINVBNDSTS: /* the session's fault, not the message's */
        failed_for_now(p, f, status);
        break;
    default:
        refused(p, f->message, f->part, status);
        pool_give(&p->flights, f);
    }
}

void pump_answer(struct pump *p, void *tag, enum smpp_outcome outcome,
                 const struct smpp_pdu *response, int64_t now_us)
{
    struct flight *f = tag;
    struct sending *m = f->message;
    p->on_wire--;
    m->on_wire--;
    if (outcome == SMPP_ANSWERED || outcome == SMPP_NACKED)
        answered(p, f, response, now_us);
    else
        in_doubt(p, f);
    settle(p, m);
}

/* ---- submits ---- */

/* A fault of ours: the message cannot become a PDU, now or later. */
static void cannot_submit(struct pump *p, struct sending *m, uint32_t part, enum err err)
{
    log_error("submit_impossible", "message=%lld error=%s", (long long)m->out->id, err_name(err));
    refused(p, m, part, ESME_RSUBMITFAIL);
    settle(p, m);
}

static enum err prepare(struct pump *p, struct sending *m, uint32_t part)
{
    if (p->prepared != m) {
        p->prepared = NULL;
        arena_reset(p->arena);
        enum err e = submit_message(&p->submit, p->arena, m->out, p->settings.service_type);
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
    struct flight *f = flight_new(p, m, part);
    f->sent_at_us = now_us;
    sending_remove(m, part);
    m->on_wire++;
    p->on_wire++;
    e = p->calls.submit(p->ctx, &p->submit.pdu, f);
    if (!e) {
        p->submits++;
        metric_add(METRIC_SUBMITTED, 1);
        if (!m->todo_n)
            queue_remove(&p->queue, m);
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

static bool has_room(const struct pump *p)
{
    return p->open && p->on_wire < p->settings.window &&
           p->uncommitted < 4 * p->settings.window + UNCOMMITTED_EXTRA &&
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
    take_job_init(&p->take, p->home, take_done);
    p->take.slot = p->slot;
    p->take.limit = most - active < OUTBOX_TAKE ? (size_t)(most - active) : OUTBOX_TAKE;
    p->take.found = 0;
    p->taking = true;
    p->look = false;
    p->calls.post(p->ctx, &p->take.job);
}

int64_t pump_run(struct pump *p, int64_t now_us)
{
    int64_t again_at_us = INT64_MAX;
    int64_t wall_us = clock_now_us();
    while (p->queue.oldest && has_room(p)) {
        struct sending *m = p->queue.oldest;
        if (m->out->expires_at_us <= wall_us) {
            end_message(p, m, END_EXPIRED);
            continue;
        }
        if (p->paused_until_us > now_us) {
            again_at_us = p->paused_until_us;
            break;
        }
        if (!pace_take(&p->pace, now_us, &again_at_us))
            break;
        if (!submit_next(p, m, now_us))
            break;
    }
    if (p->open && !outbox_may_send(p->slot, clock_mono_us()))
        return now_us + LEASE_LOOK_MS * MS_US;
    take_more(p);
    return again_at_us;
}

/* ---- what the owner tells ---- */

void pump_arrive(struct pump *p, struct outgoing *o)
{
    queue_add(&p->queue, sending_new(p, o));
    p->calls.wake(p->ctx);
}

void pump_open(struct pump *p, bool open)
{
    p->open = open;
    p->look = open;
    atomic_store(&p->slot->ready, open);
    p->paused_until_us = 0;
    p->throttled_at_us = 0;
}

void pump_release(struct pump *p)
{
    while (p->queue.oldest)
        end_message(p, p->queue.oldest, END_RELEASED);
}

void pump_look(struct pump *p)
{
    p->look = true;
}

void pump_configure(struct pump *p, const struct pump_settings *settings)
{
    p->settings = *settings;
    p->next_pause_us = settings->throttle_pause_us;
    p->prepared = NULL;
    pace_set(&p->pace, settings->rate);
    /* After a crash all that was in memory is in doubt: where a person decides, little may be. */
    int64_t few = 2 * (int64_t)settings->window;
    atomic_store(&p->slot->most,
                 settings->ask_on_doubt && few < OUTBOX_ACTIVE ? few : OUTBOX_ACTIVE);
}

/* ---- figures ---- */

uint32_t pump_on_wire(const struct pump *p)
{
    return p->on_wire;
}

bool pump_throttled(const struct pump *p, int64_t now_us)
{
    return p->open && p->paused_until_us > now_us;
}

void pump_figures(const struct pump *p, struct pump_figures *out)
{
    *out = (struct pump_figures){
        .on_wire = p->on_wire,
        .submits = p->submits,
        .throttles = p->throttles,
        .oldest_due_at_us = p->queue.oldest ? p->queue.oldest->out->due_at_us : 0,
        .waits = p->queue.oldest != NULL,
    };
}

/* ---- life ---- */

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
    p->arena = arena_new();
    return p;
}

void pump_free(struct pump *p)
{
    if (!p)
        return;
    for (struct sending *m = p->queue.oldest; m; m = m->newer)
        outgoing_free(m->out);
    pool_free(&p->sendings);
    pool_free(&p->flights);
    arena_free(p->arena);
    free(p);
}

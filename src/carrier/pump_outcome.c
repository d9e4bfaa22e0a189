/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a message: told to the writer, once, when nothing of it is on the wire. */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "carrier/pump_base.h"

static const int64_t retry_most_us = HOUR_US;

static void outcome_done(struct letter *letter)
{
    struct flight *f = (struct flight *)letter;
    struct pump *p = f->pump;
    pool_give(&p->flights, f);
    p->uncommitted--;
    if (p->queue.oldest || p->senders.due_n)
        p->calls.wake(p->ctx);
}

struct flight *pump_flight_new(struct pump *p, struct sending *m, uint32_t part)
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
    job->account_id = o->account_id;
    job->due_at_us = o->due_at_us;
    job->queued = o->queued;
    job->chat = o->chat;
    job->retry_at_us = 0;
    job->at_us = clock_now_us();
    job->part = f->part;
    job->parts = o->parts;
    job->status = 0;
    job->policy = DOUBT_RESEND;
    job->doubt = false;
    job->other = false;
    job->carrier_ref[0] = '\0';
    return job;
}

static void outcome_post(struct flight *f)
{
    f->message = NULL;
    f->pump->uncommitted++;
    f->pump->calls.post(f->pump->ctx, &f->job.job);
}

void pump_tell_taken(struct flight *f, struct str carrier_ref)
{
    struct outcome_job *job = outcome_new(f, OUTCOME_SENT);
    f->message->taken = true;
    if (carrier_ref_read(job->carrier_ref, carrier_ref, f->pump->settings.response_id))
        log_warn("carrier_id_too_long", "message=%lld", (long long)job->message_id);
    outcome_post(f);
}

/* ---- ends ---- */

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

static void tell_end(struct pump *p, struct sending *m)
{
    static const enum outcome_kind kinds[] = {
        [END_RELEASED] = OUTCOME_RELEASED, [END_REFUSED] = OUTCOME_REFUSED,
        [END_EXPIRED] = OUTCOME_EXPIRED,   [END_RETRY] = OUTCOME_RETRY,
        [END_IN_DOUBT] = OUTCOME_IN_DOUBT, [END_REJECTED] = OUTCOME_REJECTED,
    };
    struct flight *f = pump_flight_new(p, m, m->refused);
    struct outcome_job *job = outcome_new(f, kinds[m->end]);
    if (m->away_until_us)
        job->due_at_us = m->away_until_us;
    job->status = m->status;
    job->retry_at_us = again_at_us(p, m, job->at_us);
    job->policy = p->settings.on_doubt;
    job->doubt = m->doubt;
    job->other = m->other;
    outcome_post(f);
}

static void forget(struct pump *p, struct sending *m)
{
    *(m->came_before ? &m->came_before->came_after : &p->first_came) = m->came_after;
    *(m->came_after ? &m->came_after->came_before : &p->last_came) = m->came_before;
    if (p->prepared == m)
        p->prepared = NULL;
    outgoing_free(m->out);
    pool_give(&p->sendings, m);
}

void pump_settle(struct pump *p, struct sending *m)
{
    if (m->on_wire || (m->todo_n && !m->end))
        return;
    queue_remove(m);
    struct sending *next = recipients_leave(&p->recipients, m);
    if (next)
        queue_put(&p->queue, next);
    if (m->end)
        tell_end(p, m);
    forget(p, m);
}

void pump_stop(struct sending *m, enum end end)
{
    if (m->end < end)
        m->end = end;
    queue_remove(m);
}

/* Told once nothing of the message is on the wire: whether the carrier took another part decides
 * about the refund. */
void pump_refuse(struct sending *m, uint32_t part, uint32_t status, bool other)
{
    if (m->end != END_REJECTED) {
        m->refused = part;
        m->status = status;
        m->other = other;
    }
    pump_stop(m, END_REJECTED);
}

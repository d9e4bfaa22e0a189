/* SPDX-License-Identifier: Apache-2.0 */
/* What the carrier says of a part, and what follows. */
#include "base/metric.h"
#include "carrier/pump_base.h"

static void taken(struct pump *p, struct flight *f, const struct smpp_pdu *response, int64_t now_us)
{
    flow_taken(&p->flow, f->sent_at_us, now_us);
    if (f->sent_at_us >= p->flow.throttled_at_us)
        outbox_note_throttle(p->slot, 0);
    pump_tell_taken(f, response->body.submit_sm_resp.message_id);
}

/* The same part again, from the place of its message and under a new sequence number. */
static void throttled(struct pump *p, struct flight *f, int64_t now_us)
{
    struct sending *m = f->message;
    metric_add(METRIC_THROTTLED, 1);
    if (flow_throttle(&p->flow, f->sent_at_us, now_us)) {
        p->throttles++;
        outbox_note_throttle(p->slot, now_us);
    }
    sending_add(m, f->part);
    if (!m->end)
        queue_put(&p->queue, m);
    pool_give(&p->flights, f);
}

static void failed_for_now(struct pump *p, struct flight *f, uint32_t status)
{
    if (f->message->end != END_REJECTED)
        f->message->status = status;
    pump_stop(f->message, END_RETRY);
    pool_give(&p->flights, f);
}

static void refused(struct pump *p, struct flight *f, uint32_t status, bool other)
{
    pump_refuse(f->message, f->part, status, other);
    pool_give(&p->flights, f);
}

static void in_doubt(struct pump *p, struct flight *f)
{
    f->message->doubt = true;
    pump_stop(f->message, END_IN_DOUBT);
    pool_give(&p->flights, f);
}

static void answered(struct pump *p, struct flight *f, const struct smpp_pdu *response,
                     int64_t now_us)
{
    bool nack = response->command == SMPP_GENERIC_NACK;
    uint32_t status = nack && !response->status ? ESME_RUNKNOWNERR : response->status;
    if (status == ESME_ROK) {
        taken(p, f, response, now_us);
        return;
    }
    switch (verdict_of(&p->settings.verdicts, status)) {
    case VERDICT_THROTTLE:
        throttled(p, f, now_us);
        break;
    case VERDICT_AGAIN:
        failed_for_now(p, f, status);
        break;
    case VERDICT_OTHER:
        refused(p, f, status, true);
        break;
    case VERDICT_GIVE_UP:
        refused(p, f, status, false);
        break;
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
    pump_settle(p, m);
}

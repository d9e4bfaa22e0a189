/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/watch.h"

#include "base/clock.h"
#include "carrier/limit.h"

#include <stdio.h>

void watch_begin(struct watch *w)
{
    w->since_us = clock_now_us();
}

bool watch_state(struct watch *w, enum carrier_state state)
{
    if (state == w->state)
        return false;
    w->state = state;
    w->since_us = clock_now_us();
    return true;
}

void watch_tick(struct watch *w, struct pump *pump)
{
    int64_t now_us = clock_mono_us();
    struct pump_figures figures;
    pump_figures(pump, &figures, now_us);
    int64_t passed_us = now_us - w->ticked_at_us;
    if (w->ticked_at_us && passed_us > 0)
        w->rate_now = (int64_t)(figures.submits - w->submits_before) * SEC_US / passed_us;
    w->submits_before = figures.submits;
    w->ticked_at_us = now_us;
    tally_turn(&w->tally, now_us);
}

/* ---- sessions ---- */

static const char *const mode_names[] = {[SMPP_TX] = "tx", [SMPP_RX] = "rx", [SMPP_TRX] = "trx"};
static const char *const state_names[] = {
    [BIND_IDLE] = "idle",       [BIND_AWAITING] = "awaiting",
    [BIND_WAITING] = "waiting", [BIND_CONNECTING] = "connecting",
    [BIND_BOUND] = "bound",     [BIND_ENDING] = "ending",
};

/* What the sessions that submit say about the flow together. */
struct flow {
    bool idle;               /* none was looked at yet */
    int64_t next_attempt_us; /* of the first that tries again */
    int64_t oldest_us;
    bool wire_full; /* of all */
};

static void add_flow(struct flow *flow, const struct bind_figures *f)
{
    if (flow->idle || f->next_attempt_us < flow->next_attempt_us)
        flow->next_attempt_us = f->next_attempt_us;
    if (f->oldest_us > flow->oldest_us)
        flow->oldest_us = f->oldest_us;
    flow->wire_full = (flow->idle || flow->wire_full) && f->wire_full;
    flow->idle = false;
}

static void add_session(struct carrier_status *out, struct flow *flow, const struct bind *b)
{
    struct bind_figures f;
    bind_figures(b, &f);
    if (bind_mode(b) & SMPP_TX)
        add_flow(flow, &f);
    if (out->sessions_n == CARRIER_SESSIONS_MAX)
        return;
    struct carrier_session *session = &out->sessions[out->sessions_n++];
    session->mode = mode_names[bind_mode(b)];
    session->state = state_names[bind_state(b)];
    session->since_us = f.since_us;
    session->heard_us = f.heard_us;
    session->window_used = f.window_used;
    snprintf(session->peer, sizeof(session->peer), "%s", bind_peer(b));
}

/* ---- figures ---- */

static void add_tally(struct carrier_status *out, const struct tally *t)
{
    out->response_p50_us = tally_quantile_us(t, 500);
    out->response_p99_us = tally_quantile_us(t, 990);
    out->responses = tally_responses(t);
    out->responses_us = t->took_us;
    for (unsigned i = CARRIER_WITHIN_LEAST; i <= CARRIER_WITHIN_MOST; i++)
        out->within[i - CARRIER_WITHIN_LEAST] = tally_within(t, i);
    out->refused_n = tally_top_refused(t, out->refused, CARRIER_REFUSED_MAX);
    out->refused_else = t->refused_else;
}

static void add_limit(struct carrier_status *out, const struct watch *w, const struct watched *seen,
                      const struct flow *flow, const struct pump_figures *pump)
{
    struct limit_figures f = {
        .state = w->state,
        .error = seen->news->error,
        .next_attempt_us = flow->next_attempt_us,
        .lease_sure = outbox_may_send(seen->slot, clock_mono_us()),
        .uncommitted = pump->uncommitted,
        .uncommitted_most = pump->uncommitted_most,
        .reading_paused = seen->reading_paused,
        .inbox_waiting = inbox_waiting(seen->inbox),
        .throttled_us = pump->paused_us,
        .on_wire = pump->on_wire,
        .window = out->window_size,
        .oldest_us = flow->oldest_us,
        .wire_full = flow->wire_full,
        .rate = pump->rate_limit,
        .sender_rate = pump->sender_rate,
        .sender_waits = pump->sender_waits,
        .behind_sender = pump->behind_sender,
        .recipient_waits = pump->recipient_waits,
        .behind_recipient = pump->behind_recipient,
        .rate_waits = pump->rate_waits,
        .waits = pump->waits,
    };
    enum limit limit = limit_find(&f);
    out->limit = limit_name(limit);
    limit_write(out->why, limit, &f);
}

void watch_status(const struct watch *w, const struct watched *seen, struct carrier_status *out)
{
    struct pump_figures pump;
    struct flow flow = {.idle = true};
    struct binds_figures binds;
    pump_figures(seen->pump, &pump, clock_mono_us());
    binds_figures(seen->binds, &binds);
    *out = (struct carrier_status){
        .state = w->state,
        .since_us = w->since_us,
        .error_at_us = seen->news->error_at_us,
        .binds = binds.bound,
        .binds_wanted = seen->off ? 0 : binds.wanted,
        .reconnects = binds.reconnects,
        .window_used = pump.on_wire,
        .window_size =
            seen->settings ? (uint32_t)(seen->settings->window * seen->settings->binds) : 0,
        .rate_now = w->rate_now,
        .rate_limit = pump.rate_limit,
        .active = atomic_load(&seen->slot->active),
        .oldest_due_at_us = pump.oldest_due_at_us,
        .submits = pump.submits,
        .throttles = pump.throttles,
    };
    memcpy(out->error, seen->news->error, sizeof(out->error));
    inbox_counts(seen->inbox, &out->receipts, &out->incoming);
    for (size_t i = 0; !seen->off && i < seen->binds->n; i++)
        add_session(out, &flow, seen->binds->at[i]);
    add_tally(out, &w->tally);
    add_limit(out, w, seen, &flow, &pump);
}

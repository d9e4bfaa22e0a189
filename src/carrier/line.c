/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/line.h"

#include "base/clock.h"
#include "carrier/binds.h"
#include "carrier/inbox.h"
#include "carrier/news.h"
#include "carrier/outbind.h"
#include "carrier/probe.h"
#include "carrier/settings.h"
#include "carrier/trace.h"
#include "carrier/watch.h"

#include <stdlib.h>

static const int64_t grace_us = 5 * SEC_US; /* without a session, before messages go back */

enum phase { LINE_OFF, LINE_ON, LINE_DRAINING, LINE_UNBINDING };

struct line {
    struct line_env env;
    struct outbox_slot *slot;
    enum phase phase;
    int64_t phase_until_us;

    const struct directory *wanted_in; /* held; NULL before the first line_want */
    const struct directory_carrier *wanted;
    enum carrier_state off;          /* what to call it while nothing is wanted */
    const struct directory *used_in; /* held while the settings are in use */
    const struct directory_carrier *used;

    struct binds binds;
    size_t able;             /* sessions that can submit, as the pump was told */
    struct outbind *outbind; /* NULL: not listened for, or off */
    struct pump *pump;
    struct inbox *inbox;
    struct net_timer *timer; /* the next run of the pump */
    bool run_soon;
    bool reading_paused;
    int64_t closed_at_us; /* since when nothing can be submitted */

    struct news news;
    struct watch watch;
    struct trace trace;
    struct probe *probe; /* NULL until the first */
};

static void proceed(struct line *line);

/* ---- state, for people ---- */

static enum carrier_state state_now(const struct line *line)
{
    if (line->phase == LINE_OFF)
        return line->off;
    if (line->phase != LINE_ON)
        return CARRIER_ENDING;
    if (line->able)
        return pump_throttled(line->pump, clock_mono_us()) ? CARRIER_THROTTLED : CARRIER_BOUND;
    struct binds_figures binds;
    binds_figures(&line->binds, &binds);
    if (binds.refused)
        return CARRIER_REFUSED;
    return binds.connecting ? CARRIER_CONNECTING : CARRIER_DOWN;
}

static void note_state(struct line *line)
{
    enum carrier_state state = state_now(line);
    news_throttled(&line->news, pump_throttled(line->pump, clock_mono_us()));
    if (watch_state(&line->watch, state))
        line->env.on_change(line->env.ctx, line);
}

/* ---- work ---- */

static void open_pump(struct line *line, bool open)
{
    pump_open(line->pump, open);
    if (!open)
        line->closed_at_us = clock_mono_us();
}

/* Open while at least one session can submit, and with the window of those that can: a part for
 * which there is no room must not use up the rate. */
static void follow_sessions(struct line *line)
{
    size_t able = line->phase == LINE_ON ? binds_able(&line->binds) : 0;
    if (able == line->able)
        return;
    if (able)
        pump_set_window(line->pump, (uint32_t)((int64_t)able * line->used->settings.window));
    if (!able != !line->able)
        open_pump(line, able > 0);
    line->able = able;
}

static void run_pump(struct line *line)
{
    int64_t now_us = clock_mono_us();
    line->run_soon = false;
    uint32_t before = pump_on_wire(line->pump);
    wall_enter(line->slot->wall);
    int64_t again_us = pump_run(line->pump, now_us);
    /* A process that stood still since the submits may have been taken over. */
    bool too_late =
        pump_on_wire(line->pump) > before && !outbox_may_send(line->slot, clock_mono_us());
    if (too_late)
        binds_drop_submitters(&line->binds, "the lease ran out before the submits were written");
    else
        binds_flush(&line->binds);
    wall_leave(line->slot->wall);
    if (again_us != INT64_MAX && !line->run_soon)
        net_timer_set(line->timer, again_us > now_us ? again_us - now_us : 0);
}

static void on_turn(void *ctx)
{
    struct line *line = ctx;
    follow_sessions(line);
    run_pump(line);
    note_state(line);
    proceed(line);
}

/* After all letters that are there now: what they bring leaves together. */
static void wake(void *ctx)
{
    struct line *line = ctx;
    if (line->run_soon)
        return;
    line->run_soon = true;
    net_timer_set(line->timer, 0);
}

static void post(void *ctx, struct job *job)
{
    struct line *line = ctx;
    writer_post(line->env.writer, job);
}

static enum err submit(void *ctx, const struct smpp_pdu *pdu, void *tag)
{
    struct line *line = ctx;
    return binds_submit(&line->binds, pdu, tag);
}

static void pause_reading(struct line *line, bool paused)
{
    if (line->reading_paused == paused)
        return;
    line->reading_paused = paused;
    binds_pause(&line->binds, paused);
}

/* ---- calls of the binds ---- */

static void on_bound(void *ctx, struct bind *b)
{
    struct line *line = ctx;
    news_bound(&line->news, b, &line->binds);
    follow_sessions(line);
    note_state(line);
    line->env.on_change(line->env.ctx, line);
    wake(line);
}

static void on_lost(void *ctx, struct bind *b, const char *reason, uint32_t status)
{
    struct line *line = ctx;
    news_lost(&line->news, b, reason, status, line->phase == LINE_UNBINDING);
    follow_sessions(line);
    line->env.on_change(line->env.ctx, line);
}

static void on_idle(void *ctx, struct bind *b)
{
    proceed(ctx);
}

static void on_request(void *ctx, struct bind *b, const struct smpp_pdu *request)
{
    struct line *line = ctx;
    struct inbox_origin origin = {.bind = b,
                                  .session = bind_session(b),
                                  .command = request->command,
                                  .sequence = request->sequence};
    inbox_request(line->inbox, request, &origin);
    if (inbox_is_busy(line->inbox))
        pause_reading(line, true);
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    struct line *line = ctx;
    int64_t took_us = pump_answer(line->pump, tag, outcome, response, clock_mono_us());
    watch_response(&line->watch, response, took_us);
}

static const struct bind_calls bind_calls = {
    .on_bound = on_bound,
    .on_lost = on_lost,
    .on_idle = on_idle,
    .on_request = on_request,
    .on_response = on_response,
    .on_turn = on_turn,
};

/* ---- answers to what came in ---- */

static void respond(void *ctx, const struct inbox_origin *origin, uint32_t status)
{
    struct line *line = ctx;
    bind_respond(origin->bind, origin->session, origin->command, origin->sequence, status);
    if (inbox_is_at_ease(line->inbox))
        pause_reading(line, false);
    wake(line);
}

/* ---- who looks on ---- */

static void follow_looks(struct line *line)
{
    bool probes = line->probe && probe_runs(line->probe);
    line->trace.other = probes ? probe_look(line->probe) : NULL;
    trace_follow(&line->trace, &line->binds);
}

/* ---- what the operator wants ---- */

static bool is_same(const struct line *line)
{
    return line->wanted && settings_same_session(&line->wanted->settings, &line->used->settings);
}

/* Takes over what is wanted; the strings of the old picture are not needed any more. */
static void adopt(struct line *line)
{
    const struct directory *before = line->used_in;
    line->used_in = directory_hold(line->wanted_in);
    line->used = line->wanted;
    binds_adopt(&line->binds, &line->used->settings);
    log_safe(line->news.label, line->used->row.name);
    inbox_set_label(line->inbox, line->news.label);
    bool shared = atomic_load(&line->slot->shared);
    struct pump_settings settings = settings_of_pump(&line->used->settings, shared);
    settings.rules = &line->used->rules;
    settings.directory = line->used_in;
    pump_configure(line->pump, &settings);
    line->able = line->able ? SIZE_MAX : 0; /* the pump's window is to be told again */
    follow_sessions(line);
    if (line->outbind)
        outbind_adopt(line->outbind, &line->used->settings);
    struct inbox_settings inbox = settings_of_inbox(&line->used->settings);
    inbox_configure(line->inbox, &inbox);
    directory_release(before);
}

static void listen_for_outbind(struct line *line)
{
    line->outbind =
        outbind_new(line->env.loop, &line->used->settings, line->news.label, &line->binds);
    if (!outbind_is_open(line->outbind))
        news_error(&line->news, "cannot listen at outbind_listen", 0);
}

static void start(struct line *line)
{
    adopt(line);
    line->phase = LINE_ON;
    outbox_note_lost(line->slot, 0); /* what was before does not count */
    open_pump(line, false);
    binds_start(&line->binds, &line->used->settings);
    follow_looks(line); /* from their first PDU on */
    if (line->used->settings.outbind_listen.n)
        listen_for_outbind(line);
    note_state(line);
}

static void drain(struct line *line)
{
    line->phase = LINE_DRAINING;
    line->phase_until_us = clock_mono_us() + CARRIER_DRAIN_MS * MS_US;
    follow_sessions(line);
    if (!line->wanted)
        pump_release(line->pump);
    note_state(line);
}

static bool is_drained(const struct line *line)
{
    return pump_on_wire(line->pump) == 0 && inbox_waiting(line->inbox) == 0;
}

static void unbind(struct line *line)
{
    line->phase = LINE_UNBINDING;
    line->phase_until_us = clock_mono_us() + CARRIER_UNBIND_MS * MS_US;
    outbind_free(line->outbind);
    line->outbind = NULL;
    binds_unbind(&line->binds);
}

/* Last: who sees that it is not in use lets another node bind. */
static void note_use(struct line *line)
{
    atomic_store(&line->slot->in_use, line->wanted || line->phase != LINE_OFF);
}

static void switch_off(struct line *line)
{
    line->phase = LINE_OFF;
    pause_reading(line, false);
    if (line->wanted)
        return;
    pump_release(line->pump);
    outbox_note_lost(line->slot, 0); /* while this node is not to bind, nothing is lost */
    outbox_note_throttle(line->slot, 0);
    note_state(line);
    note_use(line);
    line->env.on_off(line->env.ctx);
}

/* One step after the other towards what is wanted, as far as it goes now. */
static void proceed(struct line *line)
{
    bool late = clock_mono_us() >= line->phase_until_us;
    if (line->phase == LINE_DRAINING && (late || is_drained(line)))
        unbind(line);
    if (line->phase == LINE_UNBINDING && binds_are_idle(&line->binds))
        switch_off(line);
    if (line->phase == LINE_OFF && line->wanted)
        start(line);
}

void line_want(struct line *line, const struct directory *d, const struct directory_carrier *c,
               enum carrier_state off)
{
    const struct directory *before = line->wanted_in;
    line->wanted_in = directory_hold(d);
    line->wanted = c;
    line->off = off;
    directory_release(before);
    if (line->phase == LINE_ON && is_same(line))
        adopt(line);
    else if (line->phase == LINE_ON)
        drain(line);
    proceed(line);
    note_use(line);
    note_state(line);
    line->env.on_change(line->env.ctx, line);
}

/* ---- time ---- */

void line_tick(struct line *line)
{
    int64_t now_us = clock_mono_us();
    watch_tick(&line->watch, line->pump);
    follow_looks(line);
    pause_reading(line, false); /* a store that stands still must not make the link look dead */
    if (line->phase == LINE_UNBINDING && now_us >= line->phase_until_us)
        binds_cut(&line->binds);
    if (line->outbind)
        outbind_tick(line->outbind);
    bool open = atomic_load(&line->slot->ready);
    if (!open && now_us - line->closed_at_us >= grace_us)
        pump_release(line->pump);
    if (open)
        pump_look(line->pump);
    on_turn(line);
}

static void on_timer(void *ctx)
{
    on_turn(ctx);
}

/* ---- figures and life ---- */

void line_trace(struct line *line, struct tap *tap)
{
    trace_add(&line->trace, tap);
    follow_looks(line);
}

void line_probe(struct line *line, const struct directory *d, const struct directory_carrier *c,
                const struct probe_ask *ask, struct tap *tap)
{
    struct probe_env env = {.loop = line->env.loop, .on_request = on_request, .ctx = line};
    if (!line->probe)
        line->probe = probe_new(&env);
    probe_start(line->probe, d, c, ask, tap);
    follow_looks(line);
}

void line_end_looks(struct line *line)
{
    trace_close(&line->trace);
    if (line->probe)
        probe_stop(line->probe);
}

void line_status(const struct line *line, struct carrier_status *out)
{
    struct watched seen = {
        .slot = line->slot,
        .pump = line->pump,
        .inbox = line->inbox,
        .binds = &line->binds,
        .news = &line->news,
        .settings = line->used ? &line->used->settings : NULL,
        .off = line->phase == LINE_OFF,
        .reading_paused = line->reading_paused,
    };
    watch_status(&line->watch, &seen, out);
}

bool line_is_off(const struct line *line)
{
    return line->phase == LINE_OFF;
}

int64_t line_carrier_id(const struct line *line)
{
    return line->slot->carrier_id;
}

void line_arrive(struct line *line, struct outgoing *o)
{
    pump_arrive(line->pump, o);
    if (line->phase == LINE_OFF)
        pump_release(line->pump);
}

void line_look(struct line *line)
{
    if (!atomic_load(&line->slot->ready))
        return;
    pump_look(line->pump);
    wake(line);
}

void line_pass(struct line *line)
{
    pump_pass(line->pump);
}

struct line *line_new(const struct line_env *env, struct outbox_slot *slot)
{
    struct line *line = base_alloc(sizeof(*line));
    struct mailbox *home = net_loop_mailbox(env->loop);
    line->env = *env;
    line->slot = slot;
    watch_begin(&line->watch);
    log_safe(line->news.label, (struct str){0});
    line->timer = net_timer_new(env->loop, on_timer, line);
    line->pump = pump_new(slot, home,
                          &(struct pump_calls){.submit = submit, .post = post, .wake = wake}, line);
    line->inbox = inbox_new(slot->carrier_id, home,
                            &(struct inbox_calls){.post = post, .respond = respond}, line);
    binds_init(&line->binds, env->loop, &bind_calls, line);
    return line;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    atomic_store(&line->slot->ready, false);
    line_end_looks(line);
    probe_free(line->probe);
    outbind_free(line->outbind);
    binds_free(&line->binds);
    inbox_free(line->inbox);
    pump_free(line->pump);
    net_timer_free(line->timer);
    directory_release(line->used_in);
    directory_release(line->wanted_in);
    free(line);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/line.h"

#include "base/clock.h"
#include "base/log.h"
#include "carrier/bind.h"
#include "carrier/inbox.h"
#include "carrier/settings.h"

#include <stdio.h>
#include <stdlib.h>

enum { BINDS_MAX = 2 };
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

    struct bind *binds[BINDS_MAX];
    size_t binds_n; /* in use */
    struct pump *pump;
    struct inbox *inbox;
    struct net_timer *timer; /* the next run of the pump */
    bool run_soon;
    bool reading_paused;
    int64_t closed_at_us; /* since when nothing can be submitted */

    char label[LOG_SAFE_SIZE];
    bool was_throttled;
    enum carrier_state state;
    int64_t since_us;
    char error[CARRIER_ERROR_SIZE];
    int64_t error_at_us;
    uint64_t submits_before; /* at the last tick */
    int64_t ticked_at_us;
    int64_t rate_now;
};

static void proceed(struct line *line);

/* ---- state, for people ---- */

static struct bind *submitter(const struct line *line)
{
    for (size_t i = 0; i < line->binds_n; i++)
        if (bind_mode(line->binds[i]) & SMPP_TX)
            return line->binds[i];
    return NULL;
}

static bool is_bound(const struct line *line)
{
    const struct bind *b = submitter(line);
    return b && bind_state(b) == BIND_BOUND;
}

static enum carrier_state state_now(const struct line *line)
{
    if (line->phase == LINE_OFF)
        return line->off;
    if (line->phase != LINE_ON)
        return CARRIER_ENDING;
    if (is_bound(line))
        return pump_throttled(line->pump, clock_mono_us()) ? CARRIER_THROTTLED : CARRIER_BOUND;
    return bind_state(submitter(line)) == BIND_CONNECTING ? CARRIER_CONNECTING : CARRIER_DOWN;
}

static void note_throttle(struct line *line)
{
    bool throttled = pump_throttled(line->pump, clock_mono_us());
    if (throttled && !line->was_throttled)
        log_warn("carrier_throttled", "carrier=%s", line->label);
    line->was_throttled = throttled;
}

static void note_state(struct line *line)
{
    enum carrier_state state = state_now(line);
    note_throttle(line);
    if (state == line->state)
        return;
    line->state = state;
    line->since_us = clock_now_us();
    line->env.on_change(line->env.ctx, line);
}

static void note_error(struct line *line, const char *reason, uint32_t status)
{
    snprintf(line->error, sizeof(line->error), "%s%s%s", reason, status ? ": " : "",
             status ? smpp_status_name(status) : "");
    line->error_at_us = clock_now_us();
}

/* ---- work ---- */

static void run_pump(struct line *line)
{
    int64_t now_us = clock_mono_us();
    line->run_soon = false;
    uint32_t before = pump_on_wire(line->pump);
    int64_t again_us = pump_run(line->pump, now_us);
    /* A process that stood still since the submits may have been taken over. */
    bool too_late =
        pump_on_wire(line->pump) > before && !outbox_may_send(line->slot, clock_mono_us());
    for (size_t i = 0; i < line->binds_n; i++)
        if (too_late && bind_mode(line->binds[i]) & SMPP_TX)
            bind_drop(line->binds[i], "the lease ran out before the submits were written");
        else
            bind_flush(line->binds[i]);
    if (again_us != INT64_MAX && !line->run_soon)
        net_timer_set(line->timer, again_us > now_us ? again_us - now_us : 0);
}

static void on_turn(void *ctx)
{
    struct line *line = ctx;
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
    struct bind *b = submitter(line);
    return b ? bind_request(b, pdu, tag) : ERR_CLOSED;
}

static void open_pump(struct line *line, bool open)
{
    pump_open(line->pump, open);
    if (!open)
        line->closed_at_us = clock_mono_us();
}

static const char *mode_name(enum smpp_mode mode)
{
    return mode == SMPP_TX ? "tx" : mode == SMPP_RX ? "rx" : "trx";
}

static void pause_reading(struct line *line, bool paused)
{
    if (line->reading_paused == paused)
        return;
    line->reading_paused = paused;
    for (size_t i = 0; i < line->binds_n; i++)
        if (bind_mode(line->binds[i]) & SMPP_RX)
            bind_pause(line->binds[i], paused);
}

/* ---- calls of the binds ---- */

static void on_bound(void *ctx, struct bind *b)
{
    struct line *line = ctx;
    log_info("carrier_bound", "carrier=%s bind=%s peer=%s", line->label, mode_name(bind_mode(b)),
             bind_peer(b));
    if (line->phase == LINE_ON && bind_mode(b) & SMPP_TX)
        open_pump(line, true);
    note_state(line);
    line->env.on_change(line->env.ctx, line);
    wake(line);
}

static void log_end(const struct line *line, struct bind *b, const char *reason, uint32_t status)
{
    const char *mode = mode_name(bind_mode(b));
    char safe[LOG_SAFE_SIZE];
    log_safe(safe, str_of(reason));
    long long retry_ms = bind_pause_us(b) / MS_US;
    if (line->phase == LINE_UNBINDING)
        log_info("carrier_unbound", "carrier=%s bind=%s reason=%s", line->label, mode, safe);
    else if (status)
        log_error("carrier_refused", "carrier=%s bind=%s status=%s retry_ms=%lld", line->label,
                  mode, smpp_status_name(status), retry_ms);
    else
        log_warn("carrier_lost", "carrier=%s bind=%s reason=%s retry_ms=%lld", line->label, mode,
                 safe, retry_ms);
}

static void on_lost(void *ctx, struct bind *b, const char *reason, uint32_t status)
{
    struct line *line = ctx;
    log_end(line, b, reason, status);
    if (line->phase != LINE_UNBINDING)
        note_error(line, reason, status);
    if (bind_mode(b) & SMPP_TX && atomic_load(&line->slot->ready))
        open_pump(line, false);
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
    if (inbox_waiting(line->inbox) >= INBOX_BUSY)
        pause_reading(line, true);
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    struct line *line = ctx;
    pump_answer(line->pump, tag, outcome, response, clock_mono_us());
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
    if (inbox_waiting(line->inbox) < INBOX_BUSY / 2)
        pause_reading(line, false);
    wake(line);
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
    struct bind_settings session = settings_of_bind(&line->used->settings);
    for (size_t i = 0; i < line->binds_n; i++)
        bind_adopt(line->binds[i], &session);
    log_safe(line->label, line->used->row.name);
    inbox_set_label(line->inbox, line->label);
    bool shared = atomic_load(&line->slot->shared);
    struct pump_settings settings = settings_of_pump(&line->used->settings, shared);
    pump_configure(line->pump, &settings);
    directory_release(before);
}

static void start(struct line *line)
{
    adopt(line);
    struct bind_settings settings = settings_of_bind(&line->used->settings);
    static const enum smpp_mode modes[][BINDS_MAX] = {{SMPP_TRX}, {SMPP_TX, SMPP_RX}};
    bool two = str_eq(line->used->settings.bind, STR("tx+rx"));
    line->binds_n = two ? 2 : 1;
    line->phase = LINE_ON;
    line->closed_at_us = clock_mono_us();
    for (size_t i = 0; i < line->binds_n; i++) {
        settings.mode = modes[two][i];
        bind_start(line->binds[i], &settings);
    }
    note_state(line);
}

static void drain(struct line *line)
{
    line->phase = LINE_DRAINING;
    line->phase_until_us = clock_mono_us() + CARRIER_DRAIN_MS * MS_US;
    open_pump(line, false);
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
    /* The last that becomes idle may start them all again, with other settings. */
    for (size_t i = 0; line->phase == LINE_UNBINDING && i < line->binds_n; i++)
        bind_unbind(line->binds[i]);
}

static bool is_idle(const struct line *line)
{
    for (size_t i = 0; i < line->binds_n; i++)
        if (bind_state(line->binds[i]) != BIND_IDLE)
            return false;
    return true;
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
    if (line->phase == LINE_UNBINDING && is_idle(line))
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

static void measure_rate(struct line *line, int64_t now_us)
{
    struct pump_figures figures;
    pump_figures(line->pump, &figures);
    int64_t passed_us = now_us - line->ticked_at_us;
    if (line->ticked_at_us && passed_us > 0)
        line->rate_now = (int64_t)(figures.submits - line->submits_before) * SEC_US / passed_us;
    line->submits_before = figures.submits;
    line->ticked_at_us = now_us;
}

void line_tick(struct line *line)
{
    int64_t now_us = clock_mono_us();
    measure_rate(line, now_us);
    pause_reading(line, false); /* a store that stands still must not make the link look dead */
    bool late = now_us >= line->phase_until_us;
    for (size_t i = 0; late && line->phase == LINE_UNBINDING && i < line->binds_n; i++)
        bind_cut(line->binds[i]);
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

void line_status(const struct line *line, struct carrier_status *out)
{
    struct pump_figures figures;
    pump_figures(line->pump, &figures);
    *out = (struct carrier_status){
        .state = line->state,
        .since_us = line->since_us,
        .error_at_us = line->error_at_us,
        .window_used = figures.on_wire,
        .window_size = line->used ? (uint32_t)line->used->settings.window : 0,
        .rate_now = line->rate_now,
        .active = atomic_load(&line->slot->active),
        .oldest_due_at_us = figures.oldest_due_at_us,
        .submits = figures.submits,
        .throttles = figures.throttles,
    };
    memcpy(out->error, line->error, sizeof(out->error));
    for (size_t i = 0; i < BINDS_MAX; i++) {
        out->binds += bind_state(line->binds[i]) == BIND_BOUND;
        out->reconnects += bind_reconnects(line->binds[i]);
    }
    out->binds_wanted = line->phase == LINE_OFF ? 0 : (unsigned)line->binds_n;
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

struct line *line_new(const struct line_env *env, struct outbox_slot *slot)
{
    struct line *line = base_alloc(sizeof(*line));
    struct mailbox *home = net_loop_mailbox(env->loop);
    line->env = *env;
    line->slot = slot;
    line->since_us = clock_now_us();
    log_safe(line->label, (struct str){0});
    line->timer = net_timer_new(env->loop, on_timer, line);
    line->pump = pump_new(slot, home,
                          &(struct pump_calls){.submit = submit, .post = post, .wake = wake}, line);
    line->inbox = inbox_new(slot->carrier_id, home,
                            &(struct inbox_calls){.post = post, .respond = respond}, line);
    for (size_t i = 0; i < BINDS_MAX; i++)
        line->binds[i] = bind_new(env->loop, &bind_calls, line);
    return line;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    atomic_store(&line->slot->ready, false);
    for (size_t i = 0; i < BINDS_MAX; i++)
        bind_free(line->binds[i]);
    inbox_free(line->inbox);
    pump_free(line->pump);
    net_timer_free(line->timer);
    directory_release(line->used_in);
    directory_release(line->wanted_in);
    free(line);
}

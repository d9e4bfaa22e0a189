/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/probe.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "carrier/probe_eye.h"
#include "carrier/probe_message.h"
#include "carrier/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t look_us = 50 * MS_US; /* from one look at what came to the next */
static const int64_t bind_us = 10 * SEC_US;
static const int64_t bye_us = 5 * SEC_US;
static const int64_t answer_us = 15 * SEC_US; /* for the answer of a submit */
static const int64_t silence_us = SEC_US;     /* before enquire_link */

enum step { IDLE, PAIR, PAIR_BYE, TRX, TRX_BYE, PAIR_AGAIN, SEND, COLLECT, WINDOW, BYE };

/* A pair of binds, or the transceiver. */
static const enum smpp_mode modes[] = {SMPP_TX, SMPP_RX, SMPP_TRX};
enum { MODES = sizeof(modes) / sizeof(modes[0]) };

/* What is sent, in order. */
static const struct {
    enum probe_kind kind;
    uint32_t parts;
} messages[] = {{PROBE_PLAIN, 1}, {PROBE_ALPHABET, 1}, {PROBE_UDH8, 2},
                {PROBE_UDH16, 2}, {PROBE_SAR, 2},      {PROBE_PAYLOAD, 1}};
enum { KINDS = sizeof(messages) / sizeof(messages[0]) };

struct probe {
    struct probe_env env;
    struct net_timer *timer;
    struct bind *binds[MODES];
    struct smpp_look own;   /* what passes over them */
    struct smpp_look other; /* and over the sessions in use */
    struct arena *arena;    /* of the PDU in hand */
    struct receipt_rules *rules;

    enum step step;
    int64_t until_us; /* of the step */
    struct tap *tap;
    struct probe_ask ask;
    const struct directory *held;
    const struct carrier_settings *settings;
    struct probe_seen seen;
    int64_t sent_us[PROBE_SUBMITS_MAX];
    size_t kind; /* of messages: the next to be made */
    uint32_t part;
    uint8_t reference;
    uint32_t open; /* submits unanswered */
    bool broken;   /* a session ended by itself */
    struct probe_message message;
};

/* ---- what it says ---- */

static void note(void *ctx, enum probe_note kind, const char *text)
{
    struct probe *p = ctx;
    tap_note(p->tap, kind, str_of(text));
}

__attribute__((format(printf, 2, 3))) static void say(struct probe *p, const char *format, ...)
{
    char text[240];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    note(p, PROBE_SAYS, text);
}

/* ---- its sessions ---- */

static struct probe_bind *seen_bind(struct probe *p, const struct bind *b)
{
    return &p->seen.binds[bind_mode(b)];
}

static void on_bound(void *ctx, struct bind *b)
{
    seen_bind(ctx, b)->bound = true;
}

static void on_lost(void *ctx, struct bind *b, const char *reason, uint32_t status)
{
    struct probe *p = ctx;
    struct probe_bind *seen = seen_bind(p, b);
    if (!seen->bound) {
        seen->refusal = status;
        snprintf(seen->reason, sizeof(seen->reason), "%s", reason);
    } else if (p->step >= SEND && p->step < BYE) {
        say(p, "the session ended: %s", reason);
        p->broken = true;
    }
}

static void on_idle(void *ctx, struct bind *b) {}

static void on_request(void *ctx, struct bind *b, const struct smpp_pdu *request)
{
    struct probe *p = ctx;
    p->env.on_request(p->env.ctx, b, request);
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    struct probe *p = ctx;
    struct probe_submit *s = tag;
    if (p->step == IDLE)
        return;
    p->open--;
    if (!response)
        return;
    s->answered = true;
    s->status = response->status;
    s->took_us = clock_mono_us() - p->sent_us[s - p->seen.submits];
    struct str id = response->command == SMPP_SUBMIT_SM_RESP && response->has_body
                        ? response->body.submit_sm_resp.message_id
                        : (struct str){0};
    if (str_copy(s->id, sizeof(s->id), id))
        s->id[0] = '\0';
}

static void on_turn(void *ctx) {}

static const struct bind_calls calls = {
    .on_bound = on_bound,
    .on_lost = on_lost,
    .on_idle = on_idle,
    .on_request = on_request,
    .on_response = on_response,
    .on_turn = on_turn,
};

static void see(struct probe *p, bool own, struct str pdu)
{
    struct probe_eye eye = {&p->seen, &p->ask, p->rules, p->arena};
    if (p->step != IDLE)
        probe_eye_see(&eye, own, pdu);
}

static void see_own(const struct smpp_look *look, bool out, struct str pdu)
{
    struct probe *p = (struct probe *)((uintptr_t)look - offsetof(struct probe, own));
    if (!out)
        see(p, true, pdu);
}

static void see_other(const struct smpp_look *look, bool out, struct str pdu)
{
    struct probe *p = (struct probe *)((uintptr_t)look - offsetof(struct probe, other));
    if (!out)
        see(p, false, pdu);
}

/* `pair`: transmitter and receiver, else the transceiver. */
static bool is_of(size_t i, bool pair)
{
    return (modes[i] == SMPP_TRX) != pair;
}

static void bind_all(struct probe *p, bool pair)
{
    for (size_t i = 0; i < MODES; i++) {
        if (!is_of(i, pair))
            continue;
        struct bind_settings settings = settings_of_bind(p->settings, modes[i]);
        settings.awaits_outbind = false;
        settings.window = PROBE_WINDOW_MOST + 1;
        settings.response_timeout_us = answer_us;
        settings.bind_timeout_us = bind_us;
        settings.enquire_us = silence_us;
        settings.inactivity_us = 0;
        settings.recycle_after = 0;
        settings.reconnect_least_us = settings.reconnect_most_us = HOUR_US; /* one attempt */
        p->seen.binds[modes[i]] = (struct probe_bind){.tried = true};
        bind_start(p->binds[i], &settings);
    }
}

static void unbind_all(struct probe *p)
{
    for (size_t i = 0; i < MODES; i++)
        bind_unbind(p->binds[i]);
}

static bool are_idle(struct probe *p)
{
    bool late = clock_mono_us() >= p->until_us;
    bool idle = true;
    for (size_t i = 0; i < MODES; i++) {
        if (late)
            bind_cut(p->binds[i]);
        idle = idle && bind_state(p->binds[i]) == BIND_IDLE;
    }
    return idle;
}

static bool are_settled(const struct probe *p, bool pair)
{
    for (size_t i = 0; i < MODES; i++) {
        const struct probe_bind *seen = &p->seen.binds[modes[i]];
        if (is_of(i, pair) && !seen->bound && !seen->reason[0] && !seen->refusal)
            return clock_mono_us() >= p->until_us;
    }
    return true;
}

static struct bind *submitter(const struct probe *p)
{
    for (size_t i = 0; i < MODES; i++)
        if (bind_can_submit(p->binds[i]))
            return p->binds[i];
    return NULL;
}

/* ---- steps ---- */

static void go(struct probe *p, enum step step, int64_t most_us)
{
    p->step = step;
    p->until_us = clock_mono_us() + most_us;
}

static void leave(struct probe *p)
{
    unbind_all(p);
    go(p, BYE, bye_us);
}

static bool was_bound(const struct probe *p, enum smpp_mode mode)
{
    return p->seen.binds[mode].bound;
}

static void submit(struct probe *p, enum probe_kind kind, uint32_t part)
{
    struct bind *b = submitter(p);
    size_t i = p->seen.submits_n;
    if (!b || i == PROBE_SUBMITS_MAX)
        return;
    struct probe_submit *s = &p->seen.submits[i];
    *s = (struct probe_submit){.kind = kind, .part = part, .open = p->open + 1};
    probe_message_write(&p->message, p->settings, &p->ask, kind, part, p->reference);
    p->sent_us[i] = clock_mono_us();
    if (bind_request(b, &p->message.pdu, s))
        return;
    p->seen.submits_n++;
    p->open++;
}

static void begin_to_send(struct probe *p)
{
    say(p, "sending the messages");
    go(p, SEND, 4 * answer_us);
}

/* One after the other: each tells something of its own. */
static void send_next(struct probe *p)
{
    if (p->kind == KINDS || clock_mono_us() >= p->until_us) {
        say(p, "waiting for receipts and for the phone's answer, %lld s at most",
            (long long)(p->ask.wait_us / SEC_US));
        go(p, COLLECT, p->ask.wait_us);
        return;
    }
    if (p->open)
        return;
    if (p->part == 1)
        p->reference++;
    submit(p, messages[p->kind].kind, p->part);
    if (p->part++ < messages[p->kind].parts)
        return;
    p->part = 1;
    p->kind++;
}

/* Nothing more is to be expected. */
static bool has_all(const struct probe *p)
{
    size_t taken = 0, told = 0;
    for (size_t i = 0; i < p->seen.submits_n; i++)
        taken += p->seen.submits[i].answered && !p->seen.submits[i].status;
    for (size_t i = 0; i < p->seen.receipts_n; i++)
        told += !p->seen.receipts[i].intermediate;
    return p->seen.enquired && told >= taken && p->seen.echoes_n > 0;
}

static void test_window(struct probe *p)
{
    say(p, "sending %d messages at once", PROBE_WINDOW_MOST);
    for (uint32_t i = 1; i <= PROBE_WINDOW_MOST; i++)
        submit(p, PROBE_WINDOW, i);
    go(p, WINDOW, answer_us);
}

static void let_go(struct probe *p)
{
    p->step = IDLE;
    tap_close(p->tap);
    receipt_rules_free(p->rules);
    p->rules = NULL;
    directory_release(p->held);
}

static void end(struct probe *p)
{
    probe_judge(&p->seen, p->settings, note, p);
    if (p->seen.submits_n)
        note(p, PROBE_DONE, "");
    let_go(p);
}

static void after_trx(struct probe *p)
{
    if (was_bound(p, SMPP_TRX)) {
        begin_to_send(p);
        return;
    }
    unbind_all(p); /* it would try again */
    go(p, TRX_BYE, bye_us);
}

static void after_trx_bye(struct probe *p)
{
    if (!was_bound(p, SMPP_TX)) {
        leave(p);
        return;
    }
    bind_all(p, true);
    go(p, PAIR_AGAIN, bind_us);
}

static void step(struct probe *p)
{
    bool late = clock_mono_us() >= p->until_us;
    switch (p->step) {
    case IDLE:
        break;
    case PAIR:
        if (are_settled(p, true)) {
            unbind_all(p);
            go(p, PAIR_BYE, bye_us);
        }
        break;
    case PAIR_BYE:
        if (are_idle(p)) {
            say(p, "binding as transceiver");
            bind_all(p, false);
            go(p, TRX, bind_us);
        }
        break;
    case TRX:
        if (are_settled(p, false))
            after_trx(p);
        break;
    case TRX_BYE:
        if (are_idle(p))
            after_trx_bye(p);
        break;
    case PAIR_AGAIN:
        if (are_settled(p, true))
            begin_to_send(p);
        break;
    case SEND:
        send_next(p);
        break;
    case COLLECT:
        if ((late || has_all(p)) && p->ask.window_test)
            test_window(p);
        else if (late || has_all(p))
            leave(p);
        break;
    case WINDOW:
        if (late || !p->open)
            leave(p);
        break;
    case BYE:
        if (are_idle(p))
            end(p);
        break;
    }
}

static void on_timer(void *ctx)
{
    struct probe *p = ctx;
    if (p->step != IDLE && p->step != BYE && (p->broken || tap_is_left(p->tap)))
        leave(p);
    step(p);
    for (size_t i = 0; i < MODES; i++)
        bind_flush(p->binds[i]); /* answers to what came in, too */
    if (p->step != IDLE)
        net_timer_set(p->timer, look_us);
}

/* ---- life ---- */

/* The format of ids is what the probe finds out. */
static struct receipt_rules *rules_of(const struct carrier_settings *s, struct arena *a)
{
    struct carrier_settings plain = *s;
    struct receipt_rules *rules = NULL;
    struct refusal why = {0};
    plain.receipt_id = STR("as-is");
    if (receipt_rules_new(&rules, &plain, a, &why)) /* they were saved by the same check */
        log_error("receipt_rules_refused", "setting=%s", why.field);
    return rules;
}

void probe_start(struct probe *p, const struct directory *d, const struct directory_carrier *c,
                 const struct probe_ask *ask, struct tap *tap)
{
    if (p->step != IDLE) {
        tap_note(tap, PROBE_SAYS, STR("a probe of this carrier is under way: try again later"));
        tap_close(tap);
        return;
    }
    char safe[LOG_SAFE_SIZE];
    log_info("carrier_probe", "carrier=%s window_test=%s", log_safe(safe, c->row.name),
             ask->window_test ? "yes" : "no");
    p->tap = tap;
    p->ask = *ask;
    p->held = directory_hold(d);
    p->settings = &c->settings;
    p->rules = rules_of(p->settings, p->arena);
    p->seen = (struct probe_seen){0};
    p->kind = 0;
    p->part = 1;
    p->reference = (uint8_t)secret_random_u64();
    p->open = 0;
    p->broken = false;
    say(p, "%d real messages will be sent to the phone",
        PROBE_MESSAGES + (ask->window_test ? PROBE_WINDOW_MOST : 0));
    say(p, "binding as transmitter and as receiver");
    bind_all(p, true);
    go(p, PAIR, bind_us);
    net_timer_set(p->timer, look_us);
}

const struct smpp_look *probe_look(const struct probe *p)
{
    return &p->other;
}

bool probe_runs(const struct probe *p)
{
    return p->step != IDLE;
}

void probe_stop(struct probe *p)
{
    if (p->step == IDLE)
        return;
    for (size_t i = 0; i < MODES; i++)
        bind_cut(p->binds[i]);
    net_timer_cancel(p->timer);
    let_go(p);
}

struct probe *probe_new(const struct probe_env *env)
{
    struct probe *p = base_alloc(sizeof(*p));
    p->env = *env;
    p->timer = net_timer_new(env->loop, on_timer, p);
    p->own.see = see_own;
    p->other.see = see_other;
    p->arena = arena_new();
    for (size_t i = 0; i < MODES; i++) {
        p->binds[i] = bind_new(env->loop, &calls, p);
        bind_look_on(p->binds[i], &p->own);
    }
    return p;
}

void probe_free(struct probe *p)
{
    if (!p)
        return;
    probe_stop(p);
    for (size_t i = 0; i < MODES; i++)
        bind_free(p->binds[i]);
    net_timer_free(p->timer);
    arena_free(p->arena);
    free(p);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/trials.h"

#include "base/clock.h"
#include "carrier/settings.h"
#include "smpp/pdu.h"

#include <stdio.h>
#include <stdlib.h>

static const int64_t look_us = 20 * MS_US;
static const int64_t bye_us = 2 * SEC_US;

struct trials {
    struct net_loop *loop;
    struct net_timer *timer;
    struct trial *trial; /* under way; NULL: none */
    struct bind *binds[TRIAL_BINDS];
    int64_t began_us, until_us;
    bool leaving, stopped;
};

static struct trial_bind *of_bind(struct trials *t, const struct bind *b)
{
    return b == t->binds[0] ? &t->trial->binds[0] : &t->trial->binds[1];
}

static void on_bound(void *ctx, struct bind *b)
{
    struct trials *t = ctx;
    struct trial_bind *told = of_bind(t, b);
    told->bound = true;
    told->took_us = clock_mono_us() - t->began_us;
    snprintf(told->peer, sizeof(told->peer), "%s", bind_peer(b));
}

static void on_lost(void *ctx, struct bind *b, const char *reason, uint32_t status)
{
    struct trials *t = ctx;
    struct trial_bind *told = of_bind(t, b);
    if (told->bound)
        return;
    told->took_us = clock_mono_us() - t->began_us;
    told->status = status;
    snprintf(told->error, sizeof(told->error), "%s", reason);
}

static void on_request(void *ctx, struct bind *b, const struct smpp_pdu *request)
{
    bind_respond(b, bind_session(b), request->command, request->sequence, ESME_RX_T_APPN);
}

static void on_idle(void *ctx, struct bind *b) {}
static void on_turn(void *ctx) {}
static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
}

static const struct bind_calls calls = {.on_bound = on_bound,
                                        .on_lost = on_lost,
                                        .on_idle = on_idle,
                                        .on_request = on_request,
                                        .on_response = on_response,
                                        .on_turn = on_turn};

static void answer(struct trials *t)
{
    struct trial *trial = t->trial;
    t->trial = NULL;
    for (size_t i = 0; i < TRIAL_BINDS; i++) {
        if (t->binds[i])
            bind_free(t->binds[i]);
        t->binds[i] = NULL;
    }
    mailbox_post(trial->home, &trial->letter);
}

static bool is_settled(const struct trial *trial)
{
    for (size_t i = 0; i < trial->binds_n; i++)
        if (!trial->binds[i].bound && !trial->binds[i].error[0])
            return false;
    return true;
}

static bool is_idle(const struct trials *t)
{
    for (size_t i = 0; i < t->trial->binds_n; i++)
        if (bind_state(t->binds[i]) != BIND_IDLE)
            return false;
    return true;
}

static void leave(struct trials *t)
{
    for (size_t i = 0; i < t->trial->binds_n; i++) {
        struct trial_bind *told = &t->trial->binds[i];
        if (!told->bound && !told->error[0])
            snprintf(told->error, sizeof(told->error), "no answer within %d s", TRIAL_MOST_S);
        bind_unbind(t->binds[i]);
    }
    t->leaving = true;
    t->until_us = clock_mono_us() + bye_us;
}

static void on_timer(void *ctx)
{
    struct trials *t = ctx;
    bool late = clock_mono_us() >= t->until_us;
    if (!t->trial)
        return;
    if (!t->leaving && (late || is_settled(t->trial)))
        leave(t);
    else if (t->leaving && (late || is_idle(t))) {
        answer(t);
        return;
    }
    for (size_t i = 0; i < t->trial->binds_n; i++)
        bind_flush(t->binds[i]);
    net_timer_set(t->timer, look_us);
}

static void begin_bind(struct trials *t, enum smpp_mode mode, const char *name)
{
    struct trial *trial = t->trial;
    size_t i = trial->binds_n++;
    struct bind_settings settings = settings_of_bind(trial->settings, mode);
    settings.awaits_outbind = false;
    settings.bind_timeout_us = TRIAL_MOST_S * SEC_US;
    settings.reconnect_least_us = settings.reconnect_most_us = HOUR_US; /* one attempt */
    trial->binds[i] = (struct trial_bind){.mode = name};
    t->binds[i] = bind_new(t->loop, &calls, t);
    bind_start(t->binds[i], &settings);
}

void trials_begin(struct trials *t, struct trial *trial)
{
    if (t->trial || t->stopped) {
        trial->busy = true;
        mailbox_post(trial->home, &trial->letter);
        return;
    }
    t->trial = trial;
    t->leaving = false;
    t->began_us = clock_mono_us();
    t->until_us = t->began_us + TRIAL_MOST_S * SEC_US;
    if (settings_are_pairs(trial->settings)) {
        begin_bind(t, SMPP_TX, "tx");
        begin_bind(t, SMPP_RX, "rx");
    } else {
        begin_bind(t, SMPP_TRX, "trx");
    }
    net_timer_set(t->timer, look_us);
}

void trials_stop(struct trials *t)
{
    t->stopped = true;
    if (t->trial) {
        leave(t);
        answer(t);
    }
}

struct trials *trials_new(struct net_loop *loop)
{
    struct trials *t = base_alloc(sizeof(*t));
    t->loop = loop;
    t->timer = net_timer_new(loop, on_timer, t);
    return t;
}

void trials_free(struct trials *t)
{
    for (size_t i = 0; i < TRIAL_BINDS; i++)
        if (t->binds[i])
            bind_free(t->binds[i]);
    net_timer_free(t->timer);
    free(t);
}

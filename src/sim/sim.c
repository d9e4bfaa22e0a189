/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim.h"

#include "base/clock.h"
#include "sim/face.h"
#include "sim/smsc.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    PHONES = 10000,
    MESSAGES = 200,
    PHONE_BYTES = 64 * 1024 * 1024,
};

#define FLUSH_US      (100 * MS_US)
#define STOP_STEP_US  (20 * MS_US)
#define STOP_LIMIT_US (3 * SEC_US)

struct sim {
    struct net_loop *loop;
    struct phones *phones;
    struct smsc *smsc;
    struct face *face;
    struct submit_log *log;
    struct net_timer *flush_timer;
    struct net_timer *stop_timer;
    struct sim_stats stats;
    struct letter stop_letter;
    atomic_bool stop_asked;
    int64_t stopping_us;
};

static void on_message(void *ctx, const struct phone *phone, const struct phone_message *message)
{
    struct sim *sim = ctx;
    if (sim->face)
        face_message(sim->face, phone, message);
}

static void on_binds(void *ctx)
{
    struct sim *sim = ctx;
    if (sim->face)
        face_binds(sim->face);
}

static void flush_log(void *ctx)
{
    struct sim *sim = ctx;
    submit_log_flush(sim->log);
    net_timer_set(sim->flush_timer, FLUSH_US);
}

static void wait_for_binds(void *ctx)
{
    struct sim *sim = ctx;
    if (smsc_bind_count(sim->smsc) == 0 || clock_mono_us() - sim->stopping_us > STOP_LIMIT_US)
        net_loop_stop(sim->loop);
    else
        net_timer_set(sim->stop_timer, STOP_STEP_US);
}

static void stop_delivered(struct letter *letter)
{
    struct sim *sim = (struct sim *)((char *)letter - offsetof(struct sim, stop_letter));
    sim->stopping_us = clock_mono_us();
    face_stop(sim->face);
    smsc_stop(sim->smsc);
    wait_for_binds(sim);
}

static enum err check_config(const struct sim_config *config)
{
    bool fine = config->smpp_address && config->http_address && config->receipt_delay_ms >= 0 &&
                config->receipt_delay_ms <= SIM_DELAY_MAX_MS && config->answer_delay_ms >= 0 &&
                config->answer_delay_ms <= SIM_DELAY_MAX_MS && config->response_timeout_ms >= 1 &&
                config->response_timeout_ms <= SIM_DELAY_MAX_MS && config->window >= 1 &&
                config->window <= SIM_WINDOW_MAX;
    return fine && !quirks_conflict(&config->quirks) ? OK : ERR_INVALID;
}

enum err sim_new(struct sim **out, const struct sim_config *config)
{
    static const struct smsc_calls calls = {.on_message = on_message, .on_binds = on_binds};
    static const struct phones_limits limits = {
        .phones = PHONES, .messages = MESSAGES, .bytes = PHONE_BYTES};
    enum err err = check_config(config);
    if (err)
        return err;
    struct sim *sim = base_alloc(sizeof(*sim));
    sim->stop_letter.deliver = stop_delivered;
    sim->loop = net_loop_new();
    sim->phones = phones_new(&limits);
    sim->stop_timer = net_timer_new(sim->loop, wait_for_binds, sim);
    sim->flush_timer = net_timer_new(sim->loop, flush_log, sim);
    if (config->submit_log)
        err = submit_log_open(&sim->log, config->submit_log);
    if (!err)
        err = smsc_new(
            &sim->smsc, config,
            &(struct smsc_parts){
                .loop = sim->loop, .phones = sim->phones, .stats = &sim->stats, .log = sim->log},
            &calls, sim);
    if (!err)
        err = face_new(
            &sim->face, config,
            &(struct face_parts){
                .loop = sim->loop, .phones = sim->phones, .smsc = sim->smsc, .stats = &sim->stats});
    if (err) {
        sim_free(sim);
        return err;
    }
    if (sim->log)
        net_timer_set(sim->flush_timer, FLUSH_US);
    *out = sim;
    return OK;
}

void sim_run(struct sim *sim)
{
    net_loop_run(sim->loop);
}

void sim_stop(struct sim *sim)
{
    if (!atomic_exchange(&sim->stop_asked, true))
        net_loop_post(sim->loop, &sim->stop_letter);
}

void sim_free(struct sim *sim)
{
    if (!sim)
        return;
    face_free(sim->face);
    sim->face = NULL; /* what ends now has nobody to be told */
    smsc_free(sim->smsc);
    submit_log_close(sim->log);
    phones_free(sim->phones);
    net_timer_free(sim->flush_timer);
    net_timer_free(sim->stop_timer);
    net_loop_free(sim->loop);
    free(sim);
}

uint16_t sim_smpp_port(const struct sim *sim)
{
    return smsc_port(sim->smsc);
}

uint16_t sim_http_port(const struct sim *sim)
{
    return face_port(sim->face);
}

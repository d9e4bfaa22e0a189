/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/log.h"
#include "sim/smsc_inside.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    WRITE_LIMIT = 16 * 1024 * 1024, /* what waits for one peer; beyond it the peer is dropped */
    WRITE_HIGH = 1024 * 1024,       /* above this nothing more is read from it or sent to it */
};

#define TICK_US        (250 * MS_US)
#define DUE_STEP_US    (2 * MS_US) /* what is due is collected for so long */
#define BIND_US        (10 * SEC_US)
#define ENQUIRE_US     (30 * SEC_US)
#define INACTIVITY_US  (120 * SEC_US)
#define CLOSING_US     (3 * SEC_US)
#define RETRY_SOON_US  (1 * SEC_US)
#define RETRY_LATER_US (30 * SEC_US)

void smsc_mark_bind(struct smsc *smsc, struct bind *bind)
{
    if (bind->marked)
        return;
    bind->marked = true;
    bind->next_marked = smsc->marked_binds;
    smsc->marked_binds = bind;
}

/* ---- Sessions ---- */

static const char *mode_name(enum smpp_mode mode)
{
    return mode == SMPP_TX ? "transmitter" : mode == SMPP_RX ? "receiver" : "transceiver";
}

static void session_output(void *ctx, struct str bytes)
{
    struct bind *bind = ctx;
    if (bind->dead)
        return;
    buf_add_str(&bind->out, bytes);
    smsc_mark_bind(bind->smsc, bind);
}

static void session_bound(void *ctx, enum smpp_mode mode)
{
    struct bind *bind = ctx;
    struct smsc *smsc = bind->smsc;
    bind->since_us = smsc->wall_us;
    if (mode & SMPP_RX) {
        customer_join_receivers(bind);
        customer_mark(smsc, bind->customer);
    }
    if (!smsc->quiet) {
        char system_id[LOG_SAFE_SIZE];
        log_info("sim_bound", "bind=%" PRIu64 " system_id=%s mode=%s peer=%s", bind->number,
                 log_safe(system_id, str_of(bind->customer->system_id)), mode_name(mode),
                 net_conn_peer(bind->conn));
    }
    smsc->calls.on_binds(smsc->ctx);
}

static void session_request(void *ctx, const struct smpp_pdu *request)
{
    struct bind *bind = ctx;
    if (bind->customer)
        submit_request(bind, request);
    else
        login_request(bind, request);
}

static void session_response(void *ctx, void *tag, enum smpp_outcome outcome,
                             const struct smpp_pdu *response)
{
    delivery_answered(ctx, tag, outcome, response);
}

static void session_closed(void *ctx, const char *reason, uint32_t bind_status)
{
    (void)bind_status;
    struct bind *bind = ctx;
    struct smsc *smsc = bind->smsc;
    bind->over = true;
    smsc_mark_bind(smsc, bind);
    if (!bind->customer)
        return;
    customer_leave_receivers(bind);
    bind->customer->binds--;
    if (!smsc->quiet)
        log_info("sim_unbound", "bind=%" PRIu64 " reason=\"%s\"", bind->number, reason);
    smsc->calls.on_binds(smsc->ctx);
}

static const struct smpp_session_calls session_calls = {
    .on_output = session_output,
    .on_bound = session_bound,
    .on_request = session_request,
    .on_response = session_response,
    .on_closed = session_closed,
};

/* ---- Connections ---- */

static void conn_open(void *ctx)
{
    (void)ctx;
}

static void conn_data(void *ctx, struct str bytes)
{
    struct bind *bind = ctx;
    smsc_turn(bind->smsc);
    if (!bind->over && !bind->dead)
        smpp_session_feed(bind->session, bytes, bind->smsc->mono_us);
    smsc_settle(bind->smsc);
}

static void conn_drain(void *ctx)
{
    struct bind *bind = ctx;
    if (!bind->blocked)
        return;
    smsc_turn(bind->smsc);
    bind->blocked = false;
    net_conn_pause(bind->conn, false);
    if (bind->customer)
        customer_mark(bind->smsc, bind->customer);
    smsc_settle(bind->smsc);
}

static void conn_close(void *ctx, const char *reason)
{
    struct bind *bind = ctx;
    smsc_turn(bind->smsc);
    bind->gone = true;
    smpp_session_lost(bind->session, reason);
    smsc_mark_bind(bind->smsc, bind);
    smsc_settle(bind->smsc);
}

static const struct net_conn_calls conn_calls = {
    .on_open = conn_open,
    .on_data = conn_data,
    .on_drain = conn_drain,
    .on_close = conn_close,
};

static void accept_conn(void *ctx, struct net_conn *conn)
{
    struct smsc *smsc = ctx;
    size_t slot = 0;
    while (slot < SMSC_BINDS_MAX && smsc->slots[slot])
        slot++;
    if (slot == SMSC_BINDS_MAX || smsc->stopping) {
        net_conn_free(conn);
        return;
    }
    smsc_turn(smsc);
    struct bind *bind = base_alloc(sizeof(*bind));
    bind->smsc = smsc;
    bind->conn = conn;
    bind->number = ++smsc->last_bind;
    bind->slot = slot;
    bind->out = buf_limited(WRITE_LIMIT);
    struct smpp_session_config config = {.role = SMPP_SMSC,
                                         .window = smsc->window,
                                         .response_timeout_us = smsc->response_timeout_us,
                                         .bind_timeout_us = BIND_US,
                                         .enquire_us = ENQUIRE_US,
                                         .inactivity_us = INACTIVITY_US};
    bind->session = smpp_session_new(&config, &session_calls, bind, smsc->mono_us);
    smsc->slots[slot] = bind;
    smsc->binds++;
    net_conn_adopt(conn, &conn_calls, bind);
}

static void bind_free(struct bind *bind)
{
    bind->smsc->slots[bind->slot] = NULL;
    bind->smsc->binds--;
    net_conn_free(bind->conn);
    smpp_session_free(bind->session);
    buf_free(&bind->out);
    free(bind);
}

/* ---- Turns ---- */

void smsc_turn(struct smsc *smsc)
{
    smsc->mono_us = clock_mono_us();
    smsc->wall_us = clock_now_us();
}

static void flush_bind(struct bind *bind)
{
    if (bind->out.n == 0)
        return;
    enum err err = OK;
    if (bind->out.err)
        err = ERR_LIMIT;
    else if (!bind->gone)
        err = net_conn_write(bind->conn, buf_str(&bind->out));
    buf_clear(&bind->out);
    if (err == ERR_LIMIT)
        smpp_session_lost(bind->session, "does not read what it asked for");
    if (!bind->gone && !bind->blocked && net_conn_waiting(bind->conn) > WRITE_HIGH) {
        bind->blocked = true;
        net_conn_pause(bind->conn, true);
    }
}

static void settle_bind(struct bind *bind)
{
    flush_bind(bind);
    if (bind->dying && !bind->dead) {
        bind->dead = true;
        customer_leave_receivers(bind);
    }
    if (bind->cut && !bind->over)
        smpp_session_lost(bind->session, "cut, as this number asks for");
    if (bind->over && !bind->gone && !bind->closing_us) {
        bind->closing_us = bind->smsc->mono_us;
        net_conn_finish(bind->conn);
    }
    if (bind->over && bind->gone && !bind->marked)
        bind_free(bind);
}

static void arm(struct smsc *smsc)
{
    int64_t due_us = lane_due_us(&smsc->answers);
    if (lane_due_us(&smsc->late_answers) < due_us)
        due_us = lane_due_us(&smsc->late_answers);
    for (size_t i = 0; i < DELAY_COUNT; i++)
        if (lane_due_us(&smsc->delays[i]) < due_us)
            due_us = lane_due_us(&smsc->delays[i]);
    if (due_us == INT64_MAX)
        return;
    int64_t earliest_us = smsc->mono_us + DUE_STEP_US;
    if (due_us < earliest_us)
        due_us = earliest_us;
    if (smsc->armed_us > due_us) {
        smsc->armed_us = due_us;
        net_timer_set(smsc->due_timer, due_us - smsc->mono_us);
    }
}

void smsc_settle(struct smsc *smsc)
{
    if (smsc->settling) /* the outer call goes on until nothing is marked */
        return;
    smsc->settling = true;
    while (smsc->marked_customers || smsc->marked_binds) {
        struct customer *customer = smsc->marked_customers;
        if (customer) {
            smsc->marked_customers = customer->next_marked;
            customer->marked = false;
            delivery_pump(smsc, customer);
            continue;
        }
        struct bind *bind = smsc->marked_binds;
        smsc->marked_binds = bind->next_marked;
        bind->marked = false;
        settle_bind(bind);
    }
    smsc->settling = false;
    arm(smsc);
}

static void due(void *ctx)
{
    struct smsc *smsc = ctx;
    smsc_turn(smsc);
    smsc->armed_us = INT64_MAX;
    delivery_due(smsc);
    submit_answers_due(smsc);
    smsc_settle(smsc);
}

static void unbind_all(struct smsc *smsc)
{
    for (size_t i = 0; i < SMSC_BINDS_MAX; i++)
        if (smsc->slots[i] && !smsc->slots[i]->over && !smsc->slots[i]->dead)
            smpp_session_unbind(smsc->slots[i]->session, smsc->mono_us);
}

static void tick(void *ctx)
{
    struct smsc *smsc = ctx;
    smsc_turn(smsc);
    if (smsc->mono_us >= smsc->unbind_us) {
        smsc->unbind_us += smsc->quirks.unbind_every_s * SEC_US;
        unbind_all(smsc);
    }
    for (size_t i = 0; i < SMSC_BINDS_MAX; i++) {
        struct bind *bind = smsc->slots[i];
        if (!bind || (bind->dead && !bind->over))
            continue;
        if (!bind->over)
            smpp_session_tick(bind->session, smsc->mono_us);
        else if (bind->closing_us && smsc->mono_us - bind->closing_us > CLOSING_US) {
            bind->gone = true; /* it does not take the end of what we say */
            smsc_mark_bind(smsc, bind);
        }
    }
    net_timer_set(smsc->tick_timer, TICK_US);
    smsc_settle(smsc);
}

/* ---- Life ---- */

static enum err take_login(struct smsc *smsc, const struct sim_config *config)
{
    smsc->any_system_id = !config->system_id;
    smsc->any_password = !config->password;
    if (str_copy(smsc->system_id, sizeof(smsc->system_id), str_of(config->system_id)) != OK ||
        str_copy(smsc->password, sizeof(smsc->password), str_of(config->password)) != OK) {
        log_error("sim_config", "system_id or password is too long for SMPP");
        return ERR_INVALID;
    }
    return OK;
}

static void init_lanes(struct smsc *smsc, const struct sim_config *config)
{
    int64_t delay_us = config->receipt_delay_ms * MS_US;
    smsc->receipt_delay_us = delay_us;
    lane_init(&smsc->delays[DELAY_HALF], delay_us / 2);
    lane_init(&smsc->delays[DELAY_NORMAL], delay_us);
    lane_init(&smsc->delays[DELAY_LATE], delay_us * OUTCOME_LATE_FACTOR);
    lane_init(&smsc->delays[DELAY_RETRY_SOON], RETRY_SOON_US);
    lane_init(&smsc->delays[DELAY_RETRY_LATER], RETRY_LATER_US);
    lane_init(&smsc->answers, config->answer_delay_ms * MS_US);
    lane_init(&smsc->late_answers, delay_us + config->answer_delay_ms * MS_US);
}

enum err smsc_new(struct smsc **out, const struct sim_config *config,
                  const struct smsc_parts *parts, const struct smsc_calls *calls, void *ctx)
{
    static const struct net_listener_calls listener_calls = {.on_accept = accept_conn};
    struct smsc *smsc = base_alloc(sizeof(*smsc));
    smsc->parts = *parts;
    smsc->calls = *calls;
    smsc->ctx = ctx;
    smsc->quiet = config->quiet;
    smsc->plain = config->plain;
    smsc->no_phones = config->no_phones;
    smsc->no_receipts = config->no_receipts;
    smsc->window = config->window;
    smsc->rate = config->rate;
    smsc->reply_every = smsc->until_reply = config->reply_every;
    smsc->response_timeout_us = config->response_timeout_ms * MS_US;
    smsc->armed_us = INT64_MAX;
    smsc->quirks = config->quirks;
    memcpy(smsc->numbers, config->numbers, sizeof(smsc->numbers));
    smsc->numbers_n = config->numbers_n;
    init_lanes(smsc, config);
    smsc_turn(smsc);
    smsc->unbind_us = smsc->quirks.unbind_every_s
                          ? smsc->mono_us + smsc->quirks.unbind_every_s * SEC_US
                          : INT64_MAX;
    /* Ids go on growing when the simulator starts again: nobody takes a million a second. */
    smsc->last_message_id = (uint64_t)smsc->wall_us;
    smsc->tracks = base_alloc(SMSC_TRACKS * sizeof(struct track));
    smsc->refusals = map_new(SMSC_TRACKS);
    smsc->receipt_text = buf_limited(512);
    smsc->line = buf_limited(2 * SMPP_PDU_MAX + 1024);
    smsc->arena = arena_new();
    smsc->due_timer = net_timer_new(parts->loop, due, smsc);
    smsc->tick_timer = net_timer_new(parts->loop, tick, smsc);
    enum err err = take_login(smsc, config);
    if (!err)
        err = net_listen(&smsc->listener, parts->loop, config->smpp_address, NULL, WRITE_LIMIT,
                         SMSC_BINDS_MAX, &listener_calls, smsc);
    if (err) {
        smsc_free(smsc);
        return err;
    }
    net_timer_set(smsc->tick_timer, TICK_US);
    *out = smsc;
    return OK;
}

void smsc_free(struct smsc *smsc)
{
    if (!smsc)
        return;
    if (smsc->listener)
        net_listener_free(smsc->listener);
    smsc->settling = true; /* nothing more is sent */
    for (size_t i = 0; i < SMSC_BINDS_MAX; i++)
        if (smsc->slots[i]) {
            smpp_session_lost(smsc->slots[i]->session, "the simulator ends");
            bind_free(smsc->slots[i]);
        }
    submit_answers_drop(smsc);
    for (size_t i = 0; i < DELAY_COUNT; i++)
        delivery_drop(smsc, &smsc->delays[i]);
    customer_free_all(smsc);
    net_timer_free(smsc->due_timer);
    net_timer_free(smsc->tick_timer);
    map_free(smsc->refusals);
    free(smsc->tracks);
    buf_free(&smsc->receipt_text);
    buf_free(&smsc->line);
    arena_free(smsc->arena);
    free(smsc);
}

uint16_t smsc_port(const struct smsc *smsc)
{
    return net_listener_port(smsc->listener);
}

void smsc_stop(struct smsc *smsc)
{
    smsc_turn(smsc);
    smsc->stopping = true;
    for (size_t i = 0; i < SMSC_BINDS_MAX; i++)
        if (smsc->slots[i] && smsc->slots[i]->dead && !smsc->slots[i]->over)
            smpp_session_lost(smsc->slots[i]->session, "the simulator ends");
    unbind_all(smsc);
    smsc_settle(smsc);
}

size_t smsc_binds(const struct smsc *smsc, struct smsc_bind_info *out, size_t limit)
{
    size_t n = 0;
    for (size_t i = 0; i < SMSC_BINDS_MAX && n < limit; i++) {
        const struct bind *b = smsc->slots[i];
        if (!b || smpp_session_state(b->session) != SMPP_BOUND)
            continue;
        out[n++] = (struct smsc_bind_info){.bind = b->number,
                                           .system_id = b->customer->system_id,
                                           .mode = mode_name(smpp_session_mode(b->session)),
                                           .peer = net_conn_peer(b->conn),
                                           .since_us = b->since_us};
    }
    return n;
}

size_t smsc_bind_count(const struct smsc *smsc)
{
    return smsc->binds;
}

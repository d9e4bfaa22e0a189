/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An SMPP client that sends as fast as its window allows, and says how fast that was, as one line
 * of JSON: what the simulator or an SMPP server can take. Bounded in number and in time.
 *
 *   smpp_load [--host H] [--port P] [--count N] [--window N] [--binds N] [--seconds N]
 *             [--recipient FIRST] [--text TEXT] [--no-receipts] [--system-id ID] [--password PW]
 *
 * Recipients count on from FIRST, without those that end in 99xx: they mean something to the
 * simulator. It ends when all was answered and every receipt that was
 * asked for came, or when the time is over (exit code 1).
 */
#include "base/clock.h"
#include "base/log.h"
#include "net/conn.h"
#include "smpp/session.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    BINDS_MAX = 64,
    SECONDS_MAX = 3600,
    WINDOW_MAX = 100000,
    WRITE_LIMIT = 64 * 1024 * 1024,
    WRITE_HIGH = 1024 * 1024,
    ESM_RECEIPT = 0x3C,
};

struct load;

struct link {
    struct load *load;
    struct net_conn *conn;
    struct smpp_session *session;
    struct buf out;
};

struct load {
    struct net_loop *loop;
    struct net_timer *tick;
    const char *host, *text, *system_id, *password;
    uint64_t port, count, window, binds, seconds, recipient;
    bool receipts;
    struct link links[BINDS_MAX];
    uint64_t bound, sent, answered, refused, lost, receipts_come, failed_links;
    int64_t started_us, sent_us, answered_us, done_us;
};

static uint64_t recipient_of(const struct load *load, uint64_t n)
{
    enum { ORDINARY = 9900, ALL = 10000 };
    return load->recipient / ALL * ALL + n / ORDINARY * ALL + n % ORDINARY;
}

static void submit_all(struct link *link)
{
    struct load *load = link->load;
    char to[24];
    int64_t now_us = clock_mono_us();
    while (load->sent < load->count && smpp_session_window_free(link->session) > 0 &&
           net_conn_waiting(link->conn) + link->out.n < WRITE_HIGH) {
        struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM, .has_body = true};
        struct smpp_submit_sm *body = &pdu.body.submit_sm;
        int n = snprintf(to, sizeof(to), "%" PRIu64, recipient_of(load, load->sent));
        body->source_addr_ton = 5;
        body->source_addr = STR("Navette");
        body->dest_addr_ton = 1;
        body->dest_addr_npi = 1;
        body->destination_addr = (struct str){to, (size_t)n};
        body->registered_delivery = load->receipts ? 1 : 0;
        body->short_message = str_of(load->text);
        if (smpp_session_request(link->session, &pdu, load, now_us) != OK)
            return;
        load->sent++;
    }
    if (load->sent == load->count && !load->sent_us)
        load->sent_us = now_us;
}

static void flush_link(struct link *link)
{
    if (link->out.n == 0)
        return;
    if (net_conn_write(link->conn, buf_str(&link->out)) != OK)
        smpp_session_lost(link->session, "cannot write");
    buf_clear(&link->out);
}

/* After everything that may have made room or finished the work. */
static void go_on(struct link *link)
{
    struct load *load = link->load;
    if (load->bound == load->binds && smpp_session_state(link->session) == SMPP_BOUND)
        submit_all(link);
    flush_link(link);
    uint64_t ended = load->answered + load->lost;
    int64_t now_us = clock_mono_us();
    if (ended == load->count && !load->answered_us)
        load->answered_us = now_us;
    bool all_receipts = !load->receipts || load->receipts_come + load->refused >= load->answered;
    if ((ended == load->count && all_receipts) || load->failed_links == load->binds) {
        load->done_us = load->done_us ? load->done_us : now_us;
        net_loop_stop(load->loop);
    }
}

static void session_output(void *ctx, struct str bytes)
{
    struct link *link = ctx;
    buf_add_str(&link->out, bytes);
}

static void session_bound(void *ctx, enum smpp_mode mode)
{
    (void)mode;
    struct link *link = ctx;
    struct load *load = link->load;
    if (++load->bound < load->binds)
        return;
    load->started_us = clock_mono_us();
    for (uint64_t i = 0; i < load->binds; i++)
        if (&load->links[i] != link)
            go_on(&load->links[i]);
}

static void session_request(void *ctx, const struct smpp_pdu *request)
{
    struct link *link = ctx;
    if (request->command == SMPP_DELIVER_SM && request->body.deliver_sm.esm_class & ESM_RECEIPT)
        link->load->receipts_come++;
    struct smpp_pdu response = {.has_body = true};
    if (smpp_session_respond(link->session, request->command, request->sequence, &response) != OK)
        link->load->lost++;
}

static void session_response(void *ctx, void *tag, enum smpp_outcome outcome,
                             const struct smpp_pdu *response)
{
    struct link *link = ctx;
    struct load *load = link->load;
    if (tag != load)
        return; /* the bind */
    if (outcome != SMPP_ANSWERED) {
        load->lost++;
        return;
    }
    load->answered++;
    if (response->status != ESME_ROK)
        load->refused++;
}

static void session_closed(void *ctx, const char *reason, uint32_t bind_status)
{
    struct link *link = ctx;
    link->load->failed_links++;
    log_warn("load_closed", "reason=\"%s\" bind_status=0x%08x", reason, bind_status);
}

static void conn_open(void *ctx)
{
    struct link *link = ctx;
    struct smpp_pdu pdu = {.command = SMPP_BIND_TRANSCEIVER, .has_body = true};
    pdu.body.bind.system_id = str_of(link->load->system_id);
    pdu.body.bind.password = str_of(link->load->password);
    pdu.body.bind.interface_version = 0x34;
    if (smpp_session_request(link->session, &pdu, NULL, clock_mono_us()) != OK)
        smpp_session_lost(link->session, "cannot bind");
    go_on(link);
}

static void conn_data(void *ctx, struct str bytes)
{
    struct link *link = ctx;
    smpp_session_feed(link->session, bytes, clock_mono_us());
    go_on(link);
}

static void conn_drain(void *ctx)
{
    go_on(ctx);
}

static void conn_close(void *ctx, const char *reason)
{
    struct link *link = ctx;
    smpp_session_lost(link->session, reason);
    go_on(link);
}

static void tick(void *ctx)
{
    struct load *load = ctx;
    int64_t now_us = clock_mono_us();
    if (load->started_us && now_us - load->started_us > (int64_t)load->seconds * SEC_US) {
        net_loop_stop(load->loop);
        return;
    }
    for (uint64_t i = 0; i < load->binds; i++) {
        smpp_session_tick(load->links[i].session, now_us);
        flush_link(&load->links[i]);
    }
    net_timer_set(load->tick, SEC_US / 4);
}

static void open_links(struct load *load)
{
    static const struct smpp_session_calls session_calls = {.on_output = session_output,
                                                            .on_bound = session_bound,
                                                            .on_request = session_request,
                                                            .on_response = session_response,
                                                            .on_closed = session_closed};
    static const struct net_conn_calls conn_calls = {
        .on_open = conn_open, .on_data = conn_data, .on_drain = conn_drain, .on_close = conn_close};
    static const struct net_tls no_tls = {0};
    struct smpp_session_config config = {.role = SMPP_ESME,
                                         .window = (uint32_t)load->window,
                                         .response_timeout_us = SECONDS_MAX * SEC_US,
                                         .bind_timeout_us = 10 * SEC_US,
                                         .enquire_us = 30 * SEC_US};
    for (uint64_t i = 0; i < load->binds; i++) {
        struct link *link = &load->links[i];
        link->load = load;
        link->out = buf_limited(WRITE_LIMIT);
        link->session = smpp_session_new(&config, &session_calls, link, clock_mono_us());
        link->conn = net_connect(load->loop, load->host, (uint16_t)load->port, &no_tls, 10 * SEC_US,
                                 WRITE_LIMIT, &conn_calls, link);
    }
}

static double seconds_between(int64_t from_us, int64_t to_us)
{
    return from_us && to_us > from_us ? (double)(to_us - from_us) / (double)SEC_US : 0;
}

static double rate(uint64_t n, double seconds)
{
    return seconds > 0 ? (double)n / seconds : 0;
}

static void report(const struct load *load)
{
    int64_t now_us = clock_mono_us();
    double answered_s =
        seconds_between(load->started_us, load->answered_us ? load->answered_us : now_us);
    double done_s = seconds_between(load->started_us, load->done_us ? load->done_us : now_us);
    printf("{\"sent\":%" PRIu64 ",\"answered\":%" PRIu64 ",\"refused\":%" PRIu64
           ",\"lost\":%" PRIu64 ",\"receipts\":%" PRIu64
           ",\"seconds\":%.3f,\"submits_per_second\":%.0f,\"seconds_with_receipts\":%.3f,"
           "\"cycles_per_second\":%.0f,\"complete\":%s}\n",
           load->sent, load->answered, load->refused, load->lost, load->receipts_come, answered_s,
           rate(load->answered, answered_s), done_s, rate(load->receipts_come, done_s),
           load->done_us && load->lost == 0 ? "true" : "false");
}

static bool take_number(uint64_t *out, uint64_t min, uint64_t max)
{
    return str_to_u64(out, str_of(optarg)) == OK && *out >= min && *out <= max;
}

static bool take_options(struct load *load, int argc, char **argv)
{
    static const struct option options[] = {
        {"host", required_argument, NULL, 'h'},      {"port", required_argument, NULL, 'p'},
        {"count", required_argument, NULL, 'n'},     {"window", required_argument, NULL, 'w'},
        {"binds", required_argument, NULL, 'b'},     {"seconds", required_argument, NULL, 's'},
        {"recipient", required_argument, NULL, 'r'}, {"text", required_argument, NULL, 't'},
        {"system-id", required_argument, NULL, 'i'}, {"password", required_argument, NULL, 'k'},
        {"no-receipts", no_argument, NULL, 'x'},     {0},
    };
    int option;
    bool fine = true;
    while (fine && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h')
            load->host = optarg;
        else if (option == 'p')
            fine = take_number(&load->port, 1, UINT16_MAX);
        else if (option == 'n')
            fine = take_number(&load->count, 1, 100000000);
        else if (option == 'w')
            fine = take_number(&load->window, 1, WINDOW_MAX);
        else if (option == 'b')
            fine = take_number(&load->binds, 1, BINDS_MAX);
        else if (option == 's')
            fine = take_number(&load->seconds, 1, SECONDS_MAX);
        else if (option == 'r')
            fine = take_number(&load->recipient, 1, UINT64_C(99999999999999));
        else if (option == 't')
            load->text = optarg;
        else if (option == 'i')
            load->system_id = optarg;
        else if (option == 'k')
            load->password = optarg;
        else if (option == 'x')
            load->receipts = false;
        else
            fine = false;
    }
    return fine && optind == argc;
}

int main(int argc, char **argv)
{
    static struct load load = {.host = "127.0.0.1",
                               .text =
                                   "The quick brown fox jumps over the lazy dog, 50 characters.",
                               .system_id = "load",
                               .password = "load",
                               .port = 2775,
                               .count = 100000,
                               .window = 1000,
                               .binds = 1,
                               .seconds = 60,
                               .recipient = UINT64_C(33600000000),
                               .receipts = true};
    if (!take_options(&load, argc, argv)) {
        fputs("smpp_load: wrong option or value; see the head of tests/bench/smpp_load.c\n",
              stderr);
        return 2;
    }
    load.loop = net_loop_new();
    load.tick = net_timer_new(load.loop, tick, &load);
    open_links(&load);
    net_timer_set(load.tick, SEC_US / 4);
    net_loop_run(load.loop);
    report(&load);
    for (uint64_t i = 0; i < load.binds; i++) {
        net_conn_free(load.links[i].conn);
        smpp_session_free(load.links[i].session);
        buf_free(&load.links[i].out);
    }
    net_timer_free(load.tick);
    net_loop_free(load.loop);
    return load.done_us && load.lost == 0 ? 0 : 1;
}

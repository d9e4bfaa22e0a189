/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "net/conn.h"
#include "testing.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WRITE_LIMIT = 1 << 20 };
static const int64_t test_limit_us = 20 * INT64_C(1000000);

/* --- names under our control --- */

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **list);

/* "many.test" has an address that refuses, one of the other family that refuses, and a good one.
 * "slow.test" takes half a second to be found. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                       struct addrinfo **list)
{
    static const char *const many[] = {"127.0.0.7", "::1", "127.0.0.1"};
    if (hints->ai_flags & AI_NUMERICHOST)
        return __real_getaddrinfo(host, port, hints, list);
    if (strcmp(host, "slow.test") == 0) {
        usleep(500000);
        return __real_getaddrinfo("127.0.0.1", port, hints, list);
    }
    if (strcmp(host, "none.test") == 0)
        return EAI_NONAME;
    if (strcmp(host, "many.test") != 0)
        return __real_getaddrinfo(host, port, hints, list);
    struct addrinfo **end = list;
    for (size_t i = 0; i < 3; i++) {
        int failed = __real_getaddrinfo(many[i], port, hints, end);
        if (failed)
            return failed;
        while (*end)
            end = &(*end)->ai_next;
    }
    return 0;
}

/* --- two sides on one loop --- */

struct side {
    struct net_loop *loop;
    struct net_conn *conn;
    struct buf heard;
    size_t expected; /* stops the loop once that much was heard */
    bool echoes;
    bool stop_on_open, stop_on_close, stop_on_drain;
    bool free_on_data, finish_on_data;
    unsigned opened, closed, drained;
    char reason[200];
};

static void on_open(void *ctx)
{
    struct side *side = ctx;
    side->opened++;
    if (side->stop_on_open)
        net_loop_stop(side->loop);
}

static void on_data(void *ctx, struct str bytes)
{
    struct side *side = ctx;
    buf_add_str(&side->heard, bytes);
    if (side->echoes)
        assert_int_equal(net_conn_write(side->conn, bytes), OK);
    if (side->finish_on_data)
        net_conn_finish(side->conn);
    if (side->free_on_data) {
        net_conn_free(side->conn);
        side->conn = NULL;
        net_loop_stop(side->loop);
    }
    if (side->expected && side->heard.n >= side->expected)
        net_loop_stop(side->loop);
}

static void on_drain(void *ctx)
{
    struct side *side = ctx;
    side->drained++;
    if (side->stop_on_drain)
        net_loop_stop(side->loop);
}

static void on_close(void *ctx, const char *reason)
{
    struct side *side = ctx;
    side->closed++;
    snprintf(side->reason, sizeof(side->reason), "%s", reason);
    if (side->stop_on_close)
        net_loop_stop(side->loop);
}

static const struct net_conn_calls calls = {on_open, on_data, on_drain, on_close};

static void on_accept(void *ctx, struct net_conn *conn)
{
    struct side *side = ctx;
    assert_null(side->conn);
    side->conn = conn;
    net_conn_adopt(conn, &calls, side);
}

static const struct net_listener_calls listener_calls = {on_accept};

struct pair {
    struct net_loop *loop;
    struct net_listener *listener;
    struct net_timer *limit;
    struct side client, server;
    bool late;
};

static void too_late(void *ctx)
{
    struct pair *pair = ctx;
    pair->late = true;
    net_loop_stop(pair->loop);
}

static void pair_open(struct pair *pair, const char *address, const struct net_tls *tls)
{
    *pair = (struct pair){.loop = net_loop_new()};
    pair->client = (struct side){.loop = pair->loop, .heard = buf_limited(1 << 26)};
    pair->server = (struct side){.loop = pair->loop, .heard = buf_limited(1 << 26)};
    pair->limit = net_timer_new(pair->loop, too_late, pair);
    net_timer_set(pair->limit, test_limit_us);
    assert_int_equal(net_listen(&pair->listener, pair->loop, address, tls, WRITE_LIMIT, 10,
                                &listener_calls, &pair->server),
                     OK);
}

static void pair_connect(struct pair *pair, const char *host, const struct net_tls *tls)
{
    pair->client.conn = net_connect(pair->loop, host, net_listener_port(pair->listener), tls,
                                    5000000, WRITE_LIMIT, &calls, &pair->client);
}

static void pair_run(struct pair *pair)
{
    net_loop_run(pair->loop);
    assert_false(pair->late);
}

static void pair_close(struct pair *pair)
{
    net_conn_free(pair->client.conn);
    net_conn_free(pair->server.conn);
    net_listener_free(pair->listener);
    net_timer_free(pair->limit);
    net_loop_free(pair->loop);
    buf_free(&pair->client.heard);
    buf_free(&pair->server.heard);
}

static void run_until_open(struct pair *pair)
{
    pair->client.stop_on_open = true;
    pair_run(pair);
    assert_int_equal(pair->client.opened, 1);
}

static void run_until_closed(struct pair *pair, struct side *side)
{
    side->stop_on_close = true;
    if (!side->closed)
        pair_run(pair);
    assert_int_equal(side->closed, 1);
}

static struct str pattern(struct arena *arena, size_t n)
{
    char *p = arena_alloc(arena, n);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)(i * 31 + (i >> 8));
    return (struct str){.p = p, .n = n};
}

static void check_echo(struct pair *pair)
{
    struct arena *arena = arena_new();
    struct str text = pattern(arena, WRITE_LIMIT);
    pair->server.echoes = true;
    run_until_open(pair);
    size_t sent = 0;
    for (size_t n = 1; sent + n <= text.n; n = n * 2 + 1) {
        assert_int_equal(net_conn_write(pair->client.conn, str_sub(text, sent, sent + n)), OK);
        sent += n;
    }
    pair->client.expected = sent;
    pair_run(pair);
    assert_int_equal(pair->client.heard.n, sent);
    assert_memory_equal(pair->client.heard.p, text.p, sent);
    assert_int_equal(net_conn_waiting(pair->client.conn), 0);
    assert_true(pair->client.drained > 0);
    arena_free(arena);
}

static void bytes_pass_both_ways_over_v4(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    check_echo(&pair);
    assert_memory_equal(net_conn_peer(pair.server.conn), "127.0.0.1:", 10);
    pair_close(&pair);
}

static void bytes_pass_both_ways_over_v6(void **state)
{
    struct pair pair;
    pair_open(&pair, "[::1]:0", NULL);
    pair_connect(&pair, "::1", NULL);
    check_echo(&pair);
    assert_memory_equal(net_conn_peer(pair.client.conn), "[::1]:", 6);
    pair_close(&pair);
}

static void a_v4_peer_of_a_v6_listener_is_named_as_v4(void **state)
{
    struct pair pair;
    pair_open(&pair, "[::]:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    check_echo(&pair);
    assert_memory_equal(net_conn_peer(pair.server.conn), "127.0.0.1:", 10);
    pair_close(&pair);
}

static void the_hosts_file_counts(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "localhost", NULL);
    run_until_open(&pair);
    pair_close(&pair);
}

static void every_address_is_tried_in_turn(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "many.test", NULL);
    run_until_open(&pair);
    assert_memory_equal(net_conn_peer(pair.client.conn), "127.0.0.1:", 10);
    pair_close(&pair);
}

static void a_refusal_is_told_with_its_reason(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    uint16_t port = net_listener_port(pair.listener);
    net_listener_free(pair.listener);
    pair.listener = NULL;
    pair.client.stop_on_close = true;
    pair.client.conn =
        net_connect(pair.loop, "127.0.0.1", port, NULL, 1000000, WRITE_LIMIT, &calls, &pair.client);
    pair_run(&pair);
    assert_string_equal(pair.client.reason, "Connection refused");
    assert_int_equal(pair.client.opened, 0);
    pair_close(&pair);
}

static void an_unknown_name_is_told(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair.client.stop_on_close = true;
    pair_connect(&pair, "none.test", NULL);
    pair_run(&pair);
    assert_memory_equal(pair.client.reason, "name lookup: ", 13);
    pair_close(&pair);
}

static void a_slow_name_ends_with_the_time_limit(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair.client.stop_on_close = true;
    pair.client.conn =
        net_connect(pair.loop, "slow.test", 1, NULL, 50000, WRITE_LIMIT, &calls, &pair.client);
    pair_run(&pair);
    assert_string_equal(pair.client.reason, "name lookup took too long");
    pair_close(&pair); /* while the lookup still runs */
    usleep(700000);
}

static void a_full_backlog_ends_with_the_time_limit(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    int deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(at);
    assert_int_equal(bind(deaf, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(deaf, 0), 0);
    assert_int_equal(getsockname(deaf, (struct sockaddr *)&at, &n), 0);
    int fill[4];
    for (size_t i = 0; i < 4; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fill[i], (struct sockaddr *)&at, sizeof(at));
    }
    pair.client.stop_on_close = true;
    pair.client.conn = net_connect(pair.loop, "127.0.0.1", ntohs(at.sin_port), NULL, 100000,
                                   WRITE_LIMIT, &calls, &pair.client);
    pair_run(&pair);
    assert_string_equal(pair.client.reason, "no answer in time");
    for (size_t i = 0; i < 4; i++)
        close(fill[i]);
    close(deaf);
    pair_close(&pair);
}

static void what_waits_is_bounded(void **state)
{
    struct pair pair;
    struct arena *arena = arena_new();
    struct str text = pattern(arena, WRITE_LIMIT);
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    run_until_open(&pair);
    assert_int_equal(net_conn_write(pair.client.conn, text), OK);
    assert_int_equal(net_conn_write(pair.client.conn, STR("x")), ERR_LIMIT);
    assert_int_equal(net_conn_waiting(pair.client.conn), WRITE_LIMIT);
    pair.server.expected = text.n;
    pair_run(&pair);
    assert_memory_equal(pair.server.heard.p, text.p, text.n);
    assert_int_equal(net_conn_write(pair.client.conn, STR("x")), OK);
    arena_free(arena);
    pair_close(&pair);
}

static void a_paused_reader_holds_the_writer(void **state)
{
    struct pair pair;
    struct arena *arena = arena_new();
    struct str text = pattern(arena, WRITE_LIMIT);
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    pair.server.stop_on_open = true;
    while (!pair.server.opened || !pair.client.opened)
        pair_run(&pair);
    net_conn_pause(pair.server.conn, true);
    size_t taken = 0;
    pair.client.stop_on_drain = true;
    for (;;) { /* until the kernel's buffers are full: then it does not drain any more */
        if (net_conn_write(pair.client.conn, text) != OK)
            break;
        taken += text.n;
        net_timer_set(pair.limit, 200000);
        net_loop_run(pair.loop);
        pair.late = false;
    }
    assert_int_equal(pair.server.heard.n, 0);
    net_timer_set(pair.limit, test_limit_us);
    pair.client.stop_on_drain = false;
    pair.server.expected = taken;
    net_conn_pause(pair.server.conn, false);
    pair_run(&pair);
    assert_int_equal(pair.server.heard.n, taken);
    arena_free(arena);
    pair_close(&pair);
}

/* Fills the way to a peer that does not read, with bytes of 'a'. Returns how many. */
static size_t fill(struct pair *pair)
{
    static char block[WRITE_LIMIT];
    size_t taken = 0;
    memset(block, 'a', sizeof(block));
    pair->server.stop_on_open = pair->client.stop_on_open = true;
    while (!pair->server.opened || !pair->client.opened)
        pair_run(pair);
    net_conn_pause(pair->server.conn, true);
    pair->client.stop_on_drain = true;
    while (net_conn_write(pair->client.conn, (struct str){block, sizeof(block)}) == OK) {
        taken += sizeof(block);
        net_timer_set(pair->limit, 200000);
        net_loop_run(pair->loop);
        pair->late = false;
    }
    net_timer_set(pair->limit, test_limit_us);
    pair->client.stop_on_drain = false;
    return taken;
}

/* What neither the kernel nor TLS has can be taken back, and what came before still arrives. */
static void check_take_back(struct pair *pair)
{
    size_t taken = fill(pair);
    size_t held = net_conn_held(pair->client.conn);
    assert_true(held > 0);
    assert_true(held <= net_conn_waiting(pair->client.conn));
    net_conn_take_back(pair->client.conn, held);
    assert_int_equal(net_conn_held(pair->client.conn), 0);
    assert_int_equal(net_conn_write(pair->client.conn, STR("b")), OK);
    net_conn_take_back(pair->client.conn, 1);
    assert_int_equal(net_conn_write(pair->client.conn, STR("c")), OK);
    pair->server.expected = taken - held + 1;
    net_conn_pause(pair->server.conn, false);
    pair_run(pair);
    assert_int_equal(pair->server.heard.n, taken - held + 1);
    for (size_t i = 0; i < taken - held; i++)
        if (pair->server.heard.p[i] != 'a')
            fail_msg("byte %zu", i);
    assert_int_equal(pair->server.heard.p[taken - held], 'c');
}

static void what_is_held_can_be_taken_back(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    check_take_back(&pair);
    pair_close(&pair);
}

static void write_again(void *ctx)
{
    struct side *side = ctx;
    static const char block[65536];
    assert_int_equal(net_conn_write(side->conn, (struct str){block, sizeof(block)}), OK);
    side->drained++;
}

static void an_endless_source_leaves_others_their_turn(void **state)
{
    static const struct net_conn_calls endless = {write_again, on_data, write_again, on_close};
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair.client.conn = net_connect(pair.loop, "127.0.0.1", net_listener_port(pair.listener), NULL,
                                   1000000, WRITE_LIMIT, &endless, &pair.client);
    pair.server.expected = 1 << 25;
    pair_run(&pair);
    assert_true(pair.client.drained > 100);
    pair_close(&pair);
}

static void finish_sends_what_waits_then_closes(void **state)
{
    struct pair pair;
    struct arena *arena = arena_new();
    struct str text = pattern(arena, WRITE_LIMIT);
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    run_until_open(&pair);
    assert_int_equal(net_conn_write(pair.client.conn, text), OK);
    net_conn_finish(pair.client.conn);
    assert_int_equal(net_conn_write(pair.client.conn, text), ERR_CLOSED);
    pair.server.stop_on_close = true;
    pair_run(&pair);
    assert_int_equal(pair.server.heard.n, text.n);
    assert_string_equal(pair.server.reason, "closed by the peer");
    net_conn_free(pair.server.conn);
    pair.server.conn = NULL;
    run_until_closed(&pair, &pair.client);
    assert_string_equal(pair.client.reason, "finished");
    arena_free(arena);
    pair_close(&pair);
}

static void free_and_finish_are_safe_inside_a_call(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair_connect(&pair, "127.0.0.1", NULL);
    pair.server.free_on_data = true;
    pair.client.finish_on_data = true;
    run_until_open(&pair);
    assert_int_equal(net_conn_write(pair.client.conn, STR("x")), OK);
    pair_run(&pair);
    assert_null(pair.server.conn);
    assert_int_equal(pair.server.closed, 0);
    run_until_closed(&pair, &pair.client);
    pair_close(&pair);
}

static void connections_beyond_the_maximum_are_turned_away(void **state)
{
    struct pair pair;
    pair_open(&pair, "127.0.0.1:0", NULL);
    struct net_listener *small;
    assert_int_equal(net_listen(&small, pair.loop, "127.0.0.1:0", NULL, WRITE_LIMIT, 1,
                                &listener_calls, &pair.server),
                     OK);
    net_listener_free(pair.listener);
    pair.listener = small;
    pair_connect(&pair, "127.0.0.1", NULL);
    run_until_open(&pair);
    struct side second = {.loop = pair.loop, .stop_on_close = true};
    second.conn = net_connect(pair.loop, "127.0.0.1", net_listener_port(small), NULL, 1000000,
                              WRITE_LIMIT, &calls, &second);
    pair_run(&pair);
    assert_int_equal(second.closed, 1);
    net_conn_free(second.conn);
    pair_close(&pair);
}

/* --- TLS, with certificates made by the openssl command --- */

static char folder[] = "/tmp/navette-test-XXXXXX";
static char ca[64], cert[64], key[64], client_cert[64], client_key[64];

static int make_certificates(void **state)
{
    static const char script[] =
        "cd %s && exec >log 2>&1 && set -e\n"
        "q='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'\n"
        "openssl req -x509 $q -keyout ca.key -out ca.pem -subj /CN=test-ca\n"
        "make() { openssl req $q -keyout $1.key -out $1.csr -subj /CN=$1\n"
        "  printf \"subjectAltName=$2\\n\" >$1.ext\n"
        "  openssl x509 -req -days 2 -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
        " -extfile $1.ext -out $1.pem; }\n"
        "make server DNS:localhost,DNS:many.test,IP:127.0.0.1\n"
        "make client DNS:client.test\n";
    char command[2048];
    if (!mkdtemp(folder))
        return -1;
    snprintf(ca, sizeof(ca), "%s/ca.pem", folder);
    snprintf(cert, sizeof(cert), "%s/server.pem", folder);
    snprintf(key, sizeof(key), "%s/server.key", folder);
    snprintf(client_cert, sizeof(client_cert), "%s/client.pem", folder);
    snprintf(client_key, sizeof(client_key), "%s/client.key", folder);
    snprintf(command, sizeof(command), script, folder);
    return system(command);
}

static int remove_certificates(void **state)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

static void tls_pair(struct pair *pair, const char *host, const struct net_tls *client)
{
    struct net_tls server = {.on = true, .cert_file = cert, .key_file = key};
    pair_open(pair, "127.0.0.1:0", &server);
    pair_connect(pair, host, client);
}

static void tls_passes_bytes_both_ways(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = ca};
    tls_pair(&pair, "localhost", &client);
    check_echo(&pair);
    pair_close(&pair);
}

static void tls_what_is_held_can_be_taken_back(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = ca};
    tls_pair(&pair, "localhost", &client);
    check_take_back(&pair);
    pair_close(&pair);
}

static void tls_accepts_an_address_in_the_certificate(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = ca};
    tls_pair(&pair, "127.0.0.1", &client);
    run_until_open(&pair);
    pair_close(&pair);
}

static void check_refused(struct pair *pair, const char *reason)
{
    pair->client.stop_on_close = true;
    pair_run(pair);
    assert_int_equal(pair->client.opened, 0);
    assert_non_null(strstr(pair->client.reason, reason));
    pair_close(pair);
}

static void tls_refuses_a_wrong_name(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = ca};
    tls_pair(&pair, "slow.test", &client); /* resolves to the right address */
    check_refused(&pair, "certificate is for another name: hostname mismatch");
}

static void tls_takes_a_wrong_name_when_told_so(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = ca, .skip_name_check = true};
    tls_pair(&pair, "slow.test", &client);
    run_until_open(&pair);
    pair_close(&pair);
}

static void tls_refuses_an_unknown_authority(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true};
    tls_pair(&pair, "localhost", &client);
    check_refused(&pair, "tls: the peer's certificate is of no trusted authority");
}

static void tls_names_a_file_it_cannot_read(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = "/nonexistent.pem"};
    tls_pair(&pair, "localhost", &client);
    check_refused(&pair, "/nonexistent.pem");
}

static void tls_with_a_silent_peer_ends_in_time(void **state)
{
    struct pair pair;
    struct net_tls client = {.on = true, .ca_file = ca};
    pair_open(&pair, "127.0.0.1:0", NULL);
    pair.client.conn = net_connect(pair.loop, "127.0.0.1", net_listener_port(pair.listener),
                                   &client, 200000, WRITE_LIMIT, &calls, &pair.client);
    check_refused(&pair, "");
}

static void a_client_certificate_is_shown_and_wanted(void **state)
{
    struct pair pair;
    struct net_tls server = {.on = true, .ca_file = ca, .cert_file = cert, .key_file = key};
    struct net_tls with = {
        .on = true, .ca_file = ca, .cert_file = client_cert, .key_file = client_key};
    pair_open(&pair, "127.0.0.1:0", &server);
    pair_connect(&pair, "localhost", &with);
    check_echo(&pair);
    pair_close(&pair);

    struct net_tls without = {.on = true, .ca_file = ca};
    pair_open(&pair, "127.0.0.1:0", &server);
    pair_connect(&pair, "localhost", &without);
    pair.client.stop_on_close = true;
    pair_run(&pair);
    assert_int_equal(pair.client.closed, 1);
    assert_int_equal(pair.server.opened, 0);
    assert_non_null(strstr(pair.client.reason, "the peer wants a certificate of ours"));
    pair_close(&pair);

    server.ca_file = cert; /* signed nothing */
    pair_open(&pair, "127.0.0.1:0", &server);
    pair_connect(&pair, "localhost", &with);
    pair.client.stop_on_close = true;
    pair_run(&pair);
    assert_non_null(strstr(pair.client.reason, "the peer refuses our certificate"));
    pair_close(&pair);
}

static void tls_finish_reaches_the_peer_whole(void **state)
{
    struct pair pair;
    struct arena *arena = arena_new();
    struct str text = pattern(arena, WRITE_LIMIT);
    struct net_tls client = {.on = true, .ca_file = ca};
    tls_pair(&pair, "many.test", &client);
    run_until_open(&pair);
    assert_int_equal(net_conn_write(pair.client.conn, text), OK);
    net_conn_finish(pair.client.conn);
    pair.server.stop_on_close = true;
    pair_run(&pair);
    assert_int_equal(pair.server.heard.n, text.n);
    assert_string_equal(pair.server.reason, "closed by the peer");
    arena_free(arena);
    pair_close(&pair);
}

static void tls_pause_keeps_what_was_decrypted(void **state)
{
    struct pair pair;
    struct arena *arena = arena_new();
    struct str text = pattern(arena, WRITE_LIMIT);
    struct net_tls client = {.on = true, .ca_file = ca};
    tls_pair(&pair, "localhost", &client);
    pair.server.stop_on_open = true;
    while (!pair.server.opened || !pair.client.opened)
        pair_run(&pair);
    assert_int_equal(net_conn_write(pair.client.conn, text), OK);
    pair.server.expected = 1;
    while (pair.server.heard.n < text.n) {
        pair_run(&pair);
        net_conn_pause(pair.server.conn, true);
        net_conn_pause(pair.server.conn, false);
    }
    assert_memory_equal(pair.server.heard.p, text.p, text.n);
    arena_free(arena);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_pass_both_ways_over_v4),
        cmocka_unit_test(bytes_pass_both_ways_over_v6),
        cmocka_unit_test(a_v4_peer_of_a_v6_listener_is_named_as_v4),
        cmocka_unit_test(the_hosts_file_counts),
        cmocka_unit_test(every_address_is_tried_in_turn),
        cmocka_unit_test(a_refusal_is_told_with_its_reason),
        cmocka_unit_test(an_unknown_name_is_told),
        cmocka_unit_test(a_slow_name_ends_with_the_time_limit),
        cmocka_unit_test(a_full_backlog_ends_with_the_time_limit),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(a_paused_reader_holds_the_writer),
        cmocka_unit_test(an_endless_source_leaves_others_their_turn),
        cmocka_unit_test(finish_sends_what_waits_then_closes),
        cmocka_unit_test(free_and_finish_are_safe_inside_a_call),
        cmocka_unit_test(connections_beyond_the_maximum_are_turned_away),
        cmocka_unit_test(tls_passes_bytes_both_ways),
        cmocka_unit_test(what_is_held_can_be_taken_back),
        cmocka_unit_test(tls_what_is_held_can_be_taken_back),
        cmocka_unit_test(tls_accepts_an_address_in_the_certificate),
        cmocka_unit_test(tls_refuses_a_wrong_name),
        cmocka_unit_test(tls_takes_a_wrong_name_when_told_so),
        cmocka_unit_test(tls_refuses_an_unknown_authority),
        cmocka_unit_test(tls_names_a_file_it_cannot_read),
        cmocka_unit_test(tls_with_a_silent_peer_ends_in_time),
        cmocka_unit_test(a_client_certificate_is_shown_and_wanted),
        cmocka_unit_test(tls_finish_reaches_the_peer_whole),
        cmocka_unit_test(tls_pause_keeps_what_was_decrypted),
    };
    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/bind over real sockets: a peer that does not read, and is there all the same; an owner
 * that gives up. */
#include "base/clock.h"
#include "base/secret.h"
#include "carrier/bind.h"
#include "smpp/frame.h"
#include "testing.h"

enum { PEER_LIMIT = 1 << 20, HELD_LEAST = 128 * 1024 };
static const int64_t step_us = 10 * MS_US;
static const int64_t limit_us = 30 * SEC_US;

static struct {
    struct net_loop *loop;
    struct net_listener *listener;
    struct net_timer *step;
    struct net_timer *limit;
    struct net_conn *peer;
    struct smpp_frame frame;
    struct arena *arena;
    struct bind *bind;
    bool answered;    /* the bind was */
    bool asked;       /* the peer sent enquire_link */
    unsigned blocked; /* steps in a row in which nothing left */
    uint32_t made;
    uint32_t abandoned;
    uint32_t read;
    size_t bytes;    /* that the peer read */
    size_t alive_at; /* where among them the answer to its enquire_link stood */
} f;

static void peer_says(uint32_t command, uint32_t sequence)
{
    struct buf out = buf_limited(PEER_LIMIT);
    struct smpp_pdu pdu = {.command = command, .sequence = sequence, .has_body = true};
    assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
    assert_int_equal(net_conn_write(f.peer, buf_str(&out)), OK);
    buf_free(&out);
}

/* ---- the peer ---- */

static void peer_reads(struct str bytes)
{
    struct smpp_pdu pdu;
    uint32_t ignored;
    arena_reset(f.arena);
    assert_int_equal(smpp_pdu_read(&pdu, f.arena, bytes, &ignored), OK);
    f.bytes += bytes.n;
    if (pdu.command == SMPP_BIND_TRANSCEIVER) {
        peer_says(SMPP_BIND_TRANSCEIVER_RESP, pdu.sequence);
        f.answered = true;
        net_conn_pause(f.peer, true);
    } else if (pdu.command == SMPP_SUBMIT_SM) {
        assert_int_equal(pdu.sequence, ++f.read + 1); /* in order; the bind had the first number */
    } else {
        assert_int_equal(pdu.command, SMPP_ENQUIRE_LINK_RESP);
        assert_int_equal(pdu.sequence, 77);
        f.alive_at = f.bytes;
    }
    if (f.asked && f.read == f.made)
        net_loop_stop(f.loop);
}

static void peer_open(void *ctx)
{
    (void)ctx;
}

static void peer_data(void *ctx, struct str bytes)
{
    struct str pdu;
    (void)ctx;
    for (;;) {
        assert_int_equal(smpp_frame_next(&f.frame, &pdu, &bytes, SMPP_PDU_MAX), OK);
        if (!pdu.n)
            return;
        peer_reads(pdu);
        smpp_frame_done(&f.frame);
    }
}

static void peer_close(void *ctx, const char *reason)
{
    (void)ctx;
    fail_msg("%s", reason);
}

static void on_accept(void *ctx, struct net_conn *conn)
{
    static const struct net_conn_calls calls = {
        .on_open = peer_open, .on_data = peer_data, .on_close = peer_close};
    f.peer = conn;
    net_conn_adopt(conn, &calls, ctx);
}

/* ---- we ---- */

static void fill(void)
{
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM, .has_body = true};
    pdu.body.submit_sm.short_message = STR("0123456789012345678901234567890123456789");
    uint32_t before = f.made;
    while (bind_request(f.bind, &pdu, &f) == OK)
        f.made++;
    bind_flush(f.bind);
    f.blocked = f.made == before ? f.blocked + 1 : 0;
}

/* Until the kernel takes no more; then the peer asks, and reads only a little later. */
static void on_step(void *ctx)
{
    enum { BLOCKED = 10, LATER = 20 };
    (void)ctx;
    if (bind_state(f.bind) == BIND_BOUND)
        fill();
    if (f.blocked >= BLOCKED && !f.asked) {
        peer_says(SMPP_ENQUIRE_LINK, 77);
        f.asked = true;
    }
    if (f.blocked >= LATER)
        net_conn_pause(f.peer, false);
    else
        net_timer_set(f.step, step_us);
}

static void on_limit(void *ctx)
{
    (void)ctx;
    net_loop_stop(f.loop);
}

static void ignore_bound(void *ctx, struct bind *b)
{
    (void)ctx, (void)b;
}

static void on_lost(void *ctx, struct bind *b, const char *reason, uint32_t status)
{
    (void)ctx, (void)b, (void)status;
    fail_msg("%s", reason);
}

static void ignore_request(void *ctx, struct bind *b, const struct smpp_pdu *request)
{
    (void)ctx, (void)b, (void)request;
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    (void)ctx, (void)tag, (void)response;
    f.abandoned += outcome == SMPP_ABANDONED;
}

static void ignore_turn(void *ctx)
{
    (void)ctx;
}

static const struct bind_calls bind_calls = {.on_bound = ignore_bound,
                                             .on_lost = on_lost,
                                             .on_idle = ignore_bound,
                                             .on_request = ignore_request,
                                             .on_response = on_response,
                                             .on_turn = ignore_turn};

static void an_answer_overtakes_what_the_kernel_does_not_have(void **state)
{
    (void)state;
    static const struct net_listener_calls calls = {on_accept};
    f.loop = net_loop_new();
    f.arena = arena_new();
    smpp_frame_init(&f.frame);
    f.step = net_timer_new(f.loop, on_step, NULL);
    f.limit = net_timer_new(f.loop, on_limit, NULL);
    f.bind = bind_new(f.loop, &bind_calls, NULL);
    assert_int_equal(
        net_listen(&f.listener, f.loop, "127.0.0.1:0", NULL, PEER_LIMIT, 2, &calls, NULL), OK);
    struct bind_settings settings = {.mode = SMPP_TRX,
                                     .hosts = {.n = 1},
                                     .system_id = STR("me"),
                                     .window = 1000000,
                                     .response_timeout_us = MIN_US,
                                     .bind_timeout_us = MIN_US,
                                     .enquire_us = MIN_US,
                                     .reconnect_least_us = SEC_US,
                                     .reconnect_most_us = SEC_US};
    settings.hosts.at[0] = (struct carrier_host){STR("127.0.0.1"), net_listener_port(f.listener)};
    bind_start(f.bind, &settings);
    net_timer_set(f.step, step_us);
    net_timer_set(f.limit, limit_us);
    net_loop_run(f.loop);

    assert_true(f.answered);
    assert_int_equal(f.read, f.made); /* each of them, whole and in order */
    assert_true(f.alive_at > 0);
    assert_true(f.bytes - f.alive_at >= HELD_LEAST); /* so much stood before it */
    bind_free(f.bind);
    assert_int_equal(f.abandoned, f.made);
    net_conn_free(f.peer);
    net_listener_free(f.listener);
    net_timer_free(f.step);
    net_timer_free(f.limit);
    smpp_frame_free(&f.frame);
    arena_free(f.arena);
    net_loop_free(f.loop);
}

/* ---- an owner that has enough ---- */

struct quitter {
    struct net_loop *loop;
    unsigned lost;
    unsigned idle;
};

static void quit_when_lost(void *ctx, struct bind *b, const char *reason, uint32_t status)
{
    struct quitter *q = ctx;
    (void)reason, (void)status;
    q->lost++;
    bind_cut(b);
}

static void count_idle(void *ctx, struct bind *b)
{
    struct quitter *q = ctx;
    assert_int_equal(bind_state(b), BIND_IDLE);
    q->idle++;
    net_loop_stop(q->loop);
}

static void a_bind_that_is_cut_when_it_is_lost_is_idle_once(void **state)
{
    (void)state;
    struct quitter q = {.loop = net_loop_new()};
    const struct bind_calls calls = {
        .on_lost = quit_when_lost, .on_idle = count_idle, .on_turn = ignore_turn};
    struct bind *b = bind_new(q.loop, &calls, &q);
    struct bind_settings nobody = {.mode = SMPP_TRX,
                                   .hosts = {.n = 1},
                                   .window = 1,
                                   .response_timeout_us = SEC_US,
                                   .bind_timeout_us = SEC_US,
                                   .reconnect_least_us = SEC_US,
                                   .reconnect_most_us = SEC_US};
    nobody.hosts.at[0] = (struct carrier_host){STR("127.0.0.1"), 1};
    bind_start(b, &nobody);
    net_loop_run(q.loop);
    assert_int_equal(q.lost, 1);
    assert_int_equal(q.idle, 1);
    bind_free(b);
    net_loop_free(q.loop);
}

static int start(void **state)
{
    (void)state;
    return secret_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_overtakes_what_the_kernel_does_not_have),
        cmocka_unit_test(a_bind_that_is_cut_when_it_is_lost_is_idle_once),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

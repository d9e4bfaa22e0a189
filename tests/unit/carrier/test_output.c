/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/output over a connection that is played: its kernel takes as many bytes as a test says.
 */
#include "carrier/output.h"
#include "smpp/pdu.h"
#include "testing.h"

#include <stdio.h>

enum { LIMIT = 1 << 20, SUBMIT_BYTES = 33 };

/* The connection: what the kernel has, then what it does not have yet. */
struct net_conn {
    struct buf bytes;
    size_t sent;
    size_t fixed; /* of what waits, what TLS has in its hands */
};

static struct net_conn conn;
static struct output output;
static struct buf pdus;
static uint32_t submits;

enum err net_conn_write(struct net_conn *c, struct str bytes)
{
    buf_add_str(&c->bytes, bytes);
    return c->bytes.err ? ERR_LIMIT : OK;
}

size_t net_conn_waiting(const struct net_conn *c)
{
    return c->bytes.n - c->sent;
}

size_t net_conn_held(const struct net_conn *c)
{
    return net_conn_waiting(c) - c->fixed;
}

void net_conn_take_back(struct net_conn *c, size_t n)
{
    assert_true(n <= net_conn_held(c));
    c->bytes.n -= n;
}

static int set_up(void **state)
{
    (void)state;
    conn = (struct net_conn){.bytes = buf_limited(LIMIT)};
    pdus = buf_limited(LIMIT);
    submits = 0;
    output_init(&output, LIMIT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    output_free(&output);
    buf_free(&conn.bytes);
    buf_free(&pdus);
    return 0;
}

static void make(uint32_t command, uint32_t sequence)
{
    buf_clear(&pdus);
    assert_int_equal(
        smpp_pdu_write(&pdus, &(struct smpp_pdu){.command = command, .sequence = sequence}), OK);
    output_add(&output, buf_str(&pdus));
}

static void submit(size_t n)
{
    while (n--)
        make(SMPP_SUBMIT_SM, ++submits);
}

static void flush(void)
{
    assert_int_equal(output_flush(&output, &conn), OK);
}

static void kernel_takes(size_t n)
{
    conn.sent += n;
    assert_true(conn.sent <= conn.bytes.n);
}

/* What the peer will get, PDU by PDU: "1 2 e7 3": submits by their number, e enquire_link, r an
 * answer to one, d to a deliver_sm, u unbind, v its answer. */
static void assert_peer_gets(const char *wanted)
{
    struct buf said = buf_limited(LIMIT);
    struct arena *arena = arena_new();
    struct str rest = buf_str(&conn.bytes);
    while (rest.n) {
        struct smpp_pdu pdu;
        uint32_t n, ignored;
        assert_int_equal(smpp_pdu_length(&n, rest, SMPP_PDU_MAX), OK);
        assert_true(n && n <= rest.n); /* no PDU is cut */
        assert_int_equal(smpp_pdu_read(&pdu, arena, str_sub(rest, 0, n), &ignored), OK);
        const char *kind = pdu.command == SMPP_ENQUIRE_LINK        ? "e"
                           : pdu.command == SMPP_ENQUIRE_LINK_RESP ? "r"
                           : pdu.command == SMPP_DELIVER_SM_RESP   ? "d"
                           : pdu.command == SMPP_UNBIND            ? "u"
                           : pdu.command == SMPP_UNBIND_RESP       ? "v"
                                                                   : "";
        buf_printf(&said, "%s%s%u", said.n ? " " : "", kind, pdu.sequence);
        rest = str_sub(rest, n, rest.n);
    }
    buf_add_u8(&said, 0);
    assert_string_equal((const char *)said.p, wanted);
    buf_free(&said);
    arena_free(arena);
}

static void what_is_written_leaves_in_order(void **state)
{
    (void)state;
    submit(3);
    flush();
    submit(1);
    flush();
    flush();
    assert_peer_gets("1 2 3 4");
}

static void an_answer_passes_by_submits_of_the_same_turn(void **state)
{
    (void)state;
    submit(2);
    make(SMPP_ENQUIRE_LINK_RESP, 7);
    submit(1);
    make(SMPP_DELIVER_SM_RESP, 8);
    flush();
    assert_peer_gets("r7 d8 1 2 3");
}

static void what_the_kernel_does_not_have_is_passed_by_at_the_border_of_a_pdu(void **state)
{
    (void)state;
    submit(5);
    flush();
    assert_int_equal(conn.bytes.n, 5 * SUBMIT_BYTES);
    kernel_takes(SUBMIT_BYTES + 3);
    make(SMPP_ENQUIRE_LINK, 9);
    flush();
    assert_peer_gets("1 2 e9 3 4 5");
    kernel_takes(conn.bytes.n - conn.sent);
    submit(1);
    flush();
    assert_peer_gets("1 2 e9 3 4 5 6");
}

static void at_a_border_nothing_is_waited_for(void **state)
{
    (void)state;
    submit(3);
    flush();
    kernel_takes(SUBMIT_BYTES);
    make(SMPP_ENQUIRE_LINK_RESP, 9);
    flush();
    assert_peer_gets("1 r9 2 3");
}

static void answers_keep_their_order(void **state)
{
    (void)state;
    submit(4);
    flush();
    kernel_takes(1);
    for (uint32_t i = 1; i <= 3; i++) {
        make(SMPP_DELIVER_SM_RESP, i);
        submit(1);
        flush();
        submit(1);
        flush();
    }
    assert_peer_gets("1 d1 d2 d3 2 3 4 5 6 7 8 9 10");
}

static void what_tls_has_in_its_hands_is_not_touched(void **state)
{
    (void)state;
    submit(4);
    flush();
    kernel_takes(1);
    conn.fixed = 2 * SUBMIT_BYTES;
    make(SMPP_ENQUIRE_LINK_RESP, 9);
    flush();
    assert_peer_gets("1 2 3 r9 4");
}

static void goodbye_comes_after_what_was_said(void **state)
{
    (void)state;
    submit(2);
    flush();
    make(SMPP_UNBIND, 3);
    make(SMPP_ENQUIRE_LINK_RESP, 4);
    make(SMPP_UNBIND_RESP, 5);
    flush();
    assert_peer_gets("r4 1 2 u3 v5");
}

/* The same in small steps for long: what is remembered of the past stays bounded. */
static void a_slow_peer_costs_no_memory(void **state)
{
    (void)state;
    submit(10);
    flush();
    for (uint32_t i = 1; i <= 20000; i++) {
        submit(1);
        if (i % 7 == 0)
            make(SMPP_ENQUIRE_LINK_RESP, i);
        flush();
        size_t n = net_conn_waiting(&conn) > 200 ? SUBMIT_BYTES + i % 20 : i % 20;
        kernel_takes(n);
        buf_consume(&conn.bytes, conn.sent);
        conn.sent = 0;
        assert_true(output.given.n <= 4096);
    }
}

static void without_a_connection_all_is_lost(void **state)
{
    (void)state;
    submit(2);
    assert_int_equal(output_flush(&output, NULL), OK);
    flush();
    assert_int_equal(conn.bytes.n, 0);
}

static void too_much_is_an_error(void **state)
{
    (void)state;
    submit(2 * LIMIT / SUBMIT_BYTES + 1);
    assert_int_equal(output_flush(&output, &conn), ERR_TOO_LARGE);
}

#define OUTPUT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTPUT(what_is_written_leaves_in_order),
        OUTPUT(an_answer_passes_by_submits_of_the_same_turn),
        OUTPUT(what_the_kernel_does_not_have_is_passed_by_at_the_border_of_a_pdu),
        OUTPUT(at_a_border_nothing_is_waited_for),
        OUTPUT(answers_keep_their_order),
        OUTPUT(what_tls_has_in_its_hands_is_not_touched),
        OUTPUT(goodbye_comes_after_what_was_said),
        OUTPUT(a_slow_peer_costs_no_memory),
        OUTPUT(without_a_connection_all_is_lost),
        OUTPUT(too_much_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

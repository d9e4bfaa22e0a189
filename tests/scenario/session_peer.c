/* SPDX-License-Identifier: Apache-2.0 */
#include "session_peer.h"

#include <stdlib.h>

const struct smpp_session_config peer_config = {
    .role = SMPP_ESME,
    .window = 4,
    .response_timeout_us = 10 * SEC_US,
    .bind_timeout_us = 5 * SEC_US,
    .enquire_us = 30 * SEC_US,
    .inactivity_us = 0,
};

static void peer_on_output(void *ctx, struct str bytes)
{
    struct peer *p = ctx;
    p->outputs++;
    buf_add_str(&p->sent, bytes);
}

static void peer_on_bound(void *ctx, enum smpp_mode mode)
{
    struct peer *p = ctx;
    buf_printf(&p->log, "bound %d\n", (int)mode);
}

static void peer_on_request(void *ctx, const struct smpp_pdu *request)
{
    struct peer *p = ctx;
    buf_printf(&p->log, "request %s %u\n", smpp_command_name(request->command), request->sequence);
    if (p->on_request)
        p->on_request(p, request);
    if (!p->answers)
        return;
    struct smpp_pdu response = {.status = p->answer};
    assert_int_equal(
        smpp_session_respond(p->session, request->command, request->sequence, &response), OK);
}

static void peer_on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                             const struct smpp_pdu *response)
{
    static const char *const names[] = {"answered", "nacked", "timed_out", "abandoned"};
    struct peer *p = ctx;
    buf_printf(&p->log, "%s %s", (const char *)tag, names[outcome]);
    if (response)
        buf_printf(&p->log, " %s", smpp_status_name(response->status));
    if (response && response->command == SMPP_SUBMIT_SM_RESP && response->has_body)
        buf_printf(&p->log, " id=%.*s", STR_FMT(response->body.submit_sm_resp.message_id));
    buf_add_u8(&p->log, '\n');
}

static void peer_on_closed(void *ctx, const char *reason, uint32_t bind_status)
{
    struct peer *p = ctx;
    buf_printf(&p->log, "closed %s %s\n", reason, smpp_status_name(bind_status));
}

void peer_open(struct peer *p, const struct smpp_session_config *config)
{
    static const struct smpp_session_calls calls = {peer_on_output, peer_on_bound, peer_on_request,
                                                    peer_on_response, peer_on_closed};
    *p = (struct peer){.arena = arena_new(),
                       .now_us = SEC_US,
                       .sent = buf_limited(1 << 24),
                       .log = buf_limited(1 << 20)};
    p->session = smpp_session_new(config, &calls, p, p->now_us);
}

void peer_end(struct peer *p)
{
    smpp_session_free(p->session);
    arena_free(p->arena);
    buf_free(&p->sent);
    buf_free(&p->log);
}

void peer_feed(struct peer *p, struct str bytes)
{
    size_t run = p->one_byte_runs ? 1 : bytes.n;
    for (size_t at = 0; at < bytes.n; at += run) {
        /* Bytes are given in a block of their own, so that reading past them would be seen. */
        char *exact = malloc(run);
        memcpy(exact, bytes.p + at, run);
        smpp_session_feed(p->session, (struct str){exact, run}, p->now_us);
        free(exact);
    }
}

void peer_write(struct buf *out, struct smpp_pdu pdu, uint32_t command, uint32_t status,
                uint32_t sequence)
{
    pdu.command = command;
    pdu.status = status;
    pdu.sequence = sequence;
    assert_int_equal(smpp_pdu_write(out, &pdu), OK);
}

void peer_gives(struct peer *p, uint32_t command, uint32_t status, uint32_t sequence)
{
    struct buf out = buf_limited(SMPP_PDU_MAX);
    peer_write(&out, (struct smpp_pdu){0}, command, status, sequence);
    peer_feed(p, buf_str(&out));
    buf_free(&out);
}

struct str peer_hex(struct arena *arena, const char *hex)
{
    char *bytes = arena_alloc(arena, strlen(hex) / 2 + 1);
    size_t n = 0;
    while (*hex) {
        char pair[3] = {hex[0], hex[1], 0};
        if (*hex == ' ') {
            hex++;
            continue;
        }
        bytes[n++] = (char)strtoul(pair, NULL, 16);
        hex += 2;
    }
    return (struct str){bytes, n};
}

struct smpp_pdu peer_takes(struct peer *p)
{
    struct smpp_pdu pdu;
    uint32_t length;
    uint32_t answer;
    assert_int_equal(smpp_pdu_length(&length, buf_str(&p->sent), SMPP_PDU_MAX), OK);
    assert_true(length && length <= p->sent.n);
    struct str bytes = arena_str(p->arena, str_sub(buf_str(&p->sent), 0, length));
    assert_int_equal(smpp_pdu_read(&pdu, p->arena, bytes, &answer), OK);
    buf_consume(&p->sent, length);
    return pdu;
}

enum err peer_request(struct peer *p, uint32_t command, const char *tag)
{
    struct smpp_pdu pdu = {.command = command};
    return smpp_session_request(p->session, &pdu, (void *)(uintptr_t)tag, p->now_us);
}

void peer_wait(struct peer *p, int64_t by_us)
{
    int64_t end_us = p->now_us + by_us;
    for (;;) {
        int64_t due_us = smpp_session_tick(p->session, p->now_us);
        assert_true(due_us > p->now_us);
        if (due_us > end_us)
            break;
        p->now_us = due_us;
    }
    p->now_us = end_us;
}

void peer_open_client(struct peer *p, const struct smpp_session_config *config)
{
    peer_open(p, config);
    assert_int_equal(peer_request(p, SMPP_BIND_TRANSCEIVER, "bind"), OK);
    assert_takes(p, SMPP_BIND_TRANSCEIVER, ESME_ROK, 1);
    peer_gives(p, SMPP_BIND_TRANSCEIVER_RESP, ESME_ROK, 1);
    assert_log(p, "bind answered ESME_ROK\nbound 3\n");
}

void peer_open_server(struct peer *p, uint32_t bind)
{
    struct smpp_session_config config = peer_config;
    config.role = SMPP_SMSC;
    peer_open(p, &config);
    p->answers = true;
    peer_gives(p, bind, ESME_ROK, 1);
    assert_takes(p, bind | SMPP_RESPONSE, ESME_ROK, 1);
    buf_clear(&p->log);
}

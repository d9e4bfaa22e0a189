/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes in any runs, for both roles: every request ends exactly once, what the session writes
 * is whole PDUs, and the end comes once. */
#include "smpp/session.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct peer {
    struct smpp_session *session;
    size_t open;   /* requests sent and not ended */
    size_t closed; /* calls of on_closed */
};

static void on_output(void *ctx, struct str bytes)
{
    (void)ctx;
    while (bytes.n) {
        uint32_t length;
        if (smpp_pdu_length(&length, bytes, SMPP_PDU_MAX) || length == 0 || length > bytes.n)
            abort();
        bytes = str_sub(bytes, length, bytes.n);
    }
}

static void on_bound(void *ctx, enum smpp_mode mode)
{
    struct peer *peer = ctx;
    static const uint32_t commands[] = {SMPP_SUBMIT_SM, SMPP_DELIVER_SM, SMPP_DATA_SM};
    if (mode < SMPP_TX || mode > SMPP_TRX)
        abort();
    for (size_t i = 0; i < 3; i++) {
        struct smpp_pdu pdu = {.command = commands[i]};
        if (smpp_session_request(peer->session, &pdu, peer, 0) == OK)
            peer->open++;
    }
}

static void on_request(void *ctx, const struct smpp_pdu *request)
{
    struct peer *peer = ctx;
    struct smpp_pdu response = {.status = request->sequence % 3 ? ESME_ROK : ESME_RTHROTTLED};
    if (smpp_command_info(request->command | SMPP_RESPONSE) &&
        smpp_session_respond(peer->session, request->command, request->sequence, &response))
        abort();
}

static void on_response(void *ctx, void *tag, enum smpp_outcome outcome,
                        const struct smpp_pdu *response)
{
    struct peer *peer = ctx;
    bool answered = outcome == SMPP_ANSWERED || outcome == SMPP_NACKED;
    if (tag != peer || answered != (response != NULL) || peer->open-- == 0)
        abort();
}

static void on_closed(void *ctx, const char *reason, uint32_t bind_status)
{
    struct peer *peer = ctx;
    (void)bind_status;
    if (!reason || peer->open || peer->closed++)
        abort();
}

/* The input is runs of bytes, each after a byte that tells its length and how much time passes;
 * before the longest runs we unbind. */
static void play(enum smpp_role role, const uint8_t *data, size_t n)
{
    struct peer peer = {0};
    struct smpp_session_config config = {role, 2, 10, 20, 5, 40, 15};
    struct smpp_session_calls calls = {on_output, on_bound, on_request, on_response, on_closed};
    peer.session = smpp_session_new(&config, &calls, &peer, 0);
    struct smpp_pdu bind = {.command = SMPP_BIND_TRANSCEIVER};
    if (role == SMPP_ESME && smpp_session_request(peer.session, &bind, &peer, 0) == OK)
        peer.open++;
    int64_t now_us = 0;
    for (size_t at = 0; at < n;) {
        size_t run = (size_t)(data[at] & 0x3f) + 1;
        now_us += data[at++] >> 6;
        if (run == 0x40)
            smpp_session_unbind(peer.session, now_us);
        run = run < n - at ? run : n - at;
        smpp_session_feed(peer.session, (struct str){(const char *)data + at, run}, now_us);
        if (smpp_session_tick(peer.session, now_us) <= now_us ||
            smpp_session_window_used(peer.session) != peer.open)
            abort();
        at += run;
    }
    smpp_session_unbind(peer.session, now_us);
    smpp_session_lost(peer.session, "end");
    if (peer.closed != 1)
        abort();
    smpp_session_free(peer.session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    play(SMPP_ESME, data, n);
    play(SMPP_SMSC, data, n);
    return 0;
}

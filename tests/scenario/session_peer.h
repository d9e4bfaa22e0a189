/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of a session, as a test plays it: what the session wrote is kept and read back,
 * what it called is kept in `log`, one short line a call. Time is a number; nothing sleeps.
 */
#ifndef NAVETTE_TESTS_SCENARIO_SESSION_PEER_H
#define NAVETTE_TESTS_SCENARIO_SESSION_PEER_H

#include "base/clock.h"
#include "smpp/session.h"
#include "testing.h"

struct peer {
    struct smpp_session *session;
    struct arena *arena;
    int64_t now_us;
    struct buf sent;    /* by the session, not yet taken */
    size_t outputs;     /* calls of on_output */
    struct buf log;     /* calls of the session */
    bool answers;       /* requests with status 0, at once */
    uint32_t answer;    /* the status of those answers */
    bool one_byte_runs; /* what is fed, byte by byte */
    void (*on_request)(struct peer *peer, const struct smpp_pdu *request); /* may be NULL */
};

extern const struct smpp_session_config peer_config;

void peer_open(struct peer *p, const struct smpp_session_config *config);
void peer_end(struct peer *p);
void peer_feed(struct peer *p, struct str bytes);
void peer_write(struct buf *out, struct smpp_pdu pdu, uint32_t command, uint32_t status,
                uint32_t sequence);
/* The session gets a PDU with nothing but its header, and empty fields where it has any. */
void peer_gives(struct peer *p, uint32_t command, uint32_t status, uint32_t sequence);
/* "0000001000000015…", blanks allowed. */
struct str peer_hex(struct arena *arena, const char *hex);
/* The next PDU that the session wrote. */
struct smpp_pdu peer_takes(struct peer *p);
enum err peer_request(struct peer *p, uint32_t command, const char *tag);
/* Ticks at the moments the session asks for, up to `by_us` later. */
void peer_wait(struct peer *p, int64_t by_us);
/* A client that is bound as transceiver; its bind had sequence 1. */
void peer_open_client(struct peer *p, const struct smpp_session_config *config);
/* A server to which somebody is bound; the bind had sequence 1. It answers all with ROK. */
void peer_open_server(struct peer *p, uint32_t bind);

/* The calls since the last time are exactly these lines. */
#define assert_log(peer_, expected)                              \
    do {                                                         \
        buf_add_u8(&(peer_)->log, 0);                            \
        assert_string_equal((char *)(peer_)->log.p, (expected)); \
        buf_clear(&(peer_)->log);                                \
    } while (0)

#define assert_takes(peer_, command_, status_, sequence_)                                  \
    do {                                                                                   \
        struct smpp_pdu pdu_ = peer_takes(peer_);                                          \
        assert_string_equal(smpp_command_name(pdu_.command), smpp_command_name(command_)); \
        assert_string_equal(smpp_status_name(pdu_.status), smpp_status_name(status_));     \
        assert_int_equal(pdu_.sequence, sequence_);                                        \
    } while (0)

#define assert_takes_nothing(peer_) assert_int_equal((peer_)->sent.n, 0)

#endif

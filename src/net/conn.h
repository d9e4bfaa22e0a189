/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/conn: a TCP connection, with or without TLS from its first byte, out or in.
 *
 * Out: every address that the system gives for the host, v4 and v6, is tried in turn, each with
 * its share of the time limit. TLS: at least 1.2, SNI, name check on by default. Calls: on_open
 * once when usable (TLS included), on_data for each run of bytes (valid during the call only),
 * on_drain when everything written has left, on_close exactly once unless net_conn_free comes
 * first; after on_close only net_conn_free is allowed, and it is safe inside any callback. Limits:
 * what waits to be written is bounded by `write_limit`. Threads: the loop's only.
 */
#ifndef NAVETTE_NET_CONN_H
#define NAVETTE_NET_CONN_H

#include "base/str.h"
#include "net/loop.h"

struct net_tls {
    bool on;
    bool skip_name_check;  /* for tests and stubborn carriers */
    const char *ca_file;   /* NULL: the system's; a listener that has one wants certificates */
    const char *cert_file; /* PEM; the client's, or the server's for a listener */
    const char *key_file;
};

struct net_conn_calls {
    void (*on_open)(void *ctx);
    void (*on_data)(void *ctx, struct str bytes);
    void (*on_drain)(void *ctx);                     /* may be NULL */
    void (*on_close)(void *ctx, const char *reason); /* reason: fit for a log line */
};

struct net_conn;

/* Never NULL: a failure to begin arrives as on_close. The strings are copied. */
struct net_conn *net_connect(struct net_loop *loop, const char *host, uint16_t port,
                             const struct net_tls *tls, int64_t timeout_us, size_t write_limit,
                             const struct net_conn_calls *calls, void *ctx);
void net_conn_free(struct net_conn *conn);
/* ERR_LIMIT when the write limit would be passed (nothing was taken), ERR_CLOSED. */
enum err net_conn_write(struct net_conn *conn, struct str bytes) MUST_CHECK;
size_t net_conn_waiting(const struct net_conn *conn);
/* Of the bytes written last, how many neither the kernel nor TLS has: they can be taken back. */
size_t net_conn_held(const struct net_conn *conn);
/* Takes back the last n bytes, of those held. */
void net_conn_take_back(struct net_conn *conn, size_t n);
/* Stops and resumes reading: back-pressure on a peer. */
void net_conn_pause(struct net_conn *conn, bool paused);
/* Sends what waits, then closes; on_close follows, at most 7 s later if the peer does not play. */
void net_conn_finish(struct net_conn *conn);
/* "192.0.2.1:2775" */
const char *net_conn_peer(const struct net_conn *conn);

struct net_listener;

/* on_accept must adopt the connection with net_conn_adopt (or free it). */
struct net_listener_calls {
    void (*on_accept)(void *ctx, struct net_conn *conn);
};
/* ERR_IO with the cause logged. address: "127.0.0.1:2775", "[::1]:0"; port 0 lets the system pick.
 */
enum err net_listen(struct net_listener **out, struct net_loop *loop, const char *address,
                    const struct net_tls *tls, size_t write_limit, size_t max_connections,
                    const struct net_listener_calls *calls, void *ctx) MUST_CHECK;
uint16_t net_listener_port(const struct net_listener *listener);
void net_listener_free(struct net_listener *listener);
/* Gives an accepted connection its owner; on_open follows, or on_close when its TLS handshake fails
 * or takes more than 10 s. One that is open gets another owner, and no on_open. */
void net_conn_adopt(struct net_conn *conn, const struct net_conn_calls *calls, void *ctx);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/calls: HTTP requests and e-mails to the outside, many at once on one loop: https and mail by
 * libcurl's multi interface over our sockets and timers, http by net/lines. Connections are kept
 * and used again.
 *
 * Only http and https, redirects are not followed, TLS is verified, no proxy of the environment is
 * used. Every address is held against the guard when it is connected to, so that a name which
 * changes its address gains nothing. An answer is read up to CALLS_READ_MAX; what is longer ends
 * there and counts by its status.
 *
 * Owner: a call is its owner's and must last until `done`; `done` may start others. Threads: the
 * loop's.
 */
#ifndef NAVETTE_NET_CALLS_H
#define NAVETTE_NET_CALLS_H

#include "base/buf.h"
#include "net/guard.h"
#include "net/loop.h"

enum { CALLS_READ_MAX = 64 * 1024, CALLS_CONNECT_MS = 3000, CALLS_WHOLE_MS = 10000 };
enum { CALLS_AT_ONCE = 256, CALLS_PER_HOST = 32, CALL_HEADERS_MAX = 4 };

struct net_mail {
    const char *from; /* addresses, without names */
    const char *to;
    struct str subject; /* UTF-8 */
    struct str text;    /* UTF-8, lines ended by \n */
    const char *id;     /* "<…@…>" */
    int64_t at_us;
};

struct net_call {
    const char *url;
    const char *headers[CALL_HEADERS_MAX]; /* "name: value"; up to the first NULL */
    struct str body;                       /* of a POST */
    bool post;
    bool keep_answer;
    const struct net_mail *mail; /* then url and the rest do not count */
    void (*done)(struct net_call *call);
    void *ctx;

    /* What came of it, for `done`: */
    int status;        /* of HTTP, or the last of SMTP; 0: there was no answer */
    bool good;         /* 2xx; a mail that was taken */
    const char *error; /* a few words without anything of the URL; NULL: none */
    struct str answer; /* if it was wanted and is text/plain; until `done` returns */
    int64_t took_us;
    struct calls_slot *slot; /* while it is under way */
};

struct calls_config {
    struct net_loop *loop;
    struct net_guard guard;
    const char *ca_file;   /* certificates to trust instead of the system's; NULL: the system's */
    const char *smtp_url;  /* "smtp://HOST:587", "smtps://HOST"; NULL: no mail can be sent */
    const char *smtp_user; /* NULL: none */
    const char *smtp_password;
    bool smtp_tls; /* STARTTLS or nothing */
};

/* The error of a call that the guard refused. */
#define CALLS_REFUSED "the address is not a public one, and not allowed (--callback-allow)"

struct calls;

/* The strings of the configuration must last. */
struct calls *calls_new(const struct calls_config *config);
/* Calls under way end without `done`. */
void calls_free(struct calls *calls);
void calls_start(struct calls *calls, struct net_call *call);
/* Ends it now, without `done`. */
void calls_cancel(struct calls *calls, struct net_call *call);

#endif

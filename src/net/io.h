/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/io: reading and writing of one non-blocking socket, plain or TLS.
 *
 * Results: a number of bytes; 0 when the peer has ended; IO_WAIT when the socket is not ready
 * (`wants_write` tells that it has to become writable first); IO_FAILED with `reason` set.
 * Owner: who calls io_close. Threads: the loop's only.
 */
#ifndef NAVETTE_NET_IO_H
#define NAVETTE_NET_IO_H

#include "net/tls.h"

#include <sys/types.h>

struct evbuffer;

enum { IO_WAIT = -1, IO_FAILED = -2 };

struct io {
    int fd; /* -1: none */
    SSL *ssl;
    bool wants_write;
    size_t pending;   /* bytes of a write that waits, which TLS wants to see again */
    bool more_inside; /* the last read left something that makes no socket readable */
    char reason[TLS_REASON_SIZE];
};

void io_set_reason(struct io *io, const char *reason);
/* Takes `ssl`, which knows its role. */
void io_start_tls(struct io *io, SSL *ssl);
/* 1 when done. */
ssize_t io_handshake(struct io *io);
ssize_t io_read(struct io *io, char *to, size_t size);
/* One write from the front of `out`, which loses what left. */
ssize_t io_write(struct io *io, struct evbuffer *out);
/* Nothing more to write: the peer gets all of it before our close. */
void io_end_writing(struct io *io);
void io_close(struct io *io);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/io.h"

#include "base/arena.h"

#include <errno.h>
#include <event2/buffer.h>
#include <openssl/err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

void io_set_reason(struct io *io, const char *reason)
{
    if (reason != io->reason)
        snprintf(io->reason, sizeof(io->reason), "%s", reason);
}

void io_start_tls(struct io *io, SSL *ssl)
{
    io->ssl = ssl;
    if (SSL_set_fd(ssl, io->fd) != 1)
        base_out_of_memory();
}

/* Both are read by SSL_get_error after the operation. */
static void forget_errors(void)
{
    ERR_clear_error();
    errno = 0;
}

static ssize_t tls_result(struct io *io, int result)
{
    switch (SSL_get_error(io->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return IO_WAIT;
    case SSL_ERROR_WANT_WRITE:
        io->wants_write = true;
        return IO_WAIT;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        break;
    }
    if (errno && !ERR_peek_error() && SSL_is_init_finished(io->ssl))
        io_set_reason(io, strerror(errno));
    else
        tls_reason(io->reason, io->ssl, ERR_peek_error());
    ERR_clear_error();
    return IO_FAILED;
}

static ssize_t plain_result(struct io *io)
{
    if (errno == EAGAIN || errno == EINTR)
        return IO_WAIT;
    io_set_reason(io, strerror(errno));
    return IO_FAILED;
}

ssize_t io_handshake(struct io *io)
{
    forget_errors();
    int result = SSL_do_handshake(io->ssl);
    return result == 1 ? 1 : tls_result(io, result);
}

static ssize_t tls_read(struct io *io, char *to, size_t size)
{
    size_t n = 0;
    int got = 1;
    while (n < size && got > 0) {
        size_t room = size - n < INT32_MAX ? size - n : INT32_MAX;
        forget_errors();
        got = SSL_read(io->ssl, to + n, (int)room);
        if (got > 0)
            n += (size_t)got;
    }
    io->more_inside = n > 0 && (got > 0 || SSL_get_error(io->ssl, got) != SSL_ERROR_WANT_READ);
    return n ? (ssize_t)n : tls_result(io, got);
}

ssize_t io_read(struct io *io, char *to, size_t size)
{
    if (io->ssl)
        return tls_read(io, to, size);
    ssize_t n = recv(io->fd, to, size, 0);
    return n < 0 ? plain_result(io) : n;
}

static ssize_t tls_write(struct io *io, struct evbuffer *out)
{
    enum { RECORD = 16384 };
    size_t n = evbuffer_get_length(out);
    if (n > RECORD)
        n = RECORD;
    const unsigned char *bytes = evbuffer_pullup(out, (ev_ssize_t)n);
    forget_errors();
    int put = SSL_write(io->ssl, bytes, (int)n);
    io->pending = put > 0 ? 0 : n;
    return put > 0 ? put : tls_result(io, put);
}

static ssize_t plain_write(struct io *io, struct evbuffer *out)
{
    enum { PIECES = 64 };
    struct evbuffer_iovec pieces[PIECES];
    int n = evbuffer_peek(out, -1, NULL, pieces, PIECES);
    ssize_t put = writev(io->fd, (struct iovec *)pieces, n < PIECES ? n : PIECES);
    io->wants_write = put < 0 && (errno == EAGAIN || errno == EINTR);
    return put < 0 ? plain_result(io) : put;
}

ssize_t io_write(struct io *io, struct evbuffer *out)
{
    ssize_t n = io->ssl ? tls_write(io, out) : plain_write(io, out);
    if (n > 0)
        evbuffer_drain(out, (size_t)n);
    return n;
}

void io_end_writing(struct io *io)
{
    if (io->ssl && SSL_is_init_finished(io->ssl)) {
        SSL_shutdown(io->ssl);
        ERR_clear_error();
    }
    shutdown(io->fd, SHUT_WR);
}

void io_close(struct io *io)
{
    if (io->ssl) {
        if (SSL_is_init_finished(io->ssl))
            SSL_shutdown(io->ssl);
        ERR_clear_error();
        SSL_free(io->ssl);
    }
    io->ssl = NULL;
    if (io->fd >= 0)
        close(io->fd);
    io->fd = -1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/output: the PDUs of a session on their way to its connection. While the peer does not
 * read, submits wait here; answers and enquire_link pass them by at the border of a PDU, as long as
 * the kernel does not have them: else a link would look dead because it is busy.
 *
 * Requests keep their order among themselves, answers theirs. unbind and its answer keep their
 * place behind the requests that were made before them. Owner: who calls output_free; the
 * connection is the caller's. Threads: one at a time.
 */
#ifndef NAVETTE_CARRIER_OUTPUT_H
#define NAVETTE_CARRIER_OUTPUT_H

#include "base/buf.h"
#include "net/conn.h"

struct output {
    struct buf fresh;  /* not given to the connection yet */
    struct buf given;  /* given to it; begins at a border, at or before what it still holds */
    struct buf sorted; /* while they are put in order */
};

/* limit: of what the connection takes. */
void output_init(struct output *o, size_t limit);
void output_free(struct output *o);
/* Forgets all: the connection is gone, or another one. */
void output_clear(struct output *o);
/* Whole PDUs. */
void output_add(struct output *o, struct str pdus);
/* Gives all to the connection; without one it is lost. ERR_TOO_LARGE, ERR_LIMIT and ERR_CLOSED: the
 * connection is of no more use. */
enum err output_flush(struct output *o, struct net_conn *conn) MUST_CHECK;
/* Bytes that wait, here or in the connection. */
size_t output_waiting(const struct output *o, const struct net_conn *conn);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smpp/frame: whole PDUs out of runs of bytes of any size. A PDU that lies in one run is a view of
 * it; only one that is cut is put together here.
 * Source: SMPP 3.4 3.2. Owner: who calls smpp_frame_free. Threads: one at a time.
 */
#ifndef NAVETTE_SMPP_FRAME_H
#define NAVETTE_SMPP_FRAME_H

#include "base/buf.h"

struct smpp_frame {
    struct buf in; /* the beginning of a PDU whose rest is still to come */
};

void smpp_frame_init(struct smpp_frame *f);
void smpp_frame_free(struct smpp_frame *f);
/* Takes the next whole PDU, of at most `max` bytes, off the front of the run; an empty *pdu means
 * that the run is used up. Valid until the next call here. ERR_MALFORMED: a length that cannot be.
 */
enum err smpp_frame_next(struct smpp_frame *f, struct str *pdu, struct str *run,
                         uint32_t max) MUST_CHECK;
/* The PDU taken last was dealt with. */
void smpp_frame_done(struct smpp_frame *f);

/* A PDU has begun and is not whole. */
static inline bool smpp_frame_is_partial(const struct smpp_frame *f)
{
    return f->in.n > 0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/frame.h"

#include "smpp/pdu.h"

enum { KEEP_PARTIAL = 4 * 1024 /* a larger buffer for a split PDU is given back */ };

void smpp_frame_init(struct smpp_frame *f)
{
    f->in = buf_limited(SMPP_PDU_MAX);
}

void smpp_frame_free(struct smpp_frame *f)
{
    buf_free(&f->in);
}

/* Moves up to n bytes from the run to the partial PDU. */
static void keep(struct smpp_frame *f, struct str *run, size_t n)
{
    n = n < run->n ? n : run->n;
    buf_add(&f->in, run->p, n);
    *run = str_sub(*run, n, run->n);
}

/* Nothing was kept: straight from the run. */
static enum err first(struct smpp_frame *f, struct str *pdu, struct str *run, uint32_t max)
{
    uint32_t n;
    if (smpp_pdu_length(&n, *run, max))
        return ERR_MALFORMED;
    if (n == 0 || n > run->n) {
        keep(f, run, run->n);
        return OK;
    }
    *pdu = str_sub(*run, 0, n);
    *run = str_sub(*run, n, run->n);
    return OK;
}

enum err smpp_frame_next(struct smpp_frame *f, struct str *pdu, struct str *run, uint32_t max)
{
    uint32_t n;
    *pdu = (struct str){0};
    if (f->in.n == 0)
        return first(f, pdu, run, max);
    if (f->in.n < 4)
        keep(f, run, 4 - f->in.n);
    if (smpp_pdu_length(&n, buf_str(&f->in), max))
        return ERR_MALFORMED;
    if (n == 0)
        return OK;
    keep(f, run, n - f->in.n);
    if (f->in.n == n)
        *pdu = buf_str(&f->in);
    return OK;
}

void smpp_frame_done(struct smpp_frame *f)
{
    if (f->in.size > KEEP_PARTIAL)
        buf_free(&f->in);
    else
        buf_clear(&f->in);
}

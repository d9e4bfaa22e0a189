/* SPDX-License-Identifier: Apache-2.0 */
/* A PDU that can be read is written and read again with the same fields; else it has its answer. */
#include "../vectors/pdu_fields.h"
#include "smpp/pdu.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool same_fields(const struct smpp_pdu *a, const struct smpp_pdu *b)
{
    struct buf left = buf_limited(1 << 22);
    struct buf right = buf_limited(1 << 22);
    pdu_lines(&left, a);
    pdu_lines(&right, b);
    bool same = str_eq(buf_str(&left), buf_str(&right));
    buf_free(&left);
    buf_free(&right);
    return same;
}

static void check_written(struct smpp_pdu *pdu, struct arena *arena)
{
    struct buf out = buf_limited(SMPP_PDU_MAX);
    struct smpp_pdu again;
    uint32_t answer;
    if (smpp_pdu_write(&out, pdu)) {
        if (pdu->tlv_n == 0) /* only TLVs outside their range may be read and not written */
            abort();
    } else {
        if (smpp_pdu_read(&again, arena, buf_str(&out), &answer))
            abort();
        pdu->has_body = again.has_body; /* success is never written as a header alone */
        if (!same_fields(pdu, &again))
            abort();
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *arena = arena_new();
    struct buf bytes = buf_limited(SMPP_PDU_MAX);
    struct smpp_pdu pdu;
    uint32_t answer;
    buf_add(&bytes, data, n);
    buf_set_u32(&bytes, 0, (uint32_t)bytes.n);
    enum err err = smpp_pdu_read(&pdu, arena, buf_str(&bytes), &answer);
    if ((err == OK) != (answer == ESME_ROK))
        abort();
    if (!err) {
        check_written(&pdu, arena);
        pdu.tlv_n = 0;
        check_written(&pdu, arena);
    }
    buf_free(&bytes);
    arena_free(arena);
    return 0;
}

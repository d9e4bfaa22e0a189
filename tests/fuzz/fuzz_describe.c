/* SPDX-License-Identifier: Apache-2.0 */
/* Any PDU, and what could be read of a broken one, can be described; no secret is ever given. */
#include "smpp/describe.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void each(void *ctx, const struct smpp_field *f)
{
    size_t *n = ctx;
    *n += strlen(f->name) + f->number;
    for (size_t i = 0; i < f->value.n; i++)
        *n += (uint8_t)f->value.p[i];
    if (f->kind == SMPP_FIELD_SECRET && f->value.n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *arena = arena_new();
    struct buf bytes = buf_limited(SMPP_PDU_MAX);
    struct smpp_pdu pdu;
    uint32_t answer;
    size_t seen = 0;
    buf_add(&bytes, data, n);
    buf_set_u32(&bytes, 0, (uint32_t)bytes.n);
    enum err err = smpp_pdu_read(&pdu, arena, buf_str(&bytes), &answer);
    smpp_describe(&pdu, false, each, &seen);
    smpp_describe(&pdu, true, each, &seen);
    if (!err && pdu.has_body && !seen)
        abort();
    buf_free(&bytes);
    arena_free(arena);
    return 0;
}

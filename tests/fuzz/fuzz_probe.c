/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a carrier sends to a probe can be looked at, and judged. */
#include "carrier/probe_eye.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void say(void *ctx, enum probe_note note, const char *text)
{
    size_t *said = ctx;
    *said += strlen(text);
}

static struct receipt_rules *rules(void)
{
    static struct receipt_rules *made;
    struct carrier_settings s = {.receipt_id = STR("as-is"),
                                 .receipt_id_pattern = STR("ref=([^ ]+)"),
                                 .receipt_stat_pattern = STR("result=([^ ]+)")};
    struct refusal why;
    struct arena *a = arena_new();
    if (!made && receipt_rules_new(&made, &s, a, &why))
        abort();
    arena_free(a);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct probe_ask ask = {.to = "33612345678"};
    static const struct carrier_settings now;
    struct probe_seen *seen = base_alloc(sizeof(*seen));
    struct arena *arena = arena_new();
    struct buf bytes = buf_limited(SMPP_PDU_MAX);
    size_t said = 0;
    buf_add(&bytes, data, n);
    buf_set_u32(&bytes, 0, (uint32_t)bytes.n);
    struct probe_eye eye = {seen, &ask, rules(), arena};
    for (int i = 0; i < 2; i++)
        probe_eye_see(&eye, i == 0, buf_str(&bytes));
    seen->submits[0] = (struct probe_submit){.kind = PROBE_PLAIN, .answered = true, .id = "1F"};
    seen->submits_n = 1;
    probe_judge(seen, &now, say, &said);
    if (!said)
        abort();
    buf_free(&bytes);
    arena_free(arena);
    free(seen);
    return 0;
}

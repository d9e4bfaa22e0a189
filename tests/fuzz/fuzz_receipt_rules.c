/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and a receipt, each line one of: the four lists of settings, the text, two TLVs. What is
 * accepted reads any receipt, quickly, and what it tells is bounded. */
#include "core/receipt_rules.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct str line(struct str *rest)
{
    struct str each = {0};
    return str_split(rest, '\n', &each) ? each : (struct str){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str rest = {(const char *)data, n};
    struct carrier_settings s = {0};
    struct receipt_rules *rules = NULL;
    struct refusal why;
    if (n == 0)
        return 0;
    s.receipt_id = data[0] & 1 ? STR("hex") : data[0] & 2 ? STR("hex-text") : STR("as-is");
    s.receipt_text = data[0] & 4;
    rest = str_sub(rest, 1, rest.n);
    s.receipt_id_pattern = line(&rest);
    s.receipt_stat_pattern = line(&rest);
    s.receipt_tlvs = line(&rest);
    s.stat_map = line(&rest);
    struct arena *a = arena_new();
    if (receipt_rules_new(&rules, &s, a, &why) == OK) {
        struct smpp_tlv tlvs[] = {{.tag = SMPP_TAG_RECEIPTED_MESSAGE_ID, .value = line(&rest)},
                                  {.tag = 0x1401, .value = line(&rest)}};
        struct smpp_pdu pdu = {
            .command = SMPP_DELIVER_SM, .has_body = true, .tlvs = tlvs, .tlv_n = 2};
        struct receipt_read read;
        pdu.body.deliver_sm.short_message = rest;
        if (receipt_rules_read(rules, &read, a, &pdu) == OK && (read.id.n == 0 || read.id.n > 78))
            abort();
    }
    receipt_rules_free(rules);
    arena_free(a);
    return 0;
}

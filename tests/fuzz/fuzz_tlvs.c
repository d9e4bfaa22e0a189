/* SPDX-License-Identifier: Apache-2.0 */
/* Any setting `tlvs` is refused with a reason, or makes values that a submit_sm takes. */
#include "core/carrier_rules.h"
#include "smpp/pdu.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void write_all(struct arena *a, const struct carrier_tlv *tlvs, size_t n)
{
    const struct tlv_values values = {
        .account = STR("sms-a"), .sender = STR("Shop"), .tag = STR("t"), .id = STR("12345678")};
    struct smpp_tlv written[CARRIER_TLVS_MAX];
    for (size_t i = 0; i < n; i++)
        written[i] =
            (struct smpp_tlv){.tag = tlvs[i].tag, .value = carrier_tlv_value(a, &tlvs[i], &values)};
    struct smpp_pdu pdu = {
        .command = SMPP_SUBMIT_SM, .has_body = true, .tlvs = written, .tlv_n = n};
    struct buf out = buf_limited(SMPP_PDU_MAX);
    require(smpp_pdu_write(&out, &pdu) == OK);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 500)
        return 0;
    struct arena *a = arena_new();
    struct carrier_tlv *tlvs;
    struct refusal why = {0};
    size_t n;
    if (carrier_tlvs_read(&tlvs, &n, a, (struct str){(const char *)data, size}, &why))
        require(why.field && why.detail.n);
    else
        write_all(a, tlvs, n);
    arena_free(a);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How a message is laid out for its carrier, when it is accepted and whenever it may change. */
#include "base/secret.h"
#include "core/core_base.h"

uint16_t plan_reference(struct str sender, uint64_t recipient, enum text_long mode)
{
    enum { COUNTERS = 1 << 16 };
    static _Atomic uint16_t counters[COUNTERS];
    uint64_t slot = secret_hash(sender) ^ recipient * UINT64_C(0x9E3779B97F4A7C15);
    uint16_t start = (uint16_t)(slot >> 40); /* keyed afresh at each start */
    uint16_t next = (uint16_t)(start + atomic_fetch_add(&counters[(slot >> 16) % COUNTERS], 1));
    return mode == TEXT_UDH8 ? next & UINT8_MAX : next;
}

static bool is_same(const struct message *m, const struct text_plan *plan)
{
    return m->encoding == plan->weight.encoding && m->parts == plan->weight.parts &&
           memcmp(&m->layout, &plan->layout, sizeof(m->layout)) == 0 && str_eq(m->text, plan->text);
}

enum err plan_again(struct message *m, struct arena *a, const struct carrier_rules *rules,
                    bool *changed)
{
    struct text_plan plan;
    *changed = false;
    if (text_plan_stands(m->encoding, m->parts, m->layout, &rules->text))
        return OK;
    enum err e =
        text_plan(&plan, a, m->text, (enum text_choice)m->layout.choice, &rules->text, NULL);
    if (e || is_same(m, &plan))
        return e;
    *changed = true;
    m->text = plan.text;
    m->encoding = plan.weight.encoding;
    m->parts = plan.weight.parts;
    m->layout = plan.layout;
    /* A new one: a part of before may have reached the phone although nobody answered for it. */
    m->reference =
        message_submits(m) > 1 ? plan_reference(m->sender, m->recipient, m->layout.mode) : 0;
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a carrier's settings must look like beyond the types and bounds of their table, section by
 * section. A refusal names the setting and the cure.
 */
#include "core/carrier_settings.h"
#include "core/receipt_rules.h"
#include "store/id.h"
#include "text/text.h"

static enum err check_connection(const struct carrier_settings *s, struct refusal *why)
{
    if (!s->host.n)
        return refuse(why, ERR_MISSING, "host", STR("the SMSC's host name or address is needed"));
    return OK;
}

static enum err check_session(const struct carrier_settings *s, struct refusal *why)
{
    if (s->reconnect_most_ms < s->reconnect_least_ms)
        return refuse(why, ERR_INVALID, "reconnect_most_ms",
                      STR("must not be less than reconnect_least_ms"));
    return OK;
}

static enum err check_messages(const struct carrier_settings *s, struct refusal *why)
{
    size_t bad_at;
    if (text_utf8_check(s->stop_text, &bad_at))
        return refuse(why, ERR_BAD_UTF8, "stop_text", STR("must be UTF-8"));
    return OK;
}

/* Whoever reads receipts checks what it is told. */
static enum err check_receipts(const struct carrier_settings *s, struct arena *a,
                               struct refusal *why)
{
    struct receipt_rules *rules = NULL;
    enum err e = receipt_rules_new(&rules, s, a, why);
    receipt_rules_free(rules);
    return e;
}

/* ---- servers ---- */

enum err carrier_settings_on_nodes(uint32_t *numbers, const struct carrier_settings *s)
{
    struct str rest = s->on_nodes;
    struct str each;
    uint64_t number;
    *numbers = 0;
    while (s->on_nodes.n && str_split(&rest, ',', &each)) {
        if (str_to_u64(&number, str_trim(each)) || number >= STORE_NODES)
            return ERR_INVALID;
        *numbers |= UINT32_C(1) << number;
    }
    return OK;
}

static enum err check_nodes(const struct carrier_settings *s, struct refusal *why)
{
    uint32_t numbers;
    if (carrier_settings_on_nodes(&numbers, s))
        return refuse(why, ERR_INVALID, "on_nodes",
                      STR("must be numbers from 0 to 31 with commas between them, as 0,2; empty "
                          "allows all"));
    if (numbers && s->nodes > __builtin_popcount(numbers))
        return refuse(why, ERR_INVALID, "nodes",
                      STR("must not be more than on_nodes names: name more there, or none"));
    if (s->rate && s->nodes > s->rate)
        return refuse(why, ERR_INVALID, "nodes",
                      STR("must not be more than rate, of which each server takes its share"));
    return OK;
}

enum err carrier_settings_check(const struct carrier_settings *s, struct arena *a,
                                struct refusal *why)
{
    enum err e = check_connection(s, why);
    if (!e)
        e = check_session(s, why);
    if (!e)
        e = check_messages(s, why);
    if (!e)
        e = check_receipts(s, a, why);
    return e ? e : check_nodes(s, why);
}

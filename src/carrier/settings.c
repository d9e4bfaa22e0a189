/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/settings.h"

#include "base/clock.h"
#include "base/log.h"

struct bind_settings settings_of_bind(const struct carrier_settings *s)
{
    return (struct bind_settings){
        .host = s->host,
        .port = (uint16_t)s->port,
        .tls = s->tls,
        .tls_any_name = s->tls_any_name,
        .tls_ca = s->tls_ca,
        .system_id = s->system_id,
        .password = s->password,
        .system_type = s->system_type,
        .window = (uint32_t)s->window,
        .response_timeout_us = s->response_s * SEC_US,
        .bind_timeout_us = s->bind_s * SEC_US,
        .enquire_us = s->enquire_s * SEC_US,
        .reconnect_least_us = s->reconnect_least_ms * MS_US,
        .reconnect_most_us = s->reconnect_most_ms * MS_US,
    };
}

/* At least 1: 0 would set no limit. */
static int64_t share_of(int64_t rate, int64_t nodes)
{
    return rate > nodes ? rate / nodes : 1;
}

/* Their words were checked when they were saved. */
static enum smpp_id_format id_format_of(struct str word)
{
    enum smpp_id_format format = SMPP_ID_AS_IS;
    return smpp_id_format_of(&format, word) ? SMPP_ID_AS_IS : format;
}

struct pump_settings settings_of_pump(const struct carrier_settings *s, bool shared)
{
    return (struct pump_settings){
        .window = (uint32_t)s->window,
        .rate = shared && s->rate ? share_of(s->rate, s->nodes) : s->rate,
        .throttle_pause_us = s->throttle_pause_ms * MS_US,
        .retry_us = s->retry_s * SEC_US,
        .ask_on_doubt = str_eq(s->on_doubt, STR("ask")),
        .response_id = id_format_of(s->response_id),
        .service_type = s->service_type,
    };
}

static enum unknown_receipt unknown_of(struct str word)
{
    return str_eq(word, STR("refuse")) ? UNKNOWN_REFUSE
           : str_eq(word, STR("drop")) ? UNKNOWN_DROP
                                       : UNKNOWN_KEEP;
}

struct inbox_settings settings_of_inbox(const struct carrier_settings *s)
{
    struct inbox_settings out = {.unknown = unknown_of(s->unknown_receipt),
                                 .wait_us = s->incoming_wait_min * MIN_US,
                                 .keep_text = s->store_incoming};
    struct refusal why = {0};
    struct arena *a = arena_new();
    if (text_alphabet_of(&out.alphabet, s->default_alphabet))
        out.alphabet = ALPHABET_GSM7;
    if (receipt_rules_new(&out.rules, s, a, &why)) /* they were saved by the same check */
        log_error("receipt_rules_refused", "setting=%s", why.field);
    arena_free(a);
    return out;
}

bool settings_same_session(const struct carrier_settings *a, const struct carrier_settings *b)
{
    return str_eq(a->host, b->host) && a->port == b->port && str_eq(a->system_id, b->system_id) &&
           str_eq(a->password, b->password) && str_eq(a->system_type, b->system_type) &&
           str_eq(a->bind, b->bind) && a->window == b->window && a->tls == b->tls &&
           a->tls_any_name == b->tls_any_name && str_eq(a->tls_ca, b->tls_ca) &&
           a->response_s == b->response_s && a->bind_s == b->bind_s &&
           a->enquire_s == b->enquire_s && a->reconnect_least_ms == b->reconnect_least_ms &&
           a->reconnect_most_ms == b->reconnect_most_ms;
}

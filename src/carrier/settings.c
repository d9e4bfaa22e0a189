/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/settings.h"

#include "base/clock.h"

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

struct pump_settings settings_of_pump(const struct carrier_settings *s, bool shared)
{
    struct pump_settings settings = {
        .window = (uint32_t)s->window,
        .rate = shared && s->rate ? share_of(s->rate, s->nodes) : s->rate,
        .sender_rate =
            shared && s->sender_rate ? share_of(s->sender_rate, s->nodes) : s->sender_rate,
        .throttle_pause_us = s->throttle_pause_ms * MS_US,
        .retry_us = s->retry_s * SEC_US,
        .on_doubt = doubt_policy_of(s->on_doubt),
        .service_type = s->service_type,
    };
    struct str why;
    if (verdicts_read(&settings.verdicts, s->on_status,
                      &why)) /* never: it was checked when saved */
        settings.verdicts.n = 0;
    return settings;
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

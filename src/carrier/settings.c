/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/settings.h"

#include "base/clock.h"
#include "base/log.h"

bool settings_are_pairs(const struct carrier_settings *s)
{
    return str_eq(s->bind, STR("tx+rx"));
}

static uint8_t interface_version(const struct carrier_settings *s)
{
    if (str_eq(s->interface_version, STR("3.3")))
        return 0x33;
    return str_eq(s->interface_version, STR("5.0")) ? 0x50 : 0x34;
}

/* What of a receiver is its own. */
static void use_receiver(struct bind_settings *b, const struct carrier_settings *s)
{
    if (s->receiver_system_id.n) {
        b->system_id = s->receiver_system_id;
        b->password = s->receiver_password;
        b->system_type = s->receiver_system_type;
    }
    struct str hosts = s->receiver_host.n ? s->receiver_host : s->host;
    uint16_t port = (uint16_t)(s->receiver_port ? s->receiver_port : s->port);
    if (carrier_hosts_read(&b->hosts, hosts, port))
        b->hosts.n = 0; /* never: they were checked when they were saved */
}

struct bind_settings settings_of_bind(const struct carrier_settings *s, enum smpp_mode mode)
{
    struct bind_settings b = {
        .mode = mode,
        .awaits_outbind = mode == SMPP_RX && s->outbind_listen.n,
        .tls = s->tls,
        .tls_any_name = s->tls_any_name,
        .tls_ca = s->tls_ca,
        .tls_cert = s->tls_cert,
        .tls_key = s->tls_key,
        .system_id = s->system_id,
        .password = s->password,
        .system_type = s->system_type,
        .interface_version = interface_version(s),
        .addr_ton = (uint8_t)s->addr_ton,
        .addr_npi = (uint8_t)s->addr_npi,
        .address_range = s->address_range,
        .window = (uint32_t)s->window,
        .response_timeout_us = s->response_s * SEC_US,
        .bind_timeout_us = s->bind_s * SEC_US,
        .enquire_us = s->enquire_s * SEC_US,
        .inactivity_us = s->inactivity_s * SEC_US,
        .recycle_after = (uint32_t)s->recycle_after,
        .reconnect_least_us = s->reconnect_least_ms * MS_US,
        .reconnect_most_us = s->reconnect_most_ms * MS_US,
    };
    if (carrier_hosts_read(&b.hosts, s->host, (uint16_t)s->port))
        b.hosts.n = 0;
    if (mode == SMPP_RX && settings_are_pairs(s))
        use_receiver(&b, s);
    return b;
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
    struct pump_settings settings = {
        .window = (uint32_t)(s->window * s->binds),
        .rate = shared && s->rate ? share_of(s->rate, s->nodes) : s->rate,
        .sender_rate =
            shared && s->sender_rate ? share_of(s->sender_rate, s->nodes) : s->sender_rate,
        .throttle_pause_us = s->throttle_pause_ms * MS_US,
        .retry_us = s->retry_s * SEC_US,
        .on_doubt = doubt_policy_of(s->on_doubt),
        .response_id = id_format_of(s->response_id),
    };
    struct str why;
    if (verdicts_read(&settings.verdicts, s->on_status,
                      &why)) /* never: it was checked when saved */
        settings.verdicts.n = 0;
    return settings;
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

/* Of what the sections "connection", "login" and "session" say, and of the window, all counts. */
#define SESSION_TEXTS(DO)    \
    DO(host)                 \
    DO(bind)                 \
    DO(receiver_host)        \
    DO(receiver_system_id)   \
    DO(receiver_password)    \
    DO(receiver_system_type) \
    DO(outbind_listen)       \
    DO(outbind_system_id)    \
    DO(outbind_password)     \
    DO(tls_ca)               \
    DO(tls_cert)             \
    DO(tls_key)              \
    DO(system_id)            \
    DO(password)             \
    DO(system_type)          \
    DO(interface_version)    \
    DO(address_range)
#define SESSION_NUMBERS(DO) \
    DO(port)                \
    DO(binds)               \
    DO(receiver_port)       \
    DO(tls)                 \
    DO(tls_any_name)        \
    DO(addr_ton)            \
    DO(addr_npi)            \
    DO(response_s)          \
    DO(bind_s)              \
    DO(enquire_s)           \
    DO(inactivity_s)        \
    DO(recycle_after)       \
    DO(reconnect_least_ms)  \
    DO(reconnect_most_ms)   \
    DO(window)

bool settings_same_session(const struct carrier_settings *a, const struct carrier_settings *b)
{
    bool same = true;
#define SAME_TEXT(name)   same &= str_eq(a->name, b->name);
#define SAME_NUMBER(name) same &= a->name == b->name;
    SESSION_TEXTS(SAME_TEXT)
    SESSION_NUMBERS(SAME_NUMBER)
#undef SAME_TEXT
#undef SAME_NUMBER
    return same;
}

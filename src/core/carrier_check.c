/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a carrier's settings must look like beyond the types and bounds of their table, section by
 * section. A refusal names the setting and the cure.
 */
#include "core/accept.h"
#include "core/carrier_rules.h"
#include "core/receipt_rules.h"
#include "core/reply.h"
#include "core/verdict.h"
#include "store/id.h"
#include "text/text.h"

/* ---- connection ---- */

static enum err check_hosts(struct str hosts, const char *field, struct refusal *why)
{
    struct carrier_hosts ignored;
    enum err e = carrier_hosts_read(&ignored, hosts, 1);
    if (e == ERR_LIMIT)
        return refuse(why, ERR_INVALID, field, STR("must not name more than 16 hosts"));
    if (e)
        return refuse(why, ERR_INVALID, field,
                      STR("must be hosts with commas between them, each a name or an address, with "
                          ":PORT behind it if need be, as smsc1.example,[2001:db8::1]:2775"));
    return OK;
}

static enum err check_receiver(const struct carrier_settings *s, struct refusal *why)
{
    if (!s->receiver_system_id.n && (s->receiver_password.n || s->receiver_system_type.n))
        return refuse(why, ERR_INVALID, "receiver_system_id",
                      STR("is needed with receiver_password and receiver_system_type"));
    return check_hosts(s->receiver_host, "receiver_host", why);
}

/* ADDR:PORT; a port alone would listen to the whole world by mistake. */
static bool is_listen_address(struct str text)
{
    struct carrier_hosts hosts;
    bool good = !carrier_hosts_read(&hosts, text, 0) && hosts.n == 1;
    return good && hosts.at[0].port;
}

/* Who brings the right words gets our login in return. */
static enum err check_outbind(const struct carrier_settings *s, struct refusal *why)
{
    if (!s->outbind_listen.n)
        return OK;
    if (!is_listen_address(s->outbind_listen))
        return refuse(why, ERR_INVALID, "outbind_listen",
                      STR("must be an address of this server with a port, as 192.0.2.1:2775"));
    if (!s->outbind_system_id.n)
        return refuse(why, ERR_INVALID, "outbind_system_id",
                      STR("is needed with outbind_listen: who sends it is told our login"));
    if (!s->outbind_password.n)
        return refuse(why, ERR_INVALID, "outbind_password",
                      STR("is needed with outbind_listen: who sends it is told our login"));
    return OK;
}

static enum err check_tls(const struct carrier_settings *s, struct refusal *why)
{
    if (s->tls_cert.n && !s->tls_key.n)
        return refuse(why, ERR_INVALID, "tls_key", STR("is needed with tls_cert"));
    if (s->tls_key.n && !s->tls_cert.n)
        return refuse(why, ERR_INVALID, "tls_cert", STR("is needed with tls_key"));
    return OK;
}

static enum err check_connection(const struct carrier_settings *s, struct refusal *why)
{
    if (!s->host.n)
        return refuse(why, ERR_MISSING, "host", STR("the SMSC's host name or address is needed"));
    enum err e = check_hosts(s->host, "host", why);
    if (!e)
        e = check_receiver(s, why);
    if (!e)
        e = check_outbind(s, why);
    return e ? e : check_tls(s, why);
}

/* ---- session, messages ---- */

static enum err check_session(const struct carrier_settings *s, struct refusal *why)
{
    if (s->reconnect_most_ms < s->reconnect_least_ms)
        return refuse(why, ERR_INVALID, "reconnect_most_ms",
                      STR("must not be less than reconnect_least_ms"));
    return OK;
}

static enum err check_messages(const struct carrier_settings *s, struct arena *a,
                               struct refusal *why)
{
    size_t bad_at;
    struct carrier_rules rules;
    if (text_utf8_check(s->stop_text, &bad_at))
        return refuse(why, ERR_BAD_UTF8, "stop_text", STR("must be UTF-8"));
    return carrier_rules_read(&rules, a, s, why);
}

static enum err check_flow(const struct carrier_settings *s, struct refusal *why)
{
    struct verdicts verdicts;
    struct str wrong;
    if (verdicts_read(&verdicts, s->on_status, &wrong))
        return refuse(why, ERR_INVALID, "on_status", wrong);
    return OK;
}

/* Without receipts of success every message would go out again. */
static enum err check_other_routes(const struct carrier_settings *s, struct refusal *why)
{
    bool told = str_eq(s->receipts, STR("final")) || str_eq(s->receipts, STR("intermediate"));
    if (s->failover_receipt_s && !told)
        return refuse(why, ERR_INVALID, "failover_receipt_s",
                      STR("needs receipts of success: set receipts to final or intermediate, or "
                          "this to 0"));
    return OK;
}

static enum err check_reply_numbers(const struct carrier_settings *s, struct refusal *why)
{
    return sender_check(s->reply_sender) == OK
               ? OK
               : refuse(why, ERR_INVALID, "reply_sender",
                        STR("must be a sender such as 12345: a number of 3 to 15 digits, or 3 to "
                            "11 letters, digits, spaces and - . , & + _"));
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

/* ---- incoming ---- */

static enum err check_incoming(const struct carrier_settings *s, struct refusal *why)
{
    int hour, minute;
    if (reply_time_parse(&hour, &minute, s->release_at))
        return refuse(why, ERR_INVALID, "release_at", STR("must be a time of day, as 03:00"));
    return OK;
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
        e = check_messages(s, a, why);
    if (!e)
        e = check_flow(s, why);
    if (!e)
        e = check_receipts(s, a, why);
    if (!e)
        e = check_reply_numbers(s, why);
    if (!e)
        e = check_incoming(s, why);
    if (!e)
        e = check_other_routes(s, why);
    return e ? e : check_nodes(s, why);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier/reach.h"

#include "base/clock.h"

#include <stdio.h>

static const int64_t settle_us = 2 * SEC_US; /* for the last answers after the peer's unbind */
enum { FILE_SIZE = 256, NAME_SHOWN = 60 };

struct net_conn *reach_host(struct net_loop *loop, const struct bind_settings *s, size_t host,
                            size_t write_limit, const struct net_conn_calls *calls, void *ctx)
{
    char name[CARRIER_HOST_SIZE];
    char ca[FILE_SIZE];
    char cert[FILE_SIZE];
    char key[FILE_SIZE];
    if (host >= s->hosts.n || str_copy(name, sizeof(name), s->hosts.at[host].name) ||
        str_copy(ca, sizeof(ca), s->tls_ca) || str_copy(cert, sizeof(cert), s->tls_cert) ||
        str_copy(key, sizeof(key), s->tls_key))
        return NULL;
    struct net_tls tls = {.on = s->tls,
                          .skip_name_check = s->tls_any_name,
                          .ca_file = s->tls_ca.n ? ca : NULL,
                          .cert_file = s->tls_cert.n ? cert : NULL,
                          .key_file = s->tls_key.n ? key : NULL};
    return net_connect(loop, name, s->hosts.at[host].port, &tls, s->bind_timeout_us, write_limit,
                       calls, ctx);
}

void reach_login(struct smpp_pdu *out, const struct bind_settings *s)
{
    static const uint32_t commands[] = {[SMPP_TX] = SMPP_BIND_TRANSMITTER,
                                        [SMPP_RX] = SMPP_BIND_RECEIVER,
                                        [SMPP_TRX] = SMPP_BIND_TRANSCEIVER};
    *out = (struct smpp_pdu){.command = commands[s->mode], .has_body = true};
    out->body.bind.system_id = s->system_id;
    out->body.bind.password = s->password;
    out->body.bind.system_type = s->system_type;
    out->body.bind.interface_version = s->interface_version;
    out->body.bind.addr_ton = s->addr_ton;
    out->body.bind.addr_npi = s->addr_npi;
    out->body.bind.address_range = s->address_range;
}

struct smpp_session_config reach_session(const struct bind_settings *s)
{
    return (struct smpp_session_config){
        .role = SMPP_ESME,
        .window = s->window,
        .response_timeout_us = s->response_timeout_us,
        .bind_timeout_us = s->bind_timeout_us,
        .enquire_us = s->enquire_us,
        .settle_us = settle_us,
    };
}

void reach_reason(char *out, size_t size, const struct bind_settings *s, size_t host,
                  const char *reason)
{
    if (host >= s->hosts.n || s->hosts.n < 2 || s->awaits_outbind) {
        snprintf(out, size, "%s", reason);
        return;
    }
    struct str name = s->hosts.at[host].name;
    int name_n = (int)(name.n < NAME_SHOWN ? name.n : NAME_SHOWN);
    snprintf(out, size, "%.*s:%u: %s", name_n, name.p, s->hosts.at[host].port, reason);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/reach: what settings say of the way to a carrier: the connection to one of its hosts, and
 * the login.
 * Threads: the loop's only.
 */
#ifndef NAVETTE_CARRIER_REACH_H
#define NAVETTE_CARRIER_REACH_H

#include "carrier/bind.h"

/* As net_connect, to settings.hosts.at[host]; NULL when there is none, or a name does not fit. */
struct net_conn *reach_host(struct net_loop *loop, const struct bind_settings *s, size_t host,
                            size_t write_limit, const struct net_conn_calls *calls, void *ctx);
/* bind_transmitter, bind_receiver or bind_transceiver; points into the settings. */
void reach_login(struct smpp_pdu *out, const struct bind_settings *s);
/* How the session behaves. */
struct smpp_session_config reach_session(const struct bind_settings *s);
/* The reason why a session ended; why a host was not reached, with its name where there are
 * several, unless host is SIZE_MAX. */
void reach_reason(char *out, size_t size, const struct bind_settings *s, size_t host,
                  const char *reason);

#endif

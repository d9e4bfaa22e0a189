/* SPDX-License-Identifier: Apache-2.0 */
/* net/conn_base: how the listener makes connections. */
#ifndef NAVETTE_NET_CONN_BASE_H
#define NAVETTE_NET_CONN_BASE_H

#include "net/conn.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

/* Takes fd; `tls` may be NULL and is shared. `gone` runs when the connection is freed. */
struct net_conn *net_conn_accepted(struct net_loop *loop, int fd,
                                   const struct sockaddr_storage *peer, SSL_CTX *tls,
                                   size_t write_limit, void (*gone)(void *owner), void *owner);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/tls: TLS settings, made once per connection out or per listener. At least TLS 1.2.
 * Threads: the loop's only.
 */
#ifndef NAVETTE_NET_TLS_H
#define NAVETTE_NET_TLS_H

#include "net/conn.h"

#include <openssl/ssl.h>

enum { TLS_REASON_SIZE = 160 };

/* NULL when a file cannot be used; `reason` says which and why. */
SSL_CTX *tls_context_new(const struct net_tls *tls, bool server, char reason[TLS_REASON_SIZE]);
/* A client's session: SNI, and the certificate must carry `host` unless `skip_name_check`. */
SSL *tls_client_new(SSL_CTX *context, const char *host, bool skip_name_check);
/* A listener's session. */
SSL *tls_server_new(SSL_CTX *context);
/* Why a handshake or a session failed, fit for a log line. */
void tls_reason(char reason[TLS_REASON_SIZE], const SSL *ssl, unsigned long error);

#endif

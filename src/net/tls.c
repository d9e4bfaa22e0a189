/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include "base/arena.h"
#include "net/address.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static bool use_files(SSL_CTX *context, const struct net_tls *tls, const char **what)
{
    *what = tls->cert_file;
    if (tls->cert_file && SSL_CTX_use_certificate_chain_file(context, tls->cert_file) != 1)
        return false;
    *what = tls->key_file;
    if (tls->key_file &&
        (SSL_CTX_use_PrivateKey_file(context, tls->key_file, SSL_FILETYPE_PEM) != 1 ||
         SSL_CTX_check_private_key(context) != 1))
        return false;
    *what = tls->ca_file;
    if (tls->ca_file)
        return SSL_CTX_load_verify_locations(context, tls->ca_file, NULL) == 1;
    *what = "the system's certificates";
    return SSL_CTX_set_default_verify_paths(context) == 1;
}

SSL_CTX *tls_context_new(const struct net_tls *tls, bool server, char reason[TLS_REASON_SIZE])
{
    SSL_CTX *context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    if (!context)
        base_out_of_memory();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (!server)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    else if (tls->ca_file) /* a server that names a CA wants certificates of its clients */
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    const char *what;
    ERR_clear_error();
    if (use_files(context, tls, &what))
        return context;
    const char *why = ERR_reason_error_string(ERR_peek_error());
    snprintf(reason, TLS_REASON_SIZE, "cannot use %s: %s", what, why ? why : "unreadable");
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

SSL *tls_client_new(SSL_CTX *context, const char *host, bool skip_name_check)
{
    SSL *ssl = SSL_new(context);
    if (!ssl)
        base_out_of_memory();
    bool literal = net_address_is_literal(host);
    if (!literal)
        SSL_set_tlsext_host_name(ssl, host);
    SSL_set_connect_state(ssl);
    if (skip_name_check)
        return ssl;
    X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    int done = literal ? X509_VERIFY_PARAM_set1_ip_asc(expected, host)
                       : X509_VERIFY_PARAM_set1_host(expected, host, 0);
    if (done != 1)
        base_out_of_memory();
    return ssl;
}

SSL *tls_server_new(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);
    if (!ssl)
        base_out_of_memory();
    SSL_set_accept_state(ssl);
    return ssl;
}

void tls_reason(char reason[TLS_REASON_SIZE], const SSL *ssl, unsigned long error)
{
    long verified = SSL_get_verify_result(ssl);
    const char *why = error ? ERR_reason_error_string(error) : NULL;
    if (verified != X509_V_OK)
        snprintf(reason, TLS_REASON_SIZE, "tls: %s", X509_verify_cert_error_string(verified));
    else if (why)
        snprintf(reason, TLS_REASON_SIZE, "tls: %s", why);
    else
        snprintf(reason, TLS_REASON_SIZE, "tls: handshake cut off");
}

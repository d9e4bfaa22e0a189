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
    char address[NET_ADDRESS_SIZE];
    bool literal = net_address_literal(address, host);
    if (!literal)
        SSL_set_tlsext_host_name(ssl, host);
    SSL_set_connect_state(ssl);
    if (skip_name_check)
        return ssl;
    X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    int done = literal ? X509_VERIFY_PARAM_set1_ip_asc(expected, address)
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

/* What a person can act on, in words; NULL for the rest. */
static const char *verify_words(long result)
{
    switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "the peer's certificate is for another name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "the peer's certificate is not valid now";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "the peer's certificate is of no trusted authority";
    default:
        return NULL;
    }
}

/* With TLS 1.3 they come after the handshake, on the first read. */
static const char *alert_words(const SSL *ssl, unsigned long error)
{
    if (SSL_is_server(ssl))
        return NULL;
    switch (ERR_GET_REASON(error)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return "the peer wants a certificate of ours";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
        return "the peer refuses our certificate";
    default:
        return NULL;
    }
}

void tls_reason(char reason[TLS_REASON_SIZE], const SSL *ssl, unsigned long error)
{
    long verified = SSL_get_verify_result(ssl);
    bool trusted = verified == X509_V_OK;
    const char *why = error ? ERR_reason_error_string(error) : NULL;
    const char *words = trusted ? alert_words(ssl, error) : verify_words(verified);
    if (!trusted)
        why = X509_verify_cert_error_string(verified);
    if (words && why)
        snprintf(reason, TLS_REASON_SIZE, "tls: %s: %s", words, why);
    else
        snprintf(reason, TLS_REASON_SIZE, "tls: %s", why ? why : "handshake cut off");
}

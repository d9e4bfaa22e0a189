/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_client: one blocking HTTP request, for the command line. net/http_client.c is the only
 * door to libcurl. Threads: any, each call on its own.
 */
#ifndef NAVETTE_NET_HTTP_CLIENT_H
#define NAVETTE_NET_HTTP_CLIENT_H

#include "base/buf.h"

struct http_call {
    const char *unix_path; /* NULL for TCP */
    const char *method;    /* "GET", "POST", … */
    const char *url;       /* "http://localhost/api/v1/accounts" */
    struct str body;       /* JSON; n 0 sends none */
    const char *key;       /* "Authorization: Bearer KEY"; NULL: none */
    unsigned timeout_s;    /* 0: none */
    /* Gets the body of a success as it comes, instead of `out`; false: enough, end the call. NULL:
     * nobody does. */
    bool (*take)(void *ctx, struct str bytes);
    void *ctx;
};

/* *status and the body; ERR_IO when nobody answers, ERR_TIMEOUT, ERR_TOO_LARGE past out's limit. */
enum err http_call(int *status, struct buf *out, const struct http_call *call) MUST_CHECK;

#endif

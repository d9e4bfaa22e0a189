/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/http2sms: the request /cgi-bin/sms/http2sms.cgi, from its parameters to its answer.
 *
 *   read ─► missing? 201 ─► address? 401 ─► credentials ─► accept_prepare ─► writer ─► 100 or 101
 *                                              └ 202          └ 202            └ 202, 503
 *
 * Threads: the http loop's. Source: docs/http2sms.md, product P9.
 */
#ifndef NAVETTE_API_HTTP2SMS_H
#define NAVETTE_API_HTTP2SMS_H

#include "api/api.h"

#define HTTP2SMS_PATH "/cgi-bin/sms/http2sms.cgi"

void http2sms_handle(struct api *api, struct http_request *request);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/docs: the pages that the program carries: the guide of http2sms and a list of what there
 * is at /docs, made from docs/ when it is built, in English and French.
 *
 * The language is ?lang=en or fr, else what the browser prefers, else English.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_DOCS_H
#define NAVETTE_API_DOCS_H

#include "net/http.h"

#define DOCS_PATH          "/docs"
#define DOCS_HTTP2SMS_PATH "/docs/http2sms"

/* False, and no answer, when the path is no page. */
bool docs_handle(struct http_request *request);

/* As these pages choose it. */
bool docs_in_french(const struct http_request *request);
/* Does an Accept-Language header (RFC 9110, 12.5.4) prefer French to English? */
bool docs_prefers_french(struct str accept_language);

#endif

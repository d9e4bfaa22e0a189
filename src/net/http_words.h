/* SPDX-License-Identifier: Apache-2.0 */
/* net/http_words: the words of HTTP: for http.c. Threads: one request at a time. */
#ifndef NAVETTE_NET_HTTP_WORDS_H
#define NAVETTE_NET_HTTP_WORDS_H

#include "net/http.h"

enum http_method http_method_of(const char *name);
/* Decodes path and query of a raw target. A broken %xx stays as it came. ERR_LIMIT above max_pairs.
 */
enum err http_target_parse(struct http_request *request, struct str target,
                           size_t max_pairs) MUST_CHECK;
/* 0 for none. */
uint64_t http_declared_length(const struct http_request *request);
/* What is answered without the handler. */
struct str http_refusal_text(int status);

#endif

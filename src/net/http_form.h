/* SPDX-License-Identifier: Apache-2.0 */
/* net/http_form: decoding for http.c; what the rooms above use is in http.h. */
#ifndef NAVETTE_NET_HTTP_FORM_H
#define NAVETTE_NET_HTTP_FORM_H

#include "net/http.h"

/* Writes at most from.n bytes and returns the end. A broken %xx stays as it came and sets *broken.
 */
char *http_decode(char *to, struct str from, bool plus_is_blank, bool *broken);
/* ERR_LIMIT above max_pairs. */
enum err http_pairs_parse(struct http_pair **out, size_t *n, struct arena *arena, struct str form,
                          size_t max_pairs, bool *broken) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/packed: files that stand in the program itself, packed by tools/pack when it is built.
 *
 * Owner: the program. Threads: the http loop's; packed_find is pure.
 */
#ifndef NAVETTE_API_PACKED_H
#define NAVETTE_API_PACKED_H

#include "net/http.h"

struct packed_file {
    const char *path; /* "assets/index-3f2a.js", in the folder that was packed */
    const char *type; /* "text/javascript; charset=utf-8" */
    const unsigned char *bytes;
    size_t n;
    const unsigned char *gzip; /* the same bytes, smaller; NULL where that gains nothing */
    size_t gzip_n;
    const char *etag; /* in its quotes, of the bytes */
    bool immutable;   /* another content would have another name */
};

struct packed {
    const struct packed_file *files; /* sorted by path */
    size_t n;
};

/* NULL when there is none. */
const struct packed_file *packed_find(struct packed packed, struct str path);
/* Answers with it, or 304 when the client has it; compressed for those who take that. */
void packed_serve(struct http_request *request, const struct packed_file *file);
/* Does an Accept-Encoding header (RFC 9110, 12.5.3) take gzip? */
bool packed_takes_gzip(struct str accept_encoding);

#endif

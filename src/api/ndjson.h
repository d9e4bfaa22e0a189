/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/ndjson: an answer that goes on, one JSON document a line (application/x-ndjson), made while
 * the client takes it. An empty line now and then shows that the connection lives.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_NDJSON_H
#define NAVETTE_API_NDJSON_H

#include "api/resource.h"

struct ndjson;

struct ndjson_calls {
    /* Puts at least one document with ndjson_add if there is one; called when the client can take
     * more, and after ndjson_wake. */
    void (*more)(void *ctx, struct ndjson *out);
    /* Once: all has left, or the client is gone. The stream is not used any more. */
    void (*over)(void *ctx);
};

struct ndjson *ndjson_open(struct http_request *request, const struct ndjson_calls *calls,
                           void *ctx);
/* Takes over the reference. */
void ndjson_add(struct ndjson *out, json_t *document);
void ndjson_wake(struct ndjson *out);
/* What was added is the last. */
void ndjson_end(struct ndjson *out);

#endif

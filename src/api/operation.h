/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/operation: the operations that openapi/ describes, and requests held against them before a
 * handler sees them: parameters of path, query and headers, the kind of body, the body.
 *
 * A handler may therefore take types, bounds and words for granted; what one value says about
 * another, and about the store, is still its own to judge.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_OPERATION_H
#define NAVETTE_API_OPERATION_H

#include "api/resource.h"

struct operations;
struct operation;

/* Compiles the document; ERR_INVALID, with the cause logged, for one that cannot be held to. */
enum err operations_new(struct operations **out, struct str document) MUST_CHECK;
void operations_free(struct operations *all);

/* By the pattern of a route; NULL: not described. */
const struct operation *operation_find(const struct operations *all, enum http_method method,
                                       const char *pattern);
/* Its x-needs as a mask of enum right. */
unsigned operation_needs(const struct operation *op);

/* Can who changes it say which edition he has seen: does its path take If-Match? */
bool operation_is_edited(const struct operation *op);

/* False when a refusal was answered. segments: what stands for the {…} of the path, in their order.
 * A JSON body is kept with the request (api_body). */
bool operation_admit(const struct operation *op, struct http_request *request,
                     const struct str *segments);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/router: which handler a path and a method mean.
 *
 * A pattern's "{…}" matches one segment that is not empty; HEAD is served as GET. Before the
 * handler is called, the request is held against what openapi/ says of it (api/operation), and
 * over TCP everybody is allowed so many of them (api/allowance).
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_ROUTER_H
#define NAVETTE_API_ROUTER_H

#include "api/resource.h"

/* The segments that stand for "{…}" go into `segments`. */
bool router_match(const char *pattern, struct str path, struct str segments[API_SEGMENTS_MAX]);

/* Finds the route in api_tables and calls it when the actor may take it and the request is as it is
 * described; answers 404, 405, 401, 403 or 400 otherwise. */
void router_dispatch(struct api *api, struct http_request *request);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/router: which handler a path and a method mean.
 *
 * A pattern's "{…}" matches one segment that is not empty; HEAD is served as GET.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_ROUTER_H
#define NAVETTE_API_ROUTER_H

#include "api/resource.h"

/* The segments that stand for "{…}" go into `segments`. */
bool router_match(const char *pattern, struct str path, struct str segments[API_SEGMENTS_MAX]);

/* Finds the route in the tables (ended by NULL) and calls it when the actor may take it; answers
 * 404, 405, 401 or 403 otherwise. */
void router_dispatch(struct api *api, struct http_request *request,
                     const struct api_route *const *tables);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/route_json: a route as JSON. A new reference. Threads: the http loop's.
 */
#ifndef NAVETTE_API_ROUTE_JSON_H
#define NAVETTE_API_ROUTE_JSON_H

#include "api/resource.h"

json_t *route_json(const struct route *r, const struct directory *d);

#endif

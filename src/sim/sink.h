/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/sink: where callbacks may be sent to be looked at. /callback, and whatever stands below it,
 * takes any request, keeps the last SINK_REQUESTS of them and answers 200, or 500 as often as was
 * asked for; /cgi answers "Thank you, MESSAGE", which is an automatic answer for a program that
 * calls a URL for one.
 * Owner: sink_free. Threads: the loop's own.
 */
#ifndef NAVETTE_SIM_SINK_H
#define NAVETTE_SIM_SINK_H

#include "net/http.h"

#include <jansson.h>

enum { SINK_REQUESTS = 200, SINK_BODY_MAX = 4096, SINK_FAILURES_MAX = 1000 };

struct sink;

struct sink *sink_new(void);
void sink_free(struct sink *sink);

/* Answers a request to one of its paths; false for others. *told (may be empty after): the request
 * as JSON, a new reference, for whoever listens. */
bool sink_take(struct sink *sink, struct http_request *request, json_t **told);
/* The newest `limit`, the newest first; and how many are still to fail. */
json_t *sink_list(const struct sink *sink, size_t limit);
/* The next so many requests to /callback get 500. */
void sink_fail(struct sink *sink, unsigned count);

#endif

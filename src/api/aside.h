/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/aside: what would hold up the HTTP loop is done aside, on the worker's thread: a search that
 * may read all messages, the hashing of a password.
 *
 * A handler embeds this struct first in its own, which lives in the request's arena. Whoever runs
 * has the request and its arena for himself: first the handler, then `work` on the worker's thread,
 * then `done` on the loop's, which gives the one answer. At most as many wait as the administration
 * socket takes connections.
 */
#ifndef NAVETTE_API_ASIDE_H
#define NAVETTE_API_ASIDE_H

#include "api/resource.h"

struct api_aside {
    struct letter letter;
    struct api *api;
    struct http_request *request;
    /* `view` is the worker's own reader; its results live in the request's arena. */
    enum err (*work)(struct api_aside *aside, struct store_view *view);
    void (*done)(struct api_aside *aside);
    enum err err; /* what `work` returned */
    bool of_lists;
    struct arena *arena; /* of the results; NULL: the request's */
};

/* api, request, work and done are set. */
void api_aside_post(struct api_aside *aside);
/* The same on the thread of lists, which no password keeps waiting. */
void api_aside_list(struct api_aside *aside);

#endif

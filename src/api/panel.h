/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/panel: serves the web panel: index.html at "/", and the files that it names.
 *
 * index.html comes with a fresh nonce each time, for the few styles that the panel makes as it
 * runs; so it is never kept. Everything else of it keeps for ever, under a name that changes.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_PANEL_H
#define NAVETTE_API_PANEL_H

#include "net/http.h"

/* False, and no answer, when the path is none of the panel's. */
bool panel_handle(struct http_request *request);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/export: a whole list as CSV, however long: read in slices on the lists' thread while the
 * client takes it. Between two slices nothing is held: no read transaction, no thread; a client
 * that stops costs one slice's bytes. EXPORTS_MAX at once; one more takes the place of whoever has
 * left a slice lying for EXPORT_PATIENCE_S, which is broken off, and is refused if there is none.
 *
 * Query: filters and sort of the list; bom=yes puts a byte order mark before the first line, which
 * names the columns.
 * Threads: the http loop's.
 */
#ifndef NAVETTE_API_EXPORT_H
#define NAVETTE_API_EXPORT_H

#include "api/listing.h"

enum { EXPORTS_MAX = 4, EXPORT_PATIENCE_S = 10 };

void export_answer(struct api *api, struct http_request *request, const struct str *segments,
                   const struct listing_kind *kind);

#endif

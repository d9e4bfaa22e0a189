/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/passage: what a message went through, hop by hop, for a person to read:
 *
 *   {at, what, detail, took_ms, fields}
 *
 * what: accepted, priced, routed, submitted, the kinds of its events, its end, callback. took_ms:
 * since the hop before; of a callback, how long the target took. fields: what there is to know of
 * the hop, each a string. Made of the message's row, its parts, its events and of the errands that
 * told of it; what was not kept is not told.
 */
#ifndef NAVETTE_API_PASSAGE_H
#define NAVETTE_API_PASSAGE_H

#include "api/resource.h"

/* A new reference. events: the message's, in the order of time. */
enum err passage_json(json_t **out, struct store_view *view, const struct message *m,
                      const struct directory *d, const struct message_event *events,
                      size_t n) MUST_CHECK;

#endif

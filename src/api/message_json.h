/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/message_json: a message as JSON, with its whole passage.
 *
 *   id account user sender recipient text encoding parts class tag state credits created_at due_at
 *   sent_at done_at carrier carrier_ids receipt events passage
 *
 * carrier_ids: one a part, in order, null where the carrier has not answered yet; empty before its
 * first answer. events: {at, kind, detail} in the order of time, made of the message's columns, its
 * parts and its event rows. passage: the same as hops, with more (api/passage). Threads: whoever
 * holds the view.
 */
#ifndef NAVETTE_API_MESSAGE_JSON_H
#define NAVETTE_API_MESSAGE_JSON_H

#include "api/resource.h"

/* As lists show it: without carrier_ids and events. A new reference. Threads: any. */
json_t *message_row_json(const struct message *m, const struct directory *d);

/* A new reference. Reads parts and events through `view`, whose arena holds them meanwhile. */
enum err message_json(json_t **out, struct store_view *view, const struct message *m,
                      const struct directory *d) MUST_CHECK;

#endif

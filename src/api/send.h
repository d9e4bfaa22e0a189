/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/send: what a request to send says, as api/message_send and api/estimate read it, and what
 * both of them answer in the same words.
 * Threads: the http loop's; send_items_json, send_from_json and send_refused_json are pure.
 */
#ifndef NAVETTE_API_SEND_H
#define NAVETTE_API_SEND_H

#include "api/fields.h"
#include "core/accept.h"
#include "core/accept_reply.h"

/* Reads the members; r->directory is held from then on, whatever comes: release it. */
void send_read(struct fields *f, struct api *api, struct accept_request *r);
/* Who asks, in the words of a message. */
void send_asker(struct accept_request *r, const struct http_request *request);

/* A refusal of core/accept, with our own names of its fields. */
struct refusal send_refusal(const struct refusal *why);

/* {"kind":"reply"|"virtual"|"name"|"numeric","name":"…"|null}; null when the request names none. */
json_t *send_from_json(const struct accept_request *r);
/* [{"to","code","detail"}]: what was left out, then what is in quarantine. */
json_t *send_refused_json(const struct accept_job *job);
json_t *send_doubles_json(const struct accept_job *job);
/* The first instant at which one of them leaves; 0: now. */
int64_t send_leaves_us(const struct accept_job *job, int64_t now_us);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim/face_write: the face's answers in JSON, and what a person writes on a phone, now or later.
 * Threads: the loop's own.
 */
#ifndef NAVETTE_SIM_FACE_WRITE_H
#define NAVETTE_SIM_FACE_WRITE_H

#include "net/http.h"
#include "sim/late.h"
#include "sim/smsc.h"

#include <jansson.h>

/* Takes over the reference. */
void face_reply_json(struct http_request *request, int status, json_t *json);
/* {"error":{"code":…,"message":…}} */
void face_reply_error(struct http_request *request, int status, const char *code,
                      const char *message);
/* POST /api/phones/{number}/messages: answers the request. */
void face_write(struct smsc *smsc, struct late *late, struct http_request *request,
                struct str number);

#endif

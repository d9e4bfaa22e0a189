/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/http2sms_answer: the bytes of an http2sms answer, in six content types and four shapes.
 * Line ends, blanks and letter case are what clients in the field compare: never change one.
 * Threads: pure. Source: docs/http2sms.md.
 */
#ifndef NAVETTE_API_HTTP2SMS_ANSWER_H
#define NAVETTE_API_HTTP2SMS_ANSWER_H

#include "api/http2sms_parameters.h"
#include "base/buf.h"

enum {
    HTTP2SMS_SENT = 100,
    HTTP2SMS_DEFERRED = 101,
    HTTP2SMS_MISSING = 201,
    HTTP2SMS_INVALID = 202,
    HTTP2SMS_ADDRESS = 401,
    HTTP2SMS_UNAVAILABLE = 503 /* with the HTTP status 503: nothing was taken */
};

/* Large enough for every answer. */
enum { HTTP2SMS_ANSWER_LIMIT = 64 * 1024 };

/* "text/plain; charset=utf-8" */
const char *http2sms_answer_content_type(enum http2sms_type type);
/* credits_left: hundredths. */
void http2sms_answer_success(struct buf *out, enum http2sms_type type, int status,
                             int64_t credits_left, const int64_t *ids, size_t n);
/* The message is followed by where to read more. Both are valid UTF-8; control characters in them
 * become "?". */
void http2sms_answer_failure(struct buf *out, enum http2sms_type type, int status,
                             struct str message, struct str more_info_url);

#endif

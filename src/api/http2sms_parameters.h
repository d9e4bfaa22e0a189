/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/http2sms_parameters: what an http2sms request says, read without knowing any account.
 *
 * A parameter counts when it has a value, and its first value counts; the body comes before the
 * query. Names are compared as written. Views point into the request. Threads: pure.
 * Source: docs/http2sms.md, product P9.
 */
#ifndef NAVETTE_API_HTTP2SMS_PARAMETERS_H
#define NAVETTE_API_HTTP2SMS_PARAMETERS_H

#include "base/arena.h"
#include "net/http.h"
#include "text/date.h"
#include "text/text.h"

enum http2sms_type {
    HTTP2SMS_TEXT_PLAIN, /* what is answered when nothing else is asked for */
    HTTP2SMS_TEXT_HTML,
    HTTP2SMS_TEXT_XML,
    HTTP2SMS_APPLICATION_XML,
    HTTP2SMS_TEXT_JSON,
    HTTP2SMS_APPLICATION_JSON,
    HTTP2SMS_TYPES
};

struct http2sms_parameters {
    struct str account, login, password, from, to, message;
    struct str deferred, class, sms_coding, no_stop, tag, content_type, sender_for_response, ref;
};

/* What the optional parameters mean. */
struct http2sms_options {
    bool deferred;
    struct date_local due; /* in the account's time zone, when deferred */
    int class;             /* 0 to 3; -1: none */
    enum text_choice coding;
    bool no_stop;
    bool sender_for_response;
};

void http2sms_parameters_read(struct http2sms_parameters *out, const struct http_pair *pairs,
                              size_t n);
/* The first that has to be there and is not, in the order of the checks: "account" … "message";
 * NULL when none is missing. */
const char *http2sms_parameters_missing(const struct http2sms_parameters *p);
/* A type that is unknown gives HTTP2SMS_TEXT_PLAIN and ERR_INVALID. */
enum err http2sms_type_read(enum http2sms_type *out,
                            const struct http2sms_parameters *p) MUST_CHECK;
/* NULL, or the first parameter at fault in the order of the checks: "deferred", "class",
 * "smsCoding". What is at fault keeps its default. */
const char *http2sms_options_read(struct http2sms_options *out,
                                  const struct http2sms_parameters *p);
/* Cuts `to` at commas, semicolons and line ends, and at blanks too where what stands around them
 * is no number by itself ("+33 6 12 34 56 78" is one). At most `limit` + 1 are given. */
struct str *http2sms_recipients(struct arena *a, struct str to, size_t limit, size_t *n);

#endif

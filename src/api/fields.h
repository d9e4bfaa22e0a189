/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/fields: reading the members of a request's JSON body, or of its query, by name and type.
 *
 * The first refusal sticks, so a handler is a straight list of reads with one check at the end,
 * which also refuses names that nobody asked for (a misspelt option must not pass in silence).
 *     struct fields f;
 *     if (!fields_of_body(&f, request)) return;
 *     fields_text(&f, "name", 64, &name);
 *     if (!fields_end(&f)) return;
 * Each read gives true when the member is there and good, and touches *out only then.
 * Owner: texts live in the request's arena. Threads: the http loop's.
 */
#ifndef NAVETTE_API_FIELDS_H
#define NAVETTE_API_FIELDS_H

#include "api/resource.h"

enum { FIELDS_MAX = 24, FIELDS_LIST_MAX = 32 };

struct fields {
    struct http_request *request;
    json_t *body; /* borrowed; NULL: the query */
    const char *asked[FIELDS_MAX];
    size_t asked_n;
    struct refusal why; /* err OK: none so far */
};

/* false: there is no JSON object, and that was answered. */
bool fields_of_body(struct fields *f, struct http_request *request);
void fields_of_query(struct fields *f, struct http_request *request);

bool fields_text(struct fields *f, const char *name, size_t most_bytes, struct str *out);
/* As fields_text; null gives an empty one. */
bool fields_text_or_null(struct fields *f, const char *name, size_t most_bytes, struct str *out);
/* The same of a URL of http or https. */
bool fields_url(struct fields *f, const char *name, struct str *out);
/* What was read of this name is a phone number: made E.164 with +, or refused. */
void fields_phone(struct fields *f, const char *name, struct str *number);
/* An integer, or its digits in a string. */
bool fields_number(struct fields *f, const char *name, int64_t least, int64_t most, int64_t *out);
/* "12.50", or an integer, into hundredths. */
bool fields_credits(struct fields *f, const char *name, int64_t least, int64_t *out);
bool fields_flag(struct fields *f, const char *name, bool *out);
/* An array of strings; at most FIELDS_LIST_MAX. */
bool fields_texts(struct fields *f, const char *name, struct str **out, size_t *n);
/* The same of at most so many. */
bool fields_texts_upto(struct fields *f, const char *name, size_t most, struct str **out,
                       size_t *n);
/* The member stands there as null. */
bool fields_null(struct fields *f, const char *name);
/* "2026-11-21T14:05:00Z". */
bool fields_time(struct fields *f, const char *name, int64_t *at_us);
/* The next page's mark and the size of a page, as every list reads them. */
void fields_page(struct fields *f, int64_t *before_id, size_t *limit);

/* Records a refusal unless there is one. */
void fields_refuse(struct fields *f, enum err err, const char *field, struct str detail);
void fields_add(struct fields *f, const struct refusal *why);
/* Answers the first refusal, or a name nobody asked for; true when all was good. */
bool fields_end(struct fields *f);

/* Decimal digits of a path's segment; answers 404 naming `what` otherwise. */
bool fields_id(int64_t *id, struct http_request *request, struct str segment, const char *what);

#endif

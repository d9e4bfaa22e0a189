/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/schema: JSON Schemas, compiled once and held against values.
 *
 * Known are the keywords that openapi/ uses: type, enum, const, required, properties,
 * additionalProperties, pattern, minLength, maxLength, minimum and maximum (whole numbers),
 * items, minItems, maxItems, uniqueItems, $ref, allOf, oneOf and format (date-time, date); and
 * those that only explain. Any other one is refused when the book is made: it would be a promise
 * that nobody keeps. Two of our own tell a person the cure: x-cure of a value that does not fit,
 * x-missing of a member that is not there.
 * A whole number is one that is written as such: 3.0 is none.
 * Source: JSON Schema 2020-12, core and validation. Threads: one at a time.
 */
#ifndef NAVETTE_API_SCHEMA_H
#define NAVETTE_API_SCHEMA_H

#include "base/arena.h"
#include "base/err.h"

#include <jansson.h>

struct schema_book;
struct schema;

/* What is wrong with a value; all in the arena that was given. */
struct schema_fault {
    enum err err;      /* ERR_MISSING, ERR_TOO_LONG, ERR_BAD_DATE or ERR_INVALID */
    struct str field;  /* "to.0", "name"; n 0: the value itself */
    struct str detail; /* the cure, in words */
};

/* The book keeps a reference to the document, in which each $ref is looked up. */
struct schema_book *schema_book_new(json_t *document);
void schema_book_free(struct schema_book *book);
/* The schema that stands in the book's document; ERR_INVALID with *why, in the book's arena, for
 * one with a keyword that is not known, or with a $ref to nothing. */
enum err schema_compile(const struct schema **out, struct schema_book *book, const json_t *schema,
                        struct str *why) MUST_CHECK;

/* False with *fault, the first one. */
bool schema_check(const struct schema *s, const json_t *value, struct arena *a,
                  struct schema_fault *fault);
/* The same of a value as paths and queries write it: digits, true or false, items with commas. */
bool schema_check_text(const struct schema *s, struct str text, struct arena *a,
                       struct schema_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/schema_base: a compiled schema, for api/schema.c, which makes it, and api/schema_check.c,
 * which reads it. Threads: as api/schema.h.
 */
#ifndef NAVETTE_API_SCHEMA_BASE_H
#define NAVETTE_API_SCHEMA_BASE_H

#include "api/schema.h"
#include "text/pattern.h"

enum schema_type {
    SCHEMA_NULL = 1,
    SCHEMA_BOOLEAN = 2,
    SCHEMA_INTEGER = 4,
    SCHEMA_NUMBER = 8,
    SCHEMA_STRING = 16,
    SCHEMA_ARRAY = 32,
    SCHEMA_OBJECT = 64
};

enum schema_format { FORMAT_ANY, FORMAT_DATE_TIME, FORMAT_DATE };

struct schema_member {
    struct str name;
    const struct schema *schema; /* NULL: anything */
    struct str missing;          /* what to say when it is required and not there; n 0: not given */
};

struct schema_list {
    const struct schema **at;
    size_t n;
};

struct schema {
    unsigned types;      /* 0: any */
    const json_t *words; /* of enum, or the one of const; NULL: any */
    int64_t least, most; /* of whole numbers */
    size_t least_length, most_length;
    size_t least_items, most_items;
    struct pattern *pattern;
    enum schema_format format;
    bool unique;
    const struct schema *items;
    struct schema_member *members; /* sorted by name */
    size_t members_n;
    struct schema_member *required; /* as they were written */
    size_t required_n;
    bool closed;                 /* no other members */
    const struct schema *others; /* of these; NULL: anything */
    const struct schema *ref;
    struct schema_list all, one;
    struct str cure;
};

/* As memcmp, a shorter one first. */
int schema_compare(struct str a, struct str b);

#endif

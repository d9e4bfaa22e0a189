/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schema_base.h"

#include <stdlib.h>

/* A schema that was compiled, by where it stands in the document. */
struct entry {
    const json_t *json;
    struct schema *schema;
    struct entry *next;
};

enum { BUCKETS = 1024 };

struct schema_book {
    json_t *document;
    struct arena *arena;
    struct entry *buckets[BUCKETS];
};

struct schema_book *schema_book_new(json_t *document)
{
    struct schema_book *book = base_alloc(sizeof(*book));
    book->document = json_incref(document);
    book->arena = arena_new();
    return book;
}

void schema_book_free(struct schema_book *book)
{
    if (!book)
        return;
    arena_free(book->arena);
    json_decref(book->document);
    free(book);
}

int schema_compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* ---- keywords ---- */

struct compiling {
    struct schema_book *book;
    struct schema *s;
    const json_t *whole; /* the schema that the keyword stands in */
    struct str *why;
};

typedef enum err keyword(struct compiling *c, const json_t *value);

static enum err wrong(const struct compiling *c, const char *what)
{
    char *shown = json_dumps(c->whole, JSON_COMPACT | JSON_ENCODE_ANY);
    *c->why = arena_printf(c->book->arena, "%s: %.200s", what, shown ? shown : "");
    free(shown);
    return ERR_INVALID;
}

static struct str text_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

static unsigned type_of(const json_t *name)
{
    static const struct {
        const char *name;
        enum schema_type type;
    } types[] = {{"null", SCHEMA_NULL},       {"boolean", SCHEMA_BOOLEAN},
                 {"integer", SCHEMA_INTEGER}, {"number", SCHEMA_NUMBER | SCHEMA_INTEGER},
                 {"string", SCHEMA_STRING},   {"array", SCHEMA_ARRAY},
                 {"object", SCHEMA_OBJECT}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (json_is_string(name) && strcmp(json_string_value(name), types[i].name) == 0)
            return types[i].type;
    return 0;
}

static enum err read_type(struct compiling *c, const json_t *value)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    for (size_t i = 0; i < n; i++) {
        unsigned type = type_of(json_is_array(value) ? json_array_get(value, i) : value);
        if (!type)
            return wrong(c, "there is no such type");
        c->s->types |= type;
    }
    return OK;
}

static enum err read_enum(struct compiling *c, const json_t *value)
{
    c->s->words = value;
    return json_array_size(value) ? OK : wrong(c, "enum wants an array of values");
}

static void drop_json(void *json)
{
    json_decref(json);
}

static enum err read_const(struct compiling *c, const json_t *value)
{
    json_t *words = json_array();
    json_array_append(words, (json_t *)(uintptr_t)value);
    arena_at_end(c->book->arena, drop_json, words);
    c->s->words = words;
    return OK;
}

static enum err read_bound(struct compiling *c, const json_t *value, int64_t *out)
{
    *out = json_integer_value(value);
    return json_is_integer(value) ? OK : wrong(c, "a bound is a whole number");
}

static enum err read_size(struct compiling *c, const json_t *value, size_t *out)
{
    int64_t size;
    enum err e = read_bound(c, value, &size);
    *out = (size_t)size;
    return e || size >= 0 ? e : wrong(c, "a length is not below 0");
}

static enum err read_minimum(struct compiling *c, const json_t *value)
{
    return read_bound(c, value, &c->s->least);
}

static enum err read_maximum(struct compiling *c, const json_t *value)
{
    return read_bound(c, value, &c->s->most);
}

static enum err read_min_length(struct compiling *c, const json_t *value)
{
    return read_size(c, value, &c->s->least_length);
}

static enum err read_max_length(struct compiling *c, const json_t *value)
{
    return read_size(c, value, &c->s->most_length);
}

static enum err read_min_items(struct compiling *c, const json_t *value)
{
    return read_size(c, value, &c->s->least_items);
}

static enum err read_max_items(struct compiling *c, const json_t *value)
{
    return read_size(c, value, &c->s->most_items);
}

static enum err read_unique(struct compiling *c, const json_t *value)
{
    c->s->unique = json_is_true(value);
    return OK;
}

static void drop_pattern(void *pattern)
{
    pattern_free(pattern);
}

static enum err read_pattern(struct compiling *c, const json_t *value)
{
    enum err e = pattern_new_test(&c->s->pattern, text_of(value), c->book->arena, c->why);
    if (!e)
        arena_at_end(c->book->arena, drop_pattern, c->s->pattern);
    return e ? wrong(c, "pattern is none") : OK;
}

static enum err read_format(struct compiling *c, const json_t *value)
{
    if (str_eq(text_of(value), STR("date-time")))
        c->s->format = FORMAT_DATE_TIME;
    else if (str_eq(text_of(value), STR("date")))
        c->s->format = FORMAT_DATE;
    else
        return wrong(c, "this format is not checked");
    return OK;
}

static enum err read_items(struct compiling *c, const json_t *value)
{
    return schema_compile(&c->s->items, c->book, value, c->why);
}

static int by_name(const void *a, const void *b)
{
    return schema_compare(((const struct schema_member *)a)->name,
                          ((const struct schema_member *)b)->name);
}

static enum err read_properties(struct compiling *c, const json_t *value)
{
    const char *name;
    json_t *each;
    struct schema *s = c->s;
    s->members = ARENA_ARRAY(c->book->arena, json_object_size(value), struct schema_member);
    json_object_foreach((json_t *)(uintptr_t)value, name, each)
    {
        struct schema_member *m = &s->members[s->members_n++];
        m->name = str_of(name);
        enum err e = schema_compile(&m->schema, c->book, each, c->why);
        if (e)
            return e;
    }
    qsort(s->members, s->members_n, sizeof(*s->members), by_name);
    return OK;
}

/* "is missing: …", as the member's own words say what it is. */
static struct str missing_text(struct compiling *c, const json_t *name)
{
    const json_t *member =
        json_object_get(json_object_get(c->whole, "properties"), json_string_value(name));
    struct str own = text_of(json_object_get(member, "x-missing"));
    struct str what = text_of(json_object_get(member, "description"));
    if (own.n)
        return own;
    return what.n ? arena_printf(c->book->arena, "is missing: %.*s", STR_FMT(what))
                  : STR("is missing");
}

static enum err read_required(struct compiling *c, const json_t *value)
{
    struct schema *s = c->s;
    size_t n = json_array_size(value);
    s->required = ARENA_ARRAY(c->book->arena, n, struct schema_member);
    for (; s->required_n < n; s->required_n++) {
        const json_t *name = json_array_get(value, s->required_n);
        if (!json_is_string(name))
            return wrong(c, "required wants names");
        s->required[s->required_n] =
            (struct schema_member){.name = text_of(name), .missing = missing_text(c, name)};
    }
    return OK;
}

static enum err read_additional(struct compiling *c, const json_t *value)
{
    c->s->closed = json_is_false(value);
    return json_is_object(value) ? schema_compile(&c->s->others, c->book, value, c->why) : OK;
}

static enum err read_list(struct compiling *c, const json_t *value, struct schema_list *out)
{
    size_t n = json_array_size(value);
    enum err e = n ? OK : wrong(c, "a list of schemas is expected");
    out->at = ARENA_ARRAY(c->book->arena, n, const struct schema *);
    for (; out->n < n && !e; out->n++)
        e = schema_compile(&out->at[out->n], c->book, json_array_get(value, out->n), c->why);
    return e;
}

static enum err read_all_of(struct compiling *c, const json_t *value)
{
    return read_list(c, value, &c->s->all);
}

static enum err read_one_of(struct compiling *c, const json_t *value)
{
    return read_list(c, value, &c->s->one);
}

static enum err read_ref(struct compiling *c, const json_t *value)
{
    const json_t *at = c->book->document;
    struct str path = text_of(value);
    struct str name;
    char text[128];
    if (!str_starts(path, STR("#/")))
        return wrong(c, "only a $ref within the document is followed");
    path = str_sub(path, 2, path.n);
    while (str_split(&path, '/', &name))
        at = str_copy(text, sizeof(text), name) ? NULL : json_object_get(at, text);
    return at ? schema_compile(&c->s->ref, c->book, at, c->why) : wrong(c, "$ref leads to nothing");
}

static enum err read_cure(struct compiling *c, const json_t *value)
{
    c->s->cure = text_of(value);
    return OK;
}

static enum err explains(struct compiling *c, const json_t *value)
{
    return OK;
}

static const struct {
    const char *name;
    keyword *read;
} keywords[] = {
    {"$ref", read_ref},
    {"type", read_type},
    {"enum", read_enum},
    {"const", read_const},
    {"pattern", read_pattern},
    {"format", read_format},
    {"minLength", read_min_length},
    {"maxLength", read_max_length},
    {"minimum", read_minimum},
    {"maximum", read_maximum},
    {"properties", read_properties},
    {"required", read_required},
    {"additionalProperties", read_additional},
    {"items", read_items},
    {"minItems", read_min_items},
    {"maxItems", read_max_items},
    {"uniqueItems", read_unique},
    {"allOf", read_all_of},
    {"oneOf", read_one_of},
    {"x-cure", read_cure},
    {"x-missing", explains},
    {"description", explains},
    {"title", explains},
    {"default", explains},
    {"examples", explains},
    {"deprecated", explains},
    {"readOnly", explains},
    {"writeOnly", explains},
};

static enum err read_keyword(struct compiling *c, const char *name, const json_t *value)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
        if (strcmp(name, keywords[i].name) == 0)
            return keywords[i].read(c, value);
    return wrong(c, arena_printf(c->book->arena, "the keyword %s is not known", name).p);
}

/* ---- the book ---- */

static struct entry **bucket_of(struct schema_book *book, const json_t *json)
{
    return &book->buckets[((uintptr_t)json >> 4) % BUCKETS];
}

enum err schema_compile(const struct schema **out, struct schema_book *book, const json_t *schema,
                        struct str *why)
{
    struct entry **bucket = bucket_of(book, schema);
    const char *name;
    json_t *value;
    for (const struct entry *e = *bucket; e; e = e->next)
        if (e->json == schema) {
            *out = e->schema;
            return OK;
        }
    struct schema *s = ARENA_NEW(book->arena, struct schema);
    struct compiling c = {.book = book, .s = s, .whole = schema, .why = why};
    *s = (struct schema){
        .least = INT64_MIN, .most = INT64_MAX, .most_length = SIZE_MAX, .most_items = SIZE_MAX};
    *out = s;
    if (!json_is_object(schema))
        return wrong(&c, "a schema is an object");
    /* first: a schema may hold itself */
    struct entry *entry = ARENA_NEW(book->arena, struct entry);
    *entry = (struct entry){.json = schema, .schema = s, .next = *bucket};
    *bucket = entry;
    enum err e = OK;
    json_object_foreach((json_t *)(uintptr_t)schema, name, value) if (!e) e =
        read_keyword(&c, name, value);
    return e;
}

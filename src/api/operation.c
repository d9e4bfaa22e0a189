/* SPDX-License-Identifier: Apache-2.0 */
#include "api/operation.h"

#include "api/schema.h"
#include "base/log.h"

#include <stdlib.h>

enum place { IN_PATH, IN_QUERY, IN_HEADER };

struct parameter {
    enum place place;
    const char *name;
    bool required;
    struct str missing;
    const struct schema *schema;
    size_t segment; /* IN_PATH: which one */
};

struct operation {
    enum http_method method;
    const char *path;
    unsigned needs;
    struct parameter *parameters;
    size_t parameters_n;
    bool has_body, wants_body;
    bool is_edited;            /* as all of its path */
    const struct schema *body; /* of JSON; NULL: another kind */
    struct str *media;
    size_t media_n;
};

struct operations {
    json_t *document;
    struct schema_book *book;
    struct arena *arena;
    struct operation *all;
    size_t n, room;
    struct str why;
};

/* ---- reading the document ---- */

static struct str text_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

/* Parameters and bodies may stand in components; schemas see to theirs. */
static const json_t *follow(const struct operations *o, const json_t *json)
{
    struct str path = text_of(json_object_get(json, "$ref"));
    struct str name;
    char text[128];
    if (!str_starts(path, STR("#/")))
        return json;
    const json_t *at = o->document;
    path = str_sub(path, 2, path.n);
    while (str_split(&path, '/', &name))
        at = str_copy(text, sizeof(text), name) ? NULL : json_object_get(at, text);
    return at;
}

static enum err wrong(struct operations *o, const char *where, const char *what)
{
    o->why = arena_printf(o->arena, "%s: %s", where, what);
    return ERR_INVALID;
}

static enum err read_needs(struct operations *o, struct operation *op, const json_t *value)
{
    static const struct {
        struct str name;
        enum right right;
    } rights[] = {{STR("view"), RIGHT_VIEW},       {STR("chat"), RIGHT_CHAT},
                  {STR("send"), RIGHT_SEND},       {STR("own"), RIGHT_OWN},
                  {STR("operate"), RIGHT_OPERATE}, {STR("member"), RIGHT_SIGNED_IN},
                  {STR("anyone"), RIGHT_ANYONE}};
    struct str list = text_of(value);
    struct str word;
    while (str_split(&list, '|', &word)) {
        unsigned right = 0;
        for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
            if (str_eq(word, rights[i].name))
                right = rights[i].right;
        if (!right)
            return wrong(o, op->path, "there is no such right in x-needs");
        op->needs |= right;
    }
    return OK;
}

/* "/a/{name}/b/{id}", "id": 1 */
static bool segment_of(size_t *out, const char *path, const char *name)
{
    struct str rest = str_of(path);
    struct str each;
    for (*out = 0; str_split(&rest, '/', &each);) {
        if (!each.n || each.p[0] != '{')
            continue;
        if (str_eq(str_sub(each, 1, each.n - 1), str_of(name)))
            return true;
        ++*out;
    }
    return false;
}

static enum err read_parameter(struct operations *o, struct operation *op, const json_t *json)
{
    json = follow(o, json);
    struct parameter *p = &op->parameters[op->parameters_n++];
    struct str place = text_of(json_object_get(json, "in"));
    struct str what = text_of(json_object_get(json, "description"));
    p->name = json_string_value(json_object_get(json, "name"));
    p->required = json_is_true(json_object_get(json, "required"));
    p->missing = text_of(json_object_get(json, "x-missing"));
    if (!p->missing.n)
        p->missing = arena_printf(o->arena, "is missing: %.*s", STR_FMT(what));
    if (!p->name)
        return wrong(o, op->path, "a parameter has no name");
    if (str_eq(place, STR("path")) && segment_of(&p->segment, op->path, p->name))
        p->place = IN_PATH;
    else if (str_eq(place, STR("query")))
        p->place = IN_QUERY;
    else if (str_eq(place, STR("header")))
        p->place = IN_HEADER;
    else
        return wrong(o, op->path, "a parameter is nowhere where it is looked for");
    return schema_compile(&p->schema, o->book, json_object_get(json, "schema"), &o->why);
}

static enum err read_parameters(struct operations *o, struct operation *op, const json_t *of_path,
                                const json_t *own)
{
    size_t n = json_array_size(of_path) + json_array_size(own);
    size_t i;
    const json_t *each;
    enum err e = OK;
    op->parameters = ARENA_ARRAY(o->arena, n, struct parameter);
    json_array_foreach(of_path, i, each) if (!e) e = read_parameter(o, op, each);
    json_array_foreach(own, i, each) if (!e) e = read_parameter(o, op, each);
    return e;
}

static enum err read_body(struct operations *o, struct operation *op, const json_t *json)
{
    const char *type;
    json_t *each;
    enum err e = OK;
    if (!json)
        return OK;
    json = follow(o, json);
    const json_t *content = json_object_get(json, "content");
    op->has_body = true;
    op->wants_body = json_is_true(json_object_get(json, "required"));
    op->media = ARENA_ARRAY(o->arena, json_object_size(content), struct str);
    json_object_foreach((json_t *)(uintptr_t)content, type, each)
    {
        op->media[op->media_n++] = str_of(type);
        if (!e && strcmp(type, "application/json") == 0)
            e = schema_compile(&op->body, o->book, json_object_get(each, "schema"), &o->why);
    }
    return e;
}

static bool method_of(enum http_method *out, const char *name)
{
    static const struct {
        const char *name;
        enum http_method method;
    } methods[] = {{"get", HTTP_GET},
                   {"post", HTTP_POST},
                   {"put", HTTP_PUT},
                   {"patch", HTTP_PATCH},
                   {"delete", HTTP_DELETE}};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strcmp(name, methods[i].name) == 0) {
            *out = methods[i].method;
            return true;
        }
    return false;
}

static enum err read_operation(struct operations *o, const char *path, const json_t *item,
                               const char *name, const json_t *json)
{
    struct operation *op = &o->all[o->n++];
    *op = (struct operation){.path = path};
    if (!method_of(&op->method, name))
        return wrong(o, path, "there is no such method");
    enum err e = read_needs(o, op, json_object_get(json, "x-needs"));
    if (!e)
        e = read_parameters(o, op, json_object_get(item, "parameters"),
                            json_object_get(json, "parameters"));
    return e ? e : read_body(o, op, json_object_get(json, "requestBody"));
}

static bool takes_edition(const struct operation *op)
{
    for (size_t i = 0; i < op->parameters_n; i++)
        if (op->parameters[i].place == IN_HEADER && strcmp(op->parameters[i].name, "If-Match") == 0)
            return true;
    return false;
}

/* Of one operation that is changed, all of the same path are. */
static void mark_edited(struct operations *o)
{
    for (size_t i = 0; i < o->n; i++)
        for (size_t j = 0; j < o->n && takes_edition(&o->all[i]); j++)
            if (strcmp(o->all[j].path, o->all[i].path) == 0)
                o->all[j].is_edited = true;
}

static enum err read_paths(struct operations *o)
{
    const json_t *paths = json_object_get(o->document, "paths");
    const char *path, *name;
    json_t *item, *each;
    enum err e = OK;
    json_object_foreach((json_t *)(uintptr_t)paths, path, item) o->room += json_object_size(item);
    o->all = ARENA_ARRAY(o->arena, o->room, struct operation);
    json_object_foreach((json_t *)(uintptr_t)paths, path, item)
    {
        json_object_foreach(item, name, each) if (!e && strcmp(name, "parameters") != 0) e =
            read_operation(o, path, item, name, each);
    }
    mark_edited(o);
    return e;
}

/* Answers are described in the same words, so that none of them may be unknown either. */
static enum err read_components(struct operations *o)
{
    const json_t *schemas = json_object_get(json_object_get(o->document, "components"), "schemas");
    const struct schema *compiled;
    const char *name;
    json_t *each;
    enum err e = OK;
    json_object_foreach((json_t *)(uintptr_t)schemas, name, each) if (!e) e =
        schema_compile(&compiled, o->book, each, &o->why);
    return e;
}

enum err operations_new(struct operations **out, struct str document)
{
    struct operations *o = base_alloc(sizeof(*o));
    json_error_t where = {0};
    o->arena = arena_new();
    o->document = json_loadb(document.p, document.n, JSON_REJECT_DUPLICATES, &where);
    o->book = schema_book_new(o->document);
    enum err e = o->document ? OK : wrong(o, "it is no JSON", where.text);
    if (!e)
        e = read_paths(o);
    if (!e)
        e = read_components(o);
    if (e) {
        log_error("openapi_refused", "why=%.*s", STR_FMT(o->why));
        operations_free(o);
        o = NULL;
    }
    *out = o;
    return e;
}

void operations_free(struct operations *o)
{
    if (!o)
        return;
    schema_book_free(o->book);
    arena_free(o->arena);
    json_decref(o->document);
    free(o);
}

const struct operation *operation_find(const struct operations *o, enum http_method method,
                                       const char *pattern)
{
    for (size_t i = 0; i < o->n; i++)
        if (o->all[i].method == method && strcmp(o->all[i].path, pattern) == 0)
            return &o->all[i];
    return NULL;
}

bool operation_is_edited(const struct operation *op)
{
    return op->is_edited;
}

unsigned operation_needs(const struct operation *op)
{
    return op->needs;
}

/* ---- requests ---- */

static bool refuse_as(struct http_request *request, enum err err, const char *field,
                      struct str detail)
{
    api_reply_error(request, err, field, detail);
    return false;
}

/* "account": what the query says of it; "items.0": of an item of a list. */
static bool refuse_fault(struct http_request *request, const struct schema_fault *fault,
                         const char *name)
{
    struct str field = fault->field;
    if (!name)
        return refuse_as(request, fault->err, field.n ? field.p : NULL, fault->detail);
    if (field.n)
        name = arena_printf(request->arena, "%s.%.*s", name, STR_FMT(field)).p;
    return refuse_as(request, fault->err, name, fault->detail);
}

/* What cannot be anybody's name is not found; but who puts something there is told why. */
static bool admit_segment(const struct operation *op, const struct parameter *p,
                          struct http_request *request, struct str segment)
{
    struct schema_fault fault;
    if (schema_check_text(p->schema, segment, request->arena, &fault))
        return true;
    if (op->method == HTTP_PUT)
        return refuse_fault(request, &fault, p->name);
    return refuse_as(request, ERR_NOT_FOUND, p->name,
                     arena_printf(request->arena, "there is nothing of this %s: %.*s", p->name,
                                  STR_FMT(fault.detail)));
}

static bool admit_query(const struct parameter *p, struct http_request *request)
{
    struct schema_fault fault;
    struct str value;
    if (!http_query(request, p->name, &value))
        return !p->required || refuse_as(request, ERR_MISSING, p->name, p->missing);
    return schema_check_text(p->schema, value, request->arena, &fault) ||
           refuse_fault(request, &fault, p->name);
}

static bool admit_header(const struct parameter *p, struct http_request *request)
{
    struct schema_fault fault;
    struct str value = http_header(request, p->name);
    if (!value.n)
        return !p->required || refuse_as(request, ERR_MISSING, p->name, p->missing);
    return schema_check_text(p->schema, value, request->arena, &fault) ||
           refuse_fault(request, &fault, p->name);
}

static bool is_told(const struct operation *op, struct str name)
{
    for (size_t i = 0; i < op->parameters_n; i++)
        if (op->parameters[i].place == IN_QUERY && str_eq(name, str_of(op->parameters[i].name)))
            return true;
    return false;
}

static bool admit_parameters(const struct operation *op, struct http_request *request,
                             const struct str *segments)
{
    bool good = true;
    for (size_t i = 0; i < op->parameters_n && good; i++) {
        const struct parameter *p = &op->parameters[i];
        if (p->place == IN_PATH)
            good = admit_segment(op, p, request, segments[p->segment]);
        else
            good = p->place == IN_QUERY ? admit_query(p, request) : admit_header(p, request);
    }
    for (size_t i = 0; i < request->query_n && good; i++)
        if (!is_told(op, request->query[i].name))
            good = refuse_as(request, ERR_INVALID, request->query[i].name.p,
                             STR("there is no such field here: check its spelling"));
    return good;
}

/* A body without a kind is taken for the first one. */
static bool media_fits(const struct operation *op, struct http_request *request, struct str *found)
{
    struct str type = request->content_type;
    *found = op->media_n ? op->media[0] : (struct str){0};
    type = str_trim(str_sub(type, 0, str_find(type, ';')));
    if (!type.n)
        return true;
    for (size_t i = 0; i < op->media_n; i++)
        if (str_eq_nocase(type, op->media[i])) {
            *found = op->media[i];
            return true;
        }
    struct str list = STR("");
    for (size_t i = 0; i < op->media_n; i++)
        list = arena_printf(request->arena, "%.*s%s%.*s", STR_FMT(list), i ? " or " : "",
                            STR_FMT(op->media[i]));
    return refuse_as(
        request, ERR_MEDIA_TYPE, NULL,
        arena_printf(request->arena, "send the body as Content-Type: %.*s", STR_FMT(list)));
}

static bool admit_no_body(struct http_request *request)
{
    if (!request->body.n)
        return true;
    const json_t *body = api_body(request);
    const char *first =
        body ? json_object_iter_key(json_object_iter((json_t *)(uintptr_t)body)) : NULL;
    return body && (!first || refuse_as(request, ERR_INVALID, first,
                                        STR("there is no such field here: check its spelling")));
}

static bool admit_body(const struct operation *op, struct http_request *request)
{
    struct schema_fault fault;
    struct str media;
    if (!op->has_body)
        return admit_no_body(request);
    if (!request->body.n && !op->wants_body)
        return true;
    if (!media_fits(op, request, &media))
        return false;
    if (!op->body || !str_eq(media, STR("application/json")))
        return request->body.n > 0 || refuse_as(request, ERR_MISSING, NULL, STR("send a body"));
    const json_t *body = api_body(request);
    return body && (schema_check(op->body, body, request->arena, &fault) ||
                    refuse_fault(request, &fault, NULL));
}

bool operation_admit(const struct operation *op, struct http_request *request,
                     const struct str *segments)
{
    return admit_parameters(op, request, segments) && admit_body(op, request);
}

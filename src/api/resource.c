/* SPDX-License-Identifier: Apache-2.0 */
#include "api/resource.h"

#include <stdlib.h>

static const char content_type[] = "application/json; charset=utf-8";

void api_add_header(struct http_request *request, const char *name, struct str value)
{
    size_t n = 0;
    while (request->headers && request->headers[n])
        n++;
    const char **all = ARENA_ARRAY(request->arena, n + 3, const char *);
    if (n)
        memcpy(all, request->headers, n * sizeof(*all));
    all[n] = name;
    all[n + 1] = arena_str(request->arena, value).p;
    all[n + 2] = NULL;
    request->headers = all;
}

static void reply(struct http_request *request, int status, const char *type, json_t *body,
                  const char *const *headers)
{
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (!text)
        base_out_of_memory();
    for (; headers && headers[0]; headers += 2)
        api_add_header(request, headers[0], str_of(headers[1]));
    http_reply(request, status, type, str_of(text));
    free(text);
}

void api_reply_json(struct http_request *request, int status, json_t *body)
{
    reply(request, status, content_type, body, NULL);
}

void api_reply_json_headers(struct http_request *request, int status, json_t *body,
                            const char *const *headers)
{
    reply(request, status, content_type, body, headers);
}

static struct str lower(struct arena *a, const char *name)
{
    struct str s = str_of(name);
    char *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    return (struct str){.p = out, .n = s.n};
}

/* RFC 9457. */
static json_t *problem_of(struct http_request *request, enum err err, const char *field,
                          struct str detail)
{
    struct str code = lower(request->arena, err_name(err));
    json_t *problem = json_pack("{s:o, s:s, s:i, s:s%, s:o}", "type",
                                json_sprintf("/api#error-%.*s", STR_FMT(code)), "title",
                                err_text(err), "status", err_http_status(err), "code", code.p,
                                code.n, "detail", json_stringn_nocheck(detail.p, detail.n));
    if (field)
        json_object_set_new(problem, "field", json_string(field));
    return problem;
}

void api_reply_error_headers(struct http_request *request, enum err err, const char *field,
                             struct str detail, const char *const *headers)
{
    if (!detail.n)
        detail = str_of(err_text(err));
    reply(request, err_http_status(err), "application/problem+json",
          problem_of(request, err, field, detail), headers);
}

void api_reply_error(struct http_request *request, enum err err, const char *field,
                     struct str detail)
{
    api_reply_error_headers(request, err, field, detail, NULL);
}

void api_reply_refusal(struct http_request *request, const struct refusal *why)
{
    api_reply_error(request, why->err, why->field, why->detail);
}

static void drop_json(void *json)
{
    json_decref(json);
}

json_t *api_body(struct http_request *request)
{
    json_error_t where;
    if (request->json)
        return request->json;
    json_t *body = json_loadb(request->body.n ? request->body.p : "", request->body.n,
                              JSON_REJECT_DUPLICATES, &where);
    if (!body) {
        api_reply_error(request, ERR_MALFORMED, NULL,
                        arena_printf(request->arena, "the body is no JSON: %s, line %d", where.text,
                                     where.line));
        return NULL;
    }
    if (!json_is_object(body)) {
        json_decref(body);
        api_reply_error(request, ERR_INVALID, NULL, STR("the body must be a JSON object"));
        return NULL;
    }
    arena_at_end(request->arena, drop_json, body);
    request->json = body;
    return body;
}

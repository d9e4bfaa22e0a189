/* SPDX-License-Identifier: Apache-2.0 */
/* Forms in queries and bodies: application/x-www-form-urlencoded (WHATWG URL, 5.1). */
#include "net/http_words.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static char *decode(char *to, struct str from, bool plus_is_blank, bool *broken)
{
    for (size_t i = 0; i < from.n; i++) {
        char c = from.p[i];
        if (c == '%') {
            int high = i + 2 < from.n ? hex_value(from.p[i + 1]) : -1;
            int low = i + 2 < from.n ? hex_value(from.p[i + 2]) : -1;
            if (high >= 0 && low >= 0) {
                c = (char)(high * 16 + low);
                i += 2;
            } else {
                *broken = true;
            }
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        *to++ = c;
    }
    return to;
}

/* Decodes into *to, leaves a NUL behind and moves *to after it. */
static struct str take(char **to, struct str from, bool *broken)
{
    char *start = *to;
    char *end = decode(start, from, true, broken);
    *end = '\0';
    *to = end + 1;
    return (struct str){.p = start, .n = (size_t)(end - start)};
}

static size_t count_pairs(struct str form)
{
    size_t n = 0;
    struct str piece;
    while (str_split(&form, '&', &piece))
        n += piece.n > 0;
    return n;
}

static enum err pairs_parse(struct http_pair **out, size_t *n, struct arena *arena, struct str form,
                            size_t max_pairs, bool *broken)
{
    *n = 0;
    *broken = false;
    *out = NULL;
    size_t count = count_pairs(form);
    if (count > max_pairs)
        return ERR_LIMIT;
    if (count == 0)
        return OK;
    struct http_pair *pairs = ARENA_ARRAY(arena, count, struct http_pair);
    char *to = arena_alloc(arena, form.n + count + 1); /* each pair may gain one NUL */
    struct str piece;
    while (str_split(&form, '&', &piece)) {
        if (piece.n == 0)
            continue;
        size_t equals = str_find(piece, '=');
        struct http_pair *pair = &pairs[(*n)++];
        pair->name = take(&to, str_sub(piece, 0, equals), broken);
        if (equals < piece.n)
            pair->value = take(&to, str_sub(piece, equals + 1, piece.n), broken);
        else
            pair->value = STR("");
    }
    *out = pairs;
    return OK;
}

enum err http_form_parse(struct http_pair **out, size_t *n, struct arena *arena, struct str form,
                         size_t max_pairs)
{
    bool broken;
    enum err err = pairs_parse(out, n, arena, form, max_pairs, &broken);
    return err ? err : broken ? ERR_MALFORMED : OK;
}

enum err http_target_parse(struct http_request *request, struct str target, size_t max_pairs)
{
    struct arena *arena = request->arena;
    size_t question = str_find(target, '?');
    char *path = arena_alloc(arena, question + 1);
    bool broken = false;
    char *end = decode(path, str_sub(target, 0, question), false, &broken);
    request->path = (struct str){.p = path, .n = (size_t)(end - path)};
    if (question == target.n)
        return OK;
    return pairs_parse(&request->query, &request->query_n, arena,
                       str_sub(target, question + 1, target.n), max_pairs, &request->query_broken);
}

bool http_query(const struct http_request *request, const char *name, struct str *value)
{
    for (size_t i = 0; i < request->query_n; i++)
        if (str_eq(request->query[i].name, str_of(name))) {
            *value = request->query[i].value;
            return true;
        }
    return false;
}

uint64_t http_declared_length(const struct http_request *request)
{
    uint64_t n = 0;
    return str_to_u64(&n, http_header(request, "Content-Length")) == OK ? n : 0;
}

void http_reply(struct http_request *request, int status, const char *content_type, struct str body)
{
    http_reply_headers(request, status, content_type, body, NULL);
}

enum http_method http_method_of(const char *name)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

struct str http_refusal_text(int status)
{
    switch (status) {
    case 413:
        return STR("The body is too large.\n");
    case 414:
        return STR("The query has too many parts.\n");
    case 431:
        return STR("The headers are too large.\n");
    default:
        return STR("Too busy or about to stop, try again later.\n");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* application/x-www-form-urlencoded (WHATWG URL, 5.1), in queries and in bodies. */
#include "net/http_form.h"

#include "net/http.h"

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

char *http_decode(char *to, struct str from, bool plus_is_blank, bool *broken)
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
    char *end = http_decode(start, from, true, broken);
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

enum err http_pairs_parse(struct http_pair **out, size_t *n, struct arena *arena, struct str form,
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
    enum err err = http_pairs_parse(out, n, arena, form, max_pairs, &broken);
    return err ? err : broken ? ERR_MALFORMED : OK;
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

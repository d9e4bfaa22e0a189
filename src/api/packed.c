/* SPDX-License-Identifier: Apache-2.0 */
#include "api/packed.h"

#include <stdlib.h>

static int by_path(const void *key, const void *member)
{
    const struct str *path = key;
    struct str other = str_of(((const struct packed_file *)member)->path);
    size_t n = path->n < other.n ? path->n : other.n;
    int order = memcmp(path->p, other.p, n);
    return order ? order : (path->n > other.n) - (path->n < other.n);
}

const struct packed_file *packed_find(struct packed packed, struct str path)
{
    if (path.n == 0)
        return NULL;
    return bsearch(&path, packed.files, packed.n, sizeof(*packed.files), by_path);
}

bool packed_takes_gzip(struct str accept_encoding)
{
    struct str item;
    while (str_split(&accept_encoding, ',', &item)) {
        size_t semicolon = str_find(item, ';');
        if (!str_eq_nocase(str_trim(str_sub(item, 0, semicolon)), STR("gzip")))
            continue;
        if (semicolon == item.n)
            return true;
        struct str weight = str_trim(str_sub(item, semicolon + 1, item.n));
        for (size_t i = 0; i < weight.n; i++)
            if (weight.p[i] >= '1' && weight.p[i] <= '9')
                return true;
        return false;
    }
    return false;
}

/* If-None-Match (RFC 9110, 13.1.2): a list of tags, each perhaps with W/ before it. */
static bool client_has(const struct http_request *request, const char *etag)
{
    struct str tags = http_header(request, "If-None-Match");
    struct str tag;
    while (str_split(&tags, ',', &tag)) {
        tag = str_trim(tag);
        if (str_starts(tag, STR("W/")))
            tag = str_sub(tag, 2, tag.n);
        if (str_eq(tag, str_of(etag)))
            return true;
    }
    return false;
}

void packed_serve(struct http_request *request, const struct packed_file *file)
{
    const char *headers[] = {"ETag",
                             file->etag,
                             "Cache-Control",
                             file->immutable ? "public, max-age=31536000, immutable" : "no-cache",
                             "Vary",
                             "Accept-Encoding",
                             NULL,
                             "gzip",
                             NULL};
    if (client_has(request, file->etag)) {
        http_reply_headers(request, 304, NULL, STR(""), headers);
        return;
    }
    struct str body = {(const char *)file->bytes, file->n};
    if (file->gzip && packed_takes_gzip(http_header(request, "Accept-Encoding"))) {
        headers[6] = "Content-Encoding";
        body = (struct str){(const char *)file->gzip, file->gzip_n};
    }
    request->answer_lasts = true;
    http_reply_headers(request, 200, file->type, body, headers);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/panel.h"

#include "api/packed.h"
#include "base/buf.h"
#include "base/secret.h"

extern const struct packed panel_packed;

enum { NONCE_BYTES = 18, NONCE_SIZE = 25 }; /* 24 letters of Base64 and a NUL */

/* What vite.config.ts has Vite write where the nonce belongs. */
#define NONCE_PLACE "NAVETTE_CSP_NONCE"

#define POLICY                                                                                   \
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' data:; " \
    "connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; "             \
    "form-action 'self'"

static struct str with_nonce(struct arena *arena, const struct packed_file *file, const char *nonce)
{
    size_t place_n = sizeof(NONCE_PLACE) - 1;
    size_t places = 0;
    const char *p = (const char *)file->bytes;
    const char *end = p + file->n;
    for (const char *at = p; (at = memmem(at, (size_t)(end - at), NONCE_PLACE, place_n)); places++)
        at += place_n;
    char *out = arena_alloc(arena, file->n + places * NONCE_SIZE + 1);
    size_t n = 0;
    for (const char *at; (at = memmem(p, (size_t)(end - p), NONCE_PLACE, place_n));) {
        memcpy(out + n, p, (size_t)(at - p));
        n += (size_t)(at - p);
        memcpy(out + n, nonce, NONCE_SIZE - 1);
        n += NONCE_SIZE - 1;
        p = at + place_n;
    }
    memcpy(out + n, p, (size_t)(end - p));
    return (struct str){out, n + (size_t)(end - p)};
}

static void serve_index(struct http_request *request, const struct packed_file *index)
{
    uint8_t bytes[NONCE_BYTES];
    char nonce[NONCE_SIZE];
    secret_random(bytes, sizeof(bytes));
    secret_base64(nonce, sizeof(nonce), bytes, sizeof(bytes));
    struct str policy = arena_printf(request->arena, POLICY, nonce);
    const char *const headers[] = {"Content-Security-Policy",
                                   policy.p,
                                   "Referrer-Policy",
                                   "same-origin",
                                   "Cache-Control",
                                   "no-store",
                                   NULL};
    http_reply_headers(request, 200, index->type, with_nonce(request->arena, index, nonce),
                       headers);
}

bool panel_handle(struct http_request *request)
{
    struct str path = str_sub(request->path, request->path.n > 0, request->path.n);
    bool index = path.n == 0 || str_eq(path, STR("index.html"));
    const struct packed_file *file = packed_find(panel_packed, index ? STR("index.html") : path);
    if (!file)
        return false;
    if (index)
        serve_index(request, file);
    else
        packed_serve(request, file);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/once.h"

#include "base/secret.h"
#include "core/accept.h"

/* In quotes a backslash stands before a quote and before a backslash. */
static struct str unquoted(struct arena *a, struct str key)
{
    if (key.n < 2 || key.p[0] != '"' || key.p[key.n - 1] != '"')
        return arena_str(a, key);
    char *out = arena_alloc(a, key.n);
    size_t n = 0;
    for (size_t i = 1; i < key.n - 1; i++) {
        i += key.p[i] == '\\' && i + 2 < key.n;
        out[n++] = key.p[i];
    }
    return (struct str){out, n};
}

struct str once_read(struct fields *f, char digest[ONCE_DIGEST_SIZE])
{
    struct str sent = str_trim(http_header(f->request, "Idempotency-Key"));
    struct str key = unquoted(f->request->arena, sent);
    const struct str parts[] = {f->request->path, STR(" "), f->request->body};
    uint8_t hash[SECRET_HMAC_SIZE];
    bool good = key.n || !sent.n;
    for (size_t i = 0; i < key.n && good; i++)
        good = key.p[i] > ' ' && key.p[i] <= '~';
    if (!good)
        fields_refuse(f, ERR_INVALID, "Idempotency-Key",
                      STR("write visible ASCII characters, such as a UUID"));
    if (key.n > ACCEPT_REF_MAX)
        fields_refuse(f, ERR_TOO_LONG, "Idempotency-Key", STR("at most 64 characters: shorten it"));
    secret_hmac(hash, STR("idempotency"), parts, sizeof(parts) / sizeof(parts[0]));
    secret_base64(digest, ONCE_DIGEST_SIZE, hash, sizeof(hash));
    return key;
}

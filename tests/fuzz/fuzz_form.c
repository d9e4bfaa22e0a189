/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding never grows a form, and every name and value ends in a NUL. */
#include "net/http.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct http_pair *pairs;
    size_t n;
    size_t decoded = 0;
    enum err err = http_form_parse(&pairs, &n, arena, (struct str){(const char *)data, size}, 100);
    if (err != OK && err != ERR_MALFORMED && err != ERR_LIMIT)
        abort();
    for (size_t i = 0; i < n; i++) {
        decoded += pairs[i].name.n + pairs[i].value.n;
        if (pairs[i].name.p[pairs[i].name.n] || pairs[i].value.p[pairs[i].value.n])
            abort();
    }
    if (decoded > size || n > 100)
        abort();
    arena_free(arena);
    return 0;
}

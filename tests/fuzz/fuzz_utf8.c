/* SPDX-License-Identifier: Apache-2.0 */
/* What passes the check decodes to characters that encode to the same bytes; nothing else passes.
 */
#include "text/text.h"
#include "text/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {.p = (const char *)data, .n = size};
    size_t bad_at = size;
    enum err err = text_utf8_check(text, &bad_at);
    if ((err != OK) != (bad_at < size) || text_utf8_prefix(text, size) > size)
        abort();
    for (size_t at = 0, n; at < bad_at; at += n) {
        uint32_t code_point;
        char again[UTF8_SIZE_MAX];
        n = utf8_decode(&code_point, text.p + at, text.p + size);
        if (n == 0 || utf8_encode(again, code_point) != n || memcmp(again, text.p + at, n) != 0)
            abort();
    }
    return 0;
}

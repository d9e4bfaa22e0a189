/* SPDX-License-Identifier: Apache-2.0 */
#include "text/utf8.h"

#include "text/text.h"

static bool is_continuation(char c)
{
    return ((uint8_t)c & 0xC0) == 0x80;
}

size_t utf8_decode_long(uint32_t *code_point, const char *at, const char *end)
{
    uint8_t first = (uint8_t)at[0];
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || (size_t)(end - at) < size)
        return 0;

    uint32_t value = first & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(at[i]))
            return 0;
        value = value << 6 | ((uint8_t)at[i] & 0x3F);
    }
    static const uint32_t least[] = {[2] = 0x80, [3] = 0x800, [4] = 0x10000};
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least[size] || value > 0x10FFFF || surrogate)
        return 0;
    *code_point = value;
    return size;
}

size_t utf8_encode(char *to, uint32_t code_point)
{
    if (code_point < 0x80) {
        to[0] = (char)code_point;
        return 1;
    }
    size_t size = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        to[i] = (char)(0x80 | (code_point & 0x3F));
        code_point >>= 6;
    }
    static const uint8_t lead[] = {[2] = 0xC0, [3] = 0xE0, [4] = 0xF0};
    to[0] = (char)(lead[size] | code_point);
    return size;
}

enum err text_utf8_check(struct str utf8, size_t *bad_at)
{
    uint32_t code_point;
    for (size_t at = 0, size; at < utf8.n; at += size) {
        size = utf8_decode(&code_point, utf8.p + at, utf8.p + utf8.n);
        if (size == 0) {
            if (bad_at)
                *bad_at = at;
            return ERR_BAD_UTF8;
        }
    }
    return OK;
}

size_t text_utf16_length(struct str utf8)
{
    size_t units = 0;
    for (size_t i = 0; i < utf8.n; i++) {
        unsigned char c = (unsigned char)utf8.p[i];
        bool begins = (c & 0xC0) != 0x80;
        units += (size_t)begins + (c >= 0xF0);
    }
    return units;
}

size_t text_utf8_prefix(struct str utf8, size_t characters)
{
    size_t at = 0;
    for (; characters > 0 && at < utf8.n; characters--) {
        at++;
        while (at < utf8.n && is_continuation(utf8.p[at]))
            at++;
    }
    return at;
}

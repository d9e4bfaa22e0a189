/* SPDX-License-Identifier: Apache-2.0 */
#include "text/word.h"

#include "text/utf8.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* A character folds into 18 UTF-16 units at most (U+FDFA), one of which is three bytes of UTF-8. */
enum { UNITS_MAX = TEXT_FOLD_MAX * 6, BYTES_MAX = UNITS_MAX * 3, REPLACEMENT = 0xFFFD };

struct str text_fold(struct arena *a, struct str text)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *fold = unorm2_getNFKCCasefoldInstance(&status);
    UChar *plain = ARENA_ARRAY(a, TEXT_FOLD_MAX + 1, UChar);
    UChar *folded = ARENA_ARRAY(a, UNITS_MAX, UChar);
    int32_t units = 0, bytes = 0;
    if (text.n > TEXT_FOLD_MAX) {
        text.n = TEXT_FOLD_MAX;
        while (text.n && ((unsigned char)text.p[text.n] & 0xC0) == 0x80)
            text.n--;
    }
    if (!text.n)
        return (struct str){0};
    u_strFromUTF8WithSub(plain, TEXT_FOLD_MAX + 1, &units, text.p, (int32_t)text.n, REPLACEMENT,
                         NULL, &status);
    units = unorm2_normalize(fold, plain, units, folded, UNITS_MAX, &status);
    char *out = arena_alloc(a, BYTES_MAX);
    u_strToUTF8WithSub(out, BYTES_MAX, &bytes, folded, units, REPLACEMENT, NULL, &status);
    return U_FAILURE(status) ? (struct str){0} : (struct str){.p = out, .n = (size_t)bytes};
}

/* The character at *at, which moves behind it; what is no UTF-8 is in no word. */
static UChar32 next_character(struct str s, size_t *at)
{
    uint32_t c = REPLACEMENT;
    size_t n = utf8_decode(&c, s.p + *at, s.p + s.n);
    *at += n ? n : 1;
    return (UChar32)c;
}

static bool is_mark(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

bool text_word_next(struct str *word, struct str *rest)
{
    struct str s = *rest;
    size_t at = 0, begin = 0, end = 0;
    bool found = false;
    while (at < s.n && !found) {
        begin = at;
        found = u_isalnum(next_character(s, &at));
    }
    end = at;
    while (at < s.n) {
        UChar32 c = next_character(s, &at);
        if (!u_isalnum(c) && !is_mark(c))
            break;
        end = at;
    }
    *word = str_sub(s, begin, found ? end : begin);
    *rest = str_sub(s, end, s.n);
    return found;
}

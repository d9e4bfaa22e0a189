/* SPDX-License-Identifier: Apache-2.0 */
/* Words of whatever phones write: they lie in the text, one behind the other, and folding again
 * changes nothing. */
#include "text/word.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str folded = text_fold(a, (struct str){.p = (const char *)data, .n = size});
    struct str rest = folded;
    struct str word;
    const char *behind = rest.p;
    while (text_word_next(&word, &rest)) {
        if (word.p < behind || word.p + word.n != rest.p)
            abort();
        behind = rest.p;
        struct str again = text_fold(a, word);
        if (word.n <= TEXT_FOLD_MAX && !str_eq(again, word))
            abort();
    }
    arena_free(a);
    return 0;
}

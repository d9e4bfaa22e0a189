/* SPDX-License-Identifier: Apache-2.0 */
/* data_coding, the link's alphabet, then user data with its header: whatever the tables that it
 * names, the text is UTF-8 without a NUL, and a known alphabet gives the same as alone. */
#include "text/coding.h"
#include "text/text.h"
#include "text/udh.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    struct str bytes = {(const char *)data + 2, n - 2};
    struct text_coding coding = text_coding_of(data[0], (enum text_alphabet)(data[1] % 5));
    if (coding.class < CODING_NO_CLASS || coding.class > 3)
        abort();
    struct udh_concat concat;
    struct national_shift shift = udh_read_shift(bytes);
    if (udh_read(&concat, &bytes, bytes) && (shift.locking || shift.single))
        abort();
    struct arena *a = arena_new();
    struct str text = text_decode(a, coding.alphabet, shift, bytes);
    size_t bad_at;
    if (text_utf8_check(text, &bad_at) || (text.n && memchr(text.p, 0, text.n)))
        abort();
    if (!shift.locking && !shift.single && coding.alphabet == ALPHABET_GSM7 &&
        !str_eq(text, text_from_gsm7(a, bytes)))
        abort();
    arena_free(a);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The text is what follows the header, to the end; a concatenation that is told is usable. */
#include "text/udh.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct udh_concat c;
    struct str text;
    if (udh_read(&c, &text, (struct str){(const char *)data, size}))
        return 0;
    bool usable = c.number >= 1 && c.number <= c.total;
    if (text.n != size - 1 - data[0] || (const uint8_t *)text.p + text.n != data + size)
        abort();
    if (c.total ? !usable : c.number || c.reference || c.wide)
        abort();
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Any cursor: refused, or it is the one that its place is written as. */
#include "api/cursor.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct list_place place;
    struct str text = {(const char *)data, size};
    char again[CURSOR_SIZE];
    if (cursor_read(&place, STR("messages -at"), text))
        return 0;
    cursor_write(again, STR("messages -at"), &place);
    if (!str_eq(str_of(again), text))
        abort();
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets behind any header unpack to septets; those, packed and unpacked again, stay. */
#include "text/septets.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    size_t header = data[0];
    struct arena *a = arena_new();
    struct str septets = septets_unpack(a, (struct str){(const char *)data + 1, size - 1}, header);
    if (septets.n > (size - 1) * 8 / 7)
        abort();
    for (size_t i = 0; i < septets.n; i++)
        if (septets.p[i] & 0x80)
            abort();
    struct str packed = septets_pack(a, septets, header);
    struct str again = septets_unpack(a, packed, header);
    /* One CR at the end may have been the filling. */
    bool filled = septets.n && septets.p[septets.n - 1] == '\r' && again.n + 1 == septets.n;
    if (packed.n != septets_packed_size(septets.n, header) || (!filled && again.n != septets.n) ||
        memcmp(again.p, septets.p, again.n) != 0)
        abort();
    arena_free(a);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "text/septets.h"

enum { SEPTET_BITS = 7, OCTET_BITS = 8, CARRIAGE_RETURN = 0x0D };

static size_t fill_bits(size_t header)
{
    return (SEPTET_BITS - header * OCTET_BITS % SEPTET_BITS) % SEPTET_BITS;
}

size_t septets_packed_size(size_t septets, size_t header)
{
    size_t fill = septets ? fill_bits(header) : 0;
    return (fill + septets * SEPTET_BITS + OCTET_BITS - 1) / OCTET_BITS;
}

struct str septets_pack(struct arena *a, struct str septets, size_t header)
{
    size_t n = septets_packed_size(septets.n, header);
    char *out = arena_alloc(a, n + 1);
    uint32_t waiting = 0;                 /* bits that make no whole octet yet, */
    size_t waiting_n = fill_bits(header); /* and how many */
    size_t at = 0;
    for (size_t i = 0; i < septets.n; i++) {
        waiting |= (uint32_t)(septets.p[i] & 0x7F) << waiting_n;
        waiting_n += SEPTET_BITS;
        if (waiting_n < OCTET_BITS)
            continue;
        out[at++] = (char)waiting;
        waiting >>= OCTET_BITS;
        waiting_n -= OCTET_BITS;
    }
    if (at < n) {
        if (waiting_n == OCTET_BITS - SEPTET_BITS)
            waiting |= (uint32_t)CARRIAGE_RETURN << waiting_n;
        out[at++] = (char)waiting;
    }
    return (struct str){.p = out, .n = at};
}

struct str septets_unpack(struct arena *a, struct str octets, size_t header)
{
    size_t fill = fill_bits(header);
    size_t bits = octets.n * OCTET_BITS;
    size_t n = bits > fill ? (bits - fill) / SEPTET_BITS : 0;
    char *out = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) {
        size_t bit = fill + i * SEPTET_BITS;
        size_t at = bit / OCTET_BITS;
        uint32_t pair = (uint8_t)octets.p[at];
        if (at + 1 < octets.n)
            pair |= (uint32_t)(uint8_t)octets.p[at + 1] << OCTET_BITS;
        out[i] = (char)(pair >> bit % OCTET_BITS & 0x7F);
    }
    bool to_the_end = fill + n * SEPTET_BITS == bits;
    if (n && to_the_end && out[n - 1] == CARRIAGE_RETURN)
        n--;
    return (struct str){.p = out, .n = n};
}

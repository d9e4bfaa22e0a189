/* SPDX-License-Identifier: Apache-2.0 */
#include "text/udh.h"

#include "base/wire.h"

/* Information element identifiers, TS 23.040 9.2.3.24. */
enum { CONCAT8 = 0x00, CONCAT16 = 0x08, SINGLE_SHIFT = 0x24, LOCKING_SHIFT = 0x25 };

void udh_write_concat8(uint8_t out[UDH_CONCAT8_SIZE], uint8_t reference, uint8_t total,
                       uint8_t number)
{
    out[0] = UDH_CONCAT8_SIZE - 1;
    out[1] = CONCAT8;
    out[2] = 3;
    out[3] = reference;
    out[4] = total;
    out[5] = number;
}

void udh_write_concat16(uint8_t out[UDH_CONCAT16_SIZE], uint16_t reference, uint8_t total,
                        uint8_t number)
{
    out[0] = UDH_CONCAT16_SIZE - 1;
    out[1] = CONCAT16;
    out[2] = 4;
    out[3] = (uint8_t)(reference >> 8);
    out[4] = (uint8_t)reference;
    out[5] = total;
    out[6] = number;
}

/* Of several usable elements the last one counts (9.2.3.24). */
static void read_concat(struct udh_concat *out, struct str data, bool wide)
{
    struct wire w = wire_over(data.p, data.n);
    struct udh_concat c = {.wide = wide};
    c.reference = wide ? wire_u16(&w) : wire_u8(&w);
    c.total = wire_u8(&w);
    c.number = wire_u8(&w);
    if (!w.err && wire_left(&w) == 0 && c.number > 0 && c.number <= c.total)
        *out = c;
}

enum err udh_read(struct udh_concat *out, struct str *text_bytes, struct str user_data)
{
    struct wire w = wire_over(user_data.p, user_data.n);
    struct str header = wire_bytes(&w, wire_u8(&w));
    if (w.err)
        return ERR_TRUNCATED;
    struct udh_concat concat = {0};
    struct wire elements = wire_over(header.p, header.n);
    while (!elements.err && wire_left(&elements) > 0) {
        uint8_t identifier = wire_u8(&elements);
        struct str data = wire_bytes(&elements, wire_u8(&elements));
        if (identifier == CONCAT8 || identifier == CONCAT16)
            read_concat(&concat, data, identifier == CONCAT16);
    }
    if (elements.err)
        return ERR_TRUNCATED;
    *out = concat;
    *text_bytes = wire_bytes(&w, wire_left(&w));
    return OK;
}

struct national_shift udh_read_shift(struct str user_data)
{
    struct national_shift shift = {0};
    struct wire w = wire_over(user_data.p, user_data.n);
    struct str header = wire_bytes(&w, wire_u8(&w));
    if (w.err)
        return shift;
    struct wire elements = wire_over(header.p, header.n);
    while (!elements.err && wire_left(&elements) > 0) {
        uint8_t identifier = wire_u8(&elements);
        struct str data = wire_bytes(&elements, wire_u8(&elements));
        if (elements.err || data.n != 1)
            continue;
        if (identifier == SINGLE_SHIFT)
            shift.single = (uint8_t)data.p[0];
        else if (identifier == LOCKING_SHIFT)
            shift.locking = (uint8_t)data.p[0];
    }
    return elements.err ? (struct national_shift){0} : shift;
}

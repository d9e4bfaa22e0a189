/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/message_id.h"

#include <inttypes.h>
#include <stdio.h>

enum { PADDED_DIGITS = 20, UUID_NODE_DIGITS = 12, UUID_DIGITS = 36, UUID_MIDDLE = 20 };

/* RFC 9562 version 4 in form; the number stands in the last 15 digits that are free, and mixed in
 * the others, so that ids do not look alike. */
static int write_uuid(char out[MESSAGE_ID_SIZE], uint64_t number)
{
    uint64_t mixed = number * UINT64_C(0x9E3779B97F4A7C15);
    return snprintf(out, MESSAGE_ID_SIZE, "%08x-%04x-4%03x-8%03x-%012" PRIx64,
                    (unsigned)(mixed >> 32), (unsigned)(mixed >> 16 & 0xffff),
                    (unsigned)(mixed >> 4 & 0xfff), (unsigned)(number >> 48 & 0xfff),
                    number & UINT64_C(0xffffffffffff));
}

struct str message_id_write(char out[MESSAGE_ID_SIZE], uint64_t number, enum quirk_id_format format)
{
    int n = 0;
    switch (format) {
    case QUIRK_ID_DECIMAL:
        n = snprintf(out, MESSAGE_ID_SIZE, "%" PRIu64, number);
        break;
    case QUIRK_ID_HEX:
        n = snprintf(out, MESSAGE_ID_SIZE, "%" PRIx64, number);
        break;
    case QUIRK_ID_HEX_UPPER:
        n = snprintf(out, MESSAGE_ID_SIZE, "%" PRIX64, number);
        break;
    case QUIRK_ID_UUID:
        n = write_uuid(out, number);
        break;
    case QUIRK_ID_PADDED:
        n = snprintf(out, MESSAGE_ID_SIZE, "%0*" PRIu64, PADDED_DIGITS, number);
        break;
    }
    return (struct str){out, (size_t)n};
}

static uint64_t read_hex(struct str digits)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
        number = number << 4 | (digit & 0xf);
    }
    return number;
}

enum err message_id_read(uint64_t *number, struct str id, enum quirk_id_format format)
{
    char again[MESSAGE_ID_SIZE];
    switch (format) {
    case QUIRK_ID_DECIMAL:
    case QUIRK_ID_PADDED:
        if (str_to_u64(number, id) != OK)
            return ERR_INVALID;
        break;
    case QUIRK_ID_HEX:
    case QUIRK_ID_HEX_UPPER:
        *number = read_hex(id);
        break;
    case QUIRK_ID_UUID:
        if (id.n != UUID_DIGITS)
            return ERR_INVALID;
        *number = read_hex(str_sub(id, UUID_MIDDLE, UUID_MIDDLE + 3)) << 48 |
                  read_hex(str_sub(id, UUID_DIGITS - UUID_NODE_DIGITS, UUID_DIGITS));
        break;
    }
    /* What is not an id of ours comes out another. */
    return str_eq(message_id_write(again, *number, format), id) ? OK : ERR_INVALID;
}

enum quirk_id_format message_id_receipt_format(const struct quirks *quirks)
{
    switch ((enum quirk_receipt_id_format)quirks->receipt_id_format) {
    case QUIRK_RECEIPT_ID_DECIMAL:
        return QUIRK_ID_DECIMAL;
    case QUIRK_RECEIPT_ID_HEX:
        return QUIRK_ID_HEX;
    case QUIRK_RECEIPT_ID_HEX_UPPER:
        return QUIRK_ID_HEX_UPPER;
    case QUIRK_RECEIPT_ID_PADDED:
        return QUIRK_ID_PADDED;
    case QUIRK_RECEIPT_ID_SAME:
        break;
    }
    return (enum quirk_id_format)quirks->id_format;
}

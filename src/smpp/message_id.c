/* SPDX-License-Identifier: Apache-2.0 */
#include "smpp/message_id.h"

static struct str without_zeros(struct str digits)
{
    size_t zeros = 0;
    while (zeros + 1 < digits.n && digits.p[zeros] == '0')
        zeros++;
    return str_sub(digits, zeros, digits.n);
}

static bool is_decimal(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* 0 to 15; -1 for what is no hexadecimal digit. */
static int value_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_hex(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (value_of(s.p[i]) < 0)
            return false;
    return s.n > 0;
}

/* Ids are longer than any machine's integer: multiplied and carried digit by digit, the lowest one
 * last in `space`. */
static struct str to_decimal(char space[SMPP_ID_DIGITS], struct str hex)
{
    size_t first = SMPP_ID_DIGITS - 1;
    space[first] = 0;
    for (size_t i = 0; i < hex.n; i++) {
        int carry = value_of(hex.p[i]);
        for (size_t at = SMPP_ID_DIGITS; at-- > first;) {
            int digit = space[at] * 16 + carry;
            space[at] = (char)(digit % 10);
            carry = digit / 10;
        }
        for (; carry; carry /= 10)
            space[--first] = (char)(carry % 10);
    }
    for (size_t at = first; at < SMPP_ID_DIGITS; at++)
        space[at] = (char)(space[at] + '0');
    return without_zeros((struct str){space + first, SMPP_ID_DIGITS - first});
}

/* n 0 where a byte would be no printable ASCII: then it was not meant as text. */
static struct str to_text(char space[SMPP_ID_DIGITS], struct str hex)
{
    for (size_t i = 0; i < hex.n / 2; i++) {
        int byte = value_of(hex.p[2 * i]) * 16 + value_of(hex.p[2 * i + 1]);
        if (byte <= ' ' || byte > '~')
            return (struct str){0};
        space[i] = (char)byte;
    }
    return (struct str){space, hex.n / 2};
}

struct str smpp_id_read(char *space, struct str id, enum smpp_id_format format)
{
    if (format == SMPP_ID_AS_IS || id.n > SMPP_ID_MAX)
        return id;
    struct str number = str_trim(id);
    if (format == SMPP_ID_DECIMAL)
        return is_decimal(number) ? without_zeros(number) : id;
    if (!is_hex(number))
        return id;
    if (format == SMPP_ID_HEX)
        return to_decimal(space, number);
    struct str text = number.n % 2 ? (struct str){0} : to_text(space, number);
    return text.n ? text : id;
}

enum err smpp_id_format_of(enum smpp_id_format *out, struct str word)
{
    static const char *const words[] = {[SMPP_ID_AS_IS] = "as-is",
                                        [SMPP_ID_DECIMAL] = "decimal",
                                        [SMPP_ID_HEX] = "hex",
                                        [SMPP_ID_HEX_TEXT] = "hex-text"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (str_eq(word, str_of(words[i]))) {
            *out = (enum smpp_id_format)i;
            return OK;
        }
    return ERR_INVALID;
}

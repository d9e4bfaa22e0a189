/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

size_t str_find(struct str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : s.n;
}

bool str_split(struct str *rest, char separator, struct str *piece)
{
    if (!rest->p)
        return false;
    size_t at = str_find(*rest, separator);
    *piece = str_sub(*rest, 0, at);
    *rest = at < rest->n ? str_sub(*rest, at + 1, rest->n) : (struct str){0};
    return true;
}

enum err str_to_u64(uint64_t *out, struct str s)
{
    uint64_t value = 0;
    if (s.n == 0)
        return ERR_INVALID;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR_INVALID;
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
            return ERR_INVALID;
    }
    *out = value;
    return OK;
}

enum err str_to_hundredths(int64_t *out, struct str s)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    if (negative)
        s = str_sub(s, 1, s.n);
    size_t dot = str_find(s, '.');
    uint64_t whole;
    uint64_t cents = 0;
    if (str_to_u64(&whole, str_sub(s, 0, dot)) || whole > INT64_MAX / 1000)
        return ERR_INVALID;
    if (dot < s.n) {
        struct str decimals = str_sub(s, dot + 1, s.n);
        if (decimals.n > 2 || str_to_u64(&cents, decimals))
            return ERR_INVALID;
        if (decimals.n == 1)
            cents *= 10;
    }
    int64_t value = (int64_t)(whole * 100 + cents);
    *out = negative ? -value : value;
    return OK;
}

void str_of_hundredths(char out[STR_HUNDREDTHS_SIZE], int64_t hundredths)
{
    uint64_t amount = hundredths < 0 ? -(uint64_t)hundredths : (uint64_t)hundredths;
    const char *sign = hundredths < 0 ? "-" : "";
    if (amount % 100 == 0)
        snprintf(out, STR_HUNDREDTHS_SIZE, "%s%" PRIu64, sign, amount / 100);
    else
        snprintf(out, STR_HUNDREDTHS_SIZE, "%s%" PRIu64 ".%02u", sign, amount / 100,
                 (unsigned)(amount % 100));
}

enum err str_copy(char *to, size_t size, struct str s)
{
    if (s.n >= size) {
        to[0] = '\0';
        return ERR_TOO_LONG;
    }
    if (s.n)
        memcpy(to, s.p, s.n);
    to[s.n] = '\0';
    return OK;
}

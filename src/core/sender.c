/* SPDX-License-Identifier: Apache-2.0 */
#include "core/accept.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool sender_is_number(struct str name)
{
    if (name.n && name.p[0] == '+')
        name = str_sub(name, 1, name.n);
    for (size_t i = 0; i < name.n; i++)
        if (!is_digit(name.p[i]))
            return false;
    return name.n >= 3 && name.n <= 15;
}

enum err sender_check(struct str name)
{
    static const struct str others = {" -.,&+_", 7};
    bool other_than_digits = false;
    if (sender_is_number(name))
        return OK;
    if (name.n < 3 || name.n > 11)
        return ERR_BAD_SENDER;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!is_digit(c) && !is_letter(c) && str_find(others, c) == others.n)
            return ERR_BAD_SENDER;
        other_than_digits |= !is_digit(c);
    }
    return other_than_digits && name.p[0] != ' ' && name.p[name.n - 1] != ' ' ? OK : ERR_BAD_SENDER;
}

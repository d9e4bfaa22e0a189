/* SPDX-License-Identifier: Apache-2.0 */
#include "api/presented.h"

#include "base/secret.h"
#include "store/api_key.h"

static bool is_secret(struct str s)
{
    bool good = s.n == SECRET_TOKEN_SIZE - 1;
    for (size_t i = 0; i < s.n && good; i++)
        good = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
               (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_';
    return good;
}

enum err presented_key(struct str *key, struct str authorization)
{
    static const struct str bearer = {"Bearer", 6};
    struct str begin = STR(API_KEY_BEGIN);
    struct str s = str_trim(authorization);
    if (s.n <= bearer.n || !str_eq_nocase(str_sub(s, 0, bearer.n), bearer) || s.p[bearer.n] != ' ')
        return ERR_UNAUTHORIZED;
    s = str_trim(str_sub(s, bearer.n, s.n));
    if (!str_starts(s, begin) || !is_secret(str_sub(s, begin.n, s.n)))
        return ERR_UNAUTHORIZED;
    *key = s;
    return OK;
}

bool presented_cookie(struct str *secret, struct str cookies, struct str name)
{
    struct str pair;
    while (str_split(&cookies, ';', &pair)) {
        size_t equals = str_find(pair, '=');
        if (equals == pair.n || !str_eq(str_trim(str_sub(pair, 0, equals)), name))
            continue;
        struct str value = str_trim(str_sub(pair, equals + 1, pair.n));
        if (is_secret(value)) {
            *secret = value;
            return true;
        }
    }
    return false;
}

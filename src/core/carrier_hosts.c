/* SPDX-License-Identifier: Apache-2.0 */
#include "core/carrier_settings.h"

#include <ctype.h>

static bool is_host(struct str s, bool v6)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool mark = v6 ? c == ':' || c == '%' : c == '-' || c == '_';
        if (!isalnum(c) && c != '.' && !mark)
            return false;
    }
    return s.n && s.n < CARRIER_HOST_SIZE;
}

static enum err read_port(uint16_t *out, struct str s)
{
    uint64_t number;
    if (str_to_u64(&number, s) || !number || number > UINT16_MAX)
        return ERR_INVALID;
    *out = (uint16_t)number;
    return OK;
}

/* What stands behind the host: nothing, or a colon and a port. */
static enum err read_rest(uint16_t *port, struct str rest)
{
    if (!rest.n)
        return OK;
    return rest.p[0] == ':' ? read_port(port, str_sub(rest, 1, rest.n)) : ERR_INVALID;
}

static enum err read_host(struct carrier_host *out, struct str s)
{
    size_t colon = str_find(s, ':');
    if (s.n && s.p[0] == '[') {
        size_t end = str_find(s, ']');
        if (end == s.n)
            return ERR_INVALID;
        out->name = str_sub(s, 1, end);
        return is_host(out->name, true) && colon < end
                   ? read_rest(&out->port, str_sub(s, end + 1, s.n))
                   : ERR_INVALID;
    }
    bool v6 = colon < s.n && str_find(str_sub(s, colon + 1, s.n), ':') < s.n - colon - 1;
    out->name = v6 ? s : str_sub(s, 0, colon);
    if (!is_host(out->name, v6))
        return ERR_INVALID;
    return v6 ? OK : read_rest(&out->port, str_sub(s, colon, s.n));
}

enum err carrier_hosts_read(struct carrier_hosts *out, struct str text, uint16_t default_port)
{
    struct str rest = text;
    struct str each;
    out->n = 0;
    while (text.n && str_split(&rest, ',', &each)) {
        if (out->n == CARRIER_HOSTS_MAX)
            return ERR_LIMIT;
        struct carrier_host *host = &out->at[out->n++];
        host->port = default_port;
        if (read_host(host, str_trim(each)))
            return ERR_INVALID;
    }
    return OK;
}

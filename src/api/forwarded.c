/* SPDX-License-Identifier: Apache-2.0 */
#include "api/forwarded.h"

#include "api/allow_ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>

/* "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]:4711" */
static bool read_address(struct sockaddr_storage *out, struct str s)
{
    char text[ALLOW_IP_TEXT_SIZE];
    size_t colon = str_find(s, ':');
    if (s.n && s.p[0] == '[')
        s = str_sub(s, 1, str_find(s, ']'));
    else if (colon < s.n && str_find(str_sub(s, colon + 1, s.n), ':') == s.n - colon - 1)
        s = str_sub(s, 0, colon);
    if (str_copy(text, sizeof(text), s) || strlen(text) != s.n)
        return false;
    *out = (struct sockaddr_storage){0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
        out->ss_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1)
        out->ss_family = AF_INET6;
    return out->ss_family != 0;
}

static struct str last_item(struct str *rest)
{
    size_t from = rest->n;
    while (from > 0 && rest->p[from - 1] != ',')
        from--;
    struct str item = str_trim(str_sub(*rest, from, rest->n));
    *rest = str_sub(*rest, 0, from ? from - 1 : 0);
    return item;
}

void forwarded_peer(struct sockaddr_storage *peer, struct str proxies, struct str header)
{
    struct sockaddr_storage before;
    while (proxies.n && header.n && allow_ip_matches(proxies, peer)) {
        if (!read_address(&before, last_item(&header)))
            return;
        *peer = before;
    }
}

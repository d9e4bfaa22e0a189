/* SPDX-License-Identifier: Apache-2.0 */
#include "api/allow_ip.h"

#include "base/secret.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { V4_BITS = 32, V6_BITS = 128, MAPPED_BITS = 96 };

struct network {
    int family;
    unsigned bits;
    uint8_t bytes[16];
};

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* An IPv4-mapped network becomes the IPv4 network that it is. */
static void unmap(struct network *n)
{
    if (n->family != AF_INET6 || n->bits < MAPPED_BITS ||
        memcmp(n->bytes, mapped_prefix, sizeof(mapped_prefix)) != 0)
        return;
    memmove(n->bytes, n->bytes + sizeof(mapped_prefix), 4);
    n->family = AF_INET;
    n->bits -= MAPPED_BITS;
}

static enum err parse(struct network *out, struct str entry)
{
    char address[ALLOW_IP_TEXT_SIZE];
    size_t slash = str_find(entry, '/');
    if (str_copy(address, sizeof(address), str_sub(entry, 0, slash)) || strlen(address) != slash)
        return ERR_INVALID;
    *out = (struct network){.family = strchr(address, ':') ? AF_INET6 : AF_INET};
    if (inet_pton(out->family, address, out->bytes) != 1)
        return ERR_INVALID;
    unsigned most = out->family == AF_INET ? V4_BITS : V6_BITS;
    uint64_t bits = most;
    if (slash < entry.n && str_to_u64(&bits, str_sub(entry, slash + 1, entry.n)))
        return ERR_INVALID;
    if (bits > most)
        return ERR_INVALID;
    out->bits = (unsigned)bits;
    unmap(out);
    return OK;
}

static bool holds(const struct network *n, const struct network *host)
{
    if (n->family != host->family)
        return false;
    size_t whole = n->bits / 8;
    if (memcmp(n->bytes, host->bytes, whole) != 0)
        return false;
    unsigned rest = n->bits % 8;
    return rest == 0 || ((n->bytes[whole] ^ host->bytes[whole]) >> (8 - rest)) == 0;
}

static bool host_of(struct network *out, const struct sockaddr_storage *peer)
{
    *out = (struct network){.family = peer->ss_family};
    if (peer->ss_family == AF_INET) {
        memcpy(out->bytes, &((const struct sockaddr_in *)peer)->sin_addr, 4);
        out->bits = V4_BITS;
    } else if (peer->ss_family == AF_INET6) {
        memcpy(out->bytes, &((const struct sockaddr_in6 *)peer)->sin6_addr, 16);
        out->bits = V6_BITS;
    }
    unmap(out);
    return out->bits > 0;
}

enum err allow_ip_check(struct str list)
{
    size_t n = 0;
    struct str entry;
    while (str_split(&list, ' ', &entry)) {
        struct network network;
        if (entry.n == 0)
            continue;
        if (++n > ALLOW_IP_MAX)
            return ERR_LIMIT;
        enum err e = parse(&network, entry);
        if (e)
            return e;
    }
    return OK;
}

bool allow_ip_matches(struct str list, const struct sockaddr_storage *peer)
{
    struct network host;
    bool known = host_of(&host, peer);
    bool any = false;
    struct str entry;
    while (str_split(&list, ' ', &entry)) {
        struct network network;
        any |= entry.n > 0;
        if (known && entry.n > 0 && parse(&network, entry) == OK && holds(&network, &host))
            return true;
    }
    return !any;
}

void allow_ip_text(char out[ALLOW_IP_TEXT_SIZE], const struct sockaddr_storage *peer)
{
    struct network host;
    if (!host_of(&host, peer) || !inet_ntop(host.family, host.bytes, out, ALLOW_IP_TEXT_SIZE))
        out[0] = '\0';
}

uint64_t allow_ip_asker(const struct sockaddr_storage *peer)
{
    const char *p = (const char *)peer;
    if (peer->ss_family == AF_INET)
        return secret_hash((struct str){p + offsetof(struct sockaddr_in, sin_addr), 4});
    if (peer->ss_family == AF_INET6)
        return secret_hash((struct str){p + offsetof(struct sockaddr_in6, sin6_addr), 8});
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { V4_BITS = 32, V6_BITS = 128, TEXT_MAX = 64 };

/* What is no public unicast address. */
static const struct net_network special[] = {
    {AF_INET, 8, {0}},            /* "this network" */
    {AF_INET, 8, {10}},           /* private */
    {AF_INET, 10, {100, 64}},     /* carrier-grade NAT */
    {AF_INET, 8, {127}},          /* loopback */
    {AF_INET, 16, {169, 254}},    /* link-local: clouds keep their secrets here */
    {AF_INET, 12, {172, 16}},     /* private */
    {AF_INET, 24, {192, 0, 0}},   /* protocol assignments */
    {AF_INET, 24, {192, 0, 2}},   /* documentation */
    {AF_INET, 24, {192, 88, 99}}, /* 6to4 relays of old */
    {AF_INET, 16, {192, 168}},    /* private */
    {AF_INET, 15, {198, 18}},     /* benchmarks */
    {AF_INET, 24, {198, 51, 100}},
    {AF_INET, 24, {203, 0, 113}},
    {AF_INET, 4, {224}},                      /* multicast */
    {AF_INET, 4, {240}},                      /* reserved, broadcast */
    {AF_INET6, 23, {0x20, 0x01}},             /* protocol assignments, Teredo among them */
    {AF_INET6, 32, {0x20, 0x01, 0x0d, 0xb8}}, /* documentation */
    {AF_INET6, 20, {0x3f, 0xff}},             /* documentation */
};

/* Public IPv6 is what IANA gives out: 2000::/3. */
static const struct net_network global = {AF_INET6, 3, {0x20}};
static const struct net_network mapped = {AF_INET6, 96, {[10] = 0xff, 0xff}};
static const struct net_network nat64 = {AF_INET6, 96, {0x00, 0x64, 0xff, 0x9b}};
static const struct net_network six_to_four = {AF_INET6, 16, {0x20, 0x02}};

static bool holds(const struct net_network *n, int family, const uint8_t *bytes)
{
    size_t whole = n->bits / 8;
    unsigned rest = n->bits % 8;
    if (n->family != family || memcmp(n->bytes, bytes, whole) != 0)
        return false;
    return rest == 0 || ((n->bytes[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

static bool allowed(const struct net_guard *guard, int family, const uint8_t *bytes)
{
    for (size_t i = 0; i < guard->n; i++)
        if (holds(&guard->allowed[i], family, bytes))
            return true;
    return false;
}

static bool is_special(int family, const uint8_t *bytes)
{
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if (holds(&special[i], family, bytes))
            return true;
    return false;
}

static bool allows_v4(const struct net_guard *guard, const uint8_t *bytes)
{
    return allowed(guard, AF_INET, bytes) || !is_special(AF_INET, bytes);
}

static bool allows_v6(const struct net_guard *guard, const uint8_t *bytes)
{
    if (allowed(guard, AF_INET6, bytes))
        return true;
    if (holds(&mapped, AF_INET6, bytes) || holds(&nat64, AF_INET6, bytes))
        return allows_v4(guard, bytes + 12);
    if (holds(&six_to_four, AF_INET6, bytes))
        return allows_v4(guard, bytes + 2);
    return holds(&global, AF_INET6, bytes) && !is_special(AF_INET6, bytes);
}

bool net_guard_allows(const struct net_guard *guard, const struct sockaddr *address)
{
    uint8_t bytes[16];
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        memcpy(bytes, &in.sin_addr, 4);
        return allows_v4(guard, bytes);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof(in6));
        memcpy(bytes, &in6.sin6_addr, sizeof(bytes));
        return allows_v6(guard, bytes);
    }
    return false;
}

static enum err parse_one(struct net_network *out, struct str entry)
{
    char address[TEXT_MAX];
    size_t slash = str_find(entry, '/');
    if (str_copy(address, sizeof(address), str_sub(entry, 0, slash)))
        return ERR_INVALID;
    *out = (struct net_network){.family = strchr(address, ':') ? AF_INET6 : AF_INET};
    uint64_t most = out->family == AF_INET ? V4_BITS : V6_BITS;
    uint64_t bits = most;
    if (inet_pton(out->family, address, out->bytes) != 1)
        return ERR_INVALID;
    if (slash < entry.n && str_to_u64(&bits, str_sub(entry, slash + 1, entry.n)))
        return ERR_INVALID;
    out->bits = (unsigned)bits;
    return bits <= most ? OK : ERR_INVALID;
}

enum err net_guard_parse(struct net_guard *out, struct str list)
{
    struct str rest = list;
    struct str piece;
    *out = (struct net_guard){0};
    while (str_split(&rest, ',', &piece)) {
        struct str entry;
        piece = str_trim(piece);
        while (str_split(&piece, ' ', &entry)) {
            if (!entry.n)
                continue;
            if (out->n == NET_GUARD_MAX)
                return ERR_LIMIT;
            enum err e = parse_one(&out->allowed[out->n++], entry);
            if (e)
                return e;
        }
    }
    return OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/allow_ip: the networks from which a user may send.
 *
 * A list is networks separated by blanks: "192.0.2.7 10.0.0.0/8 2001:db8::/32", at most
 * ALLOW_IP_MAX; an address alone is a network of one. An IPv4 network also holds the IPv4-mapped
 * form of its addresses (RFC 4291 2.5.5.2), in either direction. Threads: pure.
 */
#ifndef NAVETTE_API_ALLOW_IP_H
#define NAVETTE_API_ALLOW_IP_H

#include "base/str.h"

#include <sys/socket.h>

enum { ALLOW_IP_MAX = 5 };

/* ERR_INVALID for an entry that is no network, ERR_LIMIT for too many. An empty list is fine. */
enum err allow_ip_check(struct str list) MUST_CHECK;
/* An empty list allows everyone; an entry that cannot be read allows nobody. */
bool allow_ip_matches(struct str list, const struct sockaddr_storage *peer);

/* "192.0.2.7", "2001:db8::1"; IPv4-mapped as IPv4; "" for another family. */
enum { ALLOW_IP_TEXT_SIZE = 46 };
void allow_ip_text(char out[ALLOW_IP_TEXT_SIZE], const struct sockaddr_storage *peer);

/* Stands for one customer: an IPv4 address, or an IPv6 network of 64 bits; well mixed. */
uint64_t allow_ip_asker(const struct sockaddr_storage *peer);

#endif

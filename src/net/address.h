/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/address: socket addresses as people write them, and listening sockets.
 * Threads: all.
 */
#ifndef NAVETTE_NET_ADDRESS_H
#define NAVETTE_NET_ADDRESS_H

#include "base/str.h"

#include <sys/socket.h>

enum { NET_ADDRESS_SIZE = 64 };

/* "192.0.2.1:2775", "[2001:db8::1]:2775", "unix". */
void net_address_write(char out[NET_ADDRESS_SIZE], const struct sockaddr_storage *address);
/* An IPv4 peer of an IPv6 socket (::ffff:192.0.2.1) becomes plain IPv4. */
void net_address_copy(struct sockaddr_storage *to, const struct sockaddr *from);
/* True for "192.0.2.1", "2001:db8::1", "fe80::1%eth0": no name to look up, no SNI. Then `out` is
 * the address without its zone, as certificates have it. */
bool net_address_literal(char out[NET_ADDRESS_SIZE], const char *host);
uint16_t net_address_local_port(int fd);

/* A listening socket, non-blocking. address: "127.0.0.1:8080", "localhost:8080", "[::1]:0";
 * "[::]:n" takes IPv4 too. ERR_IO with the cause logged. */
enum err net_listen_tcp(int *fd, const char *address) MUST_CHECK;
/* The socket file has mode 0600 before the first client can connect. A file whose server is dead
 * is replaced; with a living one behind it: ERR_EXISTS, logged. */
enum err net_listen_unix(int *fd, const char *path) MUST_CHECK;

#endif

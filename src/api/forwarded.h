/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/forwarded: whom a proxy in front of us asks for: the last address of X-Forwarded-For that is
 * none of our proxies'. What stands before it anybody may have written. Threads: pure.
 */
#ifndef NAVETTE_API_FORWARDED_H
#define NAVETTE_API_FORWARDED_H

#include "base/str.h"

#include <sys/socket.h>

/* proxies: networks as api/allow_ip has them. When *peer is one of them it becomes the client, as
 * far as the header tells; else it stays. */
void forwarded_peer(struct sockaddr_storage *peer, struct str proxies, struct str header);

#endif

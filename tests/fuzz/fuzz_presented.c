/* SPDX-License-Identifier: Apache-2.0 */
/* Authorization, Cookie and X-Forwarded-For, as strangers write them. */
#include "api/forwarded.h"
#include "api/presented.h"
#include "base/secret.h"

#include <netinet/in.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {.p = (const char *)data, .n = size};
    struct str found;
    struct sockaddr_in proxy = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0A000001)};
    struct sockaddr_storage peer = {0};
    memcpy(&peer, &proxy, sizeof(proxy));
    if (presented_key(&found, bytes) == OK && (found.p < bytes.p || found.n > bytes.n))
        abort();
    if (presented_cookie(&found, bytes, STR(SESSION_COOKIE)) && found.n != SECRET_TOKEN_SIZE - 1)
        abort();
    forwarded_peer(&peer, STR("10.0.0.0/8 2001:db8::/32"), bytes);
    if (peer.ss_family != AF_INET && peer.ss_family != AF_INET6)
        abort();
    return 0;
}

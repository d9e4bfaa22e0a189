/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api/once: the header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): what is
 * asked again with the same key is not done again. The draft's key is a string in quotes (RFC 9651,
 * 3.3.3); the same without quotes is the same key.
 * Owner: the key lives in the request's arena. Threads: the http loop's.
 */
#ifndef NAVETTE_API_ONCE_H
#define NAVETTE_API_ONCE_H

#include "api/fields.h"

enum { ONCE_DIGEST_SIZE = 45 }; /* base64 of a digest, with its NUL */

/* n 0: there is none. The digest, of path and body, tells the request from others of the same key.
 */
struct str once_read(struct fields *f, char digest[ONCE_DIGEST_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/secret: randomness, keyed hashes and passwords. The only door to libsodium.
 *
 * secret_init once, before any thread. Passwords are kept as argon2id strings (19 MiB, 2 passes:
 * about 15 ms), so the two password functions never run on a request's thread.
 * Threads: all, after secret_init.
 */
#ifndef NAVETTE_BASE_SECRET_H
#define NAVETTE_BASE_SECRET_H

#include "base/str.h"

enum { SECRET_PASSWORD_SIZE = 128, SECRET_DIGEST_SIZE = 32 };

enum err secret_init(void) MUST_CHECK;
void secret_random(void *out, size_t n);
uint64_t secret_random_u64(void);
/* SipHash-2-4 under a key drawn at start: for hash tables that strangers fill. */
uint64_t secret_hash(struct str s);
/* BLAKE2b under a key drawn at start: stands for credentials in memory, worthless elsewhere. */
void secret_digest(uint8_t out[SECRET_DIGEST_SIZE], const struct str *parts, size_t n);
/* HMAC-SHA-256 (RFC 2104) over parts in a row, for signatures that others check. */
enum { SECRET_HMAC_SIZE = 32 };
void secret_hmac(uint8_t out[SECRET_HMAC_SIZE], struct str key, const struct str *parts, size_t n);
/* Base64 (RFC 4648 4): room for 4 bytes of each 3, and a NUL; and back, ERR_INVALID. */
void secret_base64(char *out, size_t size, const uint8_t *bytes, size_t n);
enum err secret_base64_read(uint8_t *out, size_t size, size_t *n, struct str text) MUST_CHECK;
/* A secret of 256 random bits for a cookie, a key or a link: letters, digits, - and _. */
enum { SECRET_TOKEN_SIZE = 44 };
void secret_token(char out[SECRET_TOKEN_SIZE]);
/* What is kept of such a secret, and enough to know it again: BLAKE2b without a key, the same on
 * every node. Not for passwords. */
void secret_fingerprint(uint8_t out[SECRET_DIGEST_SIZE], struct str secret);
/* In constant time. */
bool secret_equal(const void *a, const void *b, size_t n);

enum err secret_password_hash(char out[SECRET_PASSWORD_SIZE], struct str password) MUST_CHECK;
/* OK or ERR_UNAUTHORIZED; the same time for an empty or unreadable `hash`. */
enum err secret_password_verify(struct str hash, struct str password) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <sodium.h>

enum { ARGON2_PASSES = 2, ARGON2_BYTES = 19 * 1024 * 1024 };

static uint8_t hash_key[crypto_shorthash_KEYBYTES];
static uint8_t digest_key[crypto_generichash_KEYBYTES];
/* What an unknown user's password is compared with, so that the time tells nothing. */
static char decoy[SECRET_PASSWORD_SIZE];

enum err secret_init(void)
{
    if (sodium_init() < 0)
        return ERR_INTERNAL;
    randombytes_buf(hash_key, sizeof(hash_key));
    randombytes_buf(digest_key, sizeof(digest_key));
    return secret_password_hash(decoy, STR("no user has this password"));
}

void secret_random(void *out, size_t n)
{
    randombytes_buf(out, n);
}

uint64_t secret_random_u64(void)
{
    uint64_t v;
    randombytes_buf(&v, sizeof(v));
    return v;
}

uint64_t secret_hash(struct str s)
{
    uint64_t out;
    _Static_assert(crypto_shorthash_BYTES == sizeof(out), "SipHash gives 64 bits");
    crypto_shorthash((uint8_t *)&out, (const uint8_t *)s.p, s.n, hash_key);
    return out;
}

void secret_digest(uint8_t out[SECRET_DIGEST_SIZE], const struct str *parts, size_t n)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, digest_key, sizeof(digest_key), SECRET_DIGEST_SIZE);
    for (size_t i = 0; i < n; i++) {
        uint64_t length = parts[i].n; /* so that "a","bc" and "ab","c" differ */
        crypto_generichash_update(&state, (const uint8_t *)&length, sizeof(length));
        crypto_generichash_update(&state, (const uint8_t *)parts[i].p, parts[i].n);
    }
    crypto_generichash_final(&state, out, SECRET_DIGEST_SIZE);
}

void secret_hmac(uint8_t out[SECRET_HMAC_SIZE], struct str key, const struct str *parts, size_t n)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const uint8_t *)key.p, key.n);
    for (size_t i = 0; i < n; i++)
        crypto_auth_hmacsha256_update(&state, (const uint8_t *)parts[i].p, parts[i].n);
    crypto_auth_hmacsha256_final(&state, out);
}

void secret_base64(char *out, size_t size, const uint8_t *bytes, size_t n)
{
    sodium_bin2base64(out, size, bytes, n, sodium_base64_VARIANT_ORIGINAL);
}

enum err secret_base64_read(uint8_t *out, size_t size, size_t *n, struct str text)
{
    const char *end;
    if (sodium_base642bin(out, size, text.p, text.n, NULL, n, &end,
                          sodium_base64_VARIANT_ORIGINAL) ||
        end != text.p + text.n)
        return ERR_INVALID;
    return OK;
}

void secret_token(char out[SECRET_TOKEN_SIZE])
{
    uint8_t bytes[32];
    _Static_assert(SECRET_TOKEN_SIZE ==
                       sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                   "room for the text");
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2base64(out, SECRET_TOKEN_SIZE, bytes, sizeof(bytes),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof(bytes));
}

void secret_fingerprint(uint8_t out[SECRET_DIGEST_SIZE], struct str secret)
{
    crypto_generichash(out, SECRET_DIGEST_SIZE, (const uint8_t *)secret.p, secret.n, NULL, 0);
}

bool secret_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

enum err secret_password_hash(char out[SECRET_PASSWORD_SIZE], struct str password)
{
    _Static_assert(SECRET_PASSWORD_SIZE >= crypto_pwhash_STRBYTES, "room for the string");
    if (crypto_pwhash_str_alg(out, password.p ? password.p : "", password.n, ARGON2_PASSES,
                              ARGON2_BYTES, crypto_pwhash_ALG_ARGON2ID13))
        return ERR_BUSY; /* only memory can fail here */
    return OK;
}

enum err secret_password_verify(struct str hash, struct str password)
{
    char stored[SECRET_PASSWORD_SIZE];
    bool known = hash.n > 0 && str_copy(stored, sizeof(stored), hash) == OK;
    int failed =
        crypto_pwhash_str_verify(known ? stored : decoy, password.p ? password.p : "", password.n);
    return known && !failed ? OK : ERR_UNAUTHORIZED;
}

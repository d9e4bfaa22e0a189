/* SPDX-License-Identifier: Apache-2.0 */
#include "base/totp.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

enum { SHA1_SIZE = 20, CODES = 1000000 };

uint32_t totp_value(struct str secret, int64_t step)
{
    uint8_t counter[8];
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (!HMAC(EVP_sha1(), secret.p, (int)secret.n, counter, sizeof(counter), mac, &n) ||
        n != SHA1_SIZE)
        base_out_of_memory();
    const uint8_t *p = mac + (mac[SHA1_SIZE - 1] & 0x0F);
    return ((uint32_t)(p[0] & 0x7F) << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

bool totp_check(int64_t *step, struct str secret, struct str code, int64_t now_us, int64_t used)
{
    int64_t now = now_us / SEC_US / TOTP_STEP_S;
    bool found = false;
    if (code.n != TOTP_DIGITS)
        return false;
    for (int64_t s = now - 1; s <= now + 1; s++) {
        char text[16];
        snprintf(text, sizeof(text), "%06u", totp_value(secret, s) % CODES);
        bool same = secret_equal(text, code.p, TOTP_DIGITS);
        if (same && s > used && !found) {
            *step = s;
            found = true;
        }
    }
    return found;
}

void totp_text(char out[TOTP_TEXT_SIZE], struct str secret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = 0;
    unsigned n = 0;
    size_t at = 0;
    for (size_t i = 0; i < secret.n && at + 1 < TOTP_TEXT_SIZE; i++) {
        bits = (bits << 8) | (uint8_t)secret.p[i];
        for (n += 8; n >= 5 && at + 1 < TOTP_TEXT_SIZE; n -= 5)
            out[at++] = digits[(bits >> (n - 5)) & 31];
    }
    out[at] = '\0';
}

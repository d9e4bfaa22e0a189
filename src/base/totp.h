/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/totp: codes of six digits that change every 30 seconds (RFC 6238 over HMAC-SHA-1, as every
 * authenticator application has them). The door to OpenSSL's HMAC: libsodium has no SHA-1.
 * Threads: pure.
 */
#ifndef NAVETTE_BASE_TOTP_H
#define NAVETTE_BASE_TOTP_H

#include "base/str.h"

enum { TOTP_SECRET_SIZE = 20, TOTP_DIGITS = 6, TOTP_STEP_S = 30, TOTP_TEXT_SIZE = 33 };

/* 31 bits of which the code is the last digits (RFC 4226, 5.3). */
uint32_t totp_value(struct str secret, int64_t step);
/* Is this the code of the present step, or of the one before or behind it, for clocks that differ?
 * Then *step is which; steps up to `used` were taken already and do not count. */
bool totp_check(int64_t *step, struct str secret, struct str code, int64_t now_us, int64_t used);
/* Base32 (RFC 4648 6) of TOTP_SECRET_SIZE bytes, as people type it. */
void totp_text(char out[TOTP_TEXT_SIZE], struct str secret);

#endif

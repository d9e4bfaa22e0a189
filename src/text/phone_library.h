/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/phone_library: what text/phone.c asks of libphonenumber, in C. text/phone.cc answers; nobody
 * else may ask. A check takes 5 to 20 us. Threads: all, after phone_library_init.
 */
#ifndef NAVETTE_TEXT_PHONE_LIBRARY_H
#define NAVETTE_TEXT_PHONE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void phone_library_init(void);

/* The number as E.164 wants it (a trunk 0 behind the country code is gone), or 0: not valid. And
 * its region, "" when it has none. */
uint64_t phone_library_valid(char region[3], uint64_t digits);
/* Whether a valid number stays valid, and of its region, with each of the tails in place of its
 * value modulo `span`. */
bool phone_library_tails_alike(uint64_t e164, const char region[3], const uint32_t *tails, size_t n,
                               uint32_t span);
/* Is it the ISO 3166 code of a region that has numbers of its own? */
bool phone_library_region_known(const char region[3]);
/* Also where mobile and fixed numbers look alike, as in North America. */
bool phone_library_mobile(uint64_t e164);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/phone: phone numbers. A number is E.164 digits without "+", kept as an integer: at most 15
 * digits, no leading zero. Validity is libphonenumber's; text/phone.cc is its only door.
 *
 * The hot path asks a bounded memory of blocks of numbers that were checked before (text/phone.c
 * says why that is right): 0.1 us, and 80 us for the first number of a block of 10,000. Its region
 * is remembered with it. Threads: all, after phone_init.
 */
#ifndef NAVETTE_TEXT_PHONE_H
#define NAVETTE_TEXT_PHONE_H

#include "base/str.h"

/* After secret_init; once or more. About 5 ms and 5 MiB. */
void phone_init(void);

/*
 * "+33612345678", "0033612345678" or "33612345678", with blanks, dots, dashes, slashes, brackets
 * between; "+33 (0)6 12 34 56 78" loses its trunk zero. ERR_BAD_NUMBER for anything that is no
 * valid number of its country.
 */
enum err phone_parse(uint64_t *e164, struct str input) MUST_CHECK;

/* "+33612345678" with its NUL. */
enum { PHONE_SIZE = 18 };
struct str phone_format(char out[PHONE_SIZE], uint64_t e164);
/* A number as it was written, without its +. Pure. */
static inline struct str phone_bare(struct str number)
{
    return str_starts(number, STR("+")) ? str_sub(number, 1, number.n) : number;
}

/* ISO 3166 region ("FR", "GP", …) or "" when it belongs to none, or is no valid number: by the same
 * memory, so that it costs 0.1 us behind phone_parse. */
void phone_region(char out[3], uint64_t e164);
/* Is this ("FR") a region that phone_region can give? Also before phone_init. */
bool phone_region_known(struct str code);
/* As phone_region, but "" also for what is no mobile phone: +33 6 is "FR", +33 1 is "". Where
 * mobile and fixed numbers look alike, as in North America, all are mobile. Remembered by blocks:
 * as quick as phone_parse. */
void phone_mobile_region(char out[3], uint64_t e164);

#endif

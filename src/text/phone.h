/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/phone: phone numbers. A number is E.164 digits without "+", kept as an integer: at most 15
 * digits, no leading zero. Validity is libphonenumber's; text/phone.cc is its only door.
 *
 * The hot path is a table of country codes with their possible lengths, built from the library at
 * start, with a bounded cache of full checks. Threads: all, after phone_init.
 */
#ifndef NAVETTE_TEXT_PHONE_H
#define NAVETTE_TEXT_PHONE_H

#include "base/str.h"

void phone_init(void);

/* "+33612345678", "0033612345678" or "33612345678", with blanks, dots, dashes, brackets between.
 * ERR_BAD_NUMBER for anything that is no valid number of its country. */
enum err phone_parse(uint64_t *e164, struct str input) MUST_CHECK;

/* "+33612345678" with its NUL. */
enum { PHONE_SIZE = 18 };
struct str phone_format(char out[PHONE_SIZE], uint64_t e164);

/* ISO 3166 region ("FR", "GP", …) or "" when it belongs to none. Costs a full check. */
void phone_region(char out[3], uint64_t e164);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text/national: the tables that a phone may put in the place of the GSM 7-bit alphabet and of its
 * extension, for one part, by two elements of the part's user data header: TS 23.038 6.2.1.2,
 * TS 23.040 9.2.3.24.15 and 16. What we have of them: national.def. A language whose table we do
 * not have is read by the default one, as the standard says. Threads: pure.
 */
#ifndef NAVETTE_TEXT_NATIONAL_H
#define NAVETTE_TEXT_NATIONAL_H

#include "base/str.h"

/* National Language Identifiers, TS 23.038 6.2.1.2.4. 0: the default table. */
enum national { NATIONAL_TURKISH = 1, NATIONAL_SPANISH = 2, NATIONAL_PORTUGUESE = 3 };

struct national_shift {
    uint8_t locking; /* in the place of the alphabet */
    uint8_t single;  /* in the place of its extension */
};

/* UTF-16 units. 0 where the language has nothing else than the default alphabet, for the second
 * where its table has nothing at all. */
uint16_t national_locking(uint8_t language, uint8_t septet);
uint16_t national_single(uint8_t language, uint8_t septet);
/* Does it have a table of its own in the place of the extension? */
bool national_has_single(uint8_t language);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "text/national.h"

#include "text/gsm7.h"

enum { LANGUAGES = NATIONAL_PORTUGUESE + 1 };

#define SINGLE(language, septet, unit)
static const uint16_t locking_tables[LANGUAGES][GSM7_SEPTETS] = {
#define LOCKING(language, septet, unit) [NATIONAL_##language][septet] = (unit),
#include "text/national.def"
#undef LOCKING
};
#undef SINGLE

#define LOCKING(language, septet, unit)
static const uint16_t single_tables[LANGUAGES][GSM7_SEPTETS] = {
#define SINGLE(language, septet, unit) [NATIONAL_##language][septet] = (unit),
#include "text/national.def"
#undef SINGLE
};
#undef LOCKING

uint16_t national_locking(uint8_t language, uint8_t septet)
{
    return language < LANGUAGES && septet < GSM7_SEPTETS ? locking_tables[language][septet] : 0;
}

uint16_t national_single(uint8_t language, uint8_t septet)
{
    return language < LANGUAGES && septet < GSM7_SEPTETS ? single_tables[language][septet] : 0;
}

bool national_has_single(uint8_t language)
{
    return language > 0 && language < LANGUAGES;
}

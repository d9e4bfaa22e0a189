/* SPDX-License-Identifier: Apache-2.0 */
#include "text/gsm7.h"

#define GSM7_EXTENSION(septet, unit)

const uint16_t gsm7_basic[GSM7_SEPTETS] = {
#define GSM7(septet, unit) [septet] = (unit),
#include "text/gsm7.def"
#undef GSM7
};

#undef GSM7_EXTENSION
#define GSM7(septet, unit)

const uint16_t gsm7_extension[GSM7_SEPTETS] = {
#define GSM7_EXTENSION(septet, unit) [septet] = (unit),
#include "text/gsm7.def"
#undef GSM7_EXTENSION
};

#undef GSM7

const uint16_t gsm7_of_code_point[GSM7_CODE_POINTS] = {
#define GSM7(septet, unit)           [unit] = GSM7_BASIC | (septet),
#define GSM7_EXTENSION(septet, unit) [unit] = GSM7_EXTENDED | (septet),
#include "text/gsm7.def"
};

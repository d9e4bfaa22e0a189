/* SPDX-License-Identifier: Apache-2.0 */
#include "text/phone_library.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static PhoneNumberUtil *library;

void phone_library_init(void)
{
    library = PhoneNumberUtil::GetInstance();
    library->SetLogger(new NullLogger()); /* the library's now; it would write to stdout */
}

/* "ZZ": no region's own habits, the number must be international. */
static bool parse(PhoneNumber *number, uint64_t digits)
{
    return library->Parse("+" + std::to_string(digits), "ZZ", number) ==
           PhoneNumberUtil::NO_PARSING_ERROR;
}

/* "" for "ZZ", and for the "001" of numbers that belong to no country. */
static std::string region_of(const PhoneNumber &number)
{
    std::string region;
    library->GetRegionCodeForNumber(number, &region);
    return region.size() == 2 && region != "ZZ" ? region : "";
}

uint64_t phone_library_valid(char region[3], uint64_t digits)
{
    PhoneNumber number;
    region[0] = region[1] = region[2] = '\0';
    if (!parse(&number, digits) || !library->IsValidNumber(number))
        return 0;
    region_of(number).copy(region, 2);
    std::string e164;
    library->Format(number, PhoneNumberUtil::E164, &e164);
    return std::stoull(e164.substr(1));
}

bool phone_library_tails_alike(uint64_t e164, const char region[3], const uint32_t *tails, size_t n,
                               uint32_t span)
{
    PhoneNumber number;
    if (!parse(&number, e164))
        return false;
    uint64_t block = number.national_number() - number.national_number() % span;
    for (size_t i = 0; i < n; i++) {
        number.set_national_number(block + tails[i]);
        if (!library->IsValidNumber(number) || region_of(number) != region)
            return false;
    }
    return true;
}

bool phone_library_region_known(const char region[3])
{
    return library->GetCountryCodeForRegion(region) != 0;
}

bool phone_library_mobile(uint64_t e164)
{
    PhoneNumber number;
    if (!parse(&number, e164))
        return false;
    PhoneNumberUtil::PhoneNumberType type = library->GetNumberType(number);
    return type == PhoneNumberUtil::MOBILE || type == PhoneNumberUtil::FIXED_LINE_OR_MOBILE;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* text/phone: what is a number, and that the memory of blocks changes no answer (P2.5). */
#include "base/secret.h"
#include "testing.h"
#include "text/phone.h"
#include "text/phone_library.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int init(void **state)
{
    (void)state;
    assert_int_equal(secret_init(), OK);
    phone_init();
    phone_init();
    return 0;
}

static void assert_number(const char *input, uint64_t want)
{
    for (int again = 0; again < 2; again++) {
        uint64_t e164 = 0;
        if (phone_parse(&e164, str_of(input)) != OK || e164 != want)
            fail_msg("%s: %" PRIu64, input, e164);
    }
}

static void assert_no_number(struct str input)
{
    for (int again = 0; again < 2; again++) {
        uint64_t e164 = 0;
        if (phone_parse(&e164, input) != ERR_BAD_NUMBER)
            fail_msg("%.*s: %" PRIu64, STR_FMT(input), e164);
    }
}

static void the_three_international_forms_are_one_number(void **state)
{
    (void)state;
    assert_number("+33612345678", 33612345678);
    assert_number("0033612345678", 33612345678);
    assert_number("33612345678", 33612345678);
    assert_number("+33600000001", 33600000001);
    assert_number("+33600000099", 33600000099);
}

static void people_write_signs_between_digits(void **state)
{
    (void)state;
    assert_number(" +33 6 12 34 56 78 ", 33612345678);
    assert_number("+33.6.12.34.56.78", 33612345678);
    assert_number("+33-6-12-34-56-78", 33612345678);
    assert_number("+33 6 12/34/56/78", 33612345678);
    assert_number("(+33)612345678", 33612345678);
    assert_number("00 33 6 12 34 56 78", 33612345678);
    assert_number("+33\u00A06\u202F12\u200934\u201156\u201078", 33612345678);
    assert_number("+1 (212) 555-0123", 12125550123);
}

static void a_trunk_zero_behind_the_country_code_goes(void **state)
{
    (void)state;
    assert_number("+33 (0)6 12 34 56 78", 33612345678);
    assert_number("+330612345678", 33612345678);
    assert_number("+44 (0)7911 123456", 447911123456);
}

static void numbers_of_many_countries_are_valid(void **state)
{
    (void)state;
    assert_number("+447911123456", 447911123456);
    assert_number("+4915123456789", 4915123456789);
    assert_number("+393123456789", 393123456789);
    assert_number("+390612345678", 390612345678); /* Italy keeps its zero */
    assert_number("+34612345678", 34612345678);
    assert_number("+12125550123", 12125550123);
    assert_number("+590690001234", 590690001234);
    assert_number("+262692123456", 262692123456);
    assert_number("+5511961234567", 5511961234567);
    assert_number("+29051234", 29051234); /* eight digits */
}

static void anything_else_is_no_number(void **state)
{
    (void)state;
    const struct str bad[] = {
        STR(""),
        STR(" "),
        STR("+"),
        STR("0"),
        STR("00"),
        STR("0612345678"),
        STR("00033612345678"),
        STR("+0033612345678"),
        STR("++33612345678"),
        STR("33+612345678"),
        STR("+3361234567"),
        STR("+336123456789"),
        STR("+33112"),
        STR("+33 6 12 34 56 7a"),
        STR("+33612345678;ext=1"),
        STR("abc"),
        STR("12345"),
        STR("+99912345678"),
        STR("+999999999999999"),
        STR("+1234567890123456"),
        STR("+33612345678901234567890123456789"),
        STR("99999999999999999999999999999999999999"),
        STR("+11234567890"),
        STR("+٣٣٦١٢٣٤٥٦٧٨"),
        {.p = "+33612345678\0", .n = 13},
        {.p = NULL, .n = 0},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_no_number(bad[i]);
}

/* Prefixes whose numbers are partly valid, and how many digits follow. */
static void the_memory_of_blocks_answers_as_the_library_does(void **state)
{
    (void)state;
    static const struct {
        uint64_t prefix;
        int digits;
    } around[] = {
        {336, 8},  {337, 8}, {3363, 7}, {3369, 7}, {33, 9},   {447, 9},    {491, 10},
        {590, 9},  {262, 9}, {1758, 7}, {7, 10},   {4477, 8}, {358, 9},    {61, 9},
        {1212, 7}, {1, 10},  {3938, 8}, {5521, 9}, {3526, 6}, {290, 5},    {262692, 6},
        {65, 8},   {86, 11}, {3249, 7}, {41, 9},   {2136, 8}, {212670, 6}, {971, 9},
    };
    unsigned short seed[3] = {1, 2, 3};
    for (size_t i = 0; i < 6000; i++) {
        uint64_t number = around[i % (sizeof(around) / sizeof(around[0]))].prefix;
        for (int n = around[i % (sizeof(around) / sizeof(around[0]))].digits; n > 0; n--)
            number = number * 10 + (uint64_t)(nrand48(seed) % 10);
        char text[PHONE_SIZE];
        char region[3];
        char known[3];
        uint64_t want = phone_library_valid(region, number);
        uint64_t e164 = 0;
        enum err err = phone_parse(&e164, phone_format(text, number));
        phone_region(known, number);
        if (err != (want ? OK : ERR_BAD_NUMBER) || (want && e164 != want) || strcmp(region, known))
            fail_msg("%s: %s, not %s", text, known, region);
    }
}

static void *parse_many(void *arg)
{
    unsigned short seed[3] = {*(const unsigned short *)arg, 5, 6};
    for (size_t i = 0; i < 3000; i++) {
        char text[24];
        snprintf(text, sizeof(text), "+3361%07ld", nrand48(seed) % 10000000);
        uint64_t e164;
        if (phone_parse(&e164, str_of(text)) || e164 != strtoull(text + 1, NULL, 10))
            return arg;
    }
    return NULL;
}

static void many_threads_may_ask(void **state)
{
    (void)state;
    unsigned short seeds[] = {1, 2, 3};
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, parse_many, &seeds[i]), 0);
    for (size_t i = 0; i < 3; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

static void a_number_is_shown_with_its_plus(void **state)
{
    (void)state;
    char text[PHONE_SIZE];
    assert_true(str_eq(phone_format(text, 33612345678), STR("+33612345678")));
    assert_string_equal(text, "+33612345678");
    assert_true(str_eq(phone_format(text, 999999999999999), STR("+999999999999999")));
    assert_true(phone_format(text, UINT64_MAX).n < PHONE_SIZE);
}

static void a_number_knows_its_region(void **state)
{
    (void)state;
    static const struct {
        uint64_t e164;
        const char *region;
    } cases[] = {
        {33612345678, "FR"}, {590690001234, "GP"}, {262692123456, "RE"},
        {12125550123, "US"}, {447400123456, "GB"}, {16045551234, "CA"},
        {80012345678, ""},   {999999, ""},         {0, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char region[3] = "xx";
        phone_region(region, cases[i].e164);
        assert_string_equal(region, cases[i].region);
    }
}

static void only_countries_with_numbers_are_regions(void **state)
{
    (void)state;
    static const char *const known[] = {"FR", "GP", "BL", "MF", "WF", "YT", "GB", "LU"};
    static const char *const unknown[] = {"UK", "fr", "FRA", "F", "", "ZZ", "00", "001", "F\0"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_true(phone_region_known(str_of(known[i])));
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_false(phone_region_known(str_of(unknown[i])));
}

static void P4_8_only_mobile_phones_have_a_country_that_can_answer(void **state)
{
    (void)state;
    const struct {
        uint64_t number;
        const char *region;
    } cases[] = {
        {33612345678, "FR"},  {33751234567, "FR"},  {33142685300, ""},     {33800123456, ""},
        {590690001234, "GP"}, {262692123456, "RE"}, {4915123456789, "DE"}, {447400123456, "GB"},
        {12125550123, "US"},  {393123456789, "IT"}, {390612345678, ""},    {29051234, "SH"},
    };
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            char region[3];
            phone_mobile_region(region, cases[i].number);
            if (strcmp(region, cases[i].region) != 0)
                fail_msg("%" PRIu64 ": %s", cases[i].number, region);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(P4_8_only_mobile_phones_have_a_country_that_can_answer),
        cmocka_unit_test(the_three_international_forms_are_one_number),
        cmocka_unit_test(people_write_signs_between_digits),
        cmocka_unit_test(a_trunk_zero_behind_the_country_code_goes),
        cmocka_unit_test(numbers_of_many_countries_are_valid),
        cmocka_unit_test(anything_else_is_no_number),
        cmocka_unit_test(the_memory_of_blocks_answers_as_the_library_does),
        cmocka_unit_test(many_threads_may_ask),
        cmocka_unit_test(a_number_is_shown_with_its_plus),
        cmocka_unit_test(a_number_knows_its_region),
        cmocka_unit_test(only_countries_with_numbers_are_regions),
    };
    return cmocka_run_group_tests(tests, init, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/message_id: both ways in which an SMSC writes an id end as the same text. */
#include "smpp/message_id.h"
#include "testing.h"

static void assert_read(const char *id, enum smpp_id_format format, const char *wanted)
{
    char space[SMPP_ID_DIGITS];
    struct str got = smpp_id_read(space, str_of(id), format);
    if (!str_eq(got, str_of(wanted)))
        fail_msg("%s: %.*s is not %s", id, STR_FMT(got), wanted);
}

static void an_id_as_is_is_not_touched(void **state)
{
    (void)state;
    const char *const ids[] = {
        "00B8BE19",
        "b8be19",
        "0972660181",
        " 7 ",
        "1101C1-C9D03D-F000",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "",
        "A123456789012345678901234567890123456789012345678901234567890123",
    };
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        assert_read(ids[i], SMPP_ID_AS_IS, ids[i]);
}

static void zeros_and_blanks_of_a_number_do_not_count(void **state)
{
    (void)state;
    assert_read("0972660181", SMPP_ID_DECIMAL, "972660181");
    assert_read("  42 ", SMPP_ID_DECIMAL, "42");
    assert_read("0000", SMPP_ID_DECIMAL, "0");
    assert_read("9308878062554710043", SMPP_ID_DECIMAL, "9308878062554710043");
}

static void a_hexadecimal_number_becomes_a_decimal_one(void **state)
{
    (void)state;
    assert_read("39f99dd5", SMPP_ID_HEX, "972660181");
    assert_read("39F99DD5", SMPP_ID_HEX, "972660181");
    assert_read("00B8BE19", SMPP_ID_HEX, "12107289");
    assert_read(" B8BE19", SMPP_ID_HEX, "12107289");
    assert_read("0", SMPP_ID_HEX, "0");
    assert_read("000", SMPP_ID_HEX, "0");
    assert_read("9", SMPP_ID_HEX, "9");
    assert_read("ff", SMPP_ID_HEX, "255");
}

static void numbers_beyond_64_bits_are_right(void **state)
{
    (void)state;
    assert_read("812FC7470000001B", SMPP_ID_HEX, "9308878062554710043");
    assert_read("10000000000000000", SMPP_ID_HEX, "18446744073709551616");
    assert_read("ffffffffffffffffffffffffffffffff", SMPP_ID_HEX,
                "340282366920938463463374607431768211455");
    assert_read("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", SMPP_ID_HEX,
                "115792089237316195423570985008687907853269984665640564039457584007913129639935");
}

static void hexadecimal_text_is_spelled_out(void **state)
{
    (void)state;
    assert_read("414243", SMPP_ID_HEX_TEXT, "ABC");
    assert_read("61622D31", SMPP_ID_HEX_TEXT, "ab-1");
}

static void what_is_not_of_the_format_stays_as_it_is(void **state)
{
    (void)state;
    const char *const uuid = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
    for (int format = SMPP_ID_AS_IS; format <= SMPP_ID_HEX_TEXT; format++) {
        assert_read(uuid, (enum smpp_id_format)format, uuid);
        assert_read("", (enum smpp_id_format)format, "");
        assert_read("  ", (enum smpp_id_format)format, "  ");
        assert_read("00x1", (enum smpp_id_format)format, "00x1");
    }
    assert_read("39f99dd5", SMPP_ID_DECIMAL, "39f99dd5");
    assert_read("0x39f99dd5", SMPP_ID_HEX, "0x39f99dd5");
    assert_read("41424", SMPP_ID_HEX_TEXT, "41424");
    assert_read("410042", SMPP_ID_HEX_TEXT, "410042");
    const char *const long_one =
        "00000000000000000000000000000000000000000000000000000000000000001";
    assert_read(long_one, SMPP_ID_DECIMAL, long_one);
    assert_read(long_one, SMPP_ID_HEX, long_one);
}

static void formats_have_names(void **state)
{
    (void)state;
    enum smpp_id_format format = SMPP_ID_AS_IS;
    assert_int_equal(smpp_id_format_of(&format, STR("hex-text")), OK);
    assert_int_equal(format, SMPP_ID_HEX_TEXT);
    assert_int_equal(smpp_id_format_of(&format, STR("octal")), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_as_is_is_not_touched),
        cmocka_unit_test(zeros_and_blanks_of_a_number_do_not_count),
        cmocka_unit_test(a_hexadecimal_number_becomes_a_decimal_one),
        cmocka_unit_test(numbers_beyond_64_bits_are_right),
        cmocka_unit_test(hexadecimal_text_is_spelled_out),
        cmocka_unit_test(what_is_not_of_the_format_stays_as_it_is),
        cmocka_unit_test(formats_have_names),
    };
    return cmocka_run_group_tests_name("smpp/message_id", tests, NULL, NULL);
}

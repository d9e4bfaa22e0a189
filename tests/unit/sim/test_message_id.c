/* SPDX-License-Identifier: Apache-2.0 */
/* sim/message_id: numbers as ids, and back. */
#include "sim/message_id.h"
#include "testing.h"

static const uint64_t numbers[] = {1, 15, 1764357419000001, (UINT64_C(1) << 60) - 1};

static void an_id_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (unsigned format = QUIRK_ID_DECIMAL; format <= QUIRK_ID_PADDED; format++)
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            char id[MESSAGE_ID_SIZE];
            uint64_t number = 0;
            struct str s = message_id_write(id, numbers[i], (enum quirk_id_format)format);
            assert_int_equal(message_id_read(&number, s, (enum quirk_id_format)format), OK);
            assert_int_equal(number, numbers[i]);
        }
}

static void each_format_looks_as_its_name_says(void **state)
{
    (void)state;
    static const char *const ids[] = {
        [QUIRK_ID_DECIMAL] = "1764357419000001",
        [QUIRK_ID_HEX] = "644ac793760c1",
        [QUIRK_ID_HEX_UPPER] = "644AC793760C1",
        [QUIRK_ID_PADDED] = "00001764357419000001",
    };
    char id[MESSAGE_ID_SIZE];
    for (unsigned format = QUIRK_ID_DECIMAL; format <= QUIRK_ID_PADDED; format++) {
        message_id_write(id, 1764357419000001, (enum quirk_id_format)format);
        if (ids[format])
            assert_string_equal(id, ids[format]);
    }
    struct str uuid = message_id_write(id, 1764357419000001, QUIRK_ID_UUID);
    assert_int_equal(uuid.n, 36);
    assert_int_equal(id[14], '4');
    assert_string_equal(id + 19, "8006-44ac793760c1");
}

static void what_is_no_id_of_ours_is_none(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "g",
        "-1",
        " 1",
        "01x",
        "deadbeef!",
        "00000000-0000-4000-8000-000000000001",
        "99999999999999999999999999999999999999999999999999999999999999999"};
    uint64_t number;
    for (unsigned format = QUIRK_ID_DECIMAL; format <= QUIRK_ID_PADDED; format++)
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
            assert_int_equal(
                message_id_read(&number, str_of(wrong[i]), (enum quirk_id_format)format),
                ERR_INVALID);
}

static void receipts_write_their_own_format(void **state)
{
    (void)state;
    struct quirks quirks = {.id_format = QUIRK_ID_HEX};
    assert_int_equal(message_id_receipt_format(&quirks), QUIRK_ID_HEX);
    quirks.receipt_id_format = QUIRK_RECEIPT_ID_PADDED;
    assert_int_equal(message_id_receipt_format(&quirks), QUIRK_ID_PADDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_read_as_it_was_written),
        cmocka_unit_test(each_format_looks_as_its_name_says),
        cmocka_unit_test(what_is_no_id_of_ours_is_none),
        cmocka_unit_test(receipts_write_their_own_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

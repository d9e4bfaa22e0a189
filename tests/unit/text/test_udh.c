/* SPDX-License-Identifier: Apache-2.0 */
/* text/udh: user data headers. Source: TS 23.040 9.2.3.24. */
#include "testing.h"
#include "text/udh.h"

#include <stdlib.h>

#define BYTES(literal) ((struct str){(literal), sizeof(literal) - 1})

/* A copy that ends where its memory does, so that a read beyond is caught. */
static enum err read_tight(struct udh_concat *c, size_t *text_n, struct str user_data)
{
    char *copy = malloc(user_data.n ? user_data.n : 1);
    assert_non_null(copy);
    if (user_data.n)
        memcpy(copy, user_data.p, user_data.n);
    struct str text = {0};
    enum err err = udh_read(c, &text, (struct str){user_data.n ? copy : NULL, user_data.n});
    *text_n = text.n;
    if (!err)
        assert_memory_equal(text.p, user_data.p + user_data.n - text.n, text.n);
    free(copy);
    return err;
}

static void assert_concat(struct str user_data, struct udh_concat want, size_t text_n)
{
    struct udh_concat c;
    size_t n;
    assert_int_equal(read_tight(&c, &n, user_data), OK);
    assert_int_equal(c.reference, want.reference);
    assert_int_equal(c.total, want.total);
    assert_int_equal(c.number, want.number);
    assert_int_equal(c.wide, want.wide);
    assert_int_equal(n, text_n);
}

static void what_is_written_is_the_standard_s_and_is_read(void **state)
{
    (void)state;
    uint8_t header[UDH_CONCAT8_SIZE];
    udh_write_concat8(header, 0xA7, 255, 254);
    assert_memory_equal(header, "\x05\x00\x03\xA7\xFF\xFE", 6);
    assert_concat((struct str){(char *)header, 6}, (struct udh_concat){0xA7, 255, 254, false}, 0);
}

static void a_wide_reference_is_written_as_the_standard_s_and_is_read(void **state)
{
    (void)state;
    uint8_t header[UDH_CONCAT16_SIZE];
    udh_write_concat16(header, 0xA1B2, 255, 254);
    assert_memory_equal(header, "\x06\x08\x04\xA1\xB2\xFF\xFE", 7);
    assert_concat((struct str){(char *)header, 7}, (struct udh_concat){0xA1B2, 255, 254, true}, 0);
}

static void both_widths_of_reference_are_read(void **state)
{
    (void)state;
    assert_concat(BYTES("\x05\x00\x03\x00\x02\x01Hello"), (struct udh_concat){0, 2, 1, false}, 5);
    assert_concat(BYTES("\x06\x08\x04\x12\x34\x03\x03xyz"), (struct udh_concat){0x1234, 3, 3, true},
                  3);
    assert_concat(BYTES("\x05\x00\x03\x09\x01\x01"), (struct udh_concat){9, 1, 1, false}, 0);
}

static void other_elements_are_skipped_by_their_length(void **state)
{
    (void)state;
    assert_concat(BYTES("\x09\x24\x01\x01\x05\x04\x00\x03\x07\x02t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x0C\x24\x01\x01\x70\x02\x00\x03\x00\x03\x07\x02\x01t"),
                  (struct udh_concat){7, 2, 1, false}, 1);
    assert_concat(BYTES("\x08\x24\x01\x01\x00\x03\x07\x02\x02t"),
                  (struct udh_concat){7, 2, 2, false}, 1);
    assert_concat(BYTES("\x03\x25\x01\x01t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x00text"), (struct udh_concat){0}, 4);
    assert_concat(BYTES("\x02\x70\x00t"), (struct udh_concat){0}, 1);
}

static void unusable_concatenation_is_as_none(void **state)
{
    (void)state;
    assert_concat(BYTES("\x05\x00\x03\x07\x00\x01t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x05\x00\x03\x07\x02\x00t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x05\x00\x03\x07\x02\x03t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x04\x00\x02\x07\x02t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x06\x00\x04\x07\x02\x01\x01t"), (struct udh_concat){0}, 1);
    assert_concat(BYTES("\x05\x08\x03\x07\x02\x01t"), (struct udh_concat){0}, 1);
}

static void of_two_the_last_usable_one_counts(void **state)
{
    (void)state;
    assert_concat(BYTES("\x0A\x00\x03\x01\x02\x01\x00\x03\x02\x02\x02t"),
                  (struct udh_concat){2, 2, 2, false}, 1);
    assert_concat(BYTES("\x0A\x00\x03\x01\x02\x01\x00\x03\x02\x02\x03t"),
                  (struct udh_concat){1, 2, 1, false}, 1);
}

static void a_length_past_the_end_is_refused(void **state)
{
    (void)state;
    struct udh_concat c;
    size_t n;
    const struct str cut[] = {
        BYTES(""),
        BYTES("\x05\x00\x03\x07\x02"),
        BYTES("\xFF"
              "abc"),
        BYTES("\x05\x00\x04\x07\x02\x01text"),
        BYTES("\x01\x00text"),
        BYTES("\x06\x00\x03\x07\x02\x01\x24text"),
    };
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++)
        assert_int_equal(read_tight(&c, &n, cut[i]), ERR_TRUNCATED);
    struct str whole = BYTES("\x0C\x24\x01\x01\x70\x02\x00\x03\x00\x03\x07\x02\x01");
    for (size_t i = 0; i < whole.n; i++)
        assert_int_equal(read_tight(&c, &n, str_sub(whole, 0, i)), ERR_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_the_standard_s_and_is_read),
        cmocka_unit_test(a_wide_reference_is_written_as_the_standard_s_and_is_read),
        cmocka_unit_test(both_widths_of_reference_are_read),
        cmocka_unit_test(other_elements_are_skipped_by_their_length),
        cmocka_unit_test(unusable_concatenation_is_as_none),
        cmocka_unit_test(of_two_the_last_usable_one_counts),
        cmocka_unit_test(a_length_past_the_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

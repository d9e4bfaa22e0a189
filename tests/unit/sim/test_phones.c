/* SPDX-License-Identifier: Apache-2.0 */
/* sim/phones: the virtual phones, their bounds, and long messages joined. */
#include "base/clock.h"
#include "base/secret.h"
#include "sim/phones.h"
#include "testing.h"

#include <stdio.h>

static const struct phones_limits small = {.phones = 3, .messages = 4, .bytes = 100000};

static struct phone_message *receive(struct phones *phones, const char *number, const char *sender,
                                     struct str bytes, struct udh_concat concat)
{
    struct phone *phone;
    return phones_receive(phones,
                          &(struct phone_arrival){.number = str_of(number),
                                                  .sender = str_of(sender),
                                                  .at_us = SEC_US,
                                                  .concat = concat,
                                                  .bytes = bytes,
                                                  .alphabet = PHONE_GSM7},
                          &phone);
}

static struct udh_concat part(unsigned reference, unsigned number, unsigned total)
{
    return (struct udh_concat){
        .reference = (uint16_t)reference, .number = (uint8_t)number, .total = (uint8_t)total};
}

static void assert_text(const struct phone_message *m, const char *expected)
{
    struct arena *arena = arena_new();
    struct str text = phone_message_text(m, arena);
    assert_true(str_eq(text, str_of(expected)));
    arena_free(arena);
}

static void the_quietest_phone_goes_first(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    receive(phones, "111111", "A", STR("1"), (struct udh_concat){0});
    receive(phones, "222222", "A", STR("2"), (struct udh_concat){0});
    receive(phones, "333333", "A", STR("3"), (struct udh_concat){0});
    receive(phones, "111111", "A", STR("1 again"), (struct udh_concat){0});
    receive(phones, "444444", "A", STR("4"), (struct udh_concat){0});
    assert_int_equal(phones_count(phones), 3);
    assert_null(phones_find(phones, STR("222222")));
    assert_non_null(phones_find(phones, STR("111111")));
    struct phone *newest = phones_newest(phones);
    assert_string_equal(newest->number, "444444");
    assert_string_equal(newest->older->number, "111111");
    assert_string_equal(newest->older->older->number, "333333");
    assert_null(newest->older->older->older);
    phones_free(phones);
}

static void a_phone_keeps_its_newest_messages(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    char text[16];
    for (int i = 0; i < 10; i++) {
        int n = snprintf(text, sizeof(text), "text %d", i);
        receive(phones, "111111", "A", (struct str){text, (size_t)n}, (struct udh_concat){0});
    }
    struct phone *phone = phones_find(phones, STR("111111"));
    assert_int_equal(phone->count, small.messages);
    assert_text(phone->newest, "text 9");
    assert_text(phone->oldest, "text 6");
    phones_free(phones);
}

static void bytes_are_bounded_over_all_phones(void **state)
{
    (void)state;
    static char big[30000];
    memset(big, 'x', sizeof(big));
    struct phones *phones = phones_new(&small);
    receive(phones, "111111", "A", (struct str){big, sizeof(big)}, (struct udh_concat){0});
    receive(phones, "222222", "A", (struct str){big, sizeof(big)}, (struct udh_concat){0});
    receive(phones, "333333", "A", (struct str){big, sizeof(big)}, (struct udh_concat){0});
    assert_int_equal(phones_count(phones), 3);
    receive(phones, "333333", "A", (struct str){big, sizeof(big)}, (struct udh_concat){0});
    assert_int_equal(phones_count(phones), 2);
    assert_null(phones_find(phones, STR("111111")));
    receive(phones, "333333", "A", (struct str){big, sizeof(big)}, (struct udh_concat){0});
    receive(phones, "333333", "A", (struct str){big, sizeof(big)}, (struct udh_concat){0});
    assert_int_equal(phones_count(phones), 1);
    assert_int_equal(phones_find(phones, STR("333333"))->count, 3);
    phones_free(phones);
}

static void one_number_is_one_phone_however_it_is_written(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    receive(phones, "+33612345678", "A", STR("1"), (struct udh_concat){0});
    receive(phones, "0033612345678", "A", STR("2"), (struct udh_concat){0});
    receive(phones, "33612345678", "A", STR("3"), (struct udh_concat){0});
    assert_int_equal(phones_count(phones), 1);
    assert_int_equal(phones_find(phones, STR("+33612345678"))->count, 3);
    receive(phones, "00", "A", STR("a short number"), (struct udh_concat){0});
    assert_string_equal(phones_newest(phones)->number, "00");
    receive(phones, "123456789012345678901234567890", "A", STR("cut"), (struct udh_concat){0});
    assert_string_equal(phones_newest(phones)->number, "12345678901234567890");
    phones_free(phones);
}

static void parts_are_joined_in_any_order(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    struct phone_message *m = receive(phones, "111111", "A", STR("three"), part(7, 3, 3));
    assert_int_equal(m->got, 1);
    assert_text(m, "[…]three");
    assert_ptr_equal(receive(phones, "111111", "A", STR("one "), part(7, 1, 3)), m);
    assert_text(m, "one […]three");
    assert_ptr_equal(receive(phones, "111111", "A", STR("two "), part(7, 2, 3)), m);
    assert_int_equal(m->got, 3);
    assert_text(m, "one two three");
    assert_int_equal(phones_find(phones, STR("111111"))->count, 1);
    phones_free(phones);
}

static void an_unfinished_end_is_marked(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    struct phone_message *m = receive(phones, "111111", "A", STR("one"), part(7, 1, 2));
    assert_text(m, "one[…]");
    phones_free(phones);
}

static void parts_of_others_stay_apart(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    struct phone_message *m = receive(phones, "111111", "A", STR("one"), part(7, 1, 2));
    /* Another sender, another reference, another total, a reference of another width. */
    assert_ptr_not_equal(receive(phones, "111111", "B", STR("x"), part(7, 2, 2)), m);
    assert_ptr_not_equal(receive(phones, "111111", "A", STR("x"), part(8, 2, 2)), m);
    assert_ptr_not_equal(receive(phones, "111111", "A", STR("x"), part(7, 2, 3)), m);
    phones_free(phones);
    phones = phones_new(&small);
    m = receive(phones, "111111", "A", STR("one"), part(7, 1, 2));
    struct udh_concat wide = part(7, 2, 2);
    wide.wide = true;
    assert_ptr_not_equal(receive(phones, "111111", "A", STR("x"), wide), m);
    /* The same part again begins a new message: it was sent twice. */
    struct phone_message *again = receive(phones, "111111", "A", STR("one"), part(7, 1, 2));
    assert_ptr_not_equal(again, m);
    assert_int_equal(again->got, 1);
    phones_free(phones);
}

static void a_part_that_comes_too_late_begins_a_new_message(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    struct phone *phone;
    struct phone_arrival a = {.number = STR("111111"),
                              .sender = STR("A"),
                              .at_us = SEC_US,
                              .concat = part(1, 1, 2),
                              .bytes = STR("x")};
    struct phone_message *m = phones_receive(phones, &a, &phone);
    a.at_us += HOUR_US;
    a.concat = part(1, 2, 2);
    assert_ptr_not_equal(phones_receive(phones, &a, &phone), m);
    phones_free(phones);
}

static void a_character_across_two_parts_is_whole(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    struct phone *phone;
    /* U+1F600 is D83D DE00. */
    struct phone_arrival a = {.number = STR("111111"),
                              .sender = STR("A"),
                              .concat = part(1, 1, 2),
                              .bytes = {"\xD8\x3D", 2},
                              .alphabet = PHONE_UCS2};
    phones_receive(phones, &a, &phone);
    a.concat = part(1, 2, 2);
    a.bytes = (struct str){"\xDE\x00", 2};
    assert_text(phones_receive(phones, &a, &phone), "\xF0\x9F\x98\x80");
    phones_free(phones);
}

static void every_alphabet_is_read(void **state)
{
    (void)state;
    static const struct {
        enum phone_alphabet alphabet;
        struct str bytes;
        const char *text;
    } cases[] = {
        {PHONE_GSM7, {"\x00\x1b\x65", 3}, "@€"},
        {PHONE_UCS2, {"\x20\xac", 2}, "€"},
        {PHONE_LATIN1, {"\xe9", 1}, "é"},
        {PHONE_BINARY, {"\x01\xab", 2}, "01ab"},
        {PHONE_GSM7, {NULL, 0}, ""},
    };
    struct phones *phones = phones_new(&small);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct phone *phone;
        struct phone_arrival a = {.number = STR("111111"),
                                  .sender = STR("A"),
                                  .bytes = cases[i].bytes,
                                  .alphabet = cases[i].alphabet};
        assert_text(phones_receive(phones, &a, &phone), cases[i].text);
    }
    phones_free(phones);
}

static void what_a_person_writes_waits(void **state)
{
    (void)state;
    struct phones *phones = phones_new(&small);
    struct phone *phone;
    struct phone_message *m =
        phones_write(phones, STR("+33612345678"), STR("36111"), STR("h\xc3\xa9 ho"), 3, 1, &phone);
    assert_string_equal(phone->number, "33612345678");
    assert_string_equal(m->peer, "36111");
    assert_int_equal(m->state, PHONE_WAITING);
    assert_int_equal(m->total, 3);
    assert_text(m, "h\xc3\xa9 ho");
    assert_ptr_equal(phone_message_find(phone, m->id), m);
    assert_null(phone_message_find(phone, m->id + 1));
    phones_free(phones);
}

static int init(void **state)
{
    (void)state;
    return secret_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quietest_phone_goes_first),
        cmocka_unit_test(a_phone_keeps_its_newest_messages),
        cmocka_unit_test(bytes_are_bounded_over_all_phones),
        cmocka_unit_test(one_number_is_one_phone_however_it_is_written),
        cmocka_unit_test(parts_are_joined_in_any_order),
        cmocka_unit_test(an_unfinished_end_is_marked),
        cmocka_unit_test(parts_of_others_stay_apart),
        cmocka_unit_test(a_part_that_comes_too_late_begins_a_new_message),
        cmocka_unit_test(a_character_across_two_parts_is_whole),
        cmocka_unit_test(every_alphabet_is_read),
        cmocka_unit_test(what_a_person_writes_waits),
    };
    return cmocka_run_group_tests(tests, init, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What phones write: its bytes, its parts, and what is kept of it. */
#include "base/clock.h"
#include "core_world.h"
#include "testing.h"
#include "text/septets.h"

static void ignore(struct letter *letter)
{
    (void)letter;
}

static struct incoming_job job_of(struct str bytes, bool udh, uint8_t coding)
{
    struct incoming_job job;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.sender = STR("33612345678");
    job.sender_ton = 1;
    job.number = STR("36184");
    job.bytes = bytes;
    job.has_udh = udh;
    job.coding = coding;
    return job;
}

static void hear(struct incoming_job job)
{
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

static const struct incoming *newest(size_t wanted)
{
    size_t n;
    const struct incoming *list = world_heard(&n);
    assert_int_equal(n, wanted);
    return list;
}

static void assert_newest(size_t wanted, const char *text)
{
    const struct incoming *i = newest(wanted);
    if (!str_eq(i->text, str_of(text)))
        fail_msg("%.*s is not %s", STR_FMT(i->text), text);
}

static void T19_the_link_says_what_data_coding_0_means(void **state)
{
    (void)state;
    const struct {
        enum text_alphabet alphabet;
        const char *bytes;
        const char *text;
    } cases[] = {
        {ALPHABET_GSM7, "\x7e\x1b\x65", "ü€"},
        {ALPHABET_LATIN1, "\xfc\x80", "ü€"},
        {ALPHABET_UTF8, "\xc3\xbc", "ü"},
        {ALPHABET_UTF8, "\xfc", "ü"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct incoming_job job = job_of(str_of(cases[i].bytes), false, 0);
        job.alphabet = cases[i].alphabet;
        hear(job);
        assert_newest(i + 1, cases[i].text);
    }
}

static void T19_classes_are_kept_and_the_tree_is_followed(void **state)
{
    (void)state;
    hear(job_of(STR("\x7e"), false, 0x10));
    assert_newest(1, "ü");
    assert_int_equal(newest(1)->class, 0);
    hear(job_of(STR("\x7e"), false, 0xF1));
    assert_newest(2, "ü");
    assert_int_equal(newest(2)->class, 1);
    hear(job_of(STR("\xfc"), false, 0xF6));
    assert_newest(3, "ü");
    assert_int_equal(newest(3)->class, 2);
    hear(job_of(STR("\0\xfc"), false, 0xE0));
    assert_newest(4, "ü");
    assert_int_equal(newest(4)->class, -1);
}

static void T20_packed_septets_are_unpacked_part_by_part(void **state)
{
    (void)state;
    struct incoming_job job = job_of(STR("\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37"), false, 0);
    job.alphabet = ALPHABET_GSM7_PACKED;
    hear(job);
    assert_newest(1, "hellohello");
    job = job_of(STR("\x05\x00\x03\x07\x02\x01\x90\x65\x36\xFB\x0D"), true, 0);
    job.alphabet = ALPHABET_GSM7_PACKED;
    hear(job);
    job = job_of(STR("\x05\x00\x03\x07\x02\x02\x90\x65\x36\xFB\x0D"), true, 0);
    job.alphabet = ALPHABET_GSM7_PACKED;
    hear(job);
    assert_newest(2, "HelloHello");
}

static void T21_each_part_has_the_tables_that_it_names(void **state)
{
    (void)state;
    /* Turkish, locking and single; then two parts of which only the second is Portuguese. */
    hear(job_of(STR("\x06\x25\x01\x01\x24\x01\x01\x07\x0c\x1b\x73"), true, 0));
    assert_newest(1, "ığş");
    hear(job_of(STR("\x05\x00\x03\x01\x02\x01\x7b"), true, 0));
    hear(job_of(STR("\x08\x00\x03\x01\x02\x02\x25\x01\x03\x7b"), true, 0));
    assert_newest(2, "äã");
    /* Ports and an element of nobody are passed over by their length. */
    hear(job_of(STR("\x0d\x05\x04\x0b\x84\x23\xf0\x70\x02\x01\x02\x24\x01\x02\x1b\x61"), true, 0));
    assert_newest(3, "á");
}

static void T16_the_same_reference_of_two_phones_is_two_messages(void **state)
{
    (void)state;
    struct incoming_job other = job_of(STR("\x05\x00\x03\x00\x02\x02"
                                           "D"),
                                       true, 0);
    other.sender = STR("33698765432");
    hear(job_of(STR("\x05\x00\x03\x00\x02\x01"
                    "a"),
                true, 0));
    hear(other);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming"), 0);
    hear(job_of(STR("\x05\x00\x03\x00\x02\x02"
                    "b"),
                true, 0));
    assert_newest(1, "ab");
    other = job_of(STR("\x05\x00\x03\x00\x02\x01"
                       "C"),
                   true, 0);
    other.sender = STR("33698765432");
    hear(other);
    assert_newest(2, "CD");
}

static void T16_a_total_of_1_and_numbers_that_cannot_be_are_messages_of_their_own(void **state)
{
    (void)state;
    hear(job_of(STR("\x05\x00\x03\x00\x01\x01"
                    "a"),
                true, 0));
    assert_newest(1, "a");
    hear(job_of(STR("\x05\x00\x03\x01\x02\x00"
                    "b"),
                true, 0));
    assert_newest(2, "b");
    hear(job_of(STR("\x05\x00\x03\x02\x00\x01"
                    "c"),
                true, 0));
    assert_newest(3, "c");
    hear(job_of(STR("\x05\x00\x03\x03\x02\x03"
                    "d"),
                true, 0));
    assert_newest(4, "d");
}

static void T16_a_missing_part_is_given_up_when_the_carrier_s_time_is_over(void **state)
{
    (void)state;
    struct incoming_job job = job_of(STR("\x05\x00\x03\x07\x03\x02"
                                         "b"),
                                     true, 0x11);
    job.wait_us = 3 * HOUR_US;
    hear(job);
    world_tick(3 * HOUR_US - 1);
    newest(0);
    world_restart();
    world_tick(1);
    assert_newest(1, "[…]b[…]");
    assert_int_equal(newest(1)->missing, 2);
    assert_int_equal(newest(1)->class, 1);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming_part"), 0);
}

static void T16_a_gap_shows_once_whatever_stands_before_it(void **state)
{
    (void)state;
    hear(job_of(STR("\x05\x00\x03\x07\x04\x01"
                    "a"),
                true, 0));
    hear(job_of(STR("\x05\x00\x03\x08\x02\x01\x00\x5b\x20\x26\x00\x5d"), true, 8));
    world_tick(11 * MIN_US);
    const struct incoming *list = newest(2);
    assert_true(str_eq(list[0].text, STR("[…][…]"))); /* its words end like a gap */
    assert_true(str_eq(list[1].text, STR("a[…]")));
}

static void T16_a_part_that_is_repeated_after_the_join_says_nothing_new(void **state)
{
    (void)state;
    struct incoming_job first = job_of(STR("\x05\x00\x03\x07\x03\x01"
                                           "a"),
                                       true, 0);
    const struct incoming_job third = job_of(STR("\x05\x00\x03\x07\x03\x03"
                                                 "c"),
                                             true, 0);
    hear(first);
    hear(third);
    world_tick(11 * MIN_US); /* given up */
    assert_newest(1, "a[…]c");
    world_restart();
    first.job.home = world.home;
    hear(first);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming_part"), 0);
    const struct incoming_job second = job_of(STR("\x05\x00\x03\x08\x02\x02"
                                                  "b"),
                                              true, 0);
    hear(second);
    hear(job_of(STR("\x05\x00\x03\x08\x02\x01"
                    "a"),
                true, 0));
    assert_newest(2, "ab");
    hear(second);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming_part"), 0);
    world_tick(11 * MIN_US);
    newest(2);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming_joined"), 0);
}

static void T16_a_reference_that_is_used_again_is_another_message(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        hear(job_of(i ? STR("\x05\x00\x03\x07\x02\x01"
                            "b")
                      : STR("\x05\x00\x03\x07\x02\x01"
                            "a"),
                    true, 0));
        hear(job_of(i ? STR("\x05\x00\x03\x07\x02\x02"
                            "y")
                      : STR("\x05\x00\x03\x07\x02\x02"
                            "x"),
                    true, 0));
        assert_newest(i + 1, i ? "by" : "ax");
    }
}

static void a_phone_cannot_fill_the_store_with_parts(void **state)
{
    (void)state;
    char bytes[] = "\x06\x08\x04\x00\x00\x02\x01x";
    for (unsigned i = 0; i <= INCOMING_PARTS_PER_PHONE; i++) {
        bytes[3] = (char)(i >> 8);
        bytes[4] = (char)i;
        struct incoming_job job = job_of((struct str){bytes, 8}, true, 0);
        world_do(&job.job);
        assert_int_equal(job.job.err, i < INCOMING_PARTS_PER_PHONE ? OK : ERR_LIMIT);
    }
    struct incoming_job other = job_of((struct str){bytes, 8}, true, 0);
    other.sender = STR("33698765432");
    hear(other);
}

static void a_text_that_is_not_to_be_kept_is_not_stored(void **state)
{
    (void)state;
    struct incoming_job job = job_of(STR("secret"), false, 0);
    job.keep_text = false;
    hear(job);
    assert_newest(1, "");
    assert_false(newest(1)->kept);
    assert_int_equal(newest(1)->parts, 1);
    world_settings("\"store_incoming\":false");
    job = job_of(STR("\x05\x00\x03\x07\x02\x01"
                     "secret"),
                 true, 0);
    job.keep_text = false;
    hear(job);
    world_tick(11 * MIN_US); /* given up */
    assert_false(newest(2)->kept);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming WHERE text <> ''"), 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM incoming_part"), 0);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(T19_the_link_says_what_data_coding_0_means),
        WORLD_TEST(T19_classes_are_kept_and_the_tree_is_followed),
        WORLD_TEST(T20_packed_septets_are_unpacked_part_by_part),
        WORLD_TEST(T21_each_part_has_the_tables_that_it_names),
        WORLD_TEST(T16_the_same_reference_of_two_phones_is_two_messages),
        WORLD_TEST(T16_a_total_of_1_and_numbers_that_cannot_be_are_messages_of_their_own),
        WORLD_TEST(T16_a_missing_part_is_given_up_when_the_carrier_s_time_is_over),
        WORLD_TEST(T16_a_gap_shows_once_whatever_stands_before_it),
        WORLD_TEST(T16_a_part_that_is_repeated_after_the_join_says_nothing_new),
        WORLD_TEST(T16_a_reference_that_is_used_again_is_another_message),
        WORLD_TEST(a_phone_cannot_fill_the_store_with_parts),
        WORLD_TEST(a_text_that_is_not_to_be_kept_is_not_stored),
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/incoming", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Receipts of long messages, receipts that never come, and what nobody waits for any more. */
#include "base/clock.h"
#include "core_world.h"
#include "testing.h"

#define DELIVERED  MESSAGE_DELIVERED, "DELIVRD 000"
#define LONG_TEXT  330 /* three parts */
#define PARTS_WAIT (HOUR_US)

/* A message of three parts that the carrier has, as "a", "b", "c". */
static int64_t long_message(const char *to)
{
    int64_t id = world_send(to, LONG_TEXT);
    const struct outgoing *o = world.arrived[world.arrived_n - 1];
    assert_int_equal(o->parts, 3);
    world_sent(o, 1, "a");
    world_sent(o, 2, "b");
    world_sent(o, 3, "c");
    return id;
}

static int64_t stragglers(void)
{
    return world_count("SELECT COUNT(*) FROM straggler");
}

static void T14_receipts_of_all_parts_end_it_and_leave_nothing_to_look_at(void **state)
{
    (void)state;
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("c", DELIVERED), OK);
    clock_advance(SEC_US);
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    world_assert_state(id, MESSAGE_SENT, "");
    assert_int_equal(stragglers(), 1);
    clock_advance(SEC_US);
    assert_int_equal(world_receipt("b", MESSAGE_DELIVERED, "DELIVRD 002"), OK);
    world_assert_state(id, MESSAGE_DELIVERED, "DELIVRD 000");
    assert_int_equal(stragglers(), 0);
}

static void T14_the_first_receipt_alone_is_enough_after_a_time(void **state)
{
    (void)state;
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    world_tick(PARTS_WAIT - 1);
    world_assert_state(id, MESSAGE_SENT, "");
    world_tick(1);
    world_assert_state(id, DELIVERED);
    assert_int_equal(stragglers(), 0);
    /* What comes after that changes nothing. */
    assert_int_equal(world_receipt("b", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    world_assert_state(id, DELIVERED);
}

static void T14_the_last_receipt_alone_is_enough_after_a_time_that_is_set(void **state)
{
    (void)state;
    world_settings("\"parts_wait_s\":60");
    int64_t id = long_message("+33612345678");
    clock_advance(MIN_US);
    assert_int_equal(world_receipt("c", DELIVERED), OK);
    world_tick(MIN_US - 1);
    world_assert_state(id, MESSAGE_SENT, "");
    world_restart();
    world_tick(1);
    world_assert_state(id, DELIVERED);
}

static void T14_the_receipt_that_was_asked_for_ends_it_at_once(void **state)
{
    (void)state;
    world_settings("\"receipt_parts\":\"first\"");
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("b", DELIVERED), OK);
    world_assert_state(id, MESSAGE_SENT, "");
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    world_assert_state(id, DELIVERED);
    world_settings("\"receipt_parts\":\"last\"");
    id = long_message("+33612345679");
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    world_assert_state(id, MESSAGE_SENT, "");
    assert_int_equal(world_receipt("c", DELIVERED), OK);
    world_assert_state(id, DELIVERED);
}

static void T14_with_no_time_to_wait_the_first_receipt_decides(void **state)
{
    (void)state;
    world_settings("\"parts_wait_s\":0");
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("b", DELIVERED), OK);
    world_assert_state(id, DELIVERED);
    assert_int_equal(stragglers(), 0);
}

static void T14_a_failure_of_any_part_is_the_message_s_at_once(void **state)
{
    (void)state;
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    clock_advance(SEC_US);
    assert_int_equal(world_receipt("b", MESSAGE_UNDELIVERED, "UNDELIV 027"), OK);
    world_assert_state(id, MESSAGE_UNDELIVERED, "UNDELIV 027");
    clock_advance(SEC_US);
    assert_int_equal(world_receipt("c", DELIVERED), OK);
    world_assert_state(id, MESSAGE_UNDELIVERED, "UNDELIV 027");
    assert_int_equal(stragglers(), 0);
}

static void T14_unknown_is_no_failure_until_the_others_have_told(void **state)
{
    (void)state;
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("a", MESSAGE_UNKNOWN, "UNKNOWN 000"), OK);
    world_assert_state(id, MESSAGE_SENT, "");
    assert_int_equal(world_receipt("b", MESSAGE_EXPIRED, "EXPIRED 000"), OK);
    world_assert_state(id, MESSAGE_EXPIRED, "EXPIRED 000");
    id = long_message("+33612345679");
    assert_int_equal(world_receipt("a", MESSAGE_UNKNOWN, "UNKNOWN 000"), OK);
    assert_int_equal(world_receipt("b", DELIVERED), OK);
    assert_int_equal(world_receipt("c", DELIVERED), OK);
    world_assert_state(id, MESSAGE_UNKNOWN, "UNKNOWN 000");
}

static void T14_responses_and_receipts_in_any_order_give_one_state(void **state)
{
    (void)state;
    int64_t id = world_send("+33612345678", LONG_TEXT);
    const struct outgoing *o = world.arrived[0];
    assert_int_equal(world_receipt("b", DELIVERED), OK); /* before its response */
    world_sent(o, 3, "c");
    assert_int_equal(world_receipt("c", DELIVERED), OK);
    world_assert_state(id, MESSAGE_SENDING, "");
    assert_int_equal(stragglers(), 0); /* it is not sent yet */
    world_sent(o, 2, "b");
    clock_advance(SEC_US);
    world_sent(o, 1, "a");
    world_assert_state(id, MESSAGE_SENT, "");
    assert_int_equal(stragglers(), 1);
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    world_assert_state(id, DELIVERED);
    assert_int_equal(stragglers(), 0);
}

static void a_part_on_its_way_shows(void **state)
{
    (void)state;
    int64_t id = long_message("+33612345678");
    assert_int_equal(world_receipt("b", MESSAGE_SENT, "BUFFRED 000"), OK);
    world_assert_state(id, MESSAGE_SENT, "BUFFRED 000");
}

static void a_message_of_one_part_costs_no_row_more(void **state)
{
    (void)state;
    int64_t id = world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "x");
    assert_int_equal(world_receipt("x", DELIVERED), OK);
    world_assert_state(id, DELIVERED);
    assert_int_equal(stragglers(), 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM part"), 0);
}

/* ---- how long ---- */

static void wait_hours(int hours)
{
    for (int hour = 0; hour < hours; hour++) {
        world_tick(HOUR_US);
        world_tick(0);
    }
}

static void T15_a_receipt_is_waited_for_as_long_as_the_carrier_says(void **state)
{
    (void)state;
    world_settings("\"receipt_wait_h\":720");
    int64_t id = world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "slow");
    int hours = ACCEPT_VALIDITY_MIN / 60 + 600;
    clock_advance(hours * HOUR_US - DAY_US);
    wait_hours(24);
    world_restart();
    assert_int_equal(world_receipt("slow", DELIVERED), OK);
    world_assert_state(id, DELIVERED);
    world_settings("\"receipt_wait_h\":0");
    id = world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "never");
    wait_hours(ACCEPT_VALIDITY_MIN / 60 + 1);
    world_assert_state(id, MESSAGE_UNKNOWN, "");
}

static void what_has_ended_leaves_no_reference_behind(void **state)
{
    (void)state;
    world_settings("\"receipt_wait_h\":0");
    world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "one");
    long_message("+33612345679");
    assert_int_equal(world_receipt("b", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    world_tick(20 * SEC_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM reference_index"), 1); /* "one" */
    wait_hours(ACCEPT_VALIDITY_MIN / 60 + 2);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE state = 10"), 1);
    assert_int_equal(world_count("SELECT COUNT(*) FROM reference_index"), 0);
}

/* ---- ids that nobody knows ---- */

static void T15_a_refused_receipt_finds_its_message_when_it_is_sent_again(void **state)
{
    (void)state;
    int64_t id = world_send("+33612345678", 10);
    assert_int_equal(world_receipt_or("x", MESSAGE_DELIVERED, UNKNOWN_REFUSE), ERR_NOT_FOUND);
    assert_int_equal(world_count("SELECT COUNT(*) FROM early_receipt"), 0);
    world_sent(world.arrived[0], 1, "x");
    world_assert_state(id, MESSAGE_SENT, "");
    assert_int_equal(world_receipt_or("x", MESSAGE_DELIVERED, UNKNOWN_REFUSE), OK);
    world_assert_state(id, MESSAGE_DELIVERED, "delivered");
}

static void a_dropped_receipt_is_forgotten(void **state)
{
    (void)state;
    int64_t id = world_send("+33612345678", 10);
    assert_int_equal(world_receipt_or("x", MESSAGE_DELIVERED, UNKNOWN_DROP), OK);
    assert_int_equal(world_count("SELECT COUNT(*) FROM early_receipt"), 0);
    world_sent(world.arrived[0], 1, "x");
    world_assert_state(id, MESSAGE_SENT, "");
}

static void T15_an_id_that_is_used_again_is_the_newest_message_s(void **state)
{
    (void)state;
    int64_t old = world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "again");
    world_tick(20 * SEC_US);
    clock_advance(DAY_US);
    int64_t new = world_send("+33612345679", 10);
    world_sent(world.arrived[1], 1, "again");
    assert_int_equal(world_receipt("again", DELIVERED), OK);
    world_assert_state(old, MESSAGE_SENT, "");
    world_assert_state(new, DELIVERED);
    /* The index is not left with the old one's. */
    assert_int_equal(world_receipt("again", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    world_assert_state(new, DELIVERED);
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(T14_receipts_of_all_parts_end_it_and_leave_nothing_to_look_at),
        WORLD_TEST(T14_the_first_receipt_alone_is_enough_after_a_time),
        WORLD_TEST(T14_the_last_receipt_alone_is_enough_after_a_time_that_is_set),
        WORLD_TEST(T14_the_receipt_that_was_asked_for_ends_it_at_once),
        WORLD_TEST(T14_with_no_time_to_wait_the_first_receipt_decides),
        WORLD_TEST(T14_a_failure_of_any_part_is_the_message_s_at_once),
        WORLD_TEST(T14_unknown_is_no_failure_until_the_others_have_told),
        WORLD_TEST(T14_responses_and_receipts_in_any_order_give_one_state),
        WORLD_TEST(a_part_on_its_way_shows),
        WORLD_TEST(a_message_of_one_part_costs_no_row_more),
        WORLD_TEST(T15_a_receipt_is_waited_for_as_long_as_the_carrier_says),
        WORLD_TEST(what_has_ended_leaves_no_reference_behind),
        WORLD_TEST(T15_a_refused_receipt_finds_its_message_when_it_is_sent_again),
        WORLD_TEST(a_dropped_receipt_is_forgotten),
        WORLD_TEST(T15_an_id_that_is_used_again_is_the_newest_message_s),
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/receipts", tests, NULL, NULL);
}

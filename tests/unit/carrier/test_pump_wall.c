/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/pump before core/wall: what does not begin to leave, and what goes on. */
#include "paper.h"

static struct wall *wall;

static int set_up(void **state)
{
    int failed = paper_set_up(state);
    wall = wall_new();
    f.slot.wall = wall;
    return failed;
}

static int tear_down(void **state)
{
    int failed = paper_tear_down(state);
    wall_free(wall);
    return failed;
}

static struct wall_stop *stop(int64_t id, struct str number)
{
    return wall_raise(
        wall, &(struct stop){.phone = UINT64_C(33600000000) + (uint64_t)id, .number = number});
}

/* As the stop's letter does. */
static void passed(struct wall_stop *s)
{
    pump_pass(f.pump);
    wall_lower(wall, s);
}

static void P7_3_who_stands_behind_the_wall_is_refused_and_others_go_on(void **state)
{
    (void)state;
    arrive_many(3);
    struct wall_stop *s = stop(2, STR(""));
    run();
    assert_int_equal(f.submits, 2);
    assert_wire(0, "m1");
    assert_wire(1, "m3");
    assert_outcome(0, OUTCOME_REFUSED, 2);
    passed(s);
    assert_int_equal(f.outcomes_n, 1);
}

static void P7_3_a_pass_ends_what_waits_before_its_turn_comes(void **state)
{
    (void)state;
    f.settings.window = 1;
    configure();
    arrive_many(3);
    run();
    passed(stop(3, STR("")));
    assert_outcome(0, OUTCOME_REFUSED, 3);
    answer(0, ESME_ROK);
    run();
    assert_int_equal(f.submits, 2);
}

static void P6_4_a_stop_for_one_number_stops_only_that_one(void **state)
{
    (void)state;
    arrive_many(1);
    passed(stop(1, STR("36184")));
    run();
    assert_wire(0, "m1");
}

static void P7_3_a_long_message_that_has_begun_is_finished(void **state)
{
    (void)state;
    f.settings.window = 1;
    configure();
    arrive(1, 3);
    run();
    passed(stop(1, STR("")));
    for (size_t i = 0; i < 3; i++) {
        answer(i, ESME_ROK);
        run();
    }
    assert_int_equal(f.submits, 3);
    assert_int_equal(f.outcomes_n, 3);
    assert_outcome(2, OUTCOME_SENT, 1);
}

static void P7_3_what_the_carrier_throttled_has_not_left_and_does_not(void **state)
{
    (void)state;
    arrive_many(1);
    run();
    passed(stop(1, STR("")));
    answer(0, ESME_RTHROTTLED);
    run_until(2, MIN_US);
    assert_int_equal(f.submits, 1);
    assert_outcome(0, OUTCOME_REFUSED, 1);
}

static void P7_3_the_next_to_the_same_phone_is_refused_too(void **state)
{
    (void)state;
    arrive(1, 1);
    struct outgoing *second = make(2, 1);
    second->recipient = UINT64_C(33600000001);
    pump_arrive(f.pump, second);
    run();
    assert_int_equal(f.submits, 1); /* the second stands aside */
    passed(stop(1, STR("")));
    answer(0, ESME_ROK);
    run();
    assert_int_equal(f.submits, 1);
    assert_outcome(0, OUTCOME_REFUSED, 2);
    assert_outcome(1, OUTCOME_SENT, 1);
}

static void P7_3_the_confirmation_passes(void **state)
{
    (void)state;
    arrive_many(1);
    struct wall_stop *s = stop(1, STR(""));
    wall_let_pass(wall, s, 1);
    run();
    assert_wire(0, "m1");
    passed(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(P7_3_who_stands_behind_the_wall_is_refused_and_others_go_on),
        TEST(P7_3_a_pass_ends_what_waits_before_its_turn_comes),
        TEST(P6_4_a_stop_for_one_number_stops_only_that_one),
        TEST(P7_3_a_long_message_that_has_begun_is_finished),
        TEST(P7_3_what_the_carrier_throttled_has_not_left_and_does_not),
        TEST(P7_3_the_next_to_the_same_phone_is_refused_too),
        TEST(P7_3_the_confirmation_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

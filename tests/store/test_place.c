/* SPDX-License-Identifier: Apache-2.0 */
/* store/place: who holds the binds of a carrier. What needs two lives runs where they may be. */
#include "base/clock.h"
#include "fixture.h"
#include "store/node.h"
#include "store/place.h"
#include "testing.h"

enum { CARRIER = 5, OTHER = 6 };

static struct fixture f;
static struct store_tx tx;
static int64_t lives[3];

static void begin_life(int number)
{
    static const char *const names[] = {"a:/data", "b:/data", "c:/data"};
    struct node node;
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(store_node_register(&node, &tx, str_of(names[number]), number), OK);
    assert_int_equal(db_commit(f.db), OK);
    lives[number] = node.epoch;
    tx.epoch = node.epoch;
}

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = clock_now_us()};
    begin_life(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static void two_more_lives(void)
{
    if (!db_shared(f.db))
        skip();
    begin_life(1);
    begin_life(2);
}

static bool take_as(int life, int64_t carrier, int64_t places)
{
    bool taken;
    tx.epoch = lives[life];
    assert_int_equal(store_place_take(&taken, &tx, carrier, places), OK);
    return taken;
}

static void give_as(int life, int64_t carrier)
{
    tx.epoch = lives[life];
    assert_int_equal(store_place_give(&tx, carrier), OK);
}

/* Who holds the carrier's places: "1:0 2:1 " for life 0 on place 1, life 1 on place 2. */
static struct str holders(int64_t carrier)
{
    struct bind_place *held;
    size_t n;
    struct str text = STR("");
    assert_int_equal(store_place_list(&held, &n, &tx), OK);
    for (size_t i = 0; i < n; i++)
        for (int life = 0; life < 3; life++)
            if (held[i].carrier_id == carrier && held[i].epoch == lives[life])
                text = arena_printf(f.arena, "%.*s%d:%d ", STR_FMT(text), (int)held[i].place, life);
    return text;
}

static void assert_holders(int64_t carrier, const char *wanted)
{
    assert_string_equal(arena_printf(f.arena, "%.*s", STR_FMT(holders(carrier))).p, wanted);
}

static void a_life_holds_one_place_of_a_carrier(void **state)
{
    (void)state;
    assert_true(take_as(0, CARRIER, 2));
    assert_false(take_as(0, CARRIER, 2));
    assert_true(take_as(0, OTHER, 1));
    assert_holders(CARRIER, "1:0 ");
    assert_holders(OTHER, "1:0 ");
    give_as(0, CARRIER);
    give_as(0, CARRIER);
    assert_holders(CARRIER, "");
    assert_holders(OTHER, "1:0 ");
    assert_int_equal(store_place_free(&tx, lives[0]), OK);
    assert_holders(OTHER, "");
}

static void a_carrier_has_as_many_places_as_are_asked_for(void **state)
{
    (void)state;
    two_more_lives();
    assert_true(take_as(0, CARRIER, 2));
    assert_true(take_as(1, CARRIER, 2));
    assert_false(take_as(2, CARRIER, 2));
    assert_holders(CARRIER, "1:0 2:1 ");
    give_as(0, CARRIER);
    assert_true(take_as(2, CARRIER, 2));
    assert_holders(CARRIER, "1:2 2:1 ");
}

static void the_places_of_a_fenced_life_are_free(void **state)
{
    (void)state;
    two_more_lives();
    assert_true(take_as(0, CARRIER, 1));
    assert_false(take_as(1, CARRIER, 1));
    begin_life(0); /* the same installation again: its earlier life is over */
    assert_holders(CARRIER, "");
    assert_true(take_as(1, CARRIER, 1));
    assert_holders(CARRIER, "1:1 ");
}

#define PLACE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE(a_life_holds_one_place_of_a_carrier),
        PLACE(a_carrier_has_as_many_places_as_are_asked_for),
        PLACE(the_places_of_a_fenced_life_are_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

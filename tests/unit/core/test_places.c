/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/places: who takes and who gives, as tables. A world is the held places of each node, one
 * word a node; the plan is told as one node sees it: "+a" it takes a place of carrier a, "-b" gives
 * up one that it should not have, "<c" gives one up for a node that holds less.
 */
#include "core/places.h"
#include "testing.h"

#include <stdio.h>

enum { NODES = 6, CARRIERS = 12 };

static struct {
    struct arena *arena;
    struct node lives[NODES];
    struct bind_place held[NODES * CARRIERS];
    struct places_carrier carriers[CARRIERS]; /* "a", "b" … */
    struct places_picture picture;
} f;

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    f.arena = arena_new();
    f.picture = (struct places_picture){.lives = f.lives,
                                        .held = f.held,
                                        .carriers = f.carriers,
                                        .now_us = 1000,
                                        .may_level = true};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(f.arena);
    return 0;
}

/* Carriers "a", "b" … with one place each. */
static void carriers(size_t n)
{
    for (size_t c = 0; c < n; c++)
        f.carriers[c] = (struct places_carrier){.id = 'a' + (int64_t)c, .places = 1};
    f.picture.carriers_n = n;
}

/* Node 0 holds places of the carriers of the first word, and so on; "." holds none. */
static void nodes(const char *words)
{
    int64_t places[CARRIERS] = {0};
    struct str rest = str_of(words);
    struct str word;
    f.picture.lives_n = f.picture.held_n = 0;
    while (str_split(&rest, ' ', &word)) {
        size_t l = f.picture.lives_n++;
        f.lives[l] =
            (struct node){.epoch = 100 + (int64_t)l, .number = (unsigned)l, .lease_until_us = 2000};
        for (size_t i = 0; i < word.n && word.p[0] != '.'; i++)
            f.held[f.picture.held_n++] = (struct bind_place){.carrier_id = word.p[i],
                                                             .place = ++places[word.p[i] - 'a'],
                                                             .epoch = 100 + (int64_t)l};
    }
}

static void assert_plan(int node, const char *wanted)
{
    static const char *const signs[] = {"", "+", "-", "<"};
    char plan[64] = "";
    f.picture.self = 100 + node;
    const enum place_choice *choices = places_decide(&f.picture, f.arena);
    for (size_t c = 0, n = 0; c < f.picture.carriers_n; c++)
        if (choices[c] != PLACE_AS_IS)
            n += (size_t)snprintf(plan + n, sizeof(plan) - n, "%s%c", signs[choices[c]],
                                  (char)f.carriers[c].id);
    assert_string_equal(plan, wanted);
}

static void one_node_takes_all(void **state)
{
    (void)state;
    carriers(3);
    nodes(".");
    assert_plan(0, "+a+b+c");
    nodes("abc");
    assert_plan(0, "");
}

static void free_places_are_shared_out_without_talk(void **state)
{
    (void)state;
    carriers(5);
    nodes(". .");
    assert_plan(0, "+a+c+e");
    assert_plan(1, "+b+d");
    nodes("ab . d");
    assert_plan(0, "");
    assert_plan(1, "+c+e");
    assert_plan(2, "");
}

static void what_a_dead_node_held_goes_to_those_who_hold_least(void **state)
{
    (void)state;
    carriers(6);
    nodes("ab c"); /* d, e, f were of a third */
    assert_plan(0, "+e");
    assert_plan(1, "+d+f");
}

static void a_carrier_may_have_several_nodes_but_none_twice(void **state)
{
    (void)state;
    carriers(1);
    f.carriers[0].places = 2;
    nodes(". . .");
    assert_plan(0, "+a");
    assert_plan(1, "+a");
    assert_plan(2, "");
    nodes("a . .");
    assert_plan(0, "");
    assert_plan(1, "+a");
    f.carriers[0].places = 5;
    f.carriers[0].waited = true;
    nodes("a a a");
    assert_plan(0, "");
}

static void a_pinned_carrier_is_bound_there_only(void **state)
{
    (void)state;
    carriers(3);
    f.carriers[1].on_nodes = 1 << 2;
    nodes(". . .");
    assert_plan(0, "+a");
    assert_plan(1, "+c");
    assert_plan(2, "+b");
    f.carriers[1].waited = true;
    nodes("a c");
    assert_plan(0, "");
    assert_plan(1, "");
    nodes("ab c ."); /* pinned after it was taken */
    assert_plan(0, "-b");
    assert_plan(2, "");
}

static void what_nobody_takes_in_time_anybody_takes(void **state)
{
    (void)state;
    carriers(3);
    nodes("ab .");
    assert_plan(0, "");
    assert_plan(1, "+c");
    f.carriers[2].waited = true;
    assert_plan(0, "+c");
    assert_plan(1, "+c");
}

static void a_life_that_is_late_takes_nothing(void **state)
{
    (void)state;
    carriers(3);
    nodes("ab .");
    f.lives[1].lease_until_us = 1000;
    assert_plan(0, "+c");
    assert_plan(1, "");
    f.carriers[2].waited = true;
    assert_plan(1, "");
}

static void what_is_not_wanted_is_given_up(void **state)
{
    (void)state;
    carriers(3);
    f.carriers[0].places = 0; /* disabled, or gone */
    f.carriers[2].places = 2;
    nodes("abc c c");
    assert_plan(0, "-a");
    assert_plan(1, "");
    assert_plan(2, "-c"); /* the third place of two */
}

static void the_most_loaded_gives_one_to_the_least_loaded(void **state)
{
    (void)state;
    carriers(6);
    nodes("abc def .");
    assert_plan(0, "<a"); /* the first of equals, one at a time */
    assert_plan(1, "");
    nodes("bc def a");
    assert_plan(0, "");
    assert_plan(1, "<d");
    nodes("bc ef ad");
    assert_plan(0, "");
    assert_plan(1, "");
    nodes("abc def .");
    f.picture.may_level = false;
    assert_plan(0, "");
}

static void one_more_than_another_is_fair(void **state)
{
    (void)state;
    carriers(5);
    nodes("abc de");
    assert_plan(0, "");
    carriers(3);
    nodes("ab c .");
    assert_plan(0, "<a");
    nodes("b c a");
    assert_plan(0, "");
}

static void nothing_moves_where_it_would_not_help(void **state)
{
    (void)state;
    carriers(3);
    for (size_t c = 0; c < 3; c++)
        f.carriers[c].on_nodes = 1;
    nodes("abc ."); /* all pinned */
    assert_plan(0, "");
    carriers(3);
    for (size_t c = 0; c < 3; c++)
        f.carriers[c].places = 2;
    nodes("abc abc"); /* the other holds them too */
    assert_plan(0, "");
    carriers(3);
    nodes("abc .");
    f.lives[1].lease_until_us = 1000; /* it may be dead */
    assert_plan(0, "");
}

static void levelling_looks_past_those_who_cannot_give(void **state)
{
    (void)state;
    carriers(8);
    for (size_t c = 0; c < 5; c++)
        f.carriers[c].on_nodes = 1;
    nodes("abcde fgh .");
    assert_plan(0, "");
    assert_plan(1, "<f");
}

static void every_world_comes_to_rest(void **state)
{
    (void)state;
    /* Whatever the nodes hold at first: each acts in turn on what it sees. */
    static const char *const worlds[] = {". . .", "abcdefghijkl . .", "abcd efgh ijkl .",
                                         "abcdefg hijkl", ". abcdefghijkl . . . ."};
    for (size_t w = 0; w < sizeof(worlds) / sizeof(worlds[0]); w++) {
        carriers(CARRIERS);
        nodes(worlds[w]);
        size_t changes = 0;
        for (int round = 0; round < 40; round++)
            for (size_t l = 0; l < f.picture.lives_n; l++) {
                f.picture.self = f.lives[l].epoch;
                const enum place_choice *choices = places_decide(&f.picture, f.arena);
                changes = round == 39 ? changes : 0;
                for (size_t c = 0; c < CARRIERS; c++) {
                    if (choices[c] == PLACE_TAKE)
                        f.held[f.picture.held_n++] = (struct bind_place){
                            .carrier_id = f.carriers[c].id, .place = 1, .epoch = f.picture.self};
                    for (size_t i = 0; choices[c] == PLACE_LEVEL && i < f.picture.held_n; i++)
                        if (f.held[i].carrier_id == f.carriers[c].id)
                            f.held[i] = f.held[--f.picture.held_n];
                    changes += choices[c] != PLACE_AS_IS;
                }
            }
        assert_int_equal(changes, 0);
        assert_int_equal(f.picture.held_n, CARRIERS);
        size_t load[NODES] = {0};
        for (size_t i = 0; i < CARRIERS; i++)
            load[f.held[i].epoch - 100]++;
        for (size_t l = 0; l < f.picture.lives_n; l++)
            assert_in_range(load[l], CARRIERS / f.picture.lives_n,
                            (CARRIERS + f.picture.lives_n - 1) / f.picture.lives_n);
    }
}

#define PLACES(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACES(one_node_takes_all),
        PLACES(free_places_are_shared_out_without_talk),
        PLACES(what_a_dead_node_held_goes_to_those_who_hold_least),
        PLACES(a_carrier_may_have_several_nodes_but_none_twice),
        PLACES(a_pinned_carrier_is_bound_there_only),
        PLACES(what_nobody_takes_in_time_anybody_takes),
        PLACES(a_life_that_is_late_takes_nothing),
        PLACES(what_is_not_wanted_is_given_up),
        PLACES(the_most_loaded_gives_one_to_the_least_loaded),
        PLACES(one_more_than_another_is_fair),
        PLACES(nothing_moves_where_it_would_not_help),
        PLACES(levelling_looks_past_those_who_cannot_give),
        PLACES(every_world_comes_to_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

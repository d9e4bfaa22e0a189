/* SPDX-License-Identifier: Apache-2.0 */
/* core/places with two nodes of one database in one process; only on an engine that allows it. */
#include "base/clock.h"
#include "base/secret.h"
#include "core/core.h"
#include "fixture.h"
#include "store/place.h"
#include "testing.h"

enum { NODES = 2, CARRIERS = 4, FIRST_ID = 5 };

static struct {
    struct fixture store;
    struct mailbox *home;
    struct core *cores[NODES];
    const char *settings;
} f;

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void open_node(int node)
{
    static const char *const names[] = {"a:/data", "b:/data"};
    struct core_config config = {.database_url = f.store.url, .name = names[node], .node = node};
    assert_int_equal(core_open(&f.cores[node], &config), OK);
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    fixture_open(&f.store);
    clock_set_virtual(clock_now_us());
    f.home = mailbox_new();
    f.settings = "{\"host\":\"smsc.example\"}";
    open_node(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int node = 0; node < NODES; node++)
        core_close(f.cores[node]);
    mailbox_free(f.home);
    clock_set_virtual(0);
    fixture_close(&f.store);
    return 0;
}

static void needs_two_nodes(void)
{
    if (!db_shared(f.store.db))
        skip();
}

static enum err add_carriers(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    static const char *const names[] = {"a", "b", "c", "d"};
    enum err e = OK;
    for (int i = 0; i < CARRIERS && !e; i++) {
        struct carrier_row row = {.id = FIRST_ID + i,
                                  .name = str_of(names[i]),
                                  .settings = str_of(f.settings),
                                  .enabled = true};
        e = store_carrier_insert(tx, &row);
    }
    return e;
}

static enum err remove_first(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return store_carrier_delete(tx, FIRST_ID);
}

static void reload(void)
{
    struct store_view view = fixture_view(&f.store);
    for (int node = 0; node < NODES; node++)
        if (f.cores[node])
            assert_int_equal(core_directory_reload(f.cores[node], &view), OK);
}

static void change(enum err (*apply)(struct core *, struct store_tx *, struct change *))
{
    struct change job = {.apply = apply, .arena = f.store.arena};
    core_change(f.cores[0], &job, f.home, ignore);
    writer_run_once(core_writer(f.cores[0]));
    mailbox_deliver(f.home, 10);
    assert_int_equal(job.job.err, OK);
    reload();
}

static void tick(int node)
{
    struct clock_tick {
        struct job job;
        char room[64]; /* of what the clock keeps in it */
    } job = {.job = {.letter.deliver = ignore, .home = f.home, .kind = JOB_CLOCK}};
    writer_post(core_writer(f.cores[node]), &job.job);
    writer_run_once(core_writer(f.cores[node]));
    mailbox_deliver(f.home, 10);
    assert_int_equal(job.job.err, OK);
}

/* What becomes of leases is not the question here. */
static void renew(void)
{
    struct str sql = STR("UPDATE node SET lease_until = 4000000000000000");
    assert_int_equal(db_script(f.store.db, sql), OK);
}

static void pass_us(int64_t us)
{
    clock_advance(us);
    renew();
}

/* Each a quarter of a second after the other. */
static void ticks(int n)
{
    for (int i = 0; i < n; i++, pass_us(250 * MS_US))
        for (int node = 0; node < NODES; node++)
            if (f.cores[node])
                tick(node);
}

static struct outbox_slot *slot(int node, int carrier)
{
    return outbox_slot(core_outbox(f.cores[node]), FIRST_ID + carrier);
}

static int held(int node)
{
    int n = 0;
    for (int carrier = 0; carrier < CARRIERS; carrier++)
        n += slot(node, carrier)->held;
    return n;
}

static void assert_each_is_held_once(void)
{
    for (int carrier = 0; carrier < CARRIERS; carrier++)
        assert_int_equal(slot(0, carrier)->held + slot(1, carrier)->held, 1);
}

static void a_carrier_is_held_from_its_second_tick(void **state)
{
    (void)state;
    needs_two_nodes();
    assert_false(slot(0, 0)->held);
    change(add_carriers);
    tick(0);
    assert_int_equal(held(0), 0); /* taken, but not committed before this tick */
    tick(0);
    assert_int_equal(held(0), CARRIERS);
    assert_false(slot(0, 0)->shared);
}

static void an_engine_of_one_process_holds_all(void **state)
{
    (void)state;
    if (db_shared(f.store.db))
        skip();
    change(add_carriers);
    assert_int_equal(held(0), CARRIERS);
    ticks(3);
    assert_int_equal(held(0), CARRIERS);
}

static void two_nodes_share_what_there_is(void **state)
{
    (void)state;
    needs_two_nodes();
    open_node(1);
    change(add_carriers);
    ticks(2);
    assert_int_equal(held(0), 2);
    assert_each_is_held_once();
}

static void a_place_is_given_up_only_after_its_last_bind(void **state)
{
    (void)state;
    needs_two_nodes();
    change(add_carriers);
    ticks(2);
    for (int carrier = 0; carrier < CARRIERS; carrier++)
        slot(0, carrier)->in_use = true;
    open_node(1);
    ticks(2);
    assert_int_equal(held(0), CARRIERS); /* it has only just taken them */
    pass_us(5 * SEC_US);
    ticks(1);
    assert_int_equal(held(0), CARRIERS - 1); /* it ends what it is about to give */
    ticks(5);
    assert_int_equal(held(0), CARRIERS - 1);
    assert_int_equal(held(1), 0);
    slot(0, 0)->in_use = false;
    slot(0, 1)->in_use = false;
    ticks(3);
    assert_int_equal(held(1), 1);
    assert_int_equal(held(0), CARRIERS - 1);
    pass_us(5 * SEC_US); /* one at a time */
    ticks(4);
    assert_int_equal(held(1), 2);
    assert_each_is_held_once();
}

static void a_place_that_nobody_takes_goes_to_another_after_two_seconds(void **state)
{
    (void)state;
    needs_two_nodes();
    open_node(1);
    change(add_carriers);
    tick(0);
    tick(0);
    pass_us(SEC_US);
    tick(0);
    assert_int_equal(held(0), 2); /* the rest is the other's, which does nothing */
    pass_us(SEC_US);
    tick(0);
    tick(0);
    assert_int_equal(held(0), CARRIERS);
}

static void of_several_binds_each_node_has_one(void **state)
{
    (void)state;
    needs_two_nodes();
    f.settings = "{\"host\":\"smsc.example\",\"nodes\":2}";
    open_node(1);
    change(add_carriers);
    ticks(2);
    assert_int_equal(held(0), CARRIERS);
    assert_int_equal(held(1), CARRIERS);
    assert_true(slot(1, 0)->shared);
}

static void a_pinned_carrier_stays_where_it_may(void **state)
{
    (void)state;
    needs_two_nodes();
    f.settings = "{\"host\":\"smsc.example\",\"on_nodes\":\"1\"}";
    change(add_carriers);
    ticks(2);
    pass_us(3 * SEC_US);
    ticks(2);
    assert_int_equal(held(0), 0);
    open_node(1);
    ticks(2);
    assert_int_equal(held(1), CARRIERS);
}

static void the_place_of_a_removed_carrier_is_given_up(void **state)
{
    (void)state;
    needs_two_nodes();
    struct bind_place *places;
    size_t n;
    struct store_tx tx = {.view = fixture_view(&f.store)};
    change(add_carriers);
    ticks(2);
    change(remove_first);
    ticks(2);
    assert_false(slot(0, 0)->held);
    assert_int_equal(store_place_list(&places, &n, &tx), OK);
    assert_int_equal(n, CARRIERS - 1);
}

static int away(void)
{
    return outbox_is_away(slot(0, 0)) + outbox_is_away(slot(1, 0));
}

static void a_carrier_is_away_for_all_only_when_no_node_can_send(void **state)
{
    (void)state;
    needs_two_nodes();
    f.settings = "{\"host\":\"smsc.example\",\"nodes\":2,\"failover_down_s\":2}";
    open_node(1);
    change(add_carriers);
    ticks(6);
    assert_true(slot(0, 0)->held && slot(1, 0)->held);
    assert_int_equal(away(), 0);
    outbox_note_lost(slot(0, 0), clock_mono_us());
    ticks(12);
    assert_int_equal(away(), 0); /* the other one still sends */
    outbox_note_lost(slot(1, 0), clock_mono_us());
    ticks(4);
    assert_int_equal(away(), 0);
    ticks(8);
    assert_int_equal(away(), NODES);
    outbox_note_lost(slot(0, 0), 0);
    ticks(2);
    assert_int_equal(away(), 0);
}

static void who_holds_no_place_learns_that_the_carrier_is_away(void **state)
{
    (void)state;
    needs_two_nodes();
    f.settings = "{\"host\":\"smsc.example\",\"failover_down_s\":2}";
    open_node(1);
    change(add_carriers);
    ticks(6);
    assert_each_is_held_once();
    assert_int_equal(away(), 0);
    int holder = slot(0, 0)->held ? 0 : 1;
    outbox_note_lost(slot(holder, 0), clock_mono_us());
    ticks(12);
    assert_int_equal(away(), NODES);
    assert_false(outbox_is_away(slot(0, 1)));
    outbox_note_lost(slot(holder, 0), 0);
    ticks(2);
    assert_int_equal(away(), 0);
}

#define PLACES(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACES(a_carrier_is_held_from_its_second_tick),
        PLACES(an_engine_of_one_process_holds_all),
        PLACES(two_nodes_share_what_there_is),
        PLACES(a_place_is_given_up_only_after_its_last_bind),
        PLACES(a_place_that_nobody_takes_goes_to_another_after_two_seconds),
        PLACES(of_several_binds_each_node_has_one),
        PLACES(a_pinned_carrier_stays_where_it_may),
        PLACES(the_place_of_a_removed_carrier_is_given_up),
        PLACES(a_carrier_is_away_for_all_only_when_no_node_can_send),
        PLACES(who_holds_no_place_learns_that_the_carrier_is_away),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

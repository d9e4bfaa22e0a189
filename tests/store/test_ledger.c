/* SPDX-License-Identifier: Apache-2.0 */
/* store/ledger: money neither appears nor goes, whoever moves it. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/account.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/message.h"
#include "testing.h"

#include <pthread.h>

enum { ACCOUNTS = 3, USER = 12, NODES = 3 };

static struct fixture f;
static struct store_tx tx;
static const struct purse account = {.account_id = 1};
static const struct purse quota = {.account_id = 1, .user_id = USER};
static const struct purse nobody = {.account_id = 7};

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = fixture_tx(&f);
    for (int64_t id = 1; id <= ACCOUNTS; id++)
        fixture_account(&tx, id, arena_printf(f.arena, "shop-%d", (int)id));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static void add_user(bool has_quota)
{
    struct api_user u = {.id = USER,
                         .account_id = 1,
                         .login = STR("u"),
                         .password = STR("x"),
                         .has_quota = has_quota};
    assert_int_equal(store_user_insert(&tx, &u), OK);
}

static void move(struct purse p, int64_t amount)
{
    assert_int_equal(store_purse_move(&tx, p, LEDGER_CREDIT, amount, 0, STR("why")), OK);
}

static void give(struct purse p, int64_t amount)
{
    move(p, amount);
    assert_int_equal(store_purses_settle(&tx), OK);
}

static int64_t balance(struct purse p)
{
    struct purse_state read = {.purse = p};
    assert_int_equal(store_purses_read(&read, 1, &tx.view), OK);
    assert_true(read.exists);
    return read.balance;
}

static size_t imbalances(void)
{
    struct imbalance *list;
    size_t n;
    assert_int_equal(store_ledger_check(&list, &n, &tx.view), OK);
    return n;
}

static int64_t add_message(bool from_quota)
{
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .user_id = USER,
                        .carrier_id = 5,
                        .state = MESSAGE_QUEUED,
                        .sender = STR("Shop"),
                        .recipient = 33600000001,
                        .text = STR("x"),
                        .parts = 1,
                        .class = -1,
                        .credits = 100,
                        .from_quota = from_quota,
                        .created_at_us = tx.now_us,
                        .due_at_us = tx.now_us,
                        .expires_at_us = tx.now_us + DAY_US};
    const struct message *row = &m;
    assert_int_equal(store_message_insert(&tx, &row, 1), OK);
    return m.id;
}

/* ---- one node ---- */

static void movements_carry_the_balance_that_each_of_them_left(void **state)
{
    (void)state;
    struct movement *list;
    size_t n;
    const int64_t amounts[] = {-7, 2, 100, 1000};
    const int64_t balances[] = {1095, 1102, 1100, 1000};
    give(account, 1000);
    move(account, 100);
    move((struct purse){.account_id = 2}, 50);
    move(account, 2);
    move(account, -7);
    assert_int_equal(balance(account), 1000);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(store_purses_settle(&tx), OK); /* nothing more to do */
    assert_int_equal(balance(account), 1095);
    assert_int_equal(balance((struct purse){.account_id = 2}), 50);
    assert_int_equal(store_movement_list(&list, &n, &tx.view,
                                         &(struct movement_filter){.account_id = 1, .limit = 10}),
                     OK);
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(list[i].amount, amounts[i]);
        assert_int_equal(list[i].balance, balances[i]);
    }
    assert_int_equal(imbalances(), 0);
}

static void a_purse_never_falls_below_zero(void **state)
{
    (void)state;
    add_user(true);
    give(account, 1000);
    give(quota, 10);
    move(account, -1000);
    move(quota, -10);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(balance(account), 0);
    move(account, -1);
    assert_int_equal(store_purses_settle(&tx), ERR_CONFLICT);
    move(quota, -1);
    assert_int_equal(store_purses_settle(&tx), ERR_CONFLICT);
    move(account, -5);
    move(account, 5);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(imbalances(), 0);
}

static void a_purse_that_is_not_there_cannot_be_moved(void **state)
{
    (void)state;
    add_user(false);
    move(nobody, 1);
    assert_int_equal(store_purses_settle(&tx), ERR_NOT_FOUND);
    move(quota, 1);
    assert_int_equal(store_purses_settle(&tx), ERR_NOT_FOUND);
    struct purse_state states[] = {{.purse = quota}, {.purse = account}, {.purse = nobody}};
    assert_int_equal(store_purses_read(states, 3, &tx.view), OK);
    assert_false(states[0].exists);
    assert_true(states[1].exists && states[1].balance == 0);
    assert_false(states[2].exists);
}

static void a_user_who_holds_credits_keeps_the_purse(void **state)
{
    (void)state;
    struct api_user u = {
        .id = USER, .account_id = 1, .login = STR("u"), .password = STR("x"), .has_quota = false};
    assert_int_equal(store_user_update(&tx, &u), ERR_NOT_FOUND);
    add_user(true);
    give(quota, 10);
    assert_int_equal(store_user_update(&tx, &u), ERR_CONFLICT);
    assert_int_equal(store_user_delete(&tx, USER), ERR_CONFLICT);
    give(quota, -10);
    assert_int_equal(store_user_update(&tx, &u), OK);
    assert_int_equal(store_user_delete(&tx, USER), OK);
    assert_int_equal(store_user_delete(&tx, USER), ERR_NOT_FOUND);
}

static void the_check_finds_money_that_is_not_there(void **state)
{
    (void)state;
    give(account, 1000);
    assert_int_equal(imbalances(), 0);
    assert_int_equal(db_script(f.db, STR("UPDATE account SET balance = balance + 1")), OK);
    assert_int_equal(imbalances(), ACCOUNTS);
    assert_int_equal(db_script(f.db, STR("UPDATE account SET balance = balance - 1")), OK);
    assert_int_equal(imbalances(), 0);
    add_message(false);
    assert_int_equal(imbalances(), 1);
    assert_int_equal(store_purse_move(&tx, account, LEDGER_MESSAGES, -100, 1, STR("")), OK);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(imbalances(), 0);
}

static void a_refund_finds_its_way_when_the_quota_is_gone(void **state)
{
    (void)state;
    give(account, 1000);
    int64_t id = add_message(true);
    /* It was paid by a quota of which only the movements are left. */
    assert_int_equal(db_script(f.db, STR("INSERT INTO ledger VALUES (1, 1, 12, 0, 'quota', 100, "
                                         "100, 0, ''), (2, 1, 12, 0, 'messages', -100, 0, 1, '')")),
                     OK);
    assert_int_equal(imbalances(), 0);
    assert_int_equal(store_message_free_of_charge(&tx, id), OK);
    assert_int_equal(store_purse_refund(&tx, quota, 100, 1, STR("")), OK);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(imbalances(), 0);
    assert_int_equal(balance(account), 1100);
    assert_int_equal(store_purse_refund(&tx, nobody, 100, 1, STR("")), OK);
    assert_int_equal(store_purses_settle(&tx), ERR_NOT_FOUND);
}

/* ---- several nodes ---- */

struct node {
    pthread_t thread;
    int number;
    int runs;
    void (*cause)(struct store_tx *tx, int number, int run);
    int applied;
    int conflicts;
    enum err err; /* any other */
};

static enum err transact(struct node *n, struct db *db, int run)
{
    struct arena *arena = arena_new();
    struct store_tx t = {.view = {.db = db, .arena = arena}, .now_us = clock_now_us()};
    enum err e = db_begin(db);
    if (!e) {
        n->cause(&t, n->number, run);
        e = store_purses_settle(&t);
    }
    if (!e)
        e = db_commit(db);
    if (e)
        db_rollback(db);
    arena_free(arena);
    return e;
}

static void *node_main(void *arg)
{
    struct node *n = arg;
    struct db *db;
    n->err = db_open(&db, f.url, DB_READ_WRITE);
    if (n->err)
        return NULL;
    for (int run = 0; run < n->runs && !n->err; run++) {
        enum err e = transact(n, db, run);
        n->applied += !e;
        n->conflicts += e == ERR_CONFLICT;
        n->err = e == ERR_CONFLICT ? OK : e;
    }
    db_close(db);
    return NULL;
}

static void run_nodes(struct node nodes[NODES], int runs,
                      void (*cause)(struct store_tx *, int, int))
{
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (struct node){.number = i, .runs = runs, .cause = cause};
        assert_int_equal(pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]), 0);
    }
    for (int i = 0; i < NODES; i++) {
        pthread_join(nodes[i].thread, NULL);
        assert_int_equal(nodes[i].err, OK);
    }
}

static void cause_move(struct store_tx *t, struct purse p, int64_t amount)
{
    enum err e = store_purse_move(t, p, LEDGER_CREDIT, amount, 0, STR(""));
    (void)e; /* told by the settle */
}

/* Each node in an order of its own; now all purses, now one of each kind. */
static void move_around(struct store_tx *t, int number, int run)
{
    int n = run % 4 ? ACCOUNTS : 1;
    for (int i = 0; i < n; i++) {
        int at = (number + run + (number % 2 ? i : ACCOUNTS - i)) % ACCOUNTS;
        cause_move(t, (struct purse){.account_id = 1 + at}, i % 2 ? 5 : -5);
        cause_move(t, quota, i % 2 ? -5 : 5);
    }
}

static void several_nodes_never_wait_for_each_other_in_a_circle(void **state)
{
    (void)state;
    struct node nodes[NODES];
    if (!db_shared(f.db))
        skip();
    add_user(true);
    for (int64_t id = 1; id <= ACCOUNTS; id++)
        give((struct purse){.account_id = id}, 100000);
    give(quota, 100000);
    run_nodes(nodes, 300, move_around);
    for (int i = 0; i < NODES; i++)
        assert_int_equal(nodes[i].applied, 300);
    assert_int_equal(imbalances(), 0);
}

static void spend(struct store_tx *t, int number, int run)
{
    for (int64_t id = 1; id <= 1 + run % ACCOUNTS; id++)
        cause_move(t, (struct purse){.account_id = number % 2 ? id : ACCOUNTS + 1 - id}, -3);
}

static void several_nodes_never_spend_more_than_there_is(void **state)
{
    (void)state;
    struct node nodes[NODES];
    int64_t left = 0;
    int conflicts = 0;
    if (!db_shared(f.db))
        skip();
    for (int64_t id = 1; id <= ACCOUNTS; id++)
        give((struct purse){.account_id = id}, 500);
    run_nodes(nodes, 150, spend);
    for (int64_t id = 1; id <= ACCOUNTS; id++) {
        assert_true(balance((struct purse){.account_id = id}) >= 0);
        left += balance((struct purse){.account_id = id});
    }
    for (int i = 0; i < NODES; i++)
        conflicts += nodes[i].conflicts;
    assert_true(conflicts > 0);
    assert_true(left < 500);
    assert_int_equal(imbalances(), 0);
}

int main(void)
{
#define LEDGER(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LEDGER(movements_carry_the_balance_that_each_of_them_left),
        LEDGER(a_purse_never_falls_below_zero),
        LEDGER(a_purse_that_is_not_there_cannot_be_moved),
        LEDGER(a_user_who_holds_credits_keeps_the_purse),
        LEDGER(the_check_finds_money_that_is_not_there),
        LEDGER(a_refund_finds_its_way_when_the_quota_is_gone),
        LEDGER(several_nodes_never_wait_for_each_other_in_a_circle),
        LEDGER(several_nodes_never_spend_more_than_there_is),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* store/node: lives, their transactions, and their ends. */
#include "base/clock.h"
#include "fixture.h"
#include "store/id.h"
#include "store/node.h"
#include "testing.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct fixture f;
static struct db *other; /* a second node's connection */

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    assert_int_equal(db_open(&other, f.url, DB_READ_WRITE), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(other);
    fixture_close(&f);
    return 0;
}

static struct store_tx begin(struct db *db, int64_t epoch)
{
    assert_int_equal(db_begin(db), OK);
    return (struct store_tx){
        .view = {.db = db, .arena = f.arena}, .now_us = clock_now_us(), .epoch = epoch};
}

static enum err join(struct node *node, const char *name, int number)
{
    struct store_tx tx = begin(f.db, 0);
    enum err e = store_node_register(node, &tx, str_of(name), number);
    if (!e)
        return db_commit(f.db);
    db_rollback(f.db);
    return e;
}

/* A transaction of a life that does nothing else. */
static enum err enter(int64_t *commits, int64_t epoch)
{
    struct store_tx tx = begin(f.db, epoch);
    enum err e = store_node_enter(commits, &tx);
    if (!e)
        return db_commit(f.db);
    db_rollback(f.db);
    return e;
}

static void tell(const char *sql)
{
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_script(f.db, str_of(sql)), OK);
    assert_int_equal(db_commit(f.db), OK);
}

static size_t lives(void)
{
    struct node *list;
    size_t n;
    struct store_view view = fixture_view(&f);
    assert_int_equal(store_node_list(&list, &n, &view), OK);
    return n;
}

/* ---- any engine ---- */

static void an_epoch_is_never_used_again(void **state)
{
    (void)state;
    struct node first;
    struct node second;
    assert_int_equal(join(&first, "a:/data", NODE_ANY_NUMBER), OK);
    tell("UPDATE node SET fenced = 1");
    struct store_tx tx = begin(f.db, 0);
    assert_int_equal(store_node_forget(&tx, first.epoch), OK);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(lives(), 0);
    assert_int_equal(join(&second, "a:/data", NODE_ANY_NUMBER), OK);
    assert_true(second.epoch > first.epoch);
}

static void a_life_of_the_same_name_is_over(void **state)
{
    (void)state;
    struct node first;
    struct node second;
    int64_t epoch;
    assert_int_equal(join(&first, "a:/data", 7), OK);
    assert_int_equal(join(&second, "a:/data", 7), OK);
    assert_int_equal(second.number, 7);
    struct store_tx tx = begin(f.db, second.epoch);
    assert_int_equal(store_node_to_recover(&epoch, &tx), OK);
    assert_int_equal(epoch, first.epoch);
    assert_int_equal(store_node_forget(&tx, epoch), OK);
    assert_int_equal(store_node_forget(&tx, second.epoch), OK); /* it lives: nothing happens */
    assert_int_equal(store_node_to_recover(&epoch, &tx), ERR_NOT_FOUND);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(lives(), 1);
}

static void ids_follow_the_clock_of_the_database_and_never_go_back(void **state)
{
    (void)state;
    int64_t now_us = clock_now_us();
    int64_t first = store_id_next();
    store_id_follow(now_us + HOUR_US);
    int64_t ahead = store_id_next();
    assert_true(ahead > first);
    assert_true(store_id_time_us(ahead) >= (now_us + HOUR_US) / MS_US * MS_US);
    store_id_follow(now_us);
    assert_true(store_id_next() > ahead);
    store_id_begin(0, 0);
}

/* ---- a shared engine ---- */

static void numbers_are_given_once(void **state)
{
    (void)state;
    struct node a;
    struct node b;
    struct node c;
    assert_int_equal(join(&a, "a:/data", NODE_ANY_NUMBER), OK);
    assert_int_equal(join(&b, "b:/data", NODE_ANY_NUMBER), OK);
    assert_int_equal(a.number, 0);
    assert_int_equal(b.number, 1);
    assert_int_equal(join(&c, "c:/data", 1), ERR_CONFLICT);
    tell("UPDATE node SET lease_until = 1 WHERE number = 1"); /* silent for long */
    assert_int_equal(join(&c, "c:/data", 1), OK);
    int64_t commits;
    assert_int_equal(enter(&commits, b.epoch), ERR_FENCED);
}

static void all_numbers_can_be_taken(void **state)
{
    (void)state;
    struct node node;
    char name[32];
    for (int i = 0; i < 32; i++) {
        snprintf(name, sizeof(name), "n%d:/data", i);
        assert_int_equal(join(&node, name, NODE_ANY_NUMBER), OK);
        assert_int_equal(node.number, i);
    }
    assert_int_equal(join(&node, "one-more:/data", NODE_ANY_NUMBER), ERR_LIMIT);
}

static void each_transaction_counts_and_has_the_clock_of_the_database(void **state)
{
    (void)state;
    struct node node;
    int64_t commits = 0;
    assert_int_equal(join(&node, "a:/data", NODE_ANY_NUMBER), OK);
    clock_set_virtual(1); /* this machine is wrong by decades */
    struct store_tx tx = begin(f.db, node.epoch);
    assert_int_equal(store_node_enter(&commits, &tx), OK);
    assert_int_equal(commits, 1);
    clock_set_virtual(0);
    assert_true(llabs(tx.now_us - clock_now_us()) < MIN_US);
    db_rollback(f.db);
    assert_int_equal(enter(&commits, node.epoch), OK); /* the one before left no trace */
    assert_int_equal(commits, 1);
    assert_int_equal(enter(&commits, node.epoch), OK);
    assert_int_equal(commits, 2);
}

static int64_t fence_late(void)
{
    int64_t fenced;
    assert_int_equal(db_begin(other), OK);
    struct store_tx tx = {.view = {.db = other, .arena = f.arena}, .now_us = clock_now_us()};
    assert_int_equal(store_node_fence_late(&fenced, &tx), OK);
    assert_int_equal(db_commit(other), OK);
    return fenced;
}

static void who_is_late_is_fenced(void **state)
{
    (void)state;
    struct node a;
    struct node b;
    int64_t commits;
    assert_int_equal(join(&a, "a:/data", NODE_ANY_NUMBER), OK);
    assert_int_equal(join(&b, "b:/data", NODE_ANY_NUMBER), OK);
    assert_int_equal(fence_late(), 0);
    tell("UPDATE node SET lease_until = 1 WHERE number = 0");
    assert_int_equal(fence_late(), 1);
    assert_int_equal(fence_late(), 0);
    assert_int_equal(enter(&commits, a.epoch), ERR_FENCED);
    assert_int_equal(enter(&commits, b.epoch), OK);
}

static void nobody_is_fenced_in_the_middle_of_a_transaction(void **state)
{
    (void)state;
    struct node a;
    int64_t commits;
    assert_int_equal(join(&a, "a:/data", NODE_ANY_NUMBER), OK);
    tell("UPDATE node SET lease_until = 1");
    struct store_tx tx = begin(f.db, a.epoch);
    assert_int_equal(store_node_enter(&commits, &tx), OK);
    assert_int_equal(fence_late(), 0);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(fence_late(), 0); /* its lease is new */
}

static void one_node_at_a_time_recovers_a_life(void **state)
{
    (void)state;
    struct node a;
    int64_t epoch;
    assert_int_equal(join(&a, "a:/data", NODE_ANY_NUMBER), OK);
    struct store_tx tx = begin(f.db, a.epoch);
    assert_int_equal(store_node_leave(&tx), OK);
    assert_int_equal(db_commit(f.db), OK);
    tx = begin(f.db, 0);
    struct store_tx second = begin(other, 0);
    assert_int_equal(store_node_to_recover(&epoch, &tx), OK);
    assert_int_equal(store_node_to_recover(&epoch, &second), ERR_NOT_FOUND);
    db_rollback(f.db);
    assert_int_equal(store_node_to_recover(&epoch, &second), OK);
    db_rollback(other);
}

static void the_count_tells_what_became_of_a_commit(void **state)
{
    (void)state;
    struct node a;
    int64_t commits;
    bool committed;
    assert_int_equal(join(&a, "a:/data", NODE_ANY_NUMBER), OK);
    assert_int_equal(enter(&commits, a.epoch), OK);
    assert_int_equal(store_node_committed(&committed, other, a.epoch, commits), OK);
    assert_true(committed);
    assert_int_equal(store_node_committed(&committed, other, a.epoch, commits + 1), OK);
    assert_false(committed);
    tell("UPDATE node SET fenced = 1"); /* taken over since: what it committed stays committed */
    assert_int_equal(store_node_committed(&committed, other, a.epoch, commits), OK);
    assert_true(committed);
    tell("DELETE FROM node");
    assert_int_equal(store_node_committed(&committed, other, a.epoch, commits), ERR_FENCED);
}

static void *commit_a_little_later(void *db)
{
    usleep(300000);
    return db_commit(db) ? db : NULL;
}

static void the_question_waits_for_a_commit_that_is_under_way(void **state)
{
    (void)state;
    struct node a;
    int64_t commits;
    bool committed = false;
    pthread_t thread;
    void *failed;
    assert_int_equal(join(&a, "a:/data", NODE_ANY_NUMBER), OK);
    struct store_tx tx = begin(f.db, a.epoch);
    assert_int_equal(store_node_enter(&commits, &tx), OK);
    assert_int_equal(pthread_create(&thread, NULL, commit_a_little_later, f.db), 0);
    assert_int_equal(store_node_committed(&committed, other, a.epoch, commits), OK);
    assert_int_equal(pthread_join(thread, &failed), 0);
    assert_null(failed);
    assert_true(committed);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(an_epoch_is_never_used_again),
        STORE(a_life_of_the_same_name_is_over),
        STORE(ids_follow_the_clock_of_the_database_and_never_go_back),
        /* from here on: on a shared engine only */
        STORE(numbers_are_given_once),
        STORE(all_numbers_can_be_taken),
        STORE(each_transaction_counts_and_has_the_clock_of_the_database),
        STORE(who_is_late_is_fenced),
        STORE(nobody_is_fenced_in_the_middle_of_a_transaction),
        STORE(one_node_at_a_time_recovers_a_life),
        STORE(the_count_tells_what_became_of_a_commit),
        STORE(the_question_waits_for_a_commit_that_is_under_way),
    };
    enum { ANY = 3 };
    size_t n = getenv("NAVETTE_TEST_POSTGRES") ? sizeof(tests) / sizeof(tests[0]) : ANY;
    return _cmocka_run_group_tests("node", tests, n, NULL, NULL);
}

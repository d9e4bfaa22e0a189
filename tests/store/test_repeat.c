/* SPDX-License-Identifier: Apache-2.0 */
/* store/repeat: one answer for a ref, whoever gives it. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/repeat.h"
#include "testing.h"

#include <pthread.h>

static struct fixture f;
static struct store_tx tx;
static struct repeat kept[3];

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = INT64_C(1795269900) * SEC_US};
    for (size_t i = 0; i < 3; i++)
        kept[i] = (struct repeat){.user_id = 7,
                                  .ref = arena_printf(f.arena, "order-%zu", i),
                                  .answer = arena_printf(f.arena, "0;100;%zu", i)};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static struct str answer_of(int64_t user_id, const char *ref, int64_t not_before_us)
{
    struct repeat asked[2] = {{.user_id = user_id, .ref = STR("none")},
                              {.user_id = user_id, .ref = str_of(ref)}};
    assert_int_equal(store_repeat_find(asked, 2, &tx.view, not_before_us), OK);
    assert_int_equal(asked[0].answer.n, 0);
    return asked[1].answer;
}

static void an_answer_is_found_by_user_ref_and_age(void **state)
{
    (void)state;
    assert_int_equal(store_repeat_keep(&tx, kept, 0, tx.now_us), OK);
    assert_int_equal(store_repeat_keep(&tx, kept, 3, tx.now_us - DAY_US), OK);
    assert_true(str_eq(answer_of(7, "order-2", tx.now_us), STR("0;100;2")));
    assert_int_equal(answer_of(8, "order-2", tx.now_us).n, 0);
    assert_int_equal(answer_of(7, "order-2", tx.now_us + 1).n, 0);
    assert_int_equal(answer_of(7, "order-3", tx.now_us).n, 0);
}

static void the_first_answer_stays_until_it_is_too_old(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 2; n++) { /* one alone, and among others */
        struct repeat again[2] = {kept[0], kept[n]};
        again[0].answer = arena_printf(f.arena, "0;90;%zu", n);
        again[0].ref = arena_printf(f.arena, "first-%zu", n);
        assert_int_equal(store_repeat_keep(&tx, again, n, tx.now_us - DAY_US), OK);
        tx.now_us += DAY_US;
        assert_int_equal(store_repeat_keep(&tx, again, n, tx.now_us - DAY_US), ERR_CONFLICT);
        tx.now_us++;
        again[0].answer = STR("1;0;9");
        assert_int_equal(store_repeat_keep(&tx, again, n, tx.now_us - DAY_US), OK);
        assert_true(str_eq(answer_of(7, again[0].ref.p, tx.now_us - DAY_US), STR("1;0;9")));
    }
}

/* ---- several nodes ---- */

enum { NODES = 3, REFS = 40 };

struct node {
    pthread_t thread;
    int number;
    int first; /* how many refs it was the first to answer */
    enum err err;
};

static enum err keep_one(struct node *n, struct db *db, int ref)
{
    struct arena *arena = arena_new();
    struct store_tx t = {.view = {.db = db, .arena = arena}, .now_us = tx.now_us};
    struct repeat r[2];
    for (int i = 0; i < 2; i++)
        r[i] = (struct repeat){.user_id = 7 + i,
                               .ref = arena_printf(arena, "ref-%d", ref),
                               .answer = arena_printf(arena, "0;0;%d", n->number)};
    enum err e = db_begin(db);
    if (!e)
        e = store_repeat_keep(&t, r, 2, t.now_us - DAY_US);
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
    for (int ref = 0; ref < REFS && !n->err; ref++) {
        enum err e = keep_one(n, db, ref);
        n->first += !e;
        n->err = e == ERR_CONFLICT ? OK : e;
    }
    db_close(db);
    return NULL;
}

static void of_several_nodes_one_gives_the_answer(void **state)
{
    (void)state;
    struct node nodes[NODES];
    int first = 0;
    if (!db_shared(f.db))
        skip();
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (struct node){.number = i};
        assert_int_equal(pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]), 0);
    }
    for (int i = 0; i < NODES; i++) {
        pthread_join(nodes[i].thread, NULL);
        assert_int_equal(nodes[i].err, OK);
        first += nodes[i].first;
    }
    assert_int_equal(first, REFS);
}

int main(void)
{
#define REPEAT(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        REPEAT(an_answer_is_found_by_user_ref_and_age),
        REPEAT(the_first_answer_stays_until_it_is_too_old),
        REPEAT(of_several_nodes_one_gives_the_answer),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

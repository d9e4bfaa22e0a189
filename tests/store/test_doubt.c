/* SPDX-License-Identifier: Apache-2.0 */
/* store/writer on a shared database whose network breaks around COMMIT. */
#include "base/clock.h"
#include "cutter.h"
#include "fixture.h"
#include "store/node.h"
#include "store/writer.h"
#include "testing.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 60, JOBS = 3, WAIT_MS = 20000 };

static struct fixture f;
static struct cutter cutter;
static struct db *db; /* the writer's, through the cutter */
static struct writer *w;
static struct mailbox *home;
static struct mailbox *elsewhere;
static int effects;
static int drops;

struct probe {
    struct job job;
    struct letter effect;
    int64_t row;
    bool back;
};

static void take_back(struct letter *letter)
{
    ((struct probe *)letter)->back = true;
}

static void effect_arrives(struct letter *letter)
{
    (void)letter;
    effects++;
}

static void effect_dropped(struct letter *letter)
{
    (void)letter;
    drops++;
}

static enum err work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    static struct db_query insert = DB_QUERY("INSERT INTO setting (name, value) VALUES ($1, $2)");
    (void)ctx;
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        struct probe *p = (struct probe *)jobs[i];
        p->effect.deliver = effect_arrives;
        store_after_commit(tx, elsewhere, &p->effect, effect_dropped);
        struct str name = arena_printf(tx->view.arena, "row-%lld", (long long)p->row);
        e = db_run(tx->view.db, &insert, DB_ARGS(DB_TEXT(name), DB_INT(p->row)), NULL);
    }
    return e;
}

static int64_t join(void)
{
    struct node node;
    assert_int_equal(db_begin(db), OK);
    struct store_tx tx = {.view = {.db = db, .arena = f.arena}, .now_us = clock_now_us()};
    assert_int_equal(store_node_register(&node, &tx, STR("a:/data"), NODE_ANY_NUMBER), OK);
    assert_int_equal(db_commit(db), OK);
    return node.epoch;
}

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    cutter_start(&cutter, f.url);
    assert_int_equal(db_open(&db, cutter.url, DB_READ_WRITE), OK);
    struct writer_config config = {.db = db};
    for (size_t i = 0; i < JOB_KINDS; i++)
        config.work[i] = work;
    w = writer_new(&config);
    writer_set_epoch(w, join());
    home = mailbox_new();
    elsewhere = mailbox_new();
    effects = 0;
    drops = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    writer_free(w);
    db_close(db);
    cutter_stop(&cutter);
    mailbox_free(home);
    mailbox_free(elsewhere);
    fixture_close(&f);
    return 0;
}

static void post(struct probe *p, enum job_kind kind, int64_t row)
{
    p->job = (struct job){.letter.deliver = take_back, .home = home, .kind = kind};
    p->row = row;
    writer_post(w, &p->job);
}

static void wait_for(const struct probe *p, size_t n)
{
    int64_t until_us = clock_mono_us() + WAIT_MS * MS_US;
    for (size_t i = 0; i < n; i++)
        while (!p[i].back) {
            struct pollfd box = {.fd = mailbox_fd(home), .events = POLLIN};
            assert_true(clock_mono_us() < until_us);
            poll(&box, 1, 100);
            mailbox_deliver(home, 100);
        }
}

static int64_t rows_of(int64_t row)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM setting WHERE name = $1");
    struct str name = arena_printf(f.arena, "row-%lld", (long long)row);
    struct db_rows rows = db_rows_open(f.db, &count, DB_ARGS(DB_TEXT(name)));
    int64_t n = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static void a_lost_answer_does_not_make_a_commit_undone(void **state)
{
    (void)state;
    struct probe p = {.row = 0};
    cutter_next(&cutter, CUT_AFTER_COMMIT);
    post(&p, JOB_ACCEPT, 1);
    writer_run_once(w);
    assert_int_equal(mailbox_deliver(home, 10), 0); /* nobody knows yet */
    writer_run_once(w);
    assert_int_equal(mailbox_deliver(elsewhere, 10), 1); /* its effects are not lost */
    assert_int_equal(mailbox_deliver(home, 10), 1);
    assert_int_equal(p.job.err, OK);
    assert_int_equal(rows_of(1), 1);
}

static void a_commit_that_never_arrived_is_an_error_or_tried_again(void **state)
{
    (void)state;
    struct probe p[2] = {{.row = 0}};
    cutter_next(&cutter, CUT_BEFORE_COMMIT);
    post(&p[0], JOB_ACCEPT, 1);
    post(&p[1], JOB_OUTCOME, 2);
    writer_run_once(w);
    assert_int_equal(mailbox_deliver(home, 10), 0);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_true(p[0].back && p[1].back);
    assert_int_equal(p[0].job.err, ERR_STORE);
    assert_int_equal(p[1].job.err, OK);
    assert_int_equal(rows_of(1), 0);
    assert_int_equal(rows_of(2), 1);
    assert_int_equal(drops, 2);
    assert_int_equal(mailbox_deliver(elsewhere, 10), 1);
}

static void what_comes_during_a_doubt_meets_a_store_that_is_away(void **state)
{
    (void)state;
    struct probe p[4] = {{.row = 0}};
    cutter_next(&cutter, CUT_AFTER_COMMIT);
    post(&p[0], JOB_ACCEPT, 1);
    writer_run_once(w);
    cutter_stop(&cutter); /* no way to ask */
    post(&p[1], JOB_ACCEPT, 2);
    post(&p[2], JOB_RECEIPT, 3);
    post(&p[3], JOB_OUTCOME, 4);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_true(p[1].back);
    assert_int_equal(p[1].job.err, ERR_STORE);
    assert_false(p[0].back || p[2].back || p[3].back);
    writer_start(w);
    writer_stop(w); /* who waits is told that nobody knows */
    mailbox_deliver(home, 10);
    assert_true(p[0].back && p[2].back && p[3].back);
    assert_int_equal(p[0].job.err, ERR_DOUBT);
    assert_int_equal(p[3].job.err, ERR_STORE);
    cutter_start(&cutter, f.url); /* for the tear-down */
}

static void a_job_is_told_ok_exactly_when_it_is_stored(void **state)
{
    (void)state;
    static struct probe p[ROUNDS][JOBS];
    memset(p, 0, sizeof(p));
    int stored = 0;
    srandom(1);
    writer_start(w);
    for (int round = 0; round < ROUNDS; round++) {
        long dice = random() % 4;
        cutter_next(&cutter, dice == 0   ? CUT_BEFORE_COMMIT
                             : dice == 1 ? CUT_AFTER_COMMIT
                                         : CUT_NOTHING);
        post(&p[round][0], JOB_ADMIN, round * JOBS);
        post(&p[round][1], JOB_ACCEPT, round * JOBS + 1);
        post(&p[round][2], JOB_OUTCOME, round * JOBS + 2);
        wait_for(p[round], JOBS);
    }
    writer_stop(w);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < JOBS; i++) {
            enum err e = p[round][i].job.err;
            assert_true(e == OK || e == ERR_STORE);
            assert_int_equal(rows_of(p[round][i].row), e == OK);
            stored += e == OK;
        }
    for (int round = 0; round < ROUNDS; round++)
        assert_int_equal(p[round][2].job.err, OK);
    mailbox_deliver(elsewhere, SIZE_MAX);
    assert_int_equal(effects, stored);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(a_lost_answer_does_not_make_a_commit_undone),
        STORE(a_commit_that_never_arrived_is_an_error_or_tried_again),
        STORE(what_comes_during_a_doubt_meets_a_store_that_is_away),
        STORE(a_job_is_told_ok_exactly_when_it_is_stored),
    };
    return getenv("NAVETTE_TEST_POSTGRES")
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : fixture_skip_all(tests, sizeof(tests) / sizeof(tests[0]));
}

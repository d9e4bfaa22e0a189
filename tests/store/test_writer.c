/* SPDX-License-Identifier: Apache-2.0 */
/* store/writer: batches, their failures, and what may be seen when. */
#include "base/clock.h"
#include "fixture.h"
#include "store/node.h"
#include "store/writer.h"
#include "testing.h"

#include <poll.h>
#include <stdlib.h>

#define START_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */

static struct fixture f;
static struct writer *w;
static struct mailbox *home;
static struct mailbox *elsewhere;
static enum job_kind order[64];
static size_t order_n;
static enum err fail_with; /* what work returns for a job marked bad */
static int dropped;
static int arrived;
static int commits;
static int fences;

struct probe {
    struct job job;
    struct letter effect;
    int64_t row;
    bool bad;
    int runs;
    int given_back;
};

static void give_back(struct letter *letter)
{
    ((struct probe *)letter)->given_back++;
}

static void effect_arrives(struct letter *letter)
{
    (void)letter;
    arrived++;
}

static void effect_dropped(struct letter *letter)
{
    (void)letter;
    dropped++;
}

static enum err work(void *ctx, struct store_tx *tx, struct job **jobs, size_t n)
{
    static struct db_query insert = DB_QUERY("INSERT INTO setting (name, value) VALUES ($1, $2)");
    (void)ctx;
    for (size_t i = 0; i < n; i++) {
        struct probe *p = (struct probe *)jobs[i];
        order[order_n++ % 64] = p->job.kind;
        p->runs++;
        p->effect.deliver = effect_arrives;
        store_after_commit(tx, elsewhere, &p->effect, effect_dropped);
        struct str name = arena_printf(tx->view.arena, "row-%lld", (long long)p->row);
        enum err e = db_run(tx->view.db, &insert, DB_ARGS(DB_TEXT(name), DB_INT(p->row)), NULL);
        if (!e && p->bad)
            e = fail_with;
        if (e)
            return e;
    }
    return OK;
}

static void count_commit(void *ctx, int64_t began_us)
{
    (void)ctx;
    assert_true(began_us > 0 && began_us <= clock_mono_us());
    commits++;
}

static void count_fence(void *ctx)
{
    (void)ctx;
    fences++;
}

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    struct writer_config config = {.db = f.db, .committed = count_commit, .fenced = count_fence};
    for (size_t i = 0; i < JOB_KINDS; i++)
        config.work[i] = work;
    w = writer_new(&config);
    home = mailbox_new();
    elsewhere = mailbox_new();
    order_n = 0;
    dropped = 0;
    arrived = 0;
    commits = 0;
    fences = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    writer_free(w);
    mailbox_free(home);
    mailbox_free(elsewhere);
    fixture_close(&f);
    return 0;
}

static void post(struct probe *p, enum job_kind kind, int64_t row)
{
    p->job = (struct job){.letter.deliver = give_back, .home = home, .kind = kind};
    p->row = row;
    writer_post(w, &p->job);
}

static int64_t rows_stored(void)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM setting WHERE name LIKE 'row-%'");
    struct db_rows rows = db_rows_open(f.db, &count, DB_NO_ARGS);
    int64_t n = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static void kinds_run_in_the_order_of_the_table(void **state)
{
    (void)state;
    struct probe p[3] = {{.runs = 0}};
    post(&p[0], JOB_CLOCK, 1);
    post(&p[1], JOB_ACCEPT, 2);
    post(&p[2], JOB_OUTCOME, 3);
    assert_int_equal(writer_waiting(w), 3);
    writer_run_once(w);
    assert_int_equal(writer_waiting(w), 0);
    assert_int_equal(order[0], JOB_ACCEPT);
    assert_int_equal(order[1], JOB_OUTCOME);
    assert_int_equal(order[2], JOB_CLOCK);
    assert_int_equal(mailbox_deliver(home, 10), 3);
    assert_int_equal(mailbox_deliver(elsewhere, 10), 3);
    assert_int_equal(arrived, 3);
    assert_int_equal(rows_stored(), 3);
}

static void a_bad_job_hurts_only_itself(void **state)
{
    (void)state;
    struct probe p[3] = {{.runs = 0}};
    fail_with = ERR_INVALID;
    p[1].bad = true;
    for (int i = 0; i < 3; i++)
        post(&p[i], JOB_ACCEPT, i);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    mailbox_deliver(elsewhere, 10);
    assert_int_equal(p[0].job.err, OK);
    assert_int_equal(p[1].job.err, ERR_INVALID);
    assert_int_equal(p[2].job.err, OK);
    assert_int_equal(rows_stored(), 2);
    assert_int_equal(arrived, 2);     /* effects of what was committed only */
    assert_int_equal(dropped, 2 + 1); /* the first run's two, then the bad one's */
}

static void trouble_of_the_store_fails_the_batch_at_once(void **state)
{
    (void)state;
    struct probe p[3] = {{.runs = 0}};
    fail_with = ERR_STORE_FULL;
    p[0].bad = true;
    for (int i = 0; i < 3; i++)
        post(&p[i], JOB_ACCEPT, i);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    for (int i = 0; i < 3; i++)
        assert_int_equal(p[i].job.err, ERR_STORE_FULL);
    assert_int_equal(p[2].runs, 0);
    assert_int_equal(rows_stored(), 0);
    assert_int_equal(arrived, 0);
}

static void what_has_happened_already_is_kept_until_it_is_written(void **state)
{
    (void)state;
    struct probe p = {.bad = true};
    fail_with = ERR_STORE_FULL;
    post(&p, JOB_OUTCOME, 1);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(p.given_back, 0);
    p.bad = false; /* space came back */
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(p.given_back, 1);
    assert_int_equal(p.job.err, OK);
    assert_int_equal(rows_stored(), 1);
}

static void a_change_has_its_transaction_for_itself(void **state)
{
    (void)state;
    struct probe p[4] = {{.runs = 0}};
    fail_with = ERR_EXISTS;
    p[2].bad = true;
    post(&p[0], JOB_ACCEPT, 1);
    post(&p[1], JOB_ADMIN, 2);
    post(&p[2], JOB_ADMIN, 3);
    post(&p[3], JOB_ACCEPT, 4);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(commits, 2);
    assert_int_equal(order[0], JOB_ADMIN);
    assert_int_equal(order[1], JOB_ADMIN);
    assert_int_equal(p[0].runs, 1); /* the bad change was not its business */
    assert_int_equal(p[2].job.err, ERR_EXISTS);
    assert_int_equal(rows_stored(), 3);
}

static void a_carrier_waits_a_little_for_its_answer(void **state)
{
    (void)state;
    struct probe p[2] = {{.bad = true}, {.bad = true}};
    fail_with = ERR_STORE_FULL;
    clock_set_virtual(START_US);
    post(&p[0], JOB_RECEIPT, 1);
    writer_run_once(w);
    clock_advance(WRITER_HOLD_S * SEC_US - 1);
    post(&p[1], JOB_INCOMING, 2);
    writer_run_once(w);
    assert_int_equal(mailbox_deliver(home, 10), 0);
    clock_advance(1);
    p[1].bad = false;
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(p[0].given_back, 1);
    assert_int_equal(p[0].job.err, ERR_STORE_FULL);
    assert_int_equal(p[1].given_back, 0); /* it shared that batch, and has time left */
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(p[1].given_back, 1);
    assert_int_equal(p[1].job.err, OK);
    clock_set_virtual(0);
}

static void a_refusal_of_a_receipt_is_not_held(void **state)
{
    (void)state;
    struct probe p = {.bad = true};
    fail_with = ERR_LIMIT;
    post(&p, JOB_RECEIPT, 1);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(p.given_back, 1);
    assert_int_equal(p.job.err, ERR_LIMIT);
}

static void what_is_kept_comes_back_when_the_writer_stops(void **state)
{
    (void)state;
    struct probe p = {.bad = true};
    fail_with = ERR_STORE_FULL;
    post(&p, JOB_OUTCOME, 1);
    writer_run_once(w);
    assert_int_equal(mailbox_deliver(home, 10), 0);
    writer_start(w);
    writer_stop(w);
    assert_int_equal(mailbox_deliver(home, 10), 1);
    assert_int_equal(p.job.err, ERR_STORE_FULL);
}

static void a_life_that_was_taken_over_commits_nothing(void **state)
{
    (void)state;
    struct probe p[3] = {{.runs = 0}};
    struct node node;
    struct node next;
    struct store_tx tx = {.view = fixture_view(&f)};
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(store_node_register(&node, &tx, STR("a:/data"), 0), OK);
    assert_int_equal(db_commit(f.db), OK);
    writer_set_epoch(w, node.epoch);
    post(&p[0], JOB_ACCEPT, 1);
    writer_run_once(w);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(store_node_register(&next, &tx, STR("a:/data"), 0), OK);
    assert_int_equal(db_commit(f.db), OK);
    post(&p[1], JOB_ACCEPT, 2);
    post(&p[2], JOB_OUTCOME, 3);
    writer_run_once(w);
    mailbox_deliver(home, 10);
    assert_int_equal(p[0].job.err, OK);
    assert_int_equal(p[1].job.err, ERR_FENCED);
    assert_int_equal(p[2].job.err, ERR_FENCED); /* not even what is kept otherwise */
    assert_int_equal(p[1].runs, 0);
    assert_int_equal(fences, 1);
    assert_int_equal(rows_stored(), 1);
}

static void the_thread_does_all_that_was_posted_before_it_ends(void **state)
{
    (void)state;
    enum { JOBS = 10000 };
    static struct probe p[JOBS];
    writer_start(w);
    for (int i = 0; i < JOBS; i++)
        post(&p[i], JOB_ACCEPT, i);
    writer_stop(w);
    assert_int_equal(mailbox_deliver(home, JOBS + 1), JOBS);
    assert_int_equal(rows_stored(), JOBS);
}

static void what_cannot_be_written_is_not_tried_without_a_pause(void **state)
{
    (void)state;
    struct probe p = {.bad = true};
    fail_with = ERR_INTERNAL;
    post(&p, JOB_OUTCOME, 1);
    writer_start(w);
    poll(NULL, 0, 500);
    writer_stop(w);
    assert_int_equal(mailbox_deliver(home, 10), 1);
    assert_int_equal(p.job.err, ERR_INTERNAL);
    assert_true(p.runs > 1 && p.runs < 20);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(kinds_run_in_the_order_of_the_table),
        STORE(a_bad_job_hurts_only_itself),
        STORE(trouble_of_the_store_fails_the_batch_at_once),
        STORE(what_has_happened_already_is_kept_until_it_is_written),
        STORE(the_thread_does_all_that_was_posted_before_it_ends),
        STORE(a_change_has_its_transaction_for_itself),
        STORE(a_carrier_waits_a_little_for_its_answer),
        STORE(a_refusal_of_a_receipt_is_not_held),
        STORE(what_is_kept_comes_back_when_the_writer_stops),
        STORE(what_cannot_be_written_is_not_tried_without_a_pause),
        STORE(a_life_that_was_taken_over_commits_nothing), /* last: on a shared engine only */
    };
    size_t n = sizeof(tests) / sizeof(tests[0]) - !getenv("NAVETTE_TEST_POSTGRES");
    return _cmocka_run_group_tests("writer", tests, n, NULL, NULL);
}

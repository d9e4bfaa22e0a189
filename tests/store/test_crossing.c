/* SPDX-License-Identifier: Apache-2.0 */
/* Two nodes at the same rows at the same moment; only on an engine that allows it. */
#include "base/clock.h"
#include "base/metric.h"
#include "base/secret.h"
#include "core/core.h"
#include "fixture.h"
#include "store/id.h"
#include "store/message.h"
#include "store/queue.h"
#include "store/reference.h"
#include "store/sweep.h"
#include "testing.h"
#include "text/phone.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>

enum { NODES = 2, CARRIER = 5, MANY = 60 };

static struct {
    struct fixture store;
    struct mailbox *home;
    struct core *cores[NODES];
} f;

static void ignore(struct letter *letter)
{
    (void)letter;
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    fixture_open(&f.store);
    f.home = mailbox_new();
    static const char *const names[] = {"a:/data", "b:/data"};
    for (int node = 0; node < NODES && db_shared(f.store.db); node++) {
        struct core_config config = {
            .database_url = f.store.url, .name = names[node], .node = node};
        assert_int_equal(core_open(&f.cores[node], &config), OK);
        outbox_slot(core_outbox(f.cores[node]), CARRIER)->shared = true;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int node = 0; node < NODES; node++)
        core_close(f.cores[node]);
    mailbox_free(f.home);
    fixture_close(&f.store);
    return 0;
}

static void needs_two_nodes(void)
{
    if (!db_shared(f.store.db))
        skip();
}

/* A transaction of neither node. */
static struct store_tx outside(void)
{
    return (struct store_tx){.view = fixture_view(&f.store), .now_us = clock_now_us(), .epoch = 99};
}

static int64_t ask(const char *sql)
{
    struct db_query query = {.sql = sql};
    struct db_rows rows = db_rows_open(f.store.db, &query, DB_NO_ARGS);
    assert_true(db_rows_next(&rows));
    int64_t value = db_rows_int(&rows, 0);
    assert_int_equal(db_rows_close(&rows), OK);
    return value;
}

static int64_t add_to(uint64_t recipient, enum message_state state, uint32_t parts,
                      int64_t expires_at_us)
{
    struct store_tx tx = outside();
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .user_id = 2,
                        .carrier_id = CARRIER,
                        .state = state,
                        .sender = STR("Shop"),
                        .recipient = recipient,
                        .text = STR("hello"),
                        .parts = parts,
                        .class = -1,
                        .due_at_us = tx.now_us - SEC_US,
                        .expires_at_us = expires_at_us};
    const struct message *rows[] = {&m};
    assert_int_equal(store_message_insert(&tx, rows, 1), OK);
    return m.id;
}

static int64_t add(enum message_state state, uint32_t parts, int64_t expires_at_us)
{
    return add_to(33612345678, state, parts, expires_at_us);
}

/* ---- nodes that run at the same time ---- */

static void *node_main(void *core)
{
    writer_run_once(core_writer(core));
    return NULL;
}

/* Each commits what was posted to it; none of it was undone on the way. */
static void run_both(void)
{
    pthread_t threads[NODES];
    int64_t failures = metric_get(METRIC_COMMIT_FAILURES);
    for (int node = 0; node < NODES; node++)
        assert_int_equal(pthread_create(&threads[node], NULL, node_main, f.cores[node]), 0);
    for (int node = 0; node < NODES; node++)
        pthread_join(threads[node], NULL);
    mailbox_deliver(f.home, 10 * MANY);
    assert_int_equal(metric_get(METRIC_COMMIT_FAILURES), failures);
}

/* ---- what is overdue ---- */

static void what_another_node_takes_meanwhile_is_looked_at_again(void **state)
{
    (void)state;
    needs_two_nodes();
    struct clock_tick {
        struct job job;
        char room[64]; /* of what the clock keeps in it */
    } tick = {.job = {.letter.deliver = ignore, .home = f.home, .kind = JOB_CLOCK}};
    struct store_tx tx = outside();
    int64_t id = add(MESSAGE_QUEUED, 1, tx.now_us - 1);
    struct message *list;
    size_t n;
    pthread_t thread;
    assert_int_equal(store_straggler_put(&tx, id, tx.now_us - 1), OK);
    assert_int_equal(db_begin(f.store.db), OK);
    assert_int_equal(store_queue_take(&list, &n, &tx, CARRIER, 10), OK);
    assert_int_equal(n, 1);
    writer_post(core_writer(f.cores[0]), &tick.job);
    assert_int_equal(pthread_create(&thread, NULL, node_main, f.cores[0]), 0);
    poll(NULL, 0, 500); /* it has read the message, and waits for its row in the queue */
    assert_int_equal(db_commit(f.store.db), OK);
    pthread_join(thread, NULL);
    mailbox_deliver(f.home, 10);
    assert_int_equal(tick.job.err, OK);
    assert_int_equal(ask("SELECT state FROM message"), MESSAGE_SENDING);
    assert_int_equal(ask("SELECT COUNT(*) FROM straggler"), 1);
}

/* ---- parts of incoming ---- */

static void parts_of_many_phones_come_in_on_two_nodes(void **state)
{
    (void)state;
    needs_two_nodes();
    static struct incoming_job jobs[NODES][MANY];
    static char phones[MANY][16];
    for (int i = 0; i < MANY; i++)
        snprintf(phones[i], sizeof(phones[i]), "3361234%04d", i);
    for (int node = 0; node < NODES; node++)
        for (int i = 0; i < MANY; i++) {
            struct incoming_job *job = &jobs[node][i];
            incoming_job_init(job, f.home, ignore);
            job->carrier_id = CARRIER;
            job->sender = str_of(phones[node ? MANY - 1 - i : i]);
            job->sender_ton = 5; /* a name: no message of ours is looked for */
            job->number = STR("38111");
            job->bytes = STR("half");
            job->sar_reference = 1;
            job->sar_total = 2;
            job->sar_part = (uint32_t)node + 1;
            writer_post(core_writer(f.cores[node]), &job->job);
        }
    run_both();
    assert_int_equal(ask("SELECT COUNT(*) FROM incoming"), MANY);
    assert_int_equal(ask("SELECT COUNT(*) FROM incoming_part"), 0);
}

static void the_same_phones_are_heard_on_two_nodes_in_opposite_order(void **state)
{
    (void)state;
    needs_two_nodes();
    static struct incoming_job jobs[NODES][MANY];
    static char phones[MANY][16];
    struct store_view view = fixture_view(&f.store);
    for (int node = 0; node < NODES; node++)
        assert_int_equal(core_directory_reload(f.cores[node], &view), OK);
    for (int i = 0; i < MANY; i++) {
        snprintf(phones[i], sizeof(phones[i]), "3361234%04d", i);
        add_to(33612340000 + (uint64_t)i, MESSAGE_SENDING, 1, clock_now_us() + HOUR_US);
    }
    for (int node = 0; node < NODES; node++)
        for (int i = 0; i < MANY; i++) {
            struct incoming_job *job = &jobs[node][i];
            incoming_job_init(job, f.home, ignore);
            job->carrier_id = CARRIER;
            job->sender = str_of(phones[node ? MANY - 1 - i : i]);
            job->sender_ton = 1;
            job->number = STR("38111");
            job->bytes = node ? STR("START") : STR("STOP");
            job->keep_text = true;
            writer_post(core_writer(f.cores[node]), &job->job);
        }
    run_both();
    assert_int_equal(ask("SELECT COUNT(*) FROM incoming WHERE account_id = 1"), NODES * MANY);
}

/* ---- parts of messages ---- */

static struct outcome_job outcomes[NODES][MANY];
static struct receipt_job receipts[NODES][MANY];

/* One half is answered; the other half's answer and the first one's receipt are about to come, each
 * to another node. */
static void half_sent(int node, int i)
{
    struct store_tx tx = outside();
    char ref[32];
    snprintf(ref, sizeof(ref), "r-%d-%d", node, i);
    int64_t id = add(MESSAGE_SENDING, 2, tx.now_us + HOUR_US);
    struct message_part part = {.message_id = id,
                                .number = 1,
                                .state = MESSAGE_SENT,
                                .sent_at_us = tx.now_us,
                                .carrier_ref = str_of(ref)};
    struct reference known = {
        .carrier_id = CARRIER, .carrier_ref = str_of(ref), .message_id = id, .part = 1};
    assert_int_equal(store_part_sent(&tx, &part, 1), OK);
    assert_int_equal(store_reference_index(&tx, &known, 1), OK);
    struct outcome_job *outcome = &outcomes[node][i];
    outcome_job_init(outcome, f.home, ignore);
    outcome->kind = OUTCOME_SENT;
    outcome->slot = outbox_slot(core_outbox(f.cores[node]), CARRIER);
    outcome->message_id = id;
    outcome->at_us = tx.now_us;
    outcome->part = outcome->parts = 2;
    struct receipt_job *receipt = &receipts[!node][i];
    receipt_job_init(receipt, f.home, ignore);
    receipt->carrier_id = CARRIER;
    receipt->state = MESSAGE_DELIVERED;
    snprintf(receipt->carrier_ref, sizeof(receipt->carrier_ref), "%s", ref);
}

static void answers_and_receipts_of_long_messages_cross(void **state)
{
    (void)state;
    needs_two_nodes();
    for (int node = 0; node < NODES; node++)
        for (int i = 0; i < MANY; i++)
            half_sent(node, i);
    for (int node = 0; node < NODES; node++)
        for (int i = 0; i < MANY; i++) {
            writer_post(core_writer(f.cores[node]), &outcomes[node][i].job);
            writer_post(core_writer(f.cores[node]), &receipts[node][i].job);
        }
    run_both();
    assert_int_equal(ask("SELECT COUNT(*) FROM message WHERE state = 4"), NODES * MANY);
    assert_int_equal(ask("SELECT COUNT(*) FROM part WHERE state = 6"), NODES * MANY);
}

/* ---- the index of references ---- */

static struct receipt_job told[MANY * 10];

/* The clock's pass on another node, at messages that were indexed when they were sent. */
static void *index_again(void *refs)
{
    struct db *db;
    enum err e = db_open(&db, f.store.url, DB_READ_WRITE);
    for (int run = 0; run < 20 && !e; run++) {
        struct store_tx tx = {.view = {.db = db, .arena = arena_new()}, .now_us = clock_now_us()};
        e = db_begin(db);
        if (!e)
            e = store_reference_index(&tx, refs, MANY * 10);
        if (!e)
            e = db_commit(db);
        arena_free(tx.view.arena);
    }
    db_close(db);
    return e ? refs : NULL;
}

static void receipts_meet_the_pass_at_the_index(void **state)
{
    (void)state;
    needs_two_nodes();
    static struct reference refs[MANY * 10];
    static char names[MANY * 10][16];
    struct store_tx tx = outside();
    for (int i = 0; i < MANY * 10; i++) { /* the later the message, the lower its carrier's id */
        snprintf(names[i], sizeof(names[i]), "r%06d", MANY * 10 - i);
        refs[i] = (struct reference){
            .carrier_id = CARRIER, .carrier_ref = str_of(names[i]), .message_id = store_id_next()};
        receipt_job_init(&told[i], f.home, ignore);
        told[i].carrier_id = CARRIER;
        told[i].state = MESSAGE_DELIVERED;
        memcpy(told[i].carrier_ref, names[i], sizeof(names[i]));
        writer_post(core_writer(f.cores[0]), &told[i].job);
    }
    assert_int_equal(store_reference_index(&tx, refs, MANY * 10), OK);
    int64_t failures = metric_get(METRIC_COMMIT_FAILURES);
    pthread_t pass, node;
    void *failed;
    assert_int_equal(pthread_create(&pass, NULL, index_again, refs), 0);
    assert_int_equal(pthread_create(&node, NULL, node_main, f.cores[0]), 0);
    pthread_join(pass, &failed);
    pthread_join(node, NULL);
    mailbox_deliver(f.home, 10 * MANY);
    assert_null(failed);
    assert_int_equal(metric_get(METRIC_COMMIT_FAILURES), failures);
}

#define CROSSING(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Node `node` has the carrier take a message as X, and the clock has indexed it. */
static void sent_as_x(int node, int64_t id)
{
    static struct outcome_job o;
    outcome_job_init(&o, f.home, ignore);
    o.kind = OUTCOME_SENT;
    o.slot = outbox_slot(core_outbox(f.cores[node]), CARRIER);
    o.message_id = id;
    o.at_us = clock_now_us();
    o.part = 1;
    o.parts = 1;
    memcpy(o.carrier_ref, "X", 2);
    writer_post(core_writer(f.cores[node]), &o.job);
    writer_run_once(core_writer(f.cores[node]));
    mailbox_deliver(f.home, 9);
    struct store_tx tx = outside();
    struct reference r = {.carrier_id = CARRIER, .carrier_ref = STR("X"), .message_id = id};
    assert_int_equal(store_reference_index(&tx, &r, 1), OK);
}

static void told_of_x(int node)
{
    static struct receipt_job t;
    receipt_job_init(&t, f.home, ignore);
    t.carrier_id = CARRIER;
    t.state = MESSAGE_DELIVERED;
    memcpy(t.carrier_ref, "X", 2);
    writer_post(core_writer(f.cores[node]), &t.job);
    writer_run_once(core_writer(f.cores[node]));
    mailbox_deliver(f.home, 9);
}

static void an_id_that_another_node_had_meanwhile_is_not_remembered(void **state)
{
    (void)state;
    needs_two_nodes();
    struct outbox_slot *slots[NODES];
    for (int node = 0; node < NODES; node++) {
        slots[node] = outbox_slot(core_outbox(f.cores[node]), CARRIER);
        slots[node]->shared = false;
    }
    outbox_hold(slots[1], true);
    sent_as_x(1, add(MESSAGE_SENDING, 1, clock_now_us() + HOUR_US));
    outbox_hold(slots[1], false);
    outbox_hold(slots[0], true);
    told_of_x(0);
    assert_int_equal(ask("SELECT COUNT(*) FROM message WHERE state = 6"), 1);
    sent_as_x(0, add(MESSAGE_SENDING, 1, clock_now_us() + HOUR_US));
    outbox_hold(slots[0], false);
    outbox_hold(slots[1], true);
    told_of_x(1);
    assert_int_equal(ask("SELECT COUNT(*) FROM message WHERE state = 6"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CROSSING(what_another_node_takes_meanwhile_is_looked_at_again),
        CROSSING(parts_of_many_phones_come_in_on_two_nodes),
        CROSSING(the_same_phones_are_heard_on_two_nodes_in_opposite_order),
        CROSSING(answers_and_receipts_of_long_messages_cross),
        CROSSING(receipts_meet_the_pass_at_the_index),
        CROSSING(an_id_that_another_node_had_meanwhile_is_not_remembered),
    };
    phone_init();
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

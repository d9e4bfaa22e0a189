/* SPDX-License-Identifier: Apache-2.0 */
/* store/reply, store/incoming's nightly run and store/retention, on either engine. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/account.h"
#include "store/id.h"
#include "store/incoming.h"
#include "store/ledger.h"
#include "store/reply.h"
#include "store/retention.h"
#include "testing.h"

#include <pthread.h>

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = INT64_C(1795269900) * SEC_US};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static int64_t count(const char *sql)
{
    struct db_query query = DB_QUERY(sql);
    struct db_rows rows = db_rows_open(f.db, &query, DB_NO_ARGS);
    int64_t value = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return value;
}

static bool take(int64_t most)
{
    bool taken;
    assert_int_equal(store_answer_take(&taken, &tx, 33612345678, 1, most), OK);
    return taken;
}

/* ---- the guard ---- */

static void P6_6_so_many_answers_an_hour_are_taken_and_no_more(void **state)
{
    (void)state;
    assert_false(take(0));
    for (int i = 0; i < 3; i++) {
        assert_true(take(3));
        tx.now_us += 10 * MIN_US;
    }
    assert_false(take(3));
    assert_true(take(4));
    assert_false(take(3)); /* fewer are allowed from now on */
    tx.now_us += 30 * MIN_US;
    assert_int_equal(store_answer_forget(&tx), OK);
    assert_int_equal(count("SELECT COUNT(*) FROM answer_guard"), 3);
    assert_false(take(3));
    assert_true(take(4));
    tx.now_us += HOUR_US;
    assert_true(take(1));
}

enum { NODES = 3, TRIES = 20, MOST = 7 };

struct node {
    pthread_t thread;
    int taken;
    enum err err;
};

static enum err take_one(bool *taken, struct db *db)
{
    struct arena *arena = arena_new();
    struct store_tx t = {.view = {.db = db, .arena = arena}, .now_us = tx.now_us};
    enum err e = db_begin(db);
    if (!e)
        e = store_answer_take(taken, &t, 33698765432, 1, MOST);
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
    for (int i = 0; i < TRIES && !n->err; i++) {
        bool taken = false;
        n->err = take_one(&taken, db);
        n->taken += taken;
    }
    db_close(db);
    return NULL;
}

static void P6_6_several_nodes_share_the_hour(void **state)
{
    (void)state;
    struct node nodes[NODES] = {0};
    int taken = 0;
    if (!db_shared(f.db))
        skip();
    for (int i = 0; i < NODES; i++)
        assert_int_equal(pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]), 0);
    for (int i = 0; i < NODES; i++) {
        pthread_join(nodes[i].thread, NULL);
        assert_int_equal(nodes[i].err, OK);
        taken += nodes[i].taken;
    }
    assert_int_equal(taken, MOST);
}

/* ---- settings ---- */

static void P5_1_an_account_has_one_setting(void **state)
{
    (void)state;
    struct reply_setting s = {
        .account_id = 9, .action = REPLY_TEXT, .text = STR("hello"), .url = STR(""), .an_hour = 5};
    struct reply_setting *list;
    size_t n;
    assert_int_equal(store_reply_setting_put(&tx, &s), OK);
    s.action = REPLY_CGI;
    s.url = STR("http://a.example/");
    assert_int_equal(store_reply_setting_put(&tx, &s), OK);
    assert_int_equal(store_reply_setting_list(&list, &n, &tx.view), OK);
    assert_int_equal(n, 1);
    assert_int_equal(list->action, REPLY_CGI);
    assert_true(str_eq(list->url, s.url) && str_eq(list->text, s.text));
    assert_int_equal(list->an_hour, 5);
}

/* ---- the nightly run ---- */

static struct incoming held(int64_t release_at_us)
{
    return (struct incoming){.id = store_id_next(),
                             .account_id = 1,
                             .carrier_id = 5,
                             .sender = STR("+33612345678"),
                             .number = STR("3612345678"),
                             .text = STR("yes"),
                             .class = -1,
                             .parts = 1,
                             .received_at_us = tx.now_us,
                             .release_at_us = release_at_us,
                             .started = STR("held")};
}

static void P4_10_a_held_row_is_found_when_it_is_due_and_released_once(void **state)
{
    (void)state;
    struct incoming *list;
    size_t n;
    struct incoming late = held(tx.now_us + 2), soon = held(tx.now_us + 1);
    soon.by_rule = true;
    soon.rule_reply = STR("");
    assert_int_equal(store_incoming_insert(&tx, &late), OK);
    assert_int_equal(store_incoming_insert(&tx, &soon), OK);
    assert_int_equal(store_incoming_held(&list, &n, &tx, 10), OK);
    assert_int_equal(n, 0);
    tx.now_us += 2;
    assert_int_equal(store_incoming_held(&list, &n, &tx, 10), OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, soon.id);
    assert_true(list[0].by_rule && !list[0].rule_reply.n);
    assert_false(list[1].by_rule);
    assert_true(str_eq(list[0].text, STR("yes"))); /* not to be kept, and still needed */
    list[0].released_at_us = tx.now_us;
    list[0].credits = 100;
    list[0].started = STR("text");
    assert_int_equal(store_incoming_release(&tx, &list[0]), OK);
    assert_int_equal(store_incoming_release(&tx, &list[0]), ERR_CONFLICT);
    struct incoming after;
    assert_int_equal(store_incoming_get(&after, &tx.view, soon.id), OK);
    assert_int_equal(after.credits, 100);
    assert_int_equal(after.text.n, 0);
    assert_int_equal(after.released_at_us, tx.now_us);
}

static void P5_2_what_was_started_moves_once_from_a_word_to_another(void **state)
{
    (void)state;
    bool changed;
    struct incoming row = held(0);
    row.released_at_us = tx.now_us;
    assert_int_equal(store_incoming_insert(&tx, &row), OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            store_incoming_started_from(&changed, &tx, row.id, STR("held"), STR("cgi")), OK);
        assert_int_equal(changed, i == 0);
    }
}

static void P4_7_what_replies_cost_is_in_the_balance(void **state)
{
    (void)state;
    struct account account = {
        .id = 1, .name = STR("a"), .timezone = STR("UTC"), .max_parts = 8, .enabled = true};
    struct purse purse = {.account_id = 1};
    struct imbalance *wrong;
    size_t n;
    assert_int_equal(store_account_insert(&tx, &account), OK);
    assert_int_equal(store_purse_move(&tx, purse, LEDGER_CREDIT, 1000, 0, STR("")), OK);
    struct incoming row = held(0);
    row.released_at_us = tx.now_us;
    row.credits = 200;
    assert_int_equal(store_incoming_insert(&tx, &row), OK);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(store_ledger_check(&wrong, &n, &tx.view), OK);
    assert_int_equal(n, 1);
    assert_int_equal(wrong->cost, 200);
    assert_int_equal(store_purse_move(&tx, purse, LEDGER_REPLY, -200, 1, STR("")), OK);
    struct purse_state state_now = {.purse = purse};
    assert_int_equal(store_purses_read(&state_now, 1, &tx.view), OK);
    store_purses_add_moves(&state_now, 1, &tx);
    assert_int_equal(state_now.balance, 800);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(store_ledger_check(&wrong, &n, &tx.view), OK);
    assert_int_equal(n, 0);
}

/* ---- texts ---- */

static void add_message(enum message_state state)
{
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .carrier_id = 5,
                        .state = MESSAGE_SENDING,
                        .sender = STR("Shop"),
                        .recipient = 33612345678,
                        .text = STR("text"),
                        .parts = 1,
                        .class = -1};
    const struct message *rows = &m;
    struct message_move move = {
        .id = m.id, .from = MESSAGE_SENDING, .to = state, .at_us = tx.now_us};
    assert_int_equal(store_message_insert(&tx, &rows, 1), OK);
    if (state != MESSAGE_SENDING)
        assert_int_equal(store_message_move(&tx, &move, NULL), OK);
}

static void old_texts_go_up_to_a_mark_and_open_messages_later(void **state)
{
    (void)state;
    struct text_mark mark;
    struct text_open *open;
    size_t n;
    for (int i = 0; i < 5; i++)
        add_message(i == 2 ? MESSAGE_SENDING : MESSAGE_REJECTED);
    for (int i = 0; i < 3; i++) {
        struct incoming row = held(tx.now_us + 5);
        row.released_at_us = i == 1 ? 0 : tx.now_us;
        row.kept = true;
        assert_int_equal(store_incoming_insert(&tx, &row), OK);
    }
    assert_int_equal(store_text_mark_get(&mark, &tx.view, 1), OK);
    assert_int_equal(mark.message_id + mark.incoming_id, 0);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(store_text_drop_messages(&n, &tx, &mark, INT64_MAX, tx.now_us + 10, 4),
                         OK);
        assert_int_equal(n, round ? 1 : 4);
        assert_int_equal(store_text_drop_incoming(&n, &tx, &mark, INT64_MAX, 4), OK);
        assert_int_equal(n, round ? 0 : 1);
        assert_int_equal(store_text_mark_put(&tx, &mark), OK);
        assert_int_equal(store_text_mark_get(&mark, &tx.view, 1), OK);
    }
    assert_int_equal(count("SELECT COUNT(*) FROM message WHERE text <> ''"), 1);
    assert_int_equal(count("SELECT COUNT(*) FROM incoming WHERE text <> ''"), 2);
    assert_int_equal(store_text_open_due(&open, &n, &tx, 10), OK);
    assert_int_equal(n, 0);
    tx.now_us += 10;
    assert_int_equal(store_text_open_due(&open, &n, &tx, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(open->state, MESSAGE_SENDING);
    assert_int_equal(store_text_open_again(&tx, open->message_id, tx.now_us + 1), OK);
    tx.now_us++;
    assert_int_equal(store_text_open_due(&open, &n, &tx, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_text_open_drop(&tx, open->message_id), OK);
    assert_int_equal(count("SELECT COUNT(*) FROM message WHERE text <> ''"), 0);
    assert_int_equal(count("SELECT COUNT(*) FROM text_open"), 0);
}

int main(void)
{
#define REPLY(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        REPLY(P6_6_so_many_answers_an_hour_are_taken_and_no_more),
        REPLY(P6_6_several_nodes_share_the_hour),
        REPLY(P5_1_an_account_has_one_setting),
        REPLY(P4_10_a_held_row_is_found_when_it_is_due_and_released_once),
        REPLY(P5_2_what_was_started_moves_once_from_a_word_to_another),
        REPLY(P4_7_what_replies_cost_is_in_the_balance),
        REPLY(old_texts_go_up_to_a_mark_and_open_messages_later),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

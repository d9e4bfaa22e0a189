/* SPDX-License-Identifier: Apache-2.0 */
/* Databases of earlier versions come up to date, and nothing in them is lost. */
#include "fixture.h"
#include "store/message.h"
#include "store/node.h"
#include "store/queue.h"
#include "testing.h"

#include <stdio.h>

extern const unsigned char store_migration_0001[];
extern const size_t store_migration_0001_size;

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open_empty(&f);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = 1000, .epoch = 9};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static void run(const char *sql)
{
    assert_int_equal(db_script(f.db, str_of(sql)), OK);
}

/* A message of each state, its id ten times the state; those that are being sent, and were, by
 * life 7. */
static void make_version_1(void)
{
    char sql[512];
    assert_int_equal(db_script(f.db, (struct str){(const char *)store_migration_0001,
                                                  store_migration_0001_size}),
                     OK);
    run("CREATE TABLE schema_version (version {id}, at BIGINT NOT NULL);"
        "INSERT INTO schema_version VALUES (1, 0);"
        "INSERT INTO node VALUES (0, 7, 0, 0);"
        "INSERT INTO setting VALUES ('indexed', 25)");
    for (size_t i = 0; message_state_nth(i); i++) {
        int state = (int)message_state_nth(i);
        snprintf(sql, sizeof(sql),
                 "INSERT INTO message (id, account_id, user_id, carrier_id, state, sender, "
                 "recipient, text, encoding, parts, marketing, reference, credits, from_quota, "
                 "created_at, due_at, expires_at, claimed_by) VALUES (%d, 1, 1, 5, %d, 'S', 336, "
                 "'x', 0, 1, 0, 0, 100, 0, 0, %d, 9000, %s)",
                 state * 10, state, state * 100, state >= MESSAGE_SENDING ? "7" : "NULL");
        run(sql);
    }
}

static int64_t one(const char *sql)
{
    struct db_query query = DB_QUERY(sql);
    struct db_rows rows = db_rows_open(f.db, &query, DB_NO_ARGS);
    int64_t value = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return value;
}

static void a_database_of_version_1_keeps_its_messages_and_their_work(void **state)
{
    (void)state;
    struct message *list;
    size_t n;
    int64_t count;
    make_version_1();
    assert_int_equal(store_migrate(f.db), OK);
    for (size_t i = 0; message_state_nth(i); i++) {
        struct message m;
        enum message_state expected = message_state_nth(i);
        assert_int_equal(store_message_get(&m, &tx.view, (int64_t)expected * 10), OK);
        assert_int_equal(m.state, expected);
        assert_int_equal(m.credits, 100);
    }
    assert_int_equal(one("SELECT COUNT(*) FROM queue"), 3);
    assert_int_equal(one("SELECT value FROM setting WHERE name = 'indexed'"), 25);

    /* What waits leaves, what has its time waits for it. */
    assert_int_equal(store_queue_length(&count, &tx.view, 5), OK);
    assert_int_equal(count, 1);
    assert_int_equal(store_queue_due(&count, &tx, 10), OK);
    assert_int_equal(count, 1);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, 10);
    assert_int_equal(list[1].id, 20);
}

static void what_version_1_was_sending_belongs_to_a_dead_life(void **state)
{
    (void)state;
    struct node life;
    struct node *lives;
    struct message *list;
    size_t n;
    make_version_1();
    assert_int_equal(store_migrate(f.db), OK);
    assert_int_equal(store_node_register(&life, &tx, STR("host:/data"), NODE_ANY_NUMBER), OK);
    assert_true(life.epoch > 7);
    assert_int_equal(store_node_list(&lives, &n, &tx.view), OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(lives[i].fenced, lives[i].epoch == 7);
    assert_int_equal(store_queue_claimed(&list, &n, &tx, 7, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, 30);
}

/* One message of each state, and what phones sent. */
static void rows_that_exist_already_are_counted(void **state)
{
    (void)state;
    make_version_1();
    run("UPDATE message SET created_at = 900000000, sent_at = CASE WHEN state IN (4, 6, 7) THEN "
        "1800000000 END, done_at = CASE WHEN state >= 6 THEN 86400000005 END, receipt = "
        "CASE state WHEN 7 THEN 'UNDELIV 012' WHEN 9 THEN 'ESME_RSYSERR (0x00000008)' END");
    assert_int_equal(store_migrate(f.db), OK);
    for (int account = 0; account < 2; account++) {
        char sql[256];
        static const struct {
            const char *what;
            int64_t count;
        } sums[] = {{"accepted", 12}, {"sent", 3},    {"delivered", 1}, {"failed", 4},
                    {"cancelled", 1}, {"refused", 1}, {"spent", 1200}};
        for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
            snprintf(sql, sizeof(sql),
                     "SELECT CAST(SUM(%s) AS BIGINT) FROM statistic WHERE account_id = %d AND "
                     "hourly = %d",
                     sums[i].what, account, (int)i % 2);
            assert_int_equal(one(arena_str(f.arena, str_of(sql)).p), sums[i].count);
        }
        for (int daily = 0; daily < 2; daily++) {
            snprintf(sql, sizeof(sql),
                     "SELECT COUNT(*) FROM failure_statistic WHERE account_id = %d AND daily = %d "
                     "AND slot = %d AND count = 1 AND word IN ('', 'UNDELIV 012', 'ESME_RSYSERR')",
                     account, daily, daily ? 1 : 96);
            assert_int_equal(one(arena_str(f.arena, str_of(sql)).p), 4);
        }
    }
}

int main(void)
{
#define MIGRATE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        MIGRATE(a_database_of_version_1_keeps_its_messages_and_their_work),
        MIGRATE(what_version_1_was_sending_belongs_to_a_dead_life),
        MIGRATE(rows_that_exist_already_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* store/feed and store/statistic: told in the order of commits, once, and counted. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/feed.h"
#include "store/id.h"
#include "store/message.h"
#include "store/statistic.h"
#include "testing.h"

#include <stdio.h>

static struct fixture f;
static const struct feed_limits all = {.keep_us = 3 * DAY_US, .keep_bytes = 1 << 20};

static int set_up(void **state)
{
    (void)state;
    assert_int_equal(secret_init(), OK);
    fixture_open(&f);
    store_id_begin(0, 0);
    struct store_tx tx = {.view = fixture_view(&f), .now_us = clock_now_us()};
    assert_int_equal(store_feed_begin(&tx), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static struct store_tx transaction(struct db *db)
{
    return (struct store_tx){.view = {.db = db, .arena = f.arena}, .now_us = clock_now_us()};
}

/* Each node counts in rows of its own. */
static void tell_one_at(unsigned node, struct db *db, int64_t id)
{
    store_id_begin(node, 0);
    struct store_tx tx = transaction(db);
    store_feed_note(&tx, &(struct feed_note){.kind = FEED_SENT, .account_id = 7, .id = id});
    assert_int_equal(store_feed_flush(&tx), OK);
}

static void tell_one(struct db *db, int64_t id)
{
    tell_one_at(0, db, id);
}

/* All ids behind the position, which moves to the end. */
static size_t read_on(int64_t *ids, size_t most, struct feed_position *at)
{
    struct store_view view = fixture_view(&f);
    size_t count = 0;
    for (;;) {
        struct feed_row *rows;
        size_t n;
        assert_int_equal(store_feed_read(&rows, &n, &view, at, 3), OK);
        if (!n)
            return count;
        for (size_t i = 0; i < n; i++) {
            struct feed_reader r = {.data = rows[i].data};
            struct feed_event e;
            while (feed_reader_next(&r, &e)) {
                assert_true(count < most);
                ids[count++] = e.id;
            }
            *at = rows[i].after;
        }
    }
}

static void what_is_noted_is_read_as_it_was(void **state)
{
    (void)state;
    struct store_tx tx = transaction(f.db);
    struct store_view view = fixture_view(&f);
    struct feed_position start;
    struct feed_row *rows;
    struct feed_event e[5];
    size_t n;
    assert_int_equal(store_feed_start(&start, &view), OK);
    store_feed_note(&tx, &(struct feed_note){.kind = FEED_ACCEPTED, .account_id = 7, .id = 900});
    store_feed_note(&tx, &(struct feed_note){.kind = FEED_ACCEPTED_QUEUED,
                                             .chat = true,
                                             .account_id = 9,
                                             .id = 400,
                                             .phone = 33612345678});
    store_feed_note(&tx, &(struct feed_note){
                             .kind = FEED_INCOMING_LATE, .account_id = 7, .id = 5, .phone = 336});
    store_feed_note(&tx, &(struct feed_note){.refunded = 100, .account_id = 7});
    store_feed_note(&tx, &(struct feed_note){.kind = FEED_CHANGE,
                                             .word = STR("sender_added"),
                                             .subject = STR("Café")});
    assert_int_equal(store_feed_flush(&tx), OK);
    assert_int_equal(store_feed_read(&rows, &n, &view, &start, 10), OK);
    assert_int_equal(n, 1);
    struct feed_reader r = {.data = rows[0].data};
    for (n = 0; n < 4; n++)
        assert_true(feed_reader_next(&r, &e[n]));
    assert_false(feed_reader_next(&r, &e[4]));
    assert_int_equal(e[0].kind, FEED_ACCEPTED);
    assert_int_equal(e[0].account_id, 7);
    assert_int_equal(e[0].id, 900);
    assert_false(e[0].chat);
    assert_true(e[1].chat);
    assert_int_equal(e[1].id, 400);
    assert_int_equal(e[1].account_id, 9);
    assert_int_equal(e[1].phone, 33612345678);
    assert_int_equal(e[2].id, 5);
    assert_int_equal(e[2].phone, 336);
    assert_int_equal(e[2].nth, 3);
    assert_true(str_eq(e[3].subject, STR("Café")));
    assert_int_equal(e[3].account_id, 0);
}

static void a_position_survives_its_text(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "1",
                                      "1.2",
                                      "1.2.g",
                                      "1.2.3.4.5",
                                      "01.2.3",
                                      "1.2.3.",
                                      "1.2.3.fffffffff",
                                      "1.2.ffffffffffffffff",
                                      "now",
                                      "1.2.3 "};
    struct feed_position p = {.era = 77, .transaction = 0, .id = INT64_C(1) << 52, .nth = 12};
    struct feed_position back;
    char text[FEED_POSITION_SIZE];
    assert_int_equal(feed_position_parse(&back, str_of(feed_position_format(text, &p))), OK);
    assert_int_equal(feed_position_compare(&p, &back), 0);
    p.nth = FEED_WHOLE;
    assert_int_equal(feed_position_parse(&back, str_of(feed_position_format(text, &p))), OK);
    assert_int_equal(feed_position_compare(&p, &back), 0);
    assert_int_equal(back.era, 77);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(feed_position_parse(&back, str_of(bad[i])), ERR_INVALID);
}

static void large_transactions_become_several_rows(void **state)
{
    (void)state;
    enum { MANY = 20000 };
    static int64_t ids[MANY];
    struct store_tx tx = transaction(f.db);
    struct store_view view = fixture_view(&f);
    struct feed_position at;
    assert_int_equal(store_feed_start(&at, &view), OK);
    for (int64_t i = 0; i < MANY; i++)
        store_feed_note(
            &tx, &(struct feed_note){.kind = FEED_SENT, .account_id = 1 + i % 200, .id = i * i});
    assert_int_equal(store_feed_flush(&tx), OK);
    assert_int_equal(read_on(ids, MANY, &at), MANY);
    for (int64_t i = 0; i < MANY; i++)
        assert_int_equal(ids[i], i * i);
}

static void the_end_is_behind_all(void **state)
{
    (void)state;
    int64_t ids[4];
    struct store_view view = fixture_view(&f);
    struct feed_position end;
    tell_one(f.db, 1);
    assert_int_equal(store_feed_end(&end, &view), OK);
    assert_int_equal(read_on(ids, 4, &end), 0);
    tell_one(f.db, 2);
    assert_int_equal(read_on(ids, 4, &end), 1);
    assert_int_equal(ids[0], 2);
}

static void old_rows_are_trimmed_and_missed(void **state)
{
    (void)state;
    struct store_view view = fixture_view(&f);
    struct feed_position start, end;
    struct feed_row *rows;
    size_t n;
    bool more = false;
    assert_int_equal(store_feed_start(&start, &view), OK);
    tell_one(f.db, 1);
    tell_one(f.db, 2);
    assert_int_equal(store_feed_end(&end, &view), OK);
    struct store_tx tx = transaction(f.db);
    assert_int_equal(store_feed_trim(&tx, &all, &more), OK);
    assert_int_equal(store_feed_read(&rows, &n, &view, &start, 9), OK);
    assert_int_equal(n, 2);
    tx.now_us += 4 * DAY_US;
    assert_int_equal(store_feed_trim(&tx, &all, &more), OK);
    assert_false(more);
    assert_int_equal(store_feed_read(&rows, &n, &view, &start, 9), ERR_GONE);
    assert_int_equal(store_feed_read(&rows, &n, &view, &end, 9), OK);
    assert_int_equal(n, 0);
    end.era++;
    assert_int_equal(store_feed_read(&rows, &n, &view, &end, 0), ERR_GONE);
}

/* ---- counts ---- */

struct sums {
    int64_t counts[STATISTIC_COUNTS];
    size_t rows;
};

static void add(void *ctx, int64_t quarter, const struct statistic *s)
{
    struct sums *sums = ctx;
    assert_true(quarter > 0);
    sums->rows++;
    for (size_t i = 0; i < STATISTIC_COUNTS; i++)
        sums->counts[i] += s->counts[i];
}

static struct sums sums_by(int64_t account_id, bool hourly)
{
    struct sums sums = {0};
    struct store_view view = fixture_view(&f);
    int64_t most = INT64_MAX / 1000000;
    assert_int_equal(store_statistic_each(&view, account_id, hourly, 0, most, add, &sums), OK);
    return sums;
}

static struct sums sums_of(int64_t account_id)
{
    struct sums quarters = sums_by(account_id, false), hours = sums_by(account_id, true);
    for (size_t i = 0; i < STATISTIC_COUNTS; i++)
        assert_int_equal(quarters.counts[i], hours.counts[i]);
    return quarters;
}

static void counts_add_up_by_account_and_in_all(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        struct store_tx tx = transaction(f.db);
        for (int64_t account = 1; account <= 40; account++)
            for (int64_t i = 0; i < account; i++) {
                store_feed_note(&tx, &(struct feed_note){.kind = FEED_ACCEPTED,
                                                         .account_id = account,
                                                         .id = 1,
                                                         .carrier_id = 1 + i % 2,
                                                         .spent = 100});
                store_feed_note(
                    &tx, &(struct feed_note){.kind = FEED_UNDELIVERED,
                                             .account_id = account,
                                             .id = 1,
                                             .carrier_id = 1 + i % 2,
                                             .word = i % 3 ? STR("UNDELIV 012")
                                                           : STR("ESME_RSYSERR (0x00000008)")});
            }
        assert_int_equal(store_feed_flush(&tx), OK);
    }
    struct sums one = sums_of(10), whole = sums_of(0);
    assert_int_equal(one.counts[STATISTIC_ACCEPTED], 30);
    assert_int_equal(one.counts[STATISTIC_FAILED], 30);
    assert_int_equal(one.counts[STATISTIC_SPENT], 3000);
    assert_int_equal(whole.counts[STATISTIC_ACCEPTED], 3 * 820);
    assert_true(one.rows >= 2 && one.rows <= 4);
}

static int64_t failures(int64_t account_id, int64_t from, int64_t to, const char *word)
{
    struct store_view view = fixture_view(&f);
    struct statistic_failure *list;
    size_t n;
    int64_t count = 0;
    assert_int_equal(store_failure_list(&list, &n, &view, account_id, from, to, 100), OK);
    for (size_t i = 0; i < n; i++)
        if (!word || str_eq(list[i].word, str_of(word)))
            count += list[i].count;
    return count;
}

static void fail_at(int64_t quarter, const char *word)
{
    struct store_tx tx = transaction(f.db);
    tx.now_us = quarter * STATISTIC_QUARTER_US;
    store_feed_note(
        &tx,
        &(struct feed_note){.kind = FEED_REJECTED, .account_id = 3, .id = 1, .word = str_of(word)});
    assert_int_equal(store_feed_flush(&tx), OK);
}

static void failures_of_any_window_are_told(void **state)
{
    (void)state;
    static const int64_t day = STATISTIC_QUARTERS_A_DAY;
    const int64_t at[] = {9 * day + 95, 10 * day, 10 * day + 50, 11 * day, 12 * day + 1};
    for (size_t i = 0; i < 5; i++)
        fail_at(at[i], i == 1 ? "ESME_RINVDSTADR (0x0000000b)" : "word\x01 \xC3\xA9");
    for (int64_t from = 9 * day + 90; from <= 12 * day + 5; from += 3)
        for (int64_t to = from; to <= 12 * day + 5; to += 7) {
            int64_t want = 0;
            for (size_t i = 0; i < 5; i++)
                want += at[i] >= from && at[i] < to;
            assert_int_equal(failures(3, from, to, NULL), want);
        }
    assert_int_equal(failures(0, 0, 20 * day, "ESME_RINVDSTADR"), 1);
    assert_int_equal(failures(3, 0, 20 * day, "word? ??"), 4);
}

static void words_beyond_the_limit_are_one(void **state)
{
    (void)state;
    char word[32];
    struct feed_memory *memory = store_feed_memory_new();
    for (int i = 0; i < 400; i++) {
        struct store_tx tx = transaction(f.db);
        tx.now_us = 100 * DAY_US;
        tx.memory = memory;
        snprintf(word, sizeof(word), "UNDELIV %03d", i);
        store_feed_note(
            &tx, &(struct feed_note){
                     .kind = FEED_UNDELIVERED, .account_id = 3, .id = 1, .word = str_of(word)});
        assert_int_equal(store_feed_flush(&tx), OK);
        tx.feed = NULL;
    }
    store_feed_memory_free(memory);
    int64_t from = 100 * STATISTIC_QUARTERS_A_DAY, to = 101 * STATISTIC_QUARTERS_A_DAY;
    assert_int_equal(failures(3, from, to, "other"), 400 - 256);
}

/* ---- messages ---- */

static struct message a_message(int64_t id)
{
    return (struct message){.id = id,
                            .account_id = 5,
                            .user_id = 1,
                            .carrier_id = 2,
                            .state = MESSAGE_SENDING,
                            .sender = STR("36123"),
                            .recipient = 33612345678,
                            .text = STR("a"),
                            .parts = 1,
                            .class = -1,
                            .conversation_id = id % 2 ? 4 : 0,
                            .credits = 100,
                            .created_at_us = clock_now_us(),
                            .expires_at_us = clock_now_us() + DAY_US};
}

/* With the writer's memory and, as after a restart, without. */
static void moves_of_messages_know_their_account(void **state)
{
    (void)state;
    struct feed_memory *memory = store_feed_memory_new();
    for (int round = 0; round < 2; round++) {
        int64_t id = 1001 + round * 2;
        struct message m[2] = {a_message(id), a_message(id + 1)};
        const struct message *rows[2] = {&m[0], &m[1]};
        struct store_tx tx = transaction(f.db);
        tx.memory = memory;
        assert_int_equal(store_message_insert(&tx, rows, 2), OK);
        struct message_sent sent[2] = {
            {.id = id, .account_id = 5, .carrier_id = 2, .chat = true, .carrier_ref = STR("x")},
            {.id = id + 1, .account_id = 5, .carrier_id = 2, .carrier_ref = STR("y")}};
        assert_int_equal(store_message_sent(&tx, sent, 2), OK);
        assert_int_equal(store_message_sent(&tx, sent, 2), OK); /* changes nothing */
        assert_int_equal(store_feed_flush(&tx), OK);
        tx = transaction(f.db);
        tx.memory = round ? NULL : memory;
        struct message_finish ends[2] = {
            {.id = id, .carrier_id = 2, .carrier_ref = STR("x"), .to = MESSAGE_DELIVERED},
            {.id = id + 1, .carrier_id = 2, .carrier_ref = STR("y"), .to = MESSAGE_UNDELIVERED}};
        assert_int_equal(store_message_finish_sent(&tx, ends, 2, NULL), OK);
        assert_int_equal(store_message_finish_sent(&tx, ends, 2, NULL), OK);
        assert_int_equal(store_feed_flush(&tx), OK);
    }
    store_feed_memory_free(memory);
    struct sums sums = sums_of(5);
    assert_int_equal(sums.counts[STATISTIC_ACCEPTED], 4);
    assert_int_equal(sums.counts[STATISTIC_SENT], 4);
    assert_int_equal(sums.counts[STATISTIC_DELIVERED], 2);
    assert_int_equal(sums.counts[STATISTIC_FAILED], 2);
    struct store_view view = fixture_view(&f);
    struct feed_position start;
    struct feed_row *rows;
    struct feed_event e;
    size_t n, events = 0;
    assert_int_equal(store_feed_start(&start, &view), OK);
    assert_int_equal(store_feed_read(&rows, &n, &view, &start, 9), OK);
    for (size_t i = 0; i < n; i++)
        for (struct feed_reader r = {.data = rows[i].data}; feed_reader_next(&r, &e); events++) {
            assert_int_equal(e.account_id, 5);
            assert_int_equal(e.chat, e.id % 2);
        }
    assert_int_equal(events, 12);
}

/* ---- several nodes ---- */

static void nothing_is_committed_behind_a_reader(void **state)
{
    (void)state;
    int64_t ids[8];
    struct db *other, *quick;
    struct store_view view = fixture_view(&f);
    struct feed_position at, end;
    if (!db_shared(f.db))
        skip();
    assert_int_equal(db_open(&other, f.url, DB_READ_WRITE), OK);
    assert_int_equal(store_feed_start(&at, &view), OK);
    struct store_view of_other = {.db = other, .arena = f.arena};
    assert_int_equal(db_open(&quick, f.url, DB_READ_WRITE), OK);
    assert_int_equal(db_begin(other), OK);
    tell_one_at(1, other, 1);                                /* the elder, still open */
    assert_int_equal(store_feed_start(&end, &of_other), OK); /* the server has seen it */
    tell_one(quick, 2);
    tell_one(quick, 3);
    assert_int_equal(read_on(ids, 8, &at), 0);
    assert_int_equal(store_feed_end(&end, &view), OK);
    assert_int_equal(feed_position_compare(&end, &at), 0);
    assert_int_equal(db_commit(other), OK);
    assert_int_equal(read_on(ids, 8, &at), 3);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], 2);
    assert_int_equal(ids[2], 3);
    assert_int_equal(db_begin(other), OK);
    tell_one_at(1, other, 4);
    assert_int_equal(store_feed_start(&end, &of_other), OK);
    tell_one(quick, 5);
    db_rollback(other);
    assert_int_equal(read_on(ids, 8, &at), 1);
    assert_int_equal(ids[0], 5);
    db_close(quick);
    db_close(other);
}

static void a_copy_in_a_younger_server_begins_anew(void **state)
{
    (void)state;
    static struct db_query age = DB_QUERY("UPDATE feed SET transaction_id = 4000000000000");
    struct store_view view = fixture_view(&f);
    struct feed_position before, after;
    struct feed_row *rows;
    size_t n;
    if (!db_shared(f.db))
        skip();
    assert_int_equal(store_feed_start(&before, &view), OK);
    tell_one(f.db, 1);
    struct store_tx tx = transaction(f.db);
    assert_int_equal(store_feed_begin(&tx), OK); /* a start as any other */
    assert_int_equal(store_feed_read(&rows, &n, &view, &before, 9), OK);
    assert_int_equal(n, 1);
    assert_int_equal(db_run(f.db, &age, DB_NO_ARGS, NULL), OK);
    assert_int_equal(store_feed_begin(&tx), OK);
    assert_int_equal(store_feed_read(&rows, &n, &view, &before, 9), ERR_GONE);
    assert_int_equal(store_feed_start(&after, &view), OK);
    assert_int_equal(store_feed_read(&rows, &n, &view, &after, 9), OK);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_noted_is_read_as_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_position_survives_its_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(large_transactions_become_several_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_is_behind_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(old_rows_are_trimmed_and_missed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_add_up_by_account_and_in_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures_of_any_window_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_beyond_the_limit_are_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(moves_of_messages_know_their_account, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_committed_behind_a_reader, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_in_a_younger_server_begins_anew, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

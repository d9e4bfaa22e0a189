/* SPDX-License-Identifier: Apache-2.0 */
/* store/quarantine: rows that refuse, rows that count, and who takes them out. */
#include "base/clock.h"
#include "fixture.h"
#include "store/quarantine.h"
#include "store/rule.h"
#include "testing.h"

#define PHONE UINT64_C(33612345678)

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

static int64_t enter(int64_t account_id, const char *number, enum quarantine_status status,
                     int64_t incoming_id)
{
    struct quarantine q = {.phone = PHONE,
                           .account_id = account_id,
                           .number = str_of(number),
                           .status = status,
                           .reason = STR("why"),
                           .incoming_id = incoming_id};
    assert_int_equal(store_quarantine_enter(&tx, &q), OK);
    return q.id;
}

static struct quarantine *all(size_t wanted)
{
    struct quarantine *rows;
    size_t n;
    assert_int_equal(store_quarantine_of(&rows, &n, &tx.view, PHONE), OK);
    assert_int_equal(n, wanted);
    return rows;
}

static struct quarantine fail_one(enum quarantine_status status)
{
    struct quarantine q = {.phone = PHONE,
                           .account_id = 1,
                           .status = status,
                           .reason = STR("absent"),
                           .message_id = 9};
    assert_int_equal(store_quarantine_fail(&tx, &q, 1), OK);
    return q;
}

static void only_rows_that_refuse_are_found(void **state)
{
    (void)state;
    uint64_t phones[] = {PHONE - 1, PHONE, PHONE + 1};
    struct quarantine *rows;
    size_t n;
    fail_one(QUARANTINE_ERRONEOUS);
    assert_int_equal(store_quarantine_find(&rows, &n, &tx.view, phones, 3), OK);
    assert_int_equal(n, 0);
    enter(1, "36184", QUARANTINE_BLACKLISTED, 0);
    enter(0, "", QUARANTINE_QUARANTINED, 0);
    assert_int_equal(store_quarantine_find(&rows, &n, &tx.view, phones, 3), OK);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].phone, PHONE);
    assert_int_equal(store_quarantine_find(&rows, &n, &tx.view, phones, 0), OK);
    assert_int_equal(n, 0);
}

static size_t listed(struct quarantine_filter filter)
{
    struct quarantine *rows;
    size_t n;
    filter.limit = 10;
    assert_int_equal(store_quarantine_list(&rows, &n, &tx.view, &filter), OK);
    return n;
}

static void lists_are_filtered_by_cause_and_time(void **state)
{
    (void)state;
    fail_one(QUARANTINE_ERRONEOUS);
    int64_t later_us = tx.now_us += DAY_US;
    enter(1, "36184", QUARANTINE_BLACKLISTED, 77);
    enter(2, "", QUARANTINE_BLACKLISTED, 0);
    assert_int_equal(listed((struct quarantine_filter){0}), 3);
    assert_int_equal(listed((struct quarantine_filter){.cause = QUARANTINE_BY_REPLY}), 1);
    assert_int_equal(listed((struct quarantine_filter){.cause = QUARANTINE_BY_FAILURE}), 1);
    assert_int_equal(listed((struct quarantine_filter){.cause = QUARANTINE_BY_PERSON}), 1);
    assert_int_equal(listed((struct quarantine_filter){.since_us = later_us}), 2);
    assert_int_equal(listed((struct quarantine_filter){.until_us = later_us}), 1);
    struct quarantine_filter filter = {.cause = QUARANTINE_BY_REPLY, .phone = PHONE};
    assert_int_equal(listed(filter), 1);
    filter.account_id = 2;
    filter.oldest_first = true;
    assert_int_equal(listed(filter), 0);
}

static void a_row_is_entered_once_and_blacklisted_stays(void **state)
{
    (void)state;
    int64_t id = enter(1, "", QUARANTINE_BLACKLISTED, 3);
    assert_int_equal(enter(1, "", QUARANTINE_QUARANTINED, 0), id);
    assert_int_equal(all(1)->status, QUARANTINE_BLACKLISTED);
    assert_int_equal(fail_one(QUARANTINE_QUARANTINED).status, QUARANTINE_VALID);
    assert_int_equal(all(1)->status, QUARANTINE_BLACKLISTED);
    assert_int_equal(store_quarantine_answer(&tx, id, 44), OK);
    assert_int_equal(all(1)->answer_id, 44);
}

static void errors_count_when_they_are_a_day_apart(void **state)
{
    (void)state;
    assert_int_equal(fail_one(QUARANTINE_ERRONEOUS).errors, 1);
    tx.now_us += DAY_US - 1;
    assert_int_equal(fail_one(QUARANTINE_ERRONEOUS).status, QUARANTINE_VALID);
    tx.now_us += 1;
    for (int i = 2; i <= QUARANTINE_ERRORS_MOST; i++, tx.now_us += DAY_US) {
        struct quarantine q = fail_one(QUARANTINE_ERRONEOUS);
        assert_int_equal(q.errors, i);
        assert_int_equal(q.status, i < QUARANTINE_ERRORS_MOST ? QUARANTINE_ERRONEOUS
                                                              : QUARANTINE_QUARANTINED);
        assert_int_equal(all(1)->id, q.id);
    }
}

static size_t leave(int64_t account_id, const char *number, bool by_reply)
{
    struct quarantine_leave which = {
        .phone = PHONE, .account_id = account_id, .number = str_of(number), .by_reply = by_reply};
    struct quarantine *left;
    size_t n;
    assert_int_equal(store_quarantine_leave(&left, &n, &tx, &which), OK);
    return n;
}

static void a_phone_takes_itself_out_where_it_put_itself_and_of_its_account(void **state)
{
    (void)state;
    enter(1, "", QUARANTINE_BLACKLISTED, 0);
    enter(1, "36184", QUARANTINE_BLACKLISTED, 5);
    enter(2, "", QUARANTINE_BLACKLISTED, 5);
    enter(0, "", QUARANTINE_BLACKLISTED, 0); /* by hand, for all */
    assert_int_equal(leave(1, "36184", true), 1);
    assert_int_equal(leave(1, "", true), 1);
    assert_int_equal(leave(0, "", true), 0);
    all(2);
    enter(0, "36184", QUARANTINE_BLACKLISTED, 6); /* a reply to nobody */
    assert_int_equal(leave(1, "", true), 1);
    assert_int_equal(leave(0, "", false), 1);
    assert_int_equal(all(1)->account_id, 2);
}

static void the_clock_comes_to_all_that_are_erroneous(void **state)
{
    (void)state;
    struct quarantine rows[5] = {0};
    struct quarantine *gone;
    size_t n;
    int64_t behind = 0;
    for (size_t i = 0; i < 5; i++)
        rows[i] = (struct quarantine){.phone = PHONE + i,
                                      .account_id = 1,
                                      .status = QUARANTINE_ERRONEOUS,
                                      .reason = STR("absent")};
    assert_int_equal(store_quarantine_fail(&tx, rows, 5), OK);
    assert_int_equal(store_quarantine_tidy(&gone, &n, &behind, &tx, tx.now_us, 3), OK);
    assert_int_equal(n, 0);
    assert_int_equal(behind, rows[2].id);
    assert_int_equal(store_quarantine_tidy(&gone, &n, &behind, &tx, tx.now_us + 1, 3), OK);
    assert_int_equal(n, 2);
    assert_int_equal(gone[1].phone, PHONE + 4);
    assert_int_equal(behind, 0);
}

static void rules_keep_the_order_that_they_are_given(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 3; id++) {
        struct reply_rule r = {.id = id, .carrier_id = 5, .place = 9, .keyword = STR("é")};
        assert_int_equal(store_rule_insert(&tx, &r), OK);
    }
    assert_int_equal(store_rule_order(&tx, (const int64_t[]){3, 1, 2}, 3), OK);
    struct reply_rule *rules;
    size_t n;
    assert_int_equal(store_rule_list(&rules, &n, &tx.view), OK);
    assert_int_equal(n, 3);
    assert_int_equal(rules[0].id, 3);
    assert_int_equal(rules[2].id, 2);
    assert_int_equal(rules[2].place, 3);
    assert_int_equal(store_rule_delete(&tx, 7), ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(only_rows_that_refuse_are_found),
        TEST(lists_are_filtered_by_cause_and_time),
        TEST(a_row_is_entered_once_and_blacklisted_stays),
        TEST(errors_count_when_they_are_a_day_apart),
        TEST(a_phone_takes_itself_out_where_it_put_itself_and_of_its_account),
        TEST(the_clock_comes_to_all_that_are_erroneous),
        TEST(rules_keep_the_order_that_they_are_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* store/audit: who changed what; store/revision: which edition of it stands. */
#include "base/clock.h"
#include "fixture.h"
#include "store/account.h"
#include "store/audit.h"
#include "store/id.h"
#include "store/revision.h"
#include "testing.h"

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    clock_set_virtual(INT64_C(1795269900) * SEC_US);
    tx = fixture_tx(&f);
    fixture_account(&tx, 7, STR("shop"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set_virtual(0);
    fixture_close(&f);
    return 0;
}

/* A second later than the one before. */
static void write(const char *who, const char *what, int64_t account_id, const char *account)
{
    clock_set_virtual(clock_now_us() + SEC_US);
    tx.now_us = clock_now_us();
    struct audit a = {.kind = AUDIT_MEMBER,
                      .who = str_of(who),
                      .account_id = account_id,
                      .account = str_of(account),
                      .what = str_of(what),
                      .subject = STR("it"),
                      .changes = STR("{\"a\":[1,2]}"),
                      .from_address = STR("192.0.2.7")};
    assert_int_equal(store_audit_insert(&tx, &a), OK);
}

static struct audit *list(const struct audit_filter *filter, size_t wanted)
{
    struct audit *rows;
    size_t n;
    assert_int_equal(store_audit_list(&rows, &n, &tx.view, filter), OK);
    assert_int_equal(n, wanted);
    return rows;
}

static void a_row_stands_under_its_account_by_id_or_name(void **state)
{
    (void)state;
    write("ann", "account_set", 0, "shop");
    write("ann", "message_cancelled", 7, "");
    write("ann", "rate_set", 0, "");
    write("ann", "account_removed", 0, "gone");
    struct audit *rows = list(&(struct audit_filter){.account_id = 7, .limit = 10}, 2);
    assert_true(str_eq(rows[0].what, STR("message_cancelled")));
    assert_true(str_eq(rows[1].what, STR("account_set")));
    rows = list(&(struct audit_filter){.limit = 10}, 4);
    assert_int_equal(rows[0].account_id, 0);
    assert_int_equal(rows[0].at_us, tx.now_us);
    assert_int_equal(rows[0].kind, AUDIT_MEMBER);
    assert_true(str_eq(rows[0].changes, STR("{\"a\":[1,2]}")));
    assert_true(str_eq(rows[0].from_address, STR("192.0.2.7")));
}

static void rows_are_found_by_who_what_and_when(void **state)
{
    (void)state;
    int64_t began_us = clock_now_us();
    write("ann", "user_added", 7, ""); /* a second after */
    write("bob", "user_set", 7, "");
    write("ann", "user_set", 0, "");
    list(&(struct audit_filter){.who = STR("ann"), .limit = 10}, 2);
    list(&(struct audit_filter){.what = STR("user_set"), .limit = 10}, 2);
    list(&(struct audit_filter){.who = STR("ann"), .what = STR("user_set"), .limit = 10}, 1);
    struct audit_filter between = {
        .since_us = began_us + 2 * SEC_US, .until_us = began_us + 3 * SEC_US, .limit = 10};
    assert_true(str_eq(list(&between, 1)->who, STR("bob")));
    between.account_id = 7;
    list(&between, 1);
    between.who = STR("ann");
    list(&between, 0);
}

static void pages_follow_each_other_in_both_orders(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++)
        write("ann", "user_set", 7, "");
    struct audit_filter filter = {.limit = 2};
    struct audit *newest = list(&filter, 2);
    assert_true(newest[0].id > newest[1].id);
    filter.past_id = newest[1].id;
    filter.past_id = list(&filter, 2)[1].id;
    list(&filter, 1);
    filter = (struct audit_filter){.oldest_first = true, .account_id = 7, .limit = 4};
    struct audit *oldest = list(&filter, 4);
    assert_true(oldest[0].id < oldest[1].id);
    filter.past_id = oldest[3].id;
    assert_int_equal(list(&filter, 1)->id, newest[0].id);
}

static int64_t edition_of(const char *path)
{
    int64_t edition;
    assert_int_equal(store_revision_get(&edition, &tx.view, str_of(path)), OK);
    return edition;
}

static void what_was_never_changed_has_edition_0(void **state)
{
    (void)state;
    int64_t edition;
    assert_int_equal(edition_of("/a"), 0);
    assert_int_equal(store_revision_lock(&edition, &tx, STR("/a")), OK);
    assert_int_equal(edition, 0);
    assert_int_equal(edition_of("/a"), 0);
}

static void a_change_makes_another_edition_of_that_path_alone(void **state)
{
    (void)state;
    int64_t edition;
    assert_int_equal(store_revision_put(&tx, STR("/a"), 5), OK);
    assert_int_equal(store_revision_lock(&edition, &tx, STR("/a")), OK);
    assert_int_equal(edition, 5);
    assert_int_equal(store_revision_put(&tx, STR("/a"), 6), OK);
    assert_int_equal(edition_of("/a"), 6);
    assert_int_equal(edition_of("/a/b"), 0);
}

#define AUDIT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AUDIT_TEST(a_row_stands_under_its_account_by_id_or_name),
        AUDIT_TEST(rows_are_found_by_who_what_and_when),
        AUDIT_TEST(pages_follow_each_other_in_both_orders),
        AUDIT_TEST(what_was_never_changed_has_edition_0),
        AUDIT_TEST(a_change_makes_another_edition_of_that_path_alone),
    };
    return cmocka_run_group_tests_name("store/audit", tests, NULL, NULL);
}

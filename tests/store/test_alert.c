/* SPDX-License-Identifier: Apache-2.0 */
/* store/alert: which users have fewer credits left than somebody wants to know. */
#include "base/clock.h"
#include "fixture.h"
#include "store/alert.h"
#include "store/id.h"
#include "store/ledger.h"
#include "testing.h"

enum { SPENDER = 11, SAVER = 12, STRANGER = 13 };

static struct fixture f;
static struct store_tx tx;

static void add_user(int64_t id, int64_t account_id, bool has_quota)
{
    struct api_user u = {.id = id,
                         .account_id = account_id,
                         .login = arena_printf(f.arena, "user-%d", (int)id),
                         .password = STR("x"),
                         .has_quota = has_quota,
                         .enabled = true};
    assert_int_equal(store_user_insert(&tx, &u), OK);
}

/* Of the account where user_id is 0. */
static void credits_are(int64_t user_id, int64_t hundredths)
{
    struct purse_state p = {.purse = {.account_id = 1, .user_id = user_id}};
    assert_int_equal(store_purses_read(&p, 1, &tx.view), OK);
    assert_int_equal(
        store_purse_move(&tx, p.purse, LEDGER_CREDIT, hundredths - p.balance, 0, STR("why")), OK);
    assert_int_equal(store_purses_settle(&tx), OK);
}

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = fixture_tx(&f);
    for (int64_t id = 1; id <= 2; id++)
        fixture_account(&tx, id, arena_printf(f.arena, "shop-%d", (int)id));
    add_user(SPENDER, 1, false);
    add_user(SAVER, 1, true);
    add_user(STRANGER, 2, false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static void put(int64_t user_id, int64_t below, const char *email)
{
    struct user_alert a = {.user_id = user_id, .below = below, .email = str_of(email)};
    assert_int_equal(store_alert_put(&tx, &a), OK);
}

static struct alert_due *due(size_t wanted, size_t limit)
{
    struct alert_due *rows;
    size_t n;
    assert_int_equal(store_alert_due(&rows, &n, &tx.view, limit), OK);
    assert_int_equal(n, wanted);
    return rows;
}

static void P10_1_the_quota_counts_where_there_is_one_else_the_account_s_credits(void **state)
{
    (void)state;
    put(SPENDER, 1000, "a@b.example");
    put(SAVER, 500, "c@d.example");
    credits_are(0, 1000);
    credits_are(SAVER, 500);
    due(0, 10);
    credits_are(SAVER, 499);
    struct alert_due *rows = due(1, 10);
    assert_int_equal(rows->alert.user_id, SAVER);
    assert_int_equal(rows->account_id, 1);
    assert_int_equal(rows->left, 499);
    assert_true(rows->is_below);
    assert_true(str_eq(rows->login, STR("user-12")));
    assert_true(str_eq(rows->alert.email, STR("c@d.example")));
    credits_are(0, 999);
    assert_int_equal(due(2, 10)->alert.user_id, SPENDER);
    due(1, 1);
}

static void P10_1_what_was_told_is_due_again_only_when_it_is_over(void **state)
{
    (void)state;
    put(SPENDER, 1000, "a@b.example");
    credits_are(0, 1);
    assert_int_equal(store_alert_told(&tx, SPENDER, due(1, 10)->is_below), OK);
    due(0, 10);
    put(SPENDER, 900, "c@d.example"); /* another address is not told again */
    due(0, 10);
    credits_are(0, 900);
    struct alert_due *rows = due(1, 10);
    assert_false(rows->is_below);
    assert_int_equal(rows->alert.told_at_us, tx.now_us);
    assert_int_equal(store_alert_told(&tx, SPENDER, false), OK);
    due(0, 10);
    credits_are(0, 899);
    assert_true(due(1, 10)->is_below);
}

static void an_alert_is_found_listed_and_goes_with_its_account(void **state)
{
    (void)state;
    struct user_alert a, *all;
    size_t n;
    assert_int_equal(store_alert_get(&a, &tx.view, STRANGER), ERR_NOT_FOUND);
    put(STRANGER, 100, "a@b.example");
    put(SPENDER, 200, "c@d.example");
    assert_int_equal(store_alert_get(&a, &tx.view, STRANGER), OK);
    assert_int_equal(a.below, 100);
    assert_int_equal(store_alert_list(&all, &n, &tx.view, 1), OK);
    assert_int_equal(n, 1);
    assert_int_equal(all[0].user_id, SPENDER);
    assert_int_equal(store_alert_delete(&tx, SPENDER), OK);
    assert_int_equal(store_alert_delete(&tx, SPENDER), OK);
    assert_int_equal(store_account_delete(&tx, 2), OK);
    assert_int_equal(store_alert_get(&a, &tx.view, STRANGER), ERR_NOT_FOUND);
}

#define ALERT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALERT_TEST(P10_1_the_quota_counts_where_there_is_one_else_the_account_s_credits),
        ALERT_TEST(P10_1_what_was_told_is_due_again_only_when_it_is_over),
        ALERT_TEST(an_alert_is_found_listed_and_goes_with_its_account),
    };
    return cmocka_run_group_tests_name("store/alert", tests, NULL, NULL);
}

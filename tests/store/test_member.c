/* SPDX-License-Identifier: Apache-2.0 */
/* store/member: people, what they are to accounts, and their codes. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/id.h"
#include "store/member.h"
#include "store/session.h"
#include "testing.h"

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = fixture_tx(&f);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static enum err insert(int64_t id, const char *email, bool is_operator)
{
    struct member m = {.id = id,
                       .email = str_of(email),
                       .name = str_of(email),
                       .password = STR("hash"),
                       .language = STR("fr"),
                       .is_operator = is_operator};
    return store_member_insert(&tx, &m);
}

static void add(int64_t id, const char *email, bool is_operator)
{
    assert_int_equal(insert(id, email, is_operator), OK);
}

/* A digest like no other: 32 times this byte. */
static struct str digest(char byte)
{
    char *bytes = arena_alloc(f.arena, SECRET_DIGEST_SIZE);
    memset(bytes, byte, SECRET_DIGEST_SIZE);
    return (struct str){bytes, SECRET_DIGEST_SIZE};
}

static void an_address_is_one_member_s(void **state)
{
    (void)state;
    struct member m;
    bool any;
    assert_int_equal(store_member_any(&any, &tx.view), OK);
    assert_false(any);
    add(1, "ann@example.org", false);
    assert_int_equal(store_member_any(&any, &tx.view), OK);
    assert_true(any);
    assert_int_equal(insert(2, "ann@example.org", false), ERR_EXISTS);
    add(2, "bob@example.org", true);
    assert_int_equal(store_member_find(&m, &tx.view, STR("bob@example.org")), OK);
    assert_int_equal(m.id, 2);
    assert_true(m.is_operator);
    assert_true(str_eq(m.language, STR("fr")));
    assert_int_equal(m.created_at_us, tx.now_us);
    assert_int_equal(store_member_find(&m, &tx.view, STR("cid@example.org")), ERR_NOT_FOUND);
    m.email = STR("ann@example.org");
    assert_int_equal(store_member_update(&tx, &m), ERR_EXISTS);
    m.email = STR("bea@example.org");
    m.is_operator = false;
    assert_int_equal(store_member_update(&tx, &m), OK);
    assert_int_equal(store_member_get(&m, &tx.view, 2), OK);
    assert_true(str_eq(m.email, STR("bea@example.org")));
    assert_false(m.is_operator);
    m.id = 9;
    m.email = STR("nobody@example.org");
    assert_int_equal(store_member_update(&tx, &m), ERR_NOT_FOUND);
    assert_int_equal(store_member_get(&m, &tx.view, 9), ERR_NOT_FOUND);
}

static void members_are_listed_page_by_page_and_operators_counted(void **state)
{
    (void)state;
    struct member *rows;
    size_t n;
    int64_t operators;
    for (int64_t id = 1; id <= 5; id++)
        add(id, arena_printf(f.arena, "m%d@example.org", (int)id).p, id > 3);
    assert_int_equal(store_member_list(&rows, &n, &tx.view, 0, 3), OK);
    assert_int_equal(n, 3);
    assert_int_equal(rows[0].id, 5);
    assert_int_equal(store_member_list(&rows, &n, &tx.view, rows[2].id, 3), OK);
    assert_int_equal(n, 2);
    assert_int_equal(rows[1].id, 1);
    assert_int_equal(store_member_operators(&operators, &tx.view, 0), OK);
    assert_int_equal(operators, 2);
    assert_int_equal(store_member_operators(&operators, &tx.view, 4), OK);
    assert_int_equal(operators, 1);
}

static void a_code_counts_once_until_another_secret_is_drawn(void **state)
{
    (void)state;
    struct member m;
    add(1, "ann@example.org", false);
    assert_int_equal(store_member_totp_set(&tx, 1, STR("twenty bytes of them"), true), OK);
    assert_int_equal(store_member_totp_step(&tx, 1, 100), OK);
    assert_int_equal(store_member_totp_step(&tx, 1, 100), ERR_NOT_FOUND);
    assert_int_equal(store_member_totp_step(&tx, 1, 99), ERR_NOT_FOUND);
    assert_int_equal(store_member_totp_step(&tx, 1, 101), OK);
    assert_int_equal(store_member_get(&m, &tx.view, 1), OK);
    assert_true(m.totp_on);
    assert_int_equal(m.totp_step, 101);
    assert_true(str_eq(m.totp_secret, STR("twenty bytes of them")));
    assert_int_equal(store_member_totp_set(&tx, 1, (struct str){0}, false), OK);
    assert_int_equal(store_member_totp_step(&tx, 1, 100), OK);
    assert_int_equal(store_member_totp_set(&tx, 9, (struct str){0}, false), ERR_NOT_FOUND);
}

static void recovery_codes_are_used_up(void **state)
{
    (void)state;
    int64_t left;
    const struct str first[] = {digest('a'), digest('b')};
    const struct str second[] = {digest('c')};
    add(1, "ann@example.org", false);
    add(2, "bob@example.org", false);
    assert_int_equal(store_recovery_put(&tx, 1, first, 2), OK);
    assert_int_equal(store_recovery_take(&tx, 2, digest('a')), ERR_NOT_FOUND);
    assert_int_equal(store_recovery_take(&tx, 1, digest('a')), OK);
    assert_int_equal(store_recovery_take(&tx, 1, digest('a')), ERR_NOT_FOUND);
    assert_int_equal(store_recovery_count(&left, &tx.view, 1), OK);
    assert_int_equal(left, 1);
    assert_int_equal(store_recovery_put(&tx, 1, second, 1), OK);
    assert_int_equal(store_recovery_take(&tx, 1, digest('b')), ERR_NOT_FOUND);
    assert_int_equal(store_recovery_take(&tx, 1, digest('c')), OK);
    assert_int_equal(store_recovery_count(&left, &tx.view, 1), OK);
    assert_int_equal(left, 0);
}

static void put_role(int64_t member_id, int64_t account_id, enum role role)
{
    struct membership m = {.member_id = member_id, .account_id = account_id, .role = role};
    assert_int_equal(store_membership_put(&tx, &m), OK);
}

static void a_member_has_one_role_in_each_account(void **state)
{
    (void)state;
    struct membership m, *rows;
    size_t n;
    add(1, "ann@example.org", false);
    add(2, "bob@example.org", false);
    put_role(1, 7, ROLE_VIEWER);
    put_role(1, 7, ROLE_OWNER);
    put_role(1, 8, ROLE_AGENT);
    put_role(2, 7, ROLE_SENDER);
    assert_int_equal(store_membership_get(&m, &tx.view, 1, 7), OK);
    assert_int_equal(m.role, ROLE_OWNER);
    assert_int_equal(store_membership_get(&m, &tx.view, 2, 8), ERR_NOT_FOUND);
    assert_int_equal(store_membership_of_member(&rows, &n, &tx.view, 1), OK);
    assert_int_equal(n, 2);
    assert_int_equal(store_membership_of_account(&rows, &n, &tx.view, 7), OK);
    assert_int_equal(n, 2);
    assert_int_equal(store_membership_delete(&tx, 1, 7), OK);
    assert_int_equal(store_membership_delete(&tx, 1, 7), ERR_NOT_FOUND);
    assert_int_equal(store_membership_of_account(&rows, &n, &tx.view, 7), OK);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].member_id, 2);
}

static void a_member_goes_with_all_that_is_theirs(void **state)
{
    (void)state;
    struct session_owner owner;
    struct session s = {.id = 5, .digest = digest('s'), .member_id = 1};
    const struct str code = digest('a');
    struct membership *rows;
    size_t n;
    bool holds;
    int64_t left;
    add(1, "ann@example.org", false);
    put_role(1, 7, ROLE_OWNER);
    assert_int_equal(store_session_insert(&tx, &s), OK);
    assert_int_equal(store_device_put(&tx, digest('d'), 1), OK);
    assert_int_equal(store_recovery_put(&tx, 1, &code, 1), OK);
    assert_int_equal(store_member_delete(&tx, 1), OK);
    assert_int_equal(store_member_delete(&tx, 1), ERR_NOT_FOUND);
    assert_int_equal(store_membership_of_account(&rows, &n, &tx.view, 7), OK);
    assert_int_equal(n, 0);
    assert_int_equal(store_session_owner(&owner, &tx.view, digest('s')), ERR_NOT_FOUND);
    assert_int_equal(store_device_holds(&holds, &tx.view, digest('d'), 1), OK);
    assert_false(holds);
    assert_int_equal(store_recovery_count(&left, &tx.view, 1), OK);
    assert_int_equal(left, 0);
}

static void a_role_is_read_as_it_is_named(void **state)
{
    (void)state;
    for (enum role role = ROLE_VIEWER; role <= ROLE_OWNER; role++) {
        enum role read;
        assert_int_equal(role_parse(&read, str_of(role_name(role))), OK);
        assert_int_equal(read, role);
    }
    enum role read;
    assert_int_equal(role_parse(&read, STR("king")), ERR_INVALID);
}

#define MEMBER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMBER_TEST(an_address_is_one_member_s),
        MEMBER_TEST(members_are_listed_page_by_page_and_operators_counted),
        MEMBER_TEST(a_code_counts_once_until_another_secret_is_drawn),
        MEMBER_TEST(recovery_codes_are_used_up),
        MEMBER_TEST(a_member_has_one_role_in_each_account),
        MEMBER_TEST(a_member_goes_with_all_that_is_theirs),
        cmocka_unit_test(a_role_is_read_as_it_is_named),
    };
    return cmocka_run_group_tests_name("store/member", tests, NULL, NULL);
}

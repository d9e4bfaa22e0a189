/* SPDX-License-Identifier: Apache-2.0 */
/* store/session: who is signed in, known browsers, links that hold once; store/api_key: what
 * programs sign in with. */
#include "base/secret.h"
#include "fixture.h"
#include "store/api_key.h"
#include "store/id.h"
#include "store/session.h"
#include "testing.h"

enum { ANN = 1, BOB = 2 };

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = fixture_tx(&f);
    for (int64_t id = ANN; id <= BOB; id++) {
        struct member m = {.id = id,
                           .email = arena_printf(f.arena, "m%d@example.org", (int)id),
                           .name = STR("x"),
                           .password = STR("hash"),
                           .language = STR("en")};
        assert_int_equal(store_member_insert(&tx, &m), OK);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static struct str digest(int64_t of)
{
    char *bytes = arena_alloc(f.arena, SECRET_DIGEST_SIZE);
    memset(bytes, 0, SECRET_DIGEST_SIZE);
    memcpy(bytes, &of, sizeof(of));
    return (struct str){bytes, SECRET_DIGEST_SIZE};
}

static void begin(int64_t id, int64_t member_id)
{
    struct session s = {.id = id,
                        .digest = digest(id),
                        .member_id = member_id,
                        .from_address = STR("192.0.2.7"),
                        .agent = STR("Firefox")};
    assert_int_equal(store_session_insert(&tx, &s), OK);
}

static size_t sessions_of(int64_t member_id, struct session **rows)
{
    size_t n;
    assert_int_equal(store_session_list(rows, &n, &tx.view, member_id), OK);
    return n;
}

static void a_session_is_found_with_its_member_s_roles(void **state)
{
    (void)state;
    struct session_owner o;
    struct membership roles[] = {{ANN, 7, ROLE_OWNER}, {ANN, 8, ROLE_VIEWER}};
    begin(10, ANN);
    assert_int_equal(store_session_owner(&o, &tx.view, digest(10)), OK);
    assert_int_equal(o.member.id, ANN);
    assert_int_equal(o.memberships_n, 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(store_membership_put(&tx, &roles[i]), OK);
    assert_int_equal(store_session_owner(&o, &tx.view, digest(10)), OK);
    assert_int_equal(o.session.id, 10);
    assert_int_equal(o.session.seen_at_us, tx.now_us);
    assert_int_equal(o.memberships_n, 2);
    assert_int_equal(o.memberships[1].account_id, 8);
    assert_int_equal(o.memberships[1].role, ROLE_VIEWER);
    assert_int_equal(o.member.password.n, 0);
    assert_int_equal(store_session_owner(&o, &tx.view, digest(11)), ERR_NOT_FOUND);
}

static void a_session_ends_when_it_was_idle_or_lasted_too_long(void **state)
{
    (void)state;
    struct session s = {.created_at_us = tx.now_us, .seen_at_us = tx.now_us};
    assert_true(store_session_holds(&s, tx.now_us + SESSION_IDLE_US - 1));
    assert_false(store_session_holds(&s, tx.now_us + SESSION_IDLE_US));
    s.seen_at_us = tx.now_us + SESSION_WHOLE_US;
    assert_true(store_session_holds(&s, tx.now_us + SESSION_WHOLE_US - 1));
    assert_false(store_session_holds(&s, tx.now_us + SESSION_WHOLE_US));
}

static void a_member_has_no_more_than_fifty_sessions_and_none_that_ended(void **state)
{
    (void)state;
    struct session *rows;
    for (int64_t id = 1; id <= SESSIONS_MAX + 2; id++)
        begin(id, ANN);
    begin(1000, BOB);
    assert_int_equal(sessions_of(ANN, &rows), SESSIONS_MAX);
    assert_int_equal(rows[0].id, SESSIONS_MAX + 2);
    assert_int_equal(rows[SESSIONS_MAX - 1].id, 3);
    assert_int_equal(sessions_of(BOB, &rows), 1);
    assert_true(str_eq(rows[0].agent, STR("Firefox")));
    tx.now_us += SESSION_IDLE_US;
    begin(2000, ANN);
    assert_int_equal(sessions_of(ANN, &rows), 1);
    assert_int_equal(sessions_of(BOB, &rows), 1); /* until he signs in again */
}

static void what_is_seen_is_put_down_and_never_goes_back(void **state)
{
    (void)state;
    struct session *rows;
    struct member m;
    const int64_t ids[] = {10, 99};
    int64_t began_us = tx.now_us;
    begin(10, ANN);
    tx.now_us += 1000;
    assert_int_equal(store_session_touch(&tx, ids, 2), OK);
    assert_int_equal(sessions_of(ANN, &rows), 1);
    assert_int_equal(rows[0].seen_at_us, began_us + 1000);
    assert_int_equal(rows[0].created_at_us, began_us);
    assert_int_equal(store_member_get(&m, &tx.view, ANN), OK);
    assert_int_equal(m.seen_at_us, began_us + 1000);
    tx.now_us = began_us;
    assert_int_equal(store_session_touch(&tx, ids, 1), OK);
    assert_int_equal(sessions_of(ANN, &rows), 1);
    assert_int_equal(rows[0].seen_at_us, began_us + 1000);
}

static void only_the_member_s_own_sessions_end(void **state)
{
    (void)state;
    struct session *rows;
    for (int64_t id = 1; id <= 3; id++)
        begin(id, ANN);
    begin(4, BOB);
    assert_int_equal(store_session_delete(&tx, BOB, 1), ERR_NOT_FOUND);
    assert_int_equal(store_session_delete(&tx, ANN, 1), OK);
    assert_int_equal(store_session_delete_others(&tx, ANN, 3), OK);
    assert_int_equal(sessions_of(ANN, &rows), 1);
    assert_int_equal(rows[0].id, 3);
    assert_int_equal(sessions_of(BOB, &rows), 1);
    assert_int_equal(store_session_delete_others(&tx, ANN, 0), OK);
    assert_int_equal(sessions_of(ANN, &rows), 0);
}

static bool knows(int64_t device, int64_t member_id)
{
    bool holds;
    assert_int_equal(store_device_holds(&holds, &tx.view, digest(device), member_id), OK);
    return holds;
}

static void of_a_member_s_browsers_the_latest_are_known(void **state)
{
    (void)state;
    for (int64_t device = 1; device <= DEVICES_MAX; device++, tx.now_us++)
        assert_int_equal(store_device_put(&tx, digest(device), ANN), OK);
    assert_true(knows(1, ANN));
    assert_false(knows(1, BOB));
    assert_int_equal(store_device_put(&tx, digest(1), ANN), OK); /* seen again: the newest now */
    tx.now_us++;
    assert_int_equal(store_device_put(&tx, digest(100), ANN), OK);
    assert_true(knows(1, ANN));
    assert_false(knows(2, ANN));
    assert_true(knows(100, ANN));
}

static void make_link(int64_t of, enum token_kind kind, int64_t member_id, int64_t holds_us)
{
    struct token t = {.digest = digest(of),
                      .kind = kind,
                      .member_id = member_id,
                      .created_at_us = tx.now_us,
                      .expires_at_us = tx.now_us + holds_us};
    assert_int_equal(store_token_insert(&tx, &t), OK);
}

static void a_link_holds_for_its_time_and_its_kind(void **state)
{
    (void)state;
    struct token t;
    int64_t n;
    make_link(1, TOKEN_PASSWORD, ANN, HOUR_US);
    make_link(2, TOKEN_SETUP, 0, HOUR_US);
    assert_int_equal(store_token_find(&t, &tx.view, TOKEN_PASSWORD, digest(1), tx.now_us), OK);
    assert_int_equal(t.member_id, ANN);
    assert_int_equal(store_token_find(&t, &tx.view, TOKEN_SETUP, digest(1), tx.now_us),
                     ERR_NOT_FOUND);
    assert_int_equal(store_token_find(&t, &tx.view, TOKEN_PASSWORD, digest(1), tx.now_us + HOUR_US),
                     ERR_NOT_FOUND);
    assert_int_equal(store_token_count(&n, &tx.view, TOKEN_PASSWORD, ANN, tx.now_us), OK);
    assert_int_equal(n, 1);
    for (int64_t of = 10; of < 10 + TOKENS_MAX; of++) {
        tx.now_us++;
        make_link(of, TOKEN_PASSWORD, ANN, HOUR_US);
    }
    assert_int_equal(store_token_count(&n, &tx.view, TOKEN_PASSWORD, ANN, tx.now_us), OK);
    assert_int_equal(n, TOKENS_MAX);
    assert_int_equal(store_token_find(&t, &tx.view, TOKEN_PASSWORD, digest(1), tx.now_us),
                     ERR_NOT_FOUND);
    assert_int_equal(store_token_delete(&tx, TOKEN_PASSWORD, ANN), OK);
    assert_int_equal(store_token_count(&n, &tx.view, TOKEN_PASSWORD, ANN, tx.now_us), OK);
    assert_int_equal(n, 0);
    assert_int_equal(store_token_find(&t, &tx.view, TOKEN_SETUP, digest(2), tx.now_us), OK);
}

static void a_key_is_found_by_its_digest_alone_and_is_its_account_s(void **state)
{
    (void)state;
    struct api_key k, *rows;
    size_t n;
    const int64_t used = 2;
    for (int64_t id = 1; id <= 3; id++) {
        k = (struct api_key){.id = id,
                             .account_id = id == 3 ? 8 : 7,
                             .name = STR("till"),
                             .digest = digest(id),
                             .prefix = STR("nvt_abcdef"),
                             .scopes = SCOPE_SEND | SCOPE_READ};
        assert_int_equal(store_api_key_insert(&tx, &k), OK);
    }
    assert_int_equal(store_api_key_find(&k, &tx.view, digest(2)), OK);
    assert_int_equal(k.id, 2);
    assert_int_equal(k.account_id, 7);
    assert_int_equal(k.scopes, SCOPE_SEND | SCOPE_READ);
    assert_int_equal(k.last_used_at_us, 0);
    assert_int_equal(store_api_key_find(&k, &tx.view, digest(9)), ERR_NOT_FOUND);
    tx.now_us += 5;
    assert_int_equal(store_api_key_touch(&tx, &used, 1), OK);
    assert_int_equal(store_api_key_list(&rows, &n, &tx.view, 7), OK);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].id, 2);
    assert_int_equal(rows[0].last_used_at_us, tx.now_us);
    assert_int_equal(rows[1].last_used_at_us, 0);
    assert_int_equal(store_api_key_delete(&tx, 8, 2), ERR_NOT_FOUND);
    assert_int_equal(store_api_key_delete(&tx, 7, 2), OK);
    assert_int_equal(store_api_key_find(&k, &tx.view, digest(2)), ERR_NOT_FOUND);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SESSION_TEST(a_session_is_found_with_its_member_s_roles),
        SESSION_TEST(a_session_ends_when_it_was_idle_or_lasted_too_long),
        SESSION_TEST(a_member_has_no_more_than_fifty_sessions_and_none_that_ended),
        SESSION_TEST(what_is_seen_is_put_down_and_never_goes_back),
        SESSION_TEST(only_the_member_s_own_sessions_end),
        SESSION_TEST(of_a_member_s_browsers_the_latest_are_known),
        SESSION_TEST(a_link_holds_for_its_time_and_its_kind),
        SESSION_TEST(a_key_is_found_by_its_digest_alone_and_is_its_account_s),
    };
    return cmocka_run_group_tests_name("store/session", tests, NULL, NULL);
}

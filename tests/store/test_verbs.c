/* SPDX-License-Identifier: Apache-2.0 */
/* store/: verbs that the scenarios do not reach, and the laws behind them. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/account.h"
#include "store/carrier.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/message.h"
#include "store/node.h"
#include "store/search.h"
#include "store/sweep.h"
#include "store/writer.h"
#include "testing.h"

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    clock_set_virtual(INT64_C(1795269900) * SEC_US);
    tx = fixture_tx(&f);
    fixture_account(&tx, 1, STR("shop"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set_virtual(0);
    fixture_close(&f);
    return 0;
}

static int64_t add_message(uint64_t recipient, enum message_state state, const char *tag)
{
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .user_id = 2,
                        .carrier_id = 5,
                        .state = state,
                        .sender = STR("Shop"),
                        .recipient = recipient,
                        .text = STR("x"),
                        .parts = 1,
                        .class = -1,
                        .tag = str_of(tag),
                        .created_at_us = tx.now_us,
                        .due_at_us = tx.now_us,
                        .expires_at_us = tx.now_us + DAY_US};
    const struct message *row = &m;
    assert_int_equal(store_message_insert(&tx, &row, 1), OK);
    return m.id;
}

static size_t listed_to(uint64_t recipient)
{
    struct list_page page;
    struct store_view v = fixture_view(&f);
    struct message_search to = {.search = {.descending = true, .limit = 100, .budget.rows = 1000},
                                .recipient = recipient};
    assert_int_equal(store_message_search(&page, &v, &to), OK);
    return page.n;
}

static void a_recipient_is_found_before_and_behind_the_index(void **state)
{
    (void)state;
    struct index_slice slice;
    add_message(33600000001, MESSAGE_SENT, "");
    clock_advance(MIN_US);
    int64_t middle_us = clock_now_us();
    clock_advance(MIN_US);
    add_message(33600000001, MESSAGE_SENT, "");
    assert_int_equal(store_index_slice(&slice, &tx, middle_us, 100), OK);
    assert_int_equal(slice.seen, 1);
    assert_int_equal(listed_to(33600000001), 2);
    assert_int_equal(store_index_slice(&slice, &tx, middle_us, 100), OK);
    assert_int_equal(slice.seen, 0);
}

static void only_legal_moves_are_written(void **state)
{
    (void)state;
    int64_t id = add_message(33600000001, MESSAGE_QUEUED, "");
    int64_t changed = 0;
    struct message_move illegal = {.id = id, .from = MESSAGE_QUEUED, .to = MESSAGE_DELIVERED};
    assert_int_equal(store_message_move(&tx, &illegal, &changed), ERR_INTERNAL);
    struct message_move cancel = {
        .id = id, .from = MESSAGE_QUEUED, .to = MESSAGE_CANCELLED, .at_us = tx.now_us};
    assert_int_equal(store_message_move(&tx, &cancel, &changed), OK);
    assert_int_equal(changed, 1);
    assert_int_equal(store_message_move(&tx, &cancel, &changed), OK);
    assert_int_equal(changed, 0);
}

static void final_states_have_no_way_out(void **state)
{
    (void)state;
    for (size_t i = 0; message_state_nth(i); i++)
        for (size_t k = 0; message_state_nth(k); k++)
            if (message_state_final(message_state_nth(i)))
                assert_false(message_state_may(message_state_nth(i), message_state_nth(k)));
    enum message_state parsed;
    for (size_t i = 0; message_state_nth(i); i++) {
        const char *name = message_state_name(message_state_nth(i));
        assert_int_equal(message_state_parse(&parsed, str_of(name)), OK);
        assert_int_equal(parsed, message_state_nth(i));
    }
    assert_int_equal(message_state_parse(&parsed, STR("sent ")), ERR_INVALID);
}

static void used_accounts_and_carriers_stay(void **state)
{
    (void)state;
    struct carrier_row c = {.id = 5, .name = STR("c"), .settings = STR("{}"), .enabled = true};
    assert_int_equal(store_carrier_insert(&tx, &c), OK);
    assert_int_equal(store_carrier_insert(&tx, &c), ERR_EXISTS);
    int64_t id = add_message(33600000001, MESSAGE_QUEUED, "");
    assert_int_equal(store_carrier_delete(&tx, 5), ERR_CONFLICT);
    struct message_move cancel = {
        .id = id, .from = MESSAGE_QUEUED, .to = MESSAGE_CANCELLED, .at_us = tx.now_us};
    assert_int_equal(store_message_move(&tx, &cancel, NULL), OK);
    assert_int_equal(store_carrier_delete(&tx, 5), OK);
    assert_int_equal(store_carrier_delete(&tx, 5), ERR_NOT_FOUND);
    struct purse purse = {.account_id = 1};
    assert_int_equal(store_purse_move(&tx, purse, LEDGER_CREDIT, 1, 0, STR("")), OK);
    assert_int_equal(store_purses_settle(&tx), OK);
    assert_int_equal(store_account_delete(&tx, 1), ERR_CONFLICT);
}

static void a_new_life_fences_the_dead_ones(void **state)
{
    (void)state;
    struct node first;
    struct node second;
    struct node *lives;
    size_t n;
    assert_int_equal(store_node_register(&first, &tx, STR("host:/data"), 3), OK);
    assert_int_equal(store_node_register(&second, &tx, STR("host:/data"), 3), OK);
    assert_true(second.epoch > first.epoch);
    assert_int_equal(store_node_list(&lives, &n, &tx.view), OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(lives[i].fenced, lives[i].epoch == first.epoch);
}

static void ids_are_ordered_fit_53_bits_and_tell_their_time(void **state)
{
    (void)state;
    int64_t now_us = clock_now_us();
    int64_t last = 0;
    store_id_begin(31, 0);
    for (int i = 0; i < 1000; i++) {
        int64_t id = store_id_next();
        assert_true(id > last && id < INT64_C(1) << 53);
        last = id;
    }
    assert_true(store_id_time_us(last) / MS_US - now_us / MS_US <= 1000 / 128);
    assert_true(store_id_at(now_us) <= last && store_id_at(now_us + SEC_US) > last);
    store_id_begin(0, last);
    assert_true(store_id_next() > last);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(a_recipient_is_found_before_and_behind_the_index),
        STORE(only_legal_moves_are_written),
        STORE(final_states_have_no_way_out),
        STORE(used_accounts_and_carriers_stay),
        STORE(a_new_life_fences_the_dead_ones),
        STORE(ids_are_ordered_fit_53_bits_and_tell_their_time),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* store/reference: carriers' ids in memory and in the index, and receipts that came too early. */
#include "base/clock.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/id.h"
#include "store/message.h"
#include "store/reference.h"
#include "testing.h"

#define START_US (INT64_C(1795269900) * SEC_US)

static struct fixture f;
static struct store_tx tx;
static struct references *here;  /* of this node */
static struct references *there; /* of another: knows only what the database knows */

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    clock_set_virtual(START_US);
    store_id_begin(0, 0);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = START_US, .epoch = 32};
    assert_int_equal(store_references_new(&here, &tx.view), OK);
    assert_int_equal(store_references_new(&there, &tx.view), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_references_free(here);
    store_references_free(there);
    clock_set_virtual(0);
    fixture_close(&f);
    return 0;
}

static struct reference reference(const char *ref, int64_t message_id)
{
    return (struct reference){
        .carrier_id = 5, .carrier_ref = str_of(ref), .message_id = message_id};
}

static int64_t found(struct references *r, const char *ref)
{
    struct reference wanted = reference(ref, 0);
    assert_int_equal(store_reference_find(r, &tx.view, &wanted, 1), OK);
    return wanted.message_id;
}

static void a_young_one_is_in_memory_only(void **state)
{
    (void)state;
    struct reference ref = reference("young", store_id_next());
    assert_int_equal(store_reference_add(here, &tx, &ref, 1), OK);
    assert_true(found(here, "young") == ref.message_id);
    assert_true(found(there, "young") == 0);
    assert_int_equal(store_reference_drop(here, &tx, &ref, 1), OK);
    assert_true(found(here, "young") == 0);
}

static void one_that_is_not_young_is_indexed_at_once_and_until_it_ends(void **state)
{
    (void)state;
    struct reference refs[] = {reference("old", store_id_next()), reference("", store_id_next())};
    refs[0].part = 3;
    tx.now_us += 10 * SEC_US;
    assert_int_equal(store_reference_add(here, &tx, refs, 2), OK);
    struct reference wanted[] = {reference("none", 0), reference("old", 0)};
    assert_int_equal(store_reference_find(there, &tx.view, wanted, 2), OK);
    assert_true(wanted[0].message_id == 0);
    assert_true(wanted[1].message_id == refs[0].message_id && wanted[1].part == 3);
    assert_int_equal(store_reference_drop(there, &tx, wanted, 2), OK);
    assert_true(found(there, "old") == 0);
}

static void of_a_shared_carrier_every_node_knows_at_once(void **state)
{
    (void)state;
    struct reference ref = reference("shared", store_id_next());
    ref.shared = true;
    assert_int_equal(store_reference_add(here, &tx, &ref, 1), OK);
    assert_true(found(there, "shared") == ref.message_id);
    /* The carrier uses its id again, through the other node: memory here is behind. */
    struct reference again = reference("shared", store_id_next());
    again.shared = true;
    assert_int_equal(store_reference_add(there, &tx, &again, 1), OK);
    struct reference wanted = reference("shared", 0);
    wanted.shared = true;
    assert_int_equal(store_reference_find(here, &tx.view, &wanted, 1), OK);
    assert_true(wanted.message_id == again.message_id);
    assert_int_equal(store_reference_drop(here, &tx, &wanted, 1), OK);
    struct references *fresh;
    assert_int_equal(store_references_new(&fresh, &tx.view), OK);
    assert_true(found(fresh, "shared") == 0);
    store_references_free(fresh);
}

static void the_newest_message_has_an_id_that_is_used_again(void **state)
{
    (void)state;
    int64_t older = store_id_next();
    int64_t newer = store_id_next();
    struct reference refs[] = {reference("twice", newer), reference("once", older),
                               reference("twice", older)};
    assert_int_equal(store_reference_index(&tx, refs, 3), OK);
    assert_true(found(there, "twice") == newer && found(there, "once") == older);
    assert_int_equal(store_reference_index(&tx, &refs[2], 1), OK);
    assert_true(found(there, "twice") == newer);
    assert_int_equal(store_reference_drop(there, &tx, &refs[2], 1), OK);
    assert_true(found(there, "twice") == newer);
}

static void keep_early(struct references *r, const char *ref, enum message_state state)
{
    struct early_receipt e = {
        .carrier_id = 5, .carrier_ref = str_of(ref), .state = state, .receipt = str_of(ref)};
    assert_int_equal(store_early_add(r, &tx, &e), OK);
}

static void early_receipts_wait_for_their_message_and_are_taken_once(void **state)
{
    (void)state;
    struct early_receipt *early;
    size_t n;
    keep_early(here, "a", MESSAGE_SENT);
    keep_early(here, "b", MESSAGE_DELIVERED);
    keep_early(here, "a", MESSAGE_DELIVERED);
    struct reference refs[] = {reference("z", 1), reference("b", 2), reference("", 3),
                               reference("a", 4)};
    assert_int_equal(store_early_take(&early, &n, here, &tx, refs, 4), OK);
    assert_int_equal(n, 3);
    size_t of_a = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(str_eq(refs[early[i].nth].carrier_ref, early[i].receipt));
        assert_true(early[i].received_at_us == tx.now_us);
        if (early[i].nth == 3)
            assert_int_equal(early[i].state, of_a++ ? MESSAGE_DELIVERED : MESSAGE_SENT);
    }
    assert_int_equal(of_a, 2);
    assert_int_equal(store_early_take(&early, &n, here, &tx, refs, 4), OK);
    assert_int_equal(n, 0);
}

static void those_another_node_kept_are_found_for_shared_carriers_or_when_counted(void **state)
{
    (void)state;
    struct early_receipt *early;
    size_t n;
    keep_early(there, "x", MESSAGE_DELIVERED);
    struct reference ref = reference("x", store_id_next());
    assert_int_equal(store_early_take(&early, &n, here, &tx, &ref, 1), OK);
    assert_int_equal(n, 0);
    ref.shared = true;
    assert_int_equal(store_early_take(&early, &n, here, &tx, &ref, 1), OK);
    assert_int_equal(n, 1);
    if (!db_shared(f.db))
        return;
    keep_early(there, "x", MESSAGE_DELIVERED);
    ref.shared = false;
    assert_int_equal(store_early_count(here, &tx.view), OK);
    assert_int_equal(store_early_take(&early, &n, here, &tx, &ref, 1), OK);
    assert_int_equal(n, 1);
}

static void a_receipt_that_passed_its_answer_is_found_again(void **state)
{
    (void)state;
    struct reference *refs;
    size_t n;
    keep_early(here, "late", MESSAGE_DELIVERED);
    keep_early(here, "late", MESSAGE_DELIVERED);
    keep_early(here, "never", MESSAGE_DELIVERED);
    struct reference ref = reference("late", store_id_next());
    ref.part = 2;
    assert_int_equal(store_reference_index(&tx, &ref, 1), OK);
    assert_int_equal(store_early_known(&refs, &n, here, &tx, tx.now_us - MIN_US, 10), OK);
    assert_int_equal(n, 1);
    assert_true(refs[0].message_id == ref.message_id && refs[0].part == 2);
    assert_true(str_eq(refs[0].carrier_ref, STR("late")));
    assert_int_equal(store_early_known(&refs, &n, here, &tx, tx.now_us + MIN_US, 10), OK);
    assert_int_equal(n, 0);
}

static void early_receipts_of_nobody_are_forgotten_after_their_time(void **state)
{
    (void)state;
    int64_t forgotten;
    keep_early(here, "nobody", MESSAGE_DELIVERED);
    assert_int_equal(store_early_forget(&forgotten, here, &tx, tx.now_us), OK);
    assert_int_equal(forgotten, 0);
    assert_int_equal(store_early_forget(&forgotten, here, &tx, tx.now_us + 1), OK);
    assert_int_equal(forgotten, 1);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(a_young_one_is_in_memory_only),
        STORE(one_that_is_not_young_is_indexed_at_once_and_until_it_ends),
        STORE(of_a_shared_carrier_every_node_knows_at_once),
        STORE(the_newest_message_has_an_id_that_is_used_again),
        STORE(early_receipts_wait_for_their_message_and_are_taken_once),
        STORE(those_another_node_kept_are_found_for_shared_carriers_or_when_counted),
        STORE(a_receipt_that_passed_its_answer_is_found_again),
        STORE(early_receipts_of_nobody_are_forgotten_after_their_time),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

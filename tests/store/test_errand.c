/* SPDX-License-Identifier: Apache-2.0 */
/* store/errand: what waits, who has it, and what is kept of it. */
#include "base/clock.h"
#include "fixture.h"
#include "store/errand.h"
#include "store/id.h"
#include "testing.h"

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = clock_now_us(), .epoch = 7};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static int64_t put(enum errand_state state, int64_t due_in_s, bool keep)
{
    struct errand e = {.id = store_id_next(),
                       .account_id = 3,
                       .kind = ERRAND_RECEIPT,
                       .target = STR("https://example.org/r?k=1"),
                       .profile = PROFILE_OVH,
                       .body = STR("{\"id\":1}\n{\"id\":2}"),
                       .events = 2,
                       .keep = keep,
                       .state = state,
                       .due_at_us = tx.now_us + due_in_s * SEC_US,
                       .give_up_at_us = tx.now_us + DAY_US};
    assert_int_equal(store_errand_insert(&tx, &e, 1), OK);
    return e.id;
}

static struct errand get(int64_t id)
{
    struct errand e;
    assert_int_equal(store_errand_get(&e, &tx.view, id), OK);
    return e;
}

static size_t take(struct errand **list, size_t limit)
{
    size_t n;
    assert_int_equal(store_errand_take(list, &n, &tx, limit), OK);
    return n;
}

static void what_is_due_is_taken_once_in_its_order(void **state)
{
    (void)state;
    struct errand *list;
    int64_t later = put(ERRAND_WAITING, -1, true);
    int64_t first = put(ERRAND_WAITING, -5, true);
    put(ERRAND_WAITING, 60, true);
    put(ERRAND_CLAIMED, -9, true);
    assert_int_equal(take(&list, 10), 2);
    assert_int_equal(list[0].id, first);
    assert_int_equal(list[1].id, later);
    assert_int_equal(list[0].events, 2);
    assert_string_equal(list[0].target.p, "https://example.org/r?k=1");
    assert_int_equal(get(first).state, ERRAND_CLAIMED);
    assert_int_equal(take(&list, 10), 0);
}

static void only_the_life_that_claimed_it_moves_it(void **state)
{
    (void)state;
    int64_t id = put(ERRAND_CLAIMED, 0, true);
    tx.epoch = 8;
    assert_int_equal(store_errand_done(&tx, &id, 1), OK);
    struct errand_back back = {.id = id, .state = ERRAND_WAITING, .due_at_us = 5};
    assert_int_equal(store_errand_back(&tx, &back, 1), OK);
    assert_int_equal(get(id).state, ERRAND_CLAIMED);
    tx.epoch = 7;
    assert_int_equal(store_errand_done(&tx, &id, 1), OK);
    assert_int_equal(get(id).state, ERRAND_DONE);
    assert_int_equal(get(id).done_at_us, tx.now_us);
}

static void what_a_dead_life_claimed_waits_again(void **state)
{
    (void)state;
    int64_t n;
    int64_t id = put(ERRAND_CLAIMED, 0, true);
    assert_int_equal(store_errand_release(&n, &tx, 6), OK);
    assert_int_equal(n, 0);
    assert_int_equal(store_errand_release(&n, &tx, 7), OK);
    assert_int_equal(n, 1);
    assert_int_equal(get(id).state, ERRAND_WAITING);
}

static void what_failed_remembers_what_arrived(void **state)
{
    (void)state;
    int64_t id = put(ERRAND_CLAIMED, 0, true);
    struct errand_back back = {.id = id,
                               .state = ERRAND_WAITING,
                               .due_at_us = tx.now_us + SEC_US,
                               .told = STR("10"),
                               .attempted = true};
    assert_int_equal(store_errand_back(&tx, &back, 1), OK);
    struct errand e = get(id);
    assert_int_equal(e.state, ERRAND_WAITING);
    assert_int_equal(e.attempts, 1);
    assert_string_equal(e.told.p, "10");
    struct errand_glance glance;
    assert_int_equal(store_errand_glance(&glance, &tx.view, 100), OK);
    assert_int_equal(glance.waiting, 1);
    assert_int_equal(glance.oldest_created_at_us, tx.now_us);
}

static void a_body_that_may_not_be_kept_goes_when_it_is_told(void **state)
{
    (void)state;
    int64_t ids[] = {put(ERRAND_CLAIMED, 0, true), put(ERRAND_CLAIMED, 0, false)};
    assert_int_equal(store_errand_done(&tx, ids, 2), OK);
    assert_int_not_equal(get(ids[0]).body.n, 0);
    assert_int_equal(get(ids[1]).body.n, 0);
}

static int64_t replay(int64_t id, int64_t since_us)
{
    int64_t n;
    struct errand_replay what = {
        .account_id = 3, .id = id, .since_us = since_us, .give_up_at_us = tx.now_us + 2 * DAY_US};
    assert_int_equal(store_errand_replay(&n, &tx, &what, 100), OK);
    return n;
}

static void P5_2_what_is_over_can_be_told_again(void **state)
{
    (void)state;
    int64_t ids[] = {put(ERRAND_CLAIMED, 0, true), put(ERRAND_CLAIMED, 0, false)};
    int64_t lost = put(ERRAND_CLAIMED, 0, true);
    put(ERRAND_WAITING, 60, true);
    assert_int_equal(store_errand_done(&tx, ids, 2), OK);
    struct errand_back back = {.id = lost, .state = ERRAND_GIVEN_UP, .told = STR("10")};
    assert_int_equal(store_errand_back(&tx, &back, 1), OK);
    assert_int_equal(replay(0, tx.now_us + HOUR_US), 0);
    assert_int_equal(replay(lost, 0), 1);
    assert_int_equal(get(lost).state, ERRAND_WAITING);
    assert_int_equal(get(lost).told.n, 0);
    assert_int_equal(replay(0, tx.now_us - HOUR_US), 1); /* what was not kept is gone */
    assert_int_equal(get(ids[0]).state, ERRAND_WAITING);
}

static void attempts_are_read_in_order_and_go_with_their_errand(void **state)
{
    (void)state;
    struct errand_attempt *list;
    size_t n;
    int64_t forgotten;
    int64_t id = put(ERRAND_CLAIMED, 0, true);
    struct errand_attempt rows[] = {
        {.errand_id = id, .at_us = 2, .status = 200, .events = 2},
        {.errand_id = id, .at_us = 1, .events = 2, .failed = 2, .error = STR("timeout")}};
    assert_int_equal(store_errand_attempt_add(&tx, rows, 2), OK);
    assert_int_equal(store_errand_attempt_list(&list, &n, &tx.view, id, 10), OK);
    assert_int_equal(n, 2);
    assert_string_equal(list[0].error.p, "timeout");
    assert_int_equal(list[1].status, 200);
    int64_t future_us = clock_now_us() + HOUR_US;
    assert_int_equal(store_errand_forget(&forgotten, &tx, future_us, 10), OK);
    assert_int_equal(forgotten, 0); /* it is still to be told */
    assert_int_equal(store_errand_done(&tx, &id, 1), OK);
    assert_int_equal(store_errand_forget(&forgotten, &tx, future_us, 10), OK);
    assert_int_equal(forgotten, 1);
    assert_int_equal(store_errand_attempt_list(&list, &n, &tx.view, id, 10), OK);
    assert_int_equal(n, 0);
}

static void settings_and_notifications_are_read_as_they_were_written(void **state)
{
    (void)state;
    struct callback_setting s = {.account_id = 3,
                                 .profile = PROFILE_NAVETTE,
                                 .secret = STR("whsec_x"),
                                 .replies_url = STR(""),
                                 .receipts_url = STR("https://a.example/"),
                                 .stops_url = STR("")};
    struct callback_setting *settings;
    struct notification note = {.id = store_id_next(),
                                .account_id = 3,
                                .kind = NOTIFICATION_EMAIL,
                                .target = STR("a@example.org"),
                                .sender = STR("b@example.org"),
                                .language = STR("fr")};
    struct notification *notes;
    size_t n;
    assert_int_equal(store_callback_put(&tx, &s), OK);
    s.profile = PROFILE_OVH;
    assert_int_equal(store_callback_put(&tx, &s), OK);
    assert_int_equal(store_callback_list(&settings, &n, &tx.view), OK);
    assert_int_equal(n, 1);
    assert_int_equal(settings[0].profile, PROFILE_OVH);
    assert_string_equal(settings[0].receipts_url.p, "https://a.example/");
    assert_int_equal(store_notification_insert(&tx, &note), OK);
    note.target = STR("c@example.org");
    assert_int_equal(store_notification_update(&tx, &note), OK);
    assert_int_equal(store_notification_list(&notes, &n, &tx.view), OK);
    assert_int_equal(n, 1);
    assert_string_equal(notes[0].target.p, "c@example.org");
    assert_int_equal(store_notification_delete(&tx, note.id), OK);
    assert_int_equal(store_notification_delete(&tx, note.id), ERR_NOT_FOUND);
}

#define ERRAND(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ERRAND(what_is_due_is_taken_once_in_its_order),
        ERRAND(only_the_life_that_claimed_it_moves_it),
        ERRAND(what_a_dead_life_claimed_waits_again),
        ERRAND(what_failed_remembers_what_arrived),
        ERRAND(a_body_that_may_not_be_kept_goes_when_it_is_told),
        ERRAND(P5_2_what_is_over_can_be_told_again),
        ERRAND(attempts_are_read_in_order_and_go_with_their_errand),
        ERRAND(settings_and_notifications_are_read_as_they_were_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

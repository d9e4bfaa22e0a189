/* SPDX-License-Identifier: Apache-2.0 */
/* store/reroute: moves to another carrier and back, and store/route, on either engine. */
#include "base/clock.h"
#include "fixture.h"
#include "store/id.h"
#include "store/queue.h"
#include "store/reroute.h"
#include "store/route.h"
#include "testing.h"

#define START_US (INT64_C(1795269900) * SEC_US)
enum { ORANGE = 5, SFR = 6 };

static struct fixture f;
static struct store_tx tx;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    clock_set_virtual(START_US);
    store_id_begin(0, 0);
    tx = (struct store_tx){.view = fixture_view(&f), .now_us = START_US, .epoch = 32};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    clock_set_virtual(0);
    fixture_close(&f);
    return 0;
}

static int64_t insert(enum message_state message_state, int64_t carrier)
{
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .user_id = 2,
                        .carrier_id = carrier,
                        .state = message_state,
                        .sender = STR("Shop"),
                        .recipient = 33600000001,
                        .text = STR("x"),
                        .parts = 1,
                        .class = -1,
                        .created_at_us = tx.now_us,
                        .due_at_us = tx.now_us,
                        .expires_at_us = tx.now_us + DAY_US};
    const struct message *rows[] = {&m};
    assert_int_equal(store_message_insert(&tx, rows, 1), OK);
    return m.id;
}

static struct message get(int64_t id)
{
    struct message m;
    assert_int_equal(store_message_get(&m, &tx.view, id), OK);
    return m;
}

static bool move(int64_t id, enum message_state from, int64_t carrier_from, int64_t carrier_to)
{
    bool changed;
    struct message_reroute r = {.id = id,
                                .from = from,
                                .carrier_from = carrier_from,
                                .carrier_to = carrier_to,
                                .due_at_us = tx.now_us};
    assert_int_equal(store_message_reroute(&changed, &tx, &r), OK);
    return changed;
}

static int64_t waiting(int64_t carrier)
{
    int64_t n;
    assert_int_equal(store_queue_length(&n, &tx.view, carrier), OK);
    return n;
}

static void sent(int64_t id, const char *ref)
{
    struct message_sent row = {.id = id, .sent_at_us = tx.now_us, .carrier_ref = str_of(ref)};
    assert_int_equal(store_message_sent(&tx, &row, 1), OK);
}

static void a_move_names_what_it_leaves(void **state)
{
    (void)state;
    int64_t id = insert(MESSAGE_QUEUED, ORANGE);
    assert_false(move(id, MESSAGE_QUEUED, SFR, ORANGE));
    assert_false(move(id, MESSAGE_SENDING, ORANGE, SFR));
    assert_true(move(id, MESSAGE_QUEUED, ORANGE, SFR));
    assert_false(move(id, MESSAGE_QUEUED, ORANGE, SFR)); /* the second of two nodes */
    struct message m = get(id);
    assert_int_equal(m.carrier_id, SFR);
    assert_int_equal(m.state, MESSAGE_QUEUED);
    assert_int_equal(waiting(ORANGE), 0);
    assert_int_equal(waiting(SFR), 1);
}

static void what_was_sending_or_sent_waits_for_the_other_carrier(void **state)
{
    (void)state;
    int64_t sending = insert(MESSAGE_SENDING, ORANGE);
    int64_t gone = insert(MESSAGE_SENDING, ORANGE);
    sent(gone, "o1");
    struct message_part part = {.message_id = sending, .number = 1, .state = MESSAGE_REJECTED};
    struct message_part *parts;
    size_t n;
    assert_int_equal(store_part_sent(&tx, &part, 1), OK);
    assert_true(move(sending, MESSAGE_SENDING, ORANGE, SFR));
    assert_true(move(gone, MESSAGE_SENT, ORANGE, SFR));
    assert_int_equal(store_part_list(&parts, &n, &tx.view, sending), OK);
    assert_int_equal(n, 0);
    assert_int_equal(waiting(SFR), 2);
    assert_int_equal(get(gone).sent_at_us, tx.now_us); /* a carrier took it */
    struct message *taken;
    assert_int_equal(store_queue_take(&taken, &n, &tx, SFR, 10), OK);
    assert_int_equal(n, 2);
}

static void the_same_id_of_another_carrier_ends_nothing(void **state)
{
    (void)state;
    int64_t id = insert(MESSAGE_SENDING, SFR);
    sent(id, "1000");
    struct message_finish late = {.id = id,
                                  .carrier_id = ORANGE,
                                  .carrier_ref = STR("1000"),
                                  .to = MESSAGE_UNDELIVERED,
                                  .receipt = STR("UNDELIV")};
    assert_int_equal(store_message_finish_sent(&tx, &late, 1, NULL), OK);
    assert_int_equal(get(id).state, MESSAGE_SENT);
    late.carrier_id = SFR;
    assert_int_equal(store_message_finish_sent(&tx, &late, 1, NULL), OK);
    assert_int_equal(get(id).state, MESSAGE_UNDELIVERED);
}

static void it_goes_back_to_the_carrier_that_had_taken_it(void **state)
{
    (void)state;
    int64_t id = insert(MESSAGE_SENDING, ORANGE);
    int64_t changed = 0;
    struct tried tried = {
        .message_id = id, .carrier_id = ORANGE, .taken = true, .carrier_ref = STR("o1")};
    sent(id, "o1");
    assert_true(move(id, MESSAGE_SENT, ORANGE, SFR));
    assert_int_equal(store_queue_seize(&tx, id), OK);
    assert_int_equal(store_message_give_back(&tx, &tried, MESSAGE_SENDING, &changed), OK);
    assert_int_equal(changed, 0);
    assert_int_equal(store_message_give_back(&tx, &tried, MESSAGE_QUEUED, &changed), OK);
    assert_int_equal(changed, 1);
    struct message m = get(id);
    assert_int_equal(m.state, MESSAGE_SENT);
    assert_int_equal(m.carrier_id, ORANGE);
    assert_true(str_eq(m.carrier_ref, STR("o1")));
}

static void what_was_tried_is_told_newest_first(void **state)
{
    (void)state;
    struct tried refused = {.message_id = 1, .carrier_id = ORANGE};
    struct tried taken = {
        .message_id = 1, .carrier_id = SFR, .taken = true, .carrier_ref = STR("s1")};
    struct tried *list;
    size_t n;
    assert_int_equal(store_tried_add(&tx, &refused), OK);
    tx.now_us += SEC_US;
    assert_int_equal(store_tried_add(&tx, &taken), OK);
    assert_int_equal(store_tried_delivered(&tx, &taken), OK);
    assert_int_equal(store_tried_list(&list, &n, &tx.view, 1), OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].carrier_id, SFR);
    assert_true(list[0].taken && list[0].delivered && str_eq(list[0].carrier_ref, STR("s1")));
    assert_false(list[1].taken || list[1].delivered || list[1].carrier_ref.n);
    assert_int_equal(store_tried_list(&list, &n, &tx.view, 2), OK);
    assert_int_equal(n, 0);
}

static void what_waits_is_read_on_from_a_place(void **state)
{
    int64_t ids[5];
    struct message *list;
    size_t n;
    (void)state;
    for (size_t i = 0; i < 5; i++)
        ids[i] = insert(MESSAGE_QUEUED, ORANGE);
    insert(MESSAGE_QUEUED, SFR);
    assert_int_equal(store_queue_waiting(&list, &n, &tx, ORANGE, 0, 0, 3), OK);
    assert_int_equal(n, 3);
    assert_int_equal(list[2].id, ids[2]);
    assert_int_equal(store_queue_waiting(&list, &n, &tx, ORANGE, list[2].due_at_us, list[2].id, 3),
                     OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, ids[3]);
    assert_int_equal(list[1].id, ids[4]);
}

static void a_route_is_kept_as_it_was_said(void **state)
{
    struct route r = {.id = 7,
                      .prefix = STR("33"),
                      .account_id = 1,
                      .sender = STR("Shop"),
                      .sender_kind = SENDER_ALPHANUMERIC,
                      .grade = GRADE_LOW_COST,
                      .timezone = STR("Europe/Paris"),
                      .days = 31,
                      .from_min = 1200,
                      .until_min = 480,
                      .turn = 2,
                      .weight = 3,
                      .draining = true,
                      .carrier_id = ORANGE};
    struct route plain = {.id = 8, .carrier_id = SFR};
    struct route *list;
    size_t n;
    (void)state;
    assert_int_equal(store_route_insert(&tx, &plain), OK);
    assert_int_equal(store_route_insert(&tx, &r), OK);
    r.until_min = 540;
    assert_int_equal(store_route_update(&tx, &r), OK);
    assert_int_equal(store_route_list(&list, &n, &tx.view), OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].id, 8);
    assert_int_equal(list[0].weight, 1);
    assert_int_equal(list[0].days, ROUTE_ALL_DAYS);
    assert_int_equal(list[0].timezone.n, 0);
    assert_int_equal(list[0].account_id, 0);
    const struct route *read = &list[1];
    assert_true(str_eq(read->prefix, r.prefix) && str_eq(read->sender, r.sender) &&
                str_eq(read->timezone, r.timezone));
    assert_int_equal(read->account_id, 1);
    assert_int_equal(read->sender_kind, SENDER_ALPHANUMERIC);
    assert_int_equal(read->grade, GRADE_LOW_COST);
    assert_int_equal(read->days, 31);
    assert_int_equal(read->from_min, 1200);
    assert_int_equal(read->until_min, 540);
    assert_int_equal(read->turn, 2);
    assert_int_equal(read->weight, 3);
    assert_true(read->draining);
    assert_int_equal(read->carrier_id, ORANGE);
    r.id = 9;
    assert_int_equal(store_route_update(&tx, &r), ERR_NOT_FOUND);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(a_move_names_what_it_leaves),
        STORE(what_was_sending_or_sent_waits_for_the_other_carrier),
        STORE(the_same_id_of_another_carrier_ends_nothing),
        STORE(it_goes_back_to_the_carrier_that_had_taken_it),
        STORE(what_was_tried_is_told_newest_first),
        STORE(what_waits_is_read_on_from_a_place),
        STORE(a_route_is_kept_as_it_was_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

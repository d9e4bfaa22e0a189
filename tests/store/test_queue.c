/* SPDX-License-Identifier: Apache-2.0 */
/* store/queue, and the moves of messages in bulk: what several nodes meet at. */
#include "base/clock.h"
#include "base/metric.h"
#include "base/secret.h"
#include "fixture.h"
#include "store/id.h"
#include "store/incoming.h"
#include "store/queue.h"
#include "store/sweep.h"
#include "testing.h"

#define START_US (INT64_C(1795269900) * SEC_US)

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

static void pass_time(int64_t us)
{
    clock_advance(us);
    tx.now_us += us;
}

static struct message new_message(enum message_state state)
{
    return (struct message){.id = store_id_next(),
                            .account_id = 1,
                            .user_id = 2,
                            .carrier_id = 5,
                            .state = state,
                            .sender = STR("Shop"),
                            .recipient = 33600000001,
                            .text = STR("x"),
                            .parts = 1,
                            .class = -1,
                            .created_at_us = tx.now_us,
                            .due_at_us = tx.now_us,
                            .expires_at_us = tx.now_us + DAY_US};
}

static int64_t insert(struct message m)
{
    const struct message *row = &m;
    assert_int_equal(store_message_insert(&tx, &row, 1), OK);
    return m.id;
}

static int64_t add(enum message_state state)
{
    return insert(new_message(state));
}

static int64_t add_due(enum message_state state, int64_t due_at_us)
{
    struct message m = new_message(state);
    m.due_at_us = due_at_us;
    return insert(m);
}

static enum message_state state_of(int64_t id)
{
    struct message m;
    assert_int_equal(store_message_get(&m, &tx.view, id), OK);
    return m.state;
}

/* State of the row here; 0: there is none. */
static int row_of(int64_t id)
{
    static struct db_query query = DB_QUERY("SELECT state FROM queue WHERE message_id = $1");
    struct db_rows rows = db_rows_open(f.db, &query, DB_ARGS(DB_INT(id)));
    int state = db_rows_next(&rows) ? (int)db_rows_int(&rows, 0) : 0;
    assert_int_equal(db_rows_close(&rows), OK);
    return state;
}

static int64_t setting(const char *name)
{
    int64_t value;
    assert_int_equal(store_setting_get(&value, &tx.view, str_of(name)), OK);
    return value;
}

/* ---- what waits ---- */

static void what_waits_is_queued_as_it_is_stored(void **state)
{
    (void)state;
    const enum message_state states[] = {MESSAGE_SCHEDULED, MESSAGE_QUEUED, MESSAGE_SENDING,
                                         MESSAGE_QUEUED};
    struct message messages[4];
    const struct message *rows[4];
    int64_t count;
    for (size_t i = 0; i < 4; i++) {
        messages[i] = new_message(states[i]);
        messages[i].tag = i % 2 ? STR("tag") : STR("");
        rows[i] = &messages[i];
    }
    assert_int_equal(store_message_insert(&tx, rows, 4), OK);
    assert_int_equal(row_of(messages[0].id), MESSAGE_SCHEDULED);
    assert_int_equal(row_of(messages[1].id), MESSAGE_QUEUED);
    assert_int_equal(row_of(messages[2].id), 0);
    assert_int_equal(store_queue_length(&count, &tx.view, 0), OK);
    assert_int_equal(count, 2);
    assert_int_equal(store_queue_length(&count, &tx.view, 6), OK);
    assert_int_equal(count, 0);
    struct message m;
    assert_int_equal(store_message_get(&m, &tx.view, messages[3].id), OK);
    assert_true(str_eq(m.tag, STR("tag")) && str_eq(m.sender, STR("Shop")) && m.class == -1);
    assert_int_equal(m.expires_at_us, tx.now_us + DAY_US);
}

static void the_oldest_due_leave_first_and_once(void **state)
{
    (void)state;
    struct message *list;
    size_t n;
    int64_t second = add_due(MESSAGE_QUEUED, tx.now_us - 1);
    int64_t first = add_due(MESSAGE_QUEUED, tx.now_us - 2);
    int64_t third = add_due(MESSAGE_QUEUED, tx.now_us);
    int64_t later = add_due(MESSAGE_QUEUED, tx.now_us + 1);
    struct message other = new_message(MESSAGE_QUEUED);
    other.carrier_id = 6;
    insert(other);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 2), OK);
    assert_int_equal(n, 2);
    assert_true(list[0].id == first && list[1].id == second);
    assert_int_equal(list[0].state, MESSAGE_SENDING);
    assert_true(str_eq(list[0].text, STR("x")));
    assert_int_equal(state_of(first), MESSAGE_SENDING);
    assert_int_equal(row_of(first), MESSAGE_SENDING);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 1);
    assert_true(list[0].id == third);
    assert_int_equal(row_of(later), MESSAGE_QUEUED);
}

static void who_ends_what_waits_seizes_it_and_only_one_can(void **state)
{
    (void)state;
    int64_t queued = add(MESSAGE_QUEUED);
    int64_t scheduled = add(MESSAGE_SCHEDULED);
    struct message *list;
    size_t n;
    assert_int_equal(store_queue_seize(&tx, queued), OK);
    assert_int_equal(store_queue_seize(&tx, queued), ERR_NOT_FOUND);
    assert_int_equal(store_queue_seize(&tx, scheduled), OK);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 0);
    int64_t taken = add(MESSAGE_QUEUED);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 1);
    assert_int_equal(store_queue_seize(&tx, taken), ERR_NOT_FOUND);
}

static void what_comes_back_waits_again_and_what_ended_does_not(void **state)
{
    (void)state;
    int64_t sending = add(MESSAGE_SENDING);
    int64_t doubt = add(MESSAGE_IN_DOUBT);
    int64_t ended = add(MESSAGE_SENT);
    struct queue_return back[] = {
        {.message_id = sending,
         .carrier_id = 5,
         .from = MESSAGE_SENDING,
         .due_at_us = 77,
         .attempted = true},
        {.message_id = ended, .carrier_id = 5, .from = MESSAGE_SENDING, .due_at_us = 77},
        {.message_id = doubt, .carrier_id = 5, .from = MESSAGE_IN_DOUBT, .due_at_us = 78},
    };
    struct message m;
    struct message *list;
    size_t n;
    assert_int_equal(store_queue_return(&tx, back, 3), OK);
    assert_int_equal(store_message_get(&m, &tx.view, sending), OK);
    assert_int_equal(m.state, MESSAGE_QUEUED);
    assert_int_equal(m.attempts, 1);
    assert_int_equal(m.due_at_us, 77);
    assert_int_equal(state_of(ended), MESSAGE_SENT);
    assert_int_equal(row_of(ended), 0);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 2);
    assert_true(list[0].id == sending && list[1].id == doubt);
    assert_int_equal(list[1].attempts, 0);
}

static void P2_7_what_is_put_off_waits_in_both_places(void **state)
{
    (void)state;
    int64_t one = add(MESSAGE_QUEUED);
    int64_t other = add(MESSAGE_QUEUED);
    int64_t ended = add(MESSAGE_SENT);
    const int64_t later_us = tx.now_us + HOUR_US;
    struct message m;
    struct message *list;
    size_t n;
    int64_t moved;
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 2);
    const struct queue_postpone rows[] = {
        {one, 5, MESSAGE_SCHEDULED, later_us, later_us + DAY_US},
        {ended, 5, MESSAGE_SCHEDULED, later_us, later_us + DAY_US},
        {other, 5, MESSAGE_QUEUED, later_us, later_us + 2 * DAY_US},
    };
    assert_int_equal(store_queue_postpone(&tx, rows, 3), OK);
    assert_int_equal(store_queue_postpone(&tx, rows, 0), OK);
    assert_int_equal(store_message_get(&m, &tx.view, one), OK);
    assert_int_equal(m.state, MESSAGE_SCHEDULED);
    assert_int_equal(m.due_at_us, later_us);
    assert_int_equal(m.expires_at_us, later_us + DAY_US);
    assert_int_equal(row_of(one), MESSAGE_SCHEDULED);
    assert_int_equal(state_of(other), MESSAGE_QUEUED);
    assert_int_equal(row_of(other), MESSAGE_QUEUED);
    assert_int_equal(state_of(ended), MESSAGE_SENT);
    assert_int_equal(row_of(ended), 0);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 0);
    pass_time(HOUR_US);
    assert_int_equal(store_queue_due(&moved, &tx, 10), OK);
    assert_int_equal(moved, 1);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 2);
}

static void what_is_due_becomes_queued_in_both_places(void **state)
{
    (void)state;
    int64_t due = add_due(MESSAGE_SCHEDULED, tx.now_us);
    int64_t soon = add_due(MESSAGE_SCHEDULED, tx.now_us - 5);
    int64_t later = add_due(MESSAGE_SCHEDULED, tx.now_us + 1);
    int64_t moved;
    assert_int_equal(store_queue_due(&moved, &tx, 1), OK);
    assert_int_equal(moved, 1);
    assert_int_equal(state_of(soon), MESSAGE_QUEUED);
    assert_int_equal(store_queue_due(&moved, &tx, 10), OK);
    assert_int_equal(moved, 1);
    assert_int_equal(state_of(due), MESSAGE_QUEUED);
    assert_int_equal(row_of(due), MESSAGE_QUEUED);
    assert_int_equal(state_of(later), MESSAGE_SCHEDULED);
    assert_int_equal(store_queue_due(&moved, &tx, 10), OK);
    assert_int_equal(moved, 0);
}

/* ---- what a life holds ---- */

static void a_life_s_claims_are_found_wherever_they_stand(void **state)
{
    (void)state;
    struct index_slice slice;
    struct message *list;
    size_t n;
    int64_t slow = add(MESSAGE_SENDING); /* accepted straight into it */
    int64_t gone = add(MESSAGE_SENDING);
    struct message_sent sent = {.id = gone, .sent_at_us = tx.now_us, .carrier_ref = STR("r")};
    assert_int_equal(store_message_sent(&tx, &sent, 1), OK);
    assert_int_equal(row_of(slow), 0);
    pass_time(20 * SEC_US);
    assert_int_equal(store_index_slice(&slice, &tx, tx.now_us - 10 * SEC_US, 100), OK);
    assert_int_equal(slice.seen, 2);
    assert_int_equal(slice.refs_n, 1);
    assert_int_equal(row_of(slow), MESSAGE_SENDING);
    assert_int_equal(row_of(gone), 0);

    int64_t taken = add(MESSAGE_QUEUED);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    int64_t young = add(MESSAGE_SENDING);
    add(MESSAGE_QUEUED);
    tx.epoch = 33;
    int64_t others = add(MESSAGE_SENDING);
    assert_int_equal(store_queue_claimed(&list, &n, &tx, 32, 10), OK);
    assert_int_equal(n, 3);
    assert_true(list[0].id == slow && list[1].id == taken && list[2].id == young);
    assert_int_equal(store_queue_claimed(&list, &n, &tx, 32, 2), OK);
    assert_int_equal(n, 2);
    assert_int_equal(store_queue_claimed(&list, &n, &tx, 33, 10), OK);
    assert_int_equal(n, 1);
    assert_true(list[0].id == others);
}

static void what_has_left_sending_is_claimed_by_nobody(void **state)
{
    (void)state;
    struct message *list;
    size_t n;
    int64_t ids[3];
    for (size_t i = 0; i < 3; i++)
        ids[i] = add(MESSAGE_QUEUED);
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    struct message_sent sent[] = {{.id = ids[0], .sent_at_us = 1, .carrier_ref = STR("a")},
                                  {.id = ids[1], .sent_at_us = 2, .carrier_ref = STR("")}};
    assert_int_equal(store_message_sent(&tx, sent, 2), OK);
    assert_int_equal(store_queue_drop(&tx, ids, 2), OK);
    assert_int_equal(row_of(ids[0]), 0);
    assert_int_equal(row_of(ids[2]), MESSAGE_SENDING);
    assert_int_equal(store_queue_claimed(&list, &n, &tx, tx.epoch, 10), OK);
    assert_int_equal(n, 1);
    struct message m;
    assert_int_equal(store_message_get(&m, &tx.view, ids[0]), OK);
    assert_true(m.state == MESSAGE_SENT && m.sent_at_us == 1 && str_eq(m.carrier_ref, STR("a")));
}

static void young_is_what_the_clock_has_not_come_to(void **state)
{
    (void)state;
    int64_t id = store_id_next();
    assert_true(store_is_young(&tx, id));
    pass_time(STORE_YOUNG_S * SEC_US);
    assert_true(store_is_young(&tx, id));
    pass_time(MS_US);
    assert_false(store_is_young(&tx, id));
}

/* ---- ends in bulk ---- */

static void receipts_end_what_is_sent_under_their_id_and_nothing_else(void **state)
{
    (void)state;
    int64_t ids[4];
    struct message_sent sent[4];
    static const char *refs[] = {"a", "b", "c", ""};
    for (size_t i = 0; i < 4; i++) {
        ids[i] = add(MESSAGE_SENDING);
        sent[i] =
            (struct message_sent){.id = ids[i], .sent_at_us = 1, .carrier_ref = str_of(refs[i])};
    }
    assert_int_equal(store_message_sent(&tx, sent, 4), OK);
    int64_t open = add(MESSAGE_SENDING);
    int64_t delivered = metric_get(METRIC_FINAL_DELIVERED);
    int64_t undelivered = metric_get(METRIC_FINAL_UNDELIVERED);
    struct message_finish ends[] = {
        {.id = ids[0], .carrier_ref = STR("a"), .to = MESSAGE_DELIVERED, .receipt = STR("A")},
        {.id = ids[1], .carrier_ref = STR("z"), .to = MESSAGE_DELIVERED, .receipt = STR("Z")},
        {.id = ids[1], .carrier_ref = STR("b"), .to = MESSAGE_UNDELIVERED, .receipt = STR("B")},
        {.id = ids[3], .to = MESSAGE_DELIVERED, .receipt = STR("whole")},
        {.id = open, .to = MESSAGE_DELIVERED, .receipt = STR("no")},
    };
    for (size_t i = 0; i < 5; i++)
        ends[i].carrier_id = 5;
    assert_int_equal(store_message_finish_sent(&tx, ends, 5, NULL), OK);
    assert_int_equal(state_of(ids[0]), MESSAGE_DELIVERED);
    assert_int_equal(state_of(ids[1]), MESSAGE_UNDELIVERED);
    assert_int_equal(state_of(ids[2]), MESSAGE_SENT);
    assert_int_equal(state_of(ids[3]), MESSAGE_DELIVERED);
    assert_int_equal(state_of(open), MESSAGE_SENDING);
    assert_int_equal(metric_get(METRIC_FINAL_DELIVERED) - delivered, 2);
    assert_int_equal(metric_get(METRIC_FINAL_UNDELIVERED) - undelivered, 1);
    struct message m;
    assert_int_equal(store_message_get(&m, &tx.view, ids[1]), OK);
    assert_true(str_eq(m.receipt, STR("B")) && m.done_at_us == tx.now_us);
}

static void parts_of_several_messages_are_read_at_once(void **state)
{
    (void)state;
    int64_t ids[3];
    struct message_parts parts[3];
    for (size_t i = 0; i < 2; i++) {
        struct message m = new_message(MESSAGE_SENDING);
        m.parts = 3;
        ids[i] = insert(m);
    }
    ids[2] = 12345;
    struct message_part rows[] = {
        {.message_id = ids[0], .number = 2, .state = MESSAGE_SENT, .carrier_ref = STR("a2")},
        {.message_id = ids[0], .number = 1, .state = MESSAGE_SENT, .carrier_ref = STR("a1")},
    };
    assert_int_equal(store_part_sent(&tx, rows, 2), OK);
    struct message_part done = {
        .message_id = ids[0], .number = 1, .state = MESSAGE_UNDELIVERED, .done_at_us = 9};
    assert_int_equal(store_part_done(&tx, &done, 6), OK); /* it has not got it */
    done.state = MESSAGE_DELIVERED;
    done.receipt = STR("DELIVRD");
    assert_int_equal(store_part_done(&tx, &done, 5), OK);
    done.state = MESSAGE_UNDELIVERED; /* told twice: the first counts */
    assert_int_equal(store_part_done(&tx, &done, 5), OK);
    assert_int_equal(store_part_lists(parts, &tx.view, ids, 3), OK);
    assert_int_equal(parts[0].wanted, 3);
    assert_int_equal(parts[0].n, 2);
    assert_int_equal(parts[0].rows[0].number, 1);
    assert_int_equal(parts[0].rows[0].state, MESSAGE_DELIVERED);
    assert_true(str_eq(parts[0].rows[0].receipt, STR("DELIVRD")));
    assert_int_equal(parts[0].rows[1].state, MESSAGE_SENT);
    assert_int_equal(parts[1].wanted, 3);
    assert_int_equal(parts[1].n, 0);
    assert_int_equal(parts[1].state, MESSAGE_SENDING);
    assert_int_equal(parts[2].wanted, 0);
}

/* ---- the sweep and the short tail ---- */

static void the_sweep_notes_what_is_open_and_leaves_what_knows_better(void **state)
{
    (void)state;
    size_t seen;
    int64_t *ids;
    size_t n;
    int64_t queued = add(MESSAGE_QUEUED);
    int64_t known = add(MESSAGE_QUEUED);
    add(MESSAGE_DELIVERED);
    int64_t sending = add(MESSAGE_SENDING);
    assert_int_equal(store_straggler_put(&tx, known, tx.now_us), OK);
    pass_time(SEC_US);
    assert_int_equal(store_sweep_slice(&seen, &tx, tx.now_us, 100), OK);
    assert_int_equal(seen, 4);
    assert_int_equal(setting("swept"), sending);
    assert_int_equal(store_straggler_due(&ids, &n, &tx, 10), OK);
    assert_int_equal(n, 1);
    assert_true(ids[0] == known);
    pass_time(DAY_US);
    assert_int_equal(store_straggler_due(&ids, &n, &tx, 10), OK);
    assert_int_equal(n, 3);
    assert_int_equal(store_straggler_drop(&tx, queued), OK);
    assert_int_equal(store_straggler_due(&ids, &n, &tx, 10), OK);
    assert_int_equal(n, 2);
}

static void the_tail_behind_the_index_tells_whom_a_phone_heard_last(void **state)
{
    (void)state;
    struct message m;
    struct message other = new_message(MESSAGE_SENDING);
    other.sender = STR("Bank");
    int64_t shop = add(MESSAGE_SENDING);
    add(MESSAGE_QUEUED);
    other.id = store_id_next();
    int64_t bank = insert(other);
    assert_int_equal(store_message_latest_unindexed(&m, &tx.view, 33600000001, 5, STR("Shop")), OK);
    assert_true(m.id == shop);
    assert_int_equal(store_message_latest_unindexed(&m, &tx.view, 33600000001, 5, STR("9")), OK);
    assert_true(m.id == bank);
    assert_int_equal(store_message_latest_unindexed(&m, &tx.view, 33600000001, 6, STR("9")),
                     ERR_NOT_FOUND);
    assert_int_equal(store_setting_set(&tx, STR("indexed"), bank), OK);
    assert_int_equal(store_message_latest_unindexed(&m, &tx.view, 33600000001, 5, STR("9")),
                     ERR_NOT_FOUND);
}

/* ---- another node at the same time ---- */

static struct store_tx other_node(struct fixture *g)
{
    *g = f;
    assert_int_equal(db_open(&g->db, f.url, DB_READ_WRITE), OK);
    assert_int_equal(db_begin(g->db), OK);
    return (struct store_tx){.view = fixture_view(g), .now_us = tx.now_us, .epoch = 33};
}

static void nodes_pass_by_what_others_are_taking(void **state)
{
    (void)state;
    struct fixture g;
    struct message *list;
    size_t n;
    if (!db_shared(f.db))
        skip();
    int64_t first = add(MESSAGE_QUEUED);
    int64_t second = add(MESSAGE_QUEUED);
    int64_t third = add(MESSAGE_SCHEDULED);
    struct store_tx theirs = other_node(&g);
    assert_int_equal(store_queue_take(&list, &n, &theirs, 5, 1), OK);
    assert_int_equal(n, 1);
    assert_true(list[0].id == first);
    assert_int_equal(store_queue_seize(&theirs, third), OK);
    int64_t moved;
    assert_int_equal(store_queue_take(&list, &n, &tx, 5, 10), OK);
    assert_int_equal(n, 1);
    assert_true(list[0].id == second);
    assert_int_equal(store_queue_due(&moved, &tx, 10), OK);
    assert_int_equal(moved, 0);
    assert_int_equal(db_commit(g.db), OK);
    assert_int_equal(store_queue_claimed(&list, &n, &tx, 33, 10), OK);
    assert_int_equal(n, 1);
    db_close(g.db);
}

static void the_passes_are_one_node_s_at_a_time(void **state)
{
    (void)state;
    struct fixture g;
    bool mine;
    int64_t began_us;
    if (!db_shared(f.db))
        skip();
    struct store_tx theirs = other_node(&g);
    assert_int_equal(store_passes_begin(&mine, &theirs), OK);
    assert_true(mine);
    assert_int_equal(db_oldest_writer(f.db, &began_us), OK);
    assert_true(began_us < INT64_MAX);
    assert_int_equal(store_passes_begin(&mine, &tx), OK);
    assert_false(mine);
    db_rollback(g.db);
    assert_int_equal(store_passes_begin(&mine, &tx), OK);
    assert_true(mine);
    db_close(g.db);
}

static void the_index_stops_before_what_another_node_is_changing(void **state)
{
    (void)state;
    struct fixture g;
    struct index_slice slice;
    int64_t count;
    if (!db_shared(f.db))
        skip();
    int64_t first = add(MESSAGE_SENDING);
    int64_t second = add(MESSAGE_SENDING);
    add(MESSAGE_SENDING);
    pass_time(20 * SEC_US);
    struct store_tx theirs = other_node(&g);
    struct message_sent sent = {.id = second, .sent_at_us = 1, .carrier_ref = STR("r")};
    assert_int_equal(store_message_sent(&theirs, &sent, 1), OK);
    assert_int_equal(store_queue_length(&count, &theirs.view, 0), OK); /* it has come to it */
    assert_int_equal(store_index_slice(&slice, &tx, tx.now_us, 100), OK);
    assert_int_equal(slice.seen, 1);
    assert_int_equal(row_of(first), MESSAGE_SENDING);
    db_rollback(g.db);
    assert_int_equal(store_index_slice(&slice, &tx, tx.now_us, 100), OK);
    assert_int_equal(slice.seen, 2);
    assert_int_equal(row_of(second), MESSAGE_SENDING);
    db_close(g.db);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(what_waits_is_queued_as_it_is_stored),
        STORE(the_oldest_due_leave_first_and_once),
        STORE(who_ends_what_waits_seizes_it_and_only_one_can),
        STORE(what_comes_back_waits_again_and_what_ended_does_not),
        STORE(P2_7_what_is_put_off_waits_in_both_places),
        STORE(what_is_due_becomes_queued_in_both_places),
        STORE(a_life_s_claims_are_found_wherever_they_stand),
        STORE(what_has_left_sending_is_claimed_by_nobody),
        STORE(young_is_what_the_clock_has_not_come_to),
        STORE(receipts_end_what_is_sent_under_their_id_and_nothing_else),
        STORE(parts_of_several_messages_are_read_at_once),
        STORE(the_sweep_notes_what_is_open_and_leaves_what_knows_better),
        STORE(the_tail_behind_the_index_tells_whom_a_phone_heard_last),
        STORE(nodes_pass_by_what_others_are_taking),
        STORE(the_passes_are_one_node_s_at_a_time),
        STORE(the_index_stops_before_what_another_node_is_changing),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

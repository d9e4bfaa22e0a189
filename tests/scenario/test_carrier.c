/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/: the carriers over the real store, with a network and an SMSC that are played, in
 * virtual time: reconnects, throttles, lost links, receipts, changes of settings, the end.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "carrier/carrier.h"
#include "carrier_net.h"
#include "core/accept.h"
#include "store/id.h"
#include "store/ledger.h"
#include "store/message.h"
#include "testing.h"
#include "text/phone.h"

#include <stdio.h>
#include <stdlib.h>

#define START_US (INT64_C(1795269900) * SEC_US) /* 2026-11-21T14:05:00Z */
enum { CARRIER_ID = 5, IDS_MAX = 12000 };

static struct {
    char dir[64];
    char url[128];
    char settings[1024];
    struct core *core;
    struct net_loop *loop;
    struct carriers *carriers;
    struct mailbox *home;
    struct arena *arena;
    struct db *reader;
    bool writer_stands;
    bool enabled;
    bool ended;
    int64_t ids[IDS_MAX];
    size_t ids_n;
} f;

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void turn(void)
{
    for (int i = 0; i < 4; i++) {
        net_play(f.loop);
        if (!f.writer_stands)
            writer_run_once(core_writer(f.core));
        mailbox_deliver(f.home, 1000);
    }
    net_play(f.loop);
}

static void wait_us(int64_t us)
{
    int64_t until_us = clock_mono_us() + us;
    turn();
    while (clock_mono_us() < until_us) {
        int64_t next_us = net_next_us(f.loop);
        if (next_us > until_us)
            next_us = until_us;
        int64_t step_us = next_us - clock_mono_us();
        clock_advance(step_us > 0 ? step_us : 1);
        turn();
    }
}

/* ---- the shop and its carrier ---- */

static enum err configure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct account account = {.id = 1,
                              .name = STR("shop"),
                              .timezone = STR("Europe/Paris"),
                              .max_parts = 20,
                              .enabled = true};
    struct api_user user = {
        .id = 2, .account_id = 1, .login = STR("u"), .password = STR("x"), .enabled = true};
    struct sender sender = {.id = 4, .account_id = 1, .name = STR("Shop"), .enabled = true};
    struct carrier_row carrier = {
        .id = CARRIER_ID, .name = STR("orange"), .settings = str_of(f.settings), .enabled = true};
    struct route route = {.id = 6, .carrier_id = CARRIER_ID};
    struct purse purse = {.account_id = 1};
    assert_int_equal(store_account_insert(tx, &account), OK);
    assert_int_equal(store_user_insert(tx, &user), OK);
    assert_int_equal(store_sender_insert(tx, &sender), OK);
    assert_int_equal(store_carrier_insert(tx, &carrier), OK);
    assert_int_equal(store_route_insert(tx, &route), OK);
    return store_purse_move(tx, purse, LEDGER_CREDIT, 100000000, 0, STR(""));
}

static enum err reconfigure(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct carrier_row carrier = {.id = CARRIER_ID,
                                  .name = STR("orange"),
                                  .settings = str_of(f.settings),
                                  .enabled = f.enabled};
    return store_carrier_update(tx, &carrier);
}

static enum err remove_carrier(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return store_carrier_delete(tx, CARRIER_ID);
}

static void set_settings(const char *more)
{
    snprintf(f.settings, sizeof(f.settings), "{%s\"system_id\":\"shop\"%s}",
             strstr(more, "\"host\"") ? "" : "\"host\":\"smsc.example\",", more);
}

static void change(enum err (*apply)(struct core *, struct store_tx *, struct change *))
{
    struct change job = {.apply = apply, .arena = f.arena};
    struct store_view v = {.db = f.reader, .arena = f.arena};
    core_change(f.core, &job, f.home, ignore);
    writer_run_once(core_writer(f.core));
    mailbox_deliver(f.home, 10);
    assert_int_equal(job.job.err, OK);
    assert_int_equal(core_directory_reload(f.core, &v), OK);
}

/* The world begins with this carrier. */
static void begin(const char *more)
{
    set_settings(more);
    change(configure);
    turn();
}

static void end(void *ctx)
{
    (void)ctx;
    f.ended = true;
}

/* ---- words of the tests ---- */

static void send_texts(int n, const char *text)
{
    const struct directory *d = core_directory(f.core);
    for (int i = 0; i < n; i++) {
        struct str to = arena_printf(f.arena, "+3361%07d", (int)f.ids_n);
        struct accept_request *r = ARENA_NEW(f.arena, struct accept_request);
        struct accept_job *job = ARENA_NEW(f.arena, struct accept_job);
        struct refusal why;
        *r = (struct accept_request){.directory = d,
                                     .account = directory_account(d, STR("shop")),
                                     .user = directory_user(d, 1, STR("u")),
                                     .sender = STR("Shop"),
                                     .recipients = &to,
                                     .recipients_n = 1,
                                     .text = text ? str_of(text)
                                                  : arena_printf(f.arena, "m%zu", f.ids_n),
                                     .class = -1,
                                     .no_stop = true};
        assert_int_equal(accept_prepare(job, f.arena, r, &why), OK);
        assert_int_equal(accept_post(f.core, job, f.home, ignore), OK);
        writer_run_once(core_writer(f.core));
        mailbox_deliver(f.home, 1000);
        assert_int_equal(job->job.err, OK);
        f.ids[f.ids_n++] = job->messages[0].id;
    }
    directory_release(d);
    turn();
}

static struct message message(size_t nth)
{
    struct message m;
    struct store_view v = {.db = f.reader, .arena = f.arena};
    assert_int_equal(store_message_get(&m, &v, f.ids[nth]), OK);
    return m;
}

static size_t count(enum message_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < f.ids_n; i++)
        n += message(i).state == state;
    return n;
}

static struct carrier_status status(void)
{
    struct carrier_status s;
    assert_true(carriers_status(f.carriers, CARRIER_ID, &s));
    return s;
}

static struct str receipt_for(const struct smsc_submit *s, const char *stat)
{
    return arena_printf(f.arena, "id:%u-%u stat:%s err:000", s->session, s->sequence, stat);
}

static void assert_order(size_t from, size_t n, size_t first)
{
    assert_true(smsc.submits_n >= from + n);
    for (size_t i = 0; i < n; i++) {
        char text[24];
        snprintf(text, sizeof(text), "m%zu", first + i);
        assert_string_equal(smsc.submits[from + i].text, text);
    }
}

/* ---- the tests ---- */

static void a_message_leaves_and_its_receipt_ends_it(void **state)
{
    (void)state;
    begin("");
    assert_int_equal(status().state, CARRIER_BOUND);
    send_texts(1, NULL);
    assert_int_equal(smsc.submits_n, 1);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    turn();
    assert_int_equal(message(0).state, MESSAGE_DELIVERED);
    assert_int_equal(smsc.delivered, 1);
    assert_int_equal(smsc.deliver_status, 0);
}

static void nothing_is_answered_before_its_commit(void **state)
{
    (void)state;
    begin("");
    send_texts(1, NULL);
    f.writer_stands = true;
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
    wait_us(10 * SEC_US);
    assert_int_equal(smsc.delivered, 0);
    f.writer_stands = false;
    turn();
    assert_int_equal(smsc.delivered, 2);
}

static void a_receipt_before_the_response_is_joined(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_texts(1, NULL);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "UNDELIV")));
    turn();
    assert_int_equal(smsc.delivered, 1);
    assert_int_equal(message(0).state, MESSAGE_SENDING);
    smsc_answer(&smsc.submits[0], 0);
    turn();
    assert_int_equal(message(0).state, MESSAGE_UNDELIVERED);
}

static uint32_t throttle_first_five(const struct smsc_submit *s)
{
    (void)s;
    return smsc.submits_n <= 5 ? (smsc.submits_n % 2 ? ESME_RTHROTTLED : ESME_RMSGQFUL) : 0;
}

static void a_throttle_pauses_and_sends_the_same_again_in_order(void **state)
{
    (void)state;
    begin(",\"window\":5");
    smsc.status = throttle_first_five;
    send_texts(20, NULL);
    assert_int_equal(smsc.submits_n, 5);
    assert_int_equal(status().state, CARRIER_THROTTLED);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc.submits_n, 25);
    assert_order(5, 20, 0);
    for (size_t i = 0; i < 5; i++)
        assert_true(smsc.submits[5 + i].sequence > smsc.submits[4].sequence);
    assert_int_equal(count(MESSAGE_SENT), 20);
    assert_int_equal(message(0).attempts, 0); /* a throttle is no attempt */
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(status().throttles, 1);
}

static void a_long_message_at_five_a_second_takes_two_seconds(void **state)
{
    (void)state;
    char text[1501];
    begin(",\"rate\":5");
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    send_texts(1, text);
    int64_t began_us = smsc.submits[0].at_us;
    wait_us(5 * SEC_US);
    assert_int_equal(smsc.submits_n, 10);
    assert_true(smsc.submits[9].at_us - began_us >= 2 * SEC_US);
    assert_true(smsc.submits[9].at_us - began_us < 3 * SEC_US);
    assert_int_equal(message(0).state, MESSAGE_SENT);
}

static void a_lost_link_sends_the_written_again_and_keeps_the_rest(void **state)
{
    (void)state;
    begin(",\"window\":3");
    smsc.silent = true;
    send_texts(6, NULL);
    assert_int_equal(smsc.submits_n, 3);
    smsc_cut(f.loop, 0);
    turn();
    assert_int_equal(status().state, CARRIER_DOWN);
    assert_int_equal(count(MESSAGE_QUEUED), 3); /* in doubt, to be sent again */
    assert_int_equal(count(MESSAGE_SENDING), 3);
    smsc.silent = false;
    wait_us(5 * SEC_US);
    assert_int_equal(count(MESSAGE_SENT), 6);
    assert_int_equal(smsc.submits_n, 9);
    assert_order(3, 3, 3); /* those that never left come first */
    assert_int_equal(message(0).attempts, 1);
    assert_int_equal(message(3).attempts, 0);
}

static void doubt_can_wait_for_a_person(void **state)
{
    (void)state;
    begin(",\"on_doubt\":\"ask\",\"response_s\":5");
    smsc.silent = true;
    send_texts(1, NULL);
    wait_us(6 * SEC_US);
    assert_int_equal(message(0).state, MESSAGE_IN_DOUBT);
    wait_us(60 * SEC_US);
    assert_int_equal(smsc.submits_n, 1);
}

static void attempts_never_overlap_and_never_end(void **state)
{
    (void)state;
    smsc.down = true;
    begin("");
    send_texts(3, NULL);
    wait_us(HOUR_US);
    assert_int_equal(smsc.open_most, 1);
    assert_in_range(smsc.attempts, 60, 90); /* a minute apart, less the jitter */
    assert_int_equal(status().state, CARRIER_DOWN);
    assert_string_equal(status().error, "connection refused");
    assert_int_equal(count(MESSAGE_QUEUED), 3);
    smsc.down = false;
    wait_us(61 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(count(MESSAGE_SENT), 3);
    assert_int_equal(smsc.open_most, 1);
}

static void a_link_that_does_not_hold_is_tried_ever_more_slowly(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 20; i++) {
        wait_us(2 * SEC_US);
        smsc_cut(f.loop, 0);
        wait_us(58 * SEC_US);
    }
    assert_in_range(smsc.attempts, 10, 25);
}

static void a_wrong_password_is_shown_and_tried_at_the_slowest_pace(void **state)
{
    (void)state;
    smsc.bind_status = ESME_RINVPASWD;
    begin("");
    assert_string_equal(status().error, "bind refused: ESME_RINVPASWD");
    wait_us(10 * MIN_US);
    assert_in_range(smsc.attempts, 10, 15);
    smsc.bind_status = 0;
    wait_us(61 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
}

static void a_peer_that_died_silently_is_noticed(void **state)
{
    (void)state;
    begin(",\"enquire_s\":30,\"response_s\":20");
    wait_us(MIN_US);
    assert_int_equal(smsc.attempts, 1); /* enquire_link keeps it alive */
    smsc.dead = true;
    wait_us(MIN_US);
    assert_int_equal(status().state, CARRIER_CONNECTING);
    assert_string_equal(status().error, "no answer to enquire_link");
    smsc.dead = false;
    wait_us(2 * MIN_US);
    assert_int_equal(status().state, CARRIER_BOUND);
}

static void without_a_session_messages_go_back_to_the_store(void **state)
{
    (void)state;
    begin(",\"window\":1");
    smsc.silent = true;
    send_texts(5, NULL);
    smsc.down = true;
    smsc_cut(f.loop, 0);
    wait_us(4 * SEC_US);
    assert_int_equal(count(MESSAGE_SENDING), 4);
    wait_us(2 * SEC_US);
    assert_int_equal(count(MESSAGE_QUEUED), 5);
    assert_int_equal(status().active, 0);
    send_texts(2, NULL);
    assert_int_equal(count(MESSAGE_QUEUED), 7);
    smsc.down = smsc.silent = false;
    wait_us(MIN_US);
    assert_int_equal(count(MESSAGE_SENT), 7);
}

static void a_backlog_larger_than_memory_leaves_in_order(void **state)
{
    (void)state;
    smsc.down = true;
    begin(",\"window\":100");
    send_texts(OUTBOX_ACTIVE + 1500, NULL);
    smsc.down = false;
    wait_us(MIN_US);
    assert_int_equal(smsc.submits_n, OUTBOX_ACTIVE + 1500);
    assert_order(0, OUTBOX_ACTIVE + 1500, 0);
}

static void two_binds_live_and_die_apart(void **state)
{
    (void)state;
    begin(",\"bind\":\"tx+rx\"");
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 1);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_int_equal(status().binds, 2);
    smsc_cut(f.loop, SMPP_RX);
    turn();
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(status().binds, 1);
    send_texts(1, NULL);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_false(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    wait_us(2 * SEC_US);
    assert_int_equal(status().binds, 2);
    assert_int_equal(smsc.attempts, 3);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    turn();
    assert_int_equal(message(0).state, MESSAGE_DELIVERED);
}

static void new_settings_rebind_after_the_last_answer(void **state)
{
    (void)state;
    begin(",\"window\":2");
    smsc.silent = true;
    send_texts(4, NULL);
    set_settings(",\"window\":3");
    change(reconfigure);
    wait_us(SEC_US);
    assert_int_equal(status().state, CARRIER_ENDING);
    assert_int_equal(smsc.unbinds, 0);
    smsc.silent = false;
    smsc_answer(&smsc.submits[0], 0);
    smsc_answer(&smsc.submits[1], 0);
    wait_us(2 * SEC_US);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(smsc.attempts, 2);
    assert_int_equal(status().window_size, 3);
    assert_int_equal(count(MESSAGE_SENT), 4);
    assert_int_equal(smsc.submits_n, 4);
    assert_int_equal(smsc.open_most, 1);
}

static void a_new_rate_needs_no_rebind(void **state)
{
    (void)state;
    begin("");
    set_settings(",\"rate\":1");
    change(reconfigure);
    turn();
    assert_int_equal(smsc.attempts, 1);
    send_texts(3, NULL);
    assert_int_equal(smsc.submits_n, 1);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc.submits_n, 3);
}

/* The picture that the session began with is gone by then. */
static void a_link_is_made_again_after_changes_elsewhere(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 3; i++) {
        change(reconfigure);
        turn();
    }
    smsc_cut(f.loop, 0);
    wait_us(5 * SEC_US);
    assert_int_equal(smsc.attempts, 2);
    send_texts(1, NULL);
    assert_int_equal(count(MESSAGE_SENT), 1);
}

static void a_disabled_carrier_gives_all_back(void **state)
{
    (void)state;
    begin(",\"window\":1");
    smsc.silent = true;
    send_texts(3, NULL);
    f.enabled = false;
    change(reconfigure);
    turn();
    assert_int_equal(count(MESSAGE_QUEUED), 2);
    smsc_answer(&smsc.submits[0], 0);
    turn();
    assert_int_equal(status().state, CARRIER_OFF);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    smsc.silent = false;
    f.enabled = true;
    change(reconfigure);
    wait_us(2 * SEC_US);
    assert_int_equal(count(MESSAGE_SENT), 3);
}

static void hold(bool held)
{
    struct store_view v = {.db = f.reader, .arena = f.arena};
    atomic_store(&outbox_slot(core_outbox(f.core), CARRIER_ID)->held, held);
    assert_int_equal(core_directory_reload(f.core, &v), OK);
}

static void a_carrier_that_others_hold_is_left_to_them(void **state)
{
    (void)state;
    const struct outbox_slot *slot = outbox_slot(core_outbox(f.core), CARRIER_ID);
    begin(",\"window\":1");
    assert_true(slot->in_use);
    smsc.silent = true;
    send_texts(3, NULL);
    hold(false);
    turn();
    assert_int_equal(count(MESSAGE_QUEUED), 2);
    assert_true(slot->in_use); /* the last answer may still come */
    assert_int_equal(status().state, CARRIER_ENDING);
    smsc_answer(&smsc.submits[0], 0);
    turn();
    assert_false(slot->in_use);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(status().state, CARRIER_ELSEWHERE);
    assert_string_equal(carrier_state_name(CARRIER_ELSEWHERE), "elsewhere");
    send_texts(1, NULL);
    wait_us(10 * SEC_US);
    assert_int_equal(count(MESSAGE_QUEUED), 3);
    assert_int_equal(smsc.attempts, 1);
    smsc.silent = false;
    hold(true);
    wait_us(2 * SEC_US);
    assert_true(slot->in_use);
    assert_int_equal(count(MESSAGE_SENT), 4);
}

static void off_is_told_from_elsewhere(void **state)
{
    (void)state;
    begin("");
    hold(false);
    turn();
    assert_int_equal(status().state, CARRIER_ELSEWHERE);
    f.enabled = false;
    change(reconfigure);
    turn();
    assert_int_equal(status().state, CARRIER_OFF);
    f.enabled = true;
    change(reconfigure);
    turn();
    assert_int_equal(status().state, CARRIER_ELSEWHERE);
}

static void a_place_that_comes_back_in_time_costs_no_more_than_a_bind(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_texts(1, NULL);
    hold(false);
    turn();
    hold(true);
    turn();
    smsc_answer(&smsc.submits[0], 0);
    wait_us(2 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_true(outbox_slot(core_outbox(f.core), CARRIER_ID)->in_use);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_int_equal(smsc.open_most, 1);
}

static void each_of_several_nodes_takes_its_share_of_the_rate(void **state)
{
    (void)state;
    atomic_store(&outbox_slot(core_outbox(f.core), CARRIER_ID)->shared, true);
    begin(",\"rate\":10,\"nodes\":3,\"window\":100");
    send_texts(7, NULL);
    wait_us(2 * SEC_US);
    assert_in_range(smsc.submits_n, 6, 7);
}

static void without_a_lease_the_session_lives_and_nothing_leaves(void **state)
{
    (void)state;
    begin(",\"enquire_s\":10,\"response_s\":10");
    outbox_may_send_until(core_outbox(f.core), clock_mono_us());
    send_texts(2, NULL);
    wait_us(60 * SEC_US);
    assert_int_equal(smsc.submits_n, 0);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(status().state, CARRIER_BOUND);
    outbox_may_send_until(core_outbox(f.core), clock_mono_us() + MIN_US);
    wait_us(200 * MS_US);
    assert_int_equal(count(MESSAGE_SENT), 2);
}

static void what_was_not_written_before_the_lease_ran_out_never_is(void **state)
{
    (void)state;
    begin(",\"window\":2,\"bind\":\"tx+rx\"");
    outbox_may_send_until(core_outbox(f.core), clock_mono_us() + SEC_US);
    smsc.stands_still_us = 2 * SEC_US;
    send_texts(2, NULL);
    assert_int_equal(smsc.submits_n, 0);
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 0);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_int_equal(count(MESSAGE_QUEUED), 1); /* nobody can know that it did not leave */
    smsc.stands_still_us = 0;
    outbox_may_send_until(core_outbox(f.core), INT64_MAX);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc.submits_n, 2);
    assert_int_equal(count(MESSAGE_SENT), 2);
}

static enum err queue_behind_our_back(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    struct message m = {.id = store_id_next(),
                        .account_id = 1,
                        .user_id = 2,
                        .carrier_id = CARRIER_ID,
                        .state = MESSAGE_QUEUED,
                        .sender = STR("Shop"),
                        .recipient = 33612345678,
                        .text = STR("from another node"),
                        .parts = 1,
                        .class = -1,
                        .created_at_us = tx->now_us,
                        .due_at_us = tx->now_us,
                        .expires_at_us = tx->now_us + DAY_US};
    const struct message *row = &m;
    return store_message_insert(tx, &row, 1);
}

static void a_hint_makes_the_line_look_at_once(void **state)
{
    (void)state;
    struct outbox_slot *slot = outbox_slot(core_outbox(f.core), CARRIER_ID);
    begin("");
    wait_us(100 * MS_US);
    change(queue_behind_our_back);
    turn();
    assert_int_equal(smsc.submits_n, 0);
    outbox_wake(core_outbox(f.core), slot);
    outbox_wake(core_outbox(f.core), slot); /* one letter for both */
    turn();
    assert_int_equal(smsc.submits_n, 1);
    change(queue_behind_our_back);
    outbox_wake(core_outbox(f.core), slot);
    turn();
    assert_int_equal(smsc.submits_n, 2);
}

static void a_removed_carrier_is_unbound_and_forgotten(void **state)
{
    (void)state;
    struct carrier_status s;
    struct buf text = buf_limited(100000);
    begin("");
    carriers_metrics(f.carriers, &text);
    buf_add_u8(&text, 0);
    assert_non_null(strstr((char *)text.p, "navette_carrier_binds{carrier=\"orange\"} 1\n"));
    assert_non_null(
        strstr((char *)text.p, "navette_carrier_state{carrier=\"orange\",state=\"bound\"} 1\n"));
    change(remove_carrier);
    turn();
    assert_int_equal(smsc.unbinds, 1);
    assert_false(carriers_status(f.carriers, CARRIER_ID, &s));
    buf_clear(&text);
    carriers_metrics(f.carriers, &text);
    buf_add_u8(&text, 0);
    assert_null(strstr((char *)text.p, "orange"));
    buf_free(&text);
}

static void the_end_waits_for_answers_but_not_for_ever(void **state)
{
    (void)state;
    begin(",\"window\":2,\"on_doubt\":\"ask\"");
    smsc.silent = true;
    send_texts(4, NULL);
    carriers_stop(f.carriers, end, NULL);
    wait_us(SEC_US);
    assert_false(f.ended);
    assert_int_equal(count(MESSAGE_QUEUED), 2);
    smsc_answer(&smsc.submits[0], 0);
    wait_us((CARRIER_DRAIN_MS + CARRIER_UNBIND_MS) * MS_US);
    assert_true(f.ended);
    assert_int_equal(message(0).state, MESSAGE_SENT);
    assert_int_equal(message(1).state, MESSAGE_IN_DOUBT);
    assert_int_equal(smsc.unbinds, 1);
}

static void the_end_is_reached_though_the_peer_is_dead(void **state)
{
    (void)state;
    begin("");
    smsc.silent = true;
    send_texts(1, NULL);
    smsc.dead = true;
    carriers_stop(f.carriers, end, NULL);
    wait_us((CARRIER_DRAIN_MS + CARRIER_UNBIND_MS + 1000) * MS_US);
    assert_true(f.ended);
}

static void a_store_that_stands_still_does_not_kill_the_link(void **state)
{
    (void)state;
    begin(",\"enquire_s\":10,\"response_s\":10");
    f.writer_stands = true;
    for (int i = 0; i < 50; i++) {
        for (int j = 0; j < 100; j++)
            assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
        wait_us(2 * SEC_US);
    }
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.delivered, 1000); /* what passed the limit was put off */
    assert_int_equal(smsc.deliver_status, ESME_RX_T_APPN);
    f.writer_stands = false;
    wait_us(SEC_US);
    assert_int_equal(smsc.delivered, 5000);
    assert_int_equal(smsc.deliver_status, ESME_ROK);
}

/* ---- hosts, logins, sessions ---- */

#define HOSTS ",\"host\":\"a.example,b.example:3550,c.example\""

static void hosts_are_tried_in_turn_before_the_pause(void **state)
{
    (void)state;
    smsc.down = true;
    begin(HOSTS);
    assert_int_equal(smsc.attempts, 3);
    assert_string_equal(smsc.dialled[0], "a.example:2775");
    assert_string_equal(smsc.dialled[1], "b.example:3550");
    assert_string_equal(smsc.dialled[2], "c.example:2775");
    assert_string_equal(status().error, "c.example:2775: connection refused");
    assert_int_equal(status().state, CARRIER_DOWN);
    wait_us(700 * MS_US);
    assert_int_equal(smsc.attempts, 3);
    wait_us(HOUR_US);
    assert_in_range(smsc.attempts, 3 * 60, 3 * 90);
    assert_int_equal(smsc.attempts % 3, 0);
    assert_int_equal(smsc.open_most, 1);
}

static void the_second_host_serves_while_the_first_is_dead(void **state)
{
    (void)state;
    smsc.dead_host = "a.example";
    begin(HOSTS);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.binds_n, 1);
    assert_string_equal(smsc.binds[0].host, "b.example:3550");
    smsc.dead_host = NULL;
    smsc_cut(f.loop, 0);
    wait_us(2 * SEC_US);
    assert_string_equal(smsc.binds[1].host, "a.example:2775"); /* the first has the first say */
}

static void a_refused_login_is_not_tried_at_other_hosts(void **state)
{
    (void)state;
    smsc.bind_status = ESME_RINVPASWD;
    begin(HOSTS);
    wait_us(30 * SEC_US);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(status().state, CARRIER_REFUSED);
}

static void a_refused_login_is_a_state_of_its_own_until_it_is_right(void **state)
{
    (void)state;
    struct buf text = buf_limited(100000);
    smsc.bind_status = ESME_RINVSYSID;
    begin("");
    assert_int_equal(status().state, CARRIER_REFUSED);
    assert_string_equal(carrier_state_name(CARRIER_REFUSED), "refused");
    carriers_metrics(f.carriers, &text);
    buf_add_u8(&text, 0);
    assert_non_null(
        strstr((char *)text.p, "navette_carrier_state{carrier=\"orange\",state=\"refused\"} 1\n"));
    buf_free(&text);
    smsc.down = true;
    wait_us(2 * MIN_US);
    assert_int_equal(status().state, CARRIER_REFUSED); /* what else is wrong does not clear it */
    smsc.down = false;
    smsc.bind_status = 0;
    set_settings(",\"password\":\"right\"");
    change(reconfigure);
    wait_us(3 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND); /* at once: the login is another one */
}

static void one_that_is_bound_already_is_tried_at_a_moderate_pace(void **state)
{
    (void)state;
    smsc.bind_status = ESME_RALYBND;
    begin("");
    assert_int_equal(status().state, CARRIER_DOWN);
    assert_string_equal(status().error, "bind refused: ESME_RALYBND");
    wait_us(10 * MIN_US);
    assert_in_range(smsc.attempts, 55, 85); /* ten seconds, less the jitter; never more */
    smsc.bind_status = 0;
    wait_us(10 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
}

static void the_receiver_may_have_its_own_hosts_and_login(void **state)
{
    (void)state;
    begin(",\"bind\":\"tx+rx\",\"password\":\"p1\",\"interface_version\":\"5.0\",\"addr_ton\":1,"
          "\"addr_npi\":2,\"address_range\":\"36.*\",\"receiver_host\":\"rx.example,ry.example:9\","
          "\"receiver_port\":3000,\"receiver_system_id\":\"shoprx\","
          "\"receiver_password\":\"0123456789abcdef\"");
    assert_int_equal(smsc.binds_n, 2);
    const struct smsc_bind *tx = &smsc.binds[smsc.binds[0].mode == SMPP_TX ? 0 : 1];
    const struct smsc_bind *rx = &smsc.binds[smsc.binds[0].mode == SMPP_TX ? 1 : 0];
    assert_string_equal(tx->host, "smsc.example:2775");
    assert_string_equal(tx->system_id, "shop");
    assert_string_equal(tx->password, "p1");
    assert_int_equal(tx->interface_version, 0x50);
    assert_int_equal(tx->addr_ton, 1);
    assert_int_equal(tx->addr_npi, 2);
    assert_string_equal(tx->address_range, "36.*");
    assert_string_equal(rx->host, "rx.example:3000");
    assert_string_equal(rx->system_id, "shoprx");
    assert_string_equal(rx->password, "0123456789abcdef");
}

/* How many of the submits came over each of the sessions. */
static size_t sessions_used(size_t from, size_t least[3])
{
    size_t used = 0;
    uint32_t seen[3] = {0};
    memset(least, 0, 3 * sizeof(least[0]));
    for (size_t i = from; i < smsc.submits_n; i++) {
        size_t at = 0;
        while (at < used && seen[at] != smsc.submits[i].session)
            at++;
        assert_true(at < 3);
        used += at == used;
        seen[at] = smsc.submits[i].session;
        least[at]++;
    }
    return used;
}

static void parallel_binds_share_the_submits(void **state)
{
    (void)state;
    size_t each[3];
    begin(",\"binds\":3,\"window\":4");
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 3);
    assert_int_equal(status().binds, 3);
    assert_int_equal(status().binds_wanted, 3);
    assert_int_equal(status().window_size, 12);
    smsc.silent = true;
    send_texts(20, NULL);
    assert_int_equal(smsc.submits_n, 12); /* the window of each is full */
    assert_int_equal(sessions_used(0, each), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(each[i], 4);
    smsc.silent = false;
    for (size_t i = 0; i < 12; i++)
        smsc_answer(&smsc.submits[i], 0);
    turn();
    assert_int_equal(count(MESSAGE_SENT), 20);
    assert_int_equal(smsc.submits_n, 20);
}

static void a_lost_session_concerns_only_its_own_parts(void **state)
{
    (void)state;
    begin(",\"binds\":3,\"window\":2,\"on_doubt\":\"ask\"");
    smsc.silent = true;
    send_texts(6, NULL);
    smsc_cut_one(f.loop);
    turn();
    assert_int_equal(count(MESSAGE_IN_DOUBT), 2);
    assert_int_equal(count(MESSAGE_SENDING), 4);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(status().binds, 2);
    send_texts(1, NULL); /* waits for room in the two that are left */
    assert_int_equal(smsc.submits_n, 6);
    smsc.silent = false;
    wait_us(2 * SEC_US);
    assert_int_equal(status().binds, 3);
    assert_int_equal(smsc.submits_n, 7);
    assert_int_equal(count(MESSAGE_SENT), 1);
}

/* Each answer takes a little longer than the rate has a part wait. */
static void fewer_sessions_do_not_use_up_the_rate(void **state)
{
    (void)state;
    size_t answered = 0;
    begin(",\"binds\":2,\"window\":1,\"rate\":10,\"reconnect_least_ms\":60000");
    smsc_cut_one(f.loop);
    turn();
    assert_int_equal(status().binds, 1);
    smsc.silent = true;
    send_texts(100, NULL);
    for (int i = 0; i < 500; i++) {
        wait_us(10 * MS_US);
        while (answered < smsc.submits_n &&
               smsc.submits[answered].at_us + 110 * MS_US <= clock_now_us())
            smsc_answer(&smsc.submits[answered++], 0);
    }
    assert_in_range(smsc.submits_n, 38, 50);
}

static void a_session_that_does_not_read_leaves_the_way_to_the_others(void **state)
{
    (void)state;
    char text[151];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    begin(",\"binds\":2,\"window\":5000");
    smsc.stuck = 1;
    smsc.silent = true;
    send_texts(3000, text);
    assert_in_range(smsc.submits_n, 1600, 2900); /* the first has what fits into its output */
    smsc.stuck = 0;
    wait_us(SEC_US);
    assert_int_equal(smsc.submits_n, 3000);
}

static void pairs_come_in_any_number(void **state)
{
    (void)state;
    begin(",\"binds\":2,\"bind\":\"tx+rx\"");
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 2);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 2);
    assert_int_equal(status().binds_wanted, 4);
    set_settings(",\"binds\":32,\"bind\":\"tx+rx\"");
    change(reconfigure);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc_bound(f.loop, SMPP_TX), 32);
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 32);
    set_settings("");
    change(reconfigure);
    wait_us(3 * SEC_US);
    assert_int_equal(smsc_open(f.loop), 1);
    assert_int_equal(status().binds_wanted, 1);
}

/* Binds that wait are idle at once when they are told to end. */
static void more_binds_while_the_carrier_is_away_all_begin(void **state)
{
    (void)state;
    smsc.down = true;
    begin("");
    set_settings(",\"binds\":3");
    change(reconfigure);
    turn();
    assert_int_equal(status().binds_wanted, 3);
    smsc.down = false;
    wait_us(3 * SEC_US);
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 3);
}

/* ---- sessions that end in good order, or should ---- */

static void the_daily_unbind_costs_nothing(void **state)
{
    (void)state;
    begin(",\"window\":3,\"on_doubt\":\"ask\"");
    wait_us(5 * MIN_US);
    smsc.silent = true;
    send_texts(6, NULL);
    assert_int_equal(smsc.submits_n, 3);
    smsc_unbind(f.loop);
    turn();
    assert_int_equal(smsc.submits_n, 3);
    assert_int_equal(smsc.attempts, 1); /* the answers that are outstanding are waited for */
    smsc.silent = false;
    for (size_t i = 0; i < 3; i++)
        smsc_answer(&smsc.submits[i], 0);
    turn();
    assert_int_equal(smsc.attempts, 2); /* and then it is back at once */
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.submits_n, 6);
    assert_order(0, 6, 0);
    assert_int_equal(count(MESSAGE_SENT), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(message(i).attempts, 0);
}

static void an_unbind_waits_for_what_we_owe(void **state)
{
    (void)state;
    begin("");
    wait_us(MIN_US);
    f.writer_stands = true;
    assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
    turn();
    smsc_unbind(f.loop);
    turn();
    assert_int_equal(smsc.attempts, 1);
    f.writer_stands = false;
    turn();
    assert_int_equal(smsc.delivered, 1); /* it need not be sent again */
    assert_int_equal(smsc.attempts, 2);
}

static void an_unbind_waits_for_answers_but_not_for_long(void **state)
{
    (void)state;
    begin(",\"window\":2");
    wait_us(5 * MIN_US);
    smsc.silent = true;
    send_texts(3, NULL);
    smsc_unbind(f.loop);
    smsc.silent = false;
    wait_us(SEC_US);
    assert_int_equal(smsc.attempts, 1);
    wait_us(3 * SEC_US);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_int_equal(smsc.submits_n, 5); /* what had no answer, as on_doubt says, and the third */
    assert_int_equal(count(MESSAGE_SENT), 3);
}

static void one_that_unbinds_all_the_time_is_tried_ever_more_slowly(void **state)
{
    (void)state;
    begin("");
    for (int i = 0; i < 1200; i++) {
        smsc_unbind(f.loop);
        wait_us(SEC_US);
    }
    assert_in_range(smsc.attempts, 20, 40);
}

static void without_messages_the_session_is_made_anew_if_so_wished(void **state)
{
    (void)state;
    begin(",\"inactivity_s\":120,\"enquire_s\":10");
    wait_us(110 * SEC_US);
    send_texts(1, NULL);
    wait_us(110 * SEC_US);
    assert_true(smsc_deliver(f.loop, 0, STR("Bonjour")));
    wait_us(110 * SEC_US);
    assert_int_equal(smsc.attempts, 1); /* a message either way will do */
    wait_us(15 * SEC_US);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(smsc.attempts, 2);
    assert_int_equal(status().state, CARRIER_BOUND);
    assert_string_equal(status().error, "no message for long");
}

static void without_that_wish_a_session_lasts_for_ever(void **state)
{
    (void)state;
    begin("");
    wait_us(26 * HOUR_US);
    assert_int_equal(smsc.attempts, 1);
}

static void a_session_whose_answers_never_come_is_made_anew(void **state)
{
    (void)state;
    begin(",\"recycle_after\":3,\"response_s\":5,\"on_doubt\":\"ask\",\"window\":1");
    smsc.silent = true;
    send_texts(5, NULL);
    wait_us(11 * SEC_US);
    assert_int_equal(smsc.attempts, 1); /* two, so far */
    smsc.silent = false;
    wait_us(2 * SEC_US);
    smsc_answer(&smsc.submits[2], 0); /* one answer, and the count begins anew */
    turn();
    assert_int_equal(smsc.attempts, 1);
    smsc.silent = true;
    send_texts(5, NULL);
    wait_us(14 * SEC_US);
    assert_int_equal(smsc.attempts, 1);
    wait_us(4 * SEC_US);
    assert_int_equal(smsc.unbinds, 1);
    assert_int_equal(smsc.attempts, 2);
    assert_string_equal(status().error, "too many answers in a row never came");
    assert_int_equal(count(MESSAGE_IN_DOUBT), 5);
}

static void one_that_does_not_even_answer_unbind_is_left(void **state)
{
    (void)state;
    begin(",\"recycle_after\":1,\"response_s\":5");
    smsc.silent = true;
    send_texts(1, NULL);
    smsc.dead = true;
    wait_us(12 * SEC_US);
    assert_int_equal(smsc.attempts, 2);
}

/* ---- a peer that does not read ---- */

static void a_busy_link_is_told_from_a_dead_one(void **state)
{
    (void)state;
    begin(",\"window\":5000,\"enquire_s\":10,\"response_s\":10");
    smsc.silent = smsc.reads_nothing = true;
    send_texts(2000, NULL);
    assert_int_equal(smsc_unread(f.loop), SMPP_SUBMIT_SM);
    smsc_enquire(f.loop);
    turn();
    assert_int_equal(smsc_unread(f.loop), SMPP_ENQUIRE_LINK_RESP); /* before all submits */
    smsc.reads_nothing = false;
    smsc.silent = false;
    wait_us(5 * SEC_US);
    assert_int_equal(smsc.attempts, 1);
    assert_int_equal(count(MESSAGE_SENT), 2000);
}

static void a_peer_that_died_while_a_send_is_blocked_is_noticed(void **state)
{
    (void)state;
    begin(",\"window\":5000,\"enquire_s\":30,\"response_s\":20,\"recycle_after\":0");
    smsc.silent = smsc.reads_nothing = true;
    send_texts(2000, NULL);
    wait_us(55 * SEC_US);
    assert_int_equal(smsc.attempts, 2);
    assert_string_equal(status().error, "no answer to enquire_link");
    smsc.silent = smsc.reads_nothing = false;
    wait_us(2 * MIN_US);
    assert_int_equal(count(MESSAGE_SENT), 2000);
}

/* ---- outbind ---- */

#define OUTBIND                                                              \
    ",\"outbind_listen\":\"192.0.2.9:2775\",\"outbind_system_id\":\"smsc\"," \
    "\"outbind_password\":\"0123456789abcdef\""

static void with_pairs_the_receiver_waits_for_outbind(void **state)
{
    (void)state;
    begin(",\"bind\":\"tx+rx\"" OUTBIND);
    assert_string_equal(smsc.listens, "192.0.2.9:2775");
    assert_int_equal(smsc.attempts, 1); /* the transmitter */
    assert_int_equal(status().binds_wanted, 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_string_equal(smsc.binds[1].system_id, "shop");
    assert_string_equal(smsc.binds[1].host, "outbind");
    assert_int_equal(status().binds, 2);
    assert_int_equal(status().binds_wanted, 2);
    send_texts(1, NULL);
    assert_true(smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[0], "DELIVRD")));
    turn();
    assert_int_equal(message(0).state, MESSAGE_DELIVERED);
    smsc_cut(f.loop, SMPP_RX);
    wait_us(MIN_US);
    assert_int_equal(smsc.attempts, 2); /* it is the carrier who calls */
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
}

static void with_a_transceiver_outbind_brings_a_receiver_more(void **state)
{
    (void)state;
    begin(OUTBIND);
    assert_int_equal(smsc_bound(f.loop, SMPP_TRX), 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_open(f.loop), 2); /* one is enough */
}

static void a_wrong_outbind_gets_no_login(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {{"smsc", "0123456789abcdeX"},
                                           {"smsc", "0123456789abcde"},
                                           {"smsc", ""},
                                           {"SMSC", "0123456789abcdef"},
                                           {"", ""}};
    begin(OUTBIND);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_true(smsc_outbind(f.loop, wrong[i][0], wrong[i][1]));
        turn();
        assert_int_equal(smsc_open(f.loop), 1);
    }
    assert_int_equal(smsc.binds_n, 1);
}

static void who_connects_and_says_nothing_is_let_go(void **state)
{
    (void)state;
    begin(OUTBIND);
    for (int i = 0; i < 12; i++)
        assert_true(smsc_outbind(f.loop, NULL, NULL));
    turn();
    assert_int_equal(smsc_open(f.loop), 1 + 8); /* no more than eight wait at a time */
    wait_us(9 * SEC_US);
    assert_int_equal(smsc_open(f.loop), 1 + 8);
    wait_us(2 * SEC_US);
    assert_int_equal(smsc_open(f.loop), 1);
    assert_true(smsc_outbind(f.loop, "smsc", "0123456789abcdef"));
    turn();
    assert_int_equal(smsc_bound(f.loop, SMPP_RX), 1);
}

static void a_carrier_that_is_off_does_not_listen(void **state)
{
    (void)state;
    begin(OUTBIND);
    f.enabled = false;
    change(reconfigure);
    wait_us(SEC_US);
    assert_string_equal(smsc.listens, "");
    assert_int_equal(status().state, CARRIER_OFF);
}

/* ---- life ---- */

static int set_up(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR + 1);
    memset(&f, 0, sizeof(f));
    memset(&smsc, 0, sizeof(smsc));
    f.enabled = true;
    clock_set_virtual(START_US);
    snprintf(f.dir, sizeof(f.dir), "/tmp/navette-carrier-XXXXXX");
    assert_non_null(mkdtemp(f.dir));
    snprintf(f.url, sizeof(f.url), "sqlite:%s/navette.db", f.dir);
    f.arena = arena_new();
    f.home = mailbox_new();
    f.loop = net_loop_new();
    assert_int_equal(core_open(&f.core, &(struct core_config){.database_url = f.url}), OK);
    assert_int_equal(core_reader(&f.reader, f.core), OK);
    assert_int_equal(carriers_new(&f.carriers, f.core, f.loop), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    f.writer_stands = false;
    if (!f.ended)
        carriers_stop(f.carriers, end, NULL);
    wait_us((CARRIER_DRAIN_MS + CARRIER_UNBIND_MS + 1000) * MS_US);
    assert_true(f.ended);
    assert_int_equal(smsc.open_now, 0);
    carriers_free(f.carriers);
    net_loop_free(f.loop);
    db_close(f.reader);
    core_close(f.core);
    mailbox_free(f.home);
    arena_free(f.arena);
    clock_set_virtual(0);
    snprintf(command, sizeof(command), "rm -rf '%s'", f.dir);
    return system(command);
}

static int start(void **state)
{
    (void)state;
    phone_init();
    return secret_init();
}

#define CARRIER_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARRIER_TEST(a_message_leaves_and_its_receipt_ends_it),
        CARRIER_TEST(nothing_is_answered_before_its_commit),
        CARRIER_TEST(a_receipt_before_the_response_is_joined),
        CARRIER_TEST(a_throttle_pauses_and_sends_the_same_again_in_order),
        CARRIER_TEST(a_long_message_at_five_a_second_takes_two_seconds),
        CARRIER_TEST(a_lost_link_sends_the_written_again_and_keeps_the_rest),
        CARRIER_TEST(doubt_can_wait_for_a_person),
        CARRIER_TEST(attempts_never_overlap_and_never_end),
        CARRIER_TEST(a_link_that_does_not_hold_is_tried_ever_more_slowly),
        CARRIER_TEST(a_wrong_password_is_shown_and_tried_at_the_slowest_pace),
        CARRIER_TEST(a_peer_that_died_silently_is_noticed),
        CARRIER_TEST(without_a_session_messages_go_back_to_the_store),
        CARRIER_TEST(a_backlog_larger_than_memory_leaves_in_order),
        CARRIER_TEST(two_binds_live_and_die_apart),
        CARRIER_TEST(new_settings_rebind_after_the_last_answer),
        CARRIER_TEST(a_new_rate_needs_no_rebind),
        CARRIER_TEST(a_link_is_made_again_after_changes_elsewhere),
        CARRIER_TEST(a_disabled_carrier_gives_all_back),
        CARRIER_TEST(a_carrier_that_others_hold_is_left_to_them),
        CARRIER_TEST(off_is_told_from_elsewhere),
        CARRIER_TEST(a_place_that_comes_back_in_time_costs_no_more_than_a_bind),
        CARRIER_TEST(each_of_several_nodes_takes_its_share_of_the_rate),
        CARRIER_TEST(without_a_lease_the_session_lives_and_nothing_leaves),
        CARRIER_TEST(what_was_not_written_before_the_lease_ran_out_never_is),
        CARRIER_TEST(a_hint_makes_the_line_look_at_once),
        CARRIER_TEST(a_removed_carrier_is_unbound_and_forgotten),
        CARRIER_TEST(the_end_waits_for_answers_but_not_for_ever),
        CARRIER_TEST(the_end_is_reached_though_the_peer_is_dead),
        CARRIER_TEST(a_store_that_stands_still_does_not_kill_the_link),
        CARRIER_TEST(hosts_are_tried_in_turn_before_the_pause),
        CARRIER_TEST(the_second_host_serves_while_the_first_is_dead),
        CARRIER_TEST(a_refused_login_is_not_tried_at_other_hosts),
        CARRIER_TEST(a_refused_login_is_a_state_of_its_own_until_it_is_right),
        CARRIER_TEST(one_that_is_bound_already_is_tried_at_a_moderate_pace),
        CARRIER_TEST(the_receiver_may_have_its_own_hosts_and_login),
        CARRIER_TEST(parallel_binds_share_the_submits),
        CARRIER_TEST(a_lost_session_concerns_only_its_own_parts),
        CARRIER_TEST(fewer_sessions_do_not_use_up_the_rate),
        CARRIER_TEST(a_session_that_does_not_read_leaves_the_way_to_the_others),
        CARRIER_TEST(pairs_come_in_any_number),
        CARRIER_TEST(more_binds_while_the_carrier_is_away_all_begin),
        CARRIER_TEST(the_daily_unbind_costs_nothing),
        CARRIER_TEST(an_unbind_waits_for_what_we_owe),
        CARRIER_TEST(an_unbind_waits_for_answers_but_not_for_long),
        CARRIER_TEST(one_that_unbinds_all_the_time_is_tried_ever_more_slowly),
        CARRIER_TEST(without_messages_the_session_is_made_anew_if_so_wished),
        CARRIER_TEST(without_that_wish_a_session_lasts_for_ever),
        CARRIER_TEST(a_session_whose_answers_never_come_is_made_anew),
        CARRIER_TEST(one_that_does_not_even_answer_unbind_is_left),
        CARRIER_TEST(a_busy_link_is_told_from_a_dead_one),
        CARRIER_TEST(a_peer_that_died_while_a_send_is_blocked_is_noticed),
        CARRIER_TEST(with_pairs_the_receiver_waits_for_outbind),
        CARRIER_TEST(with_a_transceiver_outbind_brings_a_receiver_more),
        CARRIER_TEST(a_wrong_outbind_gets_no_login),
        CARRIER_TEST(who_connects_and_says_nothing_is_let_go),
        CARRIER_TEST(a_carrier_that_is_off_does_not_listen),
    };
    return cmocka_run_group_tests_name("scenario/carrier", tests, start, NULL);
}

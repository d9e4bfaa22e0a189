/* SPDX-License-Identifier: Apache-2.0 */
/* Callbacks over the real store in virtual time, with an outside that is played: what is told, how
 * often, and what a place that is down costs. */
#include "base/clock.h"
#include "core/errand.h"
#include "core_world.h"
#include "notify/desk.h"
#include "testing.h"

#define DELIVERED MESSAGE_DELIVERED, "DELIVRD 000"
enum { CALLS_MAX = 4096 };

static struct {
    struct mailbox *box;
    struct desk *desk;
    struct net_call *open[CALLS_MAX]; /* under way */
    size_t open_n;
    size_t calls;                         /* ever started */
    const char *said;                     /* what a good answer says; NULL: nothing */
    int status;                           /* that answers; 0: nobody does */
    struct errand_order *kept[CALLS_MAX]; /* where the desk is closed */
    size_t kept_n;
    char last[1024]; /* URL, then body */
} out;

static void start_call(void *ctx, struct net_call *call)
{
    (void)ctx;
    assert_true(out.open_n < CALLS_MAX);
    out.open[out.open_n++] = call;
    out.calls++;
    snprintf(out.last, sizeof(out.last), "%s %.*s", call->url, STR_FMT(call->body));
}

static void cancel_call(void *ctx, struct net_call *call)
{
    (void)ctx;
    for (size_t i = 0; i < out.open_n; i++)
        if (out.open[i] == call)
            out.open[i] = out.open[--out.open_n];
}

static void take_order(struct letter *letter)
{
    struct errand_order *order = (struct errand_order *)letter;
    if (out.desk)
        desk_take(out.desk, order);
    else
        out.kept[out.kept_n++] = order;
}

static void open_port(bool desk)
{
    struct errand_port port = {.box = out.box, .deliver = take_order};
    struct desk_config config = {.core = world.core,
                                 .home = out.box,
                                 .caller = {.start = start_call, .cancel = cancel_call},
                                 .mail_from = ""};
    core_errand_port(world.core, &port);
    out.desk = desk ? desk_new(&config) : NULL;
}

static int set_up(void **state)
{
    int e = world_set_up(state);
    memset(&out, 0, sizeof(out));
    out.box = mailbox_new();
    out.status = 200;
    open_port(true);
    return e;
}

static void settle(void)
{
    for (int i = 0; i < 4; i++) {
        mailbox_deliver(out.box, SIZE_MAX);
        writer_run_once(core_writer(world.core));
    }
    mailbox_deliver(out.box, SIZE_MAX);
}

static int tear_down(void **state)
{
    if (out.desk) {
        desk_stop(out.desk);
        desk_cancel(out.desk);
    }
    settle();
    if (out.desk)
        desk_free(out.desk);
    mailbox_free(out.box);
    return world_tear_down(state);
}

/* The outside answers all that is asked, until nothing is. */
static void answer(void)
{
    settle();
    while (out.open_n) {
        struct net_call *call = out.open[--out.open_n];
        call->status = out.status;
        call->good = out.status >= 200 && out.status < 300;
        call->error = out.status ? NULL : "no connection";
        call->answer = call->good && call->keep_answer ? str_of(out.said) : (struct str){0};
        call->done(call);
        settle();
    }
}

static struct callback_setting wanted;

static enum err put_setting(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)c;
    (void)change;
    return store_callback_put(tx, &wanted);
}

static void ignore(struct letter *letter)
{
    (void)letter;
}

static void tell_to(enum callback_profile profile, const char *receipts, const char *replies)
{
    struct change change = {.apply = put_setting};
    wanted = (struct callback_setting){.account_id = 1,
                                       .profile = profile,
                                       .receipts_url = str_of(receipts),
                                       .replies_url = str_of(replies)};
    core_change(world.core, &change, world.home, ignore);
    writer_run_once(core_writer(world.core));
    mailbox_deliver(world.home, 100);
    world_settings("\"port\":2775"); /* reads the directory again */
}

static int64_t delivered(const char *ref)
{
    int64_t id = world_send("+33612345678", 10);
    world_sent(world.arrived[world.arrived_n - 1], 1, ref);
    assert_int_equal(world_receipt(ref, DELIVERED), OK);
    return id;
}

static int64_t errands(const char *where)
{
    return world_count(arena_printf(world.arena, "SELECT COUNT(*) FROM errand WHERE %s", where).p);
}

static void an_account_without_a_url_costs_nothing(void **state)
{
    (void)state;
    delivered("a");
    answer();
    assert_int_equal(errands("1 = 1"), 0);
    assert_int_equal(out.calls, 0);
}

static void P5_6_a_receipt_goes_out_as_ovh_s_get_behind_the_url_s_query(void **state)
{
    (void)state;
    tell_to(PROFILE_OVH, "https://shop.example/dlr?key=1", "");
    int64_t id = delivered("a");
    answer();
    assert_int_equal(out.calls, 1);
    assert_string_equal(out.last, arena_printf(world.arena,
                                               "https://shop.example/dlr?key=1&id=%lld&ptt=4&"
                                               "date=2026-11-21%%2015%%3A05%%3A00&description=1&"
                                               "descriptionDlr=success&dlr=1 ",
                                               (long long)id)
                                      .p);
    assert_int_equal(errands("state = 3"), 1);
    assert_int_equal(world_count("SELECT COUNT(*) FROM errand_attempt"), 1);
    assert_int_equal(world_receipt("a", DELIVERED), OK); /* told twice by the carrier */
    answer();
    assert_int_equal(out.calls, 1);
}

static void P5_6_what_a_carrier_says_before_the_end_is_told_too(void **state)
{
    (void)state;
    tell_to(PROFILE_OVH, "https://shop.example/dlr", "");
    world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "a");
    assert_int_equal(world_receipt("a", MESSAGE_SENT, "ENROUTE 027"), OK);
    answer();
    assert_int_equal(out.calls, 1);
    assert_non_null(strstr(out.last, "&ptt=1&"));
    assert_non_null(strstr(out.last, "&description=4&descriptionDlr=waiting&dlr=4 "));
    assert_int_equal(world_receipt("a", MESSAGE_SENT, "ACCEPTD 000"), OK);
    answer();
    assert_int_equal(out.calls, 2);
    assert_non_null(strstr(out.last, "&ptt=3&"));
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    answer();
    assert_int_equal(out.calls, 3);
    assert_non_null(strstr(out.last, "&ptt=4&"));
    assert_int_equal(world_receipt("a", MESSAGE_SENT, "ENROUTE 027"), OK); /* late */
    answer();
    assert_int_equal(out.calls, 3);
}

static void each_event_of_a_message_has_an_id_of_its_own(void **state)
{
    (void)state;
    tell_to(PROFILE_NAVETTE, "https://shop.example/", "");
    int64_t id = world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "a");
    assert_int_equal(world_receipt("a", MESSAGE_SENT, "ACCEPTD 000"), OK);
    answer();
    struct arena *a = world.arena;
    assert_non_null(strstr(out.last, arena_printf(a, "\"receipt_%lld_", (long long)id).p));
    assert_non_null(strstr(out.last, "\"state\":\"sent\",\"ptt\":3"));
    assert_int_equal(world_receipt("a", DELIVERED), OK);
    answer();
    assert_non_null(strstr(out.last, arena_printf(a, "\"receipt_%lld\"", (long long)id).p));
}

static void P5_6_what_ends_without_a_receipt_is_told_too(void **state)
{
    (void)state;
    tell_to(PROFILE_OVH, "https://shop.example/", "");
    int64_t id = world_send("+33612345678", 10);
    world_sent(world.arrived[0], 1, "a");
    for (int hours = 0; hours < 100 && world_message(id).state == MESSAGE_SENT; hours++)
        world_tick(HOUR_US);
    answer();
    assert_int_equal(out.calls, 1);
    assert_non_null(strstr(out.last, "ptt=6"));
}

/* A carrier's answers in one commit: one row, as many requests as there are messages. */
static void P5_6_the_receipts_of_a_commit_are_one_errand_and_a_request_each(void **state)
{
    (void)state;
    enum { MANY = 50 };
    static struct receipt_job jobs[MANY];
    tell_to(PROFILE_OVH, "https://shop.example/", "");
    for (int i = 0; i < MANY; i++) {
        world_send("+33612345678", 10);
        world_sent(world.arrived[i], 1, arena_printf(world.arena, "r%d", i).p);
    }
    for (int i = 0; i < MANY; i++) {
        receipt_job_init(&jobs[i], world.home, ignore);
        jobs[i].carrier_id = WORLD_CARRIER;
        jobs[i].state = MESSAGE_DELIVERED;
        snprintf(jobs[i].carrier_ref, sizeof(jobs[i].carrier_ref), "r%d", i);
        writer_post(core_writer(world.core), &jobs[i].job);
    }
    settle();
    assert_int_equal(errands("events = 50"), 1);
    assert_int_equal(out.open_n, CALLS_PER_HOST);
    answer();
    assert_int_equal(out.calls, MANY);
    assert_int_equal(errands("state = 3"), 1);
    assert_int_equal(world_count("SELECT COUNT(*) FROM errand_attempt"), 0);
    mailbox_deliver(world.home, 100);
}

static void P5_4_a_place_that_is_down_costs_few_calls_and_loses_nothing(void **state)
{
    (void)state;
    tell_to(PROFILE_OVH, "https://shop.example/", "");
    out.status = 0;
    for (int i = 0; i < 40; i++) {
        delivered(arena_printf(world.arena, "r%d", i).p);
        answer();
    }
    assert_true(out.calls <= LANE_FAILURES_MAX);
    assert_int_equal(errands("state = 1"), 40);
    out.status = 200;
    out.calls = 0;
    for (int i = 0; i < 60; i++) {
        world_tick(10 * SEC_US);
        answer();
    }
    assert_int_equal(errands("state = 3"), 40);
    assert_int_equal(out.calls, 40); /* each once */
}

static void P5_4_what_stays_down_for_a_day_is_given_up_and_can_be_replayed(void **state)
{
    (void)state;
    tell_to(PROFILE_NAVETTE, "https://shop.example/", "");
    out.status = 503;
    int64_t id = delivered("a");
    for (int i = 0; i < 23 * 12; i++) {
        answer();
        world_tick(5 * MIN_US);
    }
    assert_int_equal(errands("state = 1"), 1);
    for (int i = 0; i < 2 * 12; i++) {
        world_tick(5 * MIN_US);
        answer();
    }
    assert_int_equal(errands("state = 4"), 1);
    assert_true(out.calls >= 24 && out.calls < 60);
    const char *event = arena_printf(world.arena, "\"id\":\"receipt_%lld\"", (long long)id).p;
    assert_non_null(strstr(out.last, event));

    struct store_tx tx = {.view = world_view(), .now_us = clock_now_us()};
    struct db *db;
    int64_t n;
    struct errand_replay all = {.account_id = 1, .give_up_at_us = clock_now_us() + DAY_US};
    assert_int_equal(db_open(&db, world.url, DB_READ_WRITE), OK);
    tx.view.db = db;
    assert_int_equal(store_errand_replay(&n, &tx, &all, 10), OK);
    db_close(db);
    assert_int_equal(n, 1);
    out.status = 204;
    world_tick(5 * MIN_US);
    answer();
    assert_int_equal(errands("state = 3"), 1);
    assert_non_null(strstr(out.last, event)); /* under the same id */
}

static void P5_4_only_what_did_not_arrive_is_told_again(void **state)
{
    (void)state;
    enum { MANY = 4 };
    static struct receipt_job jobs[MANY];
    tell_to(PROFILE_OVH, "https://shop.example/", "");
    for (int i = 0; i < MANY; i++) {
        world_send("+33612345678", 10);
        world_sent(world.arrived[i], 1, arena_printf(world.arena, "r%d", i).p);
        receipt_job_init(&jobs[i], world.home, ignore);
        jobs[i].carrier_id = WORLD_CARRIER;
        jobs[i].state = MESSAGE_DELIVERED;
        snprintf(jobs[i].carrier_ref, sizeof(jobs[i].carrier_ref), "r%d", i);
    }
    for (int i = 0; i < MANY; i++)
        writer_post(core_writer(world.core), &jobs[i].job);
    settle();
    assert_int_equal(out.open_n, MANY);
    for (int i = 0; i < MANY; i++) { /* the second is refused */
        struct net_call *call = out.open[i];
        call->status = i == 1 ? 500 : 200;
        call->good = i != 1;
        call->done(call);
    }
    out.open_n = 0;
    answer();
    assert_int_equal(errands("state = 1 AND told = '1011' AND attempts = 1"), 1);
    assert_int_equal(world_count("SELECT failed FROM errand_attempt"), 1);
    out.calls = 0;
    world_tick(15 * SEC_US);
    answer();
    assert_int_equal(out.calls, 1);
    assert_int_equal(errands("state = 3"), 1);
    mailbox_deliver(world.home, 100);
}

static void P5_4_a_process_that_dies_with_errands_in_hand_loses_none(void **state)
{
    (void)state;
    desk_free(out.desk);
    open_port(false);
    tell_to(PROFILE_OVH, "https://shop.example/", "");
    delivered("a");
    settle();
    assert_int_equal(out.kept_n, 1);
    assert_int_equal(errands("state = 2"), 1);
    errand_order_free(out.kept[0]);
    world_restart();
    assert_int_equal(errands("state = 1"), 1);
    open_port(true);
    world_tick(SEC_US);
    answer();
    assert_int_equal(out.calls, 1);
    assert_int_equal(errands("state = 3"), 1);
}

/* A reply that starts what a test wants, in one commit with the reply. */
static const struct incoming heard = {.id = 9,
                                      .account_id = 1,
                                      .carrier_id = WORLD_CARRIER,
                                      .sender = STR("+33612345678"),
                                      .number = STR("38080"),
                                      .text = STR("oui"),
                                      .kept = true,
                                      .class = -1,
                                      .parts = 1,
                                      .received_at_us = WORLD_START_US,
                                      .started = STR("cgi")};
static const struct message question = {.id = 7, .user_id = 2, .tag = STR("t")};

static enum err ask_program(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)change;
    enum err e = store_incoming_insert(tx, &heard);
    return e ? e : errand_cgi(c, tx, &heard, &question, STR("https://cgi.example/"));
}

static enum err tell_stop(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)change;
    return errand_stop(c, tx, &heard, &question);
}

static enum err tell_no_credit(struct core *c, struct store_tx *tx, struct change *change)
{
    (void)change;
    return errand_no_credit(c, tx, 1);
}

static void begin(enum err (*apply)(struct core *, struct store_tx *, struct change *))
{
    struct change change = {.apply = apply, .no_reload = true};
    core_change(world.core, &change, world.home, ignore);
    settle();
    mailbox_deliver(world.home, 100);
    assert_int_equal(change.job.err, OK);
}

static void P5_2_a_program_s_answer_goes_back_once_it_is_known(void **state)
{
    (void)state;
    out.status = 500;
    out.said = "merci";
    begin(ask_program);
    answer();
    assert_non_null(strstr(out.last, "id=9&senderid=%2B33612345678&message=oui&keyword=oui&"
                                     "shortcode=38080&tag=t"));
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE origin = 1"), 0);
    out.status = 200;
    world_tick(15 * SEC_US);
    answer();
    assert_int_equal(out.calls, 2);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message WHERE origin = 1 AND "
                                 "sender = '38080' AND text = 'merci'"),
                     1);
    assert_int_equal(errands("state = 3"), 1);
    mailbox_deliver(world.wire, 100); /* it is on its way to the carrier */
}

static enum err put_user_url(struct core *c, struct store_tx *tx, struct change *change)
{
    static struct db_query set = DB_QUERY("UPDATE api_user SET stops_url = 'https://u.example/'");
    (void)c;
    (void)change;
    return db_run(tx->view.db, &set, DB_NO_ARGS, NULL);
}

static void P10_1_a_stop_goes_to_the_user_s_url_before_the_account_s(void **state)
{
    (void)state;
    tell_to(PROFILE_OCTOPUSH, "", "");
    begin(tell_stop);
    answer();
    assert_int_equal(out.calls, 0); /* nobody has a URL for it */
    begin(put_user_url);
    world_settings("\"port\":2776");
    begin(tell_stop);
    answer();
    assert_int_equal(out.calls, 1);
    assert_non_null(strstr(out.last, "https://u.example/ {"));
    assert_non_null(strstr(out.last, "stop_date"));
}

static enum err put_note(struct core *c, struct store_tx *tx, struct change *change)
{
    struct notification n = {.id = 11,
                             .account_id = 1,
                             .kind = NOTIFICATION_EMAIL,
                             .target = STR("a@shop.example"),
                             .sender = STR("b@shop.example"),
                             .language = STR("en")};
    (void)c;
    (void)change;
    return store_notification_insert(tx, &n);
}

static void P5_3_an_account_without_credits_is_told_once_a_day(void **state)
{
    (void)state;
    begin(put_note);
    world_settings("\"port\":2776");
    for (int i = 0; i < 3; i++)
        begin(tell_no_credit);
    assert_int_equal(errands("kind = 6"), 1);
    clock_advance(DAY_US);
    begin(tell_no_credit);
    assert_int_equal(errands("kind = 6"), 2);
    answer();
    /* There is no mail server here: it fails, and shows. */
    assert_true(world_count("SELECT COUNT(*) FROM errand_attempt WHERE error LIKE '%--smtp%'") > 0);
}

static void what_was_told_is_forgotten_after_a_week(void **state)
{
    (void)state;
    tell_to(PROFILE_OVH, "https://shop.example/", "");
    delivered("a");
    answer();
    world_tick(6 * DAY_US);
    assert_int_equal(errands("1 = 1"), 1);
    world_tick(2 * DAY_US);
    assert_int_equal(errands("1 = 1"), 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM errand_attempt"), 0);
}

#define CALLBACK(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CALLBACK(an_account_without_a_url_costs_nothing),
        CALLBACK(P5_6_a_receipt_goes_out_as_ovh_s_get_behind_the_url_s_query),
        CALLBACK(P5_6_what_a_carrier_says_before_the_end_is_told_too),
        CALLBACK(each_event_of_a_message_has_an_id_of_its_own),
        CALLBACK(P5_6_what_ends_without_a_receipt_is_told_too),
        CALLBACK(P5_6_the_receipts_of_a_commit_are_one_errand_and_a_request_each),
        CALLBACK(P5_4_a_place_that_is_down_costs_few_calls_and_loses_nothing),
        CALLBACK(P5_4_what_stays_down_for_a_day_is_given_up_and_can_be_replayed),
        CALLBACK(P5_4_only_what_did_not_arrive_is_told_again),
        CALLBACK(P5_4_a_process_that_dies_with_errands_in_hand_loses_none),
        CALLBACK(P5_2_a_program_s_answer_goes_back_once_it_is_known),
        CALLBACK(P10_1_a_stop_goes_to_the_user_s_url_before_the_account_s),
        CALLBACK(P5_3_an_account_without_credits_is_told_once_a_day),
        CALLBACK(what_was_told_is_forgotten_after_a_week),
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/callbacks", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Phones in quarantine: refused at the door, in the queue and by the wall; and what failures do. */
#include "base/clock.h"
#include "core/core_base.h"
#include "core/keyword.h"
#include "core/quarantine.h"
#include "core_world.h"
#include "store/ledger.h"
#include "testing.h"

#define PHONE UINT64_C(33612345678)

static void ignore(struct letter *letter)
{
    (void)letter;
}

/* ---- words ---- */

static void hear(const char *text)
{
    struct incoming_job job;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.sender = STR("33612345678");
    job.sender_ton = 1;
    job.number = STR("36184");
    job.bytes = str_of(text);
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

/* A message that the carrier has, under this id. */
static int64_t sent(const char *ref)
{
    int64_t id = world_send("+33612345678", 10);
    world_sent(world.arrived[world.arrived_n - 1], 1, ref);
    return id;
}

static struct accept_job *send_to(const char *const *numbers, size_t n, int64_t due_at_us)
{
    struct accept_job *job = ARENA_NEW(world.arena, struct accept_job);
    struct accept_request *request = ARENA_NEW(world.arena, struct accept_request);
    struct refusal why;
    *request = (struct accept_request){
        .directory = world.directory,
        .account = directory_account(world.directory, STR("shop")),
        .user = directory_user(world.directory, 1, STR("u")),
        .sender = STR("Shop"),
        .recipients = ARENA_ARRAY(world.arena, n, struct str),
        .recipients_n = n,
        .text = STR("hello"),
        .class = -1,
        .no_stop = true,
        .due_at_us = due_at_us,
    };
    for (size_t i = 0; i < n; i++)
        request->recipients[i] = str_of(numbers[i]);
    assert_int_equal(accept_prepare(job, world.arena, request, &why), OK);
    assert_int_equal(accept_post(world.core, job, world.home, ignore), OK);
    world_turn();
    return job;
}
#define SEND(due, ...)                          \
    send_to((const char *const[]){__VA_ARGS__}, \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), due)

static int64_t balance(void)
{
    return world_count("SELECT balance FROM account");
}

static int64_t status_of_phone(void)
{
    return world_count("SELECT COALESCE(MAX(status), 0) FROM quarantine");
}

/* ---- at the door ---- */

static void P7_3_who_is_in_quarantine_is_left_out_and_costs_nothing(void **state)
{
    (void)state;
    sent("1");
    hear("STOP");
    int64_t before = balance();
    struct accept_job *job = SEND(0, "+33612345678", "+33612345679", "+33612345680");
    assert_int_equal(job->job.err, OK);
    assert_int_equal(job->messages_n, 2);
    assert_int_equal(job->refused_n, 1);
    assert_int_equal(job->messages[2].recipient, PHONE);
    assert_int_equal(job->messages[0].recipient, PHONE + 1);
    assert_int_equal(balance(), before - 2 * job->messages[0].credits);
    assert_int_equal(world_count("SELECT COUNT(*) FROM message"), 3);
}

static void P9_2_a_request_to_nobody_else_is_refused(void **state)
{
    (void)state;
    sent("1");
    hear("STOP");
    int64_t before = balance();
    struct accept_job *job = SEND(0, "+33612345678");
    assert_int_equal(job->job.err, ERR_QUARANTINED);
    assert_int_equal(balance(), before);
    hear("START");
    assert_int_equal(SEND(0, "+33612345678")->job.err, OK);
}

static void P7_3_what_a_restart_forgets_the_rows_still_say(void **state)
{
    (void)state;
    sent("1");
    hear("STOP");
    world_restart();
    assert_int_equal(SEND(0, "+33612345678")->job.err, ERR_QUARANTINED);
}

/* ---- in the queue ---- */

static void take(void)
{
    struct take_job job;
    take_job_init(&job, world.home, ignore);
    job.slot = world.slot;
    job.limit = 100;
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

static void P7_3_what_waits_is_refused_when_it_is_taken_and_refunded(void **state)
{
    (void)state;
    sent("1");
    int64_t before = balance();
    struct accept_job *later = SEND(WORLD_START_US + HOUR_US, "+33612345678");
    world.slot->ready = false;
    int64_t queued = world_send("+33612345678", 10);
    world_assert_state(queued, MESSAGE_QUEUED, "");
    hear("STOP");
    size_t arrived = world.arrived_n;
    take();
    world_assert_state(queued, MESSAGE_REFUSED, "");
    world_assert_state(later->messages[0].id, MESSAGE_SCHEDULED, "");
    world_tick(2 * HOUR_US);
    take();
    world_assert_state(later->messages[0].id, MESSAGE_REFUSED, "");
    assert_int_equal(world.arrived_n, arrived);
    assert_int_equal(balance(), before);
}

/* ---- the wall ---- */

static void tell_refused(const struct outgoing *o)
{
    struct outcome_job job = {0};
    outcome_job_init(&job, world.home, ignore);
    job.kind = OUTCOME_REFUSED;
    job.slot = o->slot;
    job.message_id = o->id;
    job.due_at_us = o->due_at_us;
    job.at_us = clock_now_us();
    job.parts = o->parts;
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
}

static bool stands(const struct outgoing *o)
{
    struct wall_ask ask = {o->recipient, o->account_id, o->sender, o->id};
    return wall_stands(outbox_wall(core_outbox(world.core)), &ask);
}

static void P7_3_the_wall_stands_from_before_the_commit_until_the_carriers_passed(void **state)
{
    (void)state;
    sent("1");
    world_send("+33612345678", 10);
    const struct outgoing *o = world.arrived[world.arrived_n - 1];
    struct incoming_job job;
    memset(&job, 0, sizeof(job));
    incoming_job_init(&job, world.home, ignore);
    job.carrier_id = WORLD_CARRIER;
    job.sender = STR("33612345678");
    job.sender_ton = 1;
    job.number = STR("36184");
    job.bytes = STR("STOP");
    assert_false(stands(o));
    writer_post(core_writer(world.core), &job.job);
    writer_run_once(core_writer(world.core));
    assert_true(stands(o));
    mailbox_deliver(world.wire, 1000);
    mailbox_deliver(world.home, 1000);
    assert_false(stands(o));
    int64_t before = balance();
    tell_refused(o);
    world_assert_state(o->id, MESSAGE_REFUSED, "");
    assert_int_equal(balance(), before + 100);
}

static void P7_3_a_stop_that_was_never_committed_costs_no_message(void **state)
{
    (void)state;
    int64_t id = world_send("+33612345678", 10);
    tell_refused(world.arrived[0]);
    world_assert_state(id, MESSAGE_QUEUED, "");
}

/* ---- the confirmation ---- */

struct stop_and_answer {
    struct change change;
    int answers;
    struct accept_job *jobs[2];
};

/* As core/reply does: the answers are accepted in the transaction of the STOP. */
static enum err stop_and_answer(struct core *c, struct store_tx *tx, struct change *change)
{
    struct stop_and_answer *s = (struct stop_and_answer *)change;
    struct incoming in = {.id = 77,
                          .account_id = 1,
                          .carrier_id = WORLD_CARRIER,
                          .sender = STR("+33612345678"),
                          .number = STR("36184"),
                          .text = STR("STOP"),
                          .kept = true};
    struct keyword_verdict verdict;
    assert_int_equal(keyword_act(&verdict, c, tx, &in, PHONE), OK);
    assert_true(verdict.stopped);
    for (int i = 0; i < s->answers; i++) {
        struct job *job = &s->jobs[i]->job;
        for (size_t k = 0; k < s->jobs[i]->messages_n; k++)
            s->jobs[i]->messages[k].origin = ORIGIN_ANSWER;
        assert_int_equal(accept_work(c, tx, &job, 1), OK);
    }
    return OK;
}

static struct accept_job *prepared(void)
{
    struct accept_job *job = ARENA_NEW(world.arena, struct accept_job);
    struct accept_request *request = ARENA_NEW(world.arena, struct accept_request);
    struct refusal why;
    static struct str to = STR("+33612345678");
    *request = (struct accept_request){
        .directory = world.directory,
        .account = directory_account(world.directory, STR("shop")),
        .user = directory_user(world.directory, 1, STR("u")),
        .sender = STR("Shop"),
        .recipients = &to,
        .recipients_n = 1,
        .text = STR("You will hear no more of us"),
        .class = -1,
        .no_stop = true,
    };
    assert_int_equal(accept_prepare(job, world.arena, request, &why), OK);
    return job;
}

static void P7_3_one_confirmation_of_a_stop_may_leave_and_nothing_else(void **state)
{
    (void)state;
    struct stop_and_answer s = {.change = {.apply = stop_and_answer, .no_reload = true},
                                .answers = 2,
                                .jobs = {prepared(), prepared()}};
    core_change(world.core, &s.change, world.home, ignore);
    writer_run_once(core_writer(world.core));
    assert_int_equal(s.jobs[0]->job.err, OK);
    assert_int_equal(s.jobs[1]->job.err, ERR_QUARANTINED);
    mailbox_deliver(world.wire, 1);
    assert_int_equal(world.arrived_n, 0); /* that was the stop */
    mailbox_deliver(world.wire, 1);
    assert_int_equal(world.arrived_n, 1);
    const struct outgoing *o = world.arrived[0];
    assert_false(stands(o));
    mailbox_deliver(world.home, 1000);
    tell_refused(o); /* whoever doubts it: the row lets it pass */
    world_assert_state(o->id, MESSAGE_QUEUED, "");
    take();
    world_assert_state(o->id, MESSAGE_SENDING, "");
    assert_int_equal(SEND(0, "+33612345678")->job.err, ERR_QUARANTINED);
}

/* ---- failures ---- */

static void fail_with(const char *ref, enum message_state to, const char *receipt)
{
    sent(ref);
    assert_int_equal(world_receipt(ref, to, receipt), OK);
}

static void P7_2_a_permanent_failure_puts_the_phone_into_quarantine(void **state)
{
    (void)state;
    fail_with("1", MESSAGE_UNDELIVERED, "UNDELIV 001");
    assert_int_equal(status_of_phone(), QUARANTINE_QUARANTINED);
    assert_int_equal(world_count("SELECT account_id FROM quarantine"), 1);
    assert_int_equal(SEND(0, "+33612345678")->job.err, ERR_QUARANTINED);
}

static void P7_2_five_temporary_failures_a_day_apart_do_too(void **state)
{
    (void)state;
    static const char *const refs[] = {"1", "2", "3", "4", "5"};
    for (int i = 0; i < 5; i++) {
        fail_with(refs[i], MESSAGE_UNDELIVERED, "UNDELIV 027");
        assert_int_equal(world_count("SELECT errors FROM quarantine"), i + 1);
        assert_int_equal(status_of_phone(), i < 4 ? QUARANTINE_ERRONEOUS : QUARANTINE_QUARANTINED);
        if (i == 0) { /* too soon to count */
            world_tick(23 * HOUR_US);
            fail_with("1b", MESSAGE_UNDELIVERED, "UNDELIV 027");
            assert_int_equal(world_count("SELECT errors FROM quarantine"), 1);
        }
        world_tick(25 * HOUR_US);
    }
    assert_int_equal(SEND(0, "+33612345678")->job.err, ERR_QUARANTINED);
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine_event"), 5);
}

static void P7_2_what_says_nothing_of_the_phone_does_not_count(void **state)
{
    (void)state;
    fail_with("1", MESSAGE_REJECTED, "REJECTD 000");
    fail_with("2", MESSAGE_UNDELIVERED, "UNDELIV 034");
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine"), 0);
    fail_with("3", MESSAGE_EXPIRED, "EXPIRED 000");
    assert_int_equal(status_of_phone(), QUARANTINE_ERRONEOUS);
}

static void P7_2_a_delivery_makes_a_phone_valid_again(void **state)
{
    (void)state;
    fail_with("1", MESSAGE_UNDELIVERED, "UNDELIV 027");
    world_tick(MIN_US);
    assert_int_equal(status_of_phone(), QUARANTINE_ERRONEOUS);
    fail_with("2", MESSAGE_DELIVERED, "DELIVRD 000");
    world_tick(MIN_US);
    world_tick(SEC_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine"), 0);
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine_event WHERE status = 0"), 1);
}

static void P7_2_so_do_ten_days_without_an_error(void **state)
{
    (void)state;
    fail_with("1", MESSAGE_UNDELIVERED, "UNDELIV 027");
    world_tick(9 * DAY_US);
    assert_int_equal(status_of_phone(), QUARANTINE_ERRONEOUS);
    world_tick(DAY_US + HOUR_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM quarantine"), 0);
}

static void P7_2_a_long_message_s_failure_counts_once(void **state)
{
    (void)state;
    world_send("+33612345678", 200);
    world_sent(world.arrived[0], 1, "1");
    world_sent(world.arrived[0], 2, "2");
    assert_int_equal(world_receipt("1", MESSAGE_UNDELIVERED, "UNDELIV 027"), OK);
    assert_int_equal(world_receipt("2", MESSAGE_UNDELIVERED, "UNDELIV 027"), OK);
    assert_int_equal(world_count("SELECT errors FROM quarantine"), 1);
}

static void P7_2_a_failure_takes_nothing_from_who_said_stop(void **state)
{
    (void)state;
    sent("1");
    hear("STOP");
    assert_int_equal(world_receipt("1", MESSAGE_UNDELIVERED, "UNDELIV 001"), OK);
    assert_int_equal(world_count("SELECT status FROM quarantine"), QUARANTINE_BLACKLISTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(P7_3_who_is_in_quarantine_is_left_out_and_costs_nothing),
        TEST(P9_2_a_request_to_nobody_else_is_refused),
        TEST(P7_3_what_a_restart_forgets_the_rows_still_say),
        TEST(P7_3_what_waits_is_refused_when_it_is_taken_and_refunded),
        TEST(P7_3_the_wall_stands_from_before_the_commit_until_the_carriers_passed),
        TEST(P7_3_a_stop_that_was_never_committed_costs_no_message),
        TEST(P7_3_one_confirmation_of_a_stop_may_leave_and_nothing_else),
        TEST(P7_2_a_permanent_failure_puts_the_phone_into_quarantine),
        TEST(P7_2_five_temporary_failures_a_day_apart_do_too),
        TEST(P7_2_what_says_nothing_of_the_phone_does_not_count),
        TEST(P7_2_a_delivery_makes_a_phone_valid_again),
        TEST(P7_2_so_do_ten_days_without_an_error),
        TEST(P7_2_a_long_message_s_failure_counts_once),
        TEST(P7_2_a_failure_takes_nothing_from_who_said_stop),
    };
    return world_begin() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

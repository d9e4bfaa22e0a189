/* SPDX-License-Identifier: Apache-2.0 */
/* Marketing messages: their clause by country (P1.3) and when they leave (P2.7). */
#include "base/clock.h"
#include "core_world.h"
#include "store/queue.h"
#include "testing.h"

static void ignore(struct letter *letter)
{
    (void)letter;
}

/* ---- words ---- */

static struct accept_request marketing_to(const char *recipients)
{
    struct str *list = ARENA_ARRAY(world.arena, 16, struct str);
    struct str rest = str_of(recipients);
    size_t n = 0;
    while (n < 16 && str_split(&rest, ',', &list[n]))
        n++;
    return (struct accept_request){
        .directory = world.directory,
        .account = directory_account(world.directory, STR("shop")),
        .user = directory_user(world.directory, 1, STR("u")),
        .sender = STR("Shop"),
        .recipients = list,
        .recipients_n = n,
        .text = STR("Sale"),
        .class = -1,
    };
}

static struct accept_job *send_request(const struct accept_request *given)
{
    struct accept_job *job = ARENA_NEW(world.arena, struct accept_job);
    struct accept_request *r = ARENA_NEW(world.arena, struct accept_request);
    struct refusal why;
    *r = *given;
    assert_int_equal(accept_prepare(job, world.arena, r, &why), OK);
    job->job = (struct job){.letter.deliver = ignore, .home = world.home, .kind = JOB_ACCEPT};
    world_do(&job->job);
    assert_int_equal(job->job.err, OK);
    return job;
}

static struct accept_job *send_marketing(const char *recipients)
{
    struct accept_request r = marketing_to(recipients);
    return send_request(&r);
}

static void assert_text(const struct message *m, const char *text)
{
    if (!str_eq(m->text, str_of(text)))
        fail_msg("\"%.*s\", not \"%s\"", STR_FMT(m->text), text);
}

/* ---- P1.3: the clause ---- */

static void P1_3_the_clause_is_that_of_the_recipients_country(void **state)
{
    (void)state;
    world_settings("\"stop_text\":\"STOP 1\","
                   "\"stop_texts\":\"FR=STOP 36184;BE=STOP 8989;CH=\"");
    struct accept_job *job = send_marketing("+33612345678,+32470123456,+41791234567,+33612345679,"
                                            "+12125550123");
    assert_int_equal(job->messages_n, 5);
    assert_text(&job->messages[0], "Sale\nSTOP 36184");
    assert_text(&job->messages[1], "Sale\nSTOP 8989");
    assert_text(&job->messages[2], "Sale");
    assert_text(&job->messages[3], "Sale\nSTOP 36184");
    assert_text(&job->messages[4], "Sale\nSTOP 1");
    for (size_t i = 0; i < job->messages_n; i++)
        assert_true(job->messages[i].marketing);
}

static void P1_3_a_clause_of_one_country_counts_there_alone(void **state)
{
    (void)state;
    world_settings("\"stop_texts\":\"FR=STOP 36184\"");
    char *text = arena_alloc(world.arena, 151);
    memset(text, 'a', 150);
    struct accept_request r = marketing_to("+33612345678,+32470123456");
    r.text = (struct str){text, 150};
    struct accept_job *job = send_request(&r);
    assert_int_equal(job->messages[0].parts, 2); /* 150 and a clause of 11 are 161 */
    assert_int_equal(job->messages[1].parts, 1);
    assert_int_equal(job->cost, job->messages[0].credits + job->messages[1].credits);
}

static void P1_3_no_clause_where_it_is_not_marketing(void **state)
{
    (void)state;
    world_settings("\"stop_text\":\"STOP 1\",\"stop_texts\":\"FR=STOP 36184\"");
    struct accept_request r = marketing_to("+33612345678");
    r.no_stop = true;
    assert_text(&send_request(&r)->messages[0], "Sale");
}

/* ---- P2.7: the hours ---- */

#define OPENS_US (WORLD_START_US - 14 * HOUR_US - 5 * MIN_US + 2 * DAY_US + 7 * HOUR_US)

/* 2026-11-21 is a Saturday; the world begins at 15:05 in Paris. */
static void go_to_saturday_evening(void)
{
    clock_advance(5 * HOUR_US); /* 20:05 */
}

static size_t take(void)
{
    struct take_job job;
    take_job_init(&job, world.home, ignore);
    job.slot = world.slot;
    job.limit = 100;
    world_do(&job.job);
    assert_int_equal(job.job.err, OK);
    return job.found;
}

static void assert_waits(int64_t id, int64_t due_us)
{
    struct message m = world_message(id);
    assert_int_equal(m.state, MESSAGE_SCHEDULED);
    assert_int_equal(m.due_at_us, due_us);
    assert_true(m.expires_at_us >= due_us + DAY_US);
    assert_int_equal(world_count("SELECT COUNT(*) FROM queue WHERE state = 1"), 1);
}

static void P2_7_marketing_leaves_at_once_while_its_country_is_open(void **state)
{
    (void)state;
    struct accept_job *job = send_marketing("+33612345678");
    assert_int_equal(job->messages[0].state, MESSAGE_SENDING);
    assert_false(job->deferred);
}

static void P2_7_marketing_waits_for_the_next_opening(void **state)
{
    (void)state;
    go_to_saturday_evening();
    struct accept_job *job = send_marketing("+33612345678");
    int64_t id = job->messages[0].id;
    assert_true(job->deferred);
    assert_waits(id, OPENS_US);
    assert_int_equal(world.arrived_n, 0);
    world_tick(OPENS_US - clock_now_us() - 1);
    assert_int_equal(take(), 0);
    world_tick(1);
    assert_int_equal(take(), 1);
    assert_int_equal(world.arrived_n, 1);
    assert_int_equal(world.arrived[0]->id, id);
}

static void P2_7_only_marketing_waits(void **state)
{
    (void)state;
    go_to_saturday_evening();
    struct accept_request r = marketing_to("+33612345678");
    r.no_stop = true;
    struct accept_job *job = send_request(&r);
    assert_false(job->deferred);
    assert_int_equal(job->messages[0].state, MESSAGE_SENDING);
}

static void P2_7_each_recipient_waits_for_its_own_country(void **state)
{
    (void)state;
    go_to_saturday_evening(); /* 15:05 in Martinique, 12:05 in the United States: no line */
    struct accept_job *job = send_marketing("+33612345678,+596696123456,+12125550123");
    assert_true(job->deferred);
    assert_int_equal(job->messages[0].state, MESSAGE_SCHEDULED);
    assert_int_equal(job->messages[1].state, MESSAGE_SENDING);
    assert_int_equal(job->messages[2].state, MESSAGE_SENDING);
}

static void P2_7_a_deferred_date_moves_to_the_next_opening(void **state)
{
    (void)state;
    struct accept_request r = marketing_to("+33612345678");
    r.due_at_us = clock_now_us() + DAY_US; /* Sunday afternoon */
    assert_waits(send_request(&r)->messages[0].id, OPENS_US);
    r.due_at_us = OPENS_US + HOUR_US;
    r.recipients[0] = STR("+33612345679");
    struct accept_job *job = send_request(&r);
    assert_int_equal(job->messages[0].due_at_us, OPENS_US + HOUR_US);
}

static void P2_7_what_comes_due_late_waits_again_and_stays_valid(void **state)
{
    (void)state;
    world.slot->ready = false; /* no session until Saturday night */
    int64_t id = send_marketing("+33612345678")->messages[0].id;
    int64_t plain = world_send("+33612345679", 5);
    struct message before = world_message(id);
    assert_int_equal(before.state, MESSAGE_QUEUED);
    go_to_saturday_evening();
    world.slot->ready = true;
    assert_int_equal(take(), 2);
    assert_int_equal(world.arrived_n, 1);
    assert_int_equal(world.arrived[0]->id, plain);
    assert_waits(id, OPENS_US);
    struct message after = world_message(id);
    assert_int_equal(after.expires_at_us - after.due_at_us,
                     before.expires_at_us - before.due_at_us);
    assert_int_equal(world_count("SELECT COUNT(*) FROM event WHERE kind = 'postponed'"), 1);
    world_tick(OPENS_US - clock_now_us());
    assert_int_equal(take(), 1);
    assert_int_equal(world.arrived_n, 2);
    assert_int_equal(world.arrived[1]->id, id);
}

static void P2_7_a_retry_at_night_waits_for_the_morning(void **state)
{
    (void)state;
    int64_t id = send_marketing("+33612345678")->messages[0].id;
    struct outcome_job job = {0};
    outcome_job_init(&job, world.home, ignore);
    go_to_saturday_evening();
    job.kind = OUTCOME_RETRY;
    job.slot = world.slot;
    job.message_id = id;
    job.retry_at_us = clock_now_us() + MIN_US;
    job.parts = 1;
    world_do(&job.job);
    clock_advance(MIN_US);
    assert_int_equal(take(), 1);
    assert_waits(id, OPENS_US);
}

static void P2_7_what_is_half_at_the_phone_is_not_held_back(void **state)
{
    (void)state;
    struct accept_request r = marketing_to("+33612345678");
    char *text = arena_alloc(world.arena, 301);
    memset(text, 'a', 300);
    r.text = (struct str){text, 300};
    int64_t id = send_request(&r)->messages[0].id;
    world_sent(world.arrived[0], 1, "a1");
    go_to_saturday_evening();
    struct outcome_job job = {0};
    outcome_job_init(&job, world.home, ignore);
    job.kind = OUTCOME_RETRY;
    job.slot = world.slot;
    job.message_id = id;
    job.retry_at_us = clock_now_us();
    job.parts = 2;
    world_do(&job.job);
    assert_int_equal(take(), 1);
    assert_int_equal(world.arrived_n, 2);
    assert_int_equal(world.arrived[1]->id, id);
}

static void P2_7_what_is_over_before_the_night_expires(void **state)
{
    (void)state;
    world.slot->ready = false;
    struct accept_request r = marketing_to("+33612345678");
    r.validity_us = HOUR_US;
    int64_t id = send_request(&r)->messages[0].id;
    go_to_saturday_evening();
    assert_int_equal(take(), 1);
    world_assert_state(id, MESSAGE_EXPIRED, ""); /* at 16:05, when it was open */
}

static void P2_7_alsace_keeps_good_friday_where_the_carrier_says_so(void **state)
{
    (void)state;
    int64_t friday_us = WORLD_START_US + 125 * DAY_US; /* 2027-03-26, 15:05 in Paris */
    struct accept_request r = marketing_to("+33612345678");
    r.due_at_us = friday_us;
    assert_int_equal(send_request(&r)->messages[0].due_at_us, friday_us);
    world_settings("\"holidays\":\"alsace-moselle\"");
    r = marketing_to("+33612345679");
    r.due_at_us = friday_us;
    int64_t due_us = send_request(&r)->messages[0].due_at_us;
    assert_int_equal(due_us, friday_us + DAY_US - 7 * HOUR_US - 5 * MIN_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
        TEST(P1_3_the_clause_is_that_of_the_recipients_country),
        TEST(P1_3_a_clause_of_one_country_counts_there_alone),
        TEST(P1_3_no_clause_where_it_is_not_marketing),
        TEST(P2_7_marketing_leaves_at_once_while_its_country_is_open),
        TEST(P2_7_marketing_waits_for_the_next_opening),
        TEST(P2_7_only_marketing_waits),
        TEST(P2_7_each_recipient_waits_for_its_own_country),
        TEST(P2_7_a_deferred_date_moves_to_the_next_opening),
        TEST(P2_7_what_comes_due_late_waits_again_and_stays_valid),
        TEST(P2_7_a_retry_at_night_waits_for_the_morning),
        TEST(P2_7_what_is_half_at_the_phone_is_not_held_back),
        TEST(P2_7_what_is_over_before_the_night_expires),
        TEST(P2_7_alsace_keeps_good_friday_where_the_carrier_says_so),
#undef TEST
    };
    if (world_begin())
        return 1;
    return cmocka_run_group_tests_name("scenario/marketing", tests, NULL, NULL);
}

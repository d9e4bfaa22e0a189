/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/pump: order, window, rate, throttle and what becomes of each message, in virtual time
 * with a wire of paper: submits are written down, answers are given by hand.
 */
#include "base/clock.h"
#include "base/log.h"
#include "carrier/pump.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>

#define START_US (INT64_C(1795269900) * SEC_US)
enum { WIRE_MAX = 20000, OUTCOMES_MAX = 20000 };

static struct {
    struct pump *pump;
    struct mailbox *home;
    struct outbox_slot slot;
    _Atomic int64_t send_until_us;
    struct pump_settings settings;
    struct {
        void *tag; /* NULL once answered */
        char text[16];
    } wire[WIRE_MAX]; /* all submits, oldest first */
    size_t submits;
    enum err wire_says;
    int64_t stands_still_us; /* after each submit */
    struct outcome_job *at_writer[OUTCOMES_MAX];
    size_t at_writer_n;
    struct {
        enum outcome_kind kind;
        int64_t id;
        uint32_t part;
        uint32_t status;
        int64_t retry_in_us;
        bool ask;
        bool doubt;
        char ref[CARRIER_REF_SIZE];
    } outcomes[OUTCOMES_MAX];
    size_t outcomes_n;
    struct take_job *take;
    int wakes;
} f;

static enum err submit(void *ctx, const struct smpp_pdu *pdu, void *tag)
{
    (void)ctx;
    if (f.wire_says)
        return f.wire_says;
    assert_true(f.submits < WIRE_MAX);
    struct str text = pdu->body.submit_sm.short_message;
    bool part = pdu->body.submit_sm.esm_class & 0x40;
    f.wire[f.submits].tag = tag;
    if (part)
        snprintf(f.wire[f.submits].text, 16, "#%d", text.p[5]);
    else
        snprintf(f.wire[f.submits].text, 16, "%.*s", STR_FMT(text));
    f.submits++;
    clock_advance(f.stands_still_us);
    return OK;
}

static void post(void *ctx, struct job *job)
{
    (void)ctx;
    if (job->kind == JOB_TAKE) {
        assert_null(f.take);
        f.take = (struct take_job *)job;
        return;
    }
    struct outcome_job *o = (struct outcome_job *)job;
    assert_int_equal(job->kind, JOB_OUTCOME);
    f.outcomes[f.outcomes_n].kind = o->kind;
    f.outcomes[f.outcomes_n].id = o->message_id;
    f.outcomes[f.outcomes_n].part = o->part;
    f.outcomes[f.outcomes_n].status = o->status;
    f.outcomes[f.outcomes_n].retry_in_us = o->retry_at_us - clock_now_us();
    f.outcomes[f.outcomes_n].ask = o->ask;
    f.outcomes[f.outcomes_n].doubt = o->doubt;
    memcpy(f.outcomes[f.outcomes_n].ref, o->carrier_ref, CARRIER_REF_SIZE);
    f.outcomes_n++;
    f.at_writer[f.at_writer_n++] = o;
}

static void commit(void)
{
    for (size_t i = 0; i < f.at_writer_n; i++)
        f.at_writer[i]->job.letter.deliver(&f.at_writer[i]->job.letter);
    f.at_writer_n = 0;
}

static void wake(void *ctx)
{
    (void)ctx;
    f.wakes++;
}

static void configure(void)
{
    pump_configure(f.pump, &f.settings);
}

static int64_t run(void)
{
    return pump_run(f.pump, clock_mono_us());
}

static struct outgoing *make(int64_t id, uint32_t parts)
{
    char text[16];
    snprintf(text, sizeof(text), "m%lld", (long long)id);
    size_t n = parts > 1 ? parts * 153 : strlen(text);
    struct outgoing *o = base_alloc(sizeof(*o) + n);
    char *at = (char *)(o + 1);
    memset(at, 'x', n);
    if (parts == 1)
        memcpy(at, text, n);
    *o = (struct outgoing){.slot = &f.slot,
                           .id = id,
                           .due_at_us = START_US,
                           .expires_at_us = START_US + DAY_US,
                           .recipient = UINT64_C(33612345678),
                           .sender = STR("Shop"),
                           .text = {at, n},
                           .class = -1,
                           .parts = parts};
    atomic_fetch_add(&f.slot.active, 1);
    return o;
}

static struct outgoing *arrive(int64_t id, uint32_t parts)
{
    struct outgoing *o = make(id, parts);
    pump_arrive(f.pump, o);
    return o;
}

static void arrive_many(int n)
{
    for (int i = 1; i <= n; i++)
        arrive(i, 1);
}

static void answer(size_t nth, uint32_t status)
{
    struct smpp_pdu response = {.command = SMPP_SUBMIT_SM_RESP, .status = status};
    response.body.submit_sm_resp.message_id = status ? (struct str){0} : STR("id");
    pump_answer(f.pump, f.wire[nth].tag, SMPP_ANSWERED, &response, clock_mono_us());
    f.wire[nth].tag = NULL;
}

static void lose(size_t nth)
{
    pump_answer(f.pump, f.wire[nth].tag, SMPP_ABANDONED, NULL, clock_mono_us());
    f.wire[nth].tag = NULL;
}

static void assert_wire(size_t nth, const char *text)
{
    assert_true(nth < f.submits);
    assert_string_equal(f.wire[nth].text, text);
}

static void assert_outcome(size_t nth, enum outcome_kind kind, int64_t id)
{
    assert_true(nth < f.outcomes_n);
    assert_int_equal(f.outcomes[nth].kind, kind);
    assert_int_equal(f.outcomes[nth].id, id);
}

static void submits_keep_order_and_window(void **state)
{
    (void)state;
    arrive_many(5);
    run();
    assert_int_equal(f.submits, 3);
    assert_wire(0, "m1");
    assert_wire(2, "m3");
    answer(1, 0);
    run();
    assert_int_equal(f.submits, 4);
    assert_wire(3, "m4");
    assert_outcome(0, OUTCOME_SENT, 2);
    assert_string_equal(f.outcomes[0].ref, "id");
    assert_int_equal(f.slot.active, 4);
}

static void a_throttled_message_goes_again_first_after_a_pause(void **state)
{
    (void)state;
    arrive_many(5);
    run();
    answer(0, ESME_RTHROTTLED);
    answer(1, 0);
    answer(2, ESME_RMSGQFUL);
    int64_t again_us = run();
    assert_int_equal(f.submits, 3);
    assert_true(pump_throttled(f.pump, clock_mono_us()));
    assert_true(again_us == clock_mono_us() + SEC_US);
    clock_advance(SEC_US);
    run();
    assert_int_equal(f.submits, 6);
    assert_wire(3, "m1");
    assert_wire(4, "m3");
    assert_wire(5, "m4");
    assert_int_equal(f.outcomes_n, 1); /* a throttle is no outcome */
    struct pump_figures figures;
    pump_figures(f.pump, &figures);
    assert_int_equal(figures.throttles, 1);
}

static void pauses_double_to_half_a_minute_and_shrink_after_a_success(void **state)
{
    (void)state;
    arrive_many(1);
    const int64_t pauses_s[] = {1, 2, 4, 8, 16, 30, 30};
    size_t nth = 0;
    for (; nth < sizeof(pauses_s) / sizeof(pauses_s[0]); nth++) {
        run();
        answer(nth, ESME_RTHROTTLED);
        assert_true(run() == clock_mono_us() + pauses_s[nth] * SEC_US);
        clock_advance(pauses_s[nth] * SEC_US);
    }
    run();
    answer(nth, 0);
    arrive(2, 1);
    run();
    answer(nth + 1, ESME_RTHROTTLED);
    assert_true(run() == clock_mono_us() + SEC_US);
}

static void a_full_window_of_throttles_keeps_its_order(void **state)
{
    (void)state;
    f.settings.window = 1000;
    configure();
    arrive_many(2000);
    run();
    assert_int_equal(f.submits, 1000);
    for (size_t i = 0; i < 1000; i++) /* out of order: the odd ones first */
        answer(i < 500 ? 2 * i + 1 : 2 * (i - 500), ESME_RTHROTTLED);
    clock_advance(SEC_US);
    run();
    for (size_t i = 0; i < 1000; i++) {
        char text[16];
        snprintf(text, sizeof(text), "m%zu", i + 1);
        assert_wire(1000 + i, text);
    }
}

static void a_lost_link_leaves_doubt_on_what_was_written_only(void **state)
{
    (void)state;
    f.settings.ask_on_doubt = true;
    configure();
    arrive_many(5);
    run();
    for (size_t i = 0; i < 3; i++)
        lose(i);
    pump_open(f.pump, false);
    assert_false(f.slot.ready);
    run();
    assert_int_equal(f.outcomes_n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_outcome(i, OUTCOME_IN_DOUBT, (int64_t)i + 1);
        assert_true(f.outcomes[i].ask);
    }
    pump_open(f.pump, true);
    run();
    assert_wire(3, "m4");
    assert_wire(4, "m5");
}

static void what_is_in_doubt_again_and_again_waits_longer(void **state)
{
    (void)state;
    for (uint32_t attempts = 0; attempts < 5; attempts++) {
        arrive(attempts + 1, 1)->attempts = attempts;
        run();
        lose(attempts);
        assert_outcome(attempts, OUTCOME_IN_DOUBT, attempts + 1);
        int64_t in_us = f.outcomes[attempts].retry_in_us;
        int64_t pause_us = f.settings.retry_us << attempts >> 2;
        if (attempts < 2) /* at once, at the place it had */
            assert_true(in_us == START_US - clock_now_us());
        else
            assert_true(in_us >= pause_us / 2 && in_us < pause_us / 2 + pause_us);
    }
}

static void a_release_gives_back_what_never_left(void **state)
{
    (void)state;
    arrive_many(5);
    run();
    pump_release(f.pump);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(0, OUTCOME_RELEASED, 4);
    assert_outcome(1, OUTCOME_RELEASED, 5);
    answer(0, 0);
    assert_outcome(2, OUTCOME_SENT, 1);
    assert_int_equal(f.slot.active, 2);
}

static void the_rate_counts_parts(void **state)
{
    (void)state;
    f.settings.rate = 5;
    f.settings.window = 100;
    configure();
    arrive(1, 10);
    int64_t again_us = run();
    while (f.submits < 10) {
        assert_true(again_us != INT64_MAX);
        clock_advance(again_us - clock_mono_us());
        again_us = run();
    }
    assert_true(clock_now_us() - START_US >= 2 * SEC_US);
    assert_wire(0, "#1");
    assert_wire(9, "#10");
    for (size_t i = 0; i < 10; i++)
        answer(i, 0);
    assert_int_equal(f.outcomes_n, 10);
    assert_int_equal(f.outcomes[9].part, 10);
    assert_int_equal(f.slot.active, 0);
}

static void parts_taken_before_do_not_leave_again(void **state)
{
    (void)state;
    struct outgoing *o = make(1, 3);
    o->answered[0] = 0x2;
    pump_arrive(f.pump, o);
    run();
    assert_int_equal(f.submits, 2);
    assert_wire(0, "#1");
    assert_wire(1, "#3");
}

static void a_refused_part_ends_the_message(void **state)
{
    (void)state;
    f.settings.window = 2;
    configure();
    arrive(1, 4);
    run();
    answer(1, ESME_RINVDSTADR);
    run();
    assert_int_equal(f.submits, 2);
    assert_int_equal(f.outcomes_n, 0); /* the other part may yet be taken */
    lose(0);                           /* it is rejected already: not sent again */
    assert_int_equal(f.outcomes_n, 1);
    assert_true(f.outcomes[0].doubt);
    assert_outcome(0, OUTCOME_REJECTED, 1);
    assert_int_equal(f.outcomes[0].part, 2);
    assert_int_equal(f.outcomes[0].status, ESME_RINVDSTADR);
    assert_int_equal(f.slot.active, 0);
}

static void a_temporary_error_is_tried_again_later_and_later(void **state)
{
    (void)state;
    const struct {
        uint32_t attempts;
        int64_t seconds;
    } cases[] = {{0, 30}, {1, 60}, {3, 240}, {6, 1920}, {7, 3600}, {4000000, 3600}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        arrive((int64_t)i + 1, 1)->attempts = cases[i].attempts;
        run();
        answer(i, i % 2 ? ESME_RSYSERR : ESME_RX_T_APPN);
        assert_outcome(i, OUTCOME_RETRY, (int64_t)i + 1);
        assert_true(f.outcomes[i].retry_in_us == cases[i].seconds * SEC_US);
    }
}

static void one_outcome_ends_a_message_of_which_parts_fared_differently(void **state)
{
    (void)state;
    arrive(1, 3);
    run();
    answer(0, 0);
    answer(1, ESME_RSYSERR);
    assert_int_equal(f.outcomes_n, 1); /* the third is still on the wire */
    lose(2);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(1, OUTCOME_IN_DOUBT, 1);
    assert_int_equal(f.slot.active, 0);
}

static void a_refusal_is_told_after_the_parts_that_were_taken(void **state)
{
    (void)state;
    arrive(1, 2);
    run();
    answer(0, ESME_RINVDSTADR);
    answer(1, 0);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(0, OUTCOME_SENT, 1);
    assert_outcome(1, OUTCOME_REJECTED, 1);
}

static void nobody_sends_what_has_expired(void **state)
{
    (void)state;
    arrive(1, 1)->expires_at_us = START_US;
    arrive(2, 1);
    run();
    assert_outcome(0, OUTCOME_EXPIRED, 1);
    assert_wire(0, "m2");
}

static void an_impossible_message_is_refused_not_stuck(void **state)
{
    (void)state;
    arrive(1, 1)->parts = 0;
    arrive(2, 1)->text = STR("\xff");
    arrive(3, 1);
    f.wire_says = OK;
    run();
    assert_outcome(0, OUTCOME_REJECTED, 1);
    assert_outcome(1, OUTCOME_REJECTED, 2);
    assert_wire(0, "m3");
}

static void a_busy_wire_keeps_the_message(void **state)
{
    (void)state;
    f.wire_says = ERR_BUSY;
    arrive_many(2);
    run();
    assert_int_equal(f.submits, 0);
    assert_int_equal(f.outcomes_n, 0);
    f.wire_says = OK;
    run();
    assert_wire(0, "m1");
    assert_wire(1, "m2");
}

static void a_slow_store_stops_the_submits(void **state)
{
    (void)state;
    for (int i = 1; i <= 3000; i++)
        arrive(i, 1);
    size_t done = 0;
    for (int turns = 0; turns < 3000; turns++) {
        run();
        while (done < f.submits)
            answer(done++, 0);
    }
    assert_in_range(f.submits, 1000, 1100);
    int before = f.wakes;
    commit();
    assert_true(f.wakes > before);
    run();
    assert_true(f.submits > 1012);
}

static void without_a_sure_lease_nothing_leaves_and_nothing_is_taken(void **state)
{
    (void)state;
    arrive_many(4);
    atomic_store(&f.send_until_us, START_US + SEC_US);
    clock_advance(SEC_US);
    int64_t again_us = run();
    assert_int_equal(f.submits, 0);
    assert_null(f.take);
    assert_in_range(again_us, START_US + SEC_US + 1, START_US + 2 * SEC_US);
    atomic_store(&f.send_until_us, START_US + 3 * SEC_US);
    run();
    assert_int_equal(f.submits, 3);
    assert_non_null(f.take);
    assert_wire(0, "m1");
}

/* The time at which the run began counts for nothing: the process may have stood still since. */
static void the_lease_is_asked_before_each_submit(void **state)
{
    (void)state;
    arrive_many(3);
    atomic_store(&f.send_until_us, START_US + SEC_US);
    f.stands_still_us = SEC_US;
    run();
    assert_int_equal(f.submits, 1);
    assert_null(f.take);
    f.stands_still_us = 0;
    atomic_store(&f.send_until_us, INT64_MAX);
    run();
    assert_int_equal(f.submits, 3);
    assert_wire(2, "m3");
}

static void where_a_person_decides_little_is_in_memory(void **state)
{
    (void)state;
    f.settings.ask_on_doubt = true;
    configure();
    assert_int_equal(f.slot.most, 6); /* two windows */
    arrive_many(2);
    run();
    assert_non_null(f.take);
    assert_int_equal(f.take->limit, 4);
    f.settings.ask_on_doubt = false;
    configure();
    assert_int_equal(f.slot.most, OUTBOX_ACTIVE);
}

static void more_is_taken_below_half_and_once_at_a_time(void **state)
{
    (void)state;
    run(); /* the look at opening */
    assert_non_null(f.take);
    assert_int_equal(f.take->limit, OUTBOX_TAKE);
    f.slot.backlog = true;
    run();
    struct take_job *job = f.take;
    f.take = NULL;
    f.slot.backlog = false;
    job->job.letter.deliver(&job->job.letter);
    run();
    assert_null(f.take); /* the store has no more */
    f.slot.backlog = true;
    atomic_store(&f.slot.active, OUTBOX_ACTIVE / 2);
    run();
    assert_null(f.take);
    atomic_store(&f.slot.active, 0);
    run();
    assert_non_null(f.take);
    job = f.take;
    f.take = NULL;
    job->job.err = ERR_STORE;
    job->job.letter.deliver(&job->job.letter);
    run();
    assert_null(f.take); /* no hurry while the store is in trouble */
    pump_look(f.pump);
    run();
    assert_non_null(f.take);
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    log_set_level(LOG_ERROR + 1);
    clock_set_virtual(START_US);
    f.home = mailbox_new();
    f.send_until_us = INT64_MAX;
    f.slot.send_until_us = &f.send_until_us;
    f.pump = pump_new(&f.slot, f.home,
                      &(struct pump_calls){.submit = submit, .post = post, .wake = wake}, NULL);
    static const struct carrier_rules rules;
    f.settings = (struct pump_settings){
        .window = 3, .throttle_pause_us = SEC_US, .retry_us = 30 * SEC_US, .rules = &rules};
    configure();
    pump_open(f.pump, true);
    assert_true(f.slot.ready);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < f.submits; i++)
        if (f.wire[i].tag)
            lose(i);
    pump_open(f.pump, false);
    mailbox_free(f.home);
    pump_free(f.pump);
    return 0;
}

#define PUMP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUMP_TEST(submits_keep_order_and_window),
        PUMP_TEST(a_throttled_message_goes_again_first_after_a_pause),
        PUMP_TEST(pauses_double_to_half_a_minute_and_shrink_after_a_success),
        PUMP_TEST(a_full_window_of_throttles_keeps_its_order),
        PUMP_TEST(a_lost_link_leaves_doubt_on_what_was_written_only),
        PUMP_TEST(what_is_in_doubt_again_and_again_waits_longer),
        PUMP_TEST(a_release_gives_back_what_never_left),
        PUMP_TEST(the_rate_counts_parts),
        PUMP_TEST(parts_taken_before_do_not_leave_again),
        PUMP_TEST(a_refused_part_ends_the_message),
        PUMP_TEST(a_refusal_is_told_after_the_parts_that_were_taken),
        PUMP_TEST(a_temporary_error_is_tried_again_later_and_later),
        PUMP_TEST(one_outcome_ends_a_message_of_which_parts_fared_differently),
        PUMP_TEST(nobody_sends_what_has_expired),
        PUMP_TEST(an_impossible_message_is_refused_not_stuck),
        PUMP_TEST(a_busy_wire_keeps_the_message),
        PUMP_TEST(a_slow_store_stops_the_submits),
        PUMP_TEST(without_a_sure_lease_nothing_leaves_and_nothing_is_taken),
        PUMP_TEST(the_lease_is_asked_before_each_submit),
        PUMP_TEST(where_a_person_decides_little_is_in_memory),
        PUMP_TEST(more_is_taken_below_half_and_once_at_a_time),
    };
    return cmocka_run_group_tests_name("carrier/pump", tests, NULL, NULL);
}

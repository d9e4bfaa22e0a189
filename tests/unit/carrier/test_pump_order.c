/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier/pump: messages to one recipient never overtake each other, and hold up nobody else; by
 * examples, and by chance in many worlds.
 */
#include "paper.h"

#include <stdio.h>
#include <stdlib.h>

static const uint64_t alice = 33611111111;

static struct outgoing *arrive_to(int64_t id, uint64_t recipient, uint32_t parts)
{
    struct outgoing *o = make(id, parts);
    o->recipient = recipient;
    pump_arrive(f.pump, o);
    return o;
}

static void a_later_one_to_the_same_recipient_waits_and_the_others_pass(void **state)
{
    (void)state;
    arrive_to(1, alice, 1);
    arrive_to(2, alice, 1);
    arrive(3, 1);
    run();
    assert_int_equal(f.submits, 2);
    assert_wire(0, "m1");
    assert_wire(1, "m3");
    assert_int_equal(figures().behind_recipient, 1);
    assert_true(figures().recipient_waits);
    answer(0, ESME_RTHROTTLED);
    assert_false(figures().recipient_waits); /* what it waits for is the pause */
    clock_advance(SEC_US);
    run();
    assert_int_equal(f.submits, 3);
    assert_wire(2, "m1");
    run_until(4, MIN_US);
    assert_int_equal(f.submits, 3);
    answer(2, 0);
    run_until(4, MIN_US);
    assert_wire(3, "m2");
    assert_int_equal(figures().behind_recipient, 0);
}

static void parts_of_one_message_are_on_the_wire_together(void **state)
{
    (void)state;
    f.settings.window = 10;
    configure();
    arrive_to(1, alice, 3);
    arrive_to(2, alice, 1);
    run();
    assert_int_equal(f.submits, 3);
    answer(0, 0);
    answer(2, 0);
    run();
    assert_int_equal(f.submits, 3);
    answer(1, 0);
    run();
    assert_wire(3, "m2");
}

static void what_goes_back_to_the_store_blocks_no_later_one(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 4; id++)
        arrive_to(id, alice, 1);
    run();
    answer(0, ESME_RSYSERR);
    run();
    assert_wire(1, "m2");
    lose(1);
    run();
    assert_wire(2, "m3");
    answer(2, ESME_RINVDSTADR);
    run();
    assert_wire(3, "m4");
    assert_int_equal(f.outcomes_n, 3);
}

static void one_that_expired_before_its_turn_lets_the_next_go(void **state)
{
    (void)state;
    arrive_to(1, alice, 1);
    arrive_to(2, alice, 1)->expires_at_us = START_US + SEC_US;
    arrive_to(3, alice, 1);
    run();
    clock_advance(2 * SEC_US);
    answer(0, 0);
    run();
    assert_outcome(1, OUTCOME_EXPIRED, 2);
    assert_wire(1, "m3");
}

static void a_release_gives_back_what_stands_aside_too(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= 3; id++)
        arrive_to(id, alice, 1);
    run();
    assert_true(figures().waits);
    pump_open(f.pump, false);
    pump_release(f.pump);
    assert_int_equal(f.outcomes_n, 2);
    assert_outcome(0, OUTCOME_RELEASED, 2);
    assert_outcome(1, OUTCOME_RELEASED, 3);
    answer(0, 0);
    assert_int_equal(f.slot.active, 0);
    pump_open(f.pump, true);
    arrive_to(4, alice, 1);
    run();
    assert_wire(1, "m4");
}

static void a_full_memory_for_one_number_leaves_in_order(void **state)
{
    (void)state;
    for (int64_t id = 1; id <= OUTBOX_ACTIVE; id++)
        arrive_to(id, alice, 1);
    for (size_t nth = 0; nth < OUTBOX_ACTIVE; nth++) {
        run();
        assert_int_equal(f.submits, nth + 1);
        assert_int_equal(f.wire[nth].id, (int64_t)nth + 1);
        answer(nth, 0);
        commit();
    }
    assert_int_equal(f.slot.active, 0);
}

/* ---- worlds made by chance ---- */

enum { MESSAGES = 2500, RECIPIENTS = 60 };

static struct world {
    uint64_t seed;
    int senders;
    struct {
        uint64_t recipient;
        uint32_t parts;
        uint32_t taken_n;   /* parts that the carrier took */
        uint8_t taken;      /* bit part-1 */
        int64_t back_at_us; /* it is in the store until then; 0: it is not */
        bool was_put_back;
        bool ended;
    } m[MESSAGES + 1];
    int64_t newest_of[RECIPIENTS]; /* that began to be taken, of those never put back */
    size_t open_from;              /* all submits before are answered */
    size_t told;                   /* outcomes that were looked at */
    int64_t next;
    size_t ended;
} w;

static uint64_t chance(uint64_t of)
{
    w.seed = w.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (w.seed >> 33) % of;
}

static void bring(int64_t id)
{
    static const struct str names[] = {STR("Shop"), STR("Bank"), STR("36111"), STR("+33700000001")};
    struct outgoing *o = make(id, w.m[id].parts);
    o->recipient = w.m[id].recipient;
    o->sender = names[id % w.senders];
    o->answered[0] = w.m[id].taken;
    pump_arrive(f.pump, o);
}

static void take(size_t nth)
{
    int64_t id = f.wire[nth].id;
    int64_t *newest = &w.newest_of[w.m[id].recipient - alice];
    if (!w.m[id].was_put_back) {
        assert_true(*newest <= id);
        *newest = id;
    }
    w.m[id].taken |= (uint8_t)(1u << (f.wire[nth].part - 1));
    w.m[id].taken_n++;
    assert_int_equal(__builtin_popcount(w.m[id].taken), w.m[id].taken_n); /* none twice */
    if (w.m[id].taken_n == w.m[id].parts) {
        w.m[id].ended = true;
        w.ended++;
    }
}

static void answer_by_chance(size_t nth)
{
    uint64_t dice = chance(100);
    int64_t id = f.wire[nth].id;
    if (dice < 12) {
        answer(nth, dice % 2 ? ESME_RTHROTTLED : ESME_RMSGQFUL);
    } else if (dice < 16) {
        w.m[id].was_put_back = true;
        answer(nth, ESME_RSYSERR);
    } else if (dice < 18) {
        w.m[id].was_put_back = true;
        lose(nth);
    } else if (dice < 20) {
        answer(nth, ESME_RINVDSTADR);
    } else {
        take(nth);
        answer(nth, 0);
    }
}

/* What the writer was told comes back from the store in its time. */
static void hear_outcomes(void)
{
    for (; w.told < f.outcomes_n; w.told++) {
        int64_t id = f.outcomes[w.told].id;
        if (f.outcomes[w.told].kind == OUTCOME_SENT)
            continue;
        assert_false(w.m[id].ended);
        if (f.outcomes[w.told].kind == OUTCOME_REJECTED) {
            w.m[id].ended = true;
            w.ended++;
            continue;
        }
        bool released = f.outcomes[w.told].kind == OUTCOME_RELEASED;
        int64_t in_us = released ? f.outcomes[w.told].due_in_us : f.outcomes[w.told].retry_in_us;
        w.m[id].was_put_back = true;
        w.m[id].back_at_us = clock_mono_us() + (in_us > 0 ? in_us : 1);
    }
    commit();
    f.outcomes_n = w.told = 0;
}

static void bring_back(void)
{
    for (int64_t id = 1; id < w.next; id++)
        if (w.m[id].back_at_us && w.m[id].back_at_us <= clock_mono_us()) {
            w.m[id].back_at_us = 0;
            bring(id);
        }
}

static void step(void)
{
    for (uint64_t n = chance(40); n && w.next <= MESSAGES; n--, w.next++) {
        w.m[w.next].recipient = alice + chance(RECIPIENTS);
        w.m[w.next].parts = chance(5) ? 1 : 1 + (uint32_t)chance(4);
        bring(w.next);
    }
    bring_back();
    run();
    for (size_t nth = w.open_from; nth < f.submits; nth++)
        if (f.wire[nth].tag && chance(2))
            answer_by_chance(nth);
    while (w.open_from < f.submits && !f.wire[w.open_from].tag)
        w.open_from++;
    hear_outcomes();
    clock_advance((int64_t)chance(300) * MS_US);
}

static void play(uint64_t seed)
{
    void *none = NULL;
    memset(&w, 0, sizeof(w));
    w.seed = seed;
    w.next = 1;
    w.senders = 1 + (int)chance(4);
    f.settings.window = 1 + (uint32_t)chance(50);
    f.settings.rate = chance(3) ? 0 : 200;
    f.settings.sender_rate = chance(2) ? 0 : 20 + (int64_t)chance(100);
    f.settings.throttle_pause_us = 100 * MS_US;
    f.settings.retry_us = SEC_US;
    configure();
    if (chance(2))
        atomic_store(&f.slot.most, 400);
    for (int steps = 0; w.ended < MESSAGES; steps++) {
        assert_true(steps < 200000);
        step();
    }
    hear_outcomes();
    assert_int_equal(f.slot.active, 0);
    assert_int_equal(pump_on_wire(f.pump), 0);
    assert_false(figures().waits);
    paper_tear_down(&none);
    paper_set_up(&none);
}

static void in_any_world_the_order_to_each_recipient_is_kept_and_all_ends(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        play(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUMP_TEST(a_later_one_to_the_same_recipient_waits_and_the_others_pass),
        PUMP_TEST(parts_of_one_message_are_on_the_wire_together),
        PUMP_TEST(what_goes_back_to_the_store_blocks_no_later_one),
        PUMP_TEST(one_that_expired_before_its_turn_lets_the_next_go),
        PUMP_TEST(a_release_gives_back_what_stands_aside_too),
        PUMP_TEST(a_full_memory_for_one_number_leaves_in_order),
        PUMP_TEST(in_any_world_the_order_to_each_recipient_is_kept_and_all_ends),
    };
    return cmocka_run_group_tests_name("carrier/pump_order", tests, NULL, NULL);
}

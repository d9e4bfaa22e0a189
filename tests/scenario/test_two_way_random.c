/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversations under random operations, held against a model of ten lines: who has a number with a
 * phone, and until when. The seed is printed when it fails.
 */
#include "base/clock.h"
#include "testing.h"
#include "two_way_world.h"

#include <stdio.h>
#include <stdlib.h>

enum { ACCOUNTS = 3, PHONES = 3, NUMBERS = 3, STEPS = 4000, SEED = 20261128 };

static const int64_t accounts[ACCOUNTS] = {SHOP, BANK, CLUB};
static const char *const numbers[NUMBERS] = {"38000", "38001", "38002"};

/* Of a phone and a number. */
static struct holder {
    int64_t account_id; /* the last that had it; 0: none */
    int64_t until_us;
    int64_t message_id;
    int64_t conversation_id;
} model[PHONES][NUMBERS];

static uint64_t random_state = SEED;

static unsigned any(unsigned n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % n;
}

static const char *phone_of(unsigned phone)
{
    return arena_printf(world.arena, "3361234560%u", phone).p;
}

static bool is_open(const struct holder *h)
{
    return h->until_us > clock_now_us();
}

static size_t number_of(const char *digits)
{
    size_t i = 0;
    while (i < NUMBERS && strncmp(numbers[i], digits, 5) != 0)
        i++;
    assert_true(i < NUMBERS);
    return i;
}

static void send_one(void)
{
    int64_t account_id = accounts[any(ACCOUNTS)];
    unsigned phone = any(PHONES);
    bool in_text = any(4) == 0;
    struct holder *own = NULL;
    size_t taken = 0;
    struct refusal why;
    for (size_t i = 0; i < NUMBERS; i++) {
        struct holder *h = &model[phone][i];
        taken += is_open(h);
        if (is_open(h) && h->account_id == account_id)
            own = h;
    }
    const struct accept_job *job =
        two_way_send((struct two_way_send){.account_id = account_id,
                                           .from = !in_text             ? NULL
                                                   : account_id == SHOP ? "Shop"
                                                   : account_id == BANK ? "bank"
                                                                        : "club",
                                           .to = phone_of(phone),
                                           .text = "au XXXXX"},
                     &why);
    if (!own && taken == NUMBERS) {
        assert_int_equal(job->job.err, ERR_NO_NUMBER);
        return;
    }
    assert_int_equal(job->job.err, OK);
    const struct message *m = &job->messages[0];
    struct holder *h = &model[phone][number_of(m->text.p + 3)];
    if (own)
        assert_ptr_equal(h, own);
    else
        assert_false(is_open(h));
    if (!in_text)
        assert_memory_equal(m->sender.p, m->text.p + 3, 5);
    if (own)
        assert_int_equal(m->conversation_id, own->conversation_id);
    *h = (struct holder){.account_id = account_id,
                         .until_us = clock_now_us() + 48 * HOUR_US,
                         .message_id = m->id,
                         .conversation_id = m->conversation_id};
}

static void reply_one(void)
{
    unsigned phone = any(PHONES);
    unsigned number = any(NUMBERS);
    const struct holder *h = &model[phone][number];
    struct incoming i = two_way_hear(phone_of(phone), numbers[number]);
    assert_int_equal(i.account_id, h->account_id);
    assert_int_equal(i.message_id, h->message_id);
    assert_int_equal(i.conversation_id, h->conversation_id);
    assert_int_equal(i.standing, !h->account_id ? STANDING_NONE
                                 : is_open(h)   ? STANDING_IN_TIME
                                                : STANDING_LATE);
}

static void P4_2_P4_5_random_conversations_never_share_and_replies_find_theirs(void **state)
{
    (void)state;
    for (int step = 0; step < STEPS; step++) {
        unsigned what = any(10);
        struct arena *arena = world.arena;
        world.arena = arena_new();
        if (what < 4)
            send_one();
        else if (what < 8)
            reply_one();
        else if (what == 8)
            clock_advance((int64_t)any(40) * HOUR_US + any(2));
        else if (any(10) == 0)
            world_restart();
        else
            world_tick(SEC_US);
        arena_free(world.arena);
        world.arena = arena;
    }
    assert_int_equal(world_count("SELECT COUNT(*) FROM (SELECT recipient, number_id "
                                 "FROM number_slot GROUP BY recipient, number_id "
                                 "HAVING COUNT(*) > 1)"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            P4_2_P4_5_random_conversations_never_share_and_replies_find_theirs, two_way_set_up,
            world_tear_down),
    };
    return world_begin() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three days of a shop and its carrier in virtual time, over the real store: traffic every minute,
 * and everything that carriers do: unbinds, cuts, silent deaths, throttling, errors, lost answers,
 * late and doubled receipts, receipts that never come. Then four quiet days. Every message ends,
 * the ledger balances, nothing waits, and memory is as it was.
 */
#include "carrier_world.h"
#include "store/ledger.h"
#include "store/queue.h"

#include <malloc.h>

enum { DAY_MIN = 24 * 60, MINUTES = 3 * DAY_MIN, NEVER = 0 };

static struct {
    uint64_t seed;
    int minute;
    int deaf_until; /* minute */
    struct {
        int due; /* minute of its receipt; NEVER: none, or it came */
        bool doubled;
        bool failed; /* what it will say */
    } receipts[SMSC_SUBMITS_MAX];
    size_t receipts_from; /* all before came */
    size_t memory_after_a_day;
} days;

static uint64_t chance(uint64_t of)
{
    days.seed = days.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (days.seed >> 33) % of;
}

/* ---- the operator ---- */

static uint32_t operator_says(const struct smsc_submit *s)
{
    size_t nth = (size_t)(s - smsc.submits);
    if (days.minute % 97 < 2 && chance(10) < 7)
        return chance(2) ? ESME_RTHROTTLED : ESME_RMSGQFUL;
    if (!chance(200))
        return ESME_RSYSERR;
    if (!chance(150))
        return chance(2) ? ESME_RINVDSTADR : ESME_RSUBMITFAIL;
    if (!chance(300))
        return SMSC_SILENCE;
    bool never = !chance(50);
    bool late = !chance(10);
    days.receipts[nth].due =
        never ? NEVER : days.minute + 1 + (int)chance(3) + (late ? 60 * (int)chance(20) : 0);
    days.receipts[nth].doubled = !chance(10);
    days.receipts[nth].failed = !chance(15);
    return 0;
}

static void send_receipt(size_t nth)
{
    const char *stat = days.receipts[nth].failed ? "UNDELIV" : "DELIVRD";
    if (!smsc_deliver(f.loop, 0x04, receipt_for(&smsc.submits[nth], stat)))
        return; /* no session: in a minute */
    days.receipts[nth].due =
        days.receipts[nth].doubled ? days.minute + 1 + (int)chance(100) : NEVER;
    days.receipts[nth].doubled = false;
}

static void send_receipts(void)
{
    if (smsc.dead)
        return;
    for (size_t i = days.receipts_from; i < smsc.submits_n; i++)
        if (days.receipts[i].due && days.receipts[i].due <= days.minute)
            send_receipt(i);
    while (days.receipts_from < smsc.submits_n && !days.receipts[days.receipts_from].due)
        days.receipts_from++;
}

static void mishaps(void)
{
    if (days.minute % DAY_MIN == 200)
        smsc_unbind(f.loop);
    if (days.minute % 700 == 350)
        smsc_cut(f.loop, 0);
    if (days.minute % 431 == 17)
        days.deaf_until = days.minute + 3;
    smsc.dead = days.minute < days.deaf_until;
}

/* ---- time ---- */

/* Timers fire late, as on a machine that sleeps: what waits costs nothing then. */
static void pass(int64_t us, int64_t step_us)
{
    for (; us > 0; us -= step_us) {
        clock_advance(us < step_us ? us : step_us);
        turn();
    }
}

static void tick(void)
{
    struct {
        struct job job;
        bool more;
    } job = {.job = {.home = f.home, .kind = JOB_CLOCK}};
    job.job.letter.deliver = world_ignore;
    writer_post(core_writer(f.core), &job.job);
    turn();
    assert_int_equal(job.job.err, OK);
}

static void write_texts(void)
{
    static const char *const longer =
        "A text of more than one part, which has to arrive as a whole or not at all, because half "
        "of "
        "an address or of an hour is worse than none; and so it is told at some length what nobody "
        "would want to read on a phone.";
    for (uint64_t n = 1 + chance(3); n; n--)
        send_texts(1, chance(20) ? NULL : longer);
}

static void a_minute(void)
{
    int64_t until_us = clock_mono_us() + MIN_US;
    mishaps();
    write_texts();
    send_receipts();
    wait_us(2 * SEC_US);
    pass(until_us - clock_mono_us(), 15 * SEC_US);
    tick();
    arena_reset(f.arena);
    days.minute++;
}

/* ---- what is left ---- */

static enum err shrink(struct core *c, struct store_tx *tx, struct change *change)
{
    static struct db_query pages = DB_QUERY("PRAGMA shrink_memory");
    (void)c, (void)change;
    assert_int_equal(db_run(f.reader, &pages, DB_NO_ARGS, NULL), OK);
    return db_run(tx->view.db, &pages, DB_NO_ARGS, NULL);
}

/* Of the allocator that is in use: the sanitizer's, or the system's. The engine's pages, which grow
 * to a limit of their own, are given back first. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));
static size_t memory(void)
{
    change(shrink);
    turn();
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes()
                                                   : mallinfo2().uordblks;
}

static void assert_all_ended(void)
{
    struct store_view v = {.db = f.reader, .arena = f.arena};
    struct imbalance *wrong;
    size_t wrong_n;
    int64_t waiting;
    for (size_t i = 0; i < f.ids_n; i++) {
        assert_true(message_state_final(message(i).state));
        arena_reset(f.arena);
    }
    assert_int_equal(store_ledger_check(&wrong, &wrong_n, &v), OK);
    assert_int_equal(wrong_n, 0);
    assert_int_equal(store_queue_length(&waiting, &v, 0), OK);
    assert_int_equal(waiting, 0);
    assert_int_equal(status().active, 0);
    assert_int_equal(status().window_used, 0);
}

static void three_days_of_all_that_happens_leave_nothing_behind(void **state)
{
    (void)state;
    memset(&days, 0, sizeof(days));
    days.seed = 42;
    begin(",\"response_s\":10,\"window\":20,\"retry_s\":20");
    smsc.status = operator_says;
    while (days.minute < MINUTES) {
        a_minute();
        if (days.minute == DAY_MIN)
            days.memory_after_a_day = memory();
    }
    pass(5 * MIN_US, SEC_US);
    assert_in_range(memory(), 0, days.memory_after_a_day + 64 * 1024);
    assert_true(f.ids_n > 8000);
    smsc.dead = false;
    for (int hours = 0; hours < 4 * 24; hours++) {
        pass(HOUR_US, MIN_US);
        days.minute += 60;
        send_receipts();
        tick();
        arena_reset(f.arena);
    }
    assert_all_ended();
    assert_true(count(MESSAGE_DELIVERED) > f.ids_n * 8 / 10);
    assert_true(count(MESSAGE_UNDELIVERED) > f.ids_n / 50);
    assert_true(count(MESSAGE_REJECTED) > 0);
    assert_true(count(MESSAGE_UNKNOWN) > 0); /* their receipts never came */
    assert_true(status().throttles > 30);
    assert_true(smsc.attempts > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARRIER_TEST(three_days_of_all_that_happens_leave_nothing_behind),
    };
    return cmocka_run_group_tests_name("scenario/three_days", tests, world_start, NULL);
}

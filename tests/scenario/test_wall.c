/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing leaves after the commit of a STOP (P7.3), whatever happens in which order.
 *
 * The outbox, its letters, the wall and the pump are the real ones. The writer and its rows are of
 * paper, so that a million phones can be written to and say STOP in the time of a test: an open
 * transaction may lie between any two steps of the carriers' thread, be committed or rolled back.
 * A story is one phone's: messages that are accepted into memory, queued, taken, submitted,
 * answered, throttled, tried again, in doubt, and a STOP among them. test_quarantine has the same
 * over the real store, one by one.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "carrier/pump_base.h"
#include "smpp/pdu.h"
#include "store/writer_base.h"
#include "testing.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum {
    STORIES = 1000000,
    LIVE = 32,
    QUEUE_MAX = 256,
    WIRE_MAX = 16,
    AT_WRITER_MAX = 4096,
    RECENT = 1 << 16
};
#define PHONES UINT64_C(33600000000)

struct story {
    uint64_t phone;
    bool stopped; /* its STOP is committed */
    int open;     /* messages that have not ended */
    int64_t last; /* id of the latest */
};

struct waiting {
    int64_t id;
    uint64_t phone;
    uint32_t parts;
};

static struct {
    struct outbox *outbox;
    struct outbox_slot *slot;
    struct mailbox *wire_box, *home;
    struct pump *pump;
    struct story stories[LIVE];
    struct waiting queue[QUEUE_MAX];
    size_t queue_n;
    struct flight *wire[WIRE_MAX];
    size_t wire_n;
    struct outcome_job *at_writer[AT_WRITER_MAX];
    size_t at_writer_n;
    struct take_job *take;
    struct arena *arena; /* of the open transaction */
    struct store_tx tx;
    struct store_after after;
    struct story *stopping; /* in the open transaction */
    uint64_t random;
    int64_t next_id;
    uint64_t phone_of[RECENT]; /* by id */
    uint8_t taken_of[RECENT];  /* by id: bits of the parts that the carrier took */
    struct {
        long stories, accepted, submitted, sent, refused_by_wall, refused_by_rows, rolled_back,
            resumed, violations;
    } seen;
} w;

static unsigned draw(unsigned n)
{
    w.random ^= w.random << 13;
    w.random ^= w.random >> 7;
    w.random ^= w.random << 17;
    return (unsigned)(w.random >> 33) % n;
}

static struct story *story_of(uint64_t phone)
{
    struct story *s = &w.stories[phone % LIVE];
    assert_true(s->phone == phone);
    return s;
}

static void begin(struct story *s)
{
    uint64_t phone = s->phone ? s->phone + LIVE : PHONES + (uint64_t)(s - w.stories);
    phone += s->phone ? 0 : (LIVE - PHONES % LIVE) % LIVE;
    *s = (struct story){.phone = phone};
}

static void end_message(struct story *s)
{
    s->open--;
}

/* ---- the writer, on paper ---- */

static int64_t next_id(uint64_t phone)
{
    w.phone_of[++w.next_id % RECENT] = phone;
    w.taken_of[w.next_id % RECENT] = 0;
    return w.next_id;
}

static void open_transaction(void)
{
    arena_reset(w.arena);
    w.after = (struct store_after){.last = &w.after.first};
    w.tx = (struct store_tx){.view.arena = w.arena, .after = &w.after};
}

static void close_transaction(bool commit)
{
    for (struct after_item *i = w.after.first; i; i = i->next)
        if (commit)
            mailbox_post(i->box, i->letter);
        else
            i->drop(i->letter);
    w.after.first = NULL;
}

static void hand_over(int64_t id, uint64_t phone, uint32_t parts, const uint8_t *answered)
{
    struct message m = {.id = id,
                        .account_id = 1,
                        .recipient = phone,
                        .sender = STR("Shop"),
                        .text = parts > 1 ? arena_str(w.arena, STR("x")) : STR("hello"),
                        .parts = parts,
                        .class = -1,
                        .expires_at_us = INT64_MAX};
    if (parts > 1) {
        char *text = arena_alloc(w.arena, parts * 153);
        memset(text, 'x', parts * 153);
        m.text = (struct str){text, parts * 153};
    }
    outbox_hand_over(w.outbox, &w.tx, w.slot, &m, answered);
}

static void put_back(int64_t id, uint64_t phone, uint32_t parts)
{
    assert_true(w.queue_n < QUEUE_MAX);
    w.queue[w.queue_n++] = (struct waiting){id, phone, parts};
}

static void do_send(void)
{
    struct story *s = &w.stories[draw(LIVE)];
    if (s->open >= 4 || w.queue_n + LIVE * 4 >= QUEUE_MAX)
        return;
    if (s->stopped) {
        w.seen.refused_by_rows++;
        return;
    }
    uint32_t parts = draw(8) ? 1 : 2;
    s->open++;
    w.seen.accepted++;
    if (draw(2)) {
        put_back(next_id(s->phone), s->phone, parts);
        return;
    }
    open_transaction();
    hand_over(next_id(s->phone), s->phone, parts, NULL);
    close_transaction(true);
}

static void do_take(void)
{
    uint8_t answered[32] = {0};
    if (!w.queue_n)
        return;
    size_t at = draw((unsigned)w.queue_n);
    struct waiting q = w.queue[at];
    w.queue[at] = w.queue[--w.queue_n];
    answered[0] = w.taken_of[q.id % RECENT];
    if (story_of(q.phone)->stopped) {
        w.seen.refused_by_rows++;
        end_message(story_of(q.phone));
        return;
    }
    open_transaction();
    hand_over(q.id, q.phone, q.parts, answered);
    close_transaction(true);
}

/* A message may be accepted in the very transaction of the STOP, before it. */
static void do_stop(void)
{
    struct story *s = &w.stories[draw(LIVE)];
    if (s->stopped)
        return;
    open_transaction();
    if (!draw(4) && s->open < 4) {
        s->open++;
        w.seen.accepted++;
        hand_over(next_id(s->phone), s->phone, 1, NULL);
    }
    s->last = w.after.first ? w.next_id : 0;
    struct stop stop = {.phone = s->phone, .account_id = draw(2) ? 1 : 0};
    assert_non_null(outbox_stop(w.outbox, &w.tx, &stop));
    w.stopping = s;
}

static void do_end_of_stop(void)
{
    bool commit = draw(8) != 0;
    struct story *s = w.stopping;
    close_transaction(commit);
    s->stopped = commit;
    w.seen.rolled_back += !commit;
    if (!commit && s->last) { /* that message was never accepted */
        s->open--;
        w.seen.accepted--;
    }
    w.stopping = NULL;
}

static void do_outcome(struct outcome_job *o)
{
    uint64_t phone = w.phone_of[o->message_id % RECENT];
    struct story *s = story_of(phone);
    uint8_t *taken = &w.taken_of[o->message_id % RECENT];
    switch (o->kind) {
    case OUTCOME_SENT:
        w.seen.sent++;
        *taken |= (uint8_t)(1u << (o->part - 1));
        if (*taken == (1u << o->parts) - 1)
            end_message(s);
        break;
    case OUTCOME_REFUSED:
        w.seen.refused_by_wall += s->stopped;
        w.seen.resumed += !s->stopped;
        if (s->stopped)
            end_message(s);
        else
            put_back(o->message_id, phone, o->parts);
        break;
    case OUTCOME_RETRY:
    case OUTCOME_RELEASED:
    case OUTCOME_IN_DOUBT:
        put_back(o->message_id, phone, o->parts);
        break;
    case OUTCOME_REJECTED:
    case OUTCOME_EXPIRED:
        end_message(s);
        break;
    }
}

static void do_outcomes(void)
{
    if (w.take) {
        struct take_job *take = w.take;
        w.take = NULL;
        take->job.letter.deliver(&take->job.letter);
    }
    for (size_t i = 0; i < w.at_writer_n; i++) {
        struct outcome_job *o = w.at_writer[i];
        do_outcome(o);
        o->job.letter.deliver(&o->job.letter);
    }
    w.at_writer_n = 0;
}

/* ---- the carriers' thread ---- */

static enum err submit(void *ctx, const struct smpp_pdu *pdu, void *tag)
{
    (void)ctx;
    (void)pdu;
    struct flight *f = tag;
    const struct sending *m = f->message;
    bool begun = m->on_wire > 1 || m->taken;
    if (w.wire_n == WIRE_MAX)
        return ERR_LIMIT;
    w.seen.violations += story_of(m->out->recipient)->stopped && !begun;
    w.wire[w.wire_n++] = f;
    w.seen.submitted++;
    return OK;
}

static void post(void *ctx, struct job *job)
{
    (void)ctx;
    if (job->kind == JOB_TAKE) {
        w.take = (struct take_job *)job;
        return;
    }
    struct outcome_job *o = (struct outcome_job *)job;
    assert_true(w.at_writer_n < AT_WRITER_MAX);
    w.at_writer[w.at_writer_n++] = o;
}

static void wake(void *ctx)
{
    (void)ctx;
}

static void arrive(struct outgoing *o)
{
    pump_arrive(w.pump, o);
}

static void look(struct outbox_slot *slot)
{
    (void)slot;
}

static void pass(struct outbox_slot *slot)
{
    (void)slot;
    pump_pass(w.pump);
}

/* Throttles make the pump slow for long, so they are few. */
static uint32_t some_status(bool long_message)
{
    switch (draw(64)) {
    case 0:
        return ESME_RTHROTTLED;
    case 1:
    case 2:
        return ESME_RSYSERR;
    case 3:
    case 4:
        return long_message ? ESME_ROK : ESME_RINVDSTADR;
    }
    return ESME_ROK;
}

static void do_answer(void)
{
    if (!w.wire_n)
        return;
    size_t at = draw((unsigned)w.wire_n);
    struct flight *f = w.wire[at];
    memmove(&w.wire[at], &w.wire[at + 1], (--w.wire_n - at) * sizeof(w.wire[0]));
    bool is_long = f->message->out->parts > 1;
    struct smpp_pdu response = {.command = SMPP_SUBMIT_SM_RESP, .status = some_status(is_long)};
    response.body.submit_sm_resp.message_id = response.status ? (struct str){0} : STR("id");
    bool lost = !is_long && !draw(16);
    pump_answer(w.pump, f, lost ? SMPP_ABANDONED : SMPP_ANSWERED, lost ? NULL : &response,
                clock_mono_us());
}

static void carriers_step(void)
{
    switch (draw(5)) {
    case 0:
    case 1:
        mailbox_deliver(w.wire_box, 1 + draw(3));
        break;
    case 2:
        pump_run(w.pump, clock_mono_us());
        break;
    case 3:
        do_answer();
        break;
    case 4:
        clock_advance(draw(100) * MS_US);
        break;
    }
}

static void writer_step(void)
{
    if (w.stopping) {
        if (!draw(2))
            do_end_of_stop();
        return;
    }
    switch (draw(7)) {
    case 0:
    case 1:
        do_send();
        break;
    case 2:
    case 3:
        do_take();
        break;
    case 4:
    case 5:
        do_stop();
        break;
    case 6:
        do_outcomes();
        break;
    }
}

/* ---- */

static int set_up(void **state)
{
    (void)state;
    static const struct carrier_rules rules;
    memset(&w, 0, sizeof(w));
    w.random = UINT64_C(88172645463325252);
    log_set_level(LOG_ERROR + 1);
    clock_set_virtual(INT64_C(1795269900) * SEC_US);
    w.arena = arena_new();
    w.wire_box = mailbox_new();
    w.home = mailbox_new();
    w.outbox = outbox_new(false);
    w.slot = outbox_slot(w.outbox, 5);
    w.pump = pump_new(w.slot, w.home,
                      &(struct pump_calls){.submit = submit, .post = post, .wake = wake}, NULL);
    outbox_attach(w.outbox, w.wire_box, arrive, look);
    outbox_on_stop(w.outbox, pass);
    struct pump_settings settings = {
        .window = 8, .throttle_pause_us = 2 * MS_US, .retry_us = SEC_US, .rules = &rules};
    pump_configure(w.pump, &settings);
    pump_open(w.pump, true);
    for (size_t i = 0; i < LIVE; i++)
        begin(&w.stories[i]);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (w.stopping)
        do_end_of_stop();
    mailbox_deliver(w.wire_box, SIZE_MAX);
    while (w.wire_n)
        pump_answer(w.pump, w.wire[--w.wire_n], SMPP_ABANDONED, NULL, clock_mono_us());
    pump_release(w.pump);
    w.at_writer_n = 0;
    pump_free(w.pump);
    outbox_free(w.outbox);
    mailbox_free(w.wire_box);
    mailbox_free(w.home);
    arena_free(w.arena);
    clock_set_virtual(0);
    return 0;
}

static void P7_3_in_a_million_stories_no_message_leaves_after_the_commit_of_a_stop(void **state)
{
    (void)state;
    while (w.seen.stories < STORIES) {
        carriers_step();
        writer_step();
        struct story *s = &w.stories[draw(LIVE)];
        if (s->stopped && !s->open) {
            w.seen.stories++;
            begin(s);
        }
        assert_int_equal(w.seen.violations, 0);
    }
    print_message("# stories=%ld accepted=%ld submitted=%ld sent=%ld refused_by_wall=%ld "
                  "refused_by_rows=%ld rolled_back=%ld resumed=%ld\n",
                  w.seen.stories, w.seen.accepted, w.seen.submitted, w.seen.sent,
                  w.seen.refused_by_wall, w.seen.refused_by_rows, w.seen.rolled_back,
                  w.seen.resumed);
    /* it was worth while: each of these happened often */
    assert_true(w.seen.refused_by_wall > STORIES / 20);
    assert_true(w.seen.refused_by_rows > STORIES / 20);
    assert_true(w.seen.sent > STORIES / 4);
    assert_true(w.seen.rolled_back > STORIES / 20);
    assert_true(w.seen.resumed > 100);
}

/* ---- two threads ---- */

enum { ROUNDS = 3000 };

static struct {
    struct wall *wall;
    _Atomic uint64_t phone;     /* of this round */
    _Atomic uint64_t committed; /* the latest whose STOP is */
    _Atomic bool ended;
    _Atomic long handed, late;
} race;

static void *carriers_thread(void *ctx)
{
    (void)ctx;
    while (!atomic_load(&race.ended)) {
        wall_enter(race.wall);
        struct wall_ask ask = {.phone = atomic_load(&race.phone), .account_id = 1};
        if (!wall_stands(race.wall, &ask)) {
            sched_yield(); /* as a thread may lose the processor just here */
            atomic_fetch_add(&race.handed, 1);
            if (atomic_load(&race.committed) == ask.phone)
                atomic_fetch_add(&race.late, 1);
        }
        wall_leave(race.wall);
    }
    return NULL;
}

static void P7_3_what_was_looked_up_before_a_stop_stood_is_handed_over_before_its_commit(
    void **state)
{
    (void)state;
    pthread_t thread;
    struct wall_stop *before = NULL;
    memset(&race, 0, sizeof(race));
    race.wall = wall_new();
    atomic_store(&race.phone, 1);
    assert_int_equal(pthread_create(&thread, NULL, carriers_thread, NULL), 0);
    for (uint64_t phone = 1; phone <= ROUNDS; phone++) {
        long handed = atomic_load(&race.handed);
        while (atomic_load(&race.handed) == handed) /* it is at work */
            sched_yield();
        struct wall_stop *stop = wall_raise(race.wall, &(struct stop){.phone = phone});
        atomic_store(&race.committed, phone);
        if (before)
            wall_lower(race.wall, before);
        before = stop;
        atomic_store(&race.phone, phone + 1);
    }
    atomic_store(&race.ended, true);
    pthread_join(thread, NULL);
    wall_lower(race.wall, before);
    wall_free(race.wall);
    assert_int_equal(race.late, 0);
    assert_true(race.handed >= ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            P7_3_what_was_looked_up_before_a_stop_stood_is_handed_over_before_its_commit),
        cmocka_unit_test_setup_teardown(
            P7_3_in_a_million_stories_no_message_leaves_after_the_commit_of_a_stop, set_up,
            tear_down),
    };
    return secret_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

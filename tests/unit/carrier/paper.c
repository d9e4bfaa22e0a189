/* SPDX-License-Identifier: Apache-2.0 */
#include "paper.h"

#include "base/log.h"
#include "base/secret.h"
#include "carrier/pump_base.h"

#include <stdio.h>
#include <stdlib.h>

struct paper f;

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
    const struct flight *flight = tag;
    f.wire[f.submits].id = flight->message->out->id;
    f.wire[f.submits].part = flight->part;
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
    f.outcomes[f.outcomes_n].due_in_us = o->due_at_us - clock_now_us();
    f.outcomes[f.outcomes_n].policy = o->policy;
    f.outcomes[f.outcomes_n].doubt = o->doubt;
    f.outcomes[f.outcomes_n].other = o->other;
    memcpy(f.outcomes[f.outcomes_n].ref, o->carrier_ref, CARRIER_REF_SIZE);
    f.outcomes_n++;
    f.at_writer[f.at_writer_n++] = o;
}

void commit(void)
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

void configure(void)
{
    pump_configure(f.pump, &f.settings);
}

int64_t run(void)
{
    return pump_run(f.pump, clock_mono_us());
}

void run_until(size_t submits, int64_t most_us)
{
    int64_t end_us = clock_mono_us() + most_us;
    int64_t again_us = run();
    while (f.submits < submits && again_us <= end_us) {
        clock_advance(again_us - clock_mono_us());
        again_us = run();
    }
}

struct pump_figures figures(void)
{
    struct pump_figures now;
    pump_figures(f.pump, &now, clock_mono_us());
    return now;
}

struct outgoing *make(int64_t id, uint32_t parts)
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
                           .recipient = UINT64_C(33600000000) + (uint64_t)id,
                           .sender = STR("Shop"),
                           .text = {at, n},
                           .class = -1,
                           .parts = parts};
    atomic_fetch_add(&f.slot.active, 1);
    return o;
}

struct outgoing *arrive(int64_t id, uint32_t parts)
{
    struct outgoing *o = make(id, parts);
    pump_arrive(f.pump, o);
    return o;
}

void arrive_many(int n)
{
    for (int i = 1; i <= n; i++)
        arrive(i, 1);
}

void answer(size_t nth, uint32_t status)
{
    struct smpp_pdu response = {.command = SMPP_SUBMIT_SM_RESP, .status = status};
    response.body.submit_sm_resp.message_id = status ? (struct str){0} : STR("id");
    pump_answer(f.pump, f.wire[nth].tag, SMPP_ANSWERED, &response, clock_mono_us());
    f.wire[nth].tag = NULL;
}

void lose(size_t nth)
{
    pump_answer(f.pump, f.wire[nth].tag, SMPP_ABANDONED, NULL, clock_mono_us());
    f.wire[nth].tag = NULL;
}

void assert_wire(size_t nth, const char *text)
{
    assert_true(nth < f.submits);
    assert_string_equal(f.wire[nth].text, text);
}

void assert_outcome(size_t nth, enum outcome_kind kind, int64_t id)
{
    assert_true(nth < f.outcomes_n);
    assert_int_equal(f.outcomes[nth].kind, kind);
    assert_int_equal(f.outcomes[nth].id, id);
}

int paper_set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    if (secret_init())
        return -1;
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

int paper_tear_down(void **state)
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

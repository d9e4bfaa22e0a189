/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/inbox: receipts and incoming messages become jobs; answers wait for the commit. */
#include "base/log.h"
#include "carrier/inbox.h"
#include "carrier/settings.h"
#include "testing.h"

enum { JOBS_MAX = INBOX_FULL + 10 };

static struct {
    struct inbox *box;
    struct mailbox *home;
    struct job *jobs[JOBS_MAX];
    size_t jobs_n;
    uint32_t sequence; /* of the last answer */
    uint32_t status;
    size_t answers;
} f;

static void post(void *ctx, struct job *job)
{
    (void)ctx;
    assert_true(f.jobs_n < JOBS_MAX);
    f.jobs[f.jobs_n++] = job;
}

static void respond(void *ctx, const struct inbox_origin *origin, uint32_t status)
{
    (void)ctx;
    assert_int_equal(origin->session, 3);
    f.sequence = origin->sequence;
    f.status = status;
    f.answers++;
}

static void commit(size_t nth, enum err err)
{
    f.jobs[nth]->err = err;
    f.jobs[nth]->letter.deliver(&f.jobs[nth]->letter);
    f.jobs[nth] = NULL;
}

static struct smpp_pdu deliver(uint8_t esm_class, struct str text)
{
    struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM, .has_body = true};
    pdu.body.deliver_sm.source_addr = STR("33612345678");
    pdu.body.deliver_sm.source_addr_ton = 1;
    pdu.body.deliver_sm.destination_addr = STR("36184");
    pdu.body.deliver_sm.esm_class = esm_class;
    pdu.body.deliver_sm.short_message = text;
    return pdu;
}

static void request(const struct smpp_pdu *pdu, uint32_t sequence)
{
    inbox_request(
        f.box, pdu,
        &(struct inbox_origin){.session = 3, .command = pdu->command, .sequence = sequence});
}

static const struct receipt_job *receipt_of(const char *text)
{
    struct smpp_pdu pdu = deliver(0x04, str_of(text));
    request(&pdu, 7);
    assert_true(f.jobs_n > 0);
    assert_int_equal(f.jobs[f.jobs_n - 1]->kind, JOB_RECEIPT);
    return (const struct receipt_job *)f.jobs[f.jobs_n - 1];
}

static void configure(const char *text)
{
    struct carrier_settings settings;
    struct refusal why;
    struct arena *a = arena_new();
    json_t *json = json_loads(text, 0, NULL);
    assert_int_equal(carrier_settings_read(&settings, a, json, true, &why), OK);
    struct inbox_settings own = settings_of_inbox(&settings);
    inbox_configure(f.box, &own);
    json_decref(json);
    arena_free(a);
}

static void a_receipt_is_answered_after_its_commit(void **state)
{
    (void)state;
    const struct receipt_job *job =
        receipt_of("id:ab-12 sub:001 dlvrd:001 submit date:2611211405 done date:2611211406 "
                   "stat:DELIVRD err:000 text:x");
    assert_int_equal(job->carrier_id, 5);
    assert_int_equal(job->state, MESSAGE_DELIVERED);
    assert_string_equal(job->carrier_ref, "ab-12");
    assert_string_equal(job->receipt, "DELIVRD 000");
    assert_int_equal(f.answers, 0);
    assert_int_equal(inbox_waiting(f.box), 1);
    commit(0, OK);
    assert_int_equal(f.answers, 1);
    assert_int_equal(f.sequence, 7);
    assert_int_equal(f.status, ESME_ROK);
    assert_int_equal(inbox_waiting(f.box), 0);
}

static void states_of_receipts_become_ours(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum message_state state;
        const char *receipt;
    } cases[] = {
        {"id:1 stat:DELIVRD err:000", MESSAGE_DELIVERED, "DELIVRD 000"},
        {"id:1 stat:EXPIRED err:21", MESSAGE_EXPIRED, "EXPIRED 21"},
        {"id:1 stat:DELETED", MESSAGE_UNDELIVERED, "DELETED"},
        {"id:1 stat:UNDELIV err:abc", MESSAGE_UNDELIVERED, "UNDELIV abc"},
        {"id:1 stat:REJECTD err:1", MESSAGE_REJECTED, "REJECTD 1"},
        {"id:1 stat:UNKNOWN err:1", MESSAGE_UNKNOWN, "UNKNOWN 1"},
        {"id:1 stat:ENROUTE err:0", MESSAGE_SENT, "ENROUTE 0"},
        {"id:1 stat:ACCEPTD err:0", MESSAGE_SENT, "ACCEPTD 0"},
        {"id:1 stat:d\xc3\xa9 err:\xff", MESSAGE_SENT, "d?? ?"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct receipt_job *job = receipt_of(cases[i].text);
        assert_int_equal(job->state, cases[i].state);
        assert_string_equal(job->receipt, cases[i].receipt);
    }
}

static void refusals_of_the_store_reach_the_carrier(void **state)
{
    (void)state;
    receipt_of("id:1 stat:DELIVRD");
    commit(0, ERR_LIMIT);
    assert_int_equal(f.status, ESME_RINVMSGID);
    receipt_of("id:1 stat:DELIVRD");
    commit(1, ERR_STORE_FULL);
    assert_int_equal(f.status, ESME_RSYSERR);
    struct smpp_pdu pdu = deliver(0, STR("hello"));
    request(&pdu, 9);
    commit(2, ERR_LIMIT);
    assert_int_equal(f.status, ESME_RTHROTTLED);
    assert_int_equal(f.sequence, 9);
}

static void the_settings_tell_what_becomes_of_unknown_receipts(void **state)
{
    (void)state;
    assert_int_equal(receipt_of("id:1 stat:DELIVRD")->unknown, UNKNOWN_KEEP);
    configure("{\"host\":\"h\",\"unknown_receipt\":\"refuse\",\"receipt_id\":\"hex\"}");
    const struct receipt_job *job = receipt_of("id:00ff stat:DELIVRD");
    assert_int_equal(job->unknown, UNKNOWN_REFUSE);
    assert_string_equal(job->carrier_ref, "255");
    commit(1, ERR_NOT_FOUND);
    assert_int_equal(f.status, ESME_RINVMSGID);
    configure("{\"host\":\"h\",\"unknown_receipt\":\"drop\"}");
    assert_int_equal(receipt_of("id:1 stat:DELIVRD")->unknown, UNKNOWN_DROP);
}

static void an_unreadable_receipt_is_acknowledged_and_dropped(void **state)
{
    (void)state;
    char text[200] = "stat:DELIVRD id:";
    const char *const texts[] = {"", "hello", "stat:DELIVRD err:000", text};
    memset(text + 16, '9', 100);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct smpp_pdu pdu = deliver(0x04, str_of(texts[i]));
        request(&pdu, (uint32_t)i);
        assert_int_equal(f.status, ESME_ROK);
        assert_int_equal(f.answers, i + 1);
    }
    assert_int_equal(f.jobs_n, 0);
}

static void an_incoming_message_keeps_all_its_bytes(void **state)
{
    (void)state;
    struct smpp_pdu pdu = deliver(0x40, (struct str){"\x05\x00\x03\x07\x02\x01hi\x00", 9});
    pdu.body.deliver_sm.data_coding = 8;
    request(&pdu, 1);
    const struct incoming_job *job = (const struct incoming_job *)f.jobs[0];
    assert_int_equal(job->job.kind, JOB_INCOMING);
    assert_int_equal(job->carrier_id, 5);
    assert_true(str_eq(job->sender, STR("33612345678")));
    assert_int_equal(job->sender_ton, 1);
    assert_true(str_eq(job->number, STR("36184")));
    assert_int_equal(job->coding, 8);
    assert_true(job->has_udh);
    assert_true(str_eq(job->bytes, pdu.body.deliver_sm.short_message));
    assert_int_equal(job->sar_total, 0);
    assert_int_equal(f.answers, 0);
    commit(0, OK);
    assert_int_equal(f.status, ESME_ROK);
}

static void data_sm_with_sar_is_understood(void **state)
{
    (void)state;
    struct smpp_tlv tlvs[] = {
        {SMPP_TAG_SAR_MSG_REF_NUM, {"\x01\x02", 2}},
        {SMPP_TAG_SAR_TOTAL_SEGMENTS, {"\x03", 1}},
        {SMPP_TAG_SAR_SEGMENT_SEQNUM, {"\x02", 1}},
        {SMPP_TAG_MESSAGE_PAYLOAD, {"part", 4}},
    };
    struct smpp_pdu pdu = {.command = SMPP_DATA_SM, .has_body = true, .tlvs = tlvs, .tlv_n = 4};
    pdu.body.data_sm.source_addr = STR("Bank");
    pdu.body.data_sm.source_addr_ton = 5;
    pdu.body.data_sm.destination_addr = STR("36184");
    request(&pdu, 1);
    const struct incoming_job *job = (const struct incoming_job *)f.jobs[0];
    assert_true(str_eq(job->sender, STR("Bank")));
    assert_true(str_eq(job->bytes, STR("part")));
    assert_int_equal(job->sar_reference, 0x102);
    assert_int_equal(job->sar_total, 3);
    assert_int_equal(job->sar_part, 2);
    commit(0, OK);
}

static void a_flood_is_put_off(void **state)
{
    (void)state;
    struct smpp_pdu pdu = deliver(0, STR("hello"));
    for (size_t i = 0; i < INBOX_FULL; i++)
        request(&pdu, (uint32_t)i);
    assert_int_equal(f.answers, 0);
    request(&pdu, 99);
    assert_int_equal(f.jobs_n, INBOX_FULL);
    assert_int_equal(f.status, ESME_RX_T_APPN);
    assert_int_equal(f.sequence, 99);
}

static void long_messages_are_put_off_by_their_bytes(void **state)
{
    (void)state;
    enum { LONG = 64000 };
    static const char text[LONG];
    struct smpp_tlv payload = {.tag = SMPP_TAG_MESSAGE_PAYLOAD, .value = {text, LONG}};
    struct smpp_pdu pdu = deliver(0, (struct str){0});
    pdu.tlvs = &payload;
    pdu.tlv_n = 1;
    size_t busy_at = 0;
    while (f.answers == 0 && f.jobs_n < INBOX_FULL) {
        request(&pdu, (uint32_t)f.jobs_n);
        busy_at += !inbox_is_busy(f.box);
    }
    assert_int_equal(f.status, ESME_RX_T_APPN);
    assert_in_range(busy_at * LONG, INBOX_BUSY_BYTES - 2 * LONG, INBOX_BUSY_BYTES);
    assert_in_range(f.jobs_n * LONG, INBOX_FULL_BYTES - LONG, INBOX_FULL_BYTES + LONG);
    assert_false(inbox_is_at_ease(f.box));
    for (size_t i = 0; i < f.jobs_n; i++)
        commit(i, OK);
    assert_true(inbox_is_at_ease(f.box));
}

static int set_up(void **state)
{
    (void)state;
    memset(&f, 0, sizeof(f));
    log_set_level(LOG_ERROR);
    f.home = mailbox_new();
    f.box = inbox_new(5, f.home, &(struct inbox_calls){.post = post, .respond = respond}, NULL);
    configure("{\"host\":\"h\"}");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    inbox_free(f.box);
    mailbox_free(f.home);
    return 0;
}

#define INBOX_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        INBOX_TEST(a_receipt_is_answered_after_its_commit),
        INBOX_TEST(states_of_receipts_become_ours),
        INBOX_TEST(refusals_of_the_store_reach_the_carrier),
        INBOX_TEST(the_settings_tell_what_becomes_of_unknown_receipts),
        INBOX_TEST(an_unreadable_receipt_is_acknowledged_and_dropped),
        INBOX_TEST(an_incoming_message_keeps_all_its_bytes),
        INBOX_TEST(data_sm_with_sar_is_understood),
        INBOX_TEST(a_flood_is_put_off),
        INBOX_TEST(long_messages_are_put_off_by_their_bytes),
    };
    return cmocka_run_group_tests_name("carrier/inbox", tests, NULL, NULL);
}

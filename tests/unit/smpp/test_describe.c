/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/describe: what passes can be shown, and what must not be seen is not. */
#include "smpp/describe.h"
#include "testing.h"

#include <stdio.h>
#include <string.h>

static char said[4096];

static void note(void *ctx, const struct smpp_field *f)
{
    size_t n = strlen(said);
    char *at = said + n;
    size_t size = sizeof(said) - n;
    (void)ctx;
    switch (f->kind) {
    case SMPP_FIELD_NUMBER:
        snprintf(at, size, "%s=%u ", f->name, f->number);
        break;
    case SMPP_FIELD_WORD:
        snprintf(at, size, "%s=\"%.*s\" ", f->name, STR_FMT(f->value));
        break;
    case SMPP_FIELD_BYTES:
        snprintf(at, size, "%s=<%.*s> ", f->name, STR_FMT(f->value));
        break;
    case SMPP_FIELD_HIDDEN:
        snprintf(at, size, "%s=[%u] ", f->name, f->number);
        break;
    case SMPP_FIELD_SECRET:
        assert_int_equal(f->value.n, 0);
        snprintf(at, size, "%s=*** ", f->name);
    }
}

static const char *describe(const struct smpp_pdu *pdu, bool all)
{
    said[0] = '\0';
    smpp_describe(pdu, all, note, NULL);
    return said;
}

static struct smpp_pdu submit(void)
{
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM, .has_body = true};
    pdu.body.submit_sm = (struct smpp_submit_sm){.source_addr_ton = 5,
                                                 .source_addr = STR("Navette"),
                                                 .dest_addr_ton = 1,
                                                 .dest_addr_npi = 1,
                                                 .destination_addr = STR("33612345678"),
                                                 .registered_delivery = 1,
                                                 .short_message = STR("secret words")};
    return pdu;
}

static void texts_and_numbers_are_hidden_unless_asked_for(void **state)
{
    (void)state;
    struct smpp_pdu pdu = submit();
    assert_string_equal(
        describe(&pdu, false),
        "service_type=\"\" source_addr_ton=5 source_addr_npi=0 source_addr=\"Navette\" "
        "dest_addr_ton=1 dest_addr_npi=1 destination_addr=\"3361234****\" esm_class=0 "
        "protocol_id=0 priority_flag=0 schedule_delivery_time=\"\" validity_period=\"\" "
        "registered_delivery=1 replace_if_present_flag=0 data_coding=0 sm_default_msg_id=0 "
        "short_message=[12] ");
    assert_non_null(strstr(describe(&pdu, true), "destination_addr=\"33612345678\""));
    assert_non_null(strstr(said, "short_message=<secret words>"));
}

static void a_short_number_and_a_name_are_shown(void **state)
{
    (void)state;
    struct smpp_pdu pdu = submit();
    pdu.body.submit_sm.source_addr = STR("36111");
    assert_non_null(strstr(describe(&pdu, false), "source_addr=\"36111\""));
    pdu.body.submit_sm.source_addr = STR("+33612345678");
    assert_non_null(strstr(describe(&pdu, false), "source_addr=\"+3361234****\""));
}

static void a_password_is_never_given(void **state)
{
    (void)state;
    struct smpp_pdu pdu = {.command = SMPP_BIND_TRANSCEIVER, .has_body = true};
    pdu.body.bind.system_id = STR("shop");
    pdu.body.bind.password = STR("hunter2");
    assert_string_equal(describe(&pdu, true),
                        "system_id=\"shop\" password=*** system_type=\"\" interface_version=0 "
                        "addr_ton=0 addr_npi=0 address_range=\"\" ");
    pdu.command = SMPP_OUTBIND;
    pdu.body.outbind.system_id = STR("smsc");
    pdu.body.outbind.password = STR("hunter2");
    assert_string_equal(describe(&pdu, true), "system_id=\"smsc\" password=*** ");
}

static void a_receipt_tells_its_fields_and_not_what_was_written(void **state)
{
    (void)state;
    struct smpp_pdu pdu = submit();
    pdu.command = SMPP_DELIVER_SM;
    pdu.body.submit_sm.esm_class = SMPP_ESM_RECEIPT;
    pdu.body.submit_sm.short_message = STR("id:7 stat:DELIVRD err:000 Text:secret words");
    assert_non_null(strstr(describe(&pdu, false), "short_message=\"id:7 stat:DELIVRD err:000 \""));
    assert_null(strstr(said, "secret"));
    pdu.body.submit_sm.short_message = STR("secret words");
    assert_null(strstr(describe(&pdu, false), "secret"));
    pdu.body.submit_sm.esm_class = 0; /* a phone may write what it likes */
    pdu.body.submit_sm.short_message = STR("id:7 stat:secret words");
    assert_null(strstr(describe(&pdu, false), "secret"));
}

static void a_number_among_the_fields_of_a_receipt_is_masked(void **state)
{
    (void)state;
    char many[600];
    struct smpp_pdu pdu = submit();
    pdu.command = SMPP_DELIVER_SM;
    pdu.body.deliver_sm.esm_class = SMPP_ESM_RECEIPT;
    pdu.body.deliver_sm.source_addr = STR("33612345678");
    pdu.body.deliver_sm.short_message = STR("id:77777777 to:0612345678 stat:DELIVRD");
    describe(&pdu, false);
    assert_non_null(strstr(said, "\"id:77777777 to:061234**** stat:DELIVRD\""));
    assert_null(strstr(said, "5678"));
    memset(many, 'x', sizeof(many));
    memcpy(many, "stat:", 5);
    struct smpp_tlv payload = {SMPP_TAG_MESSAGE_PAYLOAD, {many, sizeof(many)}};
    pdu.body.deliver_sm.short_message = (struct str){0};
    pdu.tlvs = &payload;
    pdu.tlv_n = 1;
    assert_non_null(strstr(describe(&pdu, false), "message_payload=[600]"));
}

static void tlvs_have_names_and_unknown_ones_are_hidden(void **state)
{
    (void)state;
    struct smpp_tlv tlvs[] = {
        {SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("abc")},
        {SMPP_TAG_MESSAGE_STATE, {"\x02", 1}},
        {SMPP_TAG_NETWORK_ERROR_CODE,
         {"\x03"
          "12",
          3}},
        {SMPP_TAG_MESSAGE_PAYLOAD, STR("secret words")},
        {SMPP_TAG_SAR_MSG_REF_NUM, STR("bad")},
        {0x1400, STR("33612345678")},
    };
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM_RESP, .tlvs = tlvs, .tlv_n = 6};
    assert_string_equal(describe(&pdu, false), "receipted_message_id=\"abc\" message_state=2 "
                                               "network_error_code=<\x03"
                                               "12> message_payload=[12] "
                                               "sar_msg_ref_num=[3] 0x1400=[11] ");
    assert_non_null(strstr(describe(&pdu, true), "0x1400=<33612345678>"));
}

static void a_header_alone_has_no_fields(void **state)
{
    (void)state;
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM_RESP, .status = ESME_RTHROTTLED};
    assert_string_equal(describe(&pdu, true), "");
    pdu.command = 0x77;
    pdu.has_body = true;
    assert_string_equal(describe(&pdu, true), "");
}

static void lists_of_recipients_are_walked(void **state)
{
    (void)state;
    struct smpp_dest dests[] = {
        {SMPP_DEST_ADDRESS, 1, 1, STR("33612345678"), {0}},
        {.dest_flag = SMPP_DEST_LIST, .dl_name = STR("friends")},
    };
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_MULTI, .has_body = true};
    pdu.body.submit_multi.number_of_dests = 2;
    pdu.body.submit_multi.dest_address = dests;
    assert_non_null(strstr(describe(&pdu, false), "number_of_dests=2 "
                                                  "destination_addr=\"3361234****\" "
                                                  "dl_name=\"friends\" "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_numbers_are_hidden_unless_asked_for),
        cmocka_unit_test(a_short_number_and_a_name_are_shown),
        cmocka_unit_test(a_password_is_never_given),
        cmocka_unit_test(a_receipt_tells_its_fields_and_not_what_was_written),
        cmocka_unit_test(a_number_among_the_fields_of_a_receipt_is_masked),
        cmocka_unit_test(tlvs_have_names_and_unknown_ones_are_hidden),
        cmocka_unit_test(a_header_alone_has_no_fields),
        cmocka_unit_test(lists_of_recipients_are_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

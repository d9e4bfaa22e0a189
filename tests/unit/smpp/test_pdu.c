/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/pdu: what is written reads back, and nothing that comes in can do harm. */
#include "smpp/pdu.h"
#include "testing.h"
#include "vectors/pdu_examples.h"
#include "vectors/pdu_fields.h"

#include <stdlib.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_same_pdu(const struct smpp_pdu *a, const struct smpp_pdu *b)
{
    struct buf left = buf_limited(1 << 20);
    struct buf right = buf_limited(1 << 20);
    pdu_lines(&left, a);
    pdu_lines(&right, b);
    buf_add_u8(&left, 0);
    buf_add_u8(&right, 0);
    assert_string_equal((char *)left.p, (char *)right.p);
    buf_free(&left);
    buf_free(&right);
}

static struct pdu_examples *examples(void)
{
    struct pdu_examples *x = ARENA_NEW(arena, struct pdu_examples);
    pdu_examples_make(x, arena);
    return x;
}

static void every_pdu_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct pdu_examples *x = examples();
    assert_true(x->n > 100);
    struct buf out = buf_limited(SMPP_PDU_MAX);
    for (size_t i = 0; i < x->n; i++) {
        buf_clear(&out);
        assert_int_equal(smpp_pdu_write(&out, &x->pdus[i]), OK);
        struct smpp_pdu pdu;
        uint32_t answer;
        assert_int_equal(smpp_pdu_read(&pdu, arena, buf_str(&out), &answer), OK);
        assert_int_equal(answer, ESME_ROK);
        assert_same_pdu(&pdu, &x->pdus[i]);
    }
    buf_free(&out);
}

/* The bytes stand in a block of just their size, so that reading past them would be seen. */
static enum err read_exact(struct smpp_pdu *pdu, struct str bytes, uint32_t length,
                           uint32_t *answer)
{
    uint8_t *exact = malloc(bytes.n);
    memcpy(exact, bytes.p, bytes.n);
    for (int i = 0; i < 4; i++)
        exact[i] = (uint8_t)(length >> (24 - 8 * i));
    enum err err = smpp_pdu_read(pdu, arena, (struct str){(char *)exact, bytes.n}, answer);
    assert_true((err == OK) == (*answer == ESME_ROK));
    free(exact);
    return err;
}

static void a_pdu_cut_anywhere_is_read_safely(void **state)
{
    (void)state;
    struct pdu_examples *x = examples();
    struct buf out = buf_limited(SMPP_PDU_MAX);
    for (size_t i = 0; i < x->n; i++) {
        buf_clear(&out);
        assert_int_equal(smpp_pdu_write(&out, &x->pdus[i]), OK);
        for (size_t n = SMPP_HEADER_SIZE; n < out.n; n++) {
            struct smpp_pdu pdu;
            uint32_t answer;
            enum err err = read_exact(&pdu, str_sub(buf_str(&out), 0, n), (uint32_t)n, &answer);
            assert_int_equal(pdu.command, x->pdus[i].command);
            assert_int_equal(pdu.sequence, x->pdus[i].sequence);
            if (!err) /* it was cut where TLVs could begin, or to a header-only response */
                assert_true(pdu.tlv_n < x->pdus[i].tlv_n || pdu.has_body < x->pdus[i].has_body);
        }
        arena_reset(arena);
        x = examples();
    }
    buf_free(&out);
}

/* Reads what is in `out` with its length put right. */
static uint32_t answer_to(struct buf *out)
{
    struct smpp_pdu pdu;
    uint32_t answer;
    assert_false(out->err);
    buf_set_u32(out, 0, (uint32_t)out->n);
    enum err err = smpp_pdu_read(&pdu, arena, buf_str(out), &answer);
    assert_true((err == OK) == (answer == ESME_ROK));
    return answer;
}

static void put_in(struct buf *out, size_t at, const char *bytes, size_t n)
{
    struct str tail = arena_str(arena, str_sub(buf_str(out), at, out->n));
    out->n = at;
    buf_add(out, bytes, n);
    buf_add_str(out, tail);
}

static void check_cstr(const struct smpp_pdu *pdu, struct str *field, size_t size, uint32_t status)
{
    static const char xs[] =
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    struct buf out = buf_limited(SMPP_PDU_MAX);
    assert_true(size < sizeof(xs));
    *field = (struct str){xs, size};
    assert_int_equal(smpp_pdu_write(&out, pdu), ERR_TOO_LONG);
    *field = STR("a\0b");
    assert_int_equal(smpp_pdu_write(&out, pdu), ERR_INVALID);
    assert_int_equal(out.n, 0);
    *field = (struct str){xs, size - 1};
    assert_int_equal(smpp_pdu_write(&out, pdu), OK);
    assert_int_equal(answer_to(&out), ESME_ROK);
    /* One more: all other fields are empty, so the only x is in this one. */
    put_in(&out, str_find(buf_str(&out), 'x'), "x", 1);
    assert_int_equal(answer_to(&out), status);
    *field = (struct str){0};
    buf_free(&out);
}

static void check_text(const struct smpp_pdu *pdu, struct str *field, size_t size, uint32_t status)
{
    static const char bytes[256];
    struct buf out = buf_limited(SMPP_PDU_MAX);
    *field = (struct str){bytes, size + 1};
    assert_int_equal(smpp_pdu_write(&out, pdu), ERR_TOO_LONG);
    assert_int_equal(out.n, 0);
    *field = (struct str){bytes, size};
    assert_int_equal(smpp_pdu_write(&out, pdu), OK);
    assert_int_equal(answer_to(&out), ESME_ROK);
    size_t at = out.n - size - 1;
    assert_int_equal(out.p[at], size);
    out.p[at]++;
    buf_add_u8(&out, 0); /* 255 is refused even when 255 bytes are there */
    assert_int_equal(answer_to(&out), status);
    out.p[at]--;
    out.n -= 2;
    assert_int_equal(answer_to(&out), status);
    *field = (struct str){0};
    buf_free(&out);
}

/* clang-format off */
#define PDU(NAME, name, id, who) \
    static void check_##name(void) { \
        struct smpp_pdu pdu = {.command = SMPP_##NAME}; \
        struct smpp_##name *b = &pdu.body.name;
#define CSTR(name, size, status) check_cstr(&pdu, &b->name, size, ESME_##status);
#define TEXT(name, size, status) check_text(&pdu, &b->name, size, ESME_##status);
#define END(name) }
#include "smpp/pdu.def"
/* clang-format on */

static void a_field_one_byte_too_long_is_neither_written_nor_read(void **state)
{
    (void)state;
#define PDU(NAME, name, id, who) check_##name();
#include "smpp/pdu.def"
}

static void a_tlv_outside_its_range_is_not_written(void **state)
{
    (void)state;
    static const char bytes[70000];
    struct buf out = buf_limited(4 * SMPP_PDU_MAX);
    struct smpp_tlv tlv = {SMPP_TAG_SAR_MSG_REF_NUM, {bytes, 3}};
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM, .tlvs = &tlv, .tlv_n = 1};
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_TOO_LONG);
    tlv.value.n = 1;
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_INVALID);
    tlv = (struct smpp_tlv){SMPP_TAG_RECEIPTED_MESSAGE_ID, STR("a\0b")};
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_INVALID);
    tlv = (struct smpp_tlv){0x1400, {bytes, 65536}};
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_TOO_LONG);
    tlv = (struct smpp_tlv){SMPP_TAG_MESSAGE_PAYLOAD, {bytes, 65535}};
    assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
    struct smpp_tlv two[] = {tlv, tlv};
    pdu.tlvs = two;
    pdu.tlv_n = 2;
    size_t n = out.n;
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_TOO_LARGE);
    assert_int_equal(out.n, n);
    assert_int_equal(out.err, OK);
    buf_free(&out);
}

static void what_cannot_be_written_leaves_the_bytes_before_it(void **state)
{
    (void)state;
    struct smpp_dest nowhere = {.dest_flag = 3};
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_MULTI,
                           .body.submit_multi = {.number_of_dests = 1, .dest_address = &nowhere}};
    struct buf out = buf_limited(45);
    buf_add(&out, "before", 6);
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_INVALID);
    pdu = (struct smpp_pdu){.command = SMPP_SUBMIT_SM};
    pdu.body.submit_sm.short_message = STR("too much for this buffer");
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_TOO_LARGE);
    assert_int_equal(out.err, OK);
    assert_true(str_eq(buf_str(&out), STR("before")));
    buf_add(&out, "more than this buffer can hold, by some bytes", 45);
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_TOO_LARGE);
    assert_int_equal(out.n, 6);
    buf_free(&out);
}

static void bad_tlvs_have_their_status_and_unknown_ones_are_kept(void **state)
{
    (void)state;
    struct buf out = buf_limited(SMPP_PDU_MAX);
    struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM};
    assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
    size_t start = out.n;
    for (size_t stray = 1; stray <= 3; stray++) {
        out.n = start;
        buf_add(&out, "\x04\x27\x00", stray);
        assert_int_equal(answer_to(&out), ESME_RINVOPTPARSTREAM);
    }
    out.n = start;
    buf_add(&out, "\x04\x27\x00\x02\x01", 5);
    assert_int_equal(answer_to(&out), ESME_RINVPARLEN);
    out.n = start;
    buf_add(&out, "\x7f\xff\x00\x02hi\x04\x28\x00\x00\x7f\xff\x00\x01!", 15);
    assert_int_equal(answer_to(&out), ESME_ROK);
    uint32_t answer;
    assert_int_equal(smpp_pdu_read(&pdu, arena, buf_str(&out), &answer), OK);
    assert_int_equal(pdu.tlv_n, 3);
    assert_true(str_eq(smpp_tlv_find(&pdu, 0x7fff)->value, STR("hi")));
    assert_true(str_eq(pdu.tlvs[2].value, STR("!")));
    assert_null(smpp_tlv_find(&pdu, SMPP_TAG_MESSAGE_STATE));
    buf_free(&out);
}

static void a_c_string_tlv_is_read_with_and_without_its_nul(void **state)
{
    (void)state;
    static const struct str forms[] = {
        {"\x00\x1e\x00\x03"
         "ab",
         7},
        {"\x00\x1e\x00\x02"
         "ab",
         6},
    };
    for (size_t i = 0; i < 2; i++) {
        struct buf out = buf_limited(SMPP_PDU_MAX);
        struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM};
        assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
        buf_add_str(&out, forms[i]);
        assert_int_equal(answer_to(&out), ESME_ROK);
        uint32_t answer;
        assert_int_equal(smpp_pdu_read(&pdu, arena, buf_str(&out), &answer), OK);
        assert_true(str_eq(pdu.tlvs[0].value, STR("ab")));
        buf_free(&out);
    }
}

static void a_tlv_is_a_number_of_one_two_or_four_bytes(void **state)
{
    (void)state;
    struct smpp_tlv tlvs[] = {
        {1, STR("\x81")}, {2, STR("\x81\x02")}, {3, STR("abc")}, {4, STR("\x81\x02\x03\x04")}, {5}};
    struct smpp_pdu pdu = {.tlvs = tlvs, .tlv_n = 5};
    uint32_t v;
    assert_true(smpp_tlv_number(&pdu, 1, &v) && v == 0x81);
    assert_true(smpp_tlv_number(&pdu, 2, &v) && v == 0x8102);
    assert_false(smpp_tlv_number(&pdu, 3, &v));
    assert_true(smpp_tlv_number(&pdu, 4, &v) && v == 0x81020304);
    assert_false(smpp_tlv_number(&pdu, 5, &v));
    assert_false(smpp_tlv_number(&pdu, 6, &v));
}

static void the_length_is_judged_before_anything_else(void **state)
{
    (void)state;
    uint32_t n;
    assert_int_equal(smpp_pdu_length(&n, STR("\0\0\0"), 256), OK);
    assert_int_equal(n, 0);
    assert_int_equal(smpp_pdu_length(&n, STR("\0\0\0\x0f"), 256), ERR_MALFORMED);
    assert_int_equal(smpp_pdu_length(&n, STR("\0\0\0\x10"), 256), OK);
    assert_int_equal(n, 16);
    assert_int_equal(smpp_pdu_length(&n, STR("\0\0\1\0"), 256), OK);
    assert_int_equal(n, 256);
    assert_int_equal(smpp_pdu_length(&n, STR("\0\0\1\1"), 256), ERR_MALFORMED);
    assert_int_equal(smpp_pdu_length(&n, STR("\xff\xff\xff\xff"), SMPP_PDU_MAX), ERR_MALFORMED);
}

static void the_text_is_short_message_or_else_the_payload(void **state)
{
    (void)state;
    struct smpp_tlv payload = {SMPP_TAG_MESSAGE_PAYLOAD, STR("long")};
    struct smpp_pdu pdu = {.command = SMPP_DELIVER_SM, .tlvs = &payload, .tlv_n = 1};
    assert_true(str_eq(smpp_user_data(&pdu), STR("long")));
    pdu.body.deliver_sm.short_message = STR("short");
    assert_true(str_eq(smpp_user_data(&pdu), STR("short")));
    pdu.command = SMPP_DATA_SM;
    assert_true(str_eq(smpp_user_data(&pdu), STR("long")));
    struct smpp_pdu multi = {.command = SMPP_SUBMIT_MULTI};
    multi.body.submit_multi.short_message = STR("many");
    assert_true(str_eq(smpp_user_data(&multi), STR("many")));
    pdu.tlv_n = 0;
    assert_int_equal(smpp_user_data(&pdu).n, 0);
}

static void a_refusal_may_be_a_header_alone_and_success_never_is(void **state)
{
    (void)state;
    struct buf out = buf_limited(SMPP_PDU_MAX);
    struct smpp_pdu pdu = {.command = SMPP_SUBMIT_SM_RESP, .status = ESME_RTHROTTLED};
    assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
    assert_int_equal(out.n, 16);
    pdu.has_body = true;
    buf_clear(&out);
    assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
    assert_int_equal(out.n, 17);
    pdu.has_body = false;
    pdu.status = ESME_ROK;
    buf_clear(&out);
    assert_int_equal(smpp_pdu_write(&out, &pdu), OK);
    assert_int_equal(out.n, 17);
    buf_free(&out);
}

static void an_unknown_command_is_told_with_its_header(void **state)
{
    (void)state;
    struct smpp_pdu pdu;
    uint32_t answer;
    assert_int_equal(
        smpp_pdu_read(&pdu, arena, STR("\0\0\0\x12\0\0\xab\xcd\0\0\0\0\0\0\0\7xx"), &answer),
        ERR_MALFORMED);
    assert_int_equal(answer, ESME_RINVCMDID);
    assert_int_equal(pdu.command, 0xabcd);
    assert_int_equal(pdu.sequence, 7);
    struct buf out = buf_limited(SMPP_PDU_MAX);
    assert_int_equal(smpp_pdu_write(&out, &pdu), ERR_INVALID);
    buf_free(&out);
}

static void a_length_that_is_not_that_of_the_bytes_is_refused(void **state)
{
    (void)state;
    struct smpp_pdu pdu;
    uint32_t answer;
    assert_int_equal(
        smpp_pdu_read(&pdu, arena, STR("\0\0\0\x11\0\0\0\x15\0\0\0\0\0\0\0\7"), &answer),
        ERR_MALFORMED);
    assert_int_equal(answer, ESME_RINVCMDLEN);
    assert_int_equal(smpp_pdu_read(&pdu, arena, STR("\0\0\0\x10"), &answer), ERR_MALFORMED);
    assert_int_equal(answer, ESME_RINVCMDLEN);
}

static void names_are_those_of_the_specification(void **state)
{
    (void)state;
    assert_string_equal(smpp_command_name(SMPP_SUBMIT_SM), "submit_sm");
    assert_string_equal(smpp_command_name(0x80000103), "data_sm_resp");
    assert_string_equal(smpp_command_name(0xabcd), "0x0000abcd");
    assert_string_equal(smpp_status_name(0x58), "ESME_RTHROTTLED");
    assert_string_equal(smpp_tag_name(0x0424), "message_payload");
    const char *one = smpp_status_name(0x400);
    const char *other = smpp_status_name(0x401);
    assert_string_equal(one, "0x00000400");
    assert_string_equal(other, "0x00000401");
    assert_string_equal(smpp_tag_name(0x1401), "0x1401");
}

static void every_request_but_two_has_a_response(void **state)
{
    (void)state;
    for (uint32_t id = 0; id < 0x200; id++) {
        const struct smpp_command_info *info = smpp_command_info(id);
        if (!info)
            continue;
        assert_true(info->by_esme || info->by_smsc);
        bool silent = id == SMPP_OUTBIND || id == SMPP_ALERT_NOTIFICATION;
        const struct smpp_command_info *response = smpp_command_info(id | SMPP_RESPONSE);
        assert_true((response == NULL) == silent);
        if (response)
            assert_int_equal(response->by_esme | response->by_smsc, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pdu_reads_back_as_it_was_written),
        cmocka_unit_test(a_pdu_cut_anywhere_is_read_safely),
        cmocka_unit_test(a_field_one_byte_too_long_is_neither_written_nor_read),
        cmocka_unit_test(a_tlv_outside_its_range_is_not_written),
        cmocka_unit_test(what_cannot_be_written_leaves_the_bytes_before_it),
        cmocka_unit_test(bad_tlvs_have_their_status_and_unknown_ones_are_kept),
        cmocka_unit_test(a_c_string_tlv_is_read_with_and_without_its_nul),
        cmocka_unit_test(a_tlv_is_a_number_of_one_two_or_four_bytes),
        cmocka_unit_test(the_length_is_judged_before_anything_else),
        cmocka_unit_test(the_text_is_short_message_or_else_the_payload),
        cmocka_unit_test(a_refusal_may_be_a_header_alone_and_success_never_is),
        cmocka_unit_test(an_unknown_command_is_told_with_its_header),
        cmocka_unit_test(a_length_that_is_not_that_of_the_bytes_is_refused),
        cmocka_unit_test(names_are_those_of_the_specification),
        cmocka_unit_test(every_request_but_two_has_a_response),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

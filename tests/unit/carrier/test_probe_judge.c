/* SPDX-License-Identifier: Apache-2.0 */
/* carrier/probe_judge: what a probe has seen becomes what can be said, and settings that fit. */
#include "base/clock.h"
#include "carrier/probe_judge.h"
#include "testing.h"

#include <stdio.h>
#include <string.h>

static struct probe_seen seen;
static struct carrier_settings now;
static char found[8192];
static char sets[1024];

static void say(void *ctx, enum probe_note note, const char *text)
{
    (void)ctx;
    char *out = note == PROBE_SETS ? sets : found;
    size_t size = note == PROBE_SETS ? sizeof(sets) : sizeof(found);
    size_t n = strlen(out);
    snprintf(out + n, size - n, "%s\n", text);
}

static void judge(void)
{
    found[0] = sets[0] = '\0';
    probe_judge(&seen, &now, say, NULL);
}

static void has(const char *text)
{
    if (!strstr(found, text))
        fail_msg("not found: %s\nin: %s", text, found);
}

static struct probe_submit *submit(enum probe_kind kind, uint32_t part, const char *id)
{
    struct probe_submit *s = &seen.submits[seen.submits_n++];
    *s = (struct probe_submit){
        .kind = kind, .part = part, .answered = true, .took_us = 4000, .open = 1};
    snprintf(s->id, sizeof(s->id), "%s", id);
    return s;
}

static struct probe_receipt *receipt(const char *id)
{
    struct probe_receipt *r = &seen.receipts[seen.receipts_n++];
    *r = (struct probe_receipt){.readable = true,
                                .state = SMPP_STATE_DELIVERED,
                                .own_stat = "DELIVRD",
                                .own_state = MESSAGE_DELIVERED};
    snprintf(r->id, sizeof(r->id), "%s", id);
    snprintf(r->own_id, sizeof(r->own_id), "%s", id);
    snprintf(r->text, sizeof(r->text), "id:%s stat:DELIVRD err:000", id);
    return r;
}

/* A carrier that does all as our defaults have it. */
static int set_up(void **state)
{
    (void)state;
    seen = (struct probe_seen){.version = 0x34, .enquired = true};
    for (int i = 1; i <= 3; i++)
        seen.binds[i] = (struct probe_bind){.tried = true, .bound = true};
    now = (struct carrier_settings){.bind = STR("trx"),
                                    .interface_version = STR("3.4"),
                                    .receipts = STR("final"),
                                    .response_id = STR("as-is"),
                                    .receipt_id = STR("as-is"),
                                    .receipt_parts = STR("all"),
                                    .long_messages = STR("udh8"),
                                    .default_alphabet = STR("gsm"),
                                    .window = 10};
    submit(PROBE_PLAIN, 1, "1001");
    submit(PROBE_ALPHABET, 1, "1002");
    submit(PROBE_UDH8, 1, "1003");
    submit(PROBE_UDH8, 2, "1004");
    for (int i = 1001; i <= 1004; i++) {
        char id[8];
        snprintf(id, sizeof(id), "%d", i);
        receipt(id);
    }
    snprintf(seen.echoes[0], PROBE_TEXT_SIZE, "%s", "Navette probe");
    snprintf(seen.echoes[1], PROBE_TEXT_SIZE, "%s", "NAVETTE ¡Äx");
    seen.echoes_n = 2;
    return 0;
}

static void a_carrier_like_our_defaults_needs_no_change(void **state)
{
    (void)state;
    judge();
    assert_string_equal(sets, "");
    has("bind as transceiver: taken");
    has("version of SMPP that it names: 3.4");
    has("enquire_link is answered");
    has("responses took 4 ms on average, 4 ms at most");
    has("ids are the same in responses and receipts");
    has("receipts come as deliver_sm, their text in short_message");
    has("TLVs of receipts: none");
    has("long messages as udh8: taken, receipts for all parts");
    has("data_coding 0 is gsm");
}

static void only_a_pair_means_tx_rx(void **state)
{
    (void)state;
    seen.binds[SMPP_TRX] = (struct probe_bind){.tried = true, .refusal = ESME_RINVBNDSTS};
    judge();
    assert_string_equal(sets, "bind=tx+rx\n");
    has("bind as transceiver: refused with ESME_RINVBNDSTS");
}

static void a_second_bind_that_is_refused_tells_how_to_free_the_first(void **state)
{
    (void)state;
    seen = (struct probe_seen){0};
    for (int i = 1; i <= 3; i++)
        seen.binds[i] = (struct probe_bind){.tried = true, .refusal = ESME_RALYBND};
    judge();
    has("bind as transmitter: refused with ESME_RALYBND");
    has("--enabled no");
    assert_string_equal(sets, "");
}

static void ids_in_two_formats_are_matched(void **state)
{
    (void)state;
    static const struct {
        const char *response, *receipt, *sets;
    } cases[] = {
        {"39f99dd5", "0972660181", "response_id=hex\nreceipt_id=decimal\n"},
        {"812FC7470000001B", "9308878062554710043", "response_id=hex\nreceipt_id=decimal\n"},
        {"972660181", "39F99DD5", "response_id=decimal\nreceipt_id=hex\n"},
        {"972660181", "0972660181", "response_id=decimal\nreceipt_id=decimal\n"},
        {"00B8BE19", "b8be19", "response_id=hex\nreceipt_id=hex\n"},
        {"1101C1-C9D03D-F000", "1101C1-C9D03D-F000", ""},
        {"0000001001", "1001", "response_id=decimal\nreceipt_id=decimal\n"},
        {"1001", "3E9", "response_id=decimal\nreceipt_id=hex\n"},
        {"3e9", "3E9", "response_id=hex\nreceipt_id=hex\n"},
        {"FFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175", /* no machine's integer holds it */
         "response_id=hex\nreceipt_id=decimal\n"},
        {"12345678901234567890123456789012", "0012345678901234567890123456789012",
         "response_id=decimal\nreceipt_id=decimal\n"},
        {"4d2d37", "M-7", "response_id=hex-text\n"},
        {"M-7", "4D2D37", "receipt_id=hex-text\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        set_up(NULL);
        seen.submits_n = seen.receipts_n = 0;
        submit(PROBE_PLAIN, 1, cases[i].response);
        receipt("7777777"); /* of somebody else's message */
        receipt(cases[i].receipt);
        judge();
        assert_string_equal(sets, cases[i].sets);
    }
}

static void the_first_way_of_long_messages_that_is_taken_is_proposed(void **state)
{
    (void)state;
    seen.submits[2].status = ESME_RINVESMCLASS;
    submit(PROBE_SAR, 1, "2001");
    submit(PROBE_SAR, 2, "2002");
    receipt("2002");
    judge();
    assert_string_equal(sets, "long_messages=sar\nreceipt_parts=last\n");
    has("long messages as udh8: refused with ESME_RINVESMCLASS");
    has("long messages as sar: taken, receipts for the last part");
}

static void parts_that_are_told_differently_prove_nothing(void **state)
{
    (void)state;
    submit(PROBE_UDH16, 1, "1005");
    submit(PROBE_UDH16, 2, "1006");
    receipt("1006");
    judge();
    assert_null(strstr(sets, "receipt_parts"));
    has("long messages as udh8: taken, receipts for all parts");
    has("long messages as udh16: taken, receipts for the last part");
    has("parts have their receipts differently: probe again, with a longer --wait-s");
}

static void the_alphabet_is_what_the_phone_shows(void **state)
{
    (void)state;
    static const struct {
        const char *shown, *sets;
    } cases[] = {
        {"NAVETTE ¡Ä\xEF\xBF\xBD", ""},
        {"NAVETTE @[éÃ©", "default_alphabet=latin1\n"},
        {"NAVETTE @[?é", "default_alphabet=utf8\n"},
        {"NAVETTE @[???", "default_alphabet=ascii\n"},
        {"Ng1Ω", "default_alphabet=gsm-packed\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        seen.echoes_n = 1;
        snprintf(seen.echoes[0], PROBE_TEXT_SIZE, "%s", cases[i].shown);
        judge();
        assert_string_equal(sets, cases[i].sets);
    }
    seen.echoes_n = 0;
    judge();
    assert_string_equal(sets, "");
    has("the alphabet of data_coding 0 is not known");
}

static void a_receipt_that_cannot_be_read_gives_patterns(void **state)
{
    (void)state;
    seen.receipts_n = 0;
    struct probe_receipt *r = receipt("");
    r->readable = false;
    snprintf(r->text, PROBE_TEXT_SIZE, "%s", "msg.ref=1002 result=DELIVERED");
    judge();
    has("a receipt cannot be read: msg.ref=1002");
    assert_string_equal(sets, "receipt_id_pattern=msg\\.ref=([^ ;,|&]+)\n"
                              "receipt_stat_pattern=result=([^ ;,|&]+)\n");
}

static void what_stands_between_the_fields_is_no_part_of_the_pattern(void **state)
{
    (void)state;
    seen.receipts_n = 0;
    struct probe_receipt *r = receipt("17"); /* readable, but it is the id of something else */
    r->own_id[0] = '\0';
    snprintf(r->text, PROBE_TEXT_SIZE, "%s", "id=17;ref=1002;state=DELIVRD text:ref=1001");
    judge();
    assert_string_equal(sets, "receipt_id_pattern=ref=([^ ;,|&]+)\n"
                              "receipt_stat_pattern=state=([^ ;,|&]+)\n");
}

/* Of what the rules make of `text` there is an id `own_id` and this state. */
static void read_as(struct probe_receipt *r, const char *own_id, enum message_state own_state)
{
    snprintf(r->own_id, sizeof(r->own_id), "%s", own_id);
    r->own_state = own_state;
}

static void receipts_that_only_the_own_expressions_read_are_read(void **state)
{
    (void)state;
    now.receipt_id_pattern = STR("ref=([^ ]+)");
    for (size_t i = 0; i < seen.receipts_n; i++) {
        seen.receipts[i].readable = false;
        seen.receipts[i].id[0] = '\0';
    }
    judge();
    assert_string_equal(sets, "");
    has("the carrier's own expressions read its receipts");
    has("with its present settings 4 of 4 messages find a receipt");
}

static void own_expressions_that_find_less_than_the_grammar_are_taken_away(void **state)
{
    (void)state;
    now.receipt_id_pattern = STR("ref=([^ ]+)");
    now.receipt_stat_pattern = STR("result=([^ ]+)");
    for (size_t i = 0; i < seen.receipts_n; i++)
        read_as(&seen.receipts[i], "", MESSAGE_SENT);
    judge();
    assert_string_equal(sets, "receipt_id_pattern=\nreceipt_stat_pattern=\n");
    has("with its present settings 0 of 4 messages find a receipt");
}

static void settings_of_another_format_find_no_receipt(void **state)
{
    (void)state;
    now.response_id = STR("hex");
    judge();
    has("with its present settings 0 of 4 messages find a receipt");
    assert_string_equal(sets, "response_id=as-is\n");
}

static void a_word_that_nobody_knows_is_told(void **state)
{
    (void)state;
    struct probe_receipt *r = &seen.receipts[2];
    r->state = SMPP_STATE_NONE;
    snprintf(r->own_stat, sizeof(r->own_stat), "%s", "HELD");
    read_as(r, "1003", MESSAGE_SENT);
    judge();
    has("what a receipt means by HELD is not known: say it with --stat-map");
    now.stat_map = STR("FAILED=undelivered,HELD=enroute");
    judge();
    assert_null(strstr(found, "--stat-map"));
}

static void receipts_of_no_message_are_told_from_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < seen.receipts_n; i++) {
        snprintf(seen.receipts[i].id, PROBE_ID_SIZE, "%s", "77");
        read_as(&seen.receipts[i], "77", MESSAGE_DELIVERED);
        snprintf(seen.receipts[i].text, PROBE_TEXT_SIZE, "%s", "id:77 stat:DELIVRD");
    }
    judge();
    has("receipts came, but none has the id of a message: the first has 77");
    assert_string_equal(sets, "");
}

static void intermediate_receipts_are_told_by_the_message_that_asks_for_them(void **state)
{
    (void)state;
    judge();
    has("intermediate receipts were asked for: none came");
    seen.receipts[1].intermediate = true; /* of another message */
    judge();
    has("intermediate receipts were asked for: none came");
    receipt("1001")->intermediate = true;
    judge();
    has("intermediate receipts come when they are asked for");
    now.receipts = STR("intermediate");
    seen.submits[0].status = ESME_RINVREGDLVFLG;
    judge();
    has("a message that asks for intermediate receipts is refused with ESME_RINVREGDLVFLG");
    assert_string_equal(sets, "receipts=final\n");
    for (size_t i = 0; i < seen.submits_n; i++)
        seen.submits[i].status = ESME_RINVSRCADR;
    judge();
    assert_null(strstr(found, "intermediate"));
    assert_string_equal(sets, "");
}

static void the_version_that_the_carrier_names_is_proposed(void **state)
{
    (void)state;
    static const struct {
        uint32_t version;
        const char *found, *sets;
    } cases[] = {
        {0x33, "it names: 3.3", "interface_version=3.3\n"},
        {0x34, "it names: 3.4", ""},
        {0x50, "it names: 5.0", "interface_version=5.0\n"},
        {0xFF, "it names: 15.15", ""}, /* none that we could name */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        seen.version = cases[i].version;
        judge();
        has(cases[i].found);
        assert_string_equal(sets, cases[i].sets);
    }
}

static void the_window_is_one_less_than_what_was_refused(void **state)
{
    (void)state;
    for (uint32_t i = 1; i <= 8; i++)
        submit(PROBE_WINDOW, i, "x")->open = i;
    judge();
    has("window: 8 unanswered at once were taken");
    seen.submits[seen.submits_n - 1].status = ESME_RTHROTTLED;
    judge();
    has("window: refused with ESME_RTHROTTLED when 8 were unanswered");
    assert_string_equal(sets, "window=7\n");
}

static void no_receipt_at_all_is_said(void **state)
{
    (void)state;
    seen.receipts_n = 0;
    judge();
    has("no receipt came for what was sent");
    has("long messages as udh8: taken, receipts for no part");
    assert_string_equal(sets, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_carrier_like_our_defaults_needs_no_change, set_up),
        cmocka_unit_test_setup(only_a_pair_means_tx_rx, set_up),
        cmocka_unit_test_setup(a_second_bind_that_is_refused_tells_how_to_free_the_first, set_up),
        cmocka_unit_test_setup(ids_in_two_formats_are_matched, set_up),
        cmocka_unit_test_setup(the_first_way_of_long_messages_that_is_taken_is_proposed, set_up),
        cmocka_unit_test_setup(parts_that_are_told_differently_prove_nothing, set_up),
        cmocka_unit_test_setup(the_alphabet_is_what_the_phone_shows, set_up),
        cmocka_unit_test_setup(a_receipt_that_cannot_be_read_gives_patterns, set_up),
        cmocka_unit_test_setup(the_window_is_one_less_than_what_was_refused, set_up),
        cmocka_unit_test_setup(no_receipt_at_all_is_said, set_up),
        cmocka_unit_test_setup(what_stands_between_the_fields_is_no_part_of_the_pattern, set_up),
        cmocka_unit_test_setup(receipts_that_only_the_own_expressions_read_are_read, set_up),
        cmocka_unit_test_setup(own_expressions_that_find_less_than_the_grammar_are_taken_away,
                               set_up),
        cmocka_unit_test_setup(settings_of_another_format_find_no_receipt, set_up),
        cmocka_unit_test_setup(a_word_that_nobody_knows_is_told, set_up),
        cmocka_unit_test_setup(receipts_of_no_message_are_told_from_none, set_up),
        cmocka_unit_test_setup(intermediate_receipts_are_told_by_the_message_that_asks_for_them,
                               set_up),
        cmocka_unit_test_setup(the_version_that_the_carrier_names_is_proposed, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

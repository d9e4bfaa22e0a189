/* SPDX-License-Identifier: Apache-2.0 */
/* sim/outcome: the table of special numbers. */
#include "base/arena.h"
#include "sim/outcome.h"
#include "testing.h"
#include "text/text.h"

#include <stdio.h>

static void every_ending_finds_its_line(void **state)
{
    (void)state;
    for (size_t i = 1; i < OUTCOME_COUNT; i++) {
        char number[16];
        int n =
            snprintf(number, sizeof(number), "3361234%04u", outcome_at((enum outcome_id)i)->ending);
        assert_int_equal(outcome_of((struct str){number, (size_t)n}), i);
    }
}

static void ordinary_numbers_are_delivered(void **state)
{
    (void)state;
    const char *const numbers[] = {
        "33612345678", "33612340001", "33612349900", "33612349899", "33612349999", "99", "",
        "9901x",       "Navette"};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        assert_int_equal(outcome_of(str_of(numbers[i])), OUTCOME_DELIVERED);
    assert_int_equal(outcome_of(STR("9901")), OUTCOME_UNDELIVERABLE);
}

static void names_and_endings_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        for (size_t j = i + 1; j < OUTCOME_COUNT; j++) {
            const struct outcome *a = outcome_at((enum outcome_id)i);
            const struct outcome *b = outcome_at((enum outcome_id)j);
            assert_string_not_equal(a->name, b->name);
            assert_int_not_equal(a->ending, b->ending);
        }
}

static void a_receipt_says_a_final_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < OUTCOME_COUNT; i++) {
        const struct outcome *o = outcome_at((enum outcome_id)i);
        assert_true((o->receipt == RECEIPT_NONE) == (o->state == SMPP_STATE_NONE));
        assert_true(o->english[0] && o->french[0]);
        /* A refusal needs a status, except where the link is cut instead. */
        assert_true((o->refusal_status != 0) == (o->times > 0 && o->answer != ANSWER_CUT));
    }
}

static void the_long_reply_has_three_parts(void **state)
{
    (void)state;
    struct text_weight weight;
    assert_null(outcome_reply_text(REPLY_NOTHING));
    assert_null(outcome_reply_text(REPLY_ECHO));
    assert_string_equal(outcome_reply_text(REPLY_OK), "OK");
    assert_string_equal(outcome_reply_text(REPLY_STOP), "STOP");
    assert_int_equal(text_weigh(&weight, str_of(outcome_reply_text(REPLY_LONG)), TEXT_CHOOSE, NULL),
                     OK);
    assert_int_equal(weight.encoding, TEXT_GSM7);
    assert_int_equal(weight.parts, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ending_finds_its_line),
        cmocka_unit_test(ordinary_numbers_are_delivered),
        cmocka_unit_test(names_and_endings_are_unique),
        cmocka_unit_test(a_receipt_says_a_final_state),
        cmocka_unit_test(the_long_reply_has_three_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* core/verdict: what a command_status means, by the table and by what an operator says. */
#include "core/verdict.h"
#include "smpp/pdu.h"
#include "testing.h"

static struct verdicts read_verdicts(const char *text)
{
    struct verdicts v = {0};
    struct str why;
    assert_int_equal(verdicts_read(&v, str_of(text), &why), OK);
    return v;
}

static void what_nobody_speaks_of_has_its_usual_meaning(void **state)
{
    (void)state;
    static const struct verdicts none;
    static const struct {
        uint32_t status;
        enum verdict verdict;
    } cases[] = {
        {ESME_RTHROTTLED, VERDICT_THROTTLE},
        {ESME_RMSGQFUL, VERDICT_THROTTLE},
        {ESME_RSYSERR, VERDICT_AGAIN},
        {ESME_RX_T_APPN, VERDICT_AGAIN},
        {ESME_RINVBNDSTS, VERDICT_AGAIN},
        {ESME_RINVSRCADR, VERDICT_OTHER},
        {ESME_RSUBMITFAIL, VERDICT_OTHER},
        {ESME_RX_R_APPN, VERDICT_OTHER},
        {ESME_RDELIVERYFAILURE, VERDICT_OTHER},
        {ESME_RUNKNOWNERR, VERDICT_OTHER},
        {0x400, VERDICT_OTHER},
        {0x4FF, VERDICT_OTHER},
        {0x3FF, VERDICT_GIVE_UP},
        {0x500, VERDICT_GIVE_UP},
        {ESME_RINVDSTADR, VERDICT_GIVE_UP},
        {ESME_RX_P_APPN, VERDICT_GIVE_UP},
        {ESME_RINVMSGLEN, VERDICT_GIVE_UP},
        {UINT32_MAX, VERDICT_GIVE_UP},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(verdict_of(&none, cases[i].status), cases[i].verdict);
}

static void the_operator_has_the_first_word(void **state)
{
    (void)state;
    struct verdicts v = read_verdicts(
        "0x45=again, 88=give-up ,esme_rinvdstadr = other,0x400-0x40A=throttle,0x405=again");
    assert_int_equal(verdict_of(&v, 0x45), VERDICT_AGAIN);
    assert_int_equal(verdict_of(&v, ESME_RTHROTTLED), VERDICT_GIVE_UP);
    assert_int_equal(verdict_of(&v, ESME_RINVDSTADR), VERDICT_OTHER);
    assert_int_equal(verdict_of(&v, 0x400), VERDICT_THROTTLE);
    assert_int_equal(verdict_of(&v, 0x405), VERDICT_THROTTLE); /* the first that names it */
    assert_int_equal(verdict_of(&v, 0x40A), VERDICT_THROTTLE);
    assert_int_equal(verdict_of(&v, 0x40B), VERDICT_OTHER);
    assert_int_equal(verdict_of(&v, ESME_RMSGQFUL), VERDICT_THROTTLE);
}

static void nothing_said_is_nothing_known(void **state)
{
    (void)state;
    assert_int_equal(read_verdicts("").n, 0);
}

static void what_says_nothing_clear_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"0x45",
                                      "0x45=",
                                      "=again",
                                      "0x45=maybe",
                                      "0x45=again,",
                                      ",",
                                      "0x=again",
                                      "0xG=again",
                                      "0x100000000=again",
                                      "4294967296=again",
                                      "ESME_RNONSENSE=again",
                                      "0=again",
                                      "ESME_ROK=give-up",
                                      "0-8=again",
                                      "9-8=again",
                                      "8-=again",
                                      "-8=again",
                                      "0x45=Again",
                                      "8=again;9=again"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct verdicts v;
        struct str why = {0};
        assert_int_equal(verdicts_read(&v, str_of(bad[i]), &why), ERR_INVALID);
        assert_true(why.n > 0);
    }
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    (void)state;
    char text[VERDICTS_MAX * 8 + 9] = "";
    struct verdicts v;
    struct str why;
    for (int i = 0; i < VERDICTS_MAX; i++)
        memcpy(text + 8 * i, "8=again,", 8);
    struct str full = {.p = text, .n = VERDICTS_MAX * 8 - 1};
    assert_int_equal(verdicts_read(&v, full, &why), OK);
    assert_int_equal(v.n, VERDICTS_MAX);
    memcpy(text + full.n, ",8=again", 8);
    full.n += 8;
    assert_int_equal(verdicts_read(&v, full, &why), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_speaks_of_has_its_usual_meaning),
        cmocka_unit_test(the_operator_has_the_first_word),
        cmocka_unit_test(nothing_said_is_nothing_known),
        cmocka_unit_test(what_says_nothing_clear_is_refused),
        cmocka_unit_test(there_is_room_for_so_many_and_no_more),
    };
    return cmocka_run_group_tests_name("core/verdict", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* smpp/window: which requests are open, and the numbers they go by. */
#include "smpp/window.h"
#include "testing.h"

static uint32_t open_next(struct smpp_window *w)
{
    uint32_t sequence = smpp_window_sequence(w);
    smpp_window_open(w, (struct smpp_slot){.sequence = sequence});
    return sequence;
}

static void sequence_numbers_go_round_and_are_never_zero(void **state)
{
    (void)state;
    struct smpp_window w;
    smpp_window_init(&w, 10);
    assert_int_equal(open_next(&w), 1);
    w.next_sequence = SMPP_SEQUENCE_MAX - 1;
    assert_int_equal(open_next(&w), SMPP_SEQUENCE_MAX - 1);
    assert_int_equal(open_next(&w), SMPP_SEQUENCE_MAX);
    assert_int_equal(open_next(&w), 2); /* 1 is still open */
    assert_non_null(smpp_window_find(&w, 1));
    assert_non_null(smpp_window_find(&w, SMPP_SEQUENCE_MAX));
    assert_null(smpp_window_find(&w, 0));
    assert_null(smpp_window_find(&w, 3));
    smpp_window_free(&w);
}

static void a_number_whose_slot_is_taken_is_not_given_out(void **state)
{
    (void)state;
    struct smpp_window w;
    smpp_window_init(&w, 3);
    uint32_t kept = open_next(&w);
    for (int i = 0; i < 1000; i++) {
        uint32_t sequence = open_next(&w);
        assert_int_not_equal(sequence, kept);
        smpp_window_close(&w, smpp_window_find(&w, sequence));
        assert_null(smpp_window_find(&w, sequence));
    }
    assert_int_equal(smpp_window_find(&w, kept)->sequence, kept);
    assert_int_equal(w.used, 1);
    smpp_window_free(&w);
}

static void the_oldest_is_first_whatever_is_closed_between(void **state)
{
    (void)state;
    struct smpp_window w;
    smpp_window_init(&w, 5);
    uint32_t sequences[5];
    for (int i = 0; i < 5; i++)
        sequences[i] = open_next(&w);
    static const int closed[] = {2, 4, 0};
    for (int i = 0; i < 3; i++)
        smpp_window_close(&w, smpp_window_find(&w, sequences[closed[i]]));
    assert_int_equal(w.oldest->sequence, sequences[1]);
    assert_int_equal(w.newest->sequence, sequences[3]);
    assert_ptr_equal(w.oldest->newer, w.newest);
    assert_ptr_equal(w.newest->older, w.oldest);
    smpp_window_close(&w, w.oldest);
    smpp_window_close(&w, w.oldest);
    assert_null(w.oldest);
    assert_null(w.newest);
    assert_int_equal(w.used, 0);
    smpp_window_free(&w);
}

static void a_window_of_any_size_fills_to_its_limit(void **state)
{
    (void)state;
    for (uint32_t limit = 1; limit < 40; limit++) {
        struct smpp_window w;
        smpp_window_init(&w, limit);
        for (uint32_t i = 0; i < limit; i++)
            open_next(&w);
        assert_int_equal(w.used, limit);
        smpp_window_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence_numbers_go_round_and_are_never_zero),
        cmocka_unit_test(a_number_whose_slot_is_taken_is_not_given_out),
        cmocka_unit_test(the_oldest_is_first_whatever_is_closed_between),
        cmocka_unit_test(a_window_of_any_size_fills_to_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

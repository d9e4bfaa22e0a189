/* SPDX-License-Identifier: Apache-2.0 */
/* text/word: the words that keywords are compared with. Source: Unicode UAX #15 and #31. */
#include "base/buf.h"
#include "testing.h"
#include "text/word.h"

static struct arena *a;

static int set_up(void **state)
{
    (void)state;
    a = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

/* All words, with one blank between them. */
static void assert_words(const char *text, const char *words)
{
    struct str rest = text_fold(a, str_of(text));
    struct str word;
    struct str all = STR("");
    while (text_word_next(&word, &rest))
        all = arena_printf(a, "%.*s%s%.*s", STR_FMT(all), all.n ? " " : "", STR_FMT(word));
    if (!str_eq(all, str_of(words)))
        fail_msg("\"%s\" has \"%.*s\", not \"%s\"", text, STR_FMT(all), words);
}

static void P6_2_leading_blanks_and_punctuation_are_passed_by(void **state)
{
    (void)state;
    assert_words("  -Stop!", "stop");
    assert_words("\n\t«¡STOP»", "stop");
    assert_words("stop,please", "stop please");
    assert_words("AD-OBE 36184", "ad obe 36184");
}

static void P6_2_letters_of_any_script_count_and_case_does_not(void **state)
{
    (void)state;
    assert_words("ARRÊT", "arrêt");
    assert_words("ÉLODIE Ça", "élodie ça");
    assert_words("СТОП", "стоп");
    assert_words("ΣΤΟΠ", "στοπ");
    assert_words("Straße", "strasse");
    assert_words("रोको", "रोको");
}

static void P6_2_how_an_accent_or_a_width_was_typed_makes_no_difference(void **state)
{
    (void)state;
    assert_words("arre\xCC\x82t", "arrêt");
    assert_words("\xEF\xBC\xB3\xEF\xBC\xB4\xEF\xBC\xAF\xEF\xBC\xB0", "stop");
    assert_words("ST\xE2\x80\x8BOP", "stop");
    assert_words("arret", "arret");
}

static void a_text_without_a_word_has_none(void **state)
{
    (void)state;
    assert_words("", "");
    assert_words("\xF0\x9F\x91\x8D\xF0\x9F\x91\x8D", "");
    assert_words(" ?!… ", "");
    assert_words("\xFF\xFE\x80", "");
    assert_words("\xCC\x82", "");
}

static void a_long_text_is_looked_at_as_far_as_it_goes(void **state)
{
    (void)state;
    struct buf text = buf_limited(4096);
    for (int i = 0; i < 200; i++)
        buf_add_str(&text, STR("ab é "));
    struct str rest = text_fold(a, buf_str(&text));
    struct str word;
    size_t n = 0;
    while (text_word_next(&word, &rest)) {
        assert_true(str_eq(word, n % 2 ? STR("é") : STR("ab")));
        n++;
    }
    assert_int_equal(n, 2 * TEXT_FOLD_MAX / 6 + 1);
    buf_free(&text);
}

static void what_grows_most_when_folded_has_room(void **state)
{
    (void)state;
    struct buf text = buf_limited(4096);
    for (int i = 0; i < 400; i++)
        buf_add_str(&text, STR("\xEF\xB7\xBA")); /* U+FDFA: 18 characters */
    assert_true(text_fold(a, buf_str(&text)).n > 170 * 18);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(P6_2_leading_blanks_and_punctuation_are_passed_by, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(P6_2_letters_of_any_script_count_and_case_does_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(P6_2_how_an_accent_or_a_width_was_typed_makes_no_difference,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_without_a_word_has_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_text_is_looked_at_as_far_as_it_goes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_grows_most_when_folded_has_room, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

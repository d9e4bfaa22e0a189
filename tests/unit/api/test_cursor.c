/* SPDX-License-Identifier: Apache-2.0 */
#include "api/cursor.h"
#include "testing.h"

static const struct list_place place = {.key = {.first = INT64_MIN + 5, .second = -7},
                                        .id = 117532740550687};

static void a_cursor_comes_back_as_it_was(void **state)
{
    (void)state;
    char text[CURSOR_SIZE];
    struct list_place found;
    cursor_write(text, STR("messages -to"), &place);
    assert_int_equal(strlen(text), CURSOR_SIZE - 1);
    assert_int_equal(cursor_read(&found, STR("messages -to"), str_of(text)), OK);
    assert_int_equal(found.id, place.id);
    assert_int_equal(found.key.first, place.key.first);
    assert_int_equal(found.key.second, place.key.second);
}

static void of_another_list_or_altered_it_is_refused(void **state)
{
    (void)state;
    char text[CURSOR_SIZE];
    struct list_place found;
    cursor_write(text, STR("messages -to"), &place);
    assert_int_equal(cursor_read(&found, STR("messages to"), str_of(text)), ERR_INVALID);
    assert_int_equal(cursor_read(&found, STR("incoming -to"), str_of(text)), ERR_INVALID);
    assert_int_equal(cursor_read(&found, STR("messages -to"), STR("")), ERR_INVALID);
    assert_int_equal(cursor_read(&found, STR("messages -to"), STR("117532740550687")), ERR_INVALID);
    for (size_t i = 0; i + 1 < CURSOR_SIZE; i++) {
        char was = text[i];
        text[i] = was == '0' ? '1' : '0';
        assert_int_equal(cursor_read(&found, STR("messages -to"), str_of(text)), ERR_INVALID);
        text[i] = 'G';
        assert_int_equal(cursor_read(&found, STR("messages -to"), str_of(text)), ERR_INVALID);
        text[i] = was;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_comes_back_as_it_was),
        cmocka_unit_test(of_another_list_or_altered_it_is_refused),
    };
    return cmocka_run_group_tests_name("api/cursor", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* app/cli_print: what people see of the server's answers. */
#include "app/cli_print.h"
#include "app/cli_text.h"
#include "testing.h"

#include <stdlib.h>

static char text[2048];

static FILE *page(void)
{
    setenv("LC_ALL", "C", 1);
    cli_text_choose();
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = '\0';
    return fmemopen(text, sizeof(text), "w");
}

static const struct cli_column columns[] = {
    {"NAME", "name", false, 0}, {"N", "n", true, 0}, {"TEXT", "text", false, 5}, {0}};

static void columns_line_up_by_characters_not_bytes(void **state)
{
    (void)state;
    json_t *items = json_loads("[{\"name\":\"été\",\"n\":7,\"text\":\"abcdefgh\"},"
                               "{\"name\":\"winter\",\"n\":1000,\"text\":null}]",
                               0, NULL);
    FILE *out = page();
    cli_print_table(out, items, columns);
    fclose(out);
    json_decref(items);
    assert_string_equal(text, "NAME       N  TEXT\n"
                              "été        7  abcde\n"
                              "winter  1000  -\n");
}

static void a_column_may_show_a_member_of_a_member(void **state)
{
    (void)state;
    static const struct cli_column nested[] = {
        {"NAME", "name", 0, 0, 0}, {"STATE", "status.state", 0, 0, 0}, {0}};
    json_t *items = json_loads("[{\"name\":\"a\",\"status\":{\"state\":\"bound\"}},"
                               "{\"name\":\"b\",\"status\":null}]",
                               0, NULL);
    FILE *out = page();
    cli_print_table(out, items, nested);
    fclose(out);
    json_decref(items);
    assert_string_equal(text, "NAME  STATE\n"
                              "a     bound\n"
                              "b     -\n");
}

static void a_stranger_cannot_move_the_cursor(void **state)
{
    (void)state;
    json_t *object = json_loads("{\"text\":\"a\\u001b[2Jb\\nc\\u009bd\\u007fé\"}", 0, NULL);
    FILE *out = page();
    cli_print_object(out, object);
    fclose(out);
    json_decref(object);
    assert_string_equal(text, "text: a [2Jb c  d é\n");
}

static void an_object_is_lines_and_a_list_in_it_too(void **state)
{
    (void)state;
    json_t *object = json_loads("{\"id\":\"1\",\"ok\":true,\"none\":null,\"ids\":[\"a\",null],"
                                "\"events\":[{\"at\":\"t1\",\"kind\":\"accepted\",\"detail\":\"\"},"
                                "{\"at\":\"t2\",\"kind\":\"sent\",\"detail\":\"x\"}]}",
                                0, NULL);
    FILE *out = page();
    cli_print_object(out, object);
    fclose(out);
    json_decref(object);
    assert_string_equal(text, "id: 1\nok: yes\nnone: -\nids: a, -\nevents:\n"
                              "  t1 accepted\n  t2 sent x\n");
}

static void a_sentence_takes_the_answer_before_the_request(void **state)
{
    (void)state;
    json_t *answer = json_loads("{\"credits\":\"3.50\"}", 0, NULL);
    json_t *arguments = json_loads("{\"credits\":\"1\",\"name\":\"a\"}", 0, NULL);
    FILE *out = page();
    cli_print_sentence(out, "{name} has {credits}.", answer, arguments);
    fclose(out);
    json_decref(answer);
    json_decref(arguments);
    assert_string_equal(text, "a has 3.50.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up_by_characters_not_bytes),
        cmocka_unit_test(a_column_may_show_a_member_of_a_member),
        cmocka_unit_test(a_stranger_cannot_move_the_cursor),
        cmocka_unit_test(an_object_is_lines_and_a_list_in_it_too),
        cmocka_unit_test(a_sentence_takes_the_answer_before_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/csv.h"
#include "testing.h"

static const char *cell(const char *text)
{
    static char out[200];
    struct buf b = buf_limited(sizeof(out) - 1);
    csv_cell(&b, true, str_of(text));
    memcpy(out, b.p ? (const char *)b.p : "", b.n);
    out[b.n] = '\0';
    buf_free(&b);
    return out;
}

static void cells_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    assert_string_equal(cell("plain"), "plain");
    assert_string_equal(cell(""), "");
    assert_string_equal(cell("a,b"), "\"a,b\"");
    assert_string_equal(cell("say \"yes\""), "\"say \"\"yes\"\"\"");
    assert_string_equal(cell("two\nlines"), "\"two\nlines\"");
    assert_string_equal(cell(" blank"), "\" blank\"");
}

static void no_cell_is_a_formula(void **state)
{
    (void)state;
    assert_string_equal(cell("=1+1"), "'=1+1");
    assert_string_equal(cell("@SUM(A1)"), "'@SUM(A1)");
    assert_string_equal(cell("-2+3"), "'-2+3");
    assert_string_equal(cell("+33 x"), "'+33 x");
    assert_string_equal(cell("\tx"), "'\tx");
    assert_string_equal(cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
    assert_string_equal(cell("-"), "'-");
    assert_string_equal(cell("+"), "'+");
}

static void numbers_stay_numbers(void **state)
{
    (void)state;
    assert_string_equal(cell("-12.50"), "-12.50");
    assert_string_equal(cell("+33612345678"), "+33612345678");
    assert_string_equal(cell("3"), "3");
    assert_string_equal(cell("-1.2.3"), "'-1.2.3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_where_they_must_be),
        cmocka_unit_test(no_cell_is_a_formula),
        cmocka_unit_test(numbers_stay_numbers),
    };
    return cmocka_run_group_tests_name("api/csv", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http2sms_parameters.h"
#include "testing.h"
#include "text/phone.h"

static struct http2sms_parameters read(struct arena *a, const char *body, const char *query)
{
    struct http2sms_parameters p = {{0}};
    struct http_pair *pairs;
    size_t n;
    assert_int_equal(http_form_parse(&pairs, &n, a, str_of(body), 64), OK);
    http2sms_parameters_read(&p, pairs, n);
    assert_int_equal(http_form_parse(&pairs, &n, a, str_of(query), 64), OK);
    http2sms_parameters_read(&p, pairs, n);
    return p;
}

static void the_first_value_counts_and_the_body_comes_first(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct http2sms_parameters p =
        read(a, "login=body&to=&&=", "&account=sms-a&login=query&to=33612345678&to=1&Login=x");
    assert_true(str_eq(p.login, STR("body")));
    assert_true(str_eq(p.to, STR("33612345678"))); /* an empty one does not count */
    assert_true(str_eq(p.account, STR("sms-a")));
    p = read(a, "", "&account=sms-a&smsAccount=sms-b&message=a%0db+c%2B");
    assert_true(str_eq(p.account, STR("sms-a")));
    assert_true(str_eq(p.message, STR("a\rb c+")));
    p = read(a, "", "smsAccount=sms-b");
    assert_true(str_eq(p.account, STR("sms-b")));
    arena_free(a);
}

static void the_first_missing_parameter_is_named(void **state)
{
    (void)state;
    static const char *const order[] = {"account", "login", "password", "from", "to", "message"};
    struct http2sms_parameters p = {{0}};
    struct str *const members[] = {&p.account, &p.login, &p.password, &p.from, &p.to, &p.message};
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(http2sms_parameters_missing(&p), order[i]);
        *members[i] = STR("x");
    }
    assert_null(http2sms_parameters_missing(&p));
    p.from.n = 0;
    p.sender_for_response = STR("0");
    assert_string_equal(http2sms_parameters_missing(&p), "from");
    p.sender_for_response = STR("1");
    assert_null(http2sms_parameters_missing(&p));
}

static void an_unknown_type_is_answered_in_plain_text(void **state)
{
    (void)state;
    enum http2sms_type type;
    struct http2sms_parameters p = {{0}};
    assert_int_equal(http2sms_type_read(&type, &p), OK);
    assert_int_equal(type, HTTP2SMS_TEXT_PLAIN);
    p.content_type = STR("Application/JSON");
    assert_int_equal(http2sms_type_read(&type, &p), OK);
    assert_int_equal(type, HTTP2SMS_APPLICATION_JSON);
    p.content_type = STR("image/png");
    assert_int_equal(http2sms_type_read(&type, &p), ERR_INVALID);
    assert_int_equal(type, HTTP2SMS_TEXT_PLAIN);
}

static const char *fault_of(const char *query)
{
    struct arena *a = arena_new();
    struct http2sms_parameters p = read(a, "", query);
    struct http2sms_options options;
    const char *fault = http2sms_options_read(&options, &p);
    arena_free(a);
    return fault;
}

static void options_are_checked_in_the_documented_order(void **state)
{
    (void)state;
    assert_null(fault_of(""));
    assert_null(fault_of("deferred=125025112027&class=0&smsCoding=2&noStop=1"));
    assert_string_equal(fault_of("deferred=1250&class=9&smsCoding=9"), "deferred");
    assert_string_equal(fault_of("deferred=125031022027"), "deferred");
    assert_string_equal(fault_of("class=4&smsCoding=9"), "class");
    assert_string_equal(fault_of("class=01"), "class");
    assert_string_equal(fault_of("smsCoding=3"), "smsCoding");
}

static void options_mean_what_the_guide_says(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct http2sms_options o;
    struct http2sms_parameters p =
        read(a, "", "deferred=125025112027&class=3&smsCoding=1&noStop=0&senderForResponse=1");
    assert_null(http2sms_options_read(&o, &p));
    assert_true(o.deferred && o.due.hour == 12 && o.due.minute == 50 && o.due.day == 25 &&
                o.due.month == 11 && o.due.year == 2027);
    assert_true(o.class == 3 && o.coding == TEXT_FORCE_GSM7 && !o.no_stop && o.sender_for_response);
    p = read(a, "", "noStop=1");
    assert_null(http2sms_options_read(&o, &p));
    assert_true(!o.deferred && o.class == -1 && o.coding == TEXT_CHOOSE && o.no_stop);
    arena_free(a);
}

static void expect_recipients(const char *to, size_t limit, const char *expected)
{
    struct arena *a = arena_new();
    size_t n;
    struct str *items = http2sms_recipients(a, str_of(to), limit, &n);
    struct str rest = str_of(expected);
    struct str piece;
    size_t i = 0;
    while (rest.n && str_split(&rest, '|', &piece)) {
        assert_true(i < n);
        assert_true(str_eq(items[i], piece));
        i++;
    }
    assert_int_equal(i, n);
    arena_free(a);
}

static void recipients_are_cut_where_people_separate_them(void **state)
{
    (void)state;
    expect_recipients("0033612345678", 9, "0033612345678");
    expect_recipients("+33612345678,0033612345679", 9, "+33612345678|0033612345679");
    expect_recipients(" 33612345678 ; 33612345679\r\n33612345670,", 9,
                      "33612345678|33612345679|33612345670");
    expect_recipients("+33 6 12 34 56 78,33612345679", 9, "+33 6 12 34 56 78|33612345679");
    expect_recipients("33612345678 33612345679", 9, "33612345678|33612345679");
    expect_recipients("abc,,12", 9, "abc|12");
    expect_recipients(" ,;, ", 9, "");
    expect_recipients("", 9, "");
}

static void one_recipient_too_many_is_seen_and_no_more_are_kept(void **state)
{
    (void)state;
    expect_recipients("1,2,3", 3, "1|2|3");
    expect_recipients("1,2,3,4", 3, "1|2|3|4");
    expect_recipients("1,2,3,4,5,6 7 8", 3, "1|2|3|4");
    expect_recipients(",,,,,,,,1 2 3 4 5 6 7 8", 3, "1|2|3|4");
}

static int set_up(void **state)
{
    (void)state;
    phone_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_value_counts_and_the_body_comes_first),
        cmocka_unit_test(the_first_missing_parameter_is_named),
        cmocka_unit_test(an_unknown_type_is_answered_in_plain_text),
        cmocka_unit_test(options_are_checked_in_the_documented_order),
        cmocka_unit_test(options_mean_what_the_guide_says),
        cmocka_unit_test(recipients_are_cut_where_people_separate_them),
        cmocka_unit_test(one_recipient_too_many_is_seen_and_no_more_are_kept),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

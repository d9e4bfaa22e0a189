/* SPDX-License-Identifier: Apache-2.0 */
/* The answers are bytes that clients in the field compare: each stands here whole. */
#include "api/http2sms_answer.h"
#include "testing.h"

#define URL "http://guides.example/httpToSms"
#define HTML_HEAD                                                                    \
    "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" "              \
    "\"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n<HTML>\n<HEAD>\n" \
    "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" >\n"     \
    "<title>HTTP2SMS</title>\n</HEAD>\n<BODY>\n"
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>"

static void expect_success(enum http2sms_type type, int status, const int64_t *ids, size_t n,
                           const char *expected)
{
    struct buf out = buf_limited(HTTP2SMS_ANSWER_LIMIT);
    http2sms_answer_success(&out, type, status, 100700, ids, n);
    assert_int_equal(out.n, strlen(expected));
    assert_memory_equal(out.p, expected, out.n);
    buf_free(&out);
}

static void expect_failure(enum http2sms_type type, const char *message, const char *url,
                           const char *expected)
{
    struct buf out = buf_limited(HTTP2SMS_ANSWER_LIMIT);
    http2sms_answer_failure(&out, type, HTTP2SMS_MISSING, str_of(message), str_of(url));
    assert_int_equal(out.n, strlen(expected));
    assert_memory_equal(out.p, expected, out.n);
    buf_free(&out);
}

static void success_has_the_documented_bytes_in_all_six_types(void **state)
{
    (void)state;
    const int64_t id[] = {10867690};
    static const char xml[] =
        XML_HEAD "<response><status>100</status><creditLeft>1007</creditLeft><smsIds>"
                 "<smsId>10867690</smsId></smsIds></response>";
    static const char json[] = "{\"status\":100,\"creditLeft\":\"1007\",\"SmsIds\":[\"10867690\"]}";
    expect_success(HTTP2SMS_TEXT_PLAIN, 100, id, 1, "OK\n1007\n10867690");
    expect_success(HTTP2SMS_TEXT_HTML, 100, id, 1,
                   HTML_HEAD "OK<br>\n1007<br>\n10867690<br>\n</BODY>\n</HTML>");
    expect_success(HTTP2SMS_TEXT_XML, 100, id, 1, xml);
    expect_success(HTTP2SMS_APPLICATION_XML, 100, id, 1, xml);
    expect_success(HTTP2SMS_TEXT_JSON, 100, id, 1, json);
    expect_success(HTTP2SMS_APPLICATION_JSON, 100, id, 1, json);
}

static void each_recipient_has_its_id(void **state)
{
    (void)state;
    const int64_t ids[] = {1, 22, 9007199254740991};
    expect_success(HTTP2SMS_TEXT_PLAIN, 101, ids, 3, "OK\n1007\n1\n22\n9007199254740991");
    expect_success(HTTP2SMS_TEXT_HTML, 101, ids, 3,
                   HTML_HEAD
                   "OK<br>\n1007<br>\n1<br>\n22<br>\n9007199254740991<br>\n</BODY>\n</HTML>");
    expect_success(HTTP2SMS_TEXT_XML, 101, ids, 3,
                   XML_HEAD "<response><status>101</status><creditLeft>1007</creditLeft><smsIds>"
                            "<smsId>1</smsId><smsId>22</smsId><smsId>9007199254740991</smsId>"
                            "</smsIds></response>");
    expect_success(HTTP2SMS_TEXT_JSON, 101, ids, 3,
                   "{\"status\":101,\"creditLeft\":\"1007\","
                   "\"SmsIds\":[\"1\",\"22\",\"9007199254740991\"]}");
}

static void failure_has_the_documented_bytes_in_all_six_types(void **state)
{
    (void)state;
    static const char xml[] = XML_HEAD
        "<response><status>201</status><message>Missing message. For more informations : " URL
        "</message></response>";
    static const char json[] =
        "{\"status\":201,\"message\":\"Missing message. For more informations : " URL "\"}";
    static const char missing[] = "Missing message";
    expect_failure(HTTP2SMS_TEXT_PLAIN, missing, URL,
                   "KO\nMissing message. For more informations : " URL);
    expect_failure(HTTP2SMS_TEXT_HTML, missing, URL,
                   HTML_HEAD "KO<br>Missing message. For more informations : " URL
                             "<br>\n</BODY>\n</HTML>");
    expect_failure(HTTP2SMS_TEXT_XML, missing, URL, xml);
    expect_failure(HTTP2SMS_APPLICATION_XML, missing, URL, xml);
    expect_failure(HTTP2SMS_TEXT_JSON, missing, URL, json);
    expect_failure(HTTP2SMS_APPLICATION_JSON, missing, URL, json);
}

static void nothing_breaks_out_of_its_shape(void **state)
{
    (void)state;
    static const char message[] = "a\"b\\c<d>&\n\x01\x7f é";
    expect_failure(HTTP2SMS_TEXT_PLAIN, message, "u",
                   "KO\na\"b\\c<d>&??? é. For more informations : u");
    expect_failure(HTTP2SMS_TEXT_JSON, message, "u",
                   "{\"status\":201,\"message\":\"a\\\"b\\\\c<d>&??? é. For more informations : "
                   "u\"}");
    expect_failure(HTTP2SMS_TEXT_XML, message, "u?a=1&b",
                   XML_HEAD "<response><status>201</status><message>a&quot;b\\c&lt;d&gt;&amp;??? é"
                            ". For more informations : u?a=1&amp;b</message></response>");
}

static void the_content_type_is_the_one_that_was_asked_for(void **state)
{
    (void)state;
    static const char *const names[] = {"text/plain",      "text/html", "text/xml",
                                        "application/xml", "text/json", "application/json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct http2sms_parameters p = {.content_type = str_of(names[i])};
        enum http2sms_type type;
        assert_int_equal(http2sms_type_read(&type, &p), OK);
        const char *answered = http2sms_answer_content_type(type);
        assert_memory_equal(answered, names[i], strlen(names[i]));
        assert_string_equal(answered + strlen(names[i]), "; charset=utf-8");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_has_the_documented_bytes_in_all_six_types),
        cmocka_unit_test(each_recipient_has_its_id),
        cmocka_unit_test(failure_has_the_documented_bytes_in_all_six_types),
        cmocka_unit_test(nothing_breaks_out_of_its_shape),
        cmocka_unit_test(the_content_type_is_the_one_that_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_answer.h"
#include "testing.h"

struct read {
    enum err err;
    int status;
    bool done, keep, plain;
    size_t used;
    char body[256];
};

/* In pieces of so many bytes; then the connection closes. */
static struct read read_in(size_t piece, struct str bytes)
{
    struct http_answer a;
    struct read r = {0};
    struct buf body = buf_limited(sizeof(r.body) - 1);
    http_answer_begin(&a);
    for (size_t at = 0; at < bytes.n && !r.err && a.state != ANSWER_DONE; at += piece) {
        size_t end = at + piece < bytes.n ? at + piece : bytes.n;
        size_t used;
        r.err = http_answer_feed(&used, &a, str_sub(bytes, at, end), &body);
        r.used += used;
    }
    if (!r.err)
        r.err = http_answer_close(&a);
    r.status = a.status;
    r.done = a.state == ANSWER_DONE;
    r.keep = a.keep;
    r.plain = a.plain;
    if (body.n)
        memcpy(r.body, body.p, body.n);
    buf_free(&body);
    return r;
}

/* Whole and byte by byte it is the same. */
static struct read read_all(struct str bytes)
{
    struct read whole = read_in(bytes.n, bytes);
    for (size_t piece = 1; piece < 8; piece++) {
        struct read r = read_in(piece, bytes);
        assert_int_equal(r.err, whole.err);
        assert_int_equal(r.done, whole.done);
        if (!r.err) {
            assert_int_equal(r.status, whole.status);
            assert_int_equal(r.keep, whole.keep);
            assert_int_equal(r.used, whole.used);
            assert_string_equal(r.body, whole.body);
        }
    }
    return whole;
}

static void an_answer_with_a_length_ends_there(void **state)
{
    (void)state;
    struct str bytes = STR("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                           "content-length: 3\r\n\r\nyesHTTP/1.1 500 no\r\n");
    struct read r = read_all(bytes);
    assert_int_equal(r.err, OK);
    assert_int_equal(r.status, 200);
    assert_true(r.keep && r.plain);
    assert_string_equal(r.body, "yes");
    assert_int_equal(r.used, bytes.n - strlen("HTTP/1.1 500 no\r\n"));
}

static void chunks_are_put_together(void **state)
{
    (void)state;
    struct read r = read_all(STR("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "3;x=y\r\nyes\r\n0A\r\n, my dear!\r\n0\r\nX-Trailer: 1\r\n\r\n"));
    assert_int_equal(r.err, OK);
    assert_string_equal(r.body, "yes, my dear!");
    assert_true(r.keep);
}

static void without_a_length_the_close_is_the_end(void **state)
{
    (void)state;
    struct read r = read_all(STR("HTTP/1.0 200 OK\r\n\r\nyes"));
    assert_int_equal(r.err, OK);
    assert_string_equal(r.body, "yes");
    assert_false(r.keep);
}

static void answers_without_a_body_end_with_their_head(void **state)
{
    (void)state;
    assert_true(read_all(STR("HTTP/1.1 204 No Content\r\n\r\n")).keep);
    assert_true(read_all(STR("HTTP/1.1 304\r\nContent-Length: 5\r\n\r\n")).keep);
    assert_int_equal(read_all(STR("HTTP/1.1 200 OK\nContent-Length: 0\n\n")).err, OK);
}

static void what_comes_before_the_answer_is_passed_by(void **state)
{
    (void)state;
    struct read r =
        read_all(STR("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                     "Link: </x>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));
    assert_int_equal(r.status, 201);
    assert_int_equal(r.err, OK);
}

static void the_connection_is_kept_as_both_versions_say(void **state)
{
    (void)state;
    assert_false(
        read_all(STR("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n")).keep);
    assert_false(read_all(STR("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")).keep);
    assert_true(read_all(STR("HTTP/1.0 200 OK\r\nConnection: x, keep-alive\r\n"
                             "Content-Length: 0\r\n\r\n"))
                    .keep);
}

static void P5_2_what_could_run_into_the_next_answer_is_refused(void **state)
{
    (void)state;
    static const struct str bad[] = {
        STR("HTTP/2 200 OK\r\n\r\n"),
        STR("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        STR("HTTP/1.1 20 OK\r\n\r\n"),
        STR("HTTP/1.1 2000 OK\r\n\r\n"),
        STR("HTTP/1.1 099 OK\r\n\r\n"),
        STR("HTTP/1.1 101 Switching\r\n\r\n"),
        STR("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        STR("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        STR("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n111111111\r\n"),
        STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n"),
        STR("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (read_all(bad[i]).err == OK)
            fail_msg("case %zu passes", i);
}

static void what_ends_too_early_is_told(void **state)
{
    (void)state;
    struct str bytes = STR("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
    for (size_t n = 0; n < bytes.n; n++)
        assert_int_equal(read_in(n + 1, str_sub(bytes, 0, n)).err, ERR_TRUNCATED);
}

static void a_head_without_end_has_one(void **state)
{
    (void)state;
    struct http_answer a;
    size_t used;
    enum err e = OK;
    http_answer_begin(&a);
    assert_int_equal(http_answer_feed(&used, &a, STR("HTTP/1.1 200 OK\r\n"), NULL), OK);
    for (int i = 0; i < 100000 && !e; i++)
        e = http_answer_feed(&used, &a, STR("X-More: and more\r\n"), NULL);
    assert_int_equal(e, ERR_TOO_LARGE);
    http_answer_begin(&a);
    assert_int_equal(http_answer_feed(&used, &a, STR("HTTP/1.1 200 OK\r\nX: "), NULL), OK);
    for (int i = 0, e2 = OK; i < 100000 && !e2; i++)
        e = e2 = http_answer_feed(&used, &a, STR("no end of line"), NULL);
    assert_int_equal(e, ERR_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_with_a_length_ends_there),
        cmocka_unit_test(chunks_are_put_together),
        cmocka_unit_test(without_a_length_the_close_is_the_end),
        cmocka_unit_test(answers_without_a_body_end_with_their_head),
        cmocka_unit_test(what_comes_before_the_answer_is_passed_by),
        cmocka_unit_test(the_connection_is_kept_as_both_versions_say),
        cmocka_unit_test(P5_2_what_could_run_into_the_next_answer_is_refused),
        cmocka_unit_test(what_ends_too_early_is_told),
        cmocka_unit_test(a_head_without_end_has_one),
    };
    return cmocka_run_group_tests_name("net/http_answer", tests, NULL, NULL);
}

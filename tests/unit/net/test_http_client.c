/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "http_testing.h"
#include "net/http_client.h"

static void handle(void *ctx, struct http_request *request)
{
    if (str_eq(request->path, STR("/never")))
        sleep(2);
    struct str text = arena_printf(request->arena, "%d %.*s %.*s", request->method,
                                   STR_FMT(request->content_type), STR_FMT(request->body));
    http_reply(request, request->method == HTTP_DELETE ? 404 : 200, "text/plain", text);
}

static struct site site;
static char folder[] = "/tmp/navette-test-XXXXXX";
static char path[64];

static int open_site(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/s", folder);
    struct http_config config = site_config();
    config.unix_path = path;
    site_open(&site, &config, handle);
    return 0;
}

static int close_site(void **state)
{
    site_close(&site);
    return rmdir(folder);
}

static enum err call(int *status, struct buf *out, const char *method, const char *url,
                     struct str body)
{
    struct http_call call = {
        .unix_path = path, .method = method, .url = url, .body = body, .timeout_s = 1};
    return http_call(status, out, &call);
}

static void methods_bodies_and_statuses_pass(void **state)
{
    struct buf out = buf_limited(1000);
    int status;
    assert_int_equal(call(&status, &out, "GET", "http://h/x", STR("")), OK);
    assert_int_equal(status, 200);
    assert_true(str_eq(buf_str(&out), STR("0  ")));
    buf_clear(&out);
    assert_int_equal(call(&status, &out, "PATCH", "http://h/x", STR("{\"a\":1}")), OK);
    assert_true(str_eq(buf_str(&out), STR("4 application/json {\"a\":1}")));
    buf_clear(&out);
    assert_int_equal(call(&status, &out, "DELETE", "http://h/x", STR("")), OK);
    assert_int_equal(status, 404);
    buf_clear(&out);
    assert_int_equal(call(&status, &out, "HEAD", "http://h/x", STR("")), OK);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

static bool take_some(void *ctx, struct str bytes)
{
    size_t *taken = ctx;
    *taken += bytes.n;
    return false;
}

static void who_takes_a_success_may_end_it_and_gets_no_refusal(void **state)
{
    struct buf out = buf_limited(1000);
    size_t taken = 0;
    int status;
    struct http_call call = {.unix_path = path,
                             .method = "GET",
                             .url = "http://h/x",
                             .timeout_s = 1,
                             .take = take_some,
                             .ctx = &taken};
    assert_int_equal(http_call(&status, &out, &call), OK);
    assert_int_equal(status, 200);
    assert_int_equal(taken, 3);
    assert_int_equal(out.n, 0);
    call.method = "DELETE";
    assert_int_equal(http_call(&status, &out, &call), OK);
    assert_int_equal(status, 404);
    assert_int_equal(taken, 3);
    assert_true(out.n > 0);
    buf_free(&out);
}

static void an_answer_beyond_the_limit_is_an_error(void **state)
{
    struct buf out = buf_limited(20);
    int status;
    assert_int_equal(call(&status, &out, "POST", "http://h/x", STR("a body that comes back")),
                     ERR_TOO_LARGE);
    buf_free(&out);
}

static void no_answer_in_time_is_an_error(void **state)
{
    struct buf out = buf_limited(20);
    int status;
    assert_int_equal(call(&status, &out, "GET", "http://h/never", STR("")), ERR_TIMEOUT);
    buf_free(&out);
}

static void nobody_there_is_an_error(void **state)
{
    struct buf out = buf_limited(20);
    int status;
    struct http_call tcp = {.method = "GET", .url = "http://127.0.0.1:1/", .timeout_s = 1};
    struct http_call local = {
        .unix_path = "/nonexistent", .method = "GET", .url = "http://h/", .timeout_s = 1};
    struct http_call file = {.method = "GET", .url = "file:///etc/hosts", .timeout_s = 1};
    assert_int_equal(http_call(&status, &out, &tcp), ERR_IO);
    assert_int_equal(http_call(&status, &out, &local), ERR_IO);
    assert_int_equal(http_call(&status, &out, &file), ERR_IO);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(methods_bodies_and_statuses_pass),
        cmocka_unit_test(who_takes_a_success_may_end_it_and_gets_no_refusal),
        cmocka_unit_test(an_answer_beyond_the_limit_is_an_error),
        cmocka_unit_test(no_answer_in_time_is_an_error),
        cmocka_unit_test(nobody_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}

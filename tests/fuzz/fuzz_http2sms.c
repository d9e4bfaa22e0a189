/* SPDX-License-Identifier: Apache-2.0 */
/* Any form: parameters, options, recipients, then both shapes of an answer that quotes the form. */
#include "api/allow_ip.h"
#include "api/http2sms_answer.h"
#include "text/phone.h"

#include <jansson.h>
#include <stdlib.h>

enum { RECIPIENTS = 50 };

static void check(bool holds)
{
    if (!holds)
        abort();
}

static size_t count(const struct buf *b, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->p[i] == (uint8_t)c;
    return n;
}

/* What a stranger wrote makes no line, no tag and no quote of an answer. */
static void check_failure(enum http2sms_type type, struct str message)
{
    struct buf out = buf_limited(1 << 20);
    struct buf bare = buf_limited(1 << 20);
    http2sms_answer_failure(&out, type, HTTP2SMS_INVALID, message, message);
    http2sms_answer_failure(&bare, type, HTTP2SMS_INVALID, STR(""), STR(""));
    check(out.err == OK && count(&out, '\n') == count(&bare, '\n'));
    if (type == HTTP2SMS_TEXT_JSON || type == HTTP2SMS_APPLICATION_JSON) {
        json_t *json = json_loadb((const char *)out.p, out.n, JSON_ALLOW_NUL, NULL);
        check(json || text_utf8_check(message, NULL) != OK);
        json_decref(json);
    } else if (type != HTTP2SMS_TEXT_PLAIN) {
        check(count(&out, '<') == count(&bare, '<') && count(&out, '"') == count(&bare, '"'));
    }
    buf_free(&out);
    buf_free(&bare);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct str form = {.p = (const char *)data, .n = size};
    struct http_pair *pairs = NULL;
    size_t n = 0;
    enum err e = http_form_parse(&pairs, &n, a, form, 64);
    if (e == OK || e == ERR_MALFORMED) {
        struct http2sms_parameters p = {{0}};
        struct http2sms_options options;
        enum http2sms_type type;
        phone_init();
        http2sms_parameters_read(&p, pairs, n);
        const char *missing = http2sms_parameters_missing(&p);
        check(missing || (p.account.n && p.login.n && p.password.n && p.to.n && p.message.n));
        check(http2sms_type_read(&type, &p) == OK || type == HTTP2SMS_TEXT_PLAIN);
        check(http2sms_options_read(&options, &p) || options.class <= 3);
        struct str *recipients = http2sms_recipients(a, p.to, RECIPIENTS, &n);
        check(n <= RECIPIENTS + 1);
        for (size_t i = 0; i < n; i++)
            check(recipients[i].n && str_find(recipients[i], ',') == recipients[i].n);
        check_failure(type, p.message);
        struct sockaddr_storage peer = {.ss_family = AF_INET};
        enum err listed = allow_ip_check(p.from);
        check(listed != OK || str_trim(p.from).n > 0 || allow_ip_matches(p.from, &peer));
    }
    arena_free(a);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ask.h"

#include "net/http_client.h"

#include <stdio.h>
#include <stdlib.h>

enum { URL_SIZE = 256, ANSWER_MOST = 1 << 20, WAIT_S = 10 };

static enum err ask(struct app_answer *out, struct http_call *call, const char *url, json_t *body)
{
    char whole[URL_SIZE];
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct buf answer = buf_limited(ANSWER_MOST);
    snprintf(whole, sizeof(whole), "%s%s", call->unix_path ? "http://localhost" : "", url);
    call->url = whole;
    call->body = str_of(text);
    call->timeout_s = WAIT_S;
    *out = (struct app_answer){0};
    enum err e = http_call(&out->status, &answer, call);
    out->json = json_loadb(answer.n ? (const char *)answer.p : "", answer.n, 0, NULL);
    buf_free(&answer);
    free(text);
    json_decref(body);
    return e;
}

enum err app_ask(struct app_answer *out, const char *place, const char *method, const char *url,
                 json_t *body)
{
    struct http_call call = {.unix_path = place, .method = method};
    return ask(out, &call, url, body);
}

enum err app_ask_as(struct app_answer *out, const char *key, const char *method, const char *url,
                    json_t *body)
{
    struct http_call call = {.method = method, .key = key};
    return ask(out, &call, url, body);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ask.h"

#include "net/http_client.h"

#include <stdio.h>
#include <stdlib.h>

enum { URL_SIZE = 256, ANSWER_MOST = 1 << 20, WAIT_S = 10 };

enum err app_ask(struct app_answer *out, const char *place, const char *method, const char *url,
                 json_t *body)
{
    char whole[URL_SIZE];
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct buf answer = buf_limited(ANSWER_MOST);
    snprintf(whole, sizeof(whole), "%s%s", place ? "http://localhost" : "", url);
    struct http_call call = {.unix_path = place,
                             .method = method,
                             .url = whole,
                             .body = str_of(text),
                             .timeout_s = WAIT_S};
    *out = (struct app_answer){0};
    enum err e = http_call(&out->status, &answer, &call);
    out->json = json_loadb(answer.n ? (const char *)answer.p : "", answer.n, 0, NULL);
    buf_free(&answer);
    free(text);
    json_decref(body);
    return e;
}

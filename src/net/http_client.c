/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_client.h"

#include "base/arena.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

enum { KEY_LINE_SIZE = 256 };

static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        base_out_of_memory();
}

struct answer {
    CURL *curl;
    const struct http_call *call;
    struct buf *out;
    bool enough; /* the caller wanted no more */
};

static bool is_success(CURL *curl)
{
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    return code >= 200 && code < 300;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct answer *answer = ctx;
    if (answer->call->take && is_success(answer->curl)) {
        answer->enough = !answer->call->take(answer->call->ctx, (struct str){bytes, size * n});
        return answer->enough ? 0 : size * n;
    }
    buf_add(answer->out, bytes, size * n);
    return answer->out->err ? 0 : size * n;
}

static enum err err_of(CURLcode code, const struct answer *answer)
{
    if (code == CURLE_OK || answer->enough)
        return OK;
    if (code == CURLE_WRITE_ERROR && answer->out->err)
        return ERR_TOO_LARGE;
    return code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_IO;
}

static void prepare(CURL *curl, const struct http_call *call, struct answer *answer)
{
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)call->timeout_s);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (call->unix_path) {
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, call->unix_path);
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    }
    if (call->body.n) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.p);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
    }
    if (strcmp(call->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

enum err http_call(int *status, struct buf *out, const struct http_call *call)
{
    pthread_once(&started, start);
    *status = 0;
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    if (curl && headers && call->body.n)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    char bearer[KEY_LINE_SIZE];
    snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s", call->key ? call->key : "");
    if (curl && headers && call->key)
        headers = curl_slist_append(headers, bearer);
    if (!curl || !headers)
        base_out_of_memory();
    struct answer answer = {.curl = curl, .call = call, .out = out};
    prepare(curl, call, &answer);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    enum err err = err_of(curl_easy_perform(curl), &answer);
    long code = 0;
    if (!err && curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK)
        *status = (int)code;
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return err;
}

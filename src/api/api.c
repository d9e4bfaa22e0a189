/* SPDX-License-Identifier: Apache-2.0 */
#include "api/actor.h"
#include "api/api_base.h"
#include "api/docs.h"
#include "api/events.h"
#include "api/forwarded.h"
#include "api/http2sms.h"
#include "api/http2sms_answer.h"
#include "api/openapi.h"
#include "api/panel.h"
#include "api/router.h"

#include <stdio.h>
#include <stdlib.h>

/* On the HTTP thread, where all wait behind an operator's question. */
enum { SILENCE_MOST_MS = 2000 };

/* clang-format off */
const struct api_route *const api_tables[] = {
    account_routes,
    user_routes,
    sender_routes,
    sender_document_routes,
    account_keywords_routes,
    carrier_fields_routes,
    carrier_test_routes,
    carrier_routes,
    carrier_trace_routes,
    carrier_probe_routes,
    rate_routes,
    message_list_routes,
                                              message_routes,
    message_send_routes,
    estimate_routes,
    sender_choices_routes,
    thread_routes,
    thread_answer_routes,
    saved_reply_routes,
    incoming_routes,
    hours_routes,
    ledger_routes,
    callback_routes,
    callback_log_routes,
    notification_routes,
    conversation_routes,
    number_routes,
    two_way_routes,
    reply_routes,
    rule_routes,
    quarantine_routes,
    event_routes,
    statistic_routes,
    route_explain_routes,
    route_routes,
    session_routes,
    sign_in_routes,
    password_reset_routes,
    audit_routes,
    first_run_routes,
    member_routes,
    account_member_routes,
    invite_routes,
    me_routes,
    totp_routes,
    key_routes,
    NULL,
};
/* clang-format on */

struct core *api_core(struct api *api)
{
    return api->core;
}

const struct api_config *api_config_of(struct api *api)
{
    return &api->config;
}

struct store_view api_view(struct api *api, struct http_request *request)
{
    return (struct store_view){.db = api->reader, .arena = request->arena};
}

struct mailbox *api_mailbox(struct api *api)
{
    return net_loop_mailbox(api->loop);
}

/* What both doors serve to those who only look; false when the path is none of it. */
static bool serve_health(struct api *api, struct http_request *request)
{
    static const struct {
        struct str path;
        void (*handle)(struct health *h, struct http_request *request);
    } pages[] = {
        {{"/health", 7}, health_handle},
        {{"/ready", 6}, ready_handle},
        {{"/metrics", 8}, metrics_handle},
    };
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (str_eq(request->path, pages[i].path)) {
            pages[i].handle(api->health, request);
            return true;
        }
    return false;
}

static bool only_looks(const struct http_request *request)
{
    return request->method == HTTP_GET || request->method == HTTP_HEAD;
}

static void on_tcp(void *ctx, struct http_request *request)
{
    struct api *api = ctx;
    if (api->config.proxies)
        forwarded_peer(&request->peer, str_of(api->config.proxies),
                       http_header(request, "X-Forwarded-For"));
    if (str_eq(request->path, STR(HTTP2SMS_PATH)))
        http2sms_handle(api, request);
    else if (only_looks(request) && str_eq(request->path, STR(OPENAPI_PATH)))
        openapi_handle(request);
    else if (only_looks(request) && str_eq(request->path, STR(OPENAPI_PAGE)))
        openapi_page(request);
    else if (str_starts(request->path, STR("/api/v1/"))) {
        if (actor_identify(api, request))
            router_dispatch(api, request);
    } else if (!only_looks(request) ||
               (!serve_health(api, request) && !docs_handle(request) && !panel_handle(request)))
        http_reply(request, 404, "text/plain; charset=utf-8", STR("There is no such page.\n"));
}

static void on_socket(void *ctx, struct http_request *request)
{
    struct api *api = ctx;
    actor_is_socket(request);
    if (only_looks(request) && serve_health(api, request))
        return;
    if (only_looks(request) && str_eq(request->path, STR(OPENAPI_PATH)))
        openapi_handle(request);
    else
        router_dispatch(api, request);
}

static enum err open_doors(struct api *api)
{
    struct http_config config = {.max_body = API_BODY_MAX,
                                 .max_query_pairs = API_PAIRS_MAX,
                                 .idle_timeout_s = API_IDLE_S,
                                 .max_held = API_HELD_MAX,
                                 .unix_path = api->config.socket_path,
                                 .max_connections = API_SOCKET_CONNECTIONS_MAX,
                                 .max_connections_per_ip = API_SOCKET_CONNECTIONS_MAX};
    enum err e = http_server_new(&api->socket, api->loop, &config, on_socket, api);
    if (e)
        return e;
    config.unix_path = NULL;
    config.address = api->config.http_address;
    config.max_connections = API_CONNECTIONS_MAX;
    config.max_connections_per_ip = API_CONNECTIONS_PER_IP_MAX;
    return http_server_new(&api->tcp, api->loop, &config, on_tcp, api);
}

/* One that is not described is not held to anything: a test tells. */
static enum err describe_routes(struct api *api)
{
    size_t n = 0;
    enum err e = operations_new(&api->operations, openapi_text());
    if (e)
        return e;
    for (const struct api_route *const *table = api_tables; *table; table++)
        for (const struct api_route *r = *table; r->pattern; r++)
            n++;
    api->described = base_alloc(n * sizeof(*api->described));
    n = 0;
    for (const struct api_route *const *table = api_tables; *table; table++)
        for (const struct api_route *r = *table; r->pattern; r++)
            api->described[n++] = operation_find(api->operations, r->method, r->pattern);
    return OK;
}

const struct operation *api_operation(const struct api *api, size_t nth)
{
    return api->described[nth];
}

/* Where people find the panel. */
static void name_panel(struct api *api)
{
    struct str url = str_of(api->config.public_url);
    struct str host = str_of(api->config.http_address);
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    while (host.n && host.p[host.n - 1] != ':')
        host.n--;
    size_t size = url.n + host.n + sizeof("http://65535");
    api->public_url = base_alloc(size);
    if (url.n)
        memcpy(api->public_url, url.p, url.n);
    else
        snprintf(api->public_url, size, "http://%.*s%u", STR_FMT(host), http_server_port(api->tcp));
    api->is_https = str_starts(url, STR("https://"));
}

enum err api_new(struct api **out, struct core *core, struct net_loop *loop,
                 const struct api_config *config)
{
    struct api *api = base_alloc(sizeof(*api));
    api->core = core;
    api->loop = loop;
    api->config = *config;
    api->answer = buf_limited(HTTP2SMS_ANSWER_LIMIT);
    *out = NULL;
    enum err e = describe_routes(api);
    if (!e)
        e = core_reader(&api->reader, core);
    if (e)
        goto out;
    db_impatient(api->reader, SILENCE_MOST_MS);
    e = core_reader(&api->counting_reader, core);
    if (e)
        goto out;
    e = core_reader(&api->list_reader, core);
    if (e)
        goto out;
    api->allowance = allowance_new();
    api->worker = worker_new();
    api->lister = worker_new();
    api->credentials = credentials_new(worker_mailbox(api->worker), api_mailbox(api));
    api->access = access_new();
    api->guard = guard_new();
    api->events = events_new(api);
    api->health = health_new(api, worker_mailbox(api->worker), api->counting_reader);
    e = open_doors(api);
    if (!e)
        name_panel(api);
out:
    if (e)
        api_free(api);
    else
        *out = api;
    return e;
}

uint16_t api_http_port(const struct api *api)
{
    return http_server_port(api->tcp);
}

void api_quiesce(struct api *api)
{
    health_quiesce(api->health);
    events_quiesce(api->events);
    http_server_quiesce(api->tcp);
    http_server_quiesce(api->socket);
}

size_t api_pending(const struct api *api)
{
    return http_server_pending(api->tcp) + http_server_pending(api->socket);
}

void api_free(struct api *api)
{
    if (!api)
        return;
    worker_free(api->lister);
    worker_free(api->worker); /* first: it may be at work for a request that is still open */
    api->ending = true;
    http_server_free(api->tcp);
    http_server_free(api->socket);
    credentials_free(api->credentials);
    access_free(api->access);
    guard_free(api->guard);
    free(api->public_url);
    events_free(api->events);
    health_free(api->health);
    db_close(api->list_reader);
    db_close(api->counting_reader);
    db_close(api->reader);
    buf_free(&api->answer);
    allowance_free(api->allowance);
    operations_free(api->operations);
    free(api->described);
    free(api);
}

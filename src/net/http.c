/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/metric.h"
#include "net/address.h"
#include "net/http_clients.h"
#include "net/http_pull.h"
#include "net/http_words.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    HEAD_LIMIT = 16 * 1024, /* request line and headers; 431 above */
    POOL_SIZE = 24 * 1024,  /* a connection's memory: the head, and room to answer it */
    DRAIN_LIMIT = 1 << 20,  /* of a body too large that is read so that its 413 arrives */
    SURPLUS = 32,           /* connections above the maximum that are told 503 */
    RUNS_A_TURN = 4,        /* before other work of the loop gets its turn */
    SLOW_BODY = 64 * 1024,  /* bytes that count as progress of an upload */
    FLUSH_TRIES = 20,       /* at the end, for answers still on their way */
    FLUSH_WAIT_MS = 50
};

struct http_server {
    struct MHD_Daemon *daemon;
    struct net_loop *loop;
    http_handler *handler;
    void *ctx;
    struct http_config config;
    char *unix_path;
    uint16_t port;
    struct net_watch *watch;
    struct net_timer *timer; /* the next run */
    struct http_clients *clients;
    bool running; /* inside a run */
    bool kicked;  /* a run is due as soon as the loop turns */
    bool quiesced, stopping;
    struct exchange *open;  /* requests that the handler had and whose answer has not left */
    size_t unsent;          /* answers given whose last byte has not left */
    _Atomic size_t pending; /* requests given to the handler and not answered */
};

/* A request with what belongs to this file. */
struct exchange {
    struct http_request request; /* first: a request is its exchange */
    struct http_server *server;
    struct MHD_Connection *connection;
    struct http_client *client;
    struct buf body;
    size_t body_seen;
    size_t progress;
    int refusal; /* the status that is answered without the handler */
    bool begun;
    bool whole;
    bool called; /* the handler had it */
    bool replied;
    bool suspended;
    struct http_pull pull;
    struct exchange *next, **link; /* among those that the handler had */
};

static struct exchange *exchange_of(const struct http_request *request)
{
    return (struct exchange *)request;
}

/* --- driving libmicrohttpd --- */

static void run(void *ctx)
{
    struct http_server *server = ctx;
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    server->running = true;
    bool due = true;
    /* A resumed connection needs a second run before its answer leaves. */
    for (int i = 0; i < RUNS_A_TURN && due; i++) {
        server->kicked = false;
        MHD_run(server->daemon);
        due = server->kicked;
        if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_NO)
            wait_ms = UINT32_MAX;
        due = due || wait_ms == 0;
    }
    server->running = false;
    server->kicked = due;
    net_timer_set(server->timer, due ? 0 : (int64_t)wait_ms * 1000);
}

/* One run for all answers of a turn. */
static void kick(struct http_server *server)
{
    if (server->kicked)
        return;
    server->kicked = true;
    if (!server->running)
        net_timer_set(server->timer, 0);
}

static void resume(struct exchange *x)
{
    if (!x->suspended)
        return;
    x->suspended = false;
    MHD_resume_connection(x->connection);
    kick(x->server);
}

static void suspend(struct exchange *x)
{
    x->suspended = true;
    MHD_suspend_connection(x->connection);
}

/* --- answers --- */

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) == MHD_NO)
        log_error("http_header_refused", "name=%s", name);
}

static void queue(struct exchange *x, int status, const char *content_type,
                  struct MHD_Response *response, const char *const *headers)
{
    add_header(response, "X-Content-Type-Options", "nosniff");
    if (content_type)
        add_header(response, "Content-Type", content_type);
    for (int own = 0; own < 2; own++)
        for (const char *const *h = own ? headers : x->request.headers; h && h[0]; h += 2)
            add_header(response, h[0], h[1]);
    if (x->server->quiesced || x->client->surplus)
        add_header(response, "Connection", "close");
    x->replied = true;
    x->server->unsent++;
    x->server->pending -= x->called;
    metric_add(x->called ? METRIC_HTTP_REQUESTS : METRIC_HTTP_REFUSED, 1);
    if (MHD_queue_response(x->connection, (unsigned)status, response) == MHD_NO)
        log_error("http_answer_refused", "status=%d", status);
    MHD_destroy_response(response);
    resume(x);
    if (!x->server->running)
        kick(x->server);
}

static bool may_reply(const struct exchange *x)
{
    if (x->replied)
        log_error("http_answered_twice", "status=ignored");
    return !x->replied;
}

static void refuse(struct exchange *x, int status)
{
    x->refusal = status;
    http_reply(&x->request, x->refusal, "text/plain; charset=utf-8", http_refusal_text(x->refusal));
}

void http_reply_headers(struct http_request *request, int status, const char *content_type,
                        struct str body, const char *const *headers)
{
    struct exchange *x = exchange_of(request);
    if (!may_reply(x))
        return;
    if (!request->answer_lasts && !x->refusal && !http_client_holds(x->client, body.n)) {
        refuse(x, 503);
        return;
    }
    bool stays = request->answer_lasts || arena_holds(request->arena, body.p);
    enum MHD_ResponseMemoryMode mode = stays ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        body.n, body.n ? (void *)(uintptr_t)body.p : (void *)(uintptr_t) "", mode);
    if (!response)
        base_out_of_memory();
    queue(x, status, content_type, response, headers);
}

static ssize_t on_more(void *ctx, uint64_t at, char *to, size_t size)
{
    struct exchange *x = ctx;
    long n = x->server->stopping ? HTTP_PULL_END : x->pull.more(x->pull.ctx, to, size);
    if (n < 0)
        return n == HTTP_PULL_END ? MHD_CONTENT_READER_END_OF_STREAM
                                  : MHD_CONTENT_READER_END_WITH_ERROR;
    if (n == 0)
        suspend(x);
    return n;
}

void http_pull_reply(struct http_request *request, int status, const char *content_type,
                     const struct http_pull *pull)
{
    enum { BLOCK = 4096 };
    struct exchange *x = exchange_of(request);
    if (!may_reply(x))
        return;
    x->pull = *pull;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_more, x, NULL);
    if (!response)
        base_out_of_memory();
    add_header(response, "Cache-Control", "no-store");
    queue(x, status, content_type, response, pull->headers);
}

void http_pull_wake(struct http_request *request)
{
    resume(exchange_of(request));
}

struct net_loop *http_request_loop(const struct http_request *request)
{
    return exchange_of(request)->server->loop;
}

/* --- requests --- */

struct str http_header(const struct http_request *request, const char *name)
{
    const char *value = NULL;
    size_t n = 0;
    MHD_lookup_connection_value_n(exchange_of(request)->connection, MHD_HEADER_KIND, name,
                                  strlen(name), &value, &n);
    return (struct str){.p = value, .n = value ? n : 0};
}

/* The first sight of a request: its raw target, before libmicrohttpd decodes it. */
static void *on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
    struct http_server *server = ctx;
    struct arena *arena = arena_new();
    struct exchange *x = ARENA_NEW(arena, struct exchange);
    x->request.arena = arena;
    x->server = server;
    x->connection = connection;
    x->body = buf_limited(server->config.max_body);
    x->client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct str all = str_of(target ? target : "");
    if (http_target_parse(&x->request, all, server->config.max_query_pairs))
        x->refusal = 414;
    /* The query was read here: an empty one spares libmicrohttpd, whose memory it is, the work. */
    size_t question = str_find(all, '?');
    if (question < all.n)
        ((char *)(uintptr_t)target)[question + 1] = '\0';
    return x;
}

/* The head is complete. Who asks first, or has far too much, is refused before the body. */
static void begin(struct exchange *x, const char *method)
{
    size_t max_body = x->server->config.max_body;
    x->begun = true;
    http_client_waits(x->client);
    x->request.method = http_method_of(method);
    x->request.content_type = http_header(&x->request, "Content-Type");
    net_address_copy(
        &x->request.peer,
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    const union MHD_ConnectionInfo *head =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (head && head->header_size > HEAD_LIMIT)
        x->refusal = 431;
    if (x->client->surplus || x->server->quiesced)
        x->refusal = 503;
    uint64_t length = http_declared_length(&x->request);
    if (!x->refusal && length > max_body)
        x->refusal = 413;
    bool asks_first = http_header(&x->request, "Expect").n > 0;
    if (x->refusal && length > 0 && (asks_first || length > max_body + DRAIN_LIMIT))
        refuse(x, x->refusal);
}

/* MHD_NO ends the connection. */
static enum MHD_Result take_body(struct exchange *x, const char *bytes, size_t *n)
{
    x->body_seen += *n;
    if (!x->refusal)
        buf_add(&x->body, bytes, *n);
    if (x->body.err && !x->refusal) {
        x->refusal = 413;
        buf_free(&x->body);
    }
    if (x->body_seen - x->progress >= SLOW_BODY) {
        x->progress = x->body_seen;
        http_client_waits(x->client);
    }
    *n = 0;
    if (!x->refusal || x->body_seen <= x->server->config.max_body + DRAIN_LIMIT)
        return MHD_YES;
    metric_add(METRIC_HTTP_REFUSED, 1);
    return MHD_NO;
}

static void call_handler(struct exchange *x)
{
    struct http_server *server = x->server;
    x->called = true;
    x->next = server->open;
    x->link = &server->open;
    if (x->next)
        x->next->link = &x->next;
    server->open = x;
    server->pending++;
    x->request.body = buf_str(&x->body);
    server->handler(server->ctx, &x->request);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n, void **context)
{
    struct exchange *x = *context;
    if (!x->begun) {
        begin(x, method);
        return MHD_YES;
    }
    if (*n > 0)
        return take_body(x, bytes, n);
    /* The handler has its turn once libmicrohttpd has seen that there is nothing more to read:
     * suspended in the same breath, the connection can neither be reset under a request that is
     * still worked on, nor trip over a client's half-close before the answer. */
    if (!x->whole) {
        x->whole = true;
        return MHD_YES;
    }
    http_client_answered(x->client);
    if (x->refusal)
        refuse(x, x->refusal);
    else
        call_handler(x);
    if (!x->replied)
        suspend(x);
    return MHD_YES;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *context;
    if (!x)
        return;
    *context = NULL;
    x->server->unsent -= x->replied;
    if (x->link) {
        *x->link = x->next;
        if (x->next)
            x->next->link = x->link;
    }
    if (x->pull.over)
        x->pull.over(x->pull.ctx);
    http_client_waits(x->client);
    buf_free(&x->body);
    arena_free(x->request.arena);
}

/* --- the server --- */

static void on_connection(void *ctx, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = ctx;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        http_client_free(*context);
        return;
    }
    int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *context = http_client_new(server->clients, fd);
}

/* What libmicrohttpd refuses itself (400, 414, 431, too many of an address) is only in its log. */
static void on_log(void *ctx, const char *format, va_list args)
{
    if (str_starts(str_of(format), STR("Error processing request")) ||
        str_starts(str_of(format), STR("Server reached connection")))
        metric_add(METRIC_HTTP_REFUSED, 1);
    char text[256];
    char safe[LOG_SAFE_SIZE];
    vsnprintf(text, sizeof(text), format, args);
    log_debug("http", "said=%s", log_safe(safe, str_trim(str_of(text))));
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int fd)
{
    const struct http_config *config = &server->config;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)(config->max_connections + SURPLUS), NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)config->max_connections_per_ip, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)config->idle_timeout_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL_SIZE, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL}, /* by net/loop */
        {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
                            NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
                            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

enum err http_server_new(struct http_server **out, struct net_loop *loop,
                         const struct http_config *config, http_handler *handler, void *ctx)
{
    int fd;
    *out = NULL;
    enum err err = config->unix_path ? net_listen_unix(&fd, config->unix_path)
                                     : net_listen_tcp(&fd, config->address);
    if (err)
        return ERR_IO;
    struct http_server *server = base_alloc(sizeof(*server));
    server->loop = loop;
    server->handler = handler;
    server->ctx = ctx;
    server->config = *config;
    server->port = net_address_local_port(fd);
    if (config->unix_path && !(server->unix_path = strdup(config->unix_path)))
        base_out_of_memory();
    server->clients = http_clients_new(loop, config);
    server->timer = net_timer_new(loop, run, server);
    server->daemon = start_daemon(server, fd);
    if (!server->daemon) {
        log_error("http_start_failed", "reason=\"libmicrohttpd did not start\"");
        close(fd);
        http_server_free(server);
        return ERR_IO;
    }
    int epoll_fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    server->watch = net_watch_new(loop, epoll_fd, run, server);
    net_timer_set(server->timer, 0); /* the first run starts the listening */
    *out = server;
    return OK;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

size_t http_server_pending(const struct http_server *server)
{
    return server->pending;
}

void http_server_quiesce(struct http_server *server)
{
    if (server->quiesced)
        return;
    server->quiesced = true;
    int fd = MHD_quiesce_daemon(server->daemon);
    if (fd >= 0)
        close(fd);
    if (server->unix_path)
        unlink(server->unix_path);
}

/* Gives answers on their way a short while to leave. */
static void flush(struct http_server *server)
{
    int epoll_fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    run(server);
    for (int i = 0; i < FLUSH_TRIES && server->unsent > 0; i++) {
        struct pollfd ready = {.fd = epoll_fd, .events = POLLIN};
        poll(&ready, 1, server->kicked ? 0 : FLUSH_WAIT_MS);
        run(server);
    }
}

static void end_open(struct http_server *server)
{
    for (struct exchange *x = server->open; x; x = x->next) {
        if (x->replied)
            resume(x); /* a stream: it ends now */
        else
            refuse(x, 503);
    }
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    if (server->daemon) {
        http_server_quiesce(server);
        server->stopping = true;
        end_open(server);
        flush(server);
        net_watch_free(server->watch);
        MHD_stop_daemon(server->daemon);
    }
    http_clients_free(server->clients);
    net_timer_free(server->timer);
    free(server->unix_path);
    free(server);
}

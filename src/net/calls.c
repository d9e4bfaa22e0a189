/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "net/calls_base.h"
#include "net/lines.h"
#include "net/loop_base.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>

enum { TURNS_MAX = 16 };

struct calls {
    struct calls_config config;
    CURLM *multi;
    struct net_timer *timer;
    bool due; /* curl wants its turn now */
    struct calls_slot *idle;
    struct calls_slot *busy;
    struct lines *lines;
};

struct calls_socket {
    struct event *event;
    short wanted;
};

static pthread_once_t started = PTHREAD_ONCE_INIT;

static void start(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        base_out_of_memory();
}

/* ---- sockets and timers ---- */

static void turn(struct calls *c, curl_socket_t fd, int what);

static void on_socket(evutil_socket_t fd, short what, void *ctx)
{
    turn(ctx, fd,
         (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(void *ctx)
{
    turn(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static int want_socket(CURL *curl, curl_socket_t fd, int what, void *ctx, void *own)
{
    struct calls *c = ctx;
    struct calls_socket *s = own;
    (void)curl;
    if (what == CURL_POLL_REMOVE) {
        if (s)
            event_free(s->event);
        free(s);
        curl_multi_assign(c->multi, fd, NULL);
        return 0;
    }
    short wanted = (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
                           (what & CURL_POLL_OUT ? EV_WRITE : 0));
    if (!s) {
        s = base_alloc(sizeof(*s));
        s->event = event_new(net_loop_base(c->config.loop), fd, wanted, on_socket, c);
        curl_multi_assign(c->multi, fd, s);
    } else if (s->wanted != wanted) {
        event_del(s->event);
        event_assign(s->event, net_loop_base(c->config.loop), fd, wanted, on_socket, c);
    } else {
        return 0;
    }
    s->wanted = wanted;
    if (!s->event || event_add(s->event, NULL))
        base_out_of_memory();
    return 0;
}

static int want_timer(CURLM *multi, long after_ms, void *ctx)
{
    struct calls *c = ctx;
    (void)multi;
    c->due = after_ms == 0;
    if (after_ms < 0)
        net_timer_cancel(c->timer);
    else
        net_timer_set(c->timer, (int64_t)after_ms * 1000);
    return 0;
}

/* ---- one call ---- */

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct calls_slot *slot = ctx;
    if (purpose == CURLSOCKTYPE_IPCXN && !slot->call->mail &&
        !net_guard_allows(&slot->calls->config.guard, &address->addr)) {
        slot->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct calls_slot *slot = ctx;
    slot->read += size * n;
    if (slot->read > CALLS_READ_MAX)
        return 0;
    if (slot->call->keep_answer)
        buf_add(&slot->answer, bytes, size * n);
    return size * n;
}

static struct calls_slot *slot_new(struct calls *c)
{
    struct calls_slot *slot = base_alloc(sizeof(*slot));
    CURL *curl = curl_easy_init();
    if (!curl)
        base_out_of_memory();
    slot->calls = c;
    slot->curl = curl;
    slot->answer = buf_limited(CALLS_READ_MAX);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CALLS_CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CALLS_WHOLE_MS);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, slot);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, slot);
    if (c->config.ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, c->config.ca_file);
    return slot;
}

static void slot_free(struct calls_slot *slot)
{
    if (slot->mime)
        calls_mail_release(slot);
    curl_easy_cleanup(slot->curl);
    curl_slist_free_all(slot->headers);
    buf_free(&slot->answer);
    free(slot);
}

static void busy_add(struct calls *c, struct calls_slot *slot)
{
    slot->next = c->busy;
    slot->link = &c->busy;
    if (c->busy)
        c->busy->link = &slot->next;
    c->busy = slot;
}

static void busy_remove(struct calls_slot *slot)
{
    *slot->link = slot->next;
    if (slot->next)
        slot->next->link = slot->link;
}

/* Ready for another call; one that sent a mail has options that no request may have. */
static void put_back(struct calls *c, struct calls_slot *slot)
{
    busy_remove(slot);
    slot->call->slot = NULL;
    if (slot->call->mail) {
        slot_free(slot);
        return;
    }
    slot->call = NULL;
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
    buf_clear(&slot->answer);
    slot->next = c->idle;
    c->idle = slot;
}

static void add_header(struct calls_slot *slot, const char *line)
{
    slot->headers = curl_slist_append(slot->headers, line);
    if (!slot->headers)
        base_out_of_memory();
}

static void prepare(struct calls_slot *slot)
{
    const struct net_call *call = slot->call;
    CURL *curl = slot->curl;
    for (size_t i = 0; i < CALL_HEADERS_MAX && call->headers[i]; i++)
        add_header(slot, call->headers[i]);
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    if (call->post) {
        add_header(slot, "Expect:");
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.n ? call->body.p : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
    } else {
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, slot->headers);
}

void calls_start(struct calls *c, struct net_call *call)
{
    if (!call->mail && lines_start(c->lines, call))
        return;
    struct calls_slot *slot = call->mail ? NULL : c->idle;
    if (slot)
        c->idle = slot->next;
    else
        slot = slot_new(c);
    slot->call = call;
    slot->read = 0;
    slot->refused = false;
    call->slot = slot;
    busy_add(c, slot);
    if (call->mail)
        calls_mail_prepare(slot, &c->config);
    else
        prepare(slot);
    if (curl_multi_add_handle(c->multi, slot->curl) != CURLM_OK)
        base_out_of_memory();
}

void calls_cancel(struct calls *c, struct net_call *call)
{
    if (!call->slot) {
        (void)lines_cancel(c->lines, call);
        return;
    }
    curl_multi_remove_handle(c->multi, call->slot->curl);
    put_back(c, call->slot);
}

/* ---- what came of it ---- */

static const char *words_of(const struct calls_slot *slot, CURLcode code)
{
    if (slot->refused)
        return CALLS_REFUSED;
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "no good URL";
    case CURLE_COULDNT_RESOLVE_HOST:
        return "the name of the host is not known";
    case CURLE_COULDNT_CONNECT:
        return "no connection";
    case CURLE_OPERATION_TIMEDOUT:
        return "no answer in time";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return "the certificate is not to be trusted";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
        return "TLS failed";
    case CURLE_LOGIN_DENIED:
        return "the mail server refuses the login";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return "the connection broke";
    default:
        return curl_easy_strerror(code);
    }
}

static bool is_plain(CURL *curl)
{
    const char *type = NULL;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    struct str s = str_of(type);
    return str_eq_nocase(str_trim(str_sub(s, 0, str_find(s, ';'))), STR("text/plain"));
}

static void finish(struct calls *c, struct calls_slot *slot, CURLcode code)
{
    struct net_call *call = slot->call;
    long status = 0;
    curl_off_t took_us = 0;
    curl_easy_getinfo(slot->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(slot->curl, CURLINFO_TOTAL_TIME_T, &took_us);
    bool cut = code == CURLE_WRITE_ERROR && slot->read > CALLS_READ_MAX;
    bool answered = code == CURLE_OK || cut;
    call->took_us = (int64_t)took_us;
    call->status = answered || call->mail ? (int)status : 0;
    call->good = answered && (call->mail || (status >= 200 && status < 300));
    call->error = answered ? NULL : words_of(slot, code);
    struct buf answer = slot->answer;
    call->answer = (struct str){0};
    slot->answer = buf_limited(CALLS_READ_MAX);
    if (call->good && call->keep_answer && is_plain(slot->curl))
        call->answer = buf_str(&answer);
    curl_multi_remove_handle(c->multi, slot->curl);
    put_back(c, slot);
    call->done(call);
    buf_free(&answer);
}

static void collect(struct calls *c)
{
    int left;
    const CURLMsg *m;
    while ((m = curl_multi_info_read(c->multi, &left))) {
        char *slot = NULL;
        if (m->msg == CURLMSG_DONE &&
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &slot) == CURLE_OK)
            finish(c, (struct calls_slot *)(void *)slot, m->data.result);
    }
}

/* Calls that a `done` has started get their turn at once: the loop then sees a kept socket that is
 * wanted again, instead of one that went and came. */
static void turn(struct calls *c, curl_socket_t fd, int what)
{
    int running;
    c->due = false;
    curl_multi_socket_action(c->multi, fd, what, &running);
    collect(c);
    for (int i = 0; i < TURNS_MAX && c->due; i++) {
        c->due = false;
        curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        collect(c);
    }
}

/* ---- all ---- */

struct calls *calls_new(const struct calls_config *config)
{
    pthread_once(&started, start);
    struct calls *c = base_alloc(sizeof(*c));
    c->config = *config;
    c->multi = curl_multi_init();
    if (!c->multi)
        base_out_of_memory();
    c->lines = lines_new(config->loop, &c->config.guard);
    c->timer = net_timer_new(config->loop, on_timer, c);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)CALLS_AT_ONCE);
    curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CALLS_AT_ONCE);
    return c;
}

void calls_free(struct calls *c)
{
    if (!c)
        return;
    while (c->busy)
        calls_cancel(c, c->busy->call);
    while (c->idle) {
        struct calls_slot *slot = c->idle;
        c->idle = slot->next;
        slot_free(slot);
    }
    lines_free(c->lines);
    curl_multi_cleanup(c->multi);
    net_timer_free(c->timer);
    free(c);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/lines.h"

#include "base/arena.h"
#include "net/dial.h"
#include "net/http_answer.h"
#include "net/loop_base.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

enum { HOST_MAX = 256, REQUEST_MAX = 4 * 1024 * 1024, REQUEST_USUAL = 64 * 1024 };
enum { LOOK_MS = 250, IDLE_MAX_US = 60 * 1000000 };

/* One connection: dialing, asking, or idle (call NULL) among those of its host. */
struct line {
    struct lines *lines;
    struct line *next, **link; /* among the busy or the idle */
    char host[HOST_MAX];       /* "example.org:8080", as in the URL */
    struct net_dial *dial;
    int fd;
    struct event *readable, *writable;
    struct net_call *call;
    struct http_answer answer;
    struct buf out; /* the request */
    size_t sent;
    struct buf body;
    bool heard; /* some of the answer */
    bool fresh; /* the connection has not been used before */
    int64_t since_us;
};

struct lines {
    struct net_loop *loop;
    const struct net_guard *guard;
    struct net_timer *timer;
    bool ticking;
    struct line *busy, *idle; /* the one used last comes first */
    size_t idle_n;
};

/* ---- URLs ---- */

struct target {
    struct str authority; /* of the URL */
    struct str path;      /* from / or ? on */
    char name[HOST_MAX];
    uint16_t port;
};

static bool read_port(struct target *t, struct str digits)
{
    uint64_t port;
    if (str_to_u64(&port, digits) || port == 0 || port > UINT16_MAX)
        return false;
    t->port = (uint16_t)port;
    return true;
}

static bool read_authority(struct target *t)
{
    struct str name = t->authority;
    bool bracket = name.n && name.p[0] == '[';
    size_t end = bracket ? str_find(name, ']') : str_find(name, ':');
    size_t colon = bracket ? end + 1 : end;
    if (bracket && end == name.n)
        return false;
    t->port = 80;
    if (colon < name.n && (name.p[colon] != ':' || !read_port(t, str_sub(name, colon + 1, name.n))))
        return false;
    name = str_sub(name, bracket ? 1 : 0, end);
    return name.n > 0 && str_find(t->authority, '@') == t->authority.n &&
           str_copy(t->name, sizeof(t->name), name) == OK && t->authority.n < HOST_MAX;
}

static bool read_url(struct target *t, const char *text)
{
    static const struct str scheme = STR("http://");
    struct str url = str_of(text);
    if (!str_starts(url, scheme))
        return false;
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || (unsigned char)url.p[i] >= 0x7F)
            return false;
    url = str_sub(url, scheme.n, str_find(url, '#'));
    size_t n = 0;
    while (n < url.n && url.p[n] != '/' && url.p[n] != '?')
        n++;
    t->authority = str_sub(url, 0, n);
    t->path = str_sub(url, n, url.n);
    return read_authority(t);
}

static void write_request(struct buf *out, const struct net_call *call, const struct target *t)
{
    buf_add_str(out, call->post ? STR("POST ") : STR("GET "));
    if (!t->path.n || t->path.p[0] != '/')
        buf_add_u8(out, '/');
    buf_add_str(out, t->path);
    buf_add_str(out, STR(" HTTP/1.1\r\nHost: "));
    buf_add_str(out, t->authority);
    buf_add_str(out, STR("\r\nUser-Agent: Navette\r\nAccept: */*\r\n"));
    for (size_t i = 0; i < CALL_HEADERS_MAX && call->headers[i]; i++) {
        buf_add_str(out, str_of(call->headers[i]));
        buf_add_str(out, STR("\r\n"));
    }
    if (call->post)
        buf_printf(out, "Content-Length: %zu\r\n", call->body.n);
    buf_add_str(out, STR("\r\n"));
    if (call->post)
        buf_add_str(out, call->body);
}

/* ---- lines ---- */

static void list_add(struct line **list, struct line *line)
{
    line->next = *list;
    line->link = list;
    if (*list)
        (*list)->link = &line->next;
    *list = line;
}

static void list_remove(struct line *line)
{
    *line->link = line->next;
    if (line->next)
        line->next->link = line->link;
}

static void hang_up(struct line *line)
{
    net_dial_free(line->dial);
    line->dial = NULL;
    if (line->readable)
        event_free(line->readable);
    if (line->writable)
        event_free(line->writable);
    line->readable = line->writable = NULL;
    if (line->fd >= 0)
        close(line->fd);
    line->fd = -1;
}

static void line_free(struct line *line)
{
    if (!line->call)
        line->lines->idle_n--;
    list_remove(line);
    hang_up(line);
    buf_free(&line->out);
    buf_free(&line->body);
    free(line);
}

/* The call's owner may start others from `done`, so the line is out of hands before. */
static void end_call(struct line *line, const char *error, bool keep)
{
    struct lines *l = line->lines;
    struct net_call *call = line->call;
    struct buf body = line->body;
    int status = error ? 0 : line->answer.status;
    bool plain = line->answer.plain;
    line->body = buf_limited(CALLS_READ_MAX);
    call->took_us = net_loop_now_us() - line->since_us;
    if (keep && l->idle_n < CALLS_AT_ONCE) {
        list_remove(line);
        if (line->out.size > REQUEST_USUAL)
            buf_free(&line->out);
        line->call = NULL;
        line->since_us = net_loop_now_us();
        list_add(&l->idle, line);
        l->idle_n++;
    } else {
        line_free(line);
    }
    call->slot = NULL;
    call->status = status;
    call->good = status >= 200 && status < 300;
    call->error = error;
    call->answer = call->good && plain ? buf_str(&body) : (struct str){0};
    call->done(call);
    buf_free(&body);
}

static void dial(struct line *line);

/* Nothing came back on a kept connection: the other side had closed it. */
static void broke(struct line *line)
{
    if (!line->fresh && !line->heard) {
        hang_up(line);
        dial(line);
    } else if (http_answer_close(&line->answer) == OK) {
        end_call(line, NULL, false);
    } else {
        end_call(line, "the connection broke", false);
    }
}

static void send_more(struct line *line)
{
    while (line->sent < line->out.n) {
        ssize_t n =
            send(line->fd, line->out.p + line->sent, line->out.n - line->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (event_add(line->writable, NULL))
                base_out_of_memory();
            return;
        }
        if (n < 0)
            return; /* the read tells why */
        line->sent += (size_t)n;
    }
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    send_more(ctx);
}

static void take(struct line *line, struct str bytes)
{
    size_t used;
    bool keeps = line->call->keep_answer;
    line->heard = true;
    enum err e = http_answer_feed(&used, &line->answer, bytes, keeps ? &line->body : NULL);
    if (e)
        end_call(line, "the answer is no HTTP", false);
    else if (line->answer.state == ANSWER_DONE)
        end_call(line, NULL, line->answer.keep && used == bytes.n && line->sent == line->out.n);
    else if (line->answer.body > CALLS_READ_MAX)
        end_call(line, NULL, false); /* the status counts, the rest is not read */
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct line *line = ctx;
    char *scratch = net_loop_scratch(line->lines->loop);
    ssize_t n = recv(line->fd, scratch, NET_SCRATCH_SIZE, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
    if (!line->call)
        line_free(line); /* closed while idle, or out of turn */
    else if (n <= 0)
        broke(line);
    else
        take(line, (struct str){scratch, (size_t)n});
}

static void on_dialed(void *ctx, int fd, const char *reason)
{
    struct line *line = ctx;
    struct event_base *base = net_loop_base(line->lines->loop);
    bool refused = net_dial_refused(line->dial);
    (void)reason;
    if (fd < 0) {
        end_call(line, refused ? CALLS_REFUSED : "no connection", false);
        return;
    }
    net_dial_free(line->dial);
    line->dial = NULL;
    line->fd = fd;
    line->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, line);
    line->writable = event_new(base, fd, EV_WRITE, on_writable, line);
    if (!line->readable || !line->writable || event_add(line->readable, NULL))
        base_out_of_memory();
    send_more(line);
}

static void dial(struct line *line)
{
    struct target t;
    line->fresh = true;
    line->sent = 0;
    http_answer_begin(&line->answer);
    if (!read_url(&t, line->call->url))
        t.name[0] = '\0';
    line->dial =
        net_dial_new(line->lines->loop, t.name, t.port, CALLS_CONNECT_MS * 1000, on_dialed, line);
    net_dial_guard(line->dial, line->lines->guard);
}

/* ---- calls ---- */

static struct line *find_idle(struct lines *l, struct str host)
{
    for (struct line *line = l->idle; line; line = line->next)
        if (str_eq(str_of(line->host), host)) {
            list_remove(line);
            l->idle_n--;
            return line;
        }
    return NULL;
}

static struct line *line_new(struct lines *l)
{
    struct line *line = base_alloc(sizeof(*line));
    line->lines = l;
    line->fd = -1;
    line->out = buf_limited(REQUEST_MAX);
    line->body = buf_limited(CALLS_READ_MAX);
    return line;
}

/* One timer for all: a call may wait a quarter of a second longer than it should. */
static void on_tick(void *ctx)
{
    struct lines *l = ctx;
    int64_t now_us = net_loop_now_us();
    struct line *next;
    for (struct line *line = l->idle; line; line = next) {
        next = line->next;
        if (now_us - line->since_us > IDLE_MAX_US)
            line_free(line);
    }
    for (struct line *line = l->busy; line; line = next) {
        next = line->next;
        if (now_us - line->since_us > (int64_t)CALLS_WHOLE_MS * 1000) {
            end_call(line, "no answer in time", false);
            next = l->busy; /* its owner may have ended others */
        }
    }
    l->ticking = l->busy || l->idle;
    if (l->ticking)
        net_timer_set(l->timer, LOOK_MS * 1000);
}

bool lines_start(struct lines *l, struct net_call *call)
{
    struct target t;
    if (!read_url(&t, call->url) || call->body.n > REQUEST_MAX / 2)
        return false;
    struct line *line = find_idle(l, t.authority);
    bool kept = line != NULL;
    if (!kept)
        line = line_new(l);
    list_add(&l->busy, line);
    line->call = call;
    line->heard = false;
    line->since_us = net_loop_now_us();
    call->slot = NULL;
    buf_clear(&line->out);
    write_request(&line->out, call, &t);
    if (!kept) {
        memcpy(line->host, t.authority.p, t.authority.n);
        dial(line);
    } else {
        line->fresh = false;
        line->sent = 0;
        http_answer_begin(&line->answer);
        send_more(line);
    }
    if (!l->ticking) {
        l->ticking = true;
        net_timer_set(l->timer, LOOK_MS * 1000);
    }
    return true;
}

bool lines_cancel(struct lines *l, struct net_call *call)
{
    for (struct line *line = l->busy; line; line = line->next)
        if (line->call == call) {
            line_free(line);
            return true;
        }
    return false;
}

struct lines *lines_new(struct net_loop *loop, const struct net_guard *guard)
{
    struct lines *l = base_alloc(sizeof(*l));
    l->loop = loop;
    l->guard = guard;
    l->timer = net_timer_new(loop, on_tick, l);
    return l;
}

void lines_free(struct lines *l)
{
    while (l->busy)
        line_free(l->busy);
    while (l->idle)
        line_free(l->idle);
    net_timer_free(l->timer);
    free(l);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/metric.h"
#include "http_testing.h"

#define HOST  "Host: h\r\n"
#define CLOSE "Connection: close\r\n"

static void site_hand_over(struct site *site, struct http_request *request);

/* --- the handler: a path for each law --- */

static void describe(struct http_request *request)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OTHER"};
    struct buf out = buf_limited(ANSWER_LIMIT);
    buf_printf(&out, "%s %.*s broken=%d type=%.*s peer=%d x=%.*s\n", methods[request->method],
               STR_FMT(request->path), request->query_broken, STR_FMT(request->content_type),
               request->peer.ss_family, STR_FMT(http_header(request, "x-ONE")));
    for (size_t i = 0; i < request->query_n; i++) {
        buf_add_str(&out, request->query[i].name);
        buf_add_u8(&out, '=');
        buf_add_str(&out, request->query[i].value);
        buf_add_u8(&out, '\n');
    }
    buf_add_str(&out, request->body);
    struct str copy = arena_str(request->arena, buf_str(&out));
    buf_free(&out);
    http_reply(request, 200, "text/plain", copy);
}

static struct http_stream *stream;
static _Atomic int streams_closed;

static void on_stream_close(void *ctx)
{
    stream = NULL;
    streams_closed++;
}

static void handle_stream(struct http_request *request, struct str what)
{
    if (str_eq(what, STR("open"))) {
        stream = http_stream_open(request, on_stream_close, NULL);
        http_stream_send(stream, "greeting", STR("one\r\ntwo\rthree"));
        return;
    }
    bool alive = stream != NULL;
    if (str_eq(what, STR("send")) && alive)
        alive = http_stream_send(stream, NULL, request->body);
    if (str_eq(what, STR("close")) && alive) {
        http_stream_close(stream);
        stream = NULL;
    }
    http_reply(request, 200, NULL, alive ? STR("yes") : STR("no"));
}

static void handle(void *ctx, struct http_request *request)
{
    static const char *const headers[] = {"Location", "/there", "X-Two", "2", NULL};
    struct str rest = request->path;
    struct str piece;
    (void)str_split(&rest, '/', &piece);
    (void)str_split(&rest, '/', &piece);
    if (str_eq(piece, STR("later")))
        site_hand_over(ctx, request);
    else if (str_eq(piece, STR("stream")))
        handle_stream(request, rest);
    else if (str_eq(piece, STR("headers")))
        http_reply_headers(request, 303, NULL, STR(""), headers);
    else if (str_eq(piece, STR("literal")))
        http_reply(request, 200, "text/plain", STR("literal"));
    else if (str_eq(piece, STR("large")))
        http_reply(request, 200, "text/plain",
                   (struct str){.p = arena_alloc(request->arena, 1000000), .n = 1000000});
    else
        describe(request);
}

/* --- answers from another thread --- */

struct job {
    struct letter letter;
    struct site *site;
    struct http_request *request;
};

static void answer_job(struct letter *letter)
{
    struct job *job = (struct job *)letter;
    http_reply(job->request, 200, "text/plain", job->request->query[0].value);
}

static void pass_back(struct letter *letter)
{
    struct job *job = (struct job *)letter;
    letter->deliver = answer_job;
    net_loop_post(job->site->loop, letter);
}

static struct mailbox *clerk_box;
static _Atomic bool clerk_stops;

static void *clerk_thread(void *arg)
{
    while (!clerk_stops) {
        struct pollfd ready = {.fd = mailbox_fd(clerk_box), .events = POLLIN};
        poll(&ready, 1, 20);
        mailbox_deliver(clerk_box, 100);
    }
    return NULL;
}

static void site_hand_over(struct site *site, struct http_request *request)
{
    struct job *job = ARENA_NEW(request->arena, struct job);
    *job = (struct job){.letter.deliver = pass_back, .site = site, .request = request};
    mailbox_post(clerk_box, &job->letter);
}

/* --- set up --- */

static struct site site;
static struct buf answer;

static int open_site(void **state)
{
    struct http_config config = site_config();
    answer = buf_limited(ANSWER_LIMIT);
    site_open(&site, &config, handle);
    return 0;
}

static int close_site(void **state)
{
    site_close(&site);
    buf_free(&answer);
    return 0;
}

/* --- the laws --- */

static void a_get_is_decoded(void **state)
{
    int status = ask(&site, &answer,
                     STR("GET /a%20b+c?to=%2B33&&to=x+y&flag&m=a%3Db&= HTTP/1.1\r\n" HOST
                         "X-One: 1\r\n" CLOSE "\r\n"));
    assert_int_equal(status, 200);
    assert_string_equal(body_of(&answer), "GET /a b+c broken=0 type= peer=2 x=1\n"
                                          "to=+33\nto=x y\nflag=\nm=a=b\n=\n");
    assert_non_null(strstr((char *)answer.p, "X-Content-Type-Options: nosniff\r\n"));
    assert_null(strstr((char *)answer.p, "Server:"));
}

static void a_nul_in_a_value_cuts_nothing(void **state)
{
    ask(&site, &answer, STR("GET /x?m=a%00b&n=1 HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    static const char expected[] = "m=a\0b\nn=1\n";
    assert_non_null(memmem(answer.p, answer.n, expected, sizeof(expected) - 1));
}

static void a_broken_escape_is_kept_and_told(void **state)
{
    int status = ask(&site, &answer, STR("GET /100%?m=5%&n=%zz HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_int_equal(status, 200);
    assert_string_equal(body_of(&answer), "GET /100% broken=1 type= peer=2 x=\nm=5%\nn=%zz\n");
}

static void a_post_has_its_body(void **state)
{
    ask(&site, &answer,
        STR("POST /p HTTP/1.1\r\n" HOST CLOSE "Content-Type: application/x\r\n"
            "Content-Length: 7\r\n\r\na=1&b=2"));
    assert_string_equal(body_of(&answer), "POST /p broken=0 type=application/x peer=2 x=\na=1&b=2");
    ask(&site, &answer,
        STR("PUT /p HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"));
    assert_string_equal(body_of(&answer), "PUT /p broken=0 type= peer=2 x=\nabcdefg");
}

static void head_has_the_headers_only(void **state)
{
    int status = ask(&site, &answer, STR("HEAD /literal HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_int_equal(status, 200);
    assert_non_null(strstr((char *)answer.p, "Content-Length: 7\r\n"));
    assert_string_equal(body_of(&answer), "");
}

static void other_methods_reach_the_handler(void **state)
{
    ask(&site, &answer, STR("BREW /pot HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_string_equal(body_of(&answer), "OTHER /pot broken=0 type= peer=2 x=\n");
}

static void headers_of_the_handler_are_sent(void **state)
{
    assert_int_equal(ask(&site, &answer, STR("GET /headers HTTP/1.1\r\n" HOST CLOSE "\r\n")), 303);
    assert_non_null(strstr((char *)answer.p, "Location: /there\r\n"));
    assert_non_null(strstr((char *)answer.p, "X-Two: 2\r\n"));
}

static void a_large_answer_arrives_whole(void **state)
{
    ask(&site, &answer, STR("GET /large HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_int_equal(answer.p + answer.n - (uint8_t *)body_of(&answer), 1000000);
}

static void a_connection_serves_request_after_request(void **state)
{
    int fd = dial(site.port);
    buf_clear(&answer);
    for (int i = 0; i < 100; i++) {
        buf_clear(&answer);
        say(fd,
            i % 2 ? STR("GET /literal HTTP/1.1\r\n" HOST "\r\n")
                  : STR("POST /later?v=literal HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"));
        assert_true(hear(fd, &answer, "\r\n\r\nliteral"));
    }
    /* Pipelined, of which some wait for another thread. */
    buf_clear(&answer);
    for (int i = 0; i < 10; i++)
        say(fd,
            STR("GET /literal HTTP/1.1\r\n" HOST "\r\nGET /later?v=x HTTP/1.1\r\n" HOST "\r\n"));
    say(fd, STR("GET /later?v=last HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(hear(fd, &answer, "\r\n\r\nlast"));
    close(fd);
}

/* --- limits --- */

static struct str request_with_query(struct arena *arena, size_t n)
{
    char *fill = arena_alloc(arena, n + 1);
    memset(fill, 'a', n);
    return arena_printf(arena, "GET /q?m=%s HTTP/1.1\r\n" HOST CLOSE "\r\n", fill);
}

static void queries_of_8_kilobytes_work_and_larger_ones_are_414(void **state)
{
    struct arena *arena = arena_new();
    int64_t refused = metric_get(METRIC_HTTP_REFUSED);
    assert_int_equal(ask(&site, &answer, request_with_query(arena, 8192)), 200);
    assert_int_equal(strlen(strstr((char *)answer.p, "\nm=") + 3), 8193);
    int status = ask(&site, &answer, request_with_query(arena, 17000));
    assert_true(status == 414 || status == 431);
    assert_int_equal(ask(&site, &answer, request_with_query(arena, 60000)), 414);
    assert_int_equal(metric_get(METRIC_HTTP_REFUSED), refused + 2);
    arena_free(arena);
}

static void nothing_is_taken_whose_answer_would_not_fit(void **state)
{
    for (size_t n = 15000; n < 25500; n += 97) {
        struct arena *arena = arena_new();
        int status = ask(&site, &answer, request_with_query(arena, n));
        if (n < 16000)
            assert_int_equal(status, 200);
        else if (n > 16384)
            assert_int_not_equal(status, 200);
        if (n < 24000)
            assert_int_not_equal(status, 0);
        arena_free(arena);
    }
}

static void too_many_pairs_are_414(void **state)
{
    struct buf request = buf_limited(10000);
    buf_printf(&request, "GET /q?");
    for (int i = 0; i < 41; i++)
        buf_printf(&request, "a=%d&", i);
    buf_printf(&request, " HTTP/1.1\r\n" HOST CLOSE "\r\n");
    assert_int_equal(ask(&site, &answer, buf_str(&request)), 414);
    buf_free(&request);
}

static void large_headers_are_431(void **state)
{
    struct arena *arena = arena_new();
    for (size_t n = 17000; n < 70000; n += 9000) {
        char *fill = arena_alloc(arena, n + 1);
        memset(fill, 'a', n);
        struct str request =
            arena_printf(arena, "GET /q HTTP/1.1\r\n" HOST CLOSE "X: %s\r\n\r\n", fill);
        assert_int_equal(ask(&site, &answer, request), 431);
    }
    arena_free(arena);
}

static struct str post_of(struct arena *arena, size_t n, const char *more)
{
    struct str head = arena_printf(
        arena, "POST /p HTTP/1.1\r\n" HOST CLOSE "%sContent-Length: %zu\r\n\r\n", more, n);
    char *all = arena_alloc(arena, head.n + n);
    memcpy(all, head.p, head.n);
    memset(all + head.n, 'b', n);
    return (struct str){.p = all, .n = head.n + n};
}

static void a_body_over_the_limit_is_413(void **state)
{
    struct arena *arena = arena_new();
    assert_int_equal(ask(&site, &answer, post_of(arena, 50000, "")), 200);
    assert_int_equal(ask(&site, &answer, post_of(arena, 50001, "")), 413);
    assert_int_equal(ask(&site, &answer, post_of(arena, 1000000, "")), 413);
    /* Asked first, the answer comes before the body. */
    struct str asking = post_of(arena, 50001, "Expect: 100-continue\r\n");
    assert_int_equal(ask(&site, &answer, str_sub(asking, 0, asking.n - 50001)), 413);
    /* Too much to wait for. */
    assert_int_equal(
        ask(&site, &answer,
            STR("POST /p HTTP/1.1\r\n" HOST CLOSE "Content-Length: 99999999999\r\n\r\nabc")),
        413);
    arena_free(arena);
}

static void a_chunked_body_over_the_limit_is_413(void **state)
{
    struct buf request = buf_limited(1 << 20);
    buf_printf(&request, "POST /p HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100; i++)
        buf_printf(&request, "400\r\n%01024d\r\n", 0);
    buf_printf(&request, "0\r\n\r\n");
    assert_int_equal(ask(&site, &answer, buf_str(&request)), 413);
    buf_free(&request);
}

static void garbage_is_never_a_crash(void **state)
{
    static const char *const garbage[] = {"\r\n\r\n",
                                          "GET\r\n\r\n",
                                          "GET  HTTP/1.1\r\n\r\n",
                                          "GET /x HTTP/9.9\r\n\r\n",
                                          "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
                                          "GET /x? HTTP/1.1\r\n: \r\n\r\n",
                                          "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                                          "POST /x HTTP/1.1\r\nContent-Length: 1e9\r\n\r\n",
                                          "GET /x?a HTTP/1.1\r\nHost\r\n\r\n",
                                          "GET /x?a HTTP/1.1 HTTP/1.1\r\n" HOST CLOSE "\r\n",
                                          "GET ? HTTP/1.1\r\n" HOST CLOSE "\r\n"};
    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
        int fd = dial(site.port);
        say(fd, str_of(garbage[i]));
        close(fd);
    }
    assert_int_equal(ask(&site, &answer, STR("GET /literal HTTP/1.1\r\n" HOST CLOSE "\r\n")), 200);
}

static void connections_above_the_maximum_are_told_503(void **state)
{
    int fds[20];
    for (size_t i = 0; i < 20; i++) {
        fds[i] = dial(site.port);
        buf_clear(&answer);
        say(fds[i], STR("GET /literal HTTP/1.1\r\n" HOST "\r\n"));
        assert_true(hear(fds[i], &answer, "literal"));
    }
    assert_int_equal(ask(&site, &answer, STR("GET /literal HTTP/1.1\r\n" HOST "\r\n")), 503);
    for (size_t i = 0; i < 20; i++)
        close(fds[i]);
    usleep(50000);
    assert_int_equal(ask(&site, &answer, STR("GET /literal HTTP/1.1\r\n" HOST CLOSE "\r\n")), 200);
}

static void an_address_has_its_share_of_connections(void **state)
{
    struct http_config config = site_config();
    struct site small;
    config.max_connections_per_ip = 2;
    site_open(&small, &config, handle);
    int fds[2];
    for (size_t i = 0; i < 2; i++) {
        fds[i] = dial(small.port);
        buf_clear(&answer);
        say(fds[i], STR("GET /literal HTTP/1.1\r\n" HOST "\r\n"));
        assert_true(hear(fds[i], &answer, "literal"));
    }
    int64_t refused = metric_get(METRIC_HTTP_REFUSED);
    assert_int_equal(ask(&small, &answer, STR("GET /literal HTTP/1.1\r\n" HOST "\r\n")), 0);
    assert_int_equal(metric_get(METRIC_HTTP_REFUSED), refused + 1);
    close(fds[0]);
    close(fds[1]);
    site_close(&small);
}

static void silent_and_dribbling_clients_are_dropped(void **state)
{
    struct http_config config = site_config();
    struct site brief;
    config.idle_timeout_s = 1;
    site_open(&brief, &config, handle);
    int silent = dial(brief.port);
    int dribbling = dial(brief.port);
    bool dropped = false;
    for (int i = 0; i < 50 && !dropped; i++) {
        usleep(100000);
        char byte;
        say(dribbling, STR("G"));
        dropped = recv(dribbling, &byte, 1, MSG_DONTWAIT) == 0;
    }
    assert_true(dropped);
    buf_clear(&answer);
    assert_true(hear(silent, &answer, NULL));
    close(silent);
    close(dribbling);
    site_close(&brief);
}

/* --- kept requests --- */

enum { LARGE = 8 << 20 };

static void give_large(void *ctx, struct http_request *request)
{
    char *body = arena_alloc(request->arena, LARGE);
    memset(body, 'x', LARGE);
    http_reply(request, 200, "text/plain", (struct str){body, LARGE});
}

/* Reads all of it, or what comes before the end. */
static size_t take_all(int fd)
{
    static char bytes[1 << 16];
    size_t all = 0;
    ssize_t n;
    while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
        all += (size_t)n;
    return all;
}

static void answers_that_nobody_takes_do_not_hold_all_memory(void **state)
{
    struct http_config config = site_config();
    struct site tight;
    int fds[3];
    config.max_held = 2 * (size_t)LARGE;
    config.idle_timeout_s = 15; /* an answer may wait a third of it */
    site_open(&tight, &config, give_large);
    for (size_t i = 0; i < 2; i++) {
        fds[i] = dial(tight.port);
        buf_clear(&answer);
        say(fds[i], STR("GET / HTTP/1.1\r\n" HOST CLOSE "\r\n"));
        assert_true(hear(fds[i], &answer, "200 OK"));
    }
    assert_int_equal(ask(&tight, &answer, STR("GET / HTTP/1.1\r\n" HOST CLOSE "\r\n")), 503);
    /* After a while the first yields to who reads; the second loses nothing. */
    usleep(5100000);
    fds[2] = dial(tight.port);
    say(fds[2], STR("GET / HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_true(take_all(fds[2]) > LARGE);
    assert_true(take_all(fds[0]) < LARGE - sizeof(answer));
    assert_true(take_all(fds[1]) + (1 << 16) > LARGE);
    for (size_t i = 0; i < 3; i++)
        close(fds[i]);
    site_close(&tight);
}

static void a_thousand_kept_requests_get_their_own_answers(void **state)
{
    enum { CONNECTIONS = 16, ROUNDS = 64 };
    int fds[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        fds[i] = dial(site.port);
    for (int round = 0; round < ROUNDS; round++) {
        char text[100];
        for (int i = 0; i < CONNECTIONS; i++) {
            int n = snprintf(text, sizeof(text), "GET /later?v=%d.%d. HTTP/1.1\r\n" HOST "\r\n",
                             round, i);
            say(fds[i], (struct str){.p = text, .n = (size_t)n});
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            snprintf(text, sizeof(text), "\r\n\r\n%d.%d.", round, i);
            buf_clear(&answer);
            assert_true(hear(fds[i], &answer, text));
        }
    }
    for (int i = 0; i < CONNECTIONS; i++)
        close(fds[i]);
}

static void a_client_that_left_hurts_nobody(void **state)
{
    for (int i = 0; i < 10; i++) {
        int fd = dial(site.port);
        say(fd, STR("GET /later?v=1 HTTP/1.1\r\n" HOST "\r\n"));
        close(fd);
    }
    assert_int_equal(ask(&site, &answer, STR("GET /later?v=1 HTTP/1.1\r\n" HOST CLOSE "\r\n")),
                     200);
}

/* At every moment: also between its handler's turn and what the socket says next. */
static void a_client_that_resets_hurts_nobody(void **state)
{
    const struct linger at_once = {.l_onoff = 1};
    for (int i = 0; i < 3000; i++) {
        int fd = dial(site.port);
        say(fd, STR("GET /later?v=1 HTTP/1.1\r\n" HOST "\r\n"));
        usleep((useconds_t)(i % 100));
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        close(fd);
    }
    assert_int_equal(ask(&site, &answer, STR("GET /later?v=1 HTTP/1.1\r\n" HOST CLOSE "\r\n")),
                     200);
}

static struct http_request *kept;

static void keep(void *ctx, struct http_request *request)
{
    if (str_eq(request->path, STR("/keep")))
        kept = request;
    else
        http_reply(request, 200, NULL, STR("now"));
}

struct order {
    struct letter letter;
    struct site *site;
};

static void quiesce(struct letter *letter)
{
    http_server_quiesce(((struct order *)letter)->site->server);
}

static void after_quiesce_only_requests_under_way_are_served(void **state)
{
    struct http_config config = site_config();
    struct site other;
    site_open(&other, &config, keep);
    int keeper = dial(other.port);
    int second = dial(other.port);
    buf_clear(&answer);
    say(keeper, STR("GET /keep HTTP/1.1\r\n" HOST "\r\n"));
    say(second, STR("GET /x HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(hear(second, &answer, "now"));
    struct order order = {.letter.deliver = quiesce, .site = &other};
    net_loop_post(other.loop, &order.letter);
    usleep(50000);
    buf_clear(&answer);
    say(second, STR("GET /x HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(hear(second, &answer, NULL)); /* and the connection ends */
    assert_int_equal(status_of(&answer), 503);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(other.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int third = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_not_equal(connect(third, (struct sockaddr *)&at, sizeof(at)), 0);
    /* The one that nobody answered is told so at the very end. */
    assert_non_null(kept);
    site_close(&other);
    buf_clear(&answer);
    assert_true(hear(keeper, &answer, NULL));
    assert_int_equal(status_of(&answer), 503);
    close(keeper);
    close(second);
    close(third);
}

static void a_client_that_only_stopped_writing_gets_its_answer(void **state)
{
    int fd = dial(site.port);
    buf_clear(&answer);
    say(fd, STR("GET /later?v=here HTTP/1.1\r\n" HOST "\r\n"));
    shutdown(fd, SHUT_WR);
    assert_true(hear(fd, &answer, "\r\n\r\nhere"));
    close(fd);
}

/* --- streams --- */

static void events_arrive_as_they_are_sent(void **state)
{
    int fd = dial(site.port);
    struct buf events = buf_limited(ANSWER_LIMIT);
    say(fd, STR("GET /stream/open HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(hear(fd, &events, "event: greeting\ndata: one\ndata: two\ndata: three\n\n"));
    assert_non_null(strstr((char *)events.p, "Content-Type: text/event-stream"));
    for (int i = 0; i < 10; i++) {
        ask(&site, &answer,
            STR("POST /stream/send HTTP/1.1\r\n" HOST CLOSE "Content-Length: 5\r\n\r\nhello"));
        assert_string_equal(body_of(&answer), "yes");
        assert_true(hear(fd, &events, "data: hello\n\n"));
        buf_clear(&events);
    }
    ask(&site, &answer, STR("POST /stream/close HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_true(hear(fd, &events, "0\r\n\r\n"));
    assert_int_equal(streams_closed, 0);
    close(fd);
    buf_free(&events);
}

static void a_client_that_does_not_read_loses_its_stream(void **state)
{
    int fd = dial(site.port);
    struct buf events = buf_limited(ANSWER_LIMIT);
    struct arena *arena = arena_new();
    streams_closed = 0;
    say(fd, STR("GET /stream/open HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(hear(fd, &events, "data: three\n\n"));
    struct str send = arena_printf(
        arena, "POST /stream/send HTTP/1.1\r\n" HOST CLOSE "Content-Length: 40000\r\n\r\n%040000d",
        0);
    bool alive = true;
    for (int i = 0; i < 1000 && alive; i++) {
        ask(&site, &answer, send);
        alive = strcmp(body_of(&answer), "yes") == 0;
    }
    assert_false(alive);
    close(fd);
    for (int i = 0; i < 100 && !streams_closed; i++)
        usleep(20000);
    assert_int_equal(streams_closed, 1);
    arena_free(arena);
    buf_free(&events);
}

static void the_end_of_the_server_ends_streams(void **state)
{
    struct http_config config = site_config();
    struct site other;
    struct buf events = buf_limited(ANSWER_LIMIT);
    site_open(&other, &config, handle);
    streams_closed = 0;
    int fd = dial(other.port);
    say(fd, STR("GET /stream/open HTTP/1.1\r\n" HOST "\r\n"));
    assert_true(hear(fd, &events, "data: three\n\n"));
    site_close(&other);
    assert_true(hear(fd, &events, NULL));
    assert_int_equal(streams_closed, 1);
    close(fd);
    buf_free(&events);
}

/* --- where it listens --- */

static void the_socket_file_is_for_its_owner_only(void **state)
{
    char folder[] = "/tmp/navette-test-XXXXXX";
    char path[100];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/server.sock", folder);
    struct http_config config = site_config();
    config.address = NULL;
    config.unix_path = path;

    /* What a server that was killed leaves behind. */
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    assert_int_equal(str_copy(at.sun_path, sizeof(at.sun_path), str_of(path)), OK);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&at, sizeof(at)), 0);
    close(dead);

    struct site local;
    struct stat st;
    mode_t old_mask = umask(0);
    site_open(&local, &config, handle);
    umask(old_mask);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    int fd = dial_unix(path);
    buf_clear(&answer);
    say(fd, STR("GET /x HTTP/1.1\r\n" HOST CLOSE "\r\n"));
    assert_true(hear(fd, &answer, NULL));
    assert_string_equal(body_of(&answer), "GET /x broken=0 type= peer=1 x=\n");
    close(fd);

    struct net_loop *loop = net_loop_new();
    struct http_server *second;
    assert_int_equal(http_server_new(&second, loop, &config, handle, NULL), ERR_IO);
    net_loop_free(loop);
    site_close(&local);
    assert_int_not_equal(stat(path, &st), 0);
    rmdir(folder);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
    char path[] = "/tmp/navette-test-XXXXXX";
    int fd = mkstemp(path);
    struct http_config config = site_config();
    config.unix_path = path;
    struct net_loop *loop = net_loop_new();
    struct http_server *server;
    struct stat st;
    assert_int_equal(http_server_new(&server, loop, &config, handle, NULL), ERR_IO);
    net_loop_free(loop);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    close(fd);
    unlink(path);
}

static void bad_addresses_are_errors(void **state)
{
    static const char *const bad[] = {"",      "127.0.0.1", ":80",          "127.0.0.1:", "::1:80",
                                      "[::1]", "1.2.3.4:x", "256.1.1.1:80", "1.2.3.4:80"};
    struct net_loop *loop = net_loop_new();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct http_config config = site_config();
        struct http_server *server;
        config.address = bad[i];
        assert_int_equal(http_server_new(&server, loop, &config, handle, NULL), ERR_IO);
    }
    net_loop_free(loop);
}

static int start_clerk(void **state)
{
    static pthread_t clerk;
    clerk_box = mailbox_new();
    *state = &clerk;
    return pthread_create(&clerk, NULL, clerk_thread, NULL);
}

static int stop_clerk(void **state)
{
    clerk_stops = true;
    pthread_join(*(pthread_t *)*state, NULL);
    mailbox_free(clerk_box);
    return 0;
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(a_get_is_decoded),
        LAW(a_nul_in_a_value_cuts_nothing),
        LAW(a_broken_escape_is_kept_and_told),
        LAW(a_post_has_its_body),
        LAW(head_has_the_headers_only),
        LAW(other_methods_reach_the_handler),
        LAW(headers_of_the_handler_are_sent),
        LAW(a_large_answer_arrives_whole),
        LAW(a_connection_serves_request_after_request),
        LAW(queries_of_8_kilobytes_work_and_larger_ones_are_414),
        LAW(nothing_is_taken_whose_answer_would_not_fit),
        LAW(too_many_pairs_are_414),
        LAW(large_headers_are_431),
        LAW(a_body_over_the_limit_is_413),
        LAW(a_chunked_body_over_the_limit_is_413),
        LAW(garbage_is_never_a_crash),
        LAW(connections_above_the_maximum_are_told_503),
        LAW(an_address_has_its_share_of_connections),
        LAW(silent_and_dribbling_clients_are_dropped),
        LAW(answers_that_nobody_takes_do_not_hold_all_memory),
        LAW(a_thousand_kept_requests_get_their_own_answers),
        LAW(a_client_that_left_hurts_nobody),
        LAW(a_client_that_resets_hurts_nobody),
        LAW(after_quiesce_only_requests_under_way_are_served),
        LAW(a_client_that_only_stopped_writing_gets_its_answer),
        LAW(events_arrive_as_they_are_sent),
        LAW(a_client_that_does_not_read_loses_its_stream),
        LAW(the_end_of_the_server_ends_streams),
        LAW(the_socket_file_is_for_its_owner_only),
        LAW(a_file_that_is_no_socket_is_left_alone),
        LAW(bad_addresses_are_errors),
    };
    return cmocka_run_group_tests(tests, start_clerk, stop_clerk);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start: lock the directory, open the core, then the edges, then say ready. Stop: no new requests,
 * the carriers drain and unbind, what was taken is answered, the writer ends last.
 */
#include "app/cmd_serve.h"

#include "api/allow_ip.h"
#include "api/api.h"
#include "app/ask.h"
#include "app/carrier_calls.h"
#include "app/cli_text.h"
#include "app/config.h"
#include "app/demo.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "carrier/carrier.h"
#include "core/core.h"
#include "db/db.h"
#include "net/loop.h"
#include "notify/notify.h"
#include "store/id.h"
#include "text/phone.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_OK, EXIT_FAILED, EXIT_USAGE };
enum { DRAIN_MAX_MS = 8000, HURRY_AFTER_MS = 4000, PATH_SIZE = 512, MARK_SIZE = 17 };

struct server {
    struct config config;
    char socket_path[PATH_SIZE];
    char sqlite_url[PATH_SIZE + 16];
    const char *database;
    char http_url[64];
    char name[NODE_NAME_MAX];
    struct feed_limits feed;
    int node;
    char **argv; /* as main got it */
    int lock_fd;
    sigset_t signals; /* that end it */
    struct core *core;
    struct net_loop *http_loop;
    struct net_loop *smpp_loop;
    struct net_loop *notify_loop;
    struct net_guard guard;
    struct api *api;
    struct carriers *carriers;
    struct notify *notify;
    struct demo *demo;
    pthread_t http_thread;
    pthread_t smpp_thread;
    pthread_t notify_thread;
    _Atomic bool carriers_ended;
    _Atomic bool notify_ended;
    _Atomic bool stopping; /* asked to */
};

/* ---- the data directory ---- */

static enum err lock_data(struct server *s)
{
    char path[PATH_SIZE];
    const char *dir = s->config.data;
    if (mkdir(dir, 0700) && errno != EEXIST) {
        log_error("data_directory", "path=%s error=\"%s\"", dir, strerror(errno));
        return ERR_IO;
    }
    if (snprintf(path, sizeof(path), "%s/navette.lock", dir) >= PATH_SIZE - 32) {
        log_error("data_directory", "error=\"the path is too long\"");
        return ERR_TOO_LONG;
    }
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0) {
        log_error("data_directory", "path=%s error=\"%s\"", path, strerror(errno));
        return ERR_IO;
    }
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB)) {
        fprintf(stderr,
                cli_text("navette serve: another server runs on %s; stop it first, or choose "
                         "another directory with --data\n"),
                dir);
        return ERR_CONFLICT;
    }
    return OK;
}

/* Drawn at the first start and kept in the lock's file: host names and paths are not unique. */
static enum err read_mark(const struct server *s, char mark[MARK_SIZE])
{
    ssize_t n = pread(s->lock_fd, mark, MARK_SIZE - 1, 0);
    if (n == MARK_SIZE - 1) {
        mark[n] = '\0';
        return OK;
    }
    snprintf(mark, MARK_SIZE, "%016llx", (unsigned long long)secret_random_u64());
    if (pwrite(s->lock_fd, mark, MARK_SIZE - 1, 0) == MARK_SIZE - 1)
        return OK;
    log_error("data_directory", "file=navette.lock error=\"%s\"", strerror(errno));
    return ERR_IO;
}

/* What tells this installation from the others of one database. */
static enum err name_node(struct server *s)
{
    char mark[MARK_SIZE];
    char host[HOST_NAME_MAX + 1] = "";
    enum err e = read_mark(s, mark);
    if (e)
        return e;
    gethostname(host, sizeof(host) - 1);
    char *path = realpath(s->config.data, NULL);
    int n =
        snprintf(s->name, sizeof(s->name), "%s:%s:%s", host, path ? path : s->config.data, mark);
    free(path);
    if (n < (int)sizeof(s->name))
        return OK;
    log_error("data_directory", "error=\"the path is too long\"");
    return ERR_TOO_LONG;
}

static void name_paths(struct server *s)
{
    snprintf(s->socket_path, sizeof(s->socket_path), "%s/navette.sock", s->config.data);
    snprintf(s->sqlite_url, sizeof(s->sqlite_url), "sqlite:%s/navette.db", s->config.data);
    s->database = s->config.database[0] ? s->config.database : s->sqlite_url;
}

/* ---- taken over by another node ---- */

/* On the writer's thread: memory, sessions and the open transaction end here, all at once. Who was
 * asked to stop goes on with that: nothing is sent or committed any more anyway. */
static void begin_anew(void *ctx)
{
    const struct server *s = ctx;
    if (s->stopping)
        return;
    log_error("node_fenced", "hint=\"this server was silent for too long and others took over; it "
                             "begins anew\"");
    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC); /* those of libraries too */
    execv("/proc/self/exe", s->argv);
    log_error("serve_failed", "error=\"%s\"", strerror(errno));
    _exit(EXIT_FAILED);
}

/* ---- start ---- */

static void *loop_main(void *loop)
{
    net_loop_run(loop);
    return NULL;
}

static void start_thread(pthread_t *thread, const char *name, struct net_loop *loop)
{
    if (pthread_create(thread, NULL, loop_main, loop))
        base_out_of_memory();
    pthread_setname_np(*thread, name);
}

/* Before the threads are there nobody waits for signals: they are kept. */
static bool is_told_to_stop(void *ctx)
{
    sigset_t pending;
    (void)ctx;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1);
}

static const char *or_null(const char *s)
{
    return s[0] ? s : NULL;
}

static void open_notify(struct server *s)
{
    const struct config *c = &s->config;
    struct notify_config config = {.calls = {.guard = s->guard,
                                             .ca_file = or_null(c->callback_ca),
                                             .smtp_url = or_null(c->smtp),
                                             .smtp_user = or_null(c->smtp_user),
                                             .smtp_password = c->smtp_password,
                                             .smtp_tls = strcmp(c->smtp_tls, "no") != 0},
                                   .mail_from = c->smtp_from};
    s->notify_loop = net_loop_new();
    s->notify = notify_new(s->core, s->notify_loop, &config);
}

static enum err open_all(struct server *s)
{
    struct core_config core = {.database_url = s->database,
                               .name = s->name,
                               .node = s->node,
                               .feed = s->feed,
                               .fenced = begin_anew,
                               .give_up = is_told_to_stop,
                               .ctx = s};
    struct api_config api = {.http_address = s->config.http,
                             .socket_path = s->socket_path,
                             .more_info_url = s->config.help_url[0] ? s->config.help_url : NULL,
                             .public_url = or_null(s->config.public_url),
                             .proxies = or_null(s->config.proxies),
                             .version = NAVETTE_VERSION,
                             .sends_mail = s->config.smtp[0] != 0};
    carrier_calls_fill(&api, &s->carriers);
    phone_init();
    enum err e = core_open(&s->core, &core);
    if (e)
        return e;
    s->http_loop = net_loop_new();
    s->smpp_loop = net_loop_new();
    open_notify(s);
    if (s->config.demo)
        e = demo_start(&s->demo, &s->config);
    if (!e && s->demo)
        api.phones_url = demo_phones_url(s->demo);
    if (!e)
        e = carriers_new(&s->carriers, s->core, s->smpp_loop);
    return e ? e : api_new(&s->api, s->core, s->http_loop, &api);
}

static void start_threads(struct server *s)
{
    core_start(s->core);
    start_thread(&s->http_thread, "http", s->http_loop);
    start_thread(&s->smpp_thread, "smpp", s->smpp_loop);
    start_thread(&s->notify_thread, "notify", s->notify_loop);
}

/* While nobody may sign in, whoever reads this may become the operator. */
static void print_first_run(const struct server *s)
{
    struct app_answer answer;
    enum err e = app_ask(&answer, s->socket_path, "POST", "/api/v1/first-run/code", json_object());
    const char *url = json_string_value(json_object_get(answer.json, "url"));
    if (url)
        printf(cli_text("first run: open %s\n"), url);
    else if (e || answer.status != 409) /* 409: there are members */
        log_warn("first_run_link", "status=%d error=%s", answer.status, err_name(e));
    json_decref(answer.json);
}

static enum err announce(struct server *s)
{
    struct str host = str_of(s->config.http);
    while (host.n && host.p[host.n - 1] != ':')
        host.n--;
    snprintf(s->http_url, sizeof(s->http_url), "http://%.*s%u", STR_FMT(host),
             api_http_port(s->api));
    enum err e = s->demo ? demo_fill(s->demo, s->socket_path, s->http_url) : OK;
    if (e)
        return e;
    print_first_run(s);
    printf("http %s\nsocket %s\nready\n", s->http_url, s->socket_path);
    fflush(stdout);
    return OK;
}

/* ---- stop ---- */

static void carriers_ended(void *ctx)
{
    ((struct server *)ctx)->carriers_ended = true;
}

static void notify_ended(void *ctx)
{
    ((struct server *)ctx)->notify_ended = true;
}

/* Asked of the HTTP thread again and again while we stop. */
struct http_question {
    struct letter letter;
    struct server *server;
    _Atomic bool under_way;
    _Atomic size_t pending;
};

static void quiesce_and_count(struct letter *letter)
{
    struct http_question *q = (struct http_question *)letter;
    api_quiesce(q->server->api);
    q->pending = api_pending(q->server->api);
    q->under_way = false;
}

static void ask_http(struct http_question *q)
{
    q->under_way = true;
    net_loop_post(q->server->http_loop, &q->letter);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static void drain(struct server *s)
{
    struct http_question q = {.letter.deliver = quiesce_and_count, .server = s};
    notify_stop(s->notify, notify_ended, s);
    carriers_stop(s->carriers, carriers_ended, s);
    ask_http(&q);
    for (int waited = 0; waited < DRAIN_MAX_MS || q.under_way; waited += 10) {
        pause_ms(10);
        if (q.under_way)
            continue;
        if (s->carriers_ended && s->notify_ended && q.pending == 0)
            break;
        ask_http(&q);
    }
}

static void stop_threads(struct server *s)
{
    demo_settle(s->demo);
    db_hurry_after(HURRY_AFTER_MS);
    drain(s);
    core_stop(s->core); /* everything that was posted is committed and given back */
    net_loop_stop(s->http_loop);
    net_loop_stop(s->smpp_loop);
    net_loop_stop(s->notify_loop);
    pthread_join(s->http_thread, NULL);
    pthread_join(s->smpp_thread, NULL);
    pthread_join(s->notify_thread, NULL);
}

static void close_all(struct server *s)
{
    api_free(s->api);
    carriers_free(s->carriers);
    demo_stop(s->demo);
    notify_free(s->notify);
    core_close(s->core);
    net_loop_free(s->http_loop);
    net_loop_free(s->smpp_loop);
    net_loop_free(s->notify_loop);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    config_free(&s->config);
}

/* ---- the command ---- */

static void wait_for_signal(struct server *s)
{
    int number;
    while (sigwait(&s->signals, &number))
        ;
    s->stopping = true;
    log_info("stopping", "signal=%s", sigabbrev_np(number));
}

static enum err check_events(struct server *s)
{
    enum { DAYS_MOST = 365, MB_MOST = 1000000, MB_BITS = 20 };
    uint64_t days, mb;
    if (str_to_u64(&days, str_of(s->config.events_days)) || days < 1 || days > DAYS_MOST ||
        str_to_u64(&mb, str_of(s->config.events_mb)) || mb < 1 || mb > MB_MOST) {
        fputs(cli_text("navette serve: --events-days must be a number from 1 to 365, --events-mb "
                       "one from 1 to 1000000\n"),
              stderr);
        return ERR_INVALID;
    }
    s->feed = (struct feed_limits){(int64_t)days * DAY_US, (int64_t)mb << MB_BITS};
    return OK;
}

/* What config.def cannot say about its values. */
static enum err check_config(struct server *s)
{
    enum log_level level;
    uint64_t node = 0;
    bool any = !s->config.node[0];
    if (log_level_parse(&level, str_of(s->config.log_level))) {
        fputs(cli_text("navette serve: --log-level must be debug, info, warn or error\n"), stderr);
        return ERR_INVALID;
    }
    if (!any && (str_to_u64(&node, str_of(s->config.node)) || node >= STORE_NODES)) {
        fprintf(stderr, cli_text("navette serve: --node must be a number from 0 to %d\n"),
                STORE_NODES - 1);
        return ERR_INVALID;
    }
    /* The demo's own callbacks go to its simulator. */
    bool own = s->config.demo && !s->config.callback_allow[0];
    if (net_guard_parse(&s->guard, own ? STR("127.0.0.0/8") : str_of(s->config.callback_allow))) {
        fputs(cli_text("navette serve: --callback-allow must be networks such as 10.0.0.0/8\n"),
              stderr);
        return ERR_INVALID;
    }
    for (char *c = s->config.proxies; *c; c++)
        *c = *c == ',' ? ' ' : *c;
    if (allow_ip_check(str_of(s->config.proxies))) {
        fputs(cli_text("navette serve: --proxies must be at most 5 networks such as 10.0.0.0/8\n"),
              stderr);
        return ERR_INVALID;
    }
    if (check_events(s))
        return ERR_INVALID;
    log_set_level(level);
    s->node = any ? NODE_ANY_NUMBER : (int)node;
    return OK;
}

static enum err set_up(struct server *s)
{
    name_paths(s);
    enum err e = secret_init();
    if (!e)
        e = lock_data(s);
    if (!e)
        e = name_node(s);
    return e ? e : open_all(s);
}

int cmd_serve(int argc, char **argv)
{
    struct server s = {.argv = argv, .lock_fd = -1};
    pthread_setname_np(pthread_self(), "navette"); /* also when it began anew from /proc/self/exe */
    if (config_read(&s.config, argc - 1, argv + 1)) {
        fputs(cli_text("see navette serve --help\n"), stderr);
        config_free(&s.config);
        return EXIT_USAGE;
    }
    if (s.config.help) {
        config_help(stdout);
        config_free(&s.config);
        return EXIT_OK;
    }
    if (check_config(&s)) {
        config_free(&s.config);
        return EXIT_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&s.signals);
    sigaddset(&s.signals, SIGINT);
    sigaddset(&s.signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &s.signals, NULL); /* every thread inherits it: only main is told */
    enum err e = set_up(&s);
    bool given_up = e && is_told_to_stop(&s);
    if (!e) {
        start_threads(&s);
        e = announce(&s);
        if (!e)
            wait_for_signal(&s);
        stop_threads(&s);
    }
    close_all(&s);
    if (given_up)
        log_info("stopping", "while=starting");
    else if (e) /* why was told where it was found; errors' sentences are for who asks a server */
        log_error("serve_failed", "error=%s", err_name(e));
    return e && !given_up ? EXIT_FAILED : EXIT_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many requests a second net/calls makes on one core: GETs like OVH's receipts to a sink on the
 * same machine that keeps its connections and answers at once.
 *
 *     calls [REQUESTS [URL]]     without a URL: a sink of its own, in a process of its own
 *     calls --sink ADDR:PORT     only the sink, which tells how much it heard each second
 */
#include "net/calls.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"
#include "net/address.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { AT_ONCE = CALLS_PER_HOST, EVENTS = 64 };

static struct net_loop *loop;
static struct calls *calls;
static const char *base;
static uint64_t total = 200000;
static uint64_t left, done, failed;

struct request {
    struct net_call call;
    char url[512];
};

/* ---- the sink: counts ends of requests, answers each ---- */

static uint64_t heard;

static void answer(int fd)
{
    static const char yes[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    char bytes[65536];
    ssize_t n = read(fd, bytes, sizeof(bytes));
    if (n <= 0) {
        close(fd);
        return;
    }
    for (ssize_t i = 3; i < n; i++) {
        if (memcmp(bytes + i - 3, "\r\n\r\n", 4) != 0)
            continue;
        heard++;
        if (write(fd, yes, sizeof(yes) - 1) < 0)
            return;
    }
}

static void tell_each_second(void)
{
    static int64_t told_us;
    static uint64_t told;
    int64_t now_us = clock_mono_us();
    if (now_us - told_us < SEC_US)
        return;
    if (heard > told) {
        printf("%llu\n", (unsigned long long)(heard - told));
        fflush(stdout);
    }
    told = heard;
    told_us = now_us;
}

static _Noreturn void sink(int listener, bool tells)
{
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        struct epoll_event ready[EVENTS];
        int n = epoll_wait(epoll, ready, EVENTS, tells ? 1000 : -1);
        if (tells)
            tell_each_second();
        for (int i = 0; i < n; i++) {
            if (ready[i].data.fd != listener) {
                answer(ready[i].data.fd);
                continue;
            }
            event.data.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            if (event.data.fd >= 0)
                epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
        }
    }
}

/* ---- the caller ---- */

static void start(struct request *r);

static void on_done(struct net_call *call)
{
    failed += !call->good;
    if (++done == total)
        net_loop_stop(loop);
    start((struct request *)call);
}

static void start(struct request *r)
{
    if (!left)
        return;
    left--;
    r->call = (struct net_call){.url = r->url, .done = on_done};
    snprintf(r->url, sizeof(r->url),
             "%s?id=%llu&ptt=4&date=2026-11-21%%2015%%3A05%%3A00&description=1&"
             "descriptionDlr=success&dlr=1",
             base, 117485283667968ull + done);
    calls_start(calls, &r->call);
}

static double cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    static struct request requests[AT_ONCE];
    char url[64];
    pid_t child = 0;
    int listening;
    if (argc == 3 && strcmp(argv[1], "--sink") == 0 && !net_listen_tcp(&listening, argv[2]))
        sink(listening, true);
    if (secret_init() || (argc > 1 && str_to_u64(&total, str_of(argv[1]))))
        return 2;
    base = argv[argc > 2 ? 2 : 0];
    if (argc <= 2) {
        int listener;
        if (net_listen_tcp(&listener, "127.0.0.1:0"))
            return 1;
        snprintf(url, sizeof(url), "http://127.0.0.1:%u/dlr", net_address_local_port(listener));
        base = url;
        child = fork();
        if (child == 0)
            sink(listener, false);
        close(listener);
    }
    loop = net_loop_new();
    struct calls_config config = {.loop = loop};
    if (net_guard_parse(&config.guard, STR("127.0.0.0/8")))
        return 1;
    calls = calls_new(&config);
    left = total;
    double began_cpu = cpu_s();
    int64_t began_us = clock_mono_us();
    for (size_t i = 0; i < AT_ONCE; i++)
        start(&requests[i]);
    net_loop_run(loop);
    double took = (double)(clock_mono_us() - began_us) / 1e6;
    double cpu = cpu_s() - began_cpu;
    printf("%llu requests, %llu failed: %.0f/s, %.1f us of processor each\n",
           (unsigned long long)total, (unsigned long long)failed, (double)total / took,
           cpu * 1e6 / (double)total);
    calls_free(calls);
    net_loop_free(loop);
    if (child > 0)
        kill(child, SIGTERM);
    return failed != 0;
}

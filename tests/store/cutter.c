/* SPDX-License-Identifier: Apache-2.0 */
#include "cutter.h"

#include "testing.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TURN_MS = 50, CHUNK = 65536 };

static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    assert_true(strlen(path) < sizeof(at.sun_path));
    memcpy(at.sun_path, path, strlen(path));
    return at;
}

static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, TURN_MS) > 0;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

/* False when the connection is over, by its own end or by ours. */
static bool carry_request(struct cutter *c, int client, int server, bool *deaf)
{
    char bytes[CHUNK];
    ssize_t n = recv(client, bytes, sizeof(bytes), 0);
    if (n <= 0)
        return false;
    if (!memmem(bytes, (size_t)n, "COMMIT", strlen("COMMIT")))
        return write_all(server, bytes, (size_t)n);
    int cut = atomic_exchange(&c->next, CUT_NOTHING);
    *deaf = cut == CUT_AFTER_COMMIT;
    return cut != CUT_BEFORE_COMMIT && write_all(server, bytes, (size_t)n);
}

static bool carry_answer(int client, int server, bool deaf)
{
    char bytes[CHUNK];
    ssize_t n = recv(server, bytes, sizeof(bytes), 0);
    return n > 0 && !deaf && write_all(client, bytes, (size_t)n);
}

static void serve(struct cutter *c, int client)
{
    struct sockaddr_un at = address(c->server);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool deaf = false;
    bool open = connect(server, (struct sockaddr *)&at, sizeof(at)) == 0;
    while (open && !atomic_load(&c->stopping)) {
        struct pollfd both[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
        if (poll(both, 2, TURN_MS) <= 0)
            continue;
        if (both[0].revents)
            open = carry_request(c, client, server, &deaf);
        if (open && both[1].revents)
            open = carry_answer(client, server, deaf);
    }
    close(client);
    close(server);
}

static void *cutter_main(void *arg)
{
    struct cutter *c = arg;
    while (!atomic_load(&c->stopping))
        if (readable(c->listening))
            serve(c, accept(c->listening, NULL, NULL));
    return NULL;
}

/* Puts our folder where the URL says host=…. */
static void rewrite_url(struct cutter *c, const char *url)
{
    const char *host = strstr(url, "host=");
    assert_non_null(host);
    host += strlen("host=");
    size_t n = strcspn(host, "&");
    snprintf(c->server, sizeof(c->server), "%.*s/.s.PGSQL.5432", (int)n, host);
    snprintf(c->url, sizeof(c->url), "%.*s%s%s", (int)(host - url), url, c->dir, host + n);
}

void cutter_start(struct cutter *c, const char *url)
{
    char path[96];
    memset(c, 0, sizeof(*c));
    snprintf(c->dir, sizeof(c->dir), "/tmp/navette-cutter-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    rewrite_url(c, url);
    snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", c->dir);
    struct sockaddr_un at = address(path);
    c->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(c->listening, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(c->listening, 8), 0);
    assert_int_equal(pthread_create(&c->thread, NULL, cutter_main, c), 0);
}

void cutter_next(struct cutter *c, enum cut cut)
{
    atomic_store(&c->next, cut);
}

void cutter_stop(struct cutter *c)
{
    char path[96];
    atomic_store(&c->stopping, true);
    pthread_join(c->thread, NULL);
    close(c->listening);
    snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", c->dir);
    unlink(path);
    rmdir(c->dir);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/address.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024, HOST_SIZE = 256 };

void net_address_write(char out[NET_ADDRESS_SIZE], const struct sockaddr_storage *address)
{
    char ip[INET6_ADDRSTRLEN] = "?";
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &in->sin_addr, ip, sizeof(ip));
        snprintf(out, NET_ADDRESS_SIZE, "%s:%u", ip, ntohs(in->sin_port));
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &in6->sin6_addr, ip, sizeof(ip));
        snprintf(out, NET_ADDRESS_SIZE, "[%s]:%u", ip, ntohs(in6->sin6_port));
    } else {
        snprintf(out, NET_ADDRESS_SIZE, "%s", address->ss_family == AF_UNIX ? "unix" : "?");
    }
}

void net_address_copy(struct sockaddr_storage *to, const struct sockaddr *from)
{
    *to = (struct sockaddr_storage){.ss_family = from->sa_family};
    if (from->sa_family == AF_INET)
        memcpy(to, from, sizeof(struct sockaddr_in));
    if (from->sa_family != AF_INET6)
        return;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
    if (!IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        memcpy(to, from, sizeof(*in6));
        return;
    }
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = in6->sin6_port};
    memcpy(&in.sin_addr, &in6->sin6_addr.s6_addr[12], sizeof(in.sin_addr));
    memcpy(to, &in, sizeof(in));
}

bool net_address_literal(char out[NET_ADDRESS_SIZE], const char *host)
{
    struct in6_addr any;
    size_t n = strcspn(host, "%");
    if (n >= NET_ADDRESS_SIZE)
        return false;
    memcpy(out, host, n);
    out[n] = '\0';
    bool zone = host[n];
    return inet_pton(AF_INET6, out, &any) == 1 || (!zone && inet_pton(AF_INET, out, &any) == 1);
}

uint16_t net_address_local_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t n = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &n) < 0)
        return 0;
    if (address.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

/* "host:port" or "[host]:port". */
static enum err split_host_port(char host[HOST_SIZE], const char **port, const char *address)
{
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || !colon[1])
        return ERR_MALFORMED;
    struct str s = {.p = address, .n = (size_t)(colon - address)};
    if (s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = str_sub(s, 1, s.n - 1);
    else if (str_find(s, ':') < s.n)
        return ERR_MALFORMED;
    *port = colon + 1;
    uint64_t number; /* getaddrinfo would keep its lowest 16 bits */
    if (str_to_u64(&number, str_of(*port)) || number > UINT16_MAX)
        return ERR_MALFORMED;
    return str_copy(host, HOST_SIZE, s);
}

static int socket_listening(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int on = 1;
    int off = 0;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

enum err net_listen_tcp(int *fd, const char *address)
{
    char host[HOST_SIZE];
    const char *port;
    const char *cause = "not an address with a port";
    struct addrinfo *found = NULL;
    *fd = -1;
    if (split_host_port(host, &port, address) == OK) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                 .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
        int failed = getaddrinfo(host, port, &hints, &found);
        if (failed)
            cause = gai_strerror(failed);
        else if ((*fd = socket_listening(found)) < 0)
            cause = strerror(errno);
    }
    if (found)
        freeaddrinfo(found);
    if (*fd >= 0)
        return OK;
    char safe[LOG_SAFE_SIZE];
    log_error("listen_failed", "address=%s reason=\"%s\"", log_safe(safe, str_of(address)), cause);
    return ERR_IO;
}

static bool somebody_answers(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    /* EAGAIN: alive, with a full backlog. */
    bool yes = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 || errno == EAGAIN;
    close(fd);
    return yes;
}

static bool is_socket(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

enum err net_listen_unix(int *fd, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char safe[LOG_SAFE_SIZE];
    enum err err = str_copy(at.sun_path, sizeof(at.sun_path), str_of(path));
    *fd = -1;
    if (err) {
        log_error("listen_failed", "path=%s reason=\"too long for a socket\"",
                  log_safe(safe, str_of(path)));
        return ERR_IO;
    }
    if (somebody_answers(&at)) {
        log_error("listen_failed", "path=%s reason=\"another server answers there\"",
                  log_safe(safe, str_of(path)));
        return ERR_EXISTS;
    }
    if (is_socket(path))
        unlink(path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* Nobody can connect before listen: by then the mode is right, whatever the umask was. */
    if (*fd >= 0 && bind(*fd, (struct sockaddr *)&at, sizeof(at)) == 0 && chmod(path, 0600) == 0 &&
        listen(*fd, BACKLOG) == 0)
        return OK;
    log_error("listen_failed", "path=%s reason=\"%s\"", log_safe(safe, str_of(path)),
              strerror(errno));
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return ERR_IO;
}

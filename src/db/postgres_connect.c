/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, keeping and losing the connection. libpq's connect_timeout counts only in its calls that
 * block, so several hosts are tried here one after the other, each with its share of DB_CONNECT_MS:
 * one that does not even refuse must not hide the next.
 */
#include "base/arena.h"
#include "base/log.h"
#include "db/postgres_base.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    RETRY_MS = 500,
    LISTENER_RETRY_MS = 1000,
    OPTIONS_MAX = 64,
    HOST_MAX = 300,
    VERSION_MIN = 140000,
    ALIVE_READS = 8
};

/* Where the URL says nothing. A peer that is gone is noticed in about ten seconds. */
static const char *const defaults[][2] = {
    {"target_session_attrs", "read-write"}, {"connect_timeout", "2"},  {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},           {"keepalives_count", "3"}, {"tcp_user_timeout", "6000"},
};
enum { DEFAULTS = sizeof(defaults) / sizeof(defaults[0]) };

#define SET(name, value) "set_config('" name "', '" value "', false), "
/* The server notices when a node is gone; plans of short statements are not compiled. The last
 * column says whether db_oldest_writer can be answered. */
#define COMMON                                             \
    SET("default_transaction_isolation", "read committed") \
    SET("tcp_keepalives_idle", "5")                        \
    SET("tcp_keepalives_interval", "2")                    \
    SET("tcp_keepalives_count", "3")                       \
    SET("jit", "off")                                      \
    "current_setting('track_activities')"
/* What is committed is on disk, here and on the standby. */
#define DURABLE                                                                        \
    "set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit')" \
    " IN ('off', 'local') THEN 'on' ELSE current_setting('synchronous_commit') END, false), "
/* A node that stopped in the middle of a transaction must not hold its locks: while others wait for
 * them they look late themselves, which puts off the take-over (core/nodes.c). What the writer does
 * goes by an index; a plan made while the tables were small must not read them whole later. */
static const char writer_session[] =
    "SELECT " SET("statement_timeout", "10000") SET("lock_timeout", "5000")
        SET("idle_in_transaction_session_timeout", "2000") SET("enable_seqscan", "off")
            SET("enable_hashjoin", "off") SET("enable_mergejoin", "off") DURABLE COMMON;
/* Its questions are of many kinds: each is planned for the values it has. All it ever commits is
 * hints, which wait for no standby. */
static const char reader_session[] = "SELECT " SET("statement_timeout", "30000")
    SET("default_transaction_read_only", "on") SET("idle_in_transaction_session_timeout", "60000")
        SET("plan_cache_mode", "force_custom_plan") SET("synchronous_commit", "local") COMMON;

static const struct {
    const char *name;
    const char *hint;
} troubles[] = {
    [POSTGRES_UNREACHABLE] = {"unreachable", "is it running, and does it listen there?"},
    [POSTGRES_REFUSED] = {"refused", "check user, password and the server's pg_hba.conf"},
    [POSTGRES_MISSING] =
        {"no_database",
         "createdb --owner USER --encoding UTF8 --locale C --template template0 NAME"},
    [POSTGRES_UNFIT] = {"unfit", "a database in UTF8 on PostgreSQL 14 or newer, and its setting "
                                 "track_activities on"},
};

const char *postgres_line(char out[POSTGRES_LINE_SIZE], const char *text)
{
    size_t n = 0;
    for (const char *p = text ? text : ""; *p && n < POSTGRES_LINE_SIZE - 1; p++)
        out[n++] = *p == '"' ? '\'' : (unsigned char)*p < ' ' ? ' ' : *p;
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return out;
}

/* ---- which host ---- */

static const char *url_value(const struct postgres *c, const char *keyword)
{
    for (const PQconninfoOption *o = c->url; o->keyword; o++)
        if (strcmp(o->keyword, keyword) == 0)
            return o->val;
    return NULL;
}

static size_t count_hosts(const struct postgres *c)
{
    const char *list = url_value(c, "hostaddr");
    size_t n = 1;
    for (const char *p = list ? list : url_value(c, "host"); p && *p; p++)
        n += *p == ',';
    return n;
}

/* The `nth` of a list with commas; a list of one is for all. */
static const char *pick(char out[HOST_MAX], const char *list, size_t nth)
{
    struct str rest = str_of(list);
    struct str piece = {0};
    for (size_t i = 0; i <= nth && str_split(&rest, ',', &piece); i++)
        ;
    return str_copy(out, HOST_MAX, piece) ? NULL : out;
}

static PGconn *start(const struct postgres *c, size_t host)
{
    static const char *const listed[] = {"host", "hostaddr", "port"};
    enum { LISTED = sizeof(listed) / sizeof(listed[0]) };
    char picked[LISTED][HOST_MAX];
    const char *keywords[OPTIONS_MAX + 1] = {0};
    const char *values[OPTIONS_MAX + 1] = {0};
    size_t n = 0;
    for (; n < DEFAULTS; n++) {
        keywords[n] = defaults[n][0];
        values[n] = defaults[n][1];
    }
    /* What comes later counts. */
    for (const PQconninfoOption *o = c->url; o->keyword && n + 2 < OPTIONS_MAX; o++) {
        if (!o->val)
            continue;
        keywords[n] = o->keyword;
        values[n] = o->val;
        for (size_t k = 0; k < LISTED; k++)
            if (strcmp(o->keyword, listed[k]) == 0)
                values[n] = pick(picked[k], o->val, host);
        n++;
    }
    keywords[n] = "client_encoding";
    values[n++] = "UTF8";
    keywords[n] = "application_name";
    values[n] = c->mode == DB_READ_WRITE ? "navette writer" : "navette reader";
    return PQconnectStartParams(keywords, values, 0);
}

/* ---- one attempt ---- */

static bool wait_until(const PGconn *conn, short events, int64_t deadline_us)
{
    int64_t left_us = deadline_us - db_mono_us();
    struct pollfd fd = {.fd = PQsocket(conn), .events = events};
    return left_us > 0 && fd.fd >= 0 && poll(&fd, 1, (int)(left_us / 1000) + 1) != 0;
}

static bool shake_hands(PGconn *conn, int64_t deadline_us)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (next == PGRES_POLLING_FAILED || !wait_until(conn, events, deadline_us))
            return false;
        next = PQconnectPoll(conn);
    }
    return true;
}

/* The last result of one simple query, NULL for none in time. */
static PGresult *ask(PGconn *conn, const char *sql, int64_t deadline_us)
{
    PGresult *last = NULL;
    if (!PQsendQuery(conn, sql))
        return NULL;
    for (;;) {
        while (PQisBusy(conn)) {
            short more = PQflush(conn) > 0 ? POLLOUT : 0;
            if (!wait_until(conn, POLLIN | more, deadline_us) || !PQconsumeInput(conn)) {
                PQclear(last);
                return NULL;
            }
        }
        PGresult *result = PQgetResult(conn);
        if (!result)
            return last;
        PQclear(last);
        last = result;
    }
}

static bool fits(const PGconn *conn, const PGresult *session)
{
    const char *encoding = PQparameterStatus(conn, "server_encoding");
    return PQserverVersion(conn) >= VERSION_MIN && encoding && strcmp(encoding, "UTF8") == 0 &&
           strcmp(PQgetvalue(session, 0, PQnfields(session) - 1), "on") == 0;
}

static enum postgres_trouble set_up(const struct postgres *c, PGconn *conn, int64_t deadline_us)
{
    PGresult *r =
        ask(conn, c->mode == DB_READ_WRITE ? writer_session : reader_session, deadline_us);
    enum postgres_trouble trouble = POSTGRES_UNREACHABLE;
    if (r && PQresultStatus(r) == PGRES_TUPLES_OK)
        trouble = fits(conn, r) ? POSTGRES_FINE : POSTGRES_UNFIT;
    PQclear(r);
    if (!trouble && c->listening) {
        r = ask(conn, "LISTEN navette", deadline_us);
        if (!r || PQresultStatus(r) != PGRES_COMMAND_OK)
            trouble = POSTGRES_UNREACHABLE;
        PQclear(r);
    }
    if (!trouble && (PQsetnonblocking(conn, 1) || !PQenterPipelineMode(conn)))
        trouble = POSTGRES_UNREACHABLE;
    return trouble;
}

/* By the SQLSTATE, which PQERRORS_SQLSTATE puts in the place of words in the server's language. */
static enum postgres_trouble trouble_of(const PGconn *conn)
{
    const char *text = PQerrorMessage(conn);
    if (strstr(text, "  3D000"))
        return POSTGRES_MISSING;
    if (strstr(text, "  28000") || strstr(text, "  28P01") || PQconnectionNeedsPassword(conn))
        return POSTGRES_REFUSED;
    return POSTGRES_UNREACHABLE;
}

/* Told once for each kind of trouble until the connection is there again. */
static void tell(struct postgres *c, const PGconn *conn, enum postgres_trouble trouble)
{
    char line[POSTGRES_LINE_SIZE];
    if (trouble == c->trouble || (c->away && trouble == POSTGRES_UNREACHABLE))
        return;
    c->trouble = trouble;
    log_error("store_unavailable", "why=%s host=%s port=%s hint=\"%s\" text=\"%s\"",
              troubles[trouble].name, PQhost(conn), PQport(conn), troubles[trouble].hint,
              postgres_line(line, PQerrorMessage(conn)));
}

/* libpq would write it to standard error. */
static void hear_notice(void *arg, const PGresult *notice)
{
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    ((struct postgres *)arg)->warned |= severity && strcmp(severity, "WARNING") == 0;
}

static enum postgres_trouble try_host(struct postgres *c, size_t host, int64_t deadline_us)
{
    PGconn *conn = start(c, host);
    if (!conn)
        base_out_of_memory();
    PQsetErrorVerbosity(conn, PQERRORS_SQLSTATE);
    PQsetNoticeReceiver(conn, hear_notice, c);
    bool shaken = PQstatus(conn) != CONNECTION_BAD && shake_hands(conn, deadline_us);
    enum postgres_trouble trouble = shaken ? set_up(c, conn, deadline_us) : trouble_of(conn);
    if (trouble) {
        tell(c, conn, trouble);
        PQfinish(conn);
        return trouble;
    }
    c->conn = conn;
    return POSTGRES_FINE;
}

static enum postgres_trouble try_hosts(struct postgres *c)
{
    size_t hosts = count_hosts(c);
    int64_t most_ms = db_in_hurry() ? DB_HURRY_MS : DB_CONNECT_MS;
    int64_t deadline_us = db_mono_us() + most_ms * 1000;
    enum postgres_trouble trouble = POSTGRES_UNREACHABLE;
    for (size_t i = 0; i < hosts && !c->conn; i++) {
        int64_t left_us = deadline_us - db_mono_us();
        trouble = try_host(c, c->host, db_mono_us() + left_us / (int64_t)(hosts - i));
        if (trouble)
            c->host = (c->host + 1) % hosts;
    }
    return trouble;
}

enum err postgres_connect(struct postgres *c)
{
    int64_t wait_ms = c->listening ? LISTENER_RETRY_MS : RETRY_MS;
    if (db_mono_us() < c->next_try_us)
        return ERR_STORE;
    enum postgres_trouble trouble = try_hosts(c);
    c->next_try_us = trouble ? db_mono_us() + wait_ms * 1000 : 0;
    if (trouble)
        return ERR_STORE;
    if (c->away || c->trouble)
        log_info("store_connected", "host=%s port=%s", PQhost(c->conn), PQport(c->conn));
    c->away = false;
    c->trouble = POSTGRES_FINE;
    return OK;
}

/* ---- and after ---- */

bool postgres_alive(struct postgres *c)
{
    for (int i = 0; i < ALIVE_READS; i++) {
        struct pollfd fd = {.fd = PQsocket(c->conn), .events = POLLIN};
        if (poll(&fd, 1, 0) <= 0)
            return true;
        if (!PQconsumeInput(c->conn) || PQstatus(c->conn) == CONNECTION_BAD)
            return false;
        PQisBusy(c->conn); /* takes in what was read */
    }
    return true;
}

enum err postgres_ready(struct postgres *c)
{
    if (c->in_transaction)
        return c->failed;
    if (c->conn && !postgres_alive(c))
        postgres_lost(c, NULL);
    return c->conn ? OK : postgres_connect(c);
}

enum err postgres_lost(struct postgres *c, const char *why)
{
    char line[POSTGRES_LINE_SIZE];
    if (!c->away)
        log_error("store_lost", "host=%s port=%s text=\"%s\"", PQhost(c->conn), PQport(c->conn),
                  why ? why : postgres_line(line, PQerrorMessage(c->conn)));
    c->away = true;
    postgres_disconnect(c);
    return postgres_fail(c, ERR_STORE);
}

void postgres_disconnect(struct postgres *c)
{
    PQfinish(c->conn);
    c->conn = NULL;
    c->sent_n = 0;
    c->unsynced = 0;
    postgres_forget_statements(c);
}

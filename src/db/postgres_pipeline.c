/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sending and reading. The socket never blocks: while the server does not take what we send, what
 * it says is read, so that the two never wait for each other.
 */
#include "base/log.h"
#include "db/postgres_base.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

/* Longer than the server lets a statement run (postgres_connect.c): then nobody is there. */
enum { WRITER_SILENCE_MS = 13000, READER_SILENCE_MS = 35000, LOOK_UP_MS = 100 };

static const struct fault {
    const char *state; /* SQLSTATE, or what it begins with */
    enum err err;
    bool ends; /* the connection is of no more use */
} faults[] = {
    {"23505", ERR_EXISTS, false},     /* unique_violation */
    {"23", ERR_CONFLICT, false},      /* other constraints */
    {"40001", ERR_CONFLICT, false},   /* serialization_failure */
    {"40P01", ERR_CONFLICT, false},   /* deadlock_detected */
    {"55P03", ERR_BUSY, false},       /* lock_not_available */
    {"57014", ERR_BUSY, false},       /* query_canceled, by statement_timeout */
    {"53100", ERR_STORE_FULL, false}, /* disk_full */
    {"22021", ERR_BAD_UTF8, false},   /* character_not_in_repertoire */
    {"22P05", ERR_BAD_UTF8, false},   /* untranslatable_character */
    {"57P", ERR_STORE, true},         /* shut down, crashed, starting, dropped */
    {"08", ERR_STORE, true},          /* connection exceptions */
    {"25P03", ERR_STORE, true},       /* idle_in_transaction_session_timeout */
};

enum err postgres_fail(struct postgres *c, enum err e)
{
    if (c->in_transaction && !c->failed)
        c->failed = e;
    return e;
}

enum err postgres_result_err(struct postgres *c, const PGresult *result, const char *doing)
{
    char line[POSTGRES_LINE_SIZE];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    /* Never the detail: it quotes values. */
    const char *text = postgres_line(line, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    if (!state || PQstatus(c->conn) == CONNECTION_BAD)
        return postgres_lost(c, NULL);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (str_starts(str_of(state), str_of(faults[i].state)))
            return faults[i].ends ? postgres_lost(c, text) : faults[i].err;
    /* The writer's server is no primary any more: there may be another. */
    if (strcmp(state, "25006") == 0 && c->mode == DB_READ_WRITE)
        return postgres_lost(c, text);
    log_error("store_error", "doing=%s code=%s text=\"%s\"", doing, state, text);
    return ERR_STORE;
}

static int64_t silence_most_ms(const struct postgres *c)
{
    int64_t ms = c->mode == DB_READ_WRITE ? WRITER_SILENCE_MS : READER_SILENCE_MS;
    if (c->db.silence_most_ms)
        ms = c->db.silence_most_ms;
    return db_in_hurry() ? DB_HURRY_MS : ms;
}

/* Waits until the socket is ready, and reads. */
static bool pump(struct postgres *c, short events)
{
    struct pollfd fd = {.fd = PQsocket(c->conn), .events = events};
    int64_t since_us = db_mono_us();
    int n;
    do
        n = poll(&fd, 1, LOOK_UP_MS);
    while ((n == 0 || (n < 0 && errno == EINTR)) &&
           db_mono_us() - since_us < silence_most_ms(c) * 1000);
    if (n <= 0)
        return false;
    return fd.revents == POLLOUT || PQconsumeInput(c->conn);
}

static bool flush(struct postgres *c)
{
    int left;
    while ((left = PQflush(c->conn)) > 0)
        if (!pump(c, POLLIN | POLLOUT))
            return false;
    return left == 0;
}

enum err postgres_sent(struct postgres *c, int accepted, const char *doing, int64_t *changed)
{
    if (!accepted)
        return postgres_lost(c, NULL);
    c->sent[c->sent_n++] = (struct postgres_sent){doing, changed};
    return OK;
}

enum err postgres_make_room(struct postgres *c)
{
    enum { ROOM = 8 }; /* preparing takes three places, running it and telling so two */
    return c->sent_n + ROOM > POSTGRES_SENT_MAX ? postgres_wait(c, NULL) : OK;
}

enum err postgres_command(struct postgres *c, const char *sql)
{
    enum err e = postgres_make_room(c);
    return e ? e
             : postgres_sent(c, PQsendQueryParams(c->conn, sql, 0, NULL, NULL, NULL, NULL, 1), sql,
                             NULL);
}

enum err postgres_sync(struct postgres *c)
{
    if (!PQpipelineSync(c->conn))
        return postgres_lost(c, NULL);
    c->sent[c->sent_n++] = (struct postgres_sent){0};
    c->unsynced = 0;
    return flush(c) ? OK : postgres_lost(c, NULL);
}

/* The whole answer to one thing that was sent; NULL when the connection has ended. */
static PGresult *answer(struct postgres *c, const struct postgres_sent *what)
{
    PGresult *result = NULL;
    for (;;) {
        while (PQisBusy(c->conn))
            if (!pump(c, POLLIN))
                goto lost;
        PGresult *next = PQgetResult(c->conn);
        if (!next)
            break;
        PQclear(result);
        result = next;
        if (!what->doing)
            break;
    }
    if (result && (PQresultStatus(result) == PGRES_PIPELINE_SYNC) == !what->doing)
        return result;
lost:
    PQclear(result);
    postgres_lost(c, NULL);
    return NULL;
}

static int64_t touched(PGresult *result)
{
    uint64_t n;
    return str_to_u64(&n, str_of(PQcmdTuples(result))) ? 0 : (int64_t)n;
}

static enum err verdict(struct postgres *c, PGresult *result, const struct postgres_sent *what)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (what->changed)
            *what->changed = touched(result);
        return OK;
    case PGRES_PIPELINE_SYNC:
        return OK;
    case PGRES_PIPELINE_ABORTED: /* not run: the one before it failed, and told why */
        return ERR_STORE;
    default:
        return postgres_result_err(c, result, what->doing);
    }
}

enum err postgres_wait(struct postgres *c, PGresult **last)
{
    PGresult *kept = NULL;
    enum err e = c->failed;
    enum err synced = postgres_sync(c);
    e = e ? e : synced;
    for (size_t i = 0; c->conn && i < c->sent_n; i++) {
        PGresult *result = answer(c, &c->sent[i]);
        if (!result)
            e = e ? e : ERR_STORE;
        else if (!e)
            e = verdict(c, result, &c->sent[i]);
        if (last && !e && i + 2 == c->sent_n)
            kept = result;
        else
            PQclear(result);
    }
    c->sent_n = 0;
    if (last)
        *last = kept;
    return postgres_fail(c, e);
}

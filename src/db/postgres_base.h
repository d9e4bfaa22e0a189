/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db/postgres_base: what the files of the PostgreSQL engine share; for them only.
 *
 * A connection lives in libpq's pipeline mode from when it is made until it is lost. What is sent
 * is noted in `sent`; postgres_wait reads all the answers.
 * postgres_connect.c makes and loses connections, postgres_pipeline.c sends and reads,
 * postgres_values.c knows types and statements, postgres.c is the engine.
 * Threads: as db.h.
 */
#ifndef NAVETTE_DB_POSTGRES_BASE_H
#define NAVETTE_DB_POSTGRES_BASE_H

#include "db/engine.h"

#include <libpq-fe.h>

enum { POSTGRES_SENT_MAX = 256 };

/* Something under way: a statement, or (doing is NULL) a point where the server answers. */
struct postgres_sent {
    const char *doing;
    int64_t *changed; /* where the number of rows it touched goes, or NULL */
};

/* A statement that the server has prepared. */
struct postgres_statement {
    char name[16];
    int args;
    Oid types[DB_ARGS_MAX]; /* of arguments, as the server made them out */
};

enum postgres_trouble {
    POSTGRES_FINE,
    POSTGRES_UNREACHABLE,
    POSTGRES_REFUSED,
    POSTGRES_MISSING,
    POSTGRES_UNFIT
};

struct postgres {
    struct db db;
    enum db_mode mode;
    bool listening;
    PQconninfoOption *url;

    PGconn *conn; /* NULL: lost */
    bool away;    /* it was lost, and told */
    enum postgres_trouble trouble;
    size_t host;         /* of those in the URL: the one to begin with */
    int64_t next_try_us; /* no attempt before, in the machine's monotonic time */

    bool in_transaction;
    bool warned;     /* the server has sent a warning */
    enum err failed; /* of the open transaction: its first error */

    struct postgres_sent sent[POSTGRES_SENT_MAX];
    size_t sent_n;
    size_t unsynced; /* about as many bytes were sent since the last sync */
    struct postgres_statement *statements[DB_STATEMENTS_MAX][2]; /* of `sql`, of `many` */
    char *bytes;                                                 /* arrays on their way out */
    size_t bytes_size;
};

/* ---- postgres_connect.c ---- */

/* Makes the connection; tells in the log and in `trouble` what is wrong. */
enum err postgres_connect(struct postgres *c) MUST_CHECK;
/* Before any statement: an open transaction that has not failed, or a connection that is there,
 * made again if it must be. */
enum err postgres_ready(struct postgres *c) MUST_CHECK;
/* False when the other end is known to have gone. Does not wait. */
bool postgres_alive(struct postgres *c);
/* Gives the connection up; `why` is for the log, NULL for libpq's words. Always ERR_STORE. */
enum err postgres_lost(struct postgres *c, const char *why);
void postgres_disconnect(struct postgres *c);

/* A message of several lines made fit for one, without double quotes, cut. */
enum { POSTGRES_LINE_SIZE = 240 };
const char *postgres_line(char out[POSTGRES_LINE_SIZE], const char *text);

/* ---- postgres_pipeline.c ---- */

/* Before something is sent: reads answers when too many are owed. */
enum err postgres_make_room(struct postgres *c) MUST_CHECK;
/* After every PQsend…: `accepted` is what that gave. */
enum err postgres_sent(struct postgres *c, int accepted, const char *doing,
                       int64_t *changed) MUST_CHECK;
/* Hands all to the server, which answers as soon as it can; nobody waits for that. */
enum err postgres_sync(struct postgres *c) MUST_CHECK;
/* Reads all that is owed; the first error of what was sent, and of the transaction. *last (may be
 * NULL): the result of what was sent last if that went well, else NULL; it is the caller's, and may
 * be there even when the connection was lost after it. */
enum err postgres_wait(struct postgres *c, PGresult **last) MUST_CHECK;
/* One command without arguments. */
enum err postgres_command(struct postgres *c, const char *sql) MUST_CHECK;
/* What a result that is an error says; ends the connection where that is meant. */
enum err postgres_result_err(struct postgres *c, const PGresult *result, const char *doing);
/* Keeps an error for the open transaction, if there is one, and gives it back. */
enum err postgres_fail(struct postgres *c, enum err e);

/* ---- postgres_values.c ---- */

/* Sends `sql` for one row of arguments, or with `many` its arrays for `rows`. */
enum err postgres_send_row(struct postgres *c, struct db_query *query, const struct db_value *args,
                           size_t columns, int64_t *changed) MUST_CHECK;
enum err postgres_send_many(struct postgres *c, struct db_query *query, const struct db_value *args,
                            size_t columns, size_t rows) MUST_CHECK;
void postgres_forget_statements(struct postgres *c);

enum db_type postgres_type(const PGresult *r, int row, int column);
int64_t postgres_int(const PGresult *r, int row, int column);
struct str postgres_text(const PGresult *r, int row, int column);

#endif

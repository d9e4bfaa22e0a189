/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/database: a database as a person names it: opened, and if that fails, told why on stderr and
 * what to do about it.
 * Owner: database_close. Threads: main only.
 */
#ifndef NAVETTE_APP_DATABASE_H
#define NAVETTE_APP_DATABASE_H

#include "base/arena.h"
#include "db/db.h"

struct database {
    const char *url;   /* of who opened it */
    const char *shown; /* without password */
    struct db *db;
    int64_t have; /* version of its schema; 0: none, or a copy that was not finished */
    int64_t want; /* this program's */
    int lock_fd;
};

/* ERR_NOT_FOUND for an SQLite file that is not there, unless it may be made. */
enum database_need { DATABASE_IS_THERE, DATABASE_MAY_BE_MADE };
enum err database_open(struct database *out, const char *url, enum db_mode mode,
                       enum database_need need, struct arena *arena) MUST_CHECK;
void database_close(struct database *d);

bool database_is_sqlite(const struct database *d);
/* Keeps servers from the directory of an SQLite file until database_close, or tells that one runs
 * there: ERR_CONFLICT. Nothing to do on PostgreSQL, where the lives tell (store/status). */
enum err database_lock(struct database *d) MUST_CHECK;
/* Whether one runs there. */
bool database_is_served(const struct database *d);

/* Has it the schema of this program? Told if not. ERR_NOT_FOUND: it has none. */
enum err database_check_schema(struct database *d) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "app/database.h"

#include "app/cli_text.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define SQLITE "sqlite:"

static bool is_sqlite(const char *url)
{
    return str_starts(str_of(url), STR(SQLITE));
}

bool database_is_sqlite(const struct database *d)
{
    return is_sqlite(d->url);
}

/* scheme://user:password@host/database?options: without what may be secret, or is of no interest.
 * Up to the last @, since a password may hold a slash that its writer forgot to escape. */
static const char *show(struct arena *arena, const char *url)
{
    const char *host = strstr(url, "://");
    if (is_sqlite(url) || !host)
        return arena_str(arena, str_of(url)).p;
    const char *user = host + 3;
    const char *rest = memrchr(user, '@', strcspn(user, "?"));
    if (!rest)
        return arena_str(arena, str_sub(str_of(url), 0, strcspn(url, "?"))).p;
    return arena_printf(arena, "%.*s%.*s%.*s", (int)(user - url), url, (int)strcspn(user, ":@"),
                        user, (int)strcspn(rest, "?"), rest)
        .p;
}

static void tell_open(const struct database *d, enum err e)
{
    const char *format =
        e == ERR_INVALID        ? "%s is no database for Navette: write sqlite:PATH or "
                                  "postgresql://USER@HOST/NAME; PostgreSQL must be 14 or "
                                  "newer with track_activities on, the database in UTF8\n"
        : database_is_sqlite(d) ? "cannot open %s: check the path and who may write there\n"
        : e == ERR_NOT_FOUND    ? "%s does not exist: make it with `createdb --owner USER "
                                  "--encoding UTF8 --locale C --template template0 NAME`\n"
        : e == ERR_UNAUTHORIZED ? "%s refuses this user: check user, password and the server's "
                                  "pg_hba.conf\n"
                                : "cannot reach %s: is PostgreSQL running there?\n";
    fprintf(stderr, cli_text(format), d->shown);
}

enum err database_open(struct database *out, const char *url, enum db_mode mode,
                       enum database_need need, struct arena *arena)
{
    *out = (struct database){.url = url, .shown = show(arena, url), .lock_fd = -1};
    bool missing = is_sqlite(url) && access(url + strlen(SQLITE), F_OK) != 0 && errno == ENOENT;
    if (missing && need == DATABASE_IS_THERE) {
        fprintf(stderr,
                cli_text("there is no database %s: name yours with --database, or make it with "
                         "`navette db init`\n"),
                out->shown);
        return ERR_NOT_FOUND;
    }
    enum err e = db_open(&out->db, url, mode);
    if (!e)
        e = db_patient(out->db);
    if (e)
        tell_open(out, e);
    return e;
}

void database_close(struct database *d)
{
    db_close(d->db);
    d->db = NULL;
    if (d->lock_fd >= 0)
        close(d->lock_fd);
    d->lock_fd = -1;
}

/* *fd is that of the lock, or -1 where no server has ever run; false: one holds it. */
static bool take_lock(int *fd, const struct database *d)
{
    char path[4096];
    const char *file = d->url + strlen(SQLITE);
    const char *slash = strrchr(file, '/');
    int n =
        snprintf(path, sizeof(path), "%.*snavette.lock", slash ? (int)(slash + 1 - file) : 0, file);
    bool fits = n > 0 && (size_t)n < sizeof(path);
    *fd = fits ? open(path, O_RDWR | O_CLOEXEC) : -1;
    return *fd < 0 || flock(*fd, LOCK_EX | LOCK_NB) == 0;
}

enum err database_lock(struct database *d)
{
    if (!database_is_sqlite(d) || take_lock(&d->lock_fd, d))
        return OK;
    fprintf(stderr, cli_text("a server runs on %s: stop it first\n"), d->shown);
    return ERR_CONFLICT;
}

bool database_is_served(const struct database *d)
{
    int fd;
    bool served = database_is_sqlite(d) && !take_lock(&fd, d);
    if (database_is_sqlite(d) && fd >= 0)
        close(fd);
    return served;
}

enum err database_check_schema(struct database *d)
{
    enum err e = store_schema(&d->have, &d->want, d->db);
    if (e == ERR_STORE_UNFINISHED)
        fprintf(stderr, cli_text("%s is a copy that was not finished: drop it, and copy again\n"),
                d->shown);
    else if (e)
        fprintf(stderr, cli_text("%s: %s\n"), d->shown, cli_text(err_text(e)));
    else if (!d->have)
        fprintf(stderr,
                cli_text("%s has no tables of Navette: `navette db init` makes them in an empty "
                         "database\n"),
                d->shown);
    else if (d->have < d->want)
        fprintf(stderr,
                cli_text("%s is of version %lld, this program of version %lld: `navette db "
                         "migrate` brings it up to date\n"),
                d->shown, (long long)d->have, (long long)d->want);
    else if (d->have > d->want)
        fprintf(stderr,
                cli_text("%s is of version %lld, newer than this program's %lld: install the newer "
                         "program\n"),
                d->shown, (long long)d->have, (long long)d->want);
    if (e)
        return e;
    return !d->have ? ERR_NOT_FOUND : d->have == d->want ? OK : ERR_CONFLICT;
}

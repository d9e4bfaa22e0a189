/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cmd_db.h"

#include "app/cli_print.h"
#include "app/cli_text.h"
#include "app/config.h"
#include "app/database.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/copy.h"
#include "store/ledger.h"
#include "store/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char *argument(const struct cli_call *call, const char *member)
{
    return json_string_value(json_object_get(call->arguments, member));
}

/* ---- answers ---- */

static int answer(const struct cli_call *call, json_t *object, const char *sentence)
{
    if (call->json) {
        json_dumpf(object, stdout, JSON_COMPACT);
        putchar('\n');
    } else {
        cli_print_sentence(stdout, sentence, object, call->arguments);
    }
    json_decref(object);
    return DONE;
}

static json_t *versions(const struct database *d, int64_t from)
{
    return json_pack("{s:s, s:I, s:I}", "database", d->shown, "from", (json_int_t)from, "to",
                     (json_int_t)d->want);
}

static int fail_with(const struct database *d, enum err e)
{
    if (e == ERR_UNAUTHORIZED)
        fprintf(stderr,
                cli_text("in %s this user may not make tables: let it own the database, as after "
                         "`createdb --owner USER`\n"),
                d->shown);
    else
        fprintf(stderr, cli_text("%s: %s\n"), d->shown, cli_text(err_text(e)));
    return FAILED;
}

/* ---- init ---- */

static enum err has_tables(bool *has, struct db *db)
{
    *has = false;
    struct db_rows rows = db_columns(db);
    while (db_rows_next(&rows))
        *has |= !str_eq(db_rows_text(&rows, 0), STR("schema_version"));
    return db_rows_close(&rows);
}

static int init(const struct cli_call *call, struct database *d)
{
    bool has;
    enum err e = store_schema(&d->have, &d->want, d->db);
    if (e || d->have)
        return database_check_schema(d) ? FAILED
                                        : answer(call, versions(d, d->have),
                                                 "{database} is there already: version {to}.");
    e = has_tables(&has, d->db);
    if (!e && has) {
        fprintf(stderr,
                cli_text("%s has tables already, and not those of Navette: choose an empty "
                         "database\n"),
                d->shown);
        return FAILED;
    }
    if (!e)
        e = store_migrate(d->db);
    return e ? fail_with(d, e) : answer(call, versions(d, 0), call->command->done);
}

/* ---- migrate ---- */

static int migrate(const struct cli_call *call, struct database *d)
{
    enum err e = store_schema(&d->have, &d->want, d->db);
    if (e || !d->have || d->have >= d->want)
        return database_check_schema(d)
                   ? FAILED
                   : answer(call, versions(d, d->have), "{database} is up to date: version {to}.");
    if (database_lock(d))
        return FAILED;
    e = store_migrate(d->db);
    return e ? fail_with(d, e) : answer(call, versions(d, d->have), call->command->done);
}

/* ---- status ---- */

static json_t *life_json(const struct life *life, bool places, bool served)
{
    static const char *const states[] = {
        [LIFE_RUNNING] = "running", [LIFE_LATE] = "late", [LIFE_ENDED] = "ended"};
    char started[CLOCK_ISO_SIZE];
    clock_iso(started, life->node.started_at_us);
    return json_pack("{s:i, s:s%, s:s, s:s, s:o}", "number", (int)life->node.number, "name",
                     life->node.name.p, life->node.name.n, "lease",
                     states[served ? life->state : LIFE_ENDED], "started_at", started, "carriers",
                     places ? json_integer(life->places) : json_null());
}

/* Adds what the tables tell. */
static enum err look(json_t *status, struct database *d, struct arena *arena)
{
    struct store_view view = {.db = d->db, .arena = arena};
    struct store_waiting waiting;
    struct imbalance *purses;
    struct life *lives;
    size_t purses_n;
    size_t lives_n;
    bool served = !database_is_sqlite(d) || database_is_served(d);
    enum err e = store_waiting(&waiting, &view);
    if (!e)
        e = store_ledger_check(&purses, &purses_n, &view);
    if (!e)
        e = store_lives(&lives, &lives_n, &view);
    if (e)
        return e;
    json_t *nodes = json_array();
    for (size_t i = 0; i < lives_n; i++)
        json_array_append_new(nodes, life_json(&lives[i], db_shared(d->db), served));
    json_object_set_new(status, "queued", json_integer(waiting.queued));
    json_object_set_new(status, "scheduled", json_integer(waiting.scheduled));
    json_object_set_new(status, "unbalanced", json_integer((json_int_t)purses_n));
    json_object_set_new(status, "nodes", nodes);
    return OK;
}

static void print_status(const struct cli_call *call, json_t *status)
{
    static const struct cli_column columns[] = {
        {"NUMBER", "number", true, 0},     {"NAME", "name", false, 0},
        {"LEASE", "lease", false, 0},      {"STARTED (UTC)", "started_at", false, 19},
        {"CARRIERS", "carriers", true, 0}, {0}};
    if (call->json) {
        json_dumpf(status, stdout, JSON_COMPACT);
        putchar('\n');
        return;
    }
    json_t *nodes = json_incref(json_object_get(status, "nodes"));
    json_object_del(status, "nodes");
    cli_print_object(stdout, status);
    if (json_array_size(nodes) > 0) {
        putchar('\n');
        cli_print_table(stdout, nodes, columns);
    }
    json_decref(nodes);
}

static int status(const struct cli_call *call, struct database *d)
{
    enum err schema = database_check_schema(d);
    json_t *out = json_pack("{s:s, s:s, s:I, s:I}", "database", d->shown, "engine",
                            database_is_sqlite(d) ? "sqlite" : "postgresql", "version",
                            (json_int_t)d->have, "wanted", (json_int_t)d->want);
    enum err e = schema ? OK : look(out, d, call->arena);
    int result = schema ? FAILED : DONE;
    if (e)
        result = fail_with(d, e);
    else if (json_integer_value(json_object_get(out, "unbalanced")) > 0)
        result = FAILED;
    print_status(call, out);
    json_decref(out);
    return result;
}

/* ---- copy ---- */

struct watch {
    int64_t began_us;
    bool terminal;
};

static void show_progress(void *ctx, struct store_copied copied)
{
    struct watch *w = ctx;
    int64_t took_us = clock_mono_us() - w->began_us;
    if (w->terminal && !copied.done)
        fprintf(stderr, "\r%-16s %12lld %9lld/s\033[K", copied.table, (long long)copied.rows,
                (long long)(took_us > 0 ? copied.rows * SEC_US / took_us : 0));
    else if (!w->terminal && copied.done)
        fprintf(stderr, "%s: %lld\n", copied.table, (long long)copied.rows);
    if (copied.done)
        w->began_us = clock_mono_us();
}

static int tell_copy(const struct database *from, const struct database *to, enum err e)
{
    if (e == ERR_UNAUTHORIZED)
        return fail_with(to, e);
    if (e == ERR_EXISTS)
        fprintf(stderr, cli_text("%s is not empty: name an empty database behind --to\n"),
                to->shown);
    else if (e == ERR_CONFLICT)
        fprintf(stderr,
                cli_text("a server runs on %s, or did while it was copied: stop all of them, drop "
                         "the copy, and copy again\n"),
                from->shown);
    else
        fprintf(stderr,
                cli_text("the copy ended early: %s. %s is of no use: drop it, and copy again\n"),
                cli_text(err_text(e)), to->shown);
    return FAILED;
}

static json_t *copy_json(const struct store_copy *copy)
{
    json_t *tables = json_array();
    for (size_t i = 0; i < copy->tables_n; i++)
        json_array_append_new(tables, json_pack("{s:s, s:I, s:I}", "table", copy->tables[i].name,
                                                "from", (json_int_t)copy->tables[i].source, "to",
                                                (json_int_t)copy->tables[i].target));
    return json_pack("{s:b, s:o, s:{s:I, s:I}}", "equal", copy->equal, "tables", tables,
                     "unbalanced", "from", (json_int_t)copy->unbalanced_source, "to",
                     (json_int_t)copy->unbalanced_target);
}

static void print_copy(const json_t *copy)
{
    static const struct cli_column columns[] = {
        {"TABLE", "table", false, 0}, {"FROM", "from", true, 0}, {"TO", "to", true, 0}, {0}};
    json_t *rows = json_deep_copy(json_object_get(copy, "tables"));
    json_t *ledger = json_deep_copy(json_object_get(copy, "unbalanced"));
    json_object_set_new(ledger, "table", json_string(cli_text("purses out of balance")));
    json_array_append_new(rows, ledger);
    cli_print_table(stdout, rows, columns);
    json_decref(rows);
}

static int report_copy(const struct cli_call *call, const struct database *to,
                       const struct store_copy *copy)
{
    json_t *out = copy_json(copy);
    json_object_set_new(out, "to", json_string(to->shown));
    if (!call->json)
        print_copy(out);
    int result = copy->equal ? DONE : FAILED;
    if (call->json || copy->equal)
        answer(call, json_incref(out), call->command->done);
    if (!copy->equal)
        fprintf(stderr, cli_text("the two do not hold the same: drop %s, and copy again\n"),
                to->shown);
    json_decref(out);
    return result;
}

static int copy_into(const struct cli_call *call, struct database *from, struct database *to)
{
    struct watch watch = {.began_us = clock_mono_us(), .terminal = isatty(STDERR_FILENO) != 0};
    struct store_copy copy;
    enum err e = store_copy(&copy, from->db, to->db, call->arena, show_progress, &watch);
    if (watch.terminal)
        fputs("\r\033[K", stderr);
    return e ? tell_copy(from, to, e) : report_copy(call, to, &copy);
}

static int copy(const struct cli_call *call)
{
    struct database from;
    struct database to = {.lock_fd = -1};
    int result = FAILED;
    enum err e =
        database_open(&from, argument(call, "from"), DB_READ_ONLY, DATABASE_IS_THERE, call->arena);
    if (!e)
        e = database_check_schema(&from);
    if (!e)
        e = database_lock(&from);
    if (!e)
        e = database_open(&to, argument(call, "to"), DB_READ_WRITE, DATABASE_MAY_BE_MADE,
                          call->arena);
    if (!e)
        result = copy_into(call, &from, &to);
    database_close(&to);
    database_close(&from);
    return result;
}

/* ---- which database, which verb ---- */

static const struct verb {
    const char *name;
    enum db_mode mode;
    enum database_need need;
    int (*run)(const struct cli_call *call, struct database *d);
} verbs[] = {
    {"init", DB_READ_WRITE, DATABASE_MAY_BE_MADE, init},
    {"status", DB_READ_ONLY, DATABASE_IS_THERE, status},
    {"migrate", DB_READ_WRITE, DATABASE_IS_THERE, migrate},
};

/* As `navette serve` would choose it: option, environment, file, default. */
static enum err choose(struct config *config, const struct cli_call *call)
{
    const char *options[][2] = {{"--data", call->data_given ? call->data : NULL},
                                {"--database", argument(call, "database")},
                                {"--config", argument(call, "config")}};
    char *argv[8] = {(char *)(uintptr_t) "navette db"};
    int argc = 1;
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (options[i][1]) {
            argv[argc++] = (char *)(uintptr_t)options[i][0];
            argv[argc++] = (char *)(uintptr_t)options[i][1];
        }
    return config_read(config, argc, argv);
}

static int run(const struct cli_call *call, const struct verb *verb, const struct config *config)
{
    struct database d;
    const char *url = config->database;
    if (!*url) {
        url = arena_printf(call->arena, "sqlite:%s/navette.db", config->data).p;
        if (verb->need == DATABASE_MAY_BE_MADE && mkdir(config->data, 0700) && errno != EEXIST)
            fprintf(stderr, "%s: %s\n", config->data, strerror(errno));
    }
    enum err e = database_open(&d, url, verb->mode, verb->need, call->arena);
    int result = e ? FAILED : verb->run(call, &d);
    database_close(&d);
    return result;
}

int cmd_db(const struct cli_call *call)
{
    struct config config;
    log_set_level(LOG_ERROR);
    if (strcmp(call->command->verb, "copy") == 0)
        return copy(call);
    const struct verb *verb = verbs;
    while (strcmp(verb->name, call->command->verb) != 0)
        verb++;
    int result = choose(&config, call) ? USAGE : run(call, verb, &config);
    config_free(&config);
    return result;
}

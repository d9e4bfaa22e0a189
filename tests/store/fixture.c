/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/account.h"
#include "store/id.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As tests/postgres prints it: of a database "postgres", from which others can be made. */
static const char *server_url(void)
{
    return getenv("NAVETTE_TEST_POSTGRES");
}

static void tell_server(const char *before, const char *name, const char *after)
{
    char sql[128];
    struct db *db;
    int n = snprintf(sql, sizeof(sql), "%s %s %s", before, name, after);
    assert_int_equal(db_open(&db, server_url(), DB_READ_WRITE), OK);
    assert_int_equal(db_script(db, (struct str){sql, (size_t)n}), OK);
    db_close(db);
}

static void make_on_server(struct fixture *f)
{
    static unsigned made;
    static const char standing[] = "/postgres?";
    const char *server = server_url(), *name = strstr(server, standing);
    assert_non_null(name);
    snprintf(f->place, sizeof(f->place), "navette_test_%d_%u", (int)getpid(), ++made);
    snprintf(f->url, sizeof(f->url), "%.*s/%s?%s", (int)(name - server), server, f->place,
             name + strlen(standing));
    tell_server("CREATE DATABASE", f->place, "");
}

static void make_folder(struct fixture *f)
{
    snprintf(f->place, sizeof(f->place), "/tmp/navette-store-XXXXXX");
    assert_non_null(mkdtemp(f->place));
    snprintf(f->url, sizeof(f->url), "sqlite:%s/navette.db", f->place);
}

void fixture_place(struct fixture *f, bool on_server)
{
    log_set_level(LOG_ERROR);
    *f = (struct fixture){.on_server = on_server, .arena = arena_new()};
    if (on_server)
        make_on_server(f);
    else
        make_folder(f);
    assert_int_equal(db_open(&f->db, f->url, DB_READ_WRITE), OK);
}

void fixture_open_empty(struct fixture *f)
{
    fixture_place(f, server_url() != NULL);
}

void fixture_open(struct fixture *f)
{
    fixture_open_empty(f);
    assert_int_equal(store_migrate(f->db), OK);
}

void fixture_close(struct fixture *f)
{
    char command[128];
    db_close(f->db);
    arena_free(f->arena);
    if (f->on_server) {
        tell_server("DROP DATABASE", f->place, "WITH (FORCE)");
        return;
    }
    snprintf(command, sizeof(command), "rm -rf '%s'", f->place);
    assert_int_equal(system(command), 0);
}

struct store_view fixture_view(struct fixture *f)
{
    return (struct store_view){.db = f->db, .arena = f->arena};
}

struct store_tx fixture_tx(struct fixture *f)
{
    store_id_begin(0, 0);
    return (struct store_tx){.view = fixture_view(f), .now_us = clock_now_us(), .epoch = 32};
}

void fixture_account(struct store_tx *tx, int64_t id, struct str name)
{
    const struct account a = {
        .id = id, .name = name, .timezone = STR("UTC"), .max_parts = 8, .enabled = true};
    assert_int_equal(store_account_insert(tx, &a), OK);
}

int fixture_skip_all(const struct CMUnitTest *tests, size_t n)
{
    printf("1..%zu\n", n);
    for (size_t i = 0; i < n; i++)
        printf("ok %zu - %s # SKIP NAVETTE_TEST_POSTGRES names no server\n", i + 1, tests[i].name);
    return 0;
}

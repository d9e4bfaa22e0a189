/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/store/fixture: a fresh database for each test. The engine is chosen here only, so that
 * every verb can be run on each: SQLite, in a folder of its own, unless NAVETTE_TEST_POSTGRES says
 * on which server of tests/postgres to make it.
 */
#ifndef NAVETTE_TESTS_STORE_FIXTURE_H
#define NAVETTE_TESTS_STORE_FIXTURE_H

#include "store/store.h"

struct fixture {
    bool on_server;
    char place[64]; /* the folder, or the database's name */
    char url[512];
    struct db *db; /* DB_READ_WRITE */
    struct arena *arena;
};

/* Without the schema, on the engine that the test wants. */
void fixture_place(struct fixture *f, bool on_server);
void fixture_open(struct fixture *f);
/* Without the schema. */
void fixture_open_empty(struct fixture *f);
void fixture_close(struct fixture *f);
struct store_view fixture_view(struct fixture *f);
/* Work of a writer's of this moment; ids begin anew. */
struct store_tx fixture_tx(struct fixture *f);
/* One that may send, with this id and name. */
void fixture_account(struct store_tx *tx, int64_t id, struct str name);

struct CMUnitTest;
/* Where NAVETTE_TEST_POSTGRES names no server, for programs of which every case needs one: reports
 * each as skipped. */
int fixture_skip_all(const struct CMUnitTest *tests, size_t n);

#endif

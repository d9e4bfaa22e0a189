/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/store/fixture: a fresh database in a folder of its own, for each test. The engine is chosen
 * here only, so that every verb can be run on each.
 */
#ifndef NAVETTE_TESTS_STORE_FIXTURE_H
#define NAVETTE_TESTS_STORE_FIXTURE_H

#include "store/store.h"

struct fixture {
    char dir[64];
    char url[128];
    struct db *db; /* migrated, DB_READ_WRITE */
    struct arena *arena;
};

void fixture_open(struct fixture *f);
void fixture_close(struct fixture *f);
struct store_view fixture_view(struct fixture *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/log.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>

void fixture_open(struct fixture *f)
{
    log_set_level(LOG_ERROR);
    snprintf(f->dir, sizeof(f->dir), "/tmp/navette-store-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->url, sizeof(f->url), "sqlite:%s/navette.db", f->dir);
    assert_int_equal(db_open(&f->db, f->url, DB_READ_WRITE), OK);
    assert_int_equal(store_migrate(f->db), OK);
    f->arena = arena_new();
}

void fixture_close(struct fixture *f)
{
    char command[128];
    db_close(f->db);
    arena_free(f->arena);
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
}

struct store_view fixture_view(struct fixture *f)
{
    return (struct store_view){.db = f->db, .arena = f->arena};
}

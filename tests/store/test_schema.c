/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"
#include "fixture.h"
#include "testing.h"

#include <pthread.h>
#include <stdlib.h>

enum { NODES = 4 };

static int setup(void **state)
{
    static struct fixture f;
    fixture_open(&f);
    *state = &f;
    return 0;
}

static int setup_empty(void **state)
{
    static struct fixture f;
    fixture_open_empty(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static int64_t count_tables(struct db *db)
{
    int64_t n = 0;
    struct db_rows rows = db_columns(db);
    for (char last[64] = ""; db_rows_next(&rows);) {
        char name[64];
        assert_int_equal(str_copy(name, sizeof(name), db_rows_text(&rows, 0)), OK);
        n += strcmp(last, name) != 0;
        memcpy(last, name, sizeof(last));
    }
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static void a_schema_is_told_without_making_one(void **state)
{
    struct fixture *f = *state;
    int64_t have = -1;
    int64_t want = -1;
    assert_int_equal(store_schema(&have, &want, f->db), OK);
    assert_int_equal(have, 0);
    assert_true(want > 0);
    assert_int_equal(count_tables(f->db), 0);
    assert_int_equal(store_migrate(f->db), OK);
    assert_int_equal(store_schema(&have, &want, f->db), OK);
    assert_int_equal(have, want);
}

static void columns_tell_types_and_the_place_in_the_key(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *table, *column;
        int64_t type, key;
    } known[] = {
        {"incoming_part", "bytes", DB_BLOB_VALUE, 0}, {"incoming_part", "sender", DB_TEXT_VALUE, 2},
        {"incoming_part", "part", DB_INT_VALUE, 6},   {"message", "id", DB_INT_VALUE, 1},
        {"message", "text", DB_TEXT_VALUE, 0},        {"event", "message_id", DB_INT_VALUE, 0},
    };
    size_t found = 0;
    struct db_rows rows = db_columns(f->db);
    while (db_rows_next(&rows))
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            if (str_eq(db_rows_text(&rows, 0), str_of(known[i].table)) &&
                str_eq(db_rows_text(&rows, 1), str_of(known[i].column))) {
                assert_int_equal(db_rows_int(&rows, 2), known[i].type);
                assert_int_equal(db_rows_int(&rows, 3), known[i].key);
                found++;
            }
    assert_int_equal(db_rows_close(&rows), OK);
    assert_int_equal(found, sizeof(known) / sizeof(known[0]));
}

struct starter {
    const char *url;
    pthread_t thread;
    enum err err;
};

static void *start(void *arg)
{
    struct starter *s = arg;
    struct db *db;
    s->err = db_open(&db, s->url, DB_READ_WRITE);
    if (!s->err) {
        s->err = store_migrate(db);
        db_close(db);
    }
    return NULL;
}

static void nodes_that_start_together_make_one_schema(void **state)
{
    struct fixture *f = *state;
    struct starter starters[NODES];
    int64_t have = 0;
    int64_t want = 0;
    for (size_t i = 0; i < NODES; i++) {
        starters[i] = (struct starter){.url = f->url};
        assert_int_equal(pthread_create(&starters[i].thread, NULL, start, &starters[i]), 0);
    }
    for (size_t i = 0; i < NODES; i++) {
        pthread_join(starters[i].thread, NULL);
        assert_int_equal(starters[i].err, OK);
    }
    assert_int_equal(store_schema(&have, &want, f->db), OK);
    assert_int_equal(have, want);
}

static void a_newer_or_unfinished_database_is_refused(void **state)
{
    struct fixture *f = *state;
    int64_t have = 0;
    int64_t want = 0;
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(db_script(f->db, STR("INSERT INTO schema_version VALUES (999, 0)")), OK);
    assert_int_equal(store_migrate(f->db), ERR_STORE_NEWER);
    assert_int_equal(store_schema(&have, &want, f->db), OK);
    assert_int_equal(have, 999);
    assert_int_equal(db_script(f->db, STR("INSERT INTO schema_version VALUES (1000000000, 0)")),
                     OK);
    assert_int_equal(store_migrate(f->db), ERR_STORE_UNFINISHED);
    assert_int_equal(store_schema(&have, &want, f->db), ERR_STORE_UNFINISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_schema_is_told_without_making_one, setup_empty, teardown),
        cmocka_unit_test_setup_teardown(columns_tell_types_and_the_place_in_the_key, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nodes_that_start_together_make_one_schema, setup_empty,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_newer_or_unfinished_database_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* db/: what every engine must do behind the interface. */
#include "fixture.h"
#include "testing.h"

static struct fixture f;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    assert_int_equal(db_script(f.db, STR("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE,"
                                         "c BIGINT CHECK (c < 10))")),
                     OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&f);
    return 0;
}

static struct db_query insert = DB_QUERY("INSERT INTO t (a, b, c) VALUES ($1, $2, $3)");
static struct db_query all = DB_QUERY("SELECT a, b, c FROM t ORDER BY a");

static size_t count_rows(void)
{
    struct db_rows rows = db_rows_open(f.db, &all, DB_NO_ARGS);
    size_t n = 0;
    while (db_rows_next(&rows))
        n++;
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static void values_come_back_as_they_went_in(void **state)
{
    (void)state;
    struct str odd = {"a\0'\"é", 6};
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(INT64_MAX), DB_TEXT(odd), DB_NULL), NULL),
                     OK);
    struct db_rows rows = db_rows_open(f.db, &all, DB_NO_ARGS);
    assert_true(db_rows_next(&rows));
    assert_true(db_rows_int(&rows, 0) == INT64_MAX);
    assert_true(str_eq(db_rows_text(&rows, 1), odd));
    assert_true(db_rows_is_null(&rows, 2));
    assert_false(db_rows_next(&rows));
    assert_int_equal(db_rows_close(&rows), OK);
}

static void placeholders_count_by_name_not_by_place(void **state)
{
    (void)state;
    static struct db_query swapped = DB_QUERY("SELECT $2 || $1 || $2");
    struct db_rows rows =
        db_rows_open(f.db, &swapped, DB_ARGS(DB_TEXT(STR("x")), DB_TEXT(STR("y"))));
    assert_true(db_rows_next(&rows));
    assert_true(str_eq(db_rows_text(&rows, 0), STR("yxy")));
    assert_int_equal(db_rows_close(&rows), OK);
}

static void errors_tell_what_kind_they_are(void **state)
{
    (void)state;
    struct str b = STR("b");
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(1), DB_TEXT(b), DB_INT(1)), NULL), OK);
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(1), DB_NULL, DB_INT(1)), NULL),
                     ERR_EXISTS);
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(2), DB_TEXT(b), DB_INT(1)), NULL),
                     ERR_EXISTS);
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(3), DB_NULL, DB_INT(10)), NULL),
                     ERR_CONFLICT);
    assert_int_equal(count_rows(), 1);
}

static void a_rollback_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(1), DB_NULL, DB_NULL), NULL), OK);
    db_rollback(f.db);
    assert_int_equal(count_rows(), 0);
    db_rollback(f.db); /* without a transaction: nothing happens */
}

static void many_rows_tell_each_what_they_changed(void **state)
{
    (void)state;
    static struct db_query set = DB_QUERY("UPDATE t SET c = $2 WHERE a = $1");
    struct db_value rows[] = {DB_INT(1), DB_NULL, DB_NULL, DB_INT(2), DB_NULL, DB_NULL};
    assert_int_equal(db_run_many(f.db, &insert, rows, 3, 2, NULL), OK);
    struct db_value sets[] = {DB_INT(1), DB_INT(5), DB_INT(9), DB_INT(5), DB_INT(2), DB_INT(6)};
    int64_t changed[3];
    assert_int_equal(db_run_many(f.db, &set, sets, 2, 3, changed), OK);
    assert_int_equal(changed[0], 1);
    assert_int_equal(changed[1], 0);
    assert_int_equal(changed[2], 1);
}

static void a_reader_sees_commits_and_cannot_write(void **state)
{
    (void)state;
    struct db *reader;
    assert_int_equal(db_open(&reader, f.url, DB_READ_ONLY), OK);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_run(f.db, &insert, DB_ARGS(DB_INT(1), DB_NULL, DB_NULL), NULL), OK);
    struct db_rows rows = db_rows_open(reader, &all, DB_NO_ARGS);
    assert_false(db_rows_next(&rows));
    assert_int_equal(db_rows_close(&rows), OK);
    assert_int_equal(db_commit(f.db), OK);
    rows = db_rows_open(reader, &all, DB_NO_ARGS);
    assert_true(db_rows_next(&rows));
    assert_int_equal(db_rows_close(&rows), OK);
    assert_int_not_equal(db_run(reader, &insert, DB_ARGS(DB_INT(2), DB_NULL, DB_NULL), NULL), OK);
    db_close(reader);
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    assert_int_equal(store_migrate(f.db), OK);
    assert_int_equal(db_script(f.db, STR("INSERT INTO schema_version VALUES (9999, 0)")), OK);
    assert_int_equal(store_migrate(f.db), ERR_STORE_NEWER);
}

static void an_unknown_engine_is_refused(void **state)
{
    (void)state;
    struct db *db;
    assert_int_equal(db_open(&db, "mysql:x", DB_READ_WRITE), ERR_INVALID);
    assert_int_equal(db_open(&db, "sqlite:/nonexistent/x.db", DB_READ_WRITE), ERR_STORE);
}

int main(void)
{
#define STORE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        STORE(values_come_back_as_they_went_in),
        STORE(placeholders_count_by_name_not_by_place),
        STORE(errors_tell_what_kind_they_are),
        STORE(a_rollback_leaves_nothing),
        STORE(many_rows_tell_each_what_they_changed),
        STORE(a_reader_sees_commits_and_cannot_write),
        STORE(a_newer_database_is_refused),
        STORE(an_unknown_engine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* db/: what every engine must do behind the interface. */
#include "fixture.h"
#include "testing.h"

#include <stdio.h>

static struct fixture f;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    assert_int_equal(db_script(f.db, STR("CREATE TABLE t (a {id}, b TEXT UNIQUE,"
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
static struct db_query insert_many =
    DB_QUERY_MANY("INSERT INTO t (a, b, c) VALUES ($1, $2, $3)",
                  "INSERT INTO t (a, b, c) "
                  "SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::bigint[])");
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

static enum err insert_one(int64_t a)
{
    return db_run(f.db, &insert, DB_ARGS(DB_INT(a), DB_NULL, DB_NULL), NULL);
}

static void values_come_back_as_they_went_in(void **state)
{
    (void)state;
    static struct db_query put = DB_QUERY("INSERT INTO v VALUES ($1, $2, $3, $4, $5)");
    static struct db_query get = DB_QUERY("SELECT small, large, words, raw, none FROM v");
    struct str odd = STR("'\"\\ é €");
    struct str raw = {"a\0\xff", 3};
    assert_int_equal(db_script(f.db, STR("CREATE TABLE v (small BIGINT, large {id}, words TEXT, "
                                         "raw {bytes}, none TEXT) {hot}")),
                     OK);
    assert_int_equal(
        db_run(f.db, &put,
               DB_ARGS(DB_INT(INT64_MIN), DB_INT(INT64_MAX), DB_TEXT(odd), DB_BLOB(raw), DB_NULL),
               NULL),
        OK);
    struct db_rows rows = db_rows_open(f.db, &get, DB_NO_ARGS);
    assert_true(db_rows_next(&rows));
    assert_true(db_rows_int(&rows, 0) == INT64_MIN);
    assert_true(db_rows_int(&rows, 1) == INT64_MAX);
    assert_true(str_eq(db_rows_text(&rows, 2), odd));
    assert_true(str_eq(db_rows_text(&rows, 3), raw));
    assert_true(db_rows_is_null(&rows, 4));
    assert_int_equal(db_rows_int(&rows, 4), 0);
    assert_int_equal(db_rows_text(&rows, 4).n, 0);
    assert_false(db_rows_next(&rows));
    assert_false(db_rows_next(&rows));
    assert_int_equal(db_rows_close(&rows), OK);
}

static void a_row_can_be_bound_again_as_it_was_read(void **state)
{
    (void)state;
    static struct db_query put = DB_QUERY("INSERT INTO v VALUES ($1, $2, $3, $4)");
    static struct db_query get = DB_QUERY("SELECT a, b, c, d FROM v ORDER BY a");
    struct db_value values[5];
    assert_int_equal(db_script(f.db, STR("CREATE TABLE v (a {id}, b TEXT, c {bytes}, d BIGINT)")),
                     OK);
    assert_int_equal(
        db_run(f.db, &put, DB_ARGS(DB_INT(1), DB_TEXT(STR("")), DB_BLOB(STR("x")), DB_NULL), NULL),
        OK);
    struct db_rows rows = db_rows_open(f.db, &get, DB_NO_ARGS);
    assert_int_equal(db_rows_columns(&rows), 4);
    assert_true(str_eq(db_rows_name(&rows, 2), STR("c")));
    assert_true(db_rows_next(&rows));
    for (int k = 0; k < 4; k++)
        values[k] = db_rows_value(&rows, k);
    assert_int_equal(values[0].type, DB_INT_VALUE);
    assert_int_equal(values[1].type, DB_TEXT_VALUE);
    assert_int_equal(values[2].type, DB_BLOB_VALUE);
    assert_int_equal(values[3].type, DB_NULL_VALUE);
    values[0] = DB_INT(values[0].i + 1);
    assert_int_equal(db_run(f.db, &put, values, 4, NULL), OK);
    assert_int_equal(db_rows_close(&rows), OK);
    rows = db_rows_open(f.db, &get, DB_NO_ARGS);
    assert_true(db_rows_next(&rows) && db_rows_next(&rows));
    assert_true(str_eq(db_rows_text(&rows, 2), STR("x")));
    assert_int_equal(db_rows_close(&rows), OK);
}

static void text_that_is_none_is_kept_as_it_is_or_refused(void **state)
{
    (void)state;
    static const struct str bad[] = {{"a\xff", 2}, {"a\0b", 3}};
    for (size_t i = 0; i < 2; i++) {
        struct db_value args[] = {DB_INT((int64_t)i), DB_TEXT(bad[i]), DB_NULL};
        enum err e = db_run(f.db, &insert, args, 3, NULL);
        assert_int_equal(e, db_shared(f.db) ? ERR_BAD_UTF8 : OK);
    }
    assert_int_equal(count_rows(), db_shared(f.db) ? 0 : 2);
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
    assert_int_equal(insert_one(1), OK);
    db_rollback(f.db);
    assert_int_equal(count_rows(), 0);
    db_rollback(f.db); /* without a transaction: nothing happens */
}

static void an_error_inside_a_transaction_comes_at_its_commit_at_the_latest(void **state)
{
    (void)state;
    static struct db_query note = DB_QUERY("UPDATE t SET c = $2 WHERE a = $1");
    assert_int_equal(insert_one(1), OK);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(2), OK);
    enum err e = insert_one(1);
    for (int i = 0; i < 400 && !e; i++) /* more than an engine leaves unanswered */
        e = db_run(f.db, &note, DB_ARGS(DB_INT(1), DB_INT(1)), NULL);
    if (!e)
        e = db_commit(f.db);
    assert_int_equal(e, ERR_EXISTS);
    db_rollback(f.db);
    assert_int_equal(count_rows(), 1);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(2), OK);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(count_rows(), 2);
}

static void who_waits_gets_the_error_of_what_was_before(void **state)
{
    (void)state;
    int64_t changed;
    assert_int_equal(insert_one(1), OK);
    assert_int_equal(db_begin(f.db), OK);
    enum err e = insert_one(1);
    if (!e)
        e = db_run(f.db, &insert, DB_ARGS(DB_INT(2), DB_NULL, DB_NULL), &changed);
    assert_int_equal(e, ERR_EXISTS);
    db_rollback(f.db);
    assert_int_equal(db_begin(f.db), OK);
    e = insert_one(1);
    struct db_rows rows = {0};
    if (!e) {
        rows = db_rows_open(f.db, &all, DB_NO_ARGS);
        assert_false(db_rows_next(&rows));
        e = db_rows_close(&rows);
    }
    assert_int_equal(e, ERR_EXISTS);
    db_rollback(f.db);
    assert_int_equal(count_rows(), 1);
}

static void arguments_may_go_at_once(void **state)
{
    (void)state;
    char text[8] = "before";
    assert_int_equal(db_begin(f.db), OK);
    struct db_value args[] = {DB_INT(1), DB_TEXT(str_of(text)), DB_NULL};
    assert_int_equal(db_run(f.db, &insert, args, 3, NULL), OK);
    memcpy(text, "after", 6);
    args[0] = DB_INT(7);
    assert_int_equal(db_commit(f.db), OK);
    struct db_rows rows = db_rows_open(f.db, &all, DB_NO_ARGS);
    assert_true(db_rows_next(&rows));
    assert_int_equal(db_rows_int(&rows, 0), 1);
    assert_true(str_eq(db_rows_text(&rows, 1), STR("before")));
    assert_int_equal(db_rows_close(&rows), OK);
}

static void count_changes(struct db_query *set)
{
    struct db_value rows[] = {DB_INT(1), DB_NULL, DB_NULL, DB_INT(2), DB_TEXT(STR("")), DB_NULL};
    assert_int_equal(db_run_many(f.db, &insert_many, rows, 3, 2, NULL), OK);
    assert_int_equal(db_run_many(f.db, &insert_many, rows, 3, 0, NULL), OK);
    struct db_value sets[] = {DB_INT(1), DB_INT(5), DB_INT(9), DB_INT(5), DB_INT(2), DB_NULL};
    int64_t changed[3] = {7, 7, 7};
    assert_int_equal(db_run_many(f.db, set, sets, 2, 3, changed), OK);
    assert_int_equal(changed[0], 1);
    assert_int_equal(changed[1], 0);
    assert_int_equal(changed[2], 1);
    assert_int_equal(db_run(f.db, set, sets, 2, changed), OK);
    assert_int_equal(changed[0], 1);
}

static void many_rows_tell_each_what_they_changed(void **state)
{
    (void)state;
    static struct db_query set = DB_QUERY("UPDATE t SET c = $2 WHERE a = $1");
    count_changes(&set);
}

static void many_rows_in_one_statement_tell_each_what_they_changed(void **state)
{
    (void)state;
    static struct db_query set =
        DB_QUERY_MANY("UPDATE t SET c = $2 WHERE a = $1",
                      "UPDATE t SET c = v.c FROM UNNEST($1::bigint[], $2::bigint[]) "
                      "WITH ORDINALITY AS v (a, c, row) WHERE t.a = v.a RETURNING row");
    count_changes(&set);
}

static void insert_thousand(struct db_query *query, const char *tag)
{
    enum { ROWS = 1000 };
    static struct db_value args[ROWS * 3];
    static char texts[ROWS][16];
    size_t before = count_rows();
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%s%zu", tag, i);
        args[i * 3] = DB_INT(before + i);
        args[i * 3 + 1] = i % 10 ? DB_TEXT(str_of(texts[i])) : DB_NULL;
        args[i * 3 + 2] = DB_INT(i % 10);
    }
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_run_many(f.db, query, args, 3, ROWS, NULL), OK);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(count_rows(), before + ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        args[i * 3] = DB_INT(before + ROWS + i);
        args[i * 3 + 1] = DB_NULL;
    }
    args[(ROWS - 1) * 3 + 2] = DB_INT(10); /* one bad row */
    assert_int_equal(db_begin(f.db), OK);
    enum err e = db_run_many(f.db, query, args, 3, ROWS, NULL);
    assert_int_equal(e ? e : db_commit(f.db), ERR_CONFLICT);
    db_rollback(f.db);
    assert_int_equal(count_rows(), before + ROWS);
}

static void more_rows_than_may_be_under_way_are_written(void **state)
{
    (void)state;
    insert_thousand(&insert_many, "m");
    insert_thousand(&insert, "s");
}

static void rows_of_many(struct db_query *query)
{
    struct db_value rows[] = {DB_INT(1), DB_NULL, DB_INT(3), DB_INT(2), DB_NULL, DB_INT(3),
                              DB_INT(3), DB_NULL, DB_INT(4), DB_INT(4), DB_NULL, DB_INT(4)};
    assert_int_equal(db_run_many(f.db, &insert_many, rows, 3, 4, NULL), OK);
    struct db_value wanted[] = {DB_INT(4), DB_INT(9), DB_INT(3), DB_INT(9)};
    int seen[4] = {0};
    int64_t sums[4] = {0};
    struct db_rows r = db_rows_many(f.db, query, wanted, 1, 4);
    assert_int_equal(db_rows_columns(&r), 1);
    while (db_rows_next(&r)) {
        assert_true(r.row < 4);
        seen[r.row]++;
        sums[r.row] += db_rows_int(&r, 0);
    }
    assert_int_equal(db_rows_close(&r), OK);
    assert_int_equal(seen[0], 2);
    assert_int_equal(seen[1], 0);
    assert_int_equal(seen[2], 2);
    assert_int_equal(seen[3], 0);
    assert_int_equal(sums[0], 7);
    assert_int_equal(sums[2], 3);
    r = db_rows_many(f.db, query, wanted, 1, 1);
    assert_true(db_rows_next(&r) && db_rows_next(&r));
    assert_int_equal(r.row, 0);
    assert_false(db_rows_next(&r));
    assert_int_equal(db_rows_close(&r), OK);
    r = db_rows_many(f.db, query, wanted, 1, 0);
    assert_false(db_rows_next(&r));
    assert_int_equal(db_rows_close(&r), OK);
}

static void rows_of_many_tell_whose_they_are(void **state)
{
    (void)state;
    static struct db_query by_c = DB_QUERY("SELECT a FROM t WHERE c = $1");
    rows_of_many(&by_c);
}

static void rows_of_many_in_one_statement_tell_whose_they_are(void **state)
{
    (void)state;
    static struct db_query by_c =
        DB_QUERY_MANY("SELECT a FROM t WHERE c = $1",
                      "SELECT a, row FROM UNNEST($1::bigint[]) WITH ORDINALITY AS v (c, row) "
                      "JOIN t ON t.c = v.c");
    rows_of_many(&by_c);
}

static void other_queries_run_while_rows_are_read(void **state)
{
    (void)state;
    static struct db_query keep = DB_QUERY("INSERT INTO u (a) VALUES ($1)");
    static struct db_query kept = DB_QUERY("SELECT COUNT(*) FROM u WHERE a < $1");
    assert_int_equal(db_script(f.db, STR("CREATE TABLE u (a {id}) {clustered}")), OK);
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(insert_one(i), OK);
    assert_int_equal(db_begin(f.db), OK);
    struct db_rows outer = db_rows_open(f.db, &all, DB_NO_ARGS);
    int64_t n = 0;
    for (; db_rows_next(&outer); n++) {
        assert_int_equal(db_run(f.db, &keep, DB_ARGS(DB_INT(db_rows_int(&outer, 0))), NULL), OK);
        struct db_rows inner = db_rows_open(f.db, &kept, DB_ARGS(DB_INT(100)));
        assert_true(db_rows_next(&inner));
        assert_int_equal(db_rows_int(&inner, 0), n + 1);
        assert_int_equal(db_rows_close(&inner), OK);
        assert_int_equal(db_rows_int(&outer, 0), n);
    }
    assert_int_equal(n, 5);
    assert_int_equal(db_rows_close(&outer), OK);
    assert_int_equal(db_commit(f.db), OK);
}

static void an_error_ends_the_rows(void **state)
{
    (void)state;
    static struct db_query wrong = DB_QUERY("SELECT a FROM nowhere");
    struct db_rows rows = db_rows_open(f.db, &wrong, DB_NO_ARGS);
    assert_false(db_rows_next(&rows));
    assert_false(db_rows_next(&rows));
    assert_int_equal(db_rows_close(&rows), ERR_STORE);
    assert_int_equal(insert_one(1), OK);
}

static void a_script_is_undone_with_its_transaction(void **state)
{
    (void)state;
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(1), OK);
    assert_int_equal(db_script(f.db, STR("CREATE TABLE u (a {id}); INSERT INTO u VALUES (1);")),
                     OK);
    assert_int_equal(insert_one(2), OK);
    db_rollback(f.db);
    assert_int_equal(count_rows(), 0);
    assert_int_equal(db_script(f.db, STR("CREATE TABLE u (a {id})")), OK);
    assert_int_equal(db_script(f.db, STR("CREATE TABLE u (a {id})")), ERR_STORE);
}

static void a_writer_alone_has_nobody_to_wait_for(void **state)
{
    (void)state;
    int64_t began_us = 0;
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_lock(f.db, 7), OK);
    assert_int_equal(db_lock(f.db, 7), OK);
    assert_int_equal(db_note(f.db, STR("hint")), OK);
    assert_int_equal(db_oldest_writer(f.db, &began_us), OK);
    assert_true(began_us == INT64_MAX);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(db_notes_fd(f.db), -1); /* it does not listen */
}

static void a_reader_sees_commits_and_cannot_write(void **state)
{
    (void)state;
    struct db *reader;
    assert_int_equal(db_open(&reader, f.url, DB_READ_ONLY), OK);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(1), OK);
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
        STORE(a_row_can_be_bound_again_as_it_was_read),
        STORE(text_that_is_none_is_kept_as_it_is_or_refused),
        STORE(placeholders_count_by_name_not_by_place),
        STORE(errors_tell_what_kind_they_are),
        STORE(a_rollback_leaves_nothing),
        STORE(an_error_inside_a_transaction_comes_at_its_commit_at_the_latest),
        STORE(who_waits_gets_the_error_of_what_was_before),
        STORE(arguments_may_go_at_once),
        STORE(many_rows_tell_each_what_they_changed),
        STORE(many_rows_in_one_statement_tell_each_what_they_changed),
        STORE(more_rows_than_may_be_under_way_are_written),
        STORE(rows_of_many_tell_whose_they_are),
        STORE(rows_of_many_in_one_statement_tell_whose_they_are),
        STORE(other_queries_run_while_rows_are_read),
        STORE(an_error_ends_the_rows),
        STORE(a_script_is_undone_with_its_transaction),
        STORE(a_writer_alone_has_nobody_to_wait_for),
        STORE(a_reader_sees_commits_and_cannot_write),
        STORE(a_newer_database_is_refused),
        STORE(an_unknown_engine_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

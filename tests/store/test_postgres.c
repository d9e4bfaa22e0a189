/* SPDX-License-Identifier: Apache-2.0 */
/* db/postgres: what only an engine behind a network, shared by several processes, can do. */
#include "base/clock.h"
#include "fixture.h"
#include "testing.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct fixture f;
static struct db *other;

static int set_up(void **state)
{
    (void)state;
    fixture_open(&f);
    assert_int_equal(db_open(&other, f.url, DB_READ_WRITE), OK);
    assert_int_equal(db_script(f.db, STR("CREATE TABLE t (a {id}) {hot}")), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(other);
    fixture_close(&f);
    return 0;
}

static enum err insert_one(int64_t a)
{
    static struct db_query insert = DB_QUERY("INSERT INTO t (a) VALUES ($1)");
    return db_run(f.db, &insert, DB_ARGS(DB_INT(a)), NULL);
}

static int64_t number(struct db *db, struct db_query *query)
{
    struct db_rows rows = db_rows_open(db, query, DB_NO_ARGS);
    int64_t n = db_rows_next(&rows) ? db_rows_int(&rows, 0) : -1;
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static int64_t count_rows(struct db *db)
{
    static struct db_query count = DB_QUERY("SELECT COUNT(*) FROM t");
    return number(db, &count);
}

/* Returns when the server's processes of all other connections are gone. */
static void end_connections(void)
{
    static struct db_query end =
        DB_QUERY("SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE "
                 "datname = current_database() AND pid <> pg_backend_pid()");
    assert_true(number(other, &end) > 0);
}

static void a_connection_lost_while_idle_is_made_again_unnoticed(void **state)
{
    (void)state;
    assert_int_equal(insert_one(1), OK);
    end_connections();
    assert_int_equal(insert_one(2), OK);
    end_connections();
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(3), OK);
    assert_int_equal(db_commit(f.db), OK);
    end_connections();
    assert_int_equal(count_rows(f.db), 3);
}

static void lost_before_the_commit_nothing_is_in_doubt(void **state)
{
    (void)state;
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(1), OK);
    assert_int_equal(count_rows(f.db), 1);
    end_connections();
    assert_int_equal(db_commit(f.db), ERR_STORE);
    assert_int_equal(insert_one(2), ERR_STORE); /* not outside of the lost transaction */
    db_rollback(f.db);
    assert_int_equal(count_rows(f.db), 0);
    assert_int_equal(db_begin(f.db), OK);
    end_connections();
    int64_t changed;
    static struct db_query all = DB_QUERY("DELETE FROM t");
    assert_int_equal(db_run(f.db, &all, DB_NO_ARGS, &changed), ERR_STORE);
    db_rollback(f.db);
    assert_int_equal(insert_one(3), OK);
}

static void *end_when_it_commits(void *arg)
{
    (void)arg;
    static struct db_query sleeping =
        DB_QUERY("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "query = 'COMMIT' AND wait_event = 'PgSleep'");
    while (number(other, &sleeping) == 0)
        poll(NULL, 0, 5);
    end_connections();
    return NULL;
}

static void lost_during_the_commit_it_is_in_doubt(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(
        db_script(f.db, STR("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
                            "'BEGIN PERFORM pg_sleep(8); RETURN NULL; END';"
                            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE "
                            "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()")),
        OK);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(1), OK);
    assert_int_equal(pthread_create(&thread, NULL, end_when_it_commits, NULL), 0);
    assert_int_equal(db_commit(f.db), ERR_DOUBT);
    pthread_join(thread, NULL);
    db_rollback(f.db);
    assert_int_equal(count_rows(f.db), 0);
}

static void an_error_at_the_commit_leaves_no_doubt(void **state)
{
    (void)state;
    assert_int_equal(db_script(f.db, STR("CREATE TABLE u (a BIGINT REFERENCES t (a) "
                                         "DEFERRABLE INITIALLY DEFERRED)")),
                     OK);
    static struct db_query orphan = DB_QUERY("INSERT INTO u VALUES (1)");
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_run(f.db, &orphan, DB_NO_ARGS, NULL), OK);
    assert_int_equal(db_commit(f.db), ERR_CONFLICT);
    db_rollback(f.db);
    assert_int_equal(insert_one(1), OK);
}

static void allow_connections(bool allow)
{
    char sql[160];
    struct db *server;
    int n = snprintf(sql, sizeof(sql), "ALTER DATABASE %s ALLOW_CONNECTIONS %s", f.place,
                     allow ? "true" : "false");
    assert_int_equal(db_open(&server, getenv("NAVETTE_TEST_POSTGRES"), DB_READ_WRITE), OK);
    assert_int_equal(db_script(server, (struct str){sql, (size_t)n}), OK);
    db_close(server);
}

static void a_lost_server_fails_at_once_and_comes_back(void **state)
{
    (void)state;
    allow_connections(false);
    end_connections();
    assert_int_equal(insert_one(1), ERR_STORE);
    int64_t began_us = clock_mono_us();
    for (int i = 0; i < 100; i++)
        assert_int_equal(insert_one(1), ERR_STORE);
    assert_true(clock_mono_us() - began_us < 100 * MS_US);
    assert_int_equal(db_begin(f.db), ERR_STORE);
    db_rollback(f.db);
    allow_connections(true);
    while (insert_one(1) && clock_mono_us() - began_us < 5 * SEC_US)
        poll(NULL, 0, 20);
    assert_int_equal(count_rows(f.db), 1);
}

static bool next_note(struct db *db, char *note)
{
    struct pollfd fd = {.fd = db_notes_fd(db), .events = POLLIN};
    while (!db_notes_next(db, note))
        if (poll(&fd, 1, 2000) <= 0)
            return false;
    return true;
}

static void note_in_transaction(const char *text, bool commit)
{
    assert_int_equal(db_begin(other), OK);
    assert_int_equal(db_note(other, str_of(text)), OK);
    if (commit)
        assert_int_equal(db_commit(other), OK);
    else
        db_rollback(other);
}

static void notes_leave_with_the_commit(void **state)
{
    (void)state;
    char note[DB_NOTE_MAX + 1];
    char longest[DB_NOTE_MAX + 2];
    struct db *reader;
    memset(longest, 'x', sizeof(longest));
    longest[DB_NOTE_MAX] = '\0';
    assert_int_equal(db_open(&reader, f.url, DB_READ_ONLY), OK);
    assert_int_equal(db_notes_fd(reader), -1);
    assert_false(db_notes_next(reader, note));
    assert_int_equal(db_listen(reader), OK);
    assert_false(db_notes_next(reader, note));
    note_in_transaction("undone", false);
    note_in_transaction("done", true);
    note_in_transaction(longest, true);
    assert_true(next_note(reader, note));
    assert_string_equal(note, "done");
    assert_true(next_note(reader, note));
    assert_string_equal(note, longest);
    assert_false(db_notes_next(reader, note));
    assert_int_equal(db_note(other, (struct str){longest, DB_NOTE_MAX + 1}), ERR_TOO_LONG);
    db_close(reader);
}

static void who_listens_does_so_again_after_a_loss(void **state)
{
    (void)state;
    char note[DB_NOTE_MAX + 1];
    assert_int_equal(db_listen(f.db), OK);
    end_connections();
    while (db_notes_next(f.db, note)) /* makes it again */
        ;
    assert_int_not_equal(db_notes_fd(f.db), -1);
    note_in_transaction("again", true);
    assert_true(next_note(f.db, note));
    assert_string_equal(note, "again");
    assert_int_equal(insert_one(1), OK); /* it can do the rest too */
}

static void the_oldest_open_transaction_is_found(void **state)
{
    (void)state;
    static struct db_query now =
        DB_QUERY("SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000) AS BIGINT)");
    int64_t began_us;
    assert_int_equal(db_oldest_writer(other, &began_us), OK);
    assert_true(began_us == INT64_MAX);
    int64_t before_us = number(other, &now);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(1), OK);
    assert_int_equal(count_rows(f.db), 1);
    int64_t after_us = number(other, &now);
    assert_int_equal(db_begin(other), OK);
    assert_int_equal(db_oldest_writer(other, &began_us), OK);
    assert_true(before_us <= began_us && began_us <= after_us);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(db_oldest_writer(other, &began_us), OK);
    assert_true(began_us == INT64_MAX);
    assert_int_equal(db_commit(other), OK);
}

static void a_lock_has_one_holder_until_its_transaction_ends(void **state)
{
    (void)state;
    assert_int_equal(db_script(other, STR("SET lock_timeout = 20")), OK);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(db_lock(f.db, 7), OK);
    assert_int_equal(db_begin(other), OK);
    assert_int_equal(db_lock(other, 8), OK);
    assert_int_equal(db_lock(other, 7), ERR_BUSY);
    db_rollback(other);
    assert_int_equal(db_commit(f.db), OK);
    assert_int_equal(db_begin(other), OK);
    assert_int_equal(db_lock(other, 7), OK);
    assert_int_equal(db_commit(other), OK);
}

static void a_process_that_stops_in_a_transaction_holds_nothing_for_long(void **state)
{
    (void)state;
    static struct db_query timeout =
        DB_QUERY("SELECT CAST(setting AS BIGINT) FROM pg_settings WHERE name = "
                 "'idle_in_transaction_session_timeout'");
    assert_int_equal(number(f.db, &timeout), 2000);
    assert_int_equal(db_script(f.db, STR("SET idle_in_transaction_session_timeout = 50")), OK);
    assert_int_equal(db_begin(f.db), OK);
    assert_int_equal(insert_one(1), OK); /* sent, and nobody asked for the answer */
    static struct db_query open =
        DB_QUERY("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "application_name = 'navette writer' AND pid <> pg_backend_pid()");
    int64_t began_us = clock_mono_us();
    while (number(other, &open) > 0 && clock_mono_us() - began_us < 3 * SEC_US)
        poll(NULL, 0, 10);
    assert_int_equal(number(other, &open), 0);
    assert_int_not_equal(db_commit(f.db), OK); /* it may not have heard that it is lost */
    db_rollback(f.db);
    assert_int_equal(count_rows(f.db), 0);
}

enum { URL_SIZE = 600 };

/* The URL with something put in behind `word`. */
static void url_with(char out[URL_SIZE], const char *url, const char *word, const char *more)
{
    const char *at = strstr(url, word);
    assert_non_null(at);
    at += strlen(word);
    snprintf(out, URL_SIZE, "%.*s%s%s", (int)(at - url), url, more, at);
}

static void what_is_wrong_with_a_url_is_told_in_time(void **state)
{
    (void)state;
    char url[URL_SIZE];
    struct db *db;
    int64_t began_us = clock_mono_us();
    url_with(url, f.url, "/navette_test", "_none");
    assert_int_equal(db_open(&db, url, DB_READ_WRITE), ERR_NOT_FOUND);
    url_with(url, f.url, "user=", "nobody_of_this_name");
    assert_int_equal(db_open(&db, url, DB_READ_WRITE), ERR_UNAUTHORIZED);
    assert_int_equal(db_open(&db, "postgresql:///x?host=/nonexistent", DB_READ_WRITE), ERR_STORE);
    assert_int_equal(db_open(&db, "postgresql://u:secret@[x/y", DB_READ_WRITE), ERR_INVALID);
    assert_int_equal(db_open(&db, "postgres://h/d?nothing=1", DB_READ_WRITE), ERR_INVALID);
    assert_true(clock_mono_us() - began_us < DB_CONNECT_MS * MS_US);
}

static void a_database_that_is_not_in_utf8_is_refused(void **state)
{
    (void)state;
    char url[URL_SIZE];
    struct db *db;
    assert_int_equal(db_script(other, STR("CREATE DATABASE navette_test_latin1 ENCODING LATIN1 "
                                          "LOCALE 'C' TEMPLATE template0")),
                     OK);
    const char *end = strchr(f.url, '?');
    snprintf(url, sizeof(url), "postgresql:///navette_test_latin1%s", end);
    enum err e = db_open(&db, url, DB_READ_ONLY);
    assert_int_equal(db_script(other, STR("DROP DATABASE navette_test_latin1")), OK);
    assert_int_equal(e, ERR_INVALID);
}

/* One that takes connections and never says a word must not hide the next. */
static void a_host_that_is_silent_does_not_hide_the_next(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    char url[URL_SIZE];
    char hosts[URL_SIZE];
    char more[32];
    struct db *db;
    if (!strstr(f.url, "port="))
        skip();
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(silent, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(silent, 5), 0);
    assert_int_equal(getsockname(silent, (struct sockaddr *)&address, &size), 0);
    url_with(hosts, f.url, "host=", "127.0.0.1,");
    snprintf(more, sizeof(more), "%u,", ntohs(address.sin_port));
    url_with(url, hosts, "port=", more);
    int64_t began_us = clock_mono_us();
    assert_int_equal(db_open(&db, url, DB_READ_WRITE), OK);
    assert_true(clock_mono_us() - began_us < DB_CONNECT_MS * MS_US);
    assert_int_equal(count_rows(db), 0);
    db_close(db);
    close(silent);
}

/* In pg_catalog nobody may, so that the test needs no second role. */
static void what_a_role_may_not_make_is_no_lost_store(void **state)
{
    (void)state;
    assert_int_equal(db_script(f.db, STR("CREATE TABLE pg_catalog.t (a {id})")), ERR_UNAUTHORIZED);
    assert_int_equal(insert_one(1), OK);
}

static void who_is_to_end_does_not_wait_for_a_silent_server(void **state)
{
    (void)state;
    static struct db_query sleep = DB_QUERY("SELECT COUNT(pg_sleep(8))");
    int64_t before_us = clock_mono_us();
    db_hurry_after(500);
    struct db_rows rows = db_rows_open(f.db, &sleep, DB_NO_ARGS);
    assert_int_equal(db_rows_close(&rows), ERR_STORE);
    int64_t took_us = clock_mono_us() - before_us;
    assert_true(took_us >= 500000 && took_us < (500 + DB_HURRY_MS + 1000) * MS_US);
    db_hurry_after(-1);
    assert_int_equal(insert_one(1), OK);
}

static void who_is_impatient_does_not_wait_either(void **state)
{
    (void)state;
    static struct db_query sleep = DB_QUERY("SELECT COUNT(pg_sleep(8))");
    int64_t before_us = clock_mono_us();
    db_impatient(other, 300);
    struct db_rows rows = db_rows_open(other, &sleep, DB_NO_ARGS);
    assert_int_equal(db_rows_close(&rows), ERR_STORE);
    assert_true(clock_mono_us() - before_us < 2 * SEC_US);
    assert_int_equal(count_rows(other), 0);
}

int main(void)
{
#define POSTGRES(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        POSTGRES(a_connection_lost_while_idle_is_made_again_unnoticed),
        POSTGRES(lost_before_the_commit_nothing_is_in_doubt),
        POSTGRES(lost_during_the_commit_it_is_in_doubt),
        POSTGRES(an_error_at_the_commit_leaves_no_doubt),
        POSTGRES(a_lost_server_fails_at_once_and_comes_back),
        POSTGRES(notes_leave_with_the_commit),
        POSTGRES(who_listens_does_so_again_after_a_loss),
        POSTGRES(the_oldest_open_transaction_is_found),
        POSTGRES(a_lock_has_one_holder_until_its_transaction_ends),
        POSTGRES(a_process_that_stops_in_a_transaction_holds_nothing_for_long),
        POSTGRES(what_is_wrong_with_a_url_is_told_in_time),
        POSTGRES(a_database_that_is_not_in_utf8_is_refused),
        POSTGRES(who_is_to_end_does_not_wait_for_a_silent_server),
        POSTGRES(who_is_impatient_does_not_wait_either),
        POSTGRES(a_host_that_is_silent_does_not_hide_the_next),
        POSTGRES(what_a_role_may_not_make_is_no_lost_store),
    };
    return getenv("NAVETTE_TEST_POSTGRES")
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : fixture_skip_all(tests, sizeof(tests) / sizeof(tests[0]));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* From SQLite to SQLite; with NAVETTE_TEST_POSTGRES from and to that server as well. */
#include "base/buf.h"
#include "base/log.h"
#include "fixture.h"
#include "store/copy.h"
#include "store/status.h"
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>

enum { FEW = 7, MANY = 4500, CROWD = 2500, LONG_TEXT = 70000, COLUMNS_MAX = 32, TABLES_MAX = 100 };

/* ---- a source with rows in every table ---- */

struct column {
    char name[32];
    enum db_type type;
    bool key;
};

struct table {
    char name[32];
    struct column columns[COLUMNS_MAX];
    size_t n;
};

static size_t read_tables(struct table *tables, struct db *db)
{
    size_t n = 0;
    struct db_rows rows = db_columns(db);
    while (db_rows_next(&rows)) {
        if (!n || !str_eq(str_of(tables[n - 1].name), db_rows_text(&rows, 0))) {
            assert_true(n < TABLES_MAX);
            tables[n] = (struct table){0};
            assert_int_equal(str_copy(tables[n++].name, 32, db_rows_text(&rows, 0)), OK);
        }
        struct table *t = &tables[n - 1];
        assert_true(t->n < COLUMNS_MAX);
        struct column *c = &t->columns[t->n++];
        *c = (struct column){.type = (enum db_type)db_rows_int(&rows, 2),
                             .key = db_rows_int(&rows, 3) > 0};
        assert_int_equal(str_copy(c->name, 32, db_rows_text(&rows, 1)), OK);
    }
    assert_int_equal(db_rows_close(&rows), OK);
    return n;
}

static bool is(const struct table *t, const char *name)
{
    return strcmp(t->name, name) == 0;
}

static bool may_be_null(const struct table *t, const struct column *c)
{
    static const char *const nullable[] = {
        "api_user.quota",
        "route.account_id",
        "route.sender",
        "message.class",
        "message.tag",
        "message.sent_at",
        "message.done_at",
        "message.carrier_ref",
        "message.receipt",
        "part.sent_at",
        "part.done_at",
        "part.carrier_ref",
        "part.receipt",
        "incoming.account_id",
        "incoming.message_id",
        "route.timezone",
        "message_tried.carrier_ref",
        "number.account_id",
        "conversation.until_at",
        "conversation.message_id",
        "message.conversation_id",
        "incoming.conversation_id",
        "incoming.released_at",
        "quarantine.error_at",
        "quarantine.message_id",
        "quarantine.incoming_id",
        "errand.done_at",
        "errand_attempt.status",
    };
    char name[200];
    snprintf(name, sizeof(name), "%s.%s", t->name, c->name);
    for (size_t i = 0; i < sizeof(nullable) / sizeof(nullable[0]); i++)
        if (strcmp(nullable[i], name) == 0)
            return true;
    return false;
}

static int64_t some_number(const struct table *t, const struct column *c, int64_t row)
{
    static const struct {
        const char *name;
        int64_t least, n;
    } bounded[] = {{"grade", 1, 2},       {"sender_kind", 0, 4},  {"days", 1, 127},
                   {"from_min", 0, 1440}, {"until_min", 1, 1440}, {"turn", 0, 1000},
                   {"weight", 1, 1000},   {"kind", 1, 2},         {"action", 0, 3},
                   {"profile", 1, 3},     {"status", 1, 3},       {"standing", 0, 4},
                   {"origin", 1, 2},      {"keep_days", 0, 1000}};
    if (is(t, "event") && strcmp(c->name, "message_id") == 0)
        return row < CROWD ? 1 : row / 3; /* some share one, one has more than a page */
    if (strcmp(c->name, "state") == 0)
        return 1 + row % 3;
    if (strcmp(c->name, "claimed_by") == 0)
        return 100 + row % 2;
    if (strcmp(c->name, "max_parts") == 0)
        return 8;
    for (size_t i = 0; i < sizeof(bounded) / sizeof(bounded[0]); i++)
        if (strcmp(c->name, bounded[i].name) == 0)
            return bounded[i].least + row % bounded[i].n;
    if (c->key || strcmp(c->name, "account_id") == 0)
        return row * 3 - 5;
    return row % 2 ? INT64_C(9007199254740993) + row : row;
}

static struct db_value some_value(const struct table *t, const struct column *c, int64_t row,
                                  struct arena *arena)
{
    static const char bytes[] = "\0\xff\x80'\\x00";
    static char text[LONG_TEXT];
    if (may_be_null(t, c) && row % 3 == 0)
        return DB_NULL;
    if (c->type == DB_INT_VALUE)
        return DB_INT(some_number(t, c, row));
    if (c->type == DB_BLOB_VALUE)
        return DB_BLOB(((struct str){bytes, (size_t)row % sizeof(bytes)}));
    if (is(t, "event") || (!c->key && row == 1))
        return DB_TEXT(STR(""));
    memset(text, 'x', sizeof(text));
    return DB_TEXT(arena_printf(arena, "é€漢字\U0001F600 '\"\\\r\n\t%%$1 %lld %.*s", (long long)row,
                                row == 2 && !c->key ? LONG_TEXT : 0, text));
}

/* What belongs to one database alone. */
static bool is_left(const struct table *t)
{
    return is(t, "node") || is(t, "bind_place") || is(t, "schema_version") || is(t, "feed") ||
           is(t, "feed_mark");
}

/* One for each text: a query's place in the connections is taken for ever. */
static struct db_query *query_of(const char *sql)
{
    static struct db_query queries[TABLES_MAX * 2];
    size_t k = 0;
    while (queries[k].sql && strcmp(queries[k].sql, sql) != 0)
        k++;
    assert_true(k + 1 < sizeof(queries) / sizeof(queries[0]));
    if (!queries[k].sql)
        queries[k].sql = strdup(sql);
    assert_non_null(queries[k].sql);
    return &queries[k];
}

static void insert_rows(struct db *db, const struct table *t, int64_t n)
{
    struct buf sql = buf_limited(8192);
    struct arena *arena = arena_new();
    struct db_value *values = ARENA_ARRAY(arena, (size_t)n * t->n, struct db_value);
    buf_printf(&sql, "INSERT INTO %s VALUES (", t->name);
    for (size_t i = 1; i <= t->n; i++)
        buf_printf(&sql, "%s$%zu", i > 1 ? ", " : "", i);
    buf_printf(&sql, ")");
    buf_add_u8(&sql, 0);
    for (int64_t row = 0; row < n; row++)
        for (size_t i = 0; i < t->n; i++)
            values[(size_t)row * t->n + i] = some_value(t, &t->columns[i], row, arena);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(db_run_many(db, query_of((const char *)sql.p), values, t->n, (size_t)n, NULL),
                     OK);
    assert_int_equal(db_commit(db), OK);
    arena_free(arena);
    buf_free(&sql);
}

static void fill(struct db *db)
{
    static struct table tables[TABLES_MAX];
    size_t n = read_tables(tables, db);
    assert_int_equal(db_script(db, STR("DELETE FROM rate; DELETE FROM setting;")), OK);
    for (size_t i = 0; i < n; i++) {
        const struct table *t = &tables[i];
        bool many = is(t, "message") || is(t, "event") || is(t, "part") || is(t, "repeat_guard");
        if (!is_left(t))
            insert_rows(db, t, many ? MANY : FEW);
    }
    assert_int_equal(db_script(db, STR("INSERT INTO setting VALUES ('epochs', 200)")), OK);
}

/* ---- what a table holds, in no order ---- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t sum_of(struct db *db, const char *table)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT * FROM %s", table);
    uint64_t sum = 0;
    struct db_rows rows = db_rows_open(db, query_of(sql), DB_NO_ARGS);
    while (db_rows_next(&rows)) {
        uint64_t hash = 0;
        for (int i = 0; i < db_rows_columns(&rows); i++) {
            struct db_value v = db_rows_value(&rows, i);
            struct str name = db_rows_name(&rows, i);
            hash = mix(hash, name.p, name.n);
            hash = mix(hash, &v.type, sizeof(v.type));
            hash = v.type == DB_INT_VALUE ? mix(hash, &v.i, sizeof(v.i)) : mix(hash, v.s.p, v.s.n);
        }
        sum += hash;
    }
    assert_int_equal(db_rows_close(&rows), OK);
    return sum;
}

/* ---- a pair of databases ---- */

struct pair {
    struct fixture source;
    struct fixture target;
};

static void open_pair(struct pair *p, bool from_server, bool to_server)
{
    fixture_place(&p->source, from_server);
    assert_int_equal(store_migrate(p->source.db), OK);
    fill(p->source.db);
    fixture_place(&p->target, to_server);
}

static void close_pair(struct pair *p)
{
    fixture_close(&p->source);
    fixture_close(&p->target);
}

static bool has_server(void)
{
    return getenv("NAVETTE_TEST_POSTGRES") != NULL;
}

/* For laws that do not depend on the engines: both on the server when there is one. */
static int setup(void **state)
{
    static struct pair p;
    open_pair(&p, has_server(), has_server());
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    close_pair(*state);
    return 0;
}

static enum err copy(struct store_copy *out, struct pair *p,
                     void (*progress)(void *, struct store_copied))
{
    return store_copy(out, p->source.db, p->target.db, p->target.arena, progress, p);
}

static void assert_unfinished(struct pair *p)
{
    log_set_level(LOG_ERROR + 1);
    assert_int_equal(store_migrate(p->target.db), ERR_STORE_UNFINISHED);
}

/* ---- laws ---- */

static void assert_same(struct pair *p, const struct store_copy *result)
{
    static struct table tables[TABLES_MAX];
    size_t n = read_tables(tables, p->source.db);
    size_t copied = 0;
    for (size_t i = 0; i < n; i++)
        if (!is_left(&tables[i])) {
            assert_string_equal(result->tables[copied].name, tables[i].name);
            assert_true(result->tables[copied].source >= FEW);
            assert_int_equal(result->tables[copied].source, result->tables[copied].target);
            assert_true(sum_of(p->source.db, tables[i].name) ==
                        sum_of(p->target.db, tables[i].name));
            copied++;
        }
    assert_int_equal(result->tables_n, copied);
}

static void everything_arrives_unchanged(void **state)
{
    (void)state;
    for (int way = 0; way < (has_server() ? 4 : 1); way++) {
        static struct pair p;
        struct store_copy result;
        open_pair(&p, way & 1, way & 2);
        assert_int_equal(copy(&result, &p, NULL), OK);
        assert_true(result.equal);
        assert_true(result.unbalanced_source > 0);
        assert_int_equal(result.unbalanced_source, result.unbalanced_target);
        assert_same(&p, &result);
        assert_int_equal(store_migrate(p.target.db), OK);
        close_pair(&p);
    }
}

static void claims_get_fenced_lives_to_be_recovered(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    struct store_view view = {.db = p->target.db, .arena = p->target.arena};
    struct life *lives;
    size_t n;
    assert_int_equal(copy(&result, p, NULL), OK);
    assert_int_equal(store_lives(&lives, &n, &view), OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        assert_true(lives[i].node.epoch == 100 || lives[i].node.epoch == 101);
        assert_true(lives[i].node.fenced);
        assert_int_equal(lives[i].state, LIFE_ENDED);
        assert_int_equal(lives[i].node.name.n, strlen(STORE_COPIED_NAME));
    }
}

static void a_target_with_tables_is_refused(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    assert_int_equal(db_script(p->target.db, STR("CREATE TABLE other (a {id})")), OK);
    assert_int_equal(copy(&result, p, NULL), ERR_EXISTS);
    int64_t have = -1;
    int64_t want;
    assert_int_equal(store_schema(&have, &want, p->target.db), OK);
    assert_int_equal(have, 0);
}

static void another_schema_is_refused(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    assert_int_equal(db_script(p->source.db, STR("INSERT INTO schema_version VALUES (999, 0)")),
                     OK);
    assert_int_equal(copy(&result, p, NULL), ERR_INVALID);
}

static void stand_in_the_way(void *ctx, struct store_copied copied)
{
    static const struct str rows = STR("INSERT INTO straggler VALUES (-5, 0)");
    if (strcmp(copied.table, "setting") == 0 && copied.done)
        assert_int_equal(db_script(((struct pair *)ctx)->target.db, rows), OK);
}

static void an_interrupted_copy_is_neither_served_nor_gone_on_with(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    uint64_t before = sum_of(p->source.db, "message");
    assert_int_equal(copy(&result, p, stand_in_the_way), ERR_STORE);
    assert_unfinished(p);
    assert_int_equal(copy(&result, p, NULL), ERR_EXISTS);
    assert_true(before == sum_of(p->source.db, "message"));
}

static void lose_a_row(void *ctx, struct store_copied copied)
{
    if (strcmp(copied.table, "message") == 0 && copied.done)
        assert_int_equal(
            db_script(((struct pair *)ctx)->target.db, STR("DELETE FROM message WHERE id = 4")),
            OK);
}

static void a_difference_is_found(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    assert_int_equal(copy(&result, p, lose_a_row), OK);
    assert_false(result.equal);
    assert_unfinished(p);
}

static void begin_a_life(void *ctx, struct store_copied copied)
{
    if (strcmp(copied.table, "message") == 0 && copied.done)
        assert_int_equal(
            db_script(((struct pair *)ctx)->source.db,
                      STR("UPDATE setting SET value = value + 1 WHERE name = 'epochs'")),
            OK);
}

static void a_source_that_was_served_meanwhile_is_noticed(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    assert_int_equal(copy(&result, p, begin_a_life), ERR_CONFLICT);
    assert_unfinished(p);
}

static void a_source_whose_node_has_a_lease_is_not_copied(void **state)
{
    struct pair *p = *state;
    struct store_copy result;
    if (!has_server())
        skip();
    assert_int_equal(db_script(p->source.db, STR("INSERT INTO node VALUES (7, 0, 'a', "
                                                 "9000000000000000, 0, 0, 0)")),
                     OK);
    assert_int_equal(copy(&result, p, NULL), ERR_CONFLICT);
    assert_int_equal(db_script(p->source.db, STR("UPDATE node SET lease_until = 1")), OK);
    assert_int_equal(copy(&result, p, NULL), OK);
    assert_true(result.equal);
}

#define LAW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_unchanged),
        LAW(claims_get_fenced_lives_to_be_recovered),
        LAW(a_target_with_tables_is_refused),
        LAW(another_schema_is_refused),
        LAW(an_interrupted_copy_is_neither_served_nor_gone_on_with),
        LAW(a_difference_is_found),
        LAW(a_source_that_was_served_meanwhile_is_noticed),
        LAW(a_source_whose_node_has_a_lease_is_not_copied),
    };
    return cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}

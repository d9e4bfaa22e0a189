/* SPDX-License-Identifier: Apache-2.0 */
#include "store/copy.h"

#include "base/buf.h"
#include "store/ledger.h"
#include "store/status.h"

#include <stdlib.h>

enum { PAGE_ROWS = 2000, TABLES_MAX = 100, COLUMNS_MAX = 64, SQL_MAX = 16384 };

struct column {
    struct str name;
    enum db_type type;
    unsigned key; /* its place in the table's primary key, from 1; 0: none */
};

struct table {
    const char *name;
    struct column columns[COLUMNS_MAX];
    size_t columns_n;
    size_t key_n;
    struct db_query *first; /* its first page: $1 rows */
    struct db_query *next;  /* what comes behind the key $1 …, then rows */
    struct db_query *insert;
};

struct copy {
    struct db *source;
    struct db *target;
    struct arena *arena;
    struct table tables[TABLES_MAX];
    size_t tables_n;
    void (*progress)(void *ctx, struct store_copied copied);
    void *ctx;
};

/* A connection keeps what it has prepared by the query's place, and places are few: they are taken
 * once, their texts are made anew for each copy. */
static struct db_query queries[TABLES_MAX][3];
static struct db_query count_query;

static bool is_copied(struct str table)
{
    static const struct str left[] = {STR("schema_version"), STR("node"), STR("bind_place"),
                                      STR("feed"), STR("feed_mark")};
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        if (str_eq(table, left[i]))
            return false;
    return true;
}

/* ---- the tables of the source ---- */

static struct table *table_of(struct copy *c, struct str name)
{
    struct table *last = c->tables_n ? &c->tables[c->tables_n - 1] : NULL;
    if (last && str_eq(str_of(last->name), name))
        return last;
    if (c->tables_n == TABLES_MAX)
        return NULL;
    struct table *fresh = &c->tables[c->tables_n++];
    *fresh = (struct table){.name = arena_str(c->arena, name).p};
    return fresh;
}

static enum err add_column(struct copy *c, const struct db_rows *row)
{
    struct table *t = table_of(c, db_rows_text(row, 0));
    if (!t || t->columns_n == COLUMNS_MAX)
        return ERR_LIMIT;
    struct column *column = &t->columns[t->columns_n++];
    *column = (struct column){.name = arena_str(c->arena, db_rows_text(row, 1)),
                              .type = (enum db_type)db_rows_int(row, 2),
                              .key = (unsigned)db_rows_int(row, 3)};
    t->key_n += column->key > 0;
    return OK;
}

static enum err read_tables(struct copy *c)
{
    enum err e = OK;
    struct db_rows rows = db_columns(c->source);
    while (!e && db_rows_next(&rows))
        if (is_copied(db_rows_text(&rows, 0)))
            e = add_column(c, &rows);
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

/* ---- their queries ---- */

static const struct column *key_column(const struct table *t, size_t place)
{
    for (size_t i = 0; i < t->columns_n; i++)
        if (t->columns[i].key == place)
            return &t->columns[i];
    return NULL;
}

static void add_name(struct buf *b, const char *before, struct str name)
{
    buf_printf(b, "%s\"%.*s\"", before, STR_FMT(name));
}

static void add_columns(struct buf *b, const struct table *t)
{
    for (size_t i = 0; i < t->columns_n; i++)
        add_name(b, i ? ", " : "", t->columns[i].name);
}

static void add_key(struct buf *b, const struct table *t)
{
    for (size_t k = 1; k <= t->key_n; k++)
        add_name(b, k > 1 ? ", " : "", key_column(t, k)->name);
}

static void add_page(struct buf *b, const struct table *t, bool first)
{
    buf_printf(b, "SELECT ");
    add_columns(b, t);
    buf_printf(b, " FROM \"%s\"", t->name);
    if (!first) {
        buf_printf(b, " WHERE (");
        add_key(b, t);
        buf_printf(b, ") > (");
        for (size_t k = 1; k <= t->key_n; k++)
            buf_printf(b, "%s$%zu", k > 1 ? ", " : "", k);
        buf_printf(b, ")");
    }
    buf_printf(b, " ORDER BY ");
    add_key(b, t);
    buf_printf(b, " LIMIT $%zu", first ? 1 : t->key_n + 1);
}

/* Without a key, rows that share the first column go together: a page ends between two of its
 * values. */
static void add_range(struct buf *b, const struct table *t, bool first)
{
    const char *by = t->columns[0].name.p;
    buf_printf(b, "SELECT ");
    add_columns(b, t);
    buf_printf(b, " FROM \"%s\" WHERE ", t->name);
    if (!first)
        buf_printf(b, "\"%s\" > $1 AND ", by);
    buf_printf(b, "\"%s\" <= (SELECT MAX(\"%s\") FROM (SELECT \"%s\" FROM \"%s\"", by, by, by,
               t->name);
    if (!first)
        buf_printf(b, " WHERE \"%s\" > $1", by);
    buf_printf(b, " ORDER BY \"%s\" LIMIT $%d) AS page) ORDER BY \"%s\"", by, first ? 1 : 2, by);
}

static void add_insert(struct buf *b, const struct table *t)
{
    buf_printf(b, "INSERT INTO \"%s\" (", t->name);
    add_columns(b, t);
    buf_printf(b, ") ");
}

static void add_insert_row(struct buf *b, const struct table *t)
{
    add_insert(b, t);
    for (size_t i = 1; i <= t->columns_n; i++)
        buf_printf(b, "%s$%zu", i > 1 ? ", " : "VALUES (", i);
    buf_printf(b, ")");
}

static void add_insert_arrays(struct buf *b, const struct table *t)
{
    static const char *const types[] = {
        [DB_INT_VALUE] = "bigint", [DB_TEXT_VALUE] = "text", [DB_BLOB_VALUE] = "bytea"};
    add_insert(b, t);
    buf_printf(b, "SELECT ");
    add_columns(b, t);
    for (size_t i = 0; i < t->columns_n; i++)
        buf_printf(b, "%s$%zu::%s[]", i ? ", " : " FROM UNNEST(", i + 1, types[t->columns[i].type]);
    buf_printf(b, ") WITH ORDINALITY AS v (");
    add_columns(b, t);
    buf_printf(b, ", \"row\")");
}

/* What was written into the buffer, as a text that lasts as long as the copy. */
static const char *text_of(struct copy *c, struct buf *b)
{
    struct str text = arena_str(c->arena, buf_str(b));
    buf_clear(b);
    return text.p;
}

static void add_counts(struct buf *b, const struct copy *c)
{
    for (size_t i = 0; i < c->tables_n; i++)
        buf_printf(b, "%sSELECT '%s', COUNT(*) FROM \"%s\"", i ? " UNION ALL " : "",
                   c->tables[i].name, c->tables[i].name);
}

static enum err make_queries(struct copy *c)
{
    struct buf b = buf_limited(SQL_MAX);
    for (size_t i = 0; i < c->tables_n && !b.err; i++) {
        struct table *t = &c->tables[i];
        void (*page)(struct buf *, const struct table *, bool) = t->key_n ? add_page : add_range;
        t->first = &queries[i][0];
        t->next = &queries[i][1];
        t->insert = &queries[i][2];
        page(&b, t, true);
        t->first->sql = text_of(c, &b);
        page(&b, t, false);
        t->next->sql = text_of(c, &b);
        add_insert_row(&b, t);
        t->insert->sql = text_of(c, &b);
        add_insert_arrays(&b, t);
        t->insert->many = text_of(c, &b);
    }
    add_counts(&b, c);
    count_query.sql = text_of(c, &b);
    enum err e = b.err;
    buf_free(&b);
    return e;
}

/* ---- a table, page by page ---- */

struct page {
    struct arena *arena;
    struct db_value *values;
    size_t rows;
    size_t room;
};

static void read_row(struct page *page, const struct table *t, const struct db_rows *from)
{
    if (page->rows == page->room) {
        size_t room = page->room ? page->room * 2 : PAGE_ROWS;
        struct db_value *grown = ARENA_ARRAY(page->arena, room * t->columns_n, struct db_value);
        if (page->rows)
            memcpy(grown, page->values, page->rows * t->columns_n * sizeof(*grown));
        page->values = grown;
        page->room = room;
    }
    struct db_value *row = page->values + page->rows++ * t->columns_n;
    for (size_t i = 0; i < t->columns_n; i++) {
        row[i] = db_rows_value(from, (int)i);
        if (row[i].type == DB_TEXT_VALUE || row[i].type == DB_BLOB_VALUE)
            row[i].s = arena_str(page->arena, row[i].s);
    }
}

/* The key of the page's last row, then how many rows are wanted. */
static size_t next_args(struct db_value *args, const struct table *t, const struct page *before)
{
    size_t n = 0;
    if (before->rows) {
        const struct db_value *last = before->values + (before->rows - 1) * t->columns_n;
        for (size_t k = 1; k <= t->key_n; k++)
            args[n++] = last[key_column(t, k) - t->columns];
        if (!t->key_n)
            args[n++] = last[0];
    }
    args[n++] = DB_INT(PAGE_ROWS);
    return n;
}

/* The page behind `before`; without rows when there is no more. */
static enum err read_page(struct page *out, struct copy *c, const struct table *t,
                          const struct page *before)
{
    struct db_value args[COLUMNS_MAX + 1];
    size_t n = next_args(args, t, before);
    *out = (struct page){.arena = arena_new()};
    struct db_rows rows = db_rows_open(c->source, before->rows ? t->next : t->first, args, n);
    while (db_rows_next(&rows))
        read_row(out, t, &rows);
    return db_rows_close(&rows);
}

static enum err write_page(struct copy *c, const struct table *t, const struct page *page)
{
    enum err e = db_begin(c->target);
    if (e)
        return e;
    e = db_run_many(c->target, t->insert, page->values, t->columns_n, page->rows, NULL);
    if (!e)
        e = db_commit(c->target);
    if (e)
        db_rollback(c->target);
    /* Nobody else has rows there: for the caller these two mean something else. */
    return e == ERR_EXISTS || e == ERR_CONFLICT ? ERR_STORE : e;
}

static void tell(struct copy *c, const struct table *t, int64_t rows, bool done)
{
    if (c->progress)
        c->progress(c->ctx, (struct store_copied){.table = t->name, .rows = rows, .done = done});
}

static enum err copy_table(struct copy *c, const struct table *t)
{
    struct page before = {0};
    enum err e = OK;
    for (int64_t rows = 0;;) {
        struct page page;
        e = read_page(&page, c, t, &before);
        if (!e && page.rows)
            e = write_page(c, t, &page);
        arena_free(before.arena);
        before = page;
        rows += (int64_t)page.rows;
        bool done = !e && !page.rows;
        if (!e)
            tell(c, t, rows, done);
        if (e || done)
            break;
    }
    arena_free(before.arena);
    return e;
}

/* ---- before and after ---- */

/* *epochs: how many lives have begun until now. ERR_CONFLICT while one of them may write. */
static enum err look_at_lives(int64_t *epochs, struct copy *c)
{
    struct store_view view = {.db = c->source, .arena = c->arena};
    struct life *lives;
    size_t n;
    enum err e = store_lives(&lives, &n, &view);
    if (!e)
        e = store_setting_get(epochs, &view, STR("epochs"));
    for (size_t i = 0; i < n && !e && db_shared(c->source); i++)
        if (lives[i].state == LIFE_RUNNING)
            e = ERR_CONFLICT;
    return e;
}

/* In one transaction of the target. */
static enum err run_script(struct copy *c, struct buf *script)
{
    enum err e = script->err;
    if (!e)
        e = db_begin(c->target);
    if (e)
        return e;
    e = db_script(c->target, buf_str(script));
    if (!e)
        e = db_commit(c->target);
    if (e)
        db_rollback(c->target);
    return e;
}

/* The schema, without the rows that a new installation begins with, and closed to every node. */
static enum err prepare_target(struct copy *c)
{
    struct db_rows rows = db_columns(c->target);
    bool has = db_rows_next(&rows);
    enum err e = db_rows_close(&rows);
    if (!e && has)
        e = ERR_EXISTS;
    if (!e)
        e = store_migrate(c->target);
    if (e)
        return e;
    struct buf script = buf_limited(SQL_MAX);
    buf_printf(&script, "INSERT INTO schema_version VALUES (%d, 0);", STORE_UNFINISHED);
    for (size_t i = 0; i < c->tables_n; i++)
        buf_printf(&script, "DELETE FROM \"%s\";", c->tables[i].name);
    e = run_script(c, &script);
    buf_free(&script);
    return e;
}

static enum err open_target(struct copy *c)
{
    struct buf script = buf_limited(SQL_MAX);
    buf_printf(&script,
               "INSERT INTO node (epoch, number, name, lease_until, started_at, commits, fenced) "
               "SELECT claimed_by, 0, '" STORE_COPIED_NAME "', 0, 0, 0, 1 FROM ("
               "SELECT claimed_by FROM message WHERE state = 3 AND claimed_by IS NOT NULL UNION "
               "SELECT claimed_by FROM queue WHERE state = 3 AND claimed_by IS NOT NULL"
               ") AS claims; DELETE FROM schema_version WHERE version = %d;",
               STORE_UNFINISHED);
    enum err e = run_script(c, &script);
    buf_free(&script);
    return e;
}

/* ---- is it the same? ---- */

static enum err count_rows(struct copy *c, struct store_copy *out, struct db *db, size_t member)
{
    struct db_rows rows = db_rows_open(db, &count_query, DB_NO_ARGS);
    while (db_rows_next(&rows))
        for (size_t i = 0; i < c->tables_n; i++)
            if (str_eq(db_rows_text(&rows, 0), str_of(c->tables[i].name)))
                *(int64_t *)((char *)&out->tables[i] + member) = db_rows_int(&rows, 1);
    return db_rows_close(&rows);
}

static bool same_purses(const struct imbalance *a, const struct imbalance *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof(a[i])) != 0)
            return false;
    return true;
}

static enum err compare(struct store_copy *out, struct copy *c)
{
    struct store_view source = {.db = c->source, .arena = c->arena};
    struct store_view target = {.db = c->target, .arena = c->arena};
    struct imbalance *purses[2];
    size_t purses_n[2] = {0};
    *out = (struct store_copy){.tables_n = c->tables_n};
    out->tables = ARENA_ARRAY(c->arena, c->tables_n, struct store_copy_table);
    for (size_t i = 0; i < c->tables_n; i++)
        out->tables[i] = (struct store_copy_table){.name = c->tables[i].name};
    enum err e = count_rows(c, out, c->source, offsetof(struct store_copy_table, source));
    if (!e)
        e = count_rows(c, out, c->target, offsetof(struct store_copy_table, target));
    if (!e)
        e = store_ledger_check(&purses[0], &purses_n[0], &source);
    if (!e)
        e = store_ledger_check(&purses[1], &purses_n[1], &target);
    if (e)
        return e;
    out->unbalanced_source = (int64_t)purses_n[0];
    out->unbalanced_target = (int64_t)purses_n[1];
    out->equal = purses_n[0] == purses_n[1] && same_purses(purses[0], purses[1], purses_n[0]);
    for (size_t i = 0; i < c->tables_n; i++)
        out->equal = out->equal && out->tables[i].source == out->tables[i].target;
    return OK;
}

/* ---- all of it ---- */

static enum err run(struct store_copy *out, struct copy *c)
{
    int64_t epochs = 0;
    int64_t epochs_then = 0;
    enum err e = db_patient(c->source);
    if (!e)
        e = db_patient(c->target);
    if (!e)
        e = look_at_lives(&epochs, c);
    if (!e)
        e = read_tables(c);
    if (!e)
        e = make_queries(c);
    if (!e)
        e = prepare_target(c);
    for (size_t i = 0; i < c->tables_n && !e; i++)
        e = copy_table(c, &c->tables[i]);
    if (!e)
        e = look_at_lives(&epochs_then, c);
    if (!e && epochs != epochs_then)
        e = ERR_CONFLICT;
    if (!e)
        e = compare(out, c);
    return !e && out->equal ? open_target(c) : e;
}

enum err store_copy(struct store_copy *out, struct db *source, struct db *target,
                    struct arena *arena, void (*progress)(void *ctx, struct store_copied copied),
                    void *ctx)
{
    int64_t have;
    int64_t want;
    enum err e = store_schema(&have, &want, source);
    if (!e && have != want)
        e = ERR_INVALID;
    if (e)
        return e;
    struct copy *c = base_alloc(sizeof(*c));
    c->source = source;
    c->target = target;
    c->arena = arena;
    c->progress = progress;
    c->ctx = ctx;
    e = run(out, c);
    free(c);
    return e;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepared statements, and values in the server's binary form, big endian. Source: PostgreSQL's
 * documentation of the frontend/backend protocol, and its functions *_send and *_recv.
 */
#include "base/arena.h"
#include "base/log.h"
#include "db/postgres_base.h"

#include <stdio.h>
#include <stdlib.h>

/* Numbers of types that never change (pg_type.dat). */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_OID = 26,
    TYPE_VARCHAR = 1043,
    TYPE_VOID = 2278
};

enum form { FORM_NONE, FORM_INT, FORM_TEXT, FORM_BYTES };

static const struct fact {
    Oid type;
    Oid array;
    enum form form;
    size_t size;
} facts[] = {
    {TYPE_INT8, 1016, FORM_INT, 8},    {TYPE_TEXT, 1009, FORM_TEXT, 0},
    {TYPE_BYTEA, 1001, FORM_BYTES, 0}, {TYPE_INT4, 1007, FORM_INT, 4},
    {TYPE_INT2, 1005, FORM_INT, 2},    {TYPE_BOOL, 1000, FORM_INT, 1},
    {TYPE_OID, 1028, FORM_INT, 4},     {TYPE_VARCHAR, 1015, FORM_TEXT, 0},
    {TYPE_NAME, 1003, FORM_TEXT, 0},   {TYPE_VOID, 0, FORM_TEXT, 0},
};
enum { FACTS = sizeof(facts) / sizeof(facts[0]), ARRAY_HEAD = 20, NUMBER_SIZE = 24 };

static const struct fact *fact_of(Oid type)
{
    static const struct fact unknown;
    for (size_t i = 0; i < FACTS; i++)
        if (facts[i].type == type)
            return &facts[i];
    return &unknown;
}

static const struct fact *fact_of_array(Oid array)
{
    static const struct fact unknown;
    for (size_t i = 0; i < FACTS; i++)
        if (facts[i].array == array)
            return &facts[i];
    return &unknown;
}

static void put(char *to, uint64_t v, size_t size)
{
    for (size_t i = size; i-- > 0; v >>= 8)
        to[i] = (char)v;
}

static uint64_t get(const char *from, size_t size)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++)
        v = v << 8 | (uint8_t)from[i];
    return v;
}

static bool in_range(int64_t v, size_t size)
{
    int64_t limit = size >= 8 ? INT64_MAX : (INT64_C(1) << (size * 8 - 1)) - 1;
    return v <= limit && v >= -limit - 1;
}

/* ---- statements ---- */

static Oid type_for(const struct db_value *v)
{
    static const Oid types[] = {
        [DB_INT_VALUE] = TYPE_INT8, [DB_TEXT_VALUE] = TYPE_TEXT, [DB_BLOB_VALUE] = TYPE_BYTEA};
    return types[v->type]; /* 0 for NULL: the server makes it out */
}

static enum err mismatch(struct postgres *c, const char *sql, const char *what, int n)
{
    log_error("store_statement", "problem=%s at=%d doing=%s", what, n, sql);
    return postgres_fail(c, ERR_INTERNAL);
}

/* What the server made of the statement: types that we do not know would come out as nonsense. */
static enum err understand(struct postgres_statement *s, struct postgres *c, const char *sql,
                           const PGresult *described)
{
    s->args = PQnparams(described);
    if (s->args > DB_ARGS_MAX)
        return mismatch(c, sql, "too_many_arguments", s->args);
    for (int k = 0; k < s->args; k++)
        s->types[k] = PQparamtype(described, k);
    for (int k = 0; k < PQnfields(described); k++)
        if (!fact_of(PQftype(described, k))->form)
            return mismatch(c, sql, "type_of_column", k + 1);
    return OK;
}

static enum err prepare(struct postgres_statement *s, struct postgres *c, const char *sql,
                        const Oid *types, int n)
{
    PGresult *described = NULL;
    char *text = db_in_words(&db_postgres, str_of(sql));
    if (!text)
        return mismatch(c, sql, "too_long", 0);
    enum err e = postgres_sent(c, PQsendPrepare(c->conn, s->name, text, n, types), sql, NULL);
    free(text);
    if (!e)
        e = postgres_sent(c, PQsendDescribePrepared(c->conn, s->name), sql, NULL);
    if (!e)
        e = postgres_wait(c, &described);
    if (!e)
        e = understand(s, c, sql, described);
    PQclear(described);
    return e;
}

static enum err prepared(struct postgres_statement **out, struct postgres *c,
                         struct db_query *query, bool many, const struct db_value *args, size_t n)
{
    unsigned slot;
    const char *sql = many ? query->many : query->sql;
    enum err e =
        n > DB_ARGS_MAX ? mismatch(c, sql, "too_many_arguments", (int)n) : db_slot(&slot, query);
    if (!e)
        e = postgres_make_room(c);
    if (e)
        return postgres_fail(c, e);
    struct postgres_statement *s = c->statements[slot][many];
    if (!s) {
        Oid types[DB_ARGS_MAX] = {0};
        for (size_t k = 0; k < n && !many; k++)
            types[k] = type_for(&args[k]);
        s = base_alloc(sizeof(*s));
        snprintf(s->name, sizeof(s->name), "%c%u", many ? 'm' : 's', slot);
        e = prepare(s, c, sql, types, (int)n);
        if (e) {
            free(s);
            return e;
        }
        c->statements[slot][many] = s;
    }
    *out = s;
    return (size_t)s->args == n ? OK : mismatch(c, sql, "count_of_arguments", s->args);
}

void postgres_forget_statements(struct postgres *c)
{
    for (size_t i = 0; i < DB_STATEMENTS_MAX; i++)
        for (size_t k = 0; k < 2; k++) {
            free(c->statements[i][k]);
            c->statements[i][k] = NULL;
        }
}

/* ---- one row out ---- */

/* The value's bytes: in place, or made in `number`. NULL when it does not fit the type. */
static const char *encode(size_t *n, char number[NUMBER_SIZE], const struct db_value *v,
                          const struct fact *fact)
{
    if (v->type != DB_INT_VALUE) {
        *n = v->s.n;
        return fact->form == FORM_TEXT || fact->form == FORM_BYTES ? v->s.n ? v->s.p : "" : NULL;
    }
    if (fact->form == FORM_TEXT) {
        *n = (size_t)snprintf(number, NUMBER_SIZE, "%lld", (long long)v->i);
        return number;
    }
    if (fact->form != FORM_INT || (fact->size > 1 && !in_range(v->i, fact->size)))
        return NULL;
    *n = fact->size;
    put(number, fact->size == 1 ? v->i != 0 : (uint64_t)v->i, fact->size);
    return number;
}

enum err postgres_send_row(struct postgres *c, struct db_query *query, const struct db_value *args,
                           size_t columns, int64_t *changed)
{
    char numbers[DB_ARGS_MAX][NUMBER_SIZE];
    const char *values[DB_ARGS_MAX];
    int lengths[DB_ARGS_MAX];
    int formats[DB_ARGS_MAX];
    struct postgres_statement *s;
    enum err e = prepared(&s, c, query, false, args, columns);
    if (e)
        return e;
    for (size_t k = 0; k < columns; k++) {
        size_t n = 0;
        values[k] = NULL;
        if (args[k].type != DB_NULL_VALUE) {
            values[k] = encode(&n, numbers[k], &args[k], fact_of(s->types[k]));
            if (!values[k] || n > INT32_MAX)
                return mismatch(c, query->sql, "type_of_argument", (int)k + 1);
        }
        lengths[k] = (int)n;
        formats[k] = 1;
        c->unsynced += n;
    }
    return postgres_sent(
        c, PQsendQueryPrepared(c->conn, s->name, (int)columns, values, lengths, formats, 1),
        query->sql, changed);
}

/* ---- arrays out ---- */

/* Room for n more bytes behind the first `used`. */
static char *reserve(struct postgres *c, size_t used, size_t n)
{
    if (used + n > c->bytes_size) {
        while (used + n > c->bytes_size)
            c->bytes_size = c->bytes_size ? c->bytes_size * 2 : 65536;
        c->bytes = base_realloc(c->bytes, c->bytes_size);
    }
    return c->bytes + used;
}

/* One column as an array, behind *used; false when a value does not fit the type. */
static bool add_array(struct postgres *c, size_t *used, const struct fact *fact,
                      const struct db_value *column, size_t columns, size_t rows)
{
    size_t start = *used;
    char *head = reserve(c, start, ARRAY_HEAD);
    put(head, 1, 4);              /* dimensions */
    put(head + 4, 0, 4);          /* whether there are NULLs: set below */
    put(head + 8, fact->type, 4); /* of the elements */
    put(head + 12, rows, 4);
    put(head + 16, 1, 4); /* first index */
    *used += ARRAY_HEAD;
    for (size_t i = 0; i < rows; i++) {
        const struct db_value *v = &column[i * columns];
        char number[NUMBER_SIZE];
        size_t n = 0;
        if (v->type == DB_NULL_VALUE) {
            put(reserve(c, *used, 4), UINT32_MAX, 4);
            put(c->bytes + start + 4, 1, 4);
            *used += 4;
            continue;
        }
        const char *bytes = encode(&n, number, v, fact);
        if (!bytes || n > INT32_MAX)
            return false;
        char *to = reserve(c, *used, 4 + n);
        put(to, n, 4);
        memcpy(to + 4, bytes, n);
        *used += 4 + n;
    }
    return true;
}

enum err postgres_send_many(struct postgres *c, struct db_query *query, const struct db_value *args,
                            size_t columns, size_t rows)
{
    size_t starts[DB_ARGS_MAX];
    const char *values[DB_ARGS_MAX];
    int lengths[DB_ARGS_MAX];
    int formats[DB_ARGS_MAX];
    struct postgres_statement *s;
    enum err e = prepared(&s, c, query, true, args, columns);
    if (e)
        return e;
    size_t used = 0;
    for (size_t k = 0; k < columns; k++) {
        starts[k] = used;
        const struct fact *fact = fact_of_array(s->types[k]);
        if (!fact->form || !add_array(c, &used, fact, &args[k], columns, rows))
            return mismatch(c, query->many, "type_of_argument", (int)k + 1);
        if (used - starts[k] > INT32_MAX)
            return mismatch(c, query->many, "size_of_argument", (int)k + 1);
        lengths[k] = (int)(used - starts[k]);
        formats[k] = 1;
    }
    for (size_t k = 0; k < columns; k++)
        values[k] = c->bytes + starts[k];
    c->unsynced += used;
    return postgres_sent(
        c, PQsendQueryPrepared(c->conn, s->name, (int)columns, values, lengths, formats, 1),
        query->many, NULL);
}

/* ---- in ---- */

enum db_type postgres_type(const PGresult *r, int row, int column)
{
    static const enum db_type types[] = {
        [FORM_INT] = DB_INT_VALUE, [FORM_TEXT] = DB_TEXT_VALUE, [FORM_BYTES] = DB_BLOB_VALUE};
    return PQgetisnull(r, row, column) ? DB_NULL_VALUE : types[fact_of(PQftype(r, column))->form];
}

int64_t postgres_int(const PGresult *r, int row, int column)
{
    const struct fact *fact = fact_of(PQftype(r, column));
    if (fact->form != FORM_INT || PQgetisnull(r, row, column))
        return 0;
    uint64_t v = get(PQgetvalue(r, row, column), fact->size);
    switch (fact->type) {
    case TYPE_INT4:
        return (int32_t)v;
    case TYPE_INT2:
        return (int16_t)v;
    default:
        return (int64_t)v;
    }
}

struct str postgres_text(const PGresult *r, int row, int column)
{
    if (fact_of(PQftype(r, column))->form == FORM_INT)
        return STR("");
    return (struct str){.p = PQgetvalue(r, row, column), .n = (size_t)PQgetlength(r, row, column)};
}

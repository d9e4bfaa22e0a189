/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schema.h"
#include "testing.h"

#include <stdio.h>

static json_t *parse(const char *text)
{
    json_error_t why;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &why);
    if (!json)
        fail_msg("%s: %s", text, why.text);
    return json;
}

/* One schema with all that it needs. */
struct made {
    json_t *document;
    struct schema_book *book;
    const struct schema *schema;
    struct arena *arena;
};

static struct made make(const char *schema)
{
    struct made m = {.document = json_pack("{s:o, s:{s:{s:s, s:i, s:s}}}", "it", parse(schema),
                                           "defs", "Word", "type", "string", "maxLength", 3,
                                           "description", "A word."),
                     .arena = arena_new()};
    struct str why = {0};
    m.book = schema_book_new(m.document);
    if (schema_compile(&m.schema, m.book, json_object_get(m.document, "it"), &why))
        fail_msg("%s: %.*s", schema, STR_FMT(why));
    return m;
}

static void unmake(struct made *m)
{
    schema_book_free(m->book);
    json_decref(m->document);
    arena_free(m->arena);
}

static void expect_fault(bool good, const struct schema_fault *f, const char *what,
                         const char *field, const char *detail)
{
    char said[300] = "";
    if (!good)
        snprintf(said, sizeof(said), "%.*s: %.*s", STR_FMT(f->field), STR_FMT(f->detail));
    char wanted[300] = "";
    if (detail)
        snprintf(wanted, sizeof(wanted), "%s: %s", field, detail);
    if (strcmp(said, wanted) != 0)
        fail_msg("%s\n gives  %s\n wanted %s", what, said, wanted);
}

static const struct {
    const char *schema, *value, *field, *detail; /* detail NULL: it fits */
} cases[] = {
    {"{}", "3", NULL, NULL},
    {"{\"type\":\"string\"}", "\"a\"", NULL, NULL},
    {"{\"type\":\"string\"}", "1", "", "write it as a string"},
    {"{\"type\":\"boolean\"}", "\"true\"", "", "write true or false"},
    {"{\"type\":\"integer\"}", "3.0", "", "write a whole number"},
    {"{\"type\":\"number\"}", "3", NULL, NULL},
    {"{\"type\":\"number\"}", "null", "", "write a number"},
    {"{\"type\":[\"string\",\"integer\",\"null\"]}", "[]", "",
     "write a string, a whole number or null"},
    {"{\"type\":[\"string\",\"integer\",\"null\"]}", "null", NULL, NULL},
    {"{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}", "10", "",
     "write a whole number from 1 to 9"},
    {"{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}", "\"1\"", "",
     "write a whole number from 1 to 9"},
    {"{\"type\":\"integer\",\"minimum\":1}", "0", "", "write a whole number of at least 1"},
    {"{\"enum\":[\"a\",\"b\",\"c\"]}", "\"d\"", "", "write a, b or c"},
    {"{\"type\":[\"string\",\"null\"],\"enum\":[\"a\",\"\",null]}", "1", "", "write a or null"},
    {"{\"const\":7}", "8", "", "write 7"},
    {"{\"const\":7}", "7", NULL, NULL},
    {"{\"type\":\"string\",\"maxLength\":3}", "\"éàü\"", NULL, NULL},
    {"{\"type\":\"string\",\"maxLength\":3}", "\"éàüx\"", "", "at most 3 characters: shorten it"},
    {"{\"type\":\"string\",\"minLength\":1}", "\"\"", "", "must not be empty"},
    {"{\"type\":\"string\",\"minLength\":2}", "\"é\"", "", "at least 2 characters"},
    {"{\"type\":\"string\",\"pattern\":\"^[a-z]+$\"}", "\"ab\"", NULL, NULL},
    {"{\"type\":\"string\",\"pattern\":\"^[a-z]*$\"}", "\"\"", NULL, NULL},
    {"{\"type\":\"string\",\"pattern\":\"^[a-z]+$\",\"x-cure\":\"use letters\"}", "\"ab\\n\"", "",
     "use letters"},
    {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"2026-11-29T10:00:00Z\"", NULL, NULL},
    {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"tomorrow\"", "",
     "write a time such as 2026-11-21T14:05:00Z"},
    {"{\"type\":\"string\",\"format\":\"date\"}", "\"2026-02-30\"", "",
     "write a day such as 2026-11-21"},
    {"{\"type\":\"array\",\"items\":{\"$ref\":\"#/defs/Word\"}}", "[\"a\",\"long\"]", "1",
     "at most 3 characters: shorten it"},
    {"{\"type\":\"array\",\"maxItems\":1}", "[1,2]", "", "at most 1: leave some out"},
    {"{\"type\":\"array\",\"minItems\":1}", "[]", "", "at least 1"},
    {"{\"type\":\"array\",\"uniqueItems\":true}", "[1,2,1]", "2",
     "stands there twice: once is enough"},
    {"{\"type\":\"object\",\"required\":[\"b\",\"a\"],\"properties\":{\"a\":{},\"b\":"
     "{\"x-missing\":\"say b\"}}}",
     "{}", "b", "say b"},
    {"{\"type\":\"object\",\"required\":[\"w\"],\"properties\":{\"w\":{\"$ref\":\"#/defs/Word\","
     "\"description\":\"The word.\"}}}",
     "{}", "w", "is missing: The word."},
    {"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"a\":{}}}",
     "{\"a\":1,\"A\":2}", "A", "there is no such field here: check its spelling"},
    {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}", "{\"x\":\"y\"}", "x",
     "write a whole number"},
    {"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"items\":{\"type\":"
     "\"object\",\"properties\":{\"c\":{\"type\":\"string\"}}}}}}",
     "{\"a\":[{},{\"c\":1}]}", "a.1.c", "write it as a string"},
    {"{\"allOf\":[{\"type\":\"integer\"},{\"maximum\":3}]}", "4", "", "write a whole number"},
    {"{\"oneOf\":[{\"$ref\":\"#/defs/Word\"},{\"type\":\"null\"}]}", "null", NULL, NULL},
    {"{\"oneOf\":[{\"$ref\":\"#/defs/Word\"},{\"type\":\"null\"}]}", "\"long\"", "",
     "at most 3 characters: shorten it"},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}", "[]", "",
     "fits none of the shapes that can be written here"},
    {"{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":1,\"type\":\"integer\"}]}", "2", "",
     "can be taken in several ways: leave out what is not meant"},
};

static void values_fit_or_are_told_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = make(cases[i].schema);
        json_t *value = parse(cases[i].value);
        struct schema_fault fault = {0};
        bool good = schema_check(m.schema, value, m.arena, &fault);
        expect_fault(good, &fault, cases[i].schema, cases[i].field, cases[i].detail);
        json_decref(value);
        unmake(&m);
    }
}

static void errors_have_their_codes(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *value;
        enum err err;
    } codes[] = {
        {"{\"type\":\"object\",\"required\":[\"a\"]}", "{}", ERR_MISSING},
        {"{\"type\":\"string\",\"maxLength\":1}", "\"ab\"", ERR_TOO_LONG},
        {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"ab\"", ERR_BAD_DATE},
        {"{\"type\":\"string\"}", "1", ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct made m = make(codes[i].schema);
        json_t *value = parse(codes[i].value);
        struct schema_fault fault = {0};
        assert_false(schema_check(m.schema, value, m.arena, &fault));
        assert_int_equal(fault.err, codes[i].err);
        json_decref(value);
        unmake(&m);
    }
}

static void text_of_queries_is_taken_for_what_it_stands_for(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *text, *field, *detail;
    } texts[] = {
        {"{\"type\":\"integer\",\"minimum\":-3,\"maximum\":9}", "7", NULL, NULL},
        {"{\"type\":\"integer\",\"minimum\":-3,\"maximum\":9}", "-3", NULL, NULL},
        {"{\"type\":\"integer\",\"minimum\":-3,\"maximum\":9}", "x", "",
         "write a whole number from -3 to 9"},
        {"{\"type\":\"boolean\"}", "true", NULL, NULL},
        {"{\"type\":\"boolean\"}", "yes", "", "write true or false"},
        {"{\"type\":\"string\"}", "7", NULL, NULL},
        {"{\"type\":\"string\"}", "\xff", "", "is not valid UTF-8"},
        {"{\"type\":[\"string\",\"integer\"],\"pattern\":\"^1\"}", "12", NULL, NULL},
        {"{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}}", "a,b", NULL, NULL},
        {"{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}}", "a,c", "1", "write a or b"},
        {"{\"$ref\":\"#/defs/Word\"}", "abcd", "", "at most 3 characters: shorten it"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct made m = make(texts[i].schema);
        struct schema_fault fault = {0};
        bool good = schema_check_text(m.schema, str_of(texts[i].text), m.arena, &fault);
        expect_fault(good, &fault, texts[i].schema, texts[i].field, texts[i].detail);
        unmake(&m);
    }
    struct made m = make("{\"type\":\"string\"}");
    struct schema_fault fault = {0};
    bool good = schema_check_text(m.schema, (struct str){"a\0b", 3}, m.arena, &fault);
    expect_fault(good, &fault, "a NUL", "", "holds a NUL character");
    unmake(&m);
}

static void a_promise_that_nobody_keeps_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *why;
    } wrong[] = {
        {"{\"maxProperties\":3}", "the keyword maxProperties is not known: {\"maxProperties\":3}"},
        {"{\"format\":\"uri\"}", "this format is not checked: {\"format\":\"uri\"}"},
        {"{\"$ref\":\"#/defs/None\"}", "$ref leads to nothing: {\"$ref\":\"#/defs/None\"}"},
        {"{\"$ref\":\"http://x/\"}",
         "only a $ref within the document is followed: {\"$ref\":\"http://x/\"}"},
        {"{\"type\":\"text\"}", "there is no such type: {\"type\":\"text\"}"},
        {"{\"minimum\":0.5}", "a bound is a whole number: {\"minimum\":0.5}"},
        {"{\"maxLength\":-1}", "a length is not below 0: {\"maxLength\":-1}"},
        {"{\"pattern\":\"(\"}", "pattern is none: {\"pattern\":\"(\"}"},
        {"{\"items\":3}", "a schema is an object: 3"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t *document = json_pack("{s:o}", "it", parse(wrong[i].schema));
        struct schema_book *book = schema_book_new(document);
        const struct schema *schema;
        struct str why = {0};
        assert_int_equal(schema_compile(&schema, book, json_object_get(document, "it"), &why),
                         ERR_INVALID);
        if (!str_eq(why, str_of(wrong[i].why)))
            fail_msg("%.*s", STR_FMT(why));
        schema_book_free(book);
        json_decref(document);
    }
}

static void a_schema_may_hold_itself(void **state)
{
    (void)state;
    struct made m = make("{\"type\":\"object\",\"properties\":{\"in\":{\"$ref\":\"#/it\"}},"
                         "\"additionalProperties\":false}");
    struct schema_fault fault = {0};
    json_t *value = parse("{\"in\":{\"in\":{\"out\":{}}}}");
    assert_false(schema_check(m.schema, value, m.arena, &fault));
    assert_true(str_eq(fault.field, STR("in.in.out")));
    json_decref(value);
    json_t *deep = json_object();
    for (int i = 0; i < 100; i++)
        deep = json_pack("{s:o}", "in", deep);
    assert_false(schema_check(m.schema, deep, m.arena, &fault));
    assert_true(str_eq(fault.detail, STR("is nested too deep")));
    json_decref(deep);
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_fit_or_are_told_why_not),
        cmocka_unit_test(errors_have_their_codes),
        cmocka_unit_test(text_of_queries_is_taken_for_what_it_stands_for),
        cmocka_unit_test(a_promise_that_nobody_keeps_is_refused),
        cmocka_unit_test(a_schema_may_hold_itself),
    };
    return cmocka_run_group_tests_name("api/schema", tests, NULL, NULL);
}

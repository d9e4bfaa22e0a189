/* SPDX-License-Identifier: Apache-2.0 */
#include "api/changes.h"
#include "testing.h"

static void told(const char *before, const char *after, const char *said, const char *expected)
{
    struct arena *arena = arena_new();
    json_t *b = before ? json_loads(before, 0, NULL) : NULL;
    json_t *a = after ? json_loads(after, 0, NULL) : NULL;
    json_t *s = said ? json_loads(said, 0, NULL) : NULL;
    struct str text = changes_text(arena, b, a, s);
    assert_int_equal(text.n, strlen(expected));
    assert_memory_equal(text.p ? text.p : "", expected, text.n);
    json_decref(b);
    json_decref(a);
    json_decref(s);
    arena_free(arena);
}

static void what_differs_is_told_before_and_after(void **state)
{
    (void)state;
    told("{\"a\":1,\"b\":\"x\",\"c\":[1]}", "{\"a\":1,\"b\":\"y\",\"c\":[1]}", NULL,
         "{\"b\":[\"x\",\"y\"]}");
    told(NULL, "{\"a\":1}", NULL, "{\"a\":[null,1]}");
    told("{\"a\":1}", NULL, NULL, "{\"a\":[1,null]}");
    told("{\"a\":1}", "{\"a\":1}", NULL, "");
    told(NULL, NULL, NULL, "");
}

static void what_is_not_shown_is_told_as_it_was_said(void **state)
{
    (void)state;
    told(NULL, NULL, "{\"to\":3}", "{\"to\":[null,3]}");
    told("{\"a\":1}", "{\"a\":2}", "{\"a\":2,\"b\":3}", "{\"a\":[1,2],\"b\":[null,3]}");
}

static void what_was_said_stands_there_afterwards(void **state)
{
    (void)state;
    told("{\"a\":1,\"b\":2}", NULL, "{\"a\":3}", "{\"a\":[1,3]}");
    told("{\"a\":1,\"b\":2}", NULL, "{\"a\":1,\"c\":3}", "{\"c\":[null,3]}");
    told("{\"a\":1}", NULL, "{}", "{\"a\":[1,null]}");
}

static void secrets_are_never_told(void **state)
{
    (void)state;
    told(NULL, NULL, "{\"password\":\"four words\"}", "{\"password\":[null,\"***\"]}");
    told("{\"secret\":\"a\"}", "{\"secret\":\"b\"}", NULL, "{\"secret\":[\"***\",\"***\"]}");
}

static void long_values_are_cut(void **state)
{
    (void)state;
    char said[1024] = "{\"text\":\"";
    size_t n = strlen(said);
    memset(said + n, 'x', CHANGES_VALUE_MAX);
    memcpy(said + n + CHANGES_VALUE_MAX, "\"}", 3);
    told(NULL, NULL, said, "{\"text\":[null,\"…\"]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_told_before_and_after),
        cmocka_unit_test(what_is_not_shown_is_told_as_it_was_said),
        cmocka_unit_test(what_was_said_stands_there_afterwards),
        cmocka_unit_test(secrets_are_never_told),
        cmocka_unit_test(long_values_are_cut),
    };
    return cmocka_run_group_tests_name("api/changes", tests, NULL, NULL);
}

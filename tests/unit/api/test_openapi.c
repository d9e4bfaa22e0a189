/* SPDX-License-Identifier: Apache-2.0 */
/* Every route is described, and nothing else is. */
#include "api/openapi.h"
#include "api/operation.h"
#include "testing.h"

static json_t *load(void)
{
    json_error_t why;
    struct str text = openapi_text();
    json_t *document = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
    if (!document)
        fail_msg("line %d: %s", why.line, why.text);
    return document;
}

static const char *method_of(enum http_method method)
{
    static const char *const names[] = {[HTTP_GET] = "get",
                                        [HTTP_POST] = "post",
                                        [HTTP_PUT] = "put",
                                        [HTTP_PATCH] = "patch",
                                        [HTTP_DELETE] = "delete"};
    return names[method];
}

static const struct api_route *find(const char *path, const char *method)
{
    for (const struct api_route *const *table = api_tables; *table; table++)
        for (const struct api_route *r = *table; r->pattern; r++)
            if (strcmp(r->pattern, path) == 0 && strcmp(method_of(r->method), method) == 0)
                return r;
    return NULL;
}

static void every_route_is_described(void **state)
{
    (void)state;
    json_t *document = load();
    const json_t *paths = json_object_get(document, "paths");
    for (const struct api_route *const *table = api_tables; *table; table++)
        for (const struct api_route *r = *table; r->pattern; r++)
            if (!json_object_get(json_object_get(paths, r->pattern), method_of(r->method)))
                fail_msg("openapi/ tells nothing of %s %s", method_of(r->method), r->pattern);
    json_decref(document);
}

static void what_is_described_is_there(void **state)
{
    (void)state;
    json_t *document = load();
    const char *path, *method;
    json_t *item, *operation;
    json_object_foreach(json_object_get(document, "paths"), path, item)
    {
        json_object_foreach(item, method, operation)
        {
            if (strcmp(method, "parameters") != 0 && !find(path, method))
                fail_msg("there is no route for %s %s", method, path);
        }
    }
    json_decref(document);
}

static void rights_are_those_of_the_route(void **state)
{
    (void)state;
    struct operations *all;
    assert_int_equal(operations_new(&all, openapi_text()), OK);
    for (const struct api_route *const *table = api_tables; *table; table++)
        for (const struct api_route *r = *table; r->pattern; r++) {
            const struct operation *op = operation_find(all, r->method, r->pattern);
            if (!op || operation_needs(op) != r->needs)
                fail_msg("x-needs of %s %s is not what its route needs", method_of(r->method),
                         r->pattern);
        }
    operations_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described),
        cmocka_unit_test(what_is_described_is_there),
        cmocka_unit_test(rights_are_those_of_the_route),
    };
    return cmocka_run_group_tests_name("api/openapi", tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the body, it is taken or refused with a cure; what was taken stays so when written anew.
 */
#include "api/openapi.h"
#include "api/schema.h"

#include <stdlib.h>

enum { SCHEMAS_MAX = 16 };

static const struct schema *schemas[SCHEMAS_MAX];
static size_t schemas_n;

static void compile_all(void)
{
    static const char *const names[] = {"AccountNew", "UserNew", "UserChange", "CarrierNew",
                                        "Problem"};
    struct str text = openapi_text();
    struct str why;
    static struct schema_book *book; /* as long as the program: the schemas live in it */
    static json_t *document;
    document = json_loadb(text.p, text.n, 0, NULL);
    book = schema_book_new(document);
    const json_t *all = json_object_get(json_object_get(document, "components"), "schemas");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (schema_compile(&schemas[schemas_n++], book, json_object_get(all, names[i]), &why))
            abort();
}

static bool taken(const struct schema *s, const json_t *body)
{
    struct arena *arena = arena_new();
    struct schema_fault fault = {0};
    bool good = schema_check(s, body, arena, &fault);
    if (!good && (!fault.err || !fault.detail.n))
        abort();
    arena_free(arena);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!schemas_n)
        compile_all();
    if (!size)
        return 0;
    const struct schema *s = schemas[data[0] % schemas_n];
    struct str text = {(const char *)data + 1, size - 1};
    struct arena *arena = arena_new();
    struct schema_fault fault;
    (void)schema_check_text(s, text, arena, &fault);
    arena_free(arena);
    json_t *body = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!body)
        return 0;
    char *again = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    json_t *copy = again ? json_loads(again, JSON_DECODE_ANY, NULL) : NULL;
    if (copy && taken(s, body) != taken(s, copy))
        abort();
    free(again);
    json_decref(copy);
    json_decref(body);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* requests: what it costs to read a request's body and to hold it against its description. */
#include "api/openapi.h"
#include "api/schema.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMES = 200000 };

static void measure(const char *name, struct schema_book *book, const json_t *schemas,
                    const char *text)
{
    const struct schema *schema;
    struct str why;
    struct arena *arena = arena_new();
    struct schema_fault fault;
    bool good = true;
    if (schema_compile(&schema, book, json_object_get(schemas, name), &why))
        abort();
    json_t *body = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    int64_t from_us = clock_mono_us();
    for (int i = 0; i < TIMES; i++)
        json_decref(json_loads(text, JSON_REJECT_DUPLICATES, NULL));
    int64_t read_us = clock_mono_us() - from_us;
    from_us = clock_mono_us();
    for (int i = 0; i < TIMES; i++)
        good = good && schema_check(schema, body, arena, &fault);
    int64_t check_us = clock_mono_us() - from_us;
    printf("%-12s read %.2f µs, checked %.2f µs%s\n", name, (double)read_us / TIMES,
           (double)check_us / TIMES, good ? "" : ", refused");
    json_decref(body);
    arena_free(arena);
}

int main(void)
{
    struct str text = openapi_text();
    int64_t from_us = clock_mono_us();
    json_t *document = json_loadb(text.p, text.n, 0, NULL);
    struct schema_book *book = schema_book_new(document);
    const json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    printf("loaded in %.1f ms\n", (double)(clock_mono_us() - from_us) / 1000);
    measure("Sending", book, schemas,
            "{\"account\":\"sms-ab1234-1\",\"from\":\"Pharmacie\",\"to\":[\"+33612345678\","
            "\"+33612345679\",\"+33612345680\",\"+33612345681\",\"+33612345682\"],"
            "\"text\":\"Your appointment is tomorrow at ten.\",\"class\":\"standard\","
            "\"marketing\":false,\"tag\":\"reminder\"}");
    measure("AccountNew", book, schemas,
            "{\"name\":\"sms-ab1234-1\",\"credits\":\"12.50\",\"grade\":\"premium\"}");
    schema_book_free(book);
    json_decref(document);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is found in a text stands in it; a number put in place of XXXXX changes nothing else. */
#include "base/secret.h"
#include "core/accept_reply.h"
#include "text/contact.h"
#include "text/phone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(struct str text)
{
    struct arena *a = arena_new();
    struct str same = reply_text_fill(a, text, STR("XXXXX"));
    struct str filled = reply_text_fill(a, text, STR("38000"));
    if (!str_eq(same, text) || filled.n != text.n || reply_text_asks(filled) ||
        str_eq(filled, text) == reply_text_asks(text))
        abort();
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool begun;
    struct str text = {.p = (const char *)data, .n = size};
    struct str where = {0};
    if (!begun && secret_init())
        abort();
    begun = true;
    phone_init();
    enum contact found = text_contact(text, &where);
    if (found != CONTACT_NONE &&
        (where.n == 0 || where.p < text.p || where.p + where.n > text.p + text.n))
        abort();
    if (found != text_contact(text, NULL))
        abort();
    fill(text);
    return 0;
}

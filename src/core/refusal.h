/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/refusal: why a person's wish was not granted: the field at fault and a sentence with the
 * cure. Lives in the arena of who asked. Threads: pure.
 */
#ifndef NAVETTE_CORE_REFUSAL_H
#define NAVETTE_CORE_REFUSAL_H

#include "base/arena.h"

struct refusal {
    enum err err;
    const char *field; /* "recipient", "text" …; NULL when it is no single field */
    struct str detail; /* one sentence, no full stop; n 0: err_text says it all */
};

/* Fills *why and returns why->err. */
static inline enum err refuse(struct refusal *why, enum err err, const char *field,
                              struct str detail)
{
    *why = (struct refusal){.err = err, .field = field, .detail = detail};
    return err;
}

#endif

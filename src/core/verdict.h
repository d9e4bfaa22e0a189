/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core/verdict: what follows from a carrier's command_status: what an operator says of it in
 * `on_status`, else a table of what each means (SMPP 3.4 5.1.3).
 * Threads: pure.
 */
#ifndef NAVETTE_CORE_VERDICT_H
#define NAVETTE_CORE_VERDICT_H

#include "base/str.h"

enum verdict {
    VERDICT_GIVE_UP,  /* the message is refused; no carrier would take it */
    VERDICT_OTHER,    /* refused here, for a reason of this link or our account on it */
    VERDICT_AGAIN,    /* a temporary error: again later */
    VERDICT_THROTTLE, /* too fast: the same again, after a pause and more slowly */
};

enum { VERDICTS_MAX = 64 };

/* Zeroed: the table alone. */
struct verdicts {
    struct {
        uint32_t from, to; /* both included */
        enum verdict verdict;
    } said[VERDICTS_MAX]; /* the first that names a status says what follows */
    size_t n;
};

/* "0x400-0x4FF=again,ESME_RSUBMITFAIL=other,69=give-up"; empty says nothing. ERR_INVALID: *why is a
 * sentence with the cure. */
enum err verdicts_read(struct verdicts *out, struct str text, struct str *why) MUST_CHECK;
/* Of a status that is not ESME_ROK. */
enum verdict verdict_of(const struct verdicts *v, uint32_t status);

#endif

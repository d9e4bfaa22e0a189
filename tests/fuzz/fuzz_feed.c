/* SPDX-License-Identifier: Apache-2.0 */
/* A cursor that is read is written as it came; a row of the feed, whatever it holds, ends, and what
 * it tells stands in it. */
#include "store/feed.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_position(struct str text)
{
    struct feed_position p;
    char back[FEED_POSITION_SIZE];
    if (feed_position_parse(&p, text))
        return;
    /* "….ffffffff" and an absent fourth number say the same. */
    bool whole = p.nth == FEED_WHOLE;
    struct str written = str_of(feed_position_format(back, &p));
    if (whole ? !str_starts(text, written) : !str_eq(text, written))
        abort();
}

static bool stands_in(struct str row, struct str text)
{
    return !text.n || (text.p >= row.p && text.p + text.n <= row.p + row.n);
}

static void check_row(struct str row)
{
    struct feed_reader r = {.data = row};
    struct feed_event e;
    uint32_t events = 0;
    while (feed_reader_next(&r, &e)) {
        if (e.nth != ++events || events > row.n || !feed_fact_of(e.kind) ||
            !stands_in(row, e.what) || !stands_in(row, e.subject))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str bytes = {(const char *)data, n};
    check_position(bytes);
    check_row(bytes);
    return 0;
}

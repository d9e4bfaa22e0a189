/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app/cli_stream: an answer that goes on, one JSON document a line, shown as it comes: as it is
 * with
 * --json, else as one line for a person. Threads: main only.
 */
#ifndef NAVETTE_APP_CLI_STREAM_H
#define NAVETTE_APP_CLI_STREAM_H

#include "app/cli_parse.h"
#include "base/buf.h"

struct cli_stream_reader {
    const struct cli_call *call;
    struct buf line;  /* the beginning of one; the owner frees it */
    json_t *settings; /* what was proposed; NULL: nothing yet. The owner's */
};

/* As http_call.take; ctx is the reader. */
bool cli_stream_take(void *ctx, struct str bytes);

#endif

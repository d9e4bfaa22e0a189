/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/http_answer: reads the answer to a GET or POST (RFC 9112), in pieces of any size. Strict
 * where a mistake would let one answer run into the next; what is only unusual passes.
 * Threads: pure.
 */
#ifndef NAVETTE_NET_HTTP_ANSWER_H
#define NAVETTE_NET_HTTP_ANSWER_H

#include "base/buf.h"

enum { HTTP_ANSWER_LINE_MAX = 1024, HTTP_ANSWER_HEAD_MAX = 32 * 1024 };

struct http_answer {
    enum http_answer_state {
        ANSWER_STATUS,
        ANSWER_HEADER,
        ANSWER_LENGTH,
        ANSWER_UNTIL_CLOSE,
        ANSWER_CHUNK_SIZE,
        ANSWER_CHUNK,
        ANSWER_CHUNK_END,
        ANSWER_TRAILER,
        ANSWER_DONE
    } state;
    int status;
    bool keep;  /* the connection may be used again */
    bool plain; /* its type is text/plain */
    bool chunked, has_length;
    uint64_t left; /* of the body, or of the chunk */
    size_t body;   /* bytes of it that have come */
    size_t head;   /* bytes of all heads that have come */
    size_t line_n;
    char line[HTTP_ANSWER_LINE_MAX]; /* the beginning of one that has not ended */
};

void http_answer_begin(struct http_answer *a);
/* Reads on until the answer is DONE; *used: bytes of it. `body` (or NULL) gets what belongs to the
 * body. ERR_MALFORMED; ERR_TOO_LARGE: a head without end. */
enum err http_answer_feed(size_t *used, struct http_answer *a, struct str bytes,
                          struct buf *body) MUST_CHECK;
/* The connection was closed: OK if that is the answer's end, else ERR_TRUNCATED. */
enum err http_answer_close(struct http_answer *a) MUST_CHECK;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Any answer: whole and cut in two it is read the same, and never more than was given. */
#include "net/http_answer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static enum err feed(struct http_answer *a, struct buf *body, struct str bytes)
{
    size_t used;
    if (a->state == ANSWER_DONE)
        return OK;
    enum err e = http_answer_feed(&used, a, bytes, body);
    if (used > bytes.n || (!e && used < bytes.n && a->state != ANSWER_DONE))
        abort();
    return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct http_answer whole, cut;
    struct buf whole_body = buf_limited(n), cut_body = buf_limited(n);
    struct str bytes = {(const char *)data, n};
    size_t at = n ? data[0] % (n + 1) : 0;
    http_answer_begin(&whole);
    http_answer_begin(&cut);
    enum err e = feed(&whole, &whole_body, bytes);
    enum err f = feed(&cut, &cut_body, str_sub(bytes, 0, at));
    if (!f)
        f = feed(&cut, &cut_body, str_sub(bytes, at, n));
    if (!e && !f &&
        (whole.state != cut.state || whole.status != cut.status || whole.keep != cut.keep ||
         !str_eq(buf_str(&whole_body), buf_str(&cut_body))))
        abort();
    buf_free(&whole_body);
    buf_free(&cut_body);
    return 0;
}

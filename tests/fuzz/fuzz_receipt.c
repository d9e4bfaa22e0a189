/* SPDX-License-Identifier: Apache-2.0 */
/* Any text: every field lies inside it, ids have no blank, and the quoted message counts for
 * nothing. */
#include "smpp/receipt.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(struct str field, struct str text)
{
    if (field.n && (field.n > 64 || field.p < text.p || field.p + field.n > text.p + text.n ||
                    str_find(field, ' ') < field.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    struct smpp_receipt r;
    struct smpp_receipt quoted;
    smpp_receipt_parse_text(&r, text);
    check(r.id, text);
    check(r.stat, text);
    check(r.error, text);
    check(r.done_date, text);

    struct buf out = buf_limited(n + 100);
    buf_add_str(&out, text);
    buf_add_str(&out, STR(" text:id:forged stat:DELIVRD err:0 done date:1"));
    smpp_receipt_parse_text(&quoted, buf_str(&out));
    if (!str_eq(r.id, quoted.id) || r.state != quoted.state || !str_eq(r.error, quoted.error))
        abort();
    buf_free(&out);
    return 0;
}

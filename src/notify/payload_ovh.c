/* SPDX-License-Identifier: Apache-2.0 */
/* OVH's forms: docs/callbacks.md. */
#include "core/ptt.h"
#include "notify/payload_base.h"
#include "text/word.h"

#include <stdio.h>

enum { PAIRS_MAX = 1024 * 1024 };

/* What OVH calls the id of a receipt: 1 arrived, 2 failed, 4 waiting, 16 an error that is not
 * billed. */
static int dlr_of(enum message_state state, int64_t credits)
{
    if (state == MESSAGE_DELIVERED)
        return 1;
    if (!message_state_final(state))
        return 4;
    return credits ? 2 : 16;
}

static const char *dlr_label(int dlr)
{
    return dlr == 1 ? "success" : dlr == 2 ? "failed" : dlr == 4 ? "waiting" : "error";
}

static void number_pair(struct buf *b, const char *name, int64_t value)
{
    buf_printf(b, "%s%s=%lld", b->n ? "&" : "", name, (long long)value);
}

static void receipt(struct net_call *call, struct arena *a, const struct payload_for *what,
                    const json_t *event)
{
    enum message_state state = (enum message_state)payload_number(event, "state");
    int dlr = dlr_of(state, payload_number(event, "credits"));
    struct buf pairs = buf_limited(PAIRS_MAX);
    number_pair(&pairs, "id", payload_number(event, "message_id"));
    number_pair(&pairs, "ptt", ptt_of(state, payload_text(event, "receipt")).code);
    payload_pair(&pairs, "date", payload_local(a, what, payload_number(event, "at")));
    number_pair(&pairs, "description", dlr);
    payload_pair(&pairs, "descriptionDlr", str_of(dlr_label(dlr)));
    number_pair(&pairs, "dlr", dlr);
    call->url = payload_url(a, what->errand->target, buf_str(&pairs)).p;
    buf_free(&pairs);
}

static void test(struct net_call *call, struct arena *a, const struct payload_for *what,
                 const json_t *event)
{
    struct buf pairs = buf_limited(PAIRS_MAX);
    payload_pair(&pairs, "test", payload_text(event, "id"));
    payload_pair(&pairs, "date", payload_local(a, what, payload_number(event, "at")));
    call->url = payload_url(a, what->errand->target, buf_str(&pairs)).p;
    buf_free(&pairs);
}

static struct str first_word(struct str text)
{
    struct str word;
    return text_word_next(&word, &text) ? word : (struct str){0};
}

static void incoming(struct net_call *call, struct arena *a, const json_t *event)
{
    struct buf body = buf_limited(PAIRS_MAX);
    struct str text = payload_text(event, "text");
    number_pair(&body, "id", payload_number(event, "incoming_id"));
    payload_pair(&body, "senderid", payload_text(event, "phone"));
    payload_pair(&body, "message", text);
    payload_pair(&body, "keyword", first_word(text));
    payload_pair(&body, "shortcode", payload_text(event, "number"));
    payload_pair(&body, "tag", payload_text(event, "tag"));
    payload_post(call, a, &body, "content-type: application/x-www-form-urlencoded");
    buf_free(&body);
}

enum err payload_ovh(struct net_call *call, struct arena *a, const struct payload_for *what,
                     const json_t *event)
{
    if (!json_is_object(event))
        return ERR_MALFORMED;
    if (what->errand->kind == ERRAND_RECEIPT)
        receipt(call, a, what, event);
    else if (what->errand->kind == ERRAND_TEST)
        test(call, a, what, event);
    else
        incoming(call, a, event);
    return OK;
}

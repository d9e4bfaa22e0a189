/* SPDX-License-Identifier: Apache-2.0 */
/* Events as they stand in an errand's body. Written by hand: a receipt costs the writer a
 * microsecond so. */
#include "base/buf.h"
#include "base/secret.h"
#include "core/errand.h"
#include "store/message_ended.h"
#include "text/text.h"

enum { SECRET_BYTES = 32, SECRET_LEAST = 24, SECRET_MOST = 64 };

static const struct str secret_prefix = STR("whsec_");

struct str errand_secret_new(struct arena *a)
{
    uint8_t bytes[SECRET_BYTES];
    char text[64];
    secret_random(bytes, sizeof(bytes));
    secret_base64(text, sizeof(text), bytes, sizeof(bytes));
    return arena_printf(a, "%.*s%s", STR_FMT(secret_prefix), text);
}

enum err errand_secret_check(struct str secret)
{
    uint8_t bytes[SECRET_MOST];
    size_t n;
    if (!str_starts(secret, secret_prefix) ||
        secret_base64_read(bytes, sizeof(bytes), &n, str_sub(secret, secret_prefix.n, secret.n)) ||
        n < SECRET_LEAST)
        return ERR_INVALID;
    return OK;
}

static const char *escape_of(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* What a carrier wrote may be no UTF-8. */
void errand_event_text(struct buf *b, struct str s)
{
    size_t from = 0;
    size_t bad_at;
    bool broken = text_utf8_check(s, &bad_at) != OK;
    buf_add_u8(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *escape = escape_of(c);
        if (c >= 0x20 && !escape && !(broken && c >= 0x80))
            continue;
        buf_add_str(b, str_sub(s, from, i));
        from = i + 1;
        if (c >= 0x80)
            buf_add_u8(b, '?');
        else if (escape)
            buf_add_str(b, str_of(escape));
        else
            buf_printf(b, "\\u%04x", c);
    }
    if (from < s.n)
        buf_add_str(b, str_sub(s, from, s.n));
    buf_add_u8(b, '"');
}

static void member(struct buf *b, const char *name, struct str value)
{
    buf_printf(b, ",\"%s\":", name);
    errand_event_text(b, value);
}

void errand_event_receipt(struct buf *b, const struct message_end *m)
{
    buf_printf(b, "{\"id\":\"receipt_%lld", (long long)m->id);
    if (!m->done_at_us)
        buf_printf(b, "_%lld", (long long)m->told_at_us);
    buf_printf(b,
               "\",\"message_id\":%lld,\"state\":%d,\"recipient\":%llu,\"at\":%lld,\"parts\":%u,"
               "\"credits\":%lld",
               (long long)m->id, (int)m->state, (unsigned long long)m->recipient,
               (long long)(m->done_at_us ? m->done_at_us : m->told_at_us), m->parts,
               (long long)m->credits);
    member(b, "sender", m->sender);
    member(b, "receipt", m->receipt);
    if (m->tag.n)
        member(b, "tag", m->tag);
    buf_add_u8(b, '}');
}

void errand_event_incoming(struct buf *b, const char *name, const struct incoming *in,
                           const struct message *question)
{
    buf_printf(b, "{\"id\":\"%s_%lld\",\"incoming_id\":%lld,\"message_id\":%lld,\"at\":%lld", name,
               (long long)in->id, (long long)in->id, (long long)question->id,
               (long long)in->received_at_us);
    member(b, "phone", in->sender);
    member(b, "number", in->number);
    member(b, "text", in->text);
    if (question->tag.n)
        member(b, "tag", question->tag);
    buf_add_u8(b, '}');
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/secret.h"
#include "core/ptt.h"
#include "notify/payload_base.h"
#include "text/date.h"
#include "text/phone.h"

#include <stdlib.h>

enum { BODY_MAX = 2 * 1024 * 1024, SECRET_MOST = 128 };

static const struct str secret_prefix = STR("whsec_");

/* ---- what all share ---- */

struct str payload_text(const json_t *event, const char *name)
{
    const json_t *value = json_object_get(event, name);
    if (!json_is_string(value))
        return STR("");
    return (struct str){json_string_value(value), json_string_length(value)};
}

int64_t payload_number(const json_t *event, const char *name)
{
    return json_integer_value(json_object_get(event, name));
}

struct str payload_local(struct arena *a, const struct payload_for *what, int64_t at_us)
{
    struct date_local d = {0};
    if (date_from_utc_us(&d, at_us, what->timezone) && date_from_utc_us(&d, at_us, STR("UTC")))
        return STR("");
    return arena_printf(a, "%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month, d.day, d.hour,
                        d.minute, d.second);
}

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* Nothing is added where `name` is "": the value alone. */
void payload_pair(struct buf *b, const char *name, struct str value)
{
    static const char digits[] = "0123456789ABCDEF";
    if (b->n)
        buf_add_u8(b, '&');
    buf_add_str(b, str_of(name));
    buf_add_u8(b, '=');
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (is_plain(c)) {
            buf_add_u8(b, c);
            continue;
        }
        buf_add_u8(b, '%');
        buf_add_u8(b, (uint8_t)digits[c >> 4]);
        buf_add_u8(b, (uint8_t)digits[c & 15]);
    }
}

struct str payload_url(struct arena *a, struct str url, struct str pairs)
{
    struct str base = str_sub(url, 0, str_find(url, '#'));
    size_t mark = str_find(base, '?');
    bool open = base.n && (base.p[base.n - 1] == '?' || base.p[base.n - 1] == '&');
    const char *joint = mark == base.n ? "?" : open ? "" : "&";
    return arena_printf(a, "%.*s%s%.*s", STR_FMT(base), joint, STR_FMT(pairs));
}

void payload_post(struct net_call *call, struct arena *a, const struct buf *body, const char *type)
{
    call->post = true;
    call->body = arena_str(a, buf_str(body));
    call->headers[0] = type;
}

void payload_post_json(struct net_call *call, struct arena *a, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    if (!text)
        base_out_of_memory();
    call->post = true;
    call->body = arena_str(a, str_of(text));
    call->headers[0] = "content-type: application/json";
    free(text);
    json_decref(json);
}

/* ---- signatures ---- */

struct str payload_signature(struct arena *a, struct str secret, struct str id, int64_t at_s,
                             struct str body)
{
    uint8_t key[SECRET_MOST];
    uint8_t mac[SECRET_HMAC_SIZE];
    char text[64];
    size_t n;
    if (!str_starts(secret, secret_prefix) ||
        secret_base64_read(key, sizeof(key), &n, str_sub(secret, secret_prefix.n, secret.n)))
        return STR("");
    struct str head = arena_printf(a, "%.*s.%lld.", STR_FMT(id), (long long)at_s);
    const struct str parts[] = {head, body};
    secret_hmac(mac, (struct str){(const char *)key, n}, parts, 2);
    secret_base64(text, sizeof(text), mac, sizeof(mac));
    return arena_printf(a, "v1,%s", text);
}

/* ---- which ---- */

bool payload_is_whole(const struct errand *e)
{
    return e->profile == PROFILE_NAVETTE || e->events <= 1;
}

enum err payload_fill(struct net_call *call, struct arena *a, const struct payload_for *what,
                      struct str lines)
{
    const struct errand *e = what->errand;
    bool mail = errand_is_mail(e->kind);
    call->url = arena_str(a, e->target).p;
    call->keep_answer = e->kind == ERRAND_CGI;
    if (e->profile == PROFILE_NAVETTE && !mail)
        return payload_navette(call, a, what, lines);
    json_t *event = json_loadb(lines.p, lines.n, JSON_ALLOW_NUL, NULL);
    enum err err = ERR_MALFORMED;
    if (mail)
        err = payload_mail(call, a, what, event);
    else if (e->profile == PROFILE_OCTOPUSH)
        err = payload_octopush(call, a, what, event);
    else
        err = payload_ovh(call, a, what, event);
    json_decref(event);
    return err;
}

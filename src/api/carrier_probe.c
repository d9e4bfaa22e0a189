/* SPDX-License-Identifier: Apache-2.0 */
/* A carrier's probe, told as it goes on, and the settings that it proposes. */
#include "api/fields.h"
#include "api/ndjson.h"
#include "api/present.h"
#include "base/clock.h"

#include <stdlib.h>

struct listener {
    struct ndjson *out;
    struct tap *tap;
    struct buf notes; /* taken from the tap; `at` of them are told */
    size_t at;
    struct str name; /* of the carrier; as the request, it lives until the end */
    json_t *settings;
    bool done; /* they are all that are to change */
};

/* ---- what is told ---- */

/* Numbers are numbers to who takes the settings over. */
static void keep_setting(struct listener *l, struct str text)
{
    size_t n = str_find(text, '=');
    struct str value = str_sub(text, n < text.n ? n + 1 : n, text.n);
    char name[64];
    uint64_t number;
    if (str_copy(name, sizeof(name), str_sub(text, 0, n)))
        return;
    bool is_number = str_eq(str_of(name), STR("window")) && !str_to_u64(&number, value);
    json_object_set_new(l->settings, name,
                        is_number ? json_integer((json_int_t)number) : present_text(value));
}

/* A shell takes it as one word whatever it holds: a carrier may have written it. */
static void add_quoted(struct buf *line, const char *text)
{
    buf_add_str(line, STR(" '"));
    for (; *text; text++)
        if (*text == '\'')
            buf_add_str(line, STR("'\\''"));
        else
            buf_add(line, text, 1);
    buf_add_u8(line, '\'');
}

/* "navette carrier set orange --long-messages sar", ready for a shell. */
static json_t *command_line(const struct listener *l)
{
    struct buf line = buf_limited(4096);
    const char *key;
    json_t *value;
    buf_printf(&line, "navette carrier set %.*s", STR_FMT(l->name));
    json_object_foreach(l->settings, key, value)
    {
        buf_add_str(&line, STR(" --"));
        for (const char *c = key; *c; c++)
            buf_add_u8(&line, *c == '_' ? '-' : (uint8_t)*c);
        if (json_is_integer(value))
            buf_printf(&line, " %lld", (long long)json_integer_value(value));
        else
            add_quoted(&line, json_string_value(value));
    }
    json_t *out = present_text(buf_str(&line));
    buf_free(&line);
    return out;
}

/* Without an end nothing is proposed: what was seen until then may be half of it. */
static void tell_settings(struct listener *l)
{
    bool any = l->done && json_object_size(l->settings) > 0;
    ndjson_add(l->out,
               json_pack("{s:o, s:o}", "settings", l->done ? json_incref(l->settings) : json_null(),
                         "command", any ? command_line(l) : json_null()));
}

static void tell_next(struct listener *l)
{
    struct tap_head head;
    memcpy(&head, l->notes.p + l->at, sizeof(head));
    struct str text = {(const char *)l->notes.p + l->at + sizeof(head), head.length};
    l->at += sizeof(head) + head.length;
    if (head.mode == PROBE_SETS)
        keep_setting(l, text);
    else if (head.mode == PROBE_DONE)
        l->done = true;
    else
        ndjson_add(l->out, json_pack("{s:o}", head.mode == PROBE_FOUND ? "found" : "says",
                                     present_text(text)));
}

static void more(void *ctx, struct ndjson *out)
{
    struct listener *l = ctx;
    uint64_t lost; /* a probe says far less than a tap holds */
    l->out = out;
    if (l->at == l->notes.n) {
        l->at = 0;
        if (!tap_take(l->tap, &l->notes, &lost)) {
            tell_settings(l);
            ndjson_end(out);
        }
    }
    while (l->at < l->notes.n)
        tell_next(l);
}

static void over(void *ctx)
{
    struct listener *l = ctx;
    tap_leave(l->tap);
    buf_free(&l->notes);
    json_decref(l->settings);
}

static void on_ready(void *ctx)
{
    ndjson_wake(((struct listener *)ctx)->out);
}

/* ---- the request ---- */

static void read_ask(struct fields *f, struct probe_ask *ask)
{
    enum { WAIT_S = 30, WAIT_MOST_S = 600, DIGITS_MIN = 3 };
    struct str to = {0}, from = STR("Navette");
    int64_t wait_s = WAIT_S;
    *ask = (struct probe_ask){0};
    fields_text(f, "to", sizeof(ask->to) - 1, &to);
    fields_text(f, "from", sizeof(ask->from) - 1, &from);
    if (to.n && to.p[0] == '+')
        to = str_sub(to, 1, to.n);
    bool digits = to.n >= DIGITS_MIN;
    for (size_t i = 0; i < to.n; i++)
        digits = digits && to.p[i] >= '0' && to.p[i] <= '9';
    if (!digits || str_copy(ask->to, sizeof(ask->to), to))
        fields_refuse(f, ERR_INVALID, "to", STR("write the number of a phone at hand, +33…"));
    if (str_copy(ask->from, sizeof(ask->from), from))
        fields_refuse(f, ERR_TOO_LONG, "from", STR("a sender has at most 20 characters"));
    fields_flag(f, "window_test", &ask->window_test);
    fields_number(f, "wait_s", 1, WAIT_MOST_S, &wait_s);
    ask->wait_us = wait_s * SEC_US;
}

static void probe_carrier(struct api *api, struct http_request *request, const struct str *segments)
{
    static const struct ndjson_calls calls = {.more = more, .over = over};
    const struct api_config *config = api_config_of(api);
    struct tap_filter all = {.in = true, .out = true};
    struct listener *l = ARENA_NEW(request->arena, struct listener);
    struct probe_ask ask;
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_ask(&f, &ask);
    const struct directory *d = core_directory(api_core(api));
    const struct directory_carrier *c = directory_carrier(d, segments[0]);
    int64_t id = c ? c->row.id : 0;
    directory_release(d);
    if (!id)
        fields_refuse(&f, ERR_NOT_FOUND, "carrier",
                      STR("there is no carrier of this name: `navette carrier list` shows them"));
    if (!fields_end(&f))
        return;
    l->name = segments[0];
    l->settings = json_object();
    l->notes = buf_limited(TAP_BYTES);
    l->tap = tap_new(id, &all, api_mailbox(api), on_ready, l);
    l->out = ndjson_open(request, &calls, l);
    config->carrier_probe(config->ctx, &ask, l->tap);
}

const struct api_route carrier_probe_routes[] = {
    {HTTP_POST, "/api/v1/carriers/{name}/probe", probe_carrier, RIGHT_OPERATE},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* The PDUs of a carrier as they pass, decoded here and not where they pass. */
#include "api/actor.h"
#include "api/fields.h"
#include "api/ndjson.h"
#include "api/present.h"
#include "base/log.h"
#include "smpp/describe.h"
#include "text/text.h"

#include <stdlib.h>

struct looker {
    struct api *api;
    struct http_request *request;
    struct ndjson *out;
    struct tap *tap;
    struct buf records; /* taken from the tap; `at` of them are done */
    size_t at;
    struct arena *arena; /* of the PDU in hand */
    struct str name;     /* of the carrier; as the request, it lives until the end */
    bool texts;
    int64_t left; /* PDUs still to be shown; below 0: no end */
};

/* ---- one PDU as JSON ---- */

/* "0500031a0201" */
static json_t *hex(struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = base_alloc(2 * bytes.n + 1);
    for (size_t i = 0; i < bytes.n; i++) {
        text[2 * i] = digits[(uint8_t)bytes.p[i] >> 4];
        text[2 * i + 1] = digits[(uint8_t)bytes.p[i] & 15];
    }
    json_t *out = json_stringn(text, 2 * bytes.n);
    free(text);
    return out;
}

static json_t *value_json(const struct smpp_field *f)
{
    switch (f->kind) {
    case SMPP_FIELD_NUMBER:
        return json_integer(f->number);
    case SMPP_FIELD_WORD:
        return present_text(f->value);
    case SMPP_FIELD_BYTES:
        return hex(f->value);
    case SMPP_FIELD_HIDDEN:
        return json_sprintf("(%u bytes)", f->number);
    case SMPP_FIELD_SECRET:
        break;
    }
    return json_string("***");
}

/* A field that stands several times, as the recipients of a submit_multi, becomes a list. */
static void add_field(void *ctx, const struct smpp_field *f)
{
    json_t *fields = ctx;
    json_t *before = json_object_get(fields, f->name);
    if (!before) {
        json_object_set_new(fields, f->name, value_json(f));
        return;
    }
    if (!json_is_array(before)) {
        json_t *list = json_array();
        json_array_append(list, before);
        json_object_set_new(fields, f->name, list);
        before = list;
    }
    json_array_append_new(before, value_json(f));
}

/* What a person reads in the bytes, behind a user data header. */
static void add_text(json_t *fields, struct arena *a, const struct smpp_pdu *pdu)
{
    if ((pdu->command != SMPP_SUBMIT_SM && pdu->command != SMPP_DELIVER_SM) || !pdu->has_body)
        return;
    const struct smpp_submit_sm *m = &pdu->body.submit_sm;
    struct str bytes = smpp_user_data(pdu);
    size_t header = m->esm_class & SMPP_ESM_UDHI && bytes.n ? 1u + (uint8_t)bytes.p[0] : 0;
    bytes = str_sub(bytes, header < bytes.n ? header : bytes.n, bytes.n);
    struct str text = m->data_coding == SMPP_CODING_UCS2      ? text_from_ucs2(a, bytes)
                      : m->data_coding == SMPP_CODING_DEFAULT ? text_from_gsm7(a, bytes)
                                                              : text_from_latin1(a, bytes);
    json_object_set_new(fields, "text", present_text(text));
}

static json_t *pdu_json(struct looker *l, const struct tap_head *head, struct str bytes)
{
    static const char *const modes[] = {"", "tx", "rx", "trx"};
    struct smpp_pdu pdu;
    uint32_t answer;
    arena_reset(l->arena);
    enum err e = smpp_pdu_read(&pdu, l->arena, bytes, &answer);
    json_t *fields = json_object();
    smpp_describe(&pdu, l->texts, add_field, fields);
    if (l->texts)
        add_text(fields, l->arena, &pdu);
    json_t *out = json_pack(
        "{s:o, s:s, s:i, s:I, s:s, s:s, s:s, s:I, s:o}", "at", present_time(head->at_us), "mode",
        modes[head->mode & 3], "bind", (int)head->bind, "session", (json_int_t)head->session,
        "direction", head->out ? "out" : "in", "command", smpp_command_name(pdu.command), "status",
        smpp_status_name(pdu.status), "sequence", (json_int_t)pdu.sequence, "fields", fields);
    if (e)
        json_object_set_new(out, "broken", json_string(smpp_status_name(answer)));
    return out;
}

/* ---- the stream ---- */

static void show_next(struct looker *l)
{
    struct tap_head head;
    memcpy(&head, l->records.p + l->at, sizeof(head));
    struct str pdu = {(const char *)l->records.p + l->at + sizeof(head), head.length};
    l->at += sizeof(head) + head.length;
    if (!head.length) {
        ndjson_add(l->out, json_pack("{s:o, s:o}", "at", present_time(head.at_us), "tracing",
                                     present_text(l->name)));
        return;
    }
    ndjson_add(l->out, pdu_json(l, &head, pdu));
    if (l->left > 0 && --l->left == 0)
        ndjson_end(l->out);
}

static void more(void *ctx, struct ndjson *out)
{
    struct looker *l = ctx;
    uint64_t lost = 0;
    l->out = out;
    if (l->at == l->records.n) {
        l->at = 0;
        if (!actor_holds(l->api, l->request) || !tap_take(l->tap, &l->records, &lost))
            ndjson_end(out);
    }
    if (lost)
        ndjson_add(out, json_pack("{s:I}", "lost", (json_int_t)lost));
    if (l->at < l->records.n)
        show_next(l);
}

static void over(void *ctx)
{
    struct looker *l = ctx;
    char safe[LOG_SAFE_SIZE];
    log_info("carrier_trace_ended", "carrier=%s", log_safe(safe, l->name));
    tap_leave(l->tap);
    buf_free(&l->records);
    arena_free(l->arena);
}

static void on_ready(void *ctx)
{
    struct looker *l = ctx;
    ndjson_wake(l->out);
}

/* ---- the request ---- */

static int64_t carrier_find_id(struct api *api, struct str name)
{
    const struct directory *d = core_directory(api_core(api));
    const struct directory_carrier *c = directory_carrier(d, name);
    int64_t id = c ? c->row.id : 0;
    directory_release(d);
    return id;
}

static bool command_number(uint32_t *out, struct str name)
{
    static const uint32_t commands[] = {
#define PDU(NAME, name, id, who)      id,
#define SAME(NAME, name, id, who, as) id,
#define EMPTY(NAME, name, id, who)    id,
#include "smpp/pdu.def"
    };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (str_eq(name, str_of(smpp_command_name(commands[i])))) {
            *out = commands[i] & ~SMPP_RESPONSE;
            return true;
        }
    return false;
}

static void read_filter(struct fields *f, struct tap_filter *filter, struct looker *l)
{
    enum { WORD_MAX = 32, COUNT_MAX = 1000000 };
    struct str word = {0};
    *filter = (struct tap_filter){.in = true, .out = true};
    if (fields_text(f, "direction", WORD_MAX, &word)) {
        filter->in = str_eq(word, STR("in"));
        filter->out = str_eq(word, STR("out"));
        if (!filter->in && !filter->out)
            fields_refuse(f, ERR_INVALID, "direction", STR("write in or out"));
    }
    if (fields_text(f, "command", WORD_MAX, &word) && !command_number(&filter->command, word))
        fields_refuse(f, ERR_INVALID, "command",
                      STR("there is no such command: write one such as submit_sm"));
    if (fields_text(f, "texts", WORD_MAX, &word))
        l->texts = str_eq(word, STR("yes"));
    l->left = -1;
    fields_number(f, "count", 1, COUNT_MAX, &l->left);
}

static void trace_carrier(struct api *api, struct http_request *request, const struct str *segments)
{
    static const struct ndjson_calls calls = {.more = more, .over = over};
    const struct api_config *config = api_config_of(api);
    struct looker *l = ARENA_NEW(request->arena, struct looker);
    struct tap_filter filter;
    struct fields f;
    char safe[LOG_SAFE_SIZE];
    char who[LOG_SAFE_SIZE];
    fields_of_query(&f, request);
    read_filter(&f, &filter, l);
    int64_t id = carrier_find_id(api, segments[0]);
    if (!id)
        fields_refuse(&f, ERR_NOT_FOUND, "carrier",
                      STR("there is no carrier of this name: `navette carrier list` shows them"));
    if (!fields_end(&f))
        return;
    l->api = api;
    l->request = request;
    l->name = segments[0];
    l->arena = arena_new();
    l->records = buf_limited(TAP_BYTES);
    l->tap = tap_new(id, &filter, api_mailbox(api), on_ready, l);
    l->out = ndjson_open(request, &calls, l);
    log_info("carrier_trace", "who=%s carrier=%s texts=%s", log_safe(who, actor_of(request)->name),
             log_safe(safe, l->name), l->texts ? "yes" : "no");
    config->carrier_trace(config->ctx, l->tap);
}

const struct api_route carrier_trace_routes[] = {
    {HTTP_GET, "/api/v1/carriers/{name}/trace", trace_carrier, RIGHT_OPERATE},
    {0},
};

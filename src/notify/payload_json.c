/* SPDX-License-Identifier: Apache-2.0 */
/* The profiles of JSON: Octopush's, one event a request, and our own, signed, many in one. */
#include "base/clock.h"
#include "core/ptt.h"
#include "notify/payload_base.h"
#include "text/phone.h"

static json_t *text_json(struct str s)
{
    json_t *json = json_stringn(s.p ? s.p : "", s.n);
    return json ? json : json_string("");
}

static json_t *id_json(int64_t id)
{
    return id ? json_sprintf("%lld", (long long)id) : json_null();
}

static json_t *phone_json(const json_t *event)
{
    char text[PHONE_SIZE];
    return text_json(phone_format(text, (uint64_t)payload_number(event, "recipient")));
}

/* ---- octopush ---- */

static const char *octopush_status(enum message_state state)
{
    switch (state) {
    case MESSAGE_SENT:
        return "ACK";
    case MESSAGE_DELIVERED:
        return "DELIVERED";
    case MESSAGE_UNDELIVERED:
        return "NOT_DELIVERED";
    case MESSAGE_EXPIRED:
        return "EXPIRED";
    case MESSAGE_UNKNOWN:
        return "UNKNOWN_DELIVERY";
    case MESSAGE_REFUSED:
        return "BLACKLISTED_NUMBER";
    default:
        return "NOT_ALLOWED";
    }
}

static json_t *octopush_receipt(struct arena *a, const struct payload_for *what,
                                const json_t *event)
{
    enum message_state state = (enum message_state)payload_number(event, "state");
    return json_pack("{s:s, s:o, s:o, s:s, s:f, s:o, s:{}}", "channel", "sms", "message_id",
                     id_json(payload_number(event, "message_id")), "number", phone_json(event),
                     "status", octopush_status(state), "unit_price",
                     (double)payload_number(event, "credits") / 100, "delivery_date",
                     text_json(payload_local(a, what, payload_number(event, "at"))), "meta_data");
}

static json_t *octopush_incoming(struct arena *a, const struct payload_for *what,
                                 const json_t *event)
{
    json_t *date = text_json(payload_local(a, what, payload_number(event, "at")));
    json_t *json = json_pack(
        "{s:o, s:o, s:o}", "message_id", id_json(payload_number(event, "message_id")), "number",
        text_json(payload_text(event, "phone")), "text", text_json(payload_text(event, "text")));
    if (what->errand->kind == ERRAND_STOP) {
        json_object_set_new(json, "stop_date", date);
        return json;
    }
    json_object_set_new(json, "sim_card_number", text_json(payload_text(event, "number")));
    json_object_set_new(json, "reception_date", date);
    return json;
}

enum err payload_octopush(struct net_call *call, struct arena *a, const struct payload_for *what,
                          const json_t *event)
{
    json_t *json;
    if (!json_is_object(event))
        return ERR_MALFORMED;
    if (what->errand->kind == ERRAND_RECEIPT)
        json = octopush_receipt(a, what, event);
    else if (what->errand->kind == ERRAND_TEST)
        json =
            json_pack("{s:b, s:o}", "test", 1, "message_id", text_json(payload_text(event, "id")));
    else
        json = octopush_incoming(a, what, event);
    payload_post_json(call, a, json);
    return OK;
}

/* ---- navette ---- */

static json_t *receipt_data(const json_t *event)
{
    enum message_state state = (enum message_state)payload_number(event, "state");
    struct ptt ptt = ptt_of(state, payload_text(event, "receipt"));
    return json_pack("{s:o, s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:I, s:f}", "message_id",
                     id_json(payload_number(event, "message_id")), "state",
                     message_state_name(state), "ptt", ptt.code, "reason", ptt.meaning, "recipient",
                     phone_json(event), "sender", text_json(payload_text(event, "sender")),
                     "receipt", text_json(payload_text(event, "receipt")), "tag",
                     text_json(payload_text(event, "tag")), "parts",
                     (json_int_t)payload_number(event, "parts"), "credits",
                     (double)payload_number(event, "credits") / 100);
}

static json_t *incoming_data(const json_t *event)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "incoming_id",
                     id_json(payload_number(event, "incoming_id")), "message_id",
                     id_json(payload_number(event, "message_id")), "phone",
                     text_json(payload_text(event, "phone")), "number",
                     text_json(payload_text(event, "number")), "text",
                     text_json(payload_text(event, "text")), "tag",
                     text_json(payload_text(event, "tag")));
}

static json_t *event_json(const struct errand *e, const json_t *event)
{
    char at[CLOCK_ISO_SIZE];
    json_t *data = e->kind == ERRAND_RECEIPT ? receipt_data(event)
                   : e->kind == ERRAND_TEST  ? json_object()
                                             : incoming_data(event);
    clock_iso(at, payload_number(event, "at"));
    return json_pack("{s:o, s:s, s:s, s:o}", "id", text_json(payload_text(event, "id")), "type",
                     errand_kind_name(e->kind), "timestamp", at, "data", data);
}

static void sign(struct net_call *call, struct arena *a, const struct payload_for *what,
                 struct str id)
{
    int64_t at_s = what->now_us / SEC_US;
    struct str signature = payload_signature(a, what->secret, id, at_s, call->body);
    call->headers[1] = arena_printf(a, "webhook-id: %.*s", STR_FMT(id)).p;
    call->headers[2] = arena_printf(a, "webhook-timestamp: %lld", (long long)at_s).p;
    if (signature.n)
        call->headers[3] = arena_printf(a, "webhook-signature: %.*s", STR_FMT(signature)).p;
}

/* An errand of one event is known by the event's id, so that whoever looks at either sees doubles;
 * one of many by its own. */
enum err payload_navette(struct net_call *call, struct arena *a, const struct payload_for *what,
                         struct str lines)
{
    const struct errand *e = what->errand;
    json_t *events = json_array();
    struct str line;
    struct str id = arena_printf(a, "errand_%lld", (long long)e->id);
    while (str_split(&lines, '\n', &line)) {
        json_t *event = json_loadb(line.p, line.n, JSON_ALLOW_NUL, NULL);
        if (!event) {
            json_decref(events);
            return ERR_MALFORMED;
        }
        if (e->events == 1)
            id = arena_str(a, payload_text(event, "id"));
        json_array_append_new(events, event_json(e, event));
        json_decref(event);
    }
    payload_post_json(call, a, json_pack("{s:s, s:o}", "type", "events", "events", events));
    sign(call, a, what, id);
    return OK;
}

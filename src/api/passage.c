/* SPDX-License-Identifier: Apache-2.0 */
#include "api/passage.h"

#include "api/asker.h"
#include "api/present.h"
#include "base/clock.h"
#include "store/errand.h"
#include "text/phone.h"

enum { ERRANDS_SHOWN = 5, ATTEMPTS_SHOWN = 20 };

struct hops {
    json_t *list;
    int64_t last_us;
};

static json_t *add(struct hops *h, int64_t at_us, struct str what, struct str detail)
{
    json_t *hop = json_pack("{s:o, s:o, s:o, s:o}", "at", present_time(at_us), "what",
                            present_text(what), "detail", present_text(str_trim(detail)), "took_ms",
                            h->last_us ? json_integer((at_us - h->last_us) / MS_US) : json_null());
    json_array_append_new(h->list, hop);
    h->last_us = at_us;
    return hop;
}

/* Takes over the value. */
static void field(json_t *hop, const char *name, json_t *value)
{
    json_t *fields = json_object_get(hop, "fields");
    if (!fields) {
        fields = json_object();
        json_object_set_new(hop, "fields", fields);
    }
    json_object_set_new(fields, name, value);
}

static json_t *number(struct arena *a, uint64_t v)
{
    return present_text(arena_printf(a, "%llu", (unsigned long long)v));
}

static enum err add_asker(json_t *hop, struct store_view *view, const struct message *m,
                          const struct directory *d)
{
    struct str name;
    if (m->origin != ORIGIN_ASKED) {
        field(hop, "by", json_string(m->origin == ORIGIN_ANSWER ? "automatic_answer" : "notice"));
        return OK;
    }
    if (m->by_kind == ASKER_USER && !m->user_id)
        return OK;
    enum err e = asker_name(&name, view, m, d);
    field(hop, "by", json_string(asker_kind(m->by_kind)));
    if (!e && name.n)
        field(hop, "name", present_text(name));
    if (m->by_id)
        field(hop, "id", present_id(m->by_id));
    return e;
}

static void add_price(struct hops *h, struct arena *a, const struct message *m)
{
    char credits[STR_HUNDREDTHS_SIZE];
    str_of_hundredths(credits, m->credits);
    json_t *hop =
        add(h, m->created_at_us, STR("priced"),
            arena_printf(a, "%s for %u %s", credits, m->parts, m->parts == 1 ? "part" : "parts"));
    field(hop, "credits", json_string(credits));
    field(hop, "parts", number(a, m->parts));
    field(hop, "from", json_string(m->from_quota ? "quota" : "account"));
}

/* Its carrier of now: each one before it has an event of its own. */
static void add_route(struct hops *h, const struct message *m, const struct directory *d)
{
    const struct directory_carrier *carrier = directory_carrier_by_id(d, m->carrier_id);
    json_t *hop =
        add(h, m->created_at_us, STR("routed"), carrier ? carrier->row.name : STR("a carrier"));
    if (carrier)
        field(hop, "carrier", present_text(carrier->row.name));
}

/* As the row has it: what else the carrier's profile puts into the PDU is not kept. */
static void add_submit(json_t *hop, struct arena *a, const struct message *m)
{
    static const char *const modes[] = {[TEXT_UDH8] = "udh8",
                                        [TEXT_UDH16] = "udh16",
                                        [TEXT_SAR] = "sar",
                                        [TEXT_PAYLOAD] = "payload"};
    char phone[PHONE_SIZE];
    field(hop, "source_addr", present_text(m->sender));
    field(hop, "destination_addr", present_text(phone_format(phone, m->recipient)));
    field(hop, "encoding", json_string(text_encoding_name(m->encoding)));
    field(hop, "data_coding", number(a, text_layout_coding(m->encoding, m->layout)));
    field(hop, "submits", number(a, message_submits(m)));
    if (m->parts > 1) {
        field(hop, "long_messages", json_string(modes[m->layout.mode]));
        field(hop, "reference", number(a, m->reference));
    }
    if (m->class >= 0)
        field(hop, "class", number(a, (uint64_t)m->class));
    field(hop, "valid_until", present_time(m->expires_at_us));
    if (m->carrier_ref.n)
        field(hop, "message_id", present_text(m->carrier_ref));
}

static enum err add_event(struct hops *h, struct store_view *view, const struct message *m,
                          const struct directory *d, const struct message_event *e)
{
    bool submitted = str_eq(e->kind, STR("sent"));
    json_t *hop = add(h, e->at_us, submitted ? STR("submitted") : e->kind, e->detail);
    if (submitted)
        add_submit(hop, view->arena, m);
    if (!str_eq(e->kind, STR("accepted")))
        return OK;
    enum err failed = add_asker(hop, view, m, d);
    add_price(h, view->arena, m);
    add_route(h, m, d);
    return failed;
}

/* Programs put their secrets behind the question mark. */
static struct str without_query(struct str url)
{
    return str_sub(url, 0, str_find(url, '?'));
}

static void add_attempt(struct hops *h, struct arena *a, const struct errand *e,
                        const struct errand_attempt *try)
{
    struct str answer = try->status ? arena_printf(a, "%lld", (long long)try->status) : try->error;
    struct str target = without_query(e->target);
    json_t *hop = add(h, try->at_us, STR("callback"),
                      arena_printf(a, "%.*s: %.*s", STR_FMT(target), STR_FMT(answer)));
    json_object_set_new(hop, "took_ms", json_integer(try->took_ms));
    field(hop, "target", present_text(target));
    field(hop, "attempts_id", present_id(e->id));
}

static enum err add_callbacks(struct hops *h, struct store_view *view, const struct message *m)
{
    struct errand *errands;
    size_t n = 0;
    if (!m->done_at_us)
        return OK;
    enum err e = store_errand_of_message(&errands, &n, view, m->account_id, m->done_at_us, m->id,
                                         ERRANDS_SHOWN);
    for (size_t i = 0; i < n && !e; i++) {
        struct errand_attempt *tries;
        size_t tries_n = 0;
        e = store_errand_attempt_list(&tries, &tries_n, view, errands[i].id, ATTEMPTS_SHOWN);
        for (size_t k = 0; k < tries_n && !e; k++)
            add_attempt(h, view->arena, &errands[i], &tries[k]);
    }
    return e;
}

enum err passage_json(json_t **out, struct store_view *view, const struct message *m,
                      const struct directory *d, const struct message_event *events, size_t n)
{
    struct hops h = {.list = json_array()};
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++)
        e = add_event(&h, view, m, d, &events[i]);
    if (!e)
        e = add_callbacks(&h, view, m);
    if (e)
        json_decref(h.list);
    else
        *out = h.list;
    return e;
}

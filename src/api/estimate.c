/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a sending would be, by the same functions that accept one; nothing is written. Asked at
 * every keystroke, so whatever is wrong is told beside what can be told nevertheless.
 */
#include "api/aside.h"
#include "api/present.h"
#include "api/send.h"
#include "base/clock.h"
#include "core/quarantine.h"
#include "store/ledger.h"
#include "text/phone.h"

enum {
    MARKED_MAX = 200,
    LIMITS_MAX = 10,
    AT_ONCE = 50 /* recipients; more of them are looked at aside */
};

struct estimate {
    struct api_aside aside; /* first */
    struct accept_job job;
    struct accept_request accept;
    struct http_request *request;
    struct store_view view;
    struct accept_text text; /* of the first message; else as it would leave */
    json_t *problems;
    json_t *answer;
};

static void add_problem(struct estimate *t, const struct refusal *why)
{
    struct arena *a = t->request->arena;
    struct refusal said = send_refusal(why);
    struct str code = arena_str(a, str_of(err_name(said.err)));
    for (size_t i = 0; i < code.n; i++)
        if (code.p[i] >= 'A' && code.p[i] <= 'Z')
            ((char *)(uintptr_t)code.p)[i] = (char)(code.p[i] - 'A' + 'a');
    struct str detail = said.detail.n ? said.detail : str_of(err_text(said.err));
    json_array_append_new(t->problems,
                          json_pack("{s:o, s:o, s:o}", "code", present_text(code), "field",
                                    said.field ? json_string(said.field) : json_null(), "detail",
                                    present_text(detail)));
}

/* ---- the text ---- */

/* UTF-16 units before that byte: how JavaScript counts. */
static json_int_t place_of(struct str text, size_t at_byte)
{
    return (json_int_t)text_utf16_length(str_sub(text, 0, at_byte));
}

static json_t *forcing_json(struct estimate *t)
{
    struct text_offender *marked;
    size_t n = 0;
    size_t total;
    json_t *list = json_array();
    struct str text = t->accept.text;
    if (text_offenders(&marked, &n, &total, t->request->arena, text, MARKED_MAX))
        return list;
    for (size_t i = 0; i < n; i++) {
        const struct text_offender *o = &marked[i];
        struct str rest = str_sub(text, o->at_byte, text.n);
        struct str character = str_sub(rest, 0, text_utf8_prefix(rest, 1));
        bool has_one = o->replacement.n || o->left_out;
        json_array_append_new(list,
                              json_pack("{s:I, s:I, s:o, s:o}", "at", place_of(text, o->at_byte),
                                        "length", (json_int_t)text_utf16_length(character),
                                        "character", present_text(character), "replacement",
                                        has_one ? present_text(o->replacement) : json_null()));
    }
    return list;
}

static json_t *extension_json(struct estimate *t)
{
    size_t *at_byte;
    size_t n = 0;
    json_t *list = json_array();
    if (t->text.plan.weight.encoding != TEXT_GSM7 ||
        text_extended(&at_byte, &n, t->request->arena, t->accept.text, MARKED_MAX))
        return list;
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:I}", "at", place_of(t->accept.text, at_byte[i])));
    return list;
}

/* The clause with its line break, in units of the text's encoding. */
static uint32_t clause_units(const struct accept_text *text)
{
    struct text_weight w = {0};
    bool ucs2 = text->plan.weight.encoding == TEXT_UCS2;
    if (!text->clause.n ||
        text_weigh(&w, text->clause, ucs2 ? TEXT_FORCE_UCS2 : TEXT_FORCE_GSM7, NULL))
        return 0;
    return w.units + 1;
}

/* Units of the writer's own text that fit one part, two, … */
static json_t *limits_json(const struct estimate *t)
{
    const struct text_plan *plan = &t->text.plan;
    enum text_encoding encoding = plan->weight.encoding;
    enum text_long mode =
        t->text.carrier ? t->text.carrier->rules.text.mode : (enum text_long)plan->layout.mode;
    uint32_t most = t->accept.account->max_parts;
    uint32_t clause = clause_units(&t->text);
    json_t *list = json_array();
    for (uint32_t n = 1; n <= most && n <= LIMITS_MAX; n++) {
        uint32_t units = n * text_part_units(encoding, mode, n == 1);
        json_array_append_new(list, json_integer(units > clause ? units - clause : 0));
    }
    return list;
}

/* What stands there while no carrier has been found, or nothing was written yet. */
static void weigh_alone(struct estimate *t)
{
    struct text_plan *plan = &t->text.plan;
    bool planned = plan->weight.parts > 0;
    if (planned && t->accept.text.n)
        return;
    if (text_weigh(&plan->weight, t->accept.text, t->accept.coding, NULL))
        plan->weight = (struct text_weight){.encoding = TEXT_UCS2};
    if (!plan->text.n)
        plan->text = t->accept.text;
}

static void add_text(json_t *out, struct estimate *t)
{
    struct text_weight own = {0};
    const struct text_weight *w = &t->text.plan.weight;
    if (text_weigh(&own, t->accept.text, TEXT_CHOOSE, NULL) && !own.characters)
        own.characters = w->characters;
    uint32_t clause = t->accept.text.n ? 0 : clause_units(&t->text);
    json_t *said =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "encoding",
                  text_encoding_name(w->encoding), "characters", (json_int_t)own.characters,
                  "units", (json_int_t)w->units, "parts", (json_int_t)w->parts, "room_left",
                  (json_int_t)(w->room_units > clause ? w->room_units - clause : 0), "part_limits",
                  limits_json(t), "forcing", forcing_json(t), "extension", extension_json(t),
                  "clause", present_text_or_null(t->text.clause), "text",
                  present_text(t->accept.text.n ? t->text.plan.text : STR("")));
    json_object_update(out, said);
    json_decref(said);
}

/* ---- recipients and credits ---- */

/* As the writer would leave them out. */
static enum err leave_out_quarantined(struct estimate *t)
{
    struct accept_job *job = &t->job;
    struct arena *a = t->request->arena;
    struct quarantines q;
    uint64_t *phones = ARENA_ARRAY(a, job->messages_n + 1, uint64_t);
    struct message *out = ARENA_ARRAY(a, job->messages_n + 1, struct message);
    size_t kept = 0;
    for (size_t i = 0; i < job->messages_n; i++)
        phones[i] = job->messages[i].recipient;
    enum err e = store_quarantine_find(&q.rows, &q.n, &t->view, phones, job->messages_n);
    for (size_t i = 0; i < job->messages_n && !e; i++) {
        if (quarantine_refuses(&q, &job->messages[i])) {
            job->cost -= job->messages[i].credits;
            out[job->refused_n++] = job->messages[i];
        } else {
            job->messages[kept++] = job->messages[i];
        }
    }
    if (e)
        return e;
    job->messages_n = kept;
    if (job->refused_n)
        memcpy(&job->messages[kept], out, job->refused_n * sizeof(*out));
    return OK;
}

static json_t *recipients_json(const struct estimate *t)
{
    json_t *valid = json_array();
    for (size_t i = 0; i < t->job.messages_n; i++) {
        char to[PHONE_SIZE];
        char country[3];
        uint64_t phone = t->job.messages[i].recipient;
        phone_region(country, phone);
        json_array_append_new(valid,
                              json_pack("{s:o, s:o}", "to", present_text(phone_format(to, phone)),
                                        "country", present_text_or_null(str_of(country))));
    }
    return json_pack("{s:o, s:o, s:o}", "valid", valid, "refused", send_refused_json(&t->job),
                     "doubles", send_doubles_json(&t->job));
}

static enum err add_credits(json_t *out, struct estimate *t)
{
    struct purse_state purse = {.purse = {.account_id = t->accept.account->id}};
    enum err e = store_purses_read(&purse, 1, &t->view);
    if (e)
        return e;
    int64_t after = purse.balance - t->job.cost;
    if (after < 0)
        add_problem(t, &(struct refusal){.err = ERR_NO_CREDIT});
    json_object_set_new(out, "credits", present_credits(t->job.cost));
    json_object_set_new(out, "credits_left", present_credits(purse.balance));
    json_object_set_new(out, "credits_after", present_credits(after));
    return OK;
}

static void add_time(json_t *out, const struct estimate *t)
{
    /* Read after the job was made: what is due at once is not later than that. */
    int64_t leaves_us = send_leaves_us(&t->job, clock_now_us());
    bool asked = t->accept.due_at_us && leaves_us <= t->accept.due_at_us;
    json_object_set_new(out, "leaves_at", present_time(leaves_us));
    json_object_set_new(out, "why_later",
                        !leaves_us ? json_null() : json_string(asked ? "asked" : "hours"));
}

/* ---- the whole ---- */

static void decide(struct estimate *t)
{
    struct arena *a = t->request->arena;
    struct refusal why = {.err = OK};
    struct refusal none;
    const struct accept_request *r = &t->accept;
    if (!r->sender.n && !r->with_reply)
        add_problem(t, &(struct refusal){.err = ERR_MISSING,
                                         .field = "from",
                                         .detail = STR("say from which sender")});
    enum err e = accept_prepare(&t->job, a, r, &why);
    if (e && (r->sender.n || r->with_reply || strcmp(why.field ? why.field : "", "sender") != 0))
        add_problem(t, &why);
    t->text = t->job.first;
    if (e) { /* half a job is none */
        t->job.messages_n = 0;
        t->job.cost = 0;
    }
    if (!t->text.carrier && accept_outline(&t->text, a, r, &none))
        t->text.plan.text = t->text.plan.text.n ? t->text.plan.text : r->text;
    weigh_alone(t);
}

static enum err tell(struct estimate *t)
{
    json_t *out = t->answer = json_object();
    t->problems = json_array();
    decide(t);
    enum err e = leave_out_quarantined(t);
    if (!e && t->job.refused_n && !t->job.messages_n)
        add_problem(t, &(struct refusal){.err = ERR_QUARANTINED, .field = "to"});
    add_text(out, t);
    json_object_set_new(out, "recipients", recipients_json(t));
    if (!e)
        e = add_credits(out, t);
    add_time(out, t);
    json_object_set_new(out, "from", send_from_json(&t->accept));
    json_object_set_new(out, "problems", t->problems);
    return e;
}

static enum err tell_aside(struct api_aside *aside, struct store_view *view)
{
    struct estimate *t = (struct estimate *)aside;
    t->view = *view;
    return tell(t);
}

static void reply(struct api_aside *aside)
{
    struct estimate *t = (struct estimate *)aside;
    directory_release(t->accept.directory);
    if (!aside->err) {
        api_reply_json(t->request, 200, t->answer);
        return;
    }
    json_decref(t->answer);
    api_reply_error(t->request, aside->err, NULL, (struct str){0});
}

static void estimate(struct api *api, struct http_request *request, const struct str *segments)
{
    struct estimate *t = ARENA_NEW(request->arena, struct estimate);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    t->request = request;
    t->view = api_view(api, request);
    send_read(&f, api, &t->accept);
    if (!fields_end(&f)) {
        directory_release(t->accept.directory);
        return;
    }
    t->aside =
        (struct api_aside){.api = api, .request = request, .work = tell_aside, .done = reply};
    if (t->accept.recipients_n > AT_ONCE) {
        api_aside_post(&t->aside);
        return;
    }
    t->aside.err = tell(t);
    reply(&t->aside);
}

const struct api_route estimate_routes[] = {
    {HTTP_POST, "/api/v1/messages/estimate", estimate, RIGHT_SEND},
    {0},
};

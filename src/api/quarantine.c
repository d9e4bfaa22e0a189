/* SPDX-License-Identifier: Apache-2.0 */
/* Phones that must not be written to: who they are, since when and why; in and out by hand. */
#include "core/quarantine.h"

#include "api/actor.h"
#include "api/change.h"
#include "api/export.h"
#include "api/present.h"
#include "core/admin.h"
#include "text/phone.h"
#include "text/text.h"

enum { NUMBER_MAX = 32, REASON_MAX = 200, WORD_MAX = 16, EVENTS_SHOWN = 200 };

static json_t *phone_json(uint64_t phone)
{
    char text[PHONE_SIZE];
    return present_text(phone_format(text, phone));
}

static json_t *account_json(int64_t id, const struct directory *d)
{
    const struct account *a = id ? directory_account_by_id(d, id) : NULL;
    return a ? present_text(a->name) : json_null();
}

static json_t *row_json(const struct quarantine *q, const struct directory *d)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:s, s:o, s:I, s:o, s:o, s:o, s:o}", "id",
                     present_id(q->id), "number", phone_json(q->phone), "account",
                     account_json(q->account_id, d), "short_code", present_text_or_null(q->number),
                     "status", quarantine_status_name(q->status), "reason", present_text(q->reason),
                     "errors", (json_int_t)q->errors, "error_at", present_time(q->error_at_us),
                     "since", present_time(q->since_at_us), "message_id", present_id(q->message_id),
                     "incoming_id", present_id(q->incoming_id));
}

static json_t *event_json(const struct quarantine_event *e, const struct directory *d)
{
    const struct directory_carrier *carrier = directory_carrier_by_id(d, e->carrier_id);
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                     present_id(e->id), "at", present_time(e->at_us), "status",
                     quarantine_status_name(e->status), "account", account_json(e->account_id, d),
                     "short_code", present_text_or_null(e->number), "who", present_text(e->who),
                     "reason", present_text(e->reason), "text", present_text_or_null(e->text),
                     "carrier", carrier ? present_text(carrier->row.name) : json_null(),
                     "incoming_id", present_id(e->incoming_id), "message_id",
                     present_id(e->message_id));
}

/* ---- reading ---- */

static void read_phone(struct fields *f, struct str number, uint64_t *phone)
{
    if (phone_parse(phone, number))
        fields_refuse(f, ERR_BAD_NUMBER, "number",
                      STR("write it in international form, such as +33612345678"));
}

struct quarantine_listing {
    struct listing base;
    struct quarantine_filter filter;
};

static void read_cause(struct fields *f, enum quarantine_cause *cause)
{
    static const char *const names[] = {[QUARANTINE_BY_REPLY] = "reply",
                                        [QUARANTINE_BY_FAILURE] = "failure",
                                        [QUARANTINE_BY_PERSON] = "person"};
    struct str word;
    if (!fields_text(f, "cause", WORD_MAX, &word))
        return;
    for (size_t i = QUARANTINE_BY_REPLY; i <= QUARANTINE_BY_PERSON; i++)
        if (str_eq(word, str_of(names[i])))
            *cause = (enum quarantine_cause)i;
    if (!*cause)
        fields_refuse(f, ERR_INVALID, "cause", STR("write reply, failure or person"));
}

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct quarantine_filter *filter = &((struct quarantine_listing *)l)->filter;
    struct str word;
    actor_scope(f, api, RIGHT_VIEW, &filter->account_id);
    if (fields_text(f, "number", NUMBER_MAX, &word))
        read_phone(f, word, &filter->phone);
    if (fields_text(f, "status", WORD_MAX, &word) &&
        (quarantine_status_parse(&filter->status, word) || !filter->status))
        fields_refuse(f, ERR_INVALID, "status", STR("write blacklisted, quarantined or erroneous"));
    read_cause(f, &filter->cause);
    fields_time(f, "since", &filter->since_us);
    fields_time(f, "until", &filter->until_us);
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct quarantine_filter *filter = &((struct quarantine_listing *)l)->filter;
    struct quarantine *rows;
    size_t n = 0;
    filter->past_id = l->after.id;
    filter->oldest_first = !l->descending;
    filter->limit = l->limit;
    enum err e = store_quarantine_list(&rows, &n, view, filter);
    if (!e)
        listing_found_by_id(l, rows, n, n ? rows[n - 1].id : 0);
    return e;
}

static enum err listed_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    *out = row_json((const struct quarantine *)l->rows + i, l->d);
    return OK;
}

static const struct listing_sort sorts[] = {{"at", LIST_TIME}, {NULL, LIST_TIME}};

static const struct listing_kind list = {
    .name = "quarantine",
    .sorts = sorts,
    .size = sizeof(struct quarantine_listing),
    .read = read_listing,
    .page = read_page,
    .row = listed_json,
    .columns =
        (const char *const[]){"id", "number", "account", "short_code", "status", "reason", "errors",
                              "error_at", "since", "message_id", "incoming_id", NULL}};

static void list_quarantine(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    listing_answer(api, request, segments, &list);
}

static void export_quarantine(struct api *api, struct http_request *request,
                              const struct str *segments)
{
    export_answer(api, request, segments, &list);
}

/* Rows of all accounts concern everybody. */
static bool may_see(const struct actor *a, int64_t account_id)
{
    return account_id == 0 || actor_may(a, account_id, RIGHT_VIEW);
}

/* That nobody may write to a phone is for all to know, and why. Who said so, and the proof, are the
 * platform's. */
static json_t *event_for(const struct actor *a, struct quarantine_event e,
                         const struct directory *d)
{
    if (!e.account_id && !(a->everywhere & RIGHT_OPERATE)) {
        if (!e.incoming_id) /* the phone did not say so itself */
            e.who = STR("platform");
        e.text = (struct str){0};
        e.carrier_id = e.incoming_id = e.message_id = 0;
    }
    return event_json(&e, d);
}

/* The strongest that stands, of any account that may be seen. */
static enum quarantine_status status_of(const struct actor *a, const struct quarantine *rows,
                                        size_t n)
{
    enum quarantine_status status = QUARANTINE_VALID;
    for (size_t i = 0; i < n; i++)
        if (may_see(a, rows[i].account_id) && (!status || rows[i].status < status))
            status = rows[i].status;
    return status;
}

static enum err phone_whole(json_t **out, struct api *api, struct http_request *request,
                            uint64_t phone)
{
    struct store_view view = api_view(api, request);
    const struct actor *actor = actor_of(request);
    struct quarantine *rows;
    struct quarantine_event *events;
    size_t rows_n, events_n;
    enum err e = store_quarantine_of(&rows, &rows_n, &view, phone);
    if (!e)
        e = store_quarantine_event_list(&events, &events_n, &view, phone, 0, EVENTS_SHOWN);
    if (e)
        return e;
    const struct directory *d = core_directory(api_core(api));
    json_t *entries = json_array();
    json_t *passed = json_array();
    for (size_t i = 0; i < rows_n; i++)
        if (may_see(actor, rows[i].account_id))
            json_array_append_new(entries, row_json(&rows[i], d));
    for (size_t i = 0; i < events_n; i++)
        if (may_see(actor, events[i].account_id))
            json_array_append_new(passed, event_for(actor, events[i], d));
    directory_release(d);
    *out = json_pack("{s:o, s:s, s:o, s:o}", "number", phone_json(phone), "status",
                     quarantine_status_name(status_of(actor, rows, rows_n)), "entries", entries,
                     "events", passed);
    return OK;
}

static void reply_phone(struct api *api, struct http_request *request, int status, uint64_t phone)
{
    json_t *json;
    enum err e = phone_whole(&json, api, request, phone);
    if (e)
        api_reply_error(request, e, NULL, (struct str){0});
    else
        api_reply_json(request, status, json);
}

static void show_phone(struct api *api, struct http_request *request, const struct str *segments)
{
    uint64_t phone = 0;
    struct fields f;
    fields_of_query(&f, request);
    read_phone(&f, segments[0], &phone);
    if (fields_end(&f))
        reply_phone(api, request, 200, phone);
}

/* ---- by hand ---- */

struct quarantine_change {
    struct api_change base;
    struct quarantine row;
    size_t left;
};

/* Whom, when it stands there, and how. */
static json_t *show_change(struct api_change *change, struct store_view *view)
{
    const struct quarantine *wanted = &((struct quarantine_change *)change)->row;
    enum quarantine_status status = QUARANTINE_VALID;
    struct quarantine *rows;
    size_t n;
    if (store_quarantine_of(&rows, &n, view, wanted->phone))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (rows[i].account_id == wanted->account_id && str_eq(rows[i].number, wanted->number))
            status = rows[i].status;
    json_t *out = json_pack("{s:s}", "status", quarantine_status_name(status));
    if (status != QUARANTINE_VALID)
        json_object_set_new(out, "number", phone_json(wanted->phone));
    return out;
}

static void answer_added(struct api_change *c)
{
    reply_phone(c->api, c->request, 201, ((struct quarantine_change *)c)->row.phone);
}

static void answer_left(struct api_change *c)
{
    reply_phone(c->api, c->request, 200, ((struct quarantine_change *)c)->row.phone);
}

/* The number is no subject of a log. */
static void read_change(struct fields *f, struct api *api, struct quarantine_change *c)
{
    size_t bad_at;
    actor_scope(f, api, RIGHT_OWN, &c->row.account_id);
    if (fields_text_or_null(f, "short_code", NUMBER_MAX, &c->row.number))
        c->row.number = phone_bare(c->row.number);
    if (!fields_text(f, "reason", REASON_MAX, &c->row.reason) || !str_trim(c->row.reason).n)
        fields_refuse(f, ERR_MISSING, "reason", STR("say why: it is kept with the number"));
    else if (text_utf8_check(c->row.reason, &bad_at))
        fields_refuse(f, ERR_BAD_UTF8, "reason", STR("is not valid UTF-8"));
    c->base.change.no_reload = true;
}

static struct quarantine_event evidence_of(const struct quarantine_change *c)
{
    return (struct quarantine_event){.who = actor_of(c->base.request)->name,
                                     .reason = c->row.reason};
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct quarantine_change *c = (struct quarantine_change *)change;
    struct quarantine_event evidence = evidence_of(c);
    c->row.status = QUARANTINE_BLACKLISTED;
    return quarantine_enter(core, tx, &c->row, &evidence);
}

static void add_phone(struct api *api, struct http_request *request, const struct str *segments)
{
    struct quarantine_change *c = ARENA_NEW(request->arena, struct quarantine_change);
    struct str number = {0};
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    fields_text(&f, "number", NUMBER_MAX, &number);
    read_phone(&f, number, &c->row.phone);
    read_change(&f, api, c);
    if (!fields_end(&f))
        return;
    c->base.did = "quarantine_added";
    c->base.show = show_change;
    c->base.account_id = c->row.account_id;
    c->base.subject = STR("a number");
    api_change_post(&c->base, api, request, apply_add, answer_added);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct quarantine_change *c = (struct quarantine_change *)change;
    struct quarantine_event evidence = evidence_of(c);
    struct quarantine_leave which = {
        .phone = c->row.phone, .account_id = c->row.account_id, .number = c->row.number};
    enum err e = quarantine_leave(&c->left, tx, &which, &evidence);
    if (!e && !c->left) /* and nothing was written */
        return refuse(&change->why, ERR_NOT_FOUND, "number",
                      STR("it is not there: `navette quarantine show NUMBER` tells for which "
                          "account and short code it is"));
    return e;
}

static void remove_phone(struct api *api, struct http_request *request, const struct str *segments)
{
    struct quarantine_change *c = ARENA_NEW(request->arena, struct quarantine_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_phone(&f, segments[0], &c->row.phone);
    read_change(&f, api, c);
    if (!fields_end(&f))
        return;
    c->base.did = "quarantine_removed";
    c->base.show = show_change;
    c->base.account_id = c->row.account_id;
    c->base.subject = STR("a number");
    api_change_post(&c->base, api, request, apply_remove, answer_left);
}

const struct api_route quarantine_routes[] = {
    {HTTP_GET, "/api/v1/quarantine", list_quarantine, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/quarantine", add_phone, RIGHT_OWN},
    {HTTP_GET, "/api/v1/quarantine/export", export_quarantine, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/quarantine/{number}", show_phone, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/quarantine/{number}/remove", remove_phone, RIGHT_OWN},
    {0},
};

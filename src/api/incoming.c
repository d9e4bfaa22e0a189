/* SPDX-License-Identifier: Apache-2.0 */
/* Incoming messages, as stored. */
#include "api/actor.h"
#include "api/export.h"
#include "api/present.h"
#include "api/search_fields.h"
#include "text/phone.h"

static const char *const standing_names[] = {[STANDING_NONE] = "none",
                                             [STANDING_IN_TIME] = "in_time",
                                             [STANDING_LATE] = "late",
                                             [STANDING_NOT_COVERED] = "not_covered"};

static json_t *incoming_json(const struct incoming *i, const struct directory *d)
{
    const struct account *account =
        i->account_id ? directory_account_by_id(d, i->account_id) : NULL;
    const struct directory_carrier *carrier = directory_carrier_by_id(d, i->carrier_id);
    json_t *json = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "id", present_id(i->id),
        "account", account ? present_text(account->name) : json_null(), "carrier",
        carrier ? present_text(carrier->row.name) : json_null(), "sender", present_text(i->sender),
        "number", present_text(i->number), "text", i->kept ? present_text(i->text) : json_null(),
        "class", i->class < 0 ? json_null() : json_integer(i->class), "received_at",
        present_time(i->received_at_us), "parts", (json_int_t)i->parts, "missing",
        (json_int_t)i->missing, "message_id", present_id(i->message_id), "conversation_id",
        present_id(i->conversation_id));
    json_t *rest =
        json_pack("{s:s, s:o, s:o, s:o, s:o}", "standing", standing_names[i->standing], "started",
                  present_text(i->started), "credits", present_credits(i->credits), "release_at",
                  present_time(i->release_at_us), "released_at", present_time(i->released_at_us));
    json_object_update(json, rest);
    json_decref(rest);
    return json;
}

/* ---- list ---- */

enum { NUMBER_MAX = 32, STANDINGS_MAX = 64, STANDINGS = 4 };

struct incoming_listing {
    struct listing base;
    struct incoming_search search;
};

static void read_standings(struct fields *f, unsigned *standings)
{
    struct str list, word;
    if (!fields_text(f, "standing", STANDINGS_MAX, &list))
        return;
    while (str_split(&list, ',', &word)) {
        size_t i = 0;
        while (i < STANDINGS && !str_eq(word, str_of(standing_names[i])))
            i++;
        if (i == STANDINGS)
            fields_refuse(f, ERR_INVALID, "standing",
                          STR("write none, in_time, late or not_covered; several with commas "
                              "between them"));
        else
            *standings |= 1u << i;
    }
}

/* As it stands in the rows: with + when it is a phone, else as the carrier wrote it. */
static void read_phone(struct fields *f, struct str *sender)
{
    char text[PHONE_SIZE];
    uint64_t phone;
    if (fields_text(f, "from", NUMBER_MAX, sender) && !phone_parse(&phone, *sender))
        *sender = arena_str(f->request->arena, phone_format(text, phone));
}

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct incoming_search *s = &((struct incoming_listing *)l)->search;
    actor_scope(f, api, RIGHT_VIEW, &s->search.account_id);
    search_read(&s->search, l, f);
    read_phone(f, &s->sender);
    fields_text(f, "to", NUMBER_MAX, &s->number);
    read_standings(f, &s->standings);
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct incoming_search *s = &((struct incoming_listing *)l)->search;
    struct list_page page;
    search_goes_on(&s->search, l);
    enum err e = store_incoming_search(&page, view, s);
    if (!e)
        listing_found(l, &page);
    return e;
}

static enum err row_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    *out = incoming_json((const struct incoming *)l->rows + i, l->d);
    return OK;
}

static const struct listing_sort sorts[] = {{"at", LIST_TIME},
                                            {"from", LIST_PHONE},
                                            {"to", LIST_NUMBER},
                                            {"standing", LIST_STANDING},
                                            {NULL, LIST_TIME}};

static const struct listing_kind list = {
    .name = "incoming",
    .sorts = sorts,
    .size = sizeof(struct incoming_listing),
    .read = read_listing,
    .page = read_page,
    .row = row_json,
    .columns =
        (const char *const[]){"id", "received_at", "account", "carrier", "sender", "number", "text",
                              "class", "parts", "missing", "standing", "started", "credits",
                              "release_at", "released_at", "message_id", "conversation_id", NULL}};

static void list_incoming(struct api *api, struct http_request *request, const struct str *segments)
{
    listing_answer(api, request, segments, &list);
}

static void export_incoming(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    export_answer(api, request, segments, &list);
}

/* ---- one ---- */

static void show_incoming(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct incoming row;
    int64_t id;
    if (!fields_id(&id, request, segments[0], "incoming message"))
        return;
    enum err e = store_incoming_get(&row, &view, id);
    if (!e && !actor_may(actor_of(request), row.account_id, RIGHT_VIEW))
        e = ERR_NOT_FOUND;
    if (e) {
        api_reply_error(request, e, e == ERR_NOT_FOUND ? "id" : NULL,
                        e == ERR_NOT_FOUND ? STR("there is no incoming message of this id")
                                           : (struct str){0});
        return;
    }
    const struct directory *d = core_directory(api_core(api));
    api_reply_json(request, 200, incoming_json(&row, d));
    directory_release(d);
}

const struct api_route incoming_routes[] = {
    {HTTP_GET, "/api/v1/incoming", list_incoming, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/incoming/export", export_incoming, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/incoming/{id}", show_incoming, RIGHT_VIEW},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations, and what was said in one. */
#include "store/conversation.h"

#include "api/actor.h"
#include "api/export.h"
#include "api/present.h"
#include "base/clock.h"
#include "store/incoming.h"
#include "store/message.h"
#include "text/phone.h"

enum { LINES_MAX = 500, WORD_MAX = 16 };

static json_t *conversation_json(const struct conversation *c, const struct directory *d)
{
    char phone[PHONE_SIZE];
    const struct account *account = directory_account_by_id(d, c->account_id);
    const struct directory_carrier *carrier = directory_carrier_by_id(d, c->carrier_id);
    bool open = !c->until_at_us || c->until_at_us > clock_now_us();
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:I}", "id", present_id(c->id),
        "account", account ? present_text(account->name) : json_null(), "carrier",
        carrier ? present_text(carrier->row.name) : json_null(), "phone",
        present_text(phone_format(phone, c->recipient)), "number", present_text_or_null(c->number),
        "kind", number_kind_name(c->kind), "open", open, "opened_at", present_time(c->opened_at_us),
        "last_at", present_time(c->last_at_us), "until_at", present_time(c->until_at_us),
        "message_id", present_id(c->message_id), "unread", (json_int_t)c->unread);
}

/* ---- list ---- */

struct conversation_listing {
    struct listing base;
    struct conversation_filter filter;
};

static void read_listing(struct listing *l, struct fields *f, struct api *api)
{
    struct conversation_filter *filter = &((struct conversation_listing *)l)->filter;
    struct str open;
    actor_scope(f, api, RIGHT_VIEW | RIGHT_CHAT, &filter->account_id);
    if (fields_text(f, "open", WORD_MAX, &open) && str_eq(open, STR("yes")))
        filter->open_at_us = clock_now_us();
    if (!l->descending)
        fields_refuse(f, ERR_INVALID, "sort", STR("the latest come first: write -at"));
}

static enum err read_page(struct listing *l, struct store_view *view)
{
    struct conversation_filter *filter = &((struct conversation_listing *)l)->filter;
    struct conversation_page page;
    filter->after = (struct conversation_place){l->after.key.first, l->after.id};
    filter->limit = l->limit;
    filter->look_at = l->budget.rows;
    enum err e = store_conversation_list(&page, view, filter);
    l->rows = page.rows;
    l->n = page.n;
    l->more = page.more;
    l->partial = page.partial;
    l->end = (struct list_place){.key.first = page.end.last_at_us, .id = page.end.id};
    l->whole_to_id = INT64_MAX;
    return e;
}

static enum err row_json(json_t **out, struct listing *l, struct store_view *view, size_t i)
{
    *out = conversation_json((const struct conversation *)l->rows + i, l->d);
    return OK;
}

static const struct listing_sort sorts[] = {{"at", LIST_TIME}, {NULL, LIST_TIME}};

static const struct listing_kind list = {
    .name = "conversations",
    .sorts = sorts,
    .size = sizeof(struct conversation_listing),
    .read = read_listing,
    .page = read_page,
    .row = row_json,
    .columns =
        (const char *const[]){"id", "account", "carrier", "phone", "number", "kind", "open",
                              "opened_at", "last_at", "until_at", "message_id", "unread", NULL}};

static void list_conversations(struct api *api, struct http_request *request,
                               const struct str *segments)
{
    listing_answer(api, request, segments, &list);
}

static void export_conversations(struct api *api, struct http_request *request,
                                 const struct str *segments)
{
    export_answer(api, request, segments, &list);
}

/* ---- one ---- */

static const char *standing_name(enum standing s)
{
    static const char *const names[] = {[STANDING_NONE] = "none",
                                        [STANDING_IN_TIME] = "in_time",
                                        [STANDING_LATE] = "late",
                                        [STANDING_NOT_COVERED] = "not_covered"};
    return names[s];
}

static json_t *line_of_message(const struct message *m)
{
    return json_pack("{s:o, s:s, s:s, s:o, s:o}", "at", present_time(m->created_at_us), "side",
                     "message", "state", message_state_name(m->state), "text",
                     present_text(m->text), "id", present_id(m->id));
}

static json_t *line_of_incoming(const struct incoming *i)
{
    return json_pack("{s:o, s:s, s:s, s:o, s:o}", "at", present_time(i->received_at_us), "side",
                     "reply", "state", standing_name(i->standing), "text",
                     i->kept ? present_text(i->text) : json_null(), "id", present_id(i->id));
}

/* Nothing for one that was deleted meanwhile. */
static enum err add_line(json_t *lines, struct store_view *view, struct conversation_line line)
{
    struct message m;
    struct incoming i;
    enum err e = line.incoming ? store_incoming_get(&i, view, line.id)
                               : store_message_get(&m, view, line.id);
    if (!e)
        json_array_append_new(lines, line.incoming ? line_of_incoming(&i) : line_of_message(&m));
    return e == ERR_NOT_FOUND ? OK : e;
}

static void show_conversation(struct api *api, struct http_request *request,
                              const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct conversation c;
    struct conversation_line *lines;
    size_t n = 0;
    int64_t id;
    if (!fields_id(&id, request, segments[0], "conversation"))
        return;
    json_t *said = json_array();
    enum err e = store_conversation_get(&c, &view, id);
    if (!e && !actor_may(actor_of(request), c.account_id, RIGHT_VIEW | RIGHT_CHAT))
        e = ERR_NOT_FOUND;
    if (!e)
        e = store_conversation_lines(&lines, &n, &view, id, LINES_MAX);
    for (size_t i = 0; i < n && !e; i++)
        e = add_line(said, &view, lines[i]);
    if (e) {
        json_decref(said);
        api_reply_error(request, e, e == ERR_NOT_FOUND ? "id" : NULL,
                        e == ERR_NOT_FOUND ? STR("there is no conversation of this id")
                                           : (struct str){0});
        return;
    }
    const struct directory *d = core_directory(api_core(api));
    json_t *json = conversation_json(&c, d);
    directory_release(d);
    json_object_set_new(json, "said", said);
    api_reply_json(request, 200, json);
}

const struct api_route conversation_routes[] = {
    {HTTP_GET, "/api/v1/conversations", list_conversations, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_GET, "/api/v1/conversations/export", export_conversations, RIGHT_VIEW | RIGHT_CHAT},
    {HTTP_GET, "/api/v1/conversations/{id}", show_conversation, RIGHT_VIEW | RIGHT_CHAT},
    {0},
};

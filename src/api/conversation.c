/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations, and what was said in one. */
#include "store/conversation.h"

#include "api/actor.h"
#include "api/aside.h"
#include "api/fields.h"
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

struct conversation_search {
    struct api_aside aside;
    struct conversation_filter filter;
    json_t *items;
    int64_t next_before_id;
};

static enum err search(struct api_aside *aside, struct store_view *view)
{
    struct conversation_search *s = (struct conversation_search *)aside;
    struct conversation *rows;
    size_t n;
    enum err e = store_conversation_list(&rows, &n, view, &s->filter);
    if (e)
        return e;
    const struct directory *d = core_directory(api_core(aside->api));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(s->items, conversation_json(&rows[i], d));
    directory_release(d);
    s->next_before_id = n == s->filter.limit ? rows[n - 1].id : 0;
    return OK;
}

static void answer_search(struct api_aside *aside)
{
    const struct conversation_search *s = (const struct conversation_search *)aside;
    if (!aside->err) {
        present_list(aside->request, s->items, s->next_before_id);
        return;
    }
    json_decref(s->items);
    api_reply_error(aside->request, aside->err, NULL, (struct str){0});
}

static void read_filter(struct fields *f, struct api *api, struct conversation_filter *filter)
{
    struct str open;
    actor_scope(f, api, RIGHT_VIEW | RIGHT_CHAT, &filter->account_id);
    if (fields_text(f, "open", WORD_MAX, &open) && str_eq(open, STR("yes")))
        filter->open_at_us = clock_now_us();
    fields_page(f, &filter->before_id, &filter->limit);
}

static void list_conversations(struct api *api, struct http_request *request,
                               const struct str *segments)
{
    struct conversation_search *s = ARENA_NEW(request->arena, struct conversation_search);
    struct fields f;
    fields_of_query(&f, request);
    read_filter(&f, api, &s->filter);
    if (!fields_end(&f))
        return;
    s->items = json_array();
    s->aside =
        (struct api_aside){.api = api, .request = request, .work = search, .done = answer_search};
    api_aside_post(&s->aside);
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
    {HTTP_GET, "/api/v1/conversations/{id}", show_conversation, RIGHT_VIEW | RIGHT_CHAT},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: what was accepted and what became of it; taking one back; settling one in doubt. */
#include "api/actor.h"
#include "api/aside.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/message_json.h"
#include "api/present.h"
#include "core/accept.h"
#include "core/admin_message.h"
#include "text/phone.h"

enum { STATE_MAX = 16, NUMBER_MAX = 32 };

static void read_state(struct fields *f, struct message_filter *filter)
{
    struct str word;
    enum message_state state;
    if (!fields_text(f, "state", STATE_MAX, &word))
        return;
    if (message_state_parse(&state, word))
        fields_refuse(f, ERR_INVALID, "state",
                      STR("write scheduled, queued, sending, sent, in_doubt, delivered, "
                          "undelivered, expired, rejected, unknown, cancelled or refused"));
    else
        filter->state = (int)state;
}

static void read_filter(struct fields *f, struct api *api, struct message_filter *filter)
{
    struct str number;
    *filter = (struct message_filter){0};
    actor_scope(f, api, RIGHT_VIEW, &filter->account_id);
    read_state(f, filter);
    if (fields_text(f, "recipient", NUMBER_MAX, &number) && phone_parse(&filter->recipient, number))
        fields_refuse(f, ERR_BAD_NUMBER, "recipient",
                      STR("write it in international form, such as +33612345678"));
    fields_text(f, "tag", ACCEPT_TAG_MAX * 4, &filter->tag);
    fields_page(f, &filter->before_id, &filter->limit);
}

/* A search: with no account and no recipient it may have to look at every message. */
struct message_search {
    struct api_aside aside;
    struct message_filter filter;
    json_t *items;
    int64_t next_before_id; /* 0: there is no next page */
};

static enum err messages_json(json_t *items, const struct directory *d, struct db *db,
                              const struct message *rows, size_t n)
{
    struct store_view scratch = {.db = db, .arena = arena_new()};
    enum err e = OK;
    for (size_t i = 0; i < n && !e; i++) {
        json_t *item;
        e = message_json(&item, &scratch, &rows[i], d);
        if (!e)
            json_array_append_new(items, item);
        arena_reset(scratch.arena);
    }
    arena_free(scratch.arena);
    return e;
}

static enum err search(struct api_aside *aside, struct store_view *view)
{
    struct message_search *s = (struct message_search *)aside;
    struct message *rows;
    size_t n;
    enum err e = store_message_list(&rows, &n, view, &s->filter);
    if (e)
        return e;
    const struct directory *d = core_directory(api_core(aside->api));
    e = messages_json(s->items, d, view->db, rows, n);
    directory_release(d);
    s->next_before_id = n == s->filter.limit ? rows[n - 1].id : 0;
    return e;
}

static void answer_search(struct api_aside *aside)
{
    const struct message_search *s = (const struct message_search *)aside;
    if (!aside->err) {
        present_list(aside->request, s->items, s->next_before_id);
        return;
    }
    json_decref(s->items);
    api_reply_error(aside->request, aside->err, NULL, (struct str){0});
}

static void list_messages(struct api *api, struct http_request *request, const struct str *segments)
{
    struct message_search *s = ARENA_NEW(request->arena, struct message_search);
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

static void reply_message(struct api *api, struct http_request *request, int64_t id)
{
    struct store_view view = api_view(api, request);
    struct message m;
    json_t *json = NULL;
    enum err e = store_message_get(&m, &view, id);
    if (!e && !actor_rights(actor_of(request), m.account_id))
        e = ERR_NOT_FOUND;
    if (!e) {
        const struct directory *d = core_directory(api_core(api));
        e = message_json(&json, &view, &m, d);
        directory_release(d);
    }
    if (!e)
        api_reply_json(request, 200, json);
    else if (e == ERR_NOT_FOUND)
        api_reply_error(request, e, "id", STR("there is no message of this id"));
    else
        api_reply_error(request, e, NULL, (struct str){0});
}

static void show_message(struct api *api, struct http_request *request, const struct str *segments)
{
    int64_t id;
    if (fields_id(&id, request, segments[0], "message"))
        reply_message(api, request, id);
}

/* ---- changes ---- */

static enum err no_message(struct refusal *why)
{
    return refuse(why, ERR_NOT_FOUND, "id", STR("there is no message of this id"));
}

struct message_change {
    struct api_change base;
    int64_t id;
    bool resend;
};

static void answer_message(struct api_change *c)
{
    reply_message(c->api, c->request, ((struct message_change *)c)->id);
}

static struct message_change *change_of(struct http_request *request, struct str segment,
                                        const char *did)
{
    struct message_change *c = ARENA_NEW(request->arena, struct message_change);
    if (!fields_id(&c->id, request, segment, "message"))
        return NULL;
    c->base.did = did;
    c->base.subject = segment;
    c->base.change.no_reload = true;
    return c;
}

static enum err apply_cancel(struct core *core, struct store_tx *tx, struct change *change)
{
    const struct message_change *c = (const struct message_change *)change;
    struct message m;
    enum err e = store_message_get(&m, &tx->view, c->id);
    if (e == ERR_NOT_FOUND ||
        (!e && !actor_may(actor_of(c->base.request), m.account_id, RIGHT_SEND)))
        return no_message(&change->why);
    return e ? e : admin_message_cancel(tx, c->id, &change->why);
}

static void cancel_message(struct api *api, struct http_request *request,
                           const struct str *segments)
{
    struct message_change *c = change_of(request, segments[0], "message_cancelled");
    if (c)
        api_change_post(&c->base, api, request, apply_cancel, answer_message);
}

static enum err apply_resolve(struct core *core, struct store_tx *tx, struct change *change)
{
    struct message_change *c = (struct message_change *)change;
    return admin_message_resolve(core, tx, c->id, c->resend, &change->why);
}

static void resolve_message(struct api *api, struct http_request *request,
                            const struct str *segments)
{
    struct message_change *c = change_of(request, segments[0], "message_resolved");
    struct str action = {0};
    struct fields f;
    if (!c || !fields_of_body(&f, request))
        return;
    fields_text(&f, "action", STATE_MAX, &action);
    c->resend = str_eq(action, STR("resend"));
    if (!c->resend && !str_eq(action, STR("give_up")))
        fields_refuse(&f, action.n ? ERR_INVALID : ERR_MISSING, "action",
                      STR("write resend (the phone may get it twice) or give_up"));
    if (fields_end(&f))
        api_change_post(&c->base, api, request, apply_resolve, answer_message);
}

const struct api_route message_routes[] = {
    {HTTP_GET, "/api/v1/messages", list_messages, RIGHT_VIEW},
    {HTTP_GET, "/api/v1/messages/{id}", show_message, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/messages/{id}/cancel", cancel_message, RIGHT_SEND},
    {HTTP_POST, "/api/v1/messages/{id}/resolve", resolve_message, RIGHT_OPERATE},
    {0},
};

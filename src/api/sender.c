/* SPDX-License-Identifier: Apache-2.0 */
/* Senders of an account: what recipients see as the origin. */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/accept.h"
#include "core/admin.h"
#include "store/id.h"

enum { SENDER_MAX = 32 };

static json_t *sender_json(const struct sender *s, struct str account)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o}", "id", present_id(s->id), "account",
                     present_text(account), "name", present_text(s->name), "enabled", s->enabled,
                     "created_at", present_time(s->created_at_us));
}

static void reply_sender(struct api *api, struct http_request *request, int status,
                         struct str account, struct str name)
{
    struct store_view view = api_view(api, request);
    struct account a;
    struct sender s;
    struct refusal why;
    if (admin_account_find(&a, &view, account, &why) ||
        admin_sender_find(&s, &view, a.id, name, &why))
        api_reply_refusal(request, &why);
    else
        api_reply_json(request, status, sender_json(&s, a.name));
}

static void list_senders(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct account a;
    struct refusal why;
    struct sender *rows;
    size_t n;
    enum err e = admin_account_find(&a, &view, segments[0], &why);
    if (e) {
        api_reply_refusal(request, &why);
        return;
    }
    if ((e = store_sender_list(&rows, &n, &view)) != OK) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    for (size_t i = 0; i < n; i++)
        if (rows[i].account_id == a.id)
            json_array_append_new(items, sender_json(&rows[i], a.name));
    present_list(request, items, 0);
}

static void show_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_sender(api, request, 200, segments[0], segments[1]);
}

/* ---- changes ---- */

struct sender_change {
    struct api_change base;
    struct str account;
    struct sender sender;
    bool has_enabled;
};

static void answer_created(struct api_change *c)
{
    reply_sender(c->api, c->request, 201, ((struct sender_change *)c)->account, c->subject);
}

static void answer_sender(struct api_change *c)
{
    reply_sender(c->api, c->request, 200, ((struct sender_change *)c)->account, c->subject);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender_change *c = (struct sender_change *)change;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->account, &change->why);
    if (e)
        return e;
    struct sender there;
    struct refusal none;
    e = admin_sender_find(&there, &tx->view, a.id, c->sender.name, &none);
    if (!e)
        return refuse(&change->why, ERR_EXISTS, "name", STR("the account has this sender already"));
    c->sender.id = store_id_next();
    c->sender.account_id = a.id;
    return e == ERR_NOT_FOUND ? store_sender_insert(tx, &c->sender) : e;
}

static void add_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = ARENA_NEW(request->arena, struct sender_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "name", SENDER_MAX, &c->sender.name))
        fields_refuse(&f, ERR_MISSING, "name", STR("say what recipients will see"));
    else if (sender_check(c->sender.name))
        fields_refuse(&f, ERR_BAD_SENDER, "name",
                      STR("use 3 to 11 letters, digits, spaces and - . , & + _, not digits only; "
                          "or a number of 3 to 15 digits"));
    if (!fields_flag(&f, "enabled", &c->sender.enabled))
        c->sender.enabled = true;
    if (!fields_end(&f))
        return;
    c->account = segments[0];
    c->base.did = "sender_added";
    c->base.subject = c->sender.name;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err find_sender(struct sender *s, struct store_tx *tx, struct sender_change *c)
{
    struct refusal *why = &c->base.change.why;
    struct account a;
    enum err e = admin_account_find(&a, &tx->view, c->account, why);
    return e ? e : admin_sender_find(s, &tx->view, a.id, c->base.subject, why);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender_change *c = (struct sender_change *)change;
    struct sender s;
    enum err e = find_sender(&s, tx, c);
    if (e)
        return e;
    if (c->has_enabled)
        s.enabled = c->sender.enabled;
    return store_sender_update(tx, &s);
}

static void set_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = ARENA_NEW(request->arena, struct sender_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    c->has_enabled = fields_flag(&f, "enabled", &c->sender.enabled);
    if (!fields_end(&f))
        return;
    c->account = segments[0];
    c->base.did = "sender_set";
    c->base.subject = segments[1];
    api_change_post(&c->base, api, request, apply_set, answer_sender);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sender s;
    enum err e = find_sender(&s, tx, (struct sender_change *)change);
    return e ? e : store_sender_delete(tx, s.id);
}

static void remove_sender(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sender_change *c = ARENA_NEW(request->arena, struct sender_change);
    c->account = segments[0];
    c->base.did = "sender_removed";
    c->base.subject = segments[1];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route sender_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/senders", list_senders, RIGHT_VIEW},
    {HTTP_POST, "/api/v1/accounts/{name}/senders", add_sender, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/accounts/{name}/senders/{sender}", show_sender, RIGHT_VIEW},
    {HTTP_PATCH, "/api/v1/accounts/{name}/senders/{sender}", set_sender, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/accounts/{name}/senders/{sender}", remove_sender, RIGHT_OPERATE},
    {0},
};

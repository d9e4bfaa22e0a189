/* SPDX-License-Identifier: Apache-2.0 */
/* The members of one account, and who was invited to become one: an owner's. */
#include "api/actor.h"
#include "api/api_base.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"
#include "core/errand.h"
#include "store/id.h"
#include "store/invite.h"

static json_t *invite_json(const struct invite *i)
{
    return json_pack("{s:o, s:o, s:o, s:s, s:b, s:n, s:b}", "id", present_id(i->id), "email",
                     present_text(i->email), "name", present_text(i->name), "role",
                     role_name(i->role), "totp", false, "last_seen_at", "invited", true);
}

/* ---- reading ---- */

static enum err add_members(json_t *items, struct store_view *view, int64_t account_id)
{
    struct membership *rows;
    size_t n;
    enum err e = store_membership_of_account(&rows, &n, view, account_id);
    for (size_t i = 0; i < n && !e; i++) {
        struct member m;
        e = store_member_get(&m, view, rows[i].member_id);
        if (!e)
            json_array_append_new(items, people_of_account_json(&m, rows[i].role));
        else if (e == ERR_NOT_FOUND) /* removed meanwhile */
            e = OK;
    }
    return e;
}

static enum err add_invites(json_t *items, struct store_view *view, int64_t account_id)
{
    struct invite *rows;
    size_t n;
    enum err e = store_invite_list(&rows, &n, view, account_id, clock_now_us());
    for (size_t i = 0; i < n && !e; i++)
        json_array_append_new(items, invite_json(&rows[i]));
    return e;
}

static void list_members(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    int64_t account_id = actor_account(request)->id;
    json_t *items = json_array();
    enum err e = add_members(items, &view, account_id);
    if (!e)
        e = add_invites(items, &view, account_id);
    if (e) {
        json_decref(items);
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    present_list(request, items, 0);
}

/* ---- inviting ---- */

struct account_member_change {
    struct people_change base;
    struct invite invite;
    int64_t account_id;
    struct str account;
    int64_t id; /* of a member or an invite */
    enum role role;
};

static enum err apply_invite(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_member_change *c = (struct account_member_change *)change;
    struct invite *rows;
    size_t n;
    enum err e = store_invite_list(&rows, &n, &tx->view, c->account_id, tx->now_us);
    if (e)
        return e;
    if (n >= INVITES_MAX)
        return refuse(&change->why, ERR_LIMIT, "email",
                      STR("200 people are invited already: remove some who did not come"));
    c->invite.id = store_id_next();
    e = store_invite_insert(tx, &c->invite);
    struct errand_letter letter = {
        .kind = ERRAND_MAIL_INVITE,
        .to = c->invite.email,
        .language = c->invite.language,
        .account = c->account,
        .url = people_link(c->base.base.api, tx->view.arena, "invite", str_of(c->base.token))};
    return e ? e : errand_letter(core, tx, &letter);
}

/* Where the link goes by e-mail it goes to its address only: who invites a stranger must not be
 * able to become a member in his name. */
static void answer_invited(struct api_change *change)
{
    struct account_member_change *c = (struct account_member_change *)change;
    struct str url =
        people_link(change->api, change->request->arena, "invite", str_of(c->base.token));
    json_t *body = invite_json(&c->invite);
    if (!change->api->config.sends_mail)
        json_object_set_new(body, "invite_url", present_text(url));
    api_reply_json(change->request, 201, body);
}

static void invite_member(struct api *api, struct http_request *request, const struct str *segments)
{
    struct account_member_change *c = ARENA_NEW(request->arena, struct account_member_change);
    struct invite *i = &c->invite;
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!people_read_email(&f, &i->email))
        fields_refuse(&f, ERR_MISSING, "email", STR("say whom you invite"));
    if (!people_read_name(&f, &i->name))
        i->name = i->email;
    if (!people_read_language(&f, &i->language))
        i->language = STR("en");
    if (!people_read_role(&f, &i->role))
        fields_refuse(&f, ERR_MISSING, "role", STR("write viewer, agent, sender or owner"));
    if (!fields_end(&f))
        return;
    c->account_id = i->account_id = actor_account(request)->id;
    c->account = segments[0];
    people_token(&c->base);
    i->digest = (struct str){(const char *)c->base.digest, SECRET_DIGEST_SIZE};
    c->base.base.did = "member_invited";
    c->base.base.subject = i->email;
    people_post(&c->base, api, request, apply_invite, answer_invited);
}

/* ---- roles ---- */

static struct account_member_change *change_of(struct api *api, struct http_request *request,
                                               const struct str *segments)
{
    struct account_member_change *c = ARENA_NEW(request->arena, struct account_member_change);
    if (!fields_id(&c->id, request, segments[1], "member"))
        return NULL;
    c->account_id = actor_account(request)->id;
    c->base.base.subject = segments[1];
    return c;
}

static enum err refuse_stranger(struct change *change)
{
    return refuse(&change->why, ERR_NOT_FOUND, "id",
                  STR("the account has no member of this id, and nobody of it is invited"));
}

static enum err apply_role(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_member_change *c = (struct account_member_change *)change;
    struct membership m;
    enum err e = store_membership_get(&m, &tx->view, c->id, c->account_id);
    m.role = c->role;
    if (!e)
        return store_membership_put(tx, &m);
    if (e == ERR_NOT_FOUND)
        e = store_invite_role(tx, c->account_id, c->id, c->role);
    return e == ERR_NOT_FOUND ? refuse_stranger(change) : e;
}

/* As the list shows one. */
static void answer_role(struct api_change *change)
{
    struct account_member_change *c = (struct account_member_change *)change;
    struct store_view view = api_view(change->api, change->request);
    json_t *items = json_array();
    json_t *found = NULL;
    size_t at;
    json_t *item;
    enum err e = add_members(items, &view, c->account_id);
    if (!e)
        e = add_invites(items, &view, c->account_id);
    json_array_foreach(items, at, item)
    {
        const char *id = json_string_value(json_object_get(item, "id"));
        if (str_eq(str_of(id), change->subject))
            found = json_incref(item);
    }
    json_decref(items);
    if (found)
        api_reply_json(change->request, 200, found);
    else
        api_reply_error(change->request, e ? e : ERR_NOT_FOUND, "id", (struct str){0});
}

static void set_role(struct api *api, struct http_request *request, const struct str *segments)
{
    struct account_member_change *c = change_of(api, request, segments);
    struct fields f;
    if (!c || !fields_of_body(&f, request))
        return;
    if (!people_read_role(&f, &c->role))
        fields_refuse(&f, ERR_MISSING, "role", STR("write viewer, agent, sender or owner"));
    if (!fields_end(&f))
        return;
    c->base.base.did = "member_role_set";
    people_post(&c->base, api, request, apply_role, answer_role);
}

/* Who is nobody's member any more, and no operator, is gone. */
static enum err leave(struct store_tx *tx, const struct member *m, int64_t account_id)
{
    struct membership *rest;
    size_t n;
    enum err e = store_membership_delete(tx, m->id, account_id);
    if (!e)
        e = store_membership_of_member(&rest, &n, &tx->view, m->id);
    return e || n || m->is_operator ? e : store_member_delete(tx, m->id);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct account_member_change *c = (struct account_member_change *)change;
    struct membership there;
    struct member m;
    enum err e = store_membership_get(&there, &tx->view, c->id, c->account_id);
    if (!e)
        e = store_member_get(&m, &tx->view, c->id);
    if (!e)
        return leave(tx, &m, c->account_id);
    if (e == ERR_NOT_FOUND)
        e = store_invite_delete(tx, c->account_id, c->id);
    return e == ERR_NOT_FOUND ? refuse_stranger(change) : e;
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static void remove_member(struct api *api, struct http_request *request, const struct str *segments)
{
    struct account_member_change *c = change_of(api, request, segments);
    if (!c)
        return;
    c->base.base.did = "member_left";
    people_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route account_member_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/members", list_members, RIGHT_OWN},
    {HTTP_POST, "/api/v1/accounts/{name}/members", invite_member, RIGHT_OWN},
    {HTTP_PATCH, "/api/v1/accounts/{name}/members/{id}", set_role, RIGHT_OWN},
    {HTTP_DELETE, "/api/v1/accounts/{name}/members/{id}", remove_member, RIGHT_OWN},
    {0},
};

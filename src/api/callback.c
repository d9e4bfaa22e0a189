/* SPDX-License-Identifier: Apache-2.0 */
/* Where an account is told of replies, receipts and STOPs. */
#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "core/errand.h"

enum { SECRET_MAX = 128, PROFILE_MAX = 16 };

/* A secret is shown in the answer to who has it made, and never again. */
static json_t *setting_json(const struct callback_setting *s, struct str account, struct str secret)
{
    json_t *json =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "account", present_text(account), "profile",
                  s ? json_string(callback_profile_name(s->profile)) : json_null(), "replies",
                  present_text_or_null(s ? s->replies_url : STR("")), "receipts",
                  present_text_or_null(s ? s->receipts_url : STR("")), "stops",
                  present_text_or_null(s ? s->stops_url : STR("")), "signed",
                  s && s->secret.n && s->profile == PROFILE_NAVETTE);
    if (secret.n)
        json_object_set_new(json, "secret", present_text(secret));
    return json;
}

static void reply_setting(struct api *api, struct http_request *request, struct str secret)
{
    const struct directory *d = core_directory(api_core(api));
    const struct account *a = actor_account(request);
    api_reply_json(request, 200, setting_json(directory_callback(d, a->id), a->name, secret));
    directory_release(d);
}

static void show_callback(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_setting(api, request, (struct str){0});
}

struct callback_change {
    struct api_change base;
    struct callback_setting setting; /* what is asked for */
    bool has_profile, has_replies, has_receipts, has_stops, has_secret, makes_secret;
    struct str made;
};

static void read_secret(struct fields *f, struct callback_change *c)
{
    if (!fields_text(f, "secret", SECRET_MAX, &c->setting.secret))
        return;
    c->has_secret = true;
    c->makes_secret = str_eq(c->setting.secret, STR("new"));
    if (!c->makes_secret && errand_secret_check(c->setting.secret))
        fields_refuse(f, ERR_INVALID, "secret",
                      STR("say new, or whsec_ and the base64 of 24 to 64 bytes"));
}

static void read_profile(struct fields *f, struct callback_change *c)
{
    struct str name;
    c->has_profile = fields_text(f, "profile", PROFILE_MAX, &name);
    if (c->has_profile && callback_profile_parse(&c->setting.profile, name))
        fields_refuse(f, ERR_INVALID, "profile", STR("say ovh, octopush or navette"));
}

static void merge(struct callback_setting *s, const struct callback_change *c)
{
    if (c->has_profile)
        s->profile = c->setting.profile;
    if (c->has_replies)
        s->replies_url = c->setting.replies_url;
    if (c->has_receipts)
        s->receipts_url = c->setting.receipts_url;
    if (c->has_stops)
        s->stops_url = c->setting.stops_url;
    if (c->has_secret)
        s->secret = c->setting.secret;
}

static enum err find_setting(struct callback_setting *out, struct store_view *view,
                             int64_t account_id)
{
    struct callback_setting *all;
    size_t n;
    enum err e = store_callback_list(&all, &n, view);
    *out = (struct callback_setting){.account_id = account_id, .profile = PROFILE_NAVETTE};
    for (size_t i = 0; i < n && !e; i++)
        if (all[i].account_id == account_id)
            *out = all[i];
    return e;
}

/* Of a secret only that there is one. */
static json_t *show_change(struct api_change *c, struct store_view *view)
{
    const struct account *a = actor_account(c->request);
    struct callback_setting s;
    return find_setting(&s, view, a->id) ? NULL : setting_json(&s, a->name, (struct str){0});
}

/* Our own profile is always signed: with no secret yet, one is made. */
static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct callback_change *c = (struct callback_change *)change;
    struct account a;
    struct callback_setting s;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    if (!e)
        e = find_setting(&s, &tx->view, a.id);
    if (e)
        return e;
    merge(&s, c);
    if (c->makes_secret || (s.profile == PROFILE_NAVETTE && !s.secret.n))
        s.secret = c->made = errand_secret_new(change->arena);
    return store_callback_put(tx, &s);
}

static void answer_set(struct api_change *change)
{
    struct callback_change *c = (struct callback_change *)change;
    reply_setting(change->api, change->request, c->made);
}

static void set_callback(struct api *api, struct http_request *request, const struct str *segments)
{
    struct callback_change *c = ARENA_NEW(request->arena, struct callback_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_profile(&f, c);
    c->has_replies = fields_url(&f, "replies", &c->setting.replies_url);
    c->has_receipts = fields_url(&f, "receipts", &c->setting.receipts_url);
    c->has_stops = fields_url(&f, "stops", &c->setting.stops_url);
    read_secret(&f, c);
    if (!fields_end(&f))
        return;
    c->base.did = "callback_set";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_set);
}

const struct api_route callback_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/callback", show_callback, RIGHT_OWN},
    {HTTP_PATCH, "/api/v1/accounts/{name}/callback", set_callback, RIGHT_OWN},
    {0},
};

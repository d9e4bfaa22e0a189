/* SPDX-License-Identifier: Apache-2.0 */
/* What a reply to an account starts by itself. */
#include "store/reply.h"

#include "api/actor.h"
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "text/text.h"

enum { TEXT_MOST = 8192, URL_MOST = 1000 };

static json_t *setting_json(const struct reply_setting *s, struct str account)
{
    struct text_weight weight = {0};
    bool counted = s->text.n && !text_weigh(&weight, s->text, TEXT_CHOOSE, NULL);
    return json_pack("{s:o, s:s, s:o, s:I, s:o, s:o, s:I}", "account", present_text(account),
                     "action", reply_action_name(s->action), "text", present_text(s->text), "parts",
                     (json_int_t)weight.parts, "encoding",
                     counted ? json_string(text_encoding_name(weight.encoding)) : json_null(),
                     "url", present_text(s->url), "an_hour", (json_int_t)s->an_hour);
}

/* As it stands, or as it is while nothing was set. */
static enum err find_setting(struct reply_setting *out, struct store_view *view, int64_t account_id)
{
    struct reply_setting *rows;
    size_t n;
    enum err e = store_reply_setting_list(&rows, &n, view);
    *out = (struct reply_setting){
        .account_id = account_id, .text = STR(""), .url = STR(""), .an_hour = REPLY_AN_HOUR};
    for (size_t i = 0; i < n && !e; i++)
        if (rows[i].account_id == account_id)
            *out = rows[i];
    return e;
}

static void reply_setting(struct api *api, struct http_request *request)
{
    struct store_view view = api_view(api, request);
    const struct account *a = actor_account(request);
    struct reply_setting s;
    enum err e = find_setting(&s, &view, a->id);
    if (e)
        api_reply_error(request, e, NULL, (struct str){0});
    else
        api_reply_json(request, 200, setting_json(&s, a->name));
}

static void show_reply(struct api *api, struct http_request *request, const struct str *segments)
{
    reply_setting(api, request);
}

/* ---- changes ---- */

struct reply_change {
    struct api_change base;
    struct reply_setting setting; /* what to set */
    bool has_action, has_text, has_url, has_an_hour;
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    const struct account *a = actor_account(c->request);
    struct reply_setting s;
    return find_setting(&s, view, a->id) ? NULL : setting_json(&s, a->name);
}

static void answer_reply(struct api_change *c)
{
    reply_setting(c->api, c->request);
}

/* As it leaves the account: not too long for it, and no NUL in it. */
static enum err check_text(const struct reply_setting *s, const struct account *a,
                           struct refusal *why)
{
    struct text_weight weight;
    if (s->action == REPLY_TEXT && !s->text.n)
        return refuse(why, ERR_MISSING, "text", STR("say what replies are answered"));
    enum err e = text_weigh(&weight, s->text, TEXT_CHOOSE, NULL);
    if (e == ERR_BAD_UTF8 || memchr(s->text.n ? s->text.p : "-", 0, s->text.n))
        return refuse(why, ERR_BAD_UTF8, "text", STR("must be UTF-8 without NUL"));
    if (e || weight.parts > a->max_parts)
        return refuse(why, ERR_TOO_LONG, "text",
                      STR("takes more parts than this account allows: shorten it"));
    return OK;
}

static enum err check_url(const struct reply_setting *s, struct refusal *why)
{
    bool http = str_starts(s->url, STR("http://")) || str_starts(s->url, STR("https://"));
    if (s->action == REPLY_CGI && !s->url.n)
        return refuse(why, ERR_MISSING, "url", STR("say which URL is called"));
    bool good = !s->url.n || http;
    for (size_t i = 0; i < s->url.n && good; i++)
        good = s->url.p[i] > ' ' && s->url.p[i] != 0x7F;
    return good ? OK
                : refuse(why, ERR_INVALID, "url",
                         STR("must begin with http:// or https:// and have no blanks"));
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct reply_change *c = (struct reply_change *)change;
    struct account a;
    struct reply_setting s;
    (void)core;
    enum err e = admin_account_find(&a, &tx->view, c->base.subject, &change->why);
    if (!e)
        e = find_setting(&s, &tx->view, a.id);
    if (e)
        return e;
    if (c->has_action)
        s.action = c->setting.action;
    if (c->has_text)
        s.text = c->setting.text.n ? c->setting.text : STR("");
    if (c->has_url)
        s.url = c->setting.url.n ? c->setting.url : STR("");
    if (c->has_an_hour)
        s.an_hour = c->setting.an_hour;
    e = check_text(&s, &a, &change->why);
    if (!e)
        e = check_url(&s, &change->why);
    return e ? e : store_reply_setting_put(tx, &s);
}

static void set_reply(struct api *api, struct http_request *request, const struct str *segments)
{
    struct reply_change *c = ARENA_NEW(request->arena, struct reply_change);
    struct fields f;
    struct str action;
    if (!fields_of_body(&f, request))
        return;
    c->has_action = fields_text(&f, "action", ADMIN_NAME_MAX, &action);
    if (c->has_action && reply_action_parse(&c->setting.action, action))
        fields_refuse(&f, ERR_INVALID, "action", STR("write none, text or cgi"));
    c->has_text = fields_text_or_null(&f, "text", TEXT_MOST, &c->setting.text);
    c->has_url = fields_text_or_null(&f, "url", URL_MOST, &c->setting.url);
    c->has_an_hour = fields_number(&f, "an_hour", 0, REPLY_AN_HOUR_MAX, &c->setting.an_hour);
    if (!fields_end(&f))
        return;
    c->base.did = "reply_set";
    c->base.show = show_change;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_reply);
}

const struct api_route reply_routes[] = {
    {HTTP_GET, "/api/v1/accounts/{name}/reply", show_reply, RIGHT_VIEW},
    {HTTP_PATCH, "/api/v1/accounts/{name}/reply", set_reply, RIGHT_OWN},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Who is signed in, and signing out. */
#include "api/api_base.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"
#include "api/presented.h"
#include "core/admin.h"

enum { COOKIE_AGE_S = 30 * 24 * 3600 };

/* ---- who is signed in ---- */

static json_t *rights_json(unsigned rights)
{
    static const struct {
        enum right right;
        const char *name;
    } names[] = {{RIGHT_VIEW, "view"},
                 {RIGHT_CHAT, "chat"},
                 {RIGHT_SEND, "send"},
                 {RIGHT_OWN, "own"},
                 {RIGHT_OPERATE, "operate"}};
    json_t *out = json_array();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (rights & names[i].right)
            json_array_append_new(out, json_string(names[i].name));
    return out;
}

static json_t *countries_json(const struct directory *d, int64_t account_id)
{
    json_t *out = json_array();
    for (size_t i = 0; i < d->two_ways_n; i++)
        if (d->two_ways[i].account_id == account_id)
            json_array_append_new(out, present_text(d->two_ways[i].country));
    return out;
}

static json_t *account_json(const struct account *a, const char *role, unsigned rights,
                            const struct directory *d)
{
    return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o}", "name", present_text(a->name), "role", role,
                     "rights", rights_json(rights), "credits", present_credits(a->balance),
                     "timezone", present_text(a->timezone), "two_way", countries_json(d, a->id));
}

static const struct membership *membership_of(const struct membership *all, size_t n,
                                              int64_t account_id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].account_id == account_id)
            return &all[i];
    return NULL;
}

/* Fills what a member sees of the accounts. */
static enum err add_accounts(json_t *out, struct api *api, struct store_view *view,
                             const struct member *m)
{
    struct membership *own;
    struct account *rows;
    size_t own_n;
    size_t n;
    enum err e = store_membership_of_member(&own, &own_n, view, m->id);
    if (!e)
        e = store_account_list(&rows, &n, view);
    if (e)
        return e;
    const struct directory *d = core_directory(api_core(api));
    for (size_t i = 0; i < n; i++) {
        const struct membership *p = membership_of(own, own_n, rows[i].id);
        unsigned rights = m->is_operator ? RIGHTS_ALL : p ? access_rights_of_role(p->role) : 0;
        if (rights)
            json_array_append_new(
                out, account_json(&rows[i], m->is_operator ? "operator" : role_name(p->role),
                                  rights, d));
    }
    directory_release(d);
    return OK;
}

static json_t *demo_json(struct api *api)
{
    const char *phones = api->config.phones_url;
    return phones ? json_pack("{s:s, s:s, s:s}", "email", API_DEMO_EMAIL, "password",
                              API_DEMO_PASSWORD, "phones_url", phones)
                  : json_null();
}

/* What stands in every answer. */
static enum err begin_answer(json_t *out, struct api *api, struct store_view *view)
{
    bool any;
    enum err e = store_member_any(&any, view);
    json_object_set_new(out, "first_run", json_boolean(!any));
    json_object_set_new(out, "version", json_string(api->config.version));
    json_object_set_new(out, "languages", json_pack("[s, s]", "en", "fr"));
    json_object_set_new(out, "demo", demo_json(api));
    return e;
}

static enum err add_member(json_t *out, struct api *api, struct store_view *view, int64_t id,
                           struct str cookie)
{
    struct member m;
    char csrf[CSRF_SIZE];
    enum err e = store_member_get(&m, view, id);
    if (e)
        return e;
    access_csrf(csrf, cookie);
    json_t *accounts = json_array();
    json_object_set_new(out, "signed_in", json_true());
    json_object_set_new(out, "csrf_token", json_string(csrf));
    json_object_set_new(out, "member",
                        json_pack("{s:o, s:o, s:o, s:o, s:b, s:b}", "id", present_id(m.id), "email",
                                  present_text(m.email), "name", present_text(m.name), "language",
                                  present_text(m.language), "operator", m.is_operator, "totp",
                                  m.totp_on));
    json_object_set_new(out, "accounts", accounts);
    return add_accounts(accounts, api, view, &m);
}

const char *people_set_cookie(struct api *api, struct arena *arena, const char *name,
                              struct str secret, int age_s)
{
    return arena_printf(arena, "%s=%.*s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s", name,
                        STR_FMT(secret), age_s, api->is_https ? "; Secure" : "")
        .p;
}

void people_session_reply(struct api *api, struct http_request *request, int64_t member_id,
                          struct str cookie, const char *const *headers)
{
    static const char *const no_store[] = {"Cache-Control", "no-store", NULL};
    struct store_view view = api_view(api, request);
    json_t *body = json_object();
    enum err e = begin_answer(body, api, &view);
    if (!e && member_id)
        e = add_member(body, api, &view, member_id, cookie);
    else if (!e)
        json_object_set_new(body, "signed_in", json_false());
    if (!e) {
        api_reply_json_headers(request, 200, body, headers ? headers : no_store);
        return;
    }
    json_decref(body);
    api_reply_error(request, e, NULL, (struct str){0});
}

void people_reply_signed_in(struct people_change *c)
{
    struct http_request *request = c->base.request;
    const char *const headers[] = {"Cache-Control", "no-store", "Set-Cookie",
                                   people_set_cookie(c->base.api, request->arena, SESSION_COOKIE,
                                                     str_of(c->token), COOKIE_AGE_S),
                                   NULL};
    people_session_reply(c->base.api, request, c->member.id, str_of(c->token), headers);
}

bool people_cookie(struct str *out, const struct http_request *request)
{
    return presented_cookie(out, http_header(request, "Cookie"), STR(SESSION_COOKIE));
}

static void show_session(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct actor *a = actor_of(request);
    struct str cookie = {0};
    if (!people_cookie(&cookie, request))
        cookie = (struct str){0};
    people_session_reply(api, request, a->kind == ACTOR_MEMBER ? a->id : 0, cookie, NULL);
}

/* ---- signing out ---- */

static enum err apply_sign_out(struct core *core, struct store_tx *tx, struct change *change)
{
    const struct actor *a = actor_of(((struct api_change *)change)->request);
    enum err e = store_session_delete(tx, a->id, a->session_id);
    return e == ERR_NOT_FOUND ? OK : e; /* ended elsewhere meanwhile */
}

static void answer_signed_out(struct api_change *c)
{
    static const char *const headers[] = {
        "Set-Cookie", SESSION_COOKIE "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
        "Cache-Control", "no-store", NULL};
    http_reply_headers(c->request, 204, NULL, (struct str){0}, headers);
}

static void sign_out(struct api *api, struct http_request *request, const struct str *segments)
{
    struct people_change *c = ARENA_NEW(request->arena, struct people_change);
    if (!people_is_member(request))
        return;
    c->base.did = "signed_out";
    c->base.subject = actor_of(request)->name;
    people_post(c, api, request, apply_sign_out, answer_signed_out);
}

const struct api_route session_routes[] = {
    {HTTP_GET, "/api/v1/session", show_session, RIGHT_ANYONE},
    {HTTP_DELETE, "/api/v1/session", sign_out, RIGHT_SIGNED_IN},
    {0},
};

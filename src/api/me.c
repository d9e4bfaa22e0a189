/* SPDX-License-Identifier: Apache-2.0 */
/* A member's own affairs. */
#include "api/api_base.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"

static void reply_me(struct api *api, struct http_request *request)
{
    struct store_view view = api_view(api, request);
    struct member m;
    int64_t codes = 0;
    enum err e = store_member_get(&m, &view, actor_of(request)->id);
    if (!e)
        e = store_recovery_count(&codes, &view, m.id);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    api_reply_json(request, 200,
                   json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:o}", "id", present_id(m.id),
                             "email", present_text(m.email), "name", present_text(m.name),
                             "language", present_text(m.language), "operator", m.is_operator,
                             "totp", m.totp_on, "recovery_codes_left", (json_int_t)codes,
                             "created_at", present_time(m.created_at_us)));
}

static void show_me(struct api *api, struct http_request *request, const struct str *segments)
{
    if (people_is_member(request))
        reply_me(api, request);
}

/* ---- name, language, password ---- */

struct me_change {
    struct people_change base;
    struct credential_check check;
    struct api *api;
    struct http_request *request;
    struct str old_password;
};

static enum err apply_me(struct core *core, struct store_tx *tx, struct change *change)
{
    struct me_change *c = (struct me_change *)change;
    const struct people_change *p = &c->base;
    const struct actor *a = actor_of(p->base.request);
    struct member m;
    enum err e = store_member_get(&m, &tx->view, a->id);
    if (!e && p->password.n && !str_eq(m.password, c->check.stored))
        e = refuse(&change->why, ERR_CONFLICT, "old_password",
                   STR("your password was changed meanwhile: try again"));
    if (e)
        return e;
    if (p->has_name)
        m.name = p->member.name;
    if (p->has_language)
        m.language = p->member.language;
    if (p->password.n)
        m.password = p->member.password;
    e = store_member_update(tx, &m);
    if (!e && p->password.n)
        e = store_session_delete_others(tx, m.id, a->session_id);
    return !e && p->password.n ? store_token_delete(tx, TOKEN_PASSWORD, m.id) : e;
}

static void answer_me(struct api_change *c)
{
    reply_me(c->api, c->request);
}

static void on_checked(struct credential_check *check)
{
    struct me_change *c = (struct me_change *)((char *)check - offsetof(struct me_change, check));
    if (check->err == ERR_UNAUTHORIZED)
        api_reply_error(c->request, ERR_FORBIDDEN, "old_password",
                        STR("this is not your present password"));
    else if (check->err)
        api_reply_error(c->request, check->err, NULL, (struct str){0});
    else {
        guard_succeeded(c->api->guard, &c->base.try);
        people_post(&c->base, c->api, c->request, apply_me, answer_me);
    }
}

/* Whoever sits at somebody's open panel may guess no faster than at the door. */
static void check_password(struct me_change *c)
{
    c->base.try = (struct guard_try){
        .email = arena_printf(c->request->arena, "own %.*s", STR_FMT(actor_of(c->request)->name)),
        .peer = &c->request->peer};
    if (!people_may_try(c->api, c->request, &c->base.try))
        return;
    struct store_view view = api_view(c->api, c->request);
    struct member m;
    enum err e = store_member_get(&m, &view, actor_of(c->request)->id);
    if (e) {
        api_reply_error(c->request, e, NULL, (struct str){0});
        return;
    }
    c->check = (struct credential_check){.account = STR("member"),
                                         .login = m.email,
                                         .password = c->old_password,
                                         .stored = m.password,
                                         .asker = secret_hash(m.email),
                                         .done = on_checked};
    if (credentials_check(c->api->credentials, &c->check))
        on_checked(&c->check);
}

static void set_me(struct api *api, struct http_request *request, const struct str *segments)
{
    struct me_change *c = ARENA_NEW(request->arena, struct me_change);
    struct people_change *p = &c->base;
    struct fields f;
    if (!people_is_member(request) || !fields_of_body(&f, request))
        return;
    p->has_name = people_read_name(&f, &p->member.name);
    p->has_language = people_read_language(&f, &p->member.language);
    bool old = fields_text(&f, "old_password", PEOPLE_PASSWORD_MAX, &c->old_password);
    if (people_read_password(&f, "password", &p->password) && !old)
        fields_refuse(&f, ERR_MISSING, "old_password", STR("write your present password too"));
    if (!fields_end(&f))
        return;
    c->api = api;
    c->request = request;
    p->base.did = p->password.n ? "own_password_set" : "me_set";
    p->base.subject = actor_of(request)->name;
    if (p->password.n)
        check_password(c);
    else
        people_post(p, api, request, apply_me, answer_me);
}

/* ---- sessions ---- */

static void list_sessions(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct actor *a = actor_of(request);
    struct store_view view = api_view(api, request);
    struct session *rows;
    size_t n;
    if (!people_is_member(request))
        return;
    enum err e = store_session_list(&rows, &n, &view, a->id);
    if (e) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    json_t *items = json_array();
    int64_t now_us = clock_now_us();
    for (size_t i = 0; i < n; i++)
        if (store_session_holds(&rows[i], now_us))
            json_array_append_new(
                items,
                json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "id", present_id(rows[i].id),
                          "created_at", present_time(rows[i].created_at_us), "last_seen_at",
                          present_time(rows[i].seen_at_us), "from_address",
                          present_text(rows[i].from_address), "agent", present_text(rows[i].agent),
                          "current", rows[i].id == a->session_id));
    present_list(request, items, 0);
}

struct session_change {
    struct people_change base;
    int64_t id;
};

static enum err apply_end(struct core *core, struct store_tx *tx, struct change *change)
{
    struct session_change *c = (struct session_change *)change;
    enum err e = store_session_delete(tx, actor_of(c->base.base.request)->id, c->id);
    return e == ERR_NOT_FOUND ? refuse(&change->why, e, "id", STR("you have no session of this id"))
                              : e;
}

static void answer_ended(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static void end_session(struct api *api, struct http_request *request, const struct str *segments)
{
    struct session_change *c = ARENA_NEW(request->arena, struct session_change);
    if (!people_is_member(request) || !fields_id(&c->id, request, segments[0], "session"))
        return;
    c->base.base.did = "session_ended";
    c->base.base.subject = segments[0];
    people_post(&c->base, api, request, apply_end, answer_ended);
}

const struct api_route me_routes[] = {
    {HTTP_GET, "/api/v1/me", show_me, RIGHT_SIGNED_IN},
    {HTTP_PATCH, "/api/v1/me", set_me, RIGHT_SIGNED_IN},
    {HTTP_GET, "/api/v1/me/sessions", list_sessions, RIGHT_SIGNED_IN},
    {HTTP_DELETE, "/api/v1/me/sessions/{id}", end_session, RIGHT_SIGNED_IN},
    {0},
};

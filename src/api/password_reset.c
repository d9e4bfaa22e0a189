/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A forgotten password: a link by e-mail, which sets another one. Whether an address is a member's
 * shows neither in the answer nor in the time it takes.
 */
#include "api/api_base.h"
#include "api/fields.h"
#include "api/people.h"
#include "core/errand.h"

#define LINK_HOLDS_US HOUR_US
enum { LINKS_AN_HOUR = 5 }; /* to one member */

/* ---- asking ---- */

static enum err send_link(struct core *core, struct store_tx *tx, struct people_change *c,
                          const struct member *m)
{
    struct token token = {.digest = {(const char *)c->digest, SECRET_DIGEST_SIZE},
                          .kind = TOKEN_PASSWORD,
                          .member_id = m->id,
                          .expires_at_us = tx->now_us + LINK_HOLDS_US};
    struct errand_letter letter = {
        .kind = ERRAND_MAIL_PASSWORD,
        .to = m->email,
        .language = m->language,
        .url = people_link(c->base.api, tx->view.arena, "reset", str_of(c->token))};
    int64_t sent;
    enum err e = store_token_count(&sent, &tx->view, TOKEN_PASSWORD, m->id, tx->now_us);
    if (e || sent >= LINKS_AN_HOUR)
        return e;
    e = store_token_insert(tx, &token);
    return e ? e : errand_letter(core, tx, &letter);
}

static enum err apply_ask(struct core *core, struct store_tx *tx, struct change *change)
{
    struct people_change *c = (struct people_change *)change;
    struct member m;
    /* A commit for whoever asks, so that its time tells nothing. */
    enum err e = store_setting_set(tx, STR("password_reset_asked"), tx->now_us);
    enum err found = store_member_find(&m, &tx->view, c->member.email);
    if (e || found)
        return e ? e : found == ERR_NOT_FOUND ? OK : found;
    return send_link(core, tx, c, &m);
}

static void answer_asked(struct api_change *c)
{
    http_reply(c->request, 202, NULL, (struct str){0});
}

static void ask(struct api *api, struct http_request *request, const struct str *segments)
{
    struct people_change *c = ARENA_NEW(request->arena, struct people_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!people_read_email(&f, &c->member.email))
        fields_refuse(&f, ERR_MISSING, "email", STR("write the address you sign in with"));
    if (!fields_end(&f))
        return;
    c->try = (struct guard_try){
        .email = arena_printf(request->arena, "reset %.*s", STR_FMT(c->member.email)),
        .peer = &request->peer};
    if (!people_may_try(api, request, &c->try))
        return;
    people_token(c);
    c->base.did = "password_reset_asked";
    c->base.silent = true;
    people_post(c, api, request, apply_ask, answer_asked);
}

/* ---- setting ---- */

struct reset {
    struct people_change base;
    struct str secret;
};

static enum err find_link(struct token *out, struct reset *r, struct store_view *view,
                          int64_t now_us, struct refusal *why)
{
    uint8_t *digest = arena_alloc(view->arena, SECRET_DIGEST_SIZE);
    secret_fingerprint(digest, r->secret);
    enum err e = store_token_find(out, view, TOKEN_PASSWORD,
                                  (struct str){(char *)digest, SECRET_DIGEST_SIZE}, now_us);
    return e == ERR_NOT_FOUND
               ? refuse(why, e, "token",
                        STR("this link was used or is older than an hour: ask for another one"))
           : e ? refuse(why, e, NULL, (struct str){0})
               : OK;
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct reset *r = (struct reset *)change;
    struct token token;
    struct member m;
    enum err e = find_link(&token, r, &tx->view, tx->now_us, &change->why);
    if (!e)
        e = store_member_get(&m, &tx->view, token.member_id);
    if (e)
        return e;
    m.password = r->base.member.password;
    e = store_member_update(tx, &m);
    if (!e)
        e = store_session_delete_others(tx, m.id, 0);
    return e ? e : store_token_delete(tx, TOKEN_PASSWORD, m.id);
}

static void answer_set(struct api_change *c)
{
    people_session_reply(c->api, c->request, 0, (struct str){0}, NULL);
}

/* Before a password is hashed for who knows no link. */
static bool may_set(struct reset *r, struct api *api, struct http_request *request)
{
    struct store_view view = api_view(api, request);
    struct refusal why = {0};
    struct token token;
    struct member m;
    enum err e = find_link(&token, r, &view, clock_now_us(), &why);
    if (!e)
        e = store_member_get(&m, &view, token.member_id);
    if (e) {
        why.err = e;
        api_reply_refusal(request, &why);
        return false;
    }
    r->base.base.subject = m.email;
    return true;
}

static void set(struct api *api, struct http_request *request, const struct str *segments)
{
    struct reset *r = ARENA_NEW(request->arena, struct reset);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!people_read_password(&f, "password", &r->base.password))
        fields_refuse(&f, ERR_MISSING, "password", STR("choose a password"));
    r->secret = segments[0];
    if (!fields_end(&f) || !may_set(r, api, request))
        return;
    r->base.base.did = "password_reset";
    people_post(&r->base, api, request, apply_set, answer_set);
}

const struct api_route password_reset_routes[] = {
    {HTTP_POST, "/api/v1/password-reset", ask, RIGHT_ANYONE},
    {HTTP_POST, "/api/v1/password-reset/{token}", set, RIGHT_ANYONE},
    {0},
};

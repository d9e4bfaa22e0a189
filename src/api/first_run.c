/* SPDX-License-Identifier: Apache-2.0 */
/* The first member of an installation: whoever has the code that the server printed. */
#include "api/fields.h"
#include "api/people.h"
#include "store/id.h"

#define SETUP_HOLDS_US (7 * DAY_US)
enum { CODE_MAX = 64 };

static enum err refuse_any(struct store_tx *tx, struct change *change)
{
    bool any;
    enum err e = store_member_any(&any, &tx->view);
    return e     ? e
           : any ? refuse(&change->why, ERR_CONFLICT, NULL,
                          STR("there are members already: sign in, or ask an operator"))
                 : OK;
}

/* ---- the code ---- */

static enum err apply_code(struct core *core, struct store_tx *tx, struct change *change)
{
    const struct people_change *c = (const struct people_change *)change;
    struct token token = {.digest = {(const char *)c->digest, SECRET_DIGEST_SIZE},
                          .kind = TOKEN_SETUP,
                          .expires_at_us = tx->now_us + SETUP_HOLDS_US};
    enum err e = refuse_any(tx, change);
    return e ? e : store_token_insert(tx, &token);
}

static void answer_code(struct api_change *c)
{
    struct people_change *p = (struct people_change *)c;
    struct str link = people_link(c->api, c->request->arena, "first-run", str_of(p->token));
    api_reply_json(c->request, 201, json_pack("{s:s, s:s}", "setup_code", p->token, "url", link.p));
}

static void make_code(struct api *api, struct http_request *request, const struct str *segments)
{
    struct people_change *c = ARENA_NEW(request->arena, struct people_change);
    people_token(c);
    c->base.did = "setup_code_made";
    people_post(c, api, request, apply_code, answer_code);
}

/* ---- the first member ---- */

struct first_run {
    struct people_change base;
    struct str setup_code;
};

/* Of who knows no code no password is hashed. */
static enum err find_code(struct first_run *f, struct store_view *view, int64_t now_us,
                          struct refusal *why)
{
    uint8_t digest[SECRET_DIGEST_SIZE];
    struct token token;
    secret_fingerprint(digest, f->setup_code);
    enum err e = store_token_find(&token, view, TOKEN_SETUP,
                                  (struct str){(char *)digest, sizeof(digest)}, now_us);
    return e == ERR_NOT_FOUND
               ? refuse(why, ERR_FORBIDDEN, "setup_code",
                        STR("this code does not hold: open the link that the server printed at "
                            "its last start, or have it print another: `navette member "
                            "first-run`"))
               : e;
}

static enum err apply_first(struct core *core, struct store_tx *tx, struct change *change)
{
    struct first_run *f = (struct first_run *)change;
    enum err e = refuse_any(tx, change);
    if (!e)
        e = find_code(f, &tx->view, tx->now_us, &change->why);
    if (e)
        return e;
    f->base.member.id = store_id_next();
    e = store_member_insert(tx, &f->base.member);
    if (!e)
        e = store_token_delete(tx, TOKEN_SETUP, 0);
    return e ? e : people_session_begin(tx, &f->base);
}

static void answer_first(struct api_change *c)
{
    people_reply_signed_in((struct people_change *)c);
}

static void first_run(struct api *api, struct http_request *request, const struct str *segments)
{
    struct first_run *c = ARENA_NEW(request->arena, struct first_run);
    struct member *m = &c->base.member;
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "setup_code", CODE_MAX, &c->setup_code))
        fields_refuse(&f, ERR_MISSING, "setup_code", STR("open the link that the server printed"));
    if (!people_read_name(&f, &m->name))
        fields_refuse(&f, ERR_MISSING, "name", STR("say what you are called"));
    if (!people_read_email(&f, &m->email))
        fields_refuse(&f, ERR_MISSING, "email", STR("say with which address you will sign in"));
    if (!people_read_password(&f, "password", &c->base.password))
        fields_refuse(&f, ERR_MISSING, "password", STR("choose a password"));
    if (!people_read_language(&f, &m->language))
        m->language = STR("en");
    if (!fields_end(&f))
        return;
    struct store_view view = api_view(api, request);
    struct refusal why = {0};
    enum err e = find_code(c, &view, clock_now_us(), &why);
    if (e) {
        why.err = e;
        api_reply_refusal(request, &why);
        return;
    }
    m->is_operator = true;
    people_token(&c->base);
    c->base.base.did = "first_member_added";
    c->base.base.subject = m->email;
    people_post(&c->base, api, request, apply_first, answer_first);
}

const struct api_route first_run_routes[] = {
    {HTTP_POST, "/api/v1/first-run", first_run, RIGHT_ANYONE},
    {HTTP_POST, "/api/v1/first-run/code", make_code, RIGHT_OPERATE},
    {0},
};

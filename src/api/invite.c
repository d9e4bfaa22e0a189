/* SPDX-License-Identifier: Apache-2.0 */
/* An invitation as who was invited sees it: whoever has the link. */
#include "store/invite.h"

#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"
#include "store/id.h"

static enum err find(struct invite *out, struct store_view *view, struct str secret, int64_t now_us,
                     struct refusal *why)
{
    uint8_t digest[SECRET_DIGEST_SIZE];
    secret_fingerprint(digest, secret);
    enum err e = store_invite_find(out, view, (struct str){(char *)digest, sizeof(digest)}, now_us);
    return e == ERR_NOT_FOUND
               ? refuse(why, e, "token",
                        STR("this invitation was used, taken back or is older than a week: ask "
                            "for another one"))
           : e ? refuse(why, e, NULL, (struct str){0})
               : OK;
}

static void show_invite(struct api *api, struct http_request *request, const struct str *segments)
{
    struct store_view view = api_view(api, request);
    struct refusal why;
    struct invite i;
    struct member m;
    if (find(&i, &view, segments[0], clock_now_us(), &why)) {
        api_reply_refusal(request, &why);
        return;
    }
    enum err e = store_member_find(&m, &view, i.email);
    if (e && e != ERR_NOT_FOUND) {
        api_reply_error(request, e, NULL, (struct str){0});
        return;
    }
    const struct directory *d = core_directory(api_core(api));
    const struct account *a = directory_account_by_id(d, i.account_id);
    api_reply_json(request, 200,
                   json_pack("{s:o, s:o, s:o, s:o, s:s, s:b, s:o}", "account",
                             present_text(a ? a->name : (struct str){0}), "email",
                             present_text(i.email), "name", present_text(i.name), "language",
                             present_text(i.language), "role", role_name(i.role), "known", e == OK,
                             "expires_at", present_time(i.expires_at_us)));
    directory_release(d);
}

/* ---- accepting ---- */

struct invite_change {
    struct people_change base;
    struct str secret;
    bool signed_in; /* as the one who was invited */
};

/* Who has a member's account already proves it by signing in. */
static enum err find_member(struct invite_change *c, struct store_view *view,
                            const struct invite *i, bool *known, struct refusal *why)
{
    const struct actor *a = actor_of(c->base.base.request);
    struct member m;
    enum err e = store_member_find(&m, view, i->email);
    *known = e == OK;
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e)
        return refuse(why, e, NULL, (struct str){0});
    c->signed_in = a->kind == ACTOR_MEMBER && a->id == m.id;
    c->base.member.id = m.id;
    return c->signed_in ? OK
                        : refuse(why, ERR_UNAUTHORIZED, NULL,
                                 STR("you are a member already: sign in with this address, then "
                                     "open the link again"));
}

static enum err apply_accept(struct core *core, struct store_tx *tx, struct change *change)
{
    struct invite_change *c = (struct invite_change *)change;
    struct member *m = &c->base.member;
    struct invite i;
    bool known;
    enum err e = find(&i, &tx->view, c->secret, tx->now_us, &change->why);
    if (!e)
        e = find_member(c, &tx->view, &i, &known, &change->why);
    if (!e && !known && !c->base.password.n)
        e = refuse(&change->why, ERR_MISSING, "password", STR("choose a password"));
    if (e)
        return e;
    e = store_invite_delete(tx, i.account_id, i.id);
    if (!e && !known) {
        m->id = store_id_next();
        m->email = i.email;
        m->name = m->name.n ? m->name : i.name;
        m->language = m->language.n ? m->language : i.language;
        e = store_member_insert(tx, m);
    }
    struct membership p = {.member_id = m->id, .account_id = i.account_id, .role = i.role};
    if (!e)
        e = store_membership_put(tx, &p);
    return e || c->signed_in ? e : people_session_begin(tx, &c->base);
}

static void answer_accepted(struct api_change *change)
{
    struct invite_change *c = (struct invite_change *)change;
    struct str cookie;
    if (c->signed_in && people_cookie(&cookie, change->request))
        people_session_reply(change->api, change->request, c->base.member.id, cookie, NULL);
    else
        people_reply_signed_in(&c->base);
}

/* Before a password is hashed for who knows no link. */
static bool may_accept(struct invite_change *c, struct api *api, struct http_request *request)
{
    struct store_view view = api_view(api, request);
    struct refusal why;
    struct invite i;
    bool known;
    c->base.base.request = request;
    enum err e = find(&i, &view, c->secret, clock_now_us(), &why);
    if (!e)
        e = find_member(c, &view, &i, &known, &why);
    if (!e && !known && !c->base.password.n)
        e = refuse(&why, ERR_MISSING, "password", STR("choose a password"));
    c->base.base.subject = i.email;
    if (e)
        api_reply_refusal(request, &why);
    return !e;
}

static void accept_invite(struct api *api, struct http_request *request, const struct str *segments)
{
    struct invite_change *c = ARENA_NEW(request->arena, struct invite_change);
    struct member *m = &c->base.member;
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    people_read_name(&f, &m->name);
    people_read_language(&f, &m->language);
    people_read_password(&f, "password", &c->base.password);
    if (!fields_end(&f))
        return;
    c->secret = segments[0];
    if (!may_accept(c, api, request))
        return;
    people_token(&c->base);
    c->base.base.did = "invite_accepted";
    people_post(&c->base, api, request, apply_accept, answer_accepted);
}

const struct api_route invite_routes[] = {
    {HTTP_GET, "/api/v1/invites/{token}", show_invite, RIGHT_ANYONE},
    {HTTP_POST, "/api/v1/invites/{token}", accept_invite, RIGHT_ANYONE},
    {0},
};

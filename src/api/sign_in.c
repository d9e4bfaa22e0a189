/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in: slowed by api/guard, a password, then a code where the member has TOTP. */
#include "api/api_base.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/presented.h"
#include "api/second_factor.h"
#include "core/admin.h"

enum {
    CODE_MAX = 32,
    DEVICE_AGE_S = 365 * 24 * 3600,
    AT_ONCE = 32,      /* passwords of sign-ins that are verified at once */
    AT_ONCE_KNOWN = 48 /* with those of browsers that signed in before */
};

struct sign_in {
    struct people_change base;
    struct credential_check check;
    struct api *api;
    struct http_request *request;
    struct str email, code;
    struct str device; /* the secret that the browser shows, or gets */
    char new_device[SECRET_TOKEN_SIZE];
    uint8_t device_digest[SECRET_DIGEST_SIZE];
    bool known; /* the browser signed in as this member before */
};

static struct str device_digest(const struct sign_in *s)
{
    return (struct str){(const char *)s->device_digest, SECRET_DIGEST_SIZE};
}

/* ---- in the commit ---- */

static enum err refuse_pair(struct refusal *why)
{
    return refuse(why, ERR_UNAUTHORIZED, NULL, STR("this e-mail and password do not go together"));
}

static enum err apply_sign_in(struct core *core, struct store_tx *tx, struct change *change)
{
    struct sign_in *s = (struct sign_in *)change;
    struct member now;
    enum err e = store_member_get(&now, &tx->view, s->base.member.id);
    if (e == ERR_NOT_FOUND || (!e && !str_eq(now.password, s->base.member.password)))
        return refuse_pair(&change->why);
    if (!e && now.totp_on)
        e = second_factor_take(tx, &now, s->code, &change->why);
    if (!e)
        e = people_session_begin(tx, &s->base);
    return e ? e : store_device_put(tx, device_digest(s), s->base.member.id);
}

static void answer_signed_in(struct api_change *c)
{
    struct sign_in *s = (struct sign_in *)c;
    struct arena *arena = c->request->arena;
    guard_succeeded(c->api->guard, &s->base.try);
    enum { SESSION_AGE_S = 30 * 24 * 3600 };
    const char *const headers[] = {
        "Cache-Control",
        "no-store",
        "Set-Cookie",
        people_set_cookie(c->api, arena, SESSION_COOKIE, str_of(s->base.token), SESSION_AGE_S),
        "Set-Cookie",
        people_set_cookie(c->api, arena, DEVICE_COOKIE, s->device, DEVICE_AGE_S),
        NULL};
    people_session_reply(c->api, c->request, s->base.member.id, str_of(s->base.token), headers);
}

/* ---- the password ---- */

static void post_sign_in(struct sign_in *s)
{
    people_token(&s->base);
    if (!s->known) {
        secret_token(s->new_device);
        s->device = str_of(s->new_device);
        secret_fingerprint(s->device_digest, s->device);
    }
    s->base.base.did = "signed_in";
    s->base.base.subject = s->base.member.email;
    people_post(&s->base, s->api, s->request, apply_sign_in, answer_signed_in);
}

static void decide(struct sign_in *s)
{
    struct refusal why;
    if (s->check.err == ERR_UNAUTHORIZED) {
        (void)!refuse_pair(&why);
        api_reply_refusal(s->request, &why);
    } else if (s->check.err) {
        api_reply_error(s->request, s->check.err, NULL, (struct str){0});
    } else if (s->base.member.totp_on && !s->code.n) {
        api_reply_error(s->request, ERR_CODE_NEEDED, "code",
                        STR("write the code that your application shows, or a recovery code"));
    } else {
        post_sign_in(s);
    }
}

static void on_checked(struct credential_check *check)
{
    struct sign_in *s = (struct sign_in *)((char *)check - offsetof(struct sign_in, check));
    s->api->signing_in--;
    decide(s);
}

static void check_password(struct sign_in *s, struct str password)
{
    struct api *api = s->api;
    if (api->signing_in >= (s->known ? AT_ONCE_KNOWN : AT_ONCE)) {
        api_reply_error(s->request, ERR_BUSY, NULL, (struct str){0});
        return;
    }
    s->check = (struct credential_check){.account = STR("member"),
                                         .login = s->email,
                                         .password = password,
                                         .stored = s->base.member.password,
                                         .asker = secret_hash(actor_of(s->request)->from_address),
                                         .done = on_checked};
    api->signing_in++;
    if (credentials_check(api->credentials, &s->check))
        on_checked(&s->check);
}

/* ---- who, and from where ---- */

static enum err find_device(struct sign_in *s, struct store_view *view)
{
    if (!presented_cookie(&s->device, http_header(s->request, "Cookie"), STR(DEVICE_COOKIE)))
        return OK;
    secret_fingerprint(s->device_digest, s->device);
    return store_device_holds(&s->known, view, device_digest(s), s->base.member.id);
}

static enum err find_member(struct sign_in *s)
{
    struct store_view view = api_view(s->api, s->request);
    enum err e = store_member_find(&s->base.member, &view, s->email);
    if (e && e != ERR_NOT_FOUND)
        return e;
    e = find_device(s, &view);
    s->base.try = (struct guard_try){.email = s->email,
                                     .device = s->known ? device_digest(s) : (struct str){0},
                                     .peer = &s->request->peer};
    return e;
}

static void sign_in(struct api *api, struct http_request *request, const struct str *segments)
{
    struct sign_in *s = ARENA_NEW(request->arena, struct sign_in);
    struct str password = {0};
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "email", ADMIN_EMAIL_MAX, &s->email))
        fields_refuse(&f, ERR_MISSING, "email", STR("write the address you sign in with"));
    if (!fields_text(&f, "password", PEOPLE_PASSWORD_MAX, &password))
        fields_refuse(&f, ERR_MISSING, "password", STR("write your password"));
    fields_text_or_null(&f, "code", CODE_MAX, &s->code);
    if (!fields_end(&f))
        return;
    s->api = api;
    s->request = request;
    s->email = people_email(request->arena, s->email);
    enum err e = find_member(s);
    if (e)
        api_reply_error(request, e, NULL, (struct str){0});
    else if (people_may_try(api, request, &s->base.try))
        check_password(s, password);
}

const struct api_route sign_in_routes[] = {
    {HTTP_POST, "/api/v1/session", sign_in, RIGHT_ANYONE},
    {0},
};

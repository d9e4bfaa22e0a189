/* SPDX-License-Identifier: Apache-2.0 */
/* A member's own TOTP: a secret is drawn, then a code of it switches it on. */
#include "base/totp.h"

#include "api/api_base.h"
#include "api/fields.h"
#include "api/people.h"
#include "api/present.h"
#include "api/second_factor.h"

enum { CODE_MAX = 32 };

struct totp_change {
    struct people_change base;
    struct str code;
    uint8_t secret[TOTP_SECRET_SIZE];
    char recovery[SECOND_FACTOR_CODES][SECOND_FACTOR_CODE_SIZE];
};

static json_t *show_change(struct api_change *c, struct store_view *view)
{
    struct member m;
    return store_member_get(&m, view, actor_of(c->request)->id)
               ? NULL
               : json_pack("{s:b}", "totp", m.totp_on);
}

static struct totp_change *change_of(struct http_request *request, const char *did)
{
    struct totp_change *c = ARENA_NEW(request->arena, struct totp_change);
    if (!people_is_member(request))
        return NULL;
    c->base.base.did = did;
    c->base.base.show = show_change;
    c->base.base.subject = actor_of(request)->name;
    return c;
}

static enum err find_me(struct member *m, struct store_tx *tx, struct totp_change *c)
{
    return store_member_get(m, &tx->view, actor_of(c->base.base.request)->id);
}

/* ---- a secret ---- */

static enum err apply_draw(struct core *core, struct store_tx *tx, struct change *change)
{
    struct totp_change *c = (struct totp_change *)change;
    struct member m;
    enum err e = find_me(&m, tx, c);
    if (!e && m.totp_on)
        e = refuse(&change->why, ERR_CONFLICT, NULL, STR("it is on: switch it off first"));
    return e ? e
             : store_member_totp_set(tx, m.id, (struct str){(char *)c->secret, TOTP_SECRET_SIZE},
                                     false);
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

static struct str percent_encoded(struct arena *arena, struct str s)
{
    char *out = arena_alloc(arena, s.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (is_plain(s.p[i]))
            out[n++] = s.p[i];
        else
            n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned char)s.p[i]);
    return (struct str){out, n};
}

static void answer_drawn(struct api_change *change)
{
    struct totp_change *c = (struct totp_change *)change;
    struct arena *arena = change->request->arena;
    struct str email = percent_encoded(arena, actor_of(change->request)->name);
    char text[TOTP_TEXT_SIZE];
    totp_text(text, (struct str){(char *)c->secret, TOTP_SECRET_SIZE});
    struct str uri = arena_printf(arena,
                                  "otpauth://totp/Navette:%.*s?secret=%s&issuer=Navette"
                                  "&algorithm=SHA1&digits=%d&period=%d",
                                  STR_FMT(email), text, TOTP_DIGITS, TOTP_STEP_S);
    api_reply_json(change->request, 200,
                   json_pack("{s:s, s:o}", "secret", text, "uri", present_text(uri)));
}

static void draw_secret(struct api *api, struct http_request *request, const struct str *segments)
{
    struct totp_change *c = change_of(request, "totp_secret_drawn");
    if (!c)
        return;
    secret_random(c->secret, sizeof(c->secret));
    people_post(&c->base, api, request, apply_draw, answer_drawn);
}

/* ---- on and off ---- */

/* Whoever sits at somebody's open panel may guess no faster than at the door. */
static bool read_code(struct totp_change *c, struct api *api, struct http_request *request)
{
    struct fields f;
    if (!fields_of_body(&f, request))
        return false;
    if (!fields_text(&f, "code", CODE_MAX, &c->code))
        fields_refuse(&f, ERR_MISSING, "code", STR("write the code that your application shows"));
    if (!fields_end(&f))
        return false;
    c->base.try = (struct guard_try){
        .email = arena_printf(request->arena, "code %.*s", STR_FMT(actor_of(request)->name)),
        .peer = &request->peer};
    return people_may_try(api, request, &c->base.try);
}

static enum err apply_on(struct core *core, struct store_tx *tx, struct change *change)
{
    struct totp_change *c = (struct totp_change *)change;
    struct member m;
    enum err e = find_me(&m, tx, c);
    if (!e && m.totp_on)
        e = refuse(&change->why, ERR_CONFLICT, NULL, STR("it is on already"));
    if (!e && !m.totp_secret.n)
        e = refuse(&change->why, ERR_CONFLICT, NULL, STR("draw a secret first: POST"));
    if (!e)
        e = second_factor_take(tx, &m, c->code, &change->why);
    if (!e)
        e = store_member_totp_set(tx, m.id, m.totp_secret, true);
    return e ? e : second_factor_recovery(tx, m.id, c->recovery);
}

static void answer_on(struct api_change *change)
{
    struct totp_change *c = (struct totp_change *)change;
    json_t *codes = json_array();
    guard_succeeded(change->api->guard, &c->base.try);
    for (size_t i = 0; i < SECOND_FACTOR_CODES; i++)
        json_array_append_new(codes, json_string(c->recovery[i]));
    api_reply_json(change->request, 200, json_pack("{s:o}", "recovery_codes", codes));
}

static void switch_on(struct api *api, struct http_request *request, const struct str *segments)
{
    struct totp_change *c = change_of(request, "totp_on");
    if (c && read_code(c, api, request))
        people_post(&c->base, api, request, apply_on, answer_on);
}

static enum err apply_off(struct core *core, struct store_tx *tx, struct change *change)
{
    struct totp_change *c = (struct totp_change *)change;
    struct member m;
    enum err e = find_me(&m, tx, c);
    if (!e && !m.totp_on)
        e = refuse(&change->why, ERR_CONFLICT, NULL, STR("it is off already"));
    if (!e)
        e = second_factor_take(tx, &m, c->code, &change->why);
    if (!e)
        e = store_member_totp_set(tx, m.id, (struct str){0}, false);
    return e ? e : store_recovery_put(tx, m.id, NULL, 0);
}

static void answer_off(struct api_change *change)
{
    guard_succeeded(change->api->guard, &((struct totp_change *)change)->base.try);
    present_removed(change->request, STR("totp"));
}

static void switch_off(struct api *api, struct http_request *request, const struct str *segments)
{
    struct totp_change *c = change_of(request, "totp_off");
    if (c && read_code(c, api, request))
        people_post(&c->base, api, request, apply_off, answer_off);
}

const struct api_route totp_routes[] = {
    {HTTP_POST, "/api/v1/me/totp", draw_secret, RIGHT_SIGNED_IN},
    {HTTP_PUT, "/api/v1/me/totp", switch_on, RIGHT_SIGNED_IN},
    {HTTP_DELETE, "/api/v1/me/totp", switch_off, RIGHT_SIGNED_IN},
    {0},
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/people.h"

#include "api/api_base.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/admin.h"
#include "store/id.h"
#include "text/text.h"

#include <stdio.h>

/* ---- reading ---- */

struct str people_email(struct arena *arena, struct str email)
{
    char *lower = arena_alloc(arena, email.n + 1);
    for (size_t i = 0; i < email.n; i++)
        lower[i] =
            email.p[i] >= 'A' && email.p[i] <= 'Z' ? (char)(email.p[i] + 'a' - 'A') : email.p[i];
    return (struct str){lower, email.n};
}

bool people_read_email(struct fields *f, struct str *out)
{
    struct str email;
    struct refusal why;
    if (!fields_text(f, "email", ADMIN_EMAIL_MAX, &email))
        return false;
    if (admin_email_check(email, "email", &why)) {
        fields_add(f, &why);
        return false;
    }
    *out = people_email(f->request->arena, email);
    return true;
}

static bool is_printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
            return false;
    return true;
}

bool people_read_name(struct fields *f, struct str *out)
{
    struct str name;
    size_t bad_at;
    if (!fields_text(f, "name", PEOPLE_NAME_MAX, &name))
        return false;
    name = str_trim(name);
    if (!name.n || !is_printable(name) || text_utf8_check(name, &bad_at)) {
        fields_refuse(f, ERR_INVALID, "name", STR("write a name of 1 to 100 bytes, on one line"));
        return false;
    }
    *out = name;
    return true;
}

bool people_read_language(struct fields *f, struct str *out)
{
    enum { LANGUAGE_MAX = 8 };
    if (!fields_text(f, "language", LANGUAGE_MAX, out))
        return false;
    if (str_eq(*out, STR("en")) || str_eq(*out, STR("fr")))
        return true;
    fields_refuse(f, ERR_INVALID, "language", STR("write en or fr"));
    return false;
}

bool people_read_password(struct fields *f, const char *name, struct str *out)
{
    if (!fields_text(f, name, PEOPLE_PASSWORD_MAX, out))
        return false;
    if (out->n >= PEOPLE_PASSWORD_MIN)
        return true;
    fields_refuse(f, ERR_INVALID, name,
                  STR("write 10 characters or more: a few words that only you put together"));
    return false;
}

bool people_read_role(struct fields *f, enum role *out)
{
    enum { ROLE_MAX = 16 };
    struct str word;
    if (!fields_text(f, "role", ROLE_MAX, &word))
        return false;
    if (!role_parse(out, word))
        return true;
    fields_refuse(f, ERR_INVALID, "role", STR("write viewer, agent, sender or owner"));
    return false;
}

bool people_is_member(struct http_request *request)
{
    if (actor_of(request)->kind == ACTOR_MEMBER)
        return true;
    api_reply_error(request, ERR_FORBIDDEN, NULL,
                    STR("only a member who is signed in has this: the command line is none"));
    return false;
}

bool people_may_try(struct api *api, struct http_request *request, const struct guard_try *t)
{
    int64_t wait_s = guard_begin(api->guard, t);
    if (!wait_s)
        return true;
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%lld", (long long)wait_s);
    const char *const headers[] = {"Retry-After", seconds, NULL};
    api_reply_error_headers(
        request, ERR_SLOW_DOWN, NULL,
        arena_printf(request->arena, "too many tries: wait %lld seconds", (long long)wait_s),
        headers);
    return false;
}

/* ---- changing ---- */

void people_token(struct people_change *c)
{
    secret_token(c->token);
    secret_fingerprint(c->digest, str_of(c->token));
}

static struct people_change *change_of_aside(struct api_aside *aside)
{
    return (struct people_change *)((char *)aside - offsetof(struct people_change, aside));
}

static enum err hash_password(struct api_aside *aside, struct store_view *view)
{
    struct people_change *c = change_of_aside(aside);
    return secret_password_hash(c->hash, c->password);
}

static void answer_changed(struct api_change *change)
{
    access_changed(change->api);
    ((struct people_change *)change)->answer(change);
}

static void post_hashed(struct api_aside *aside)
{
    struct people_change *c = change_of_aside(aside);
    c->member.password = str_of(c->hash);
    if (aside->err)
        api_reply_error(aside->request, aside->err, "password", (struct str){0});
    else
        api_change_post(&c->base, aside->api, aside->request, c->apply, answer_changed);
}

void people_post(struct people_change *c, struct api *api, struct http_request *request,
                 api_apply *apply, void (*answer)(struct api_change *change))
{
    c->apply = apply;
    c->answer = answer;
    c->base.change.no_reload = true;
    c->aside = (struct api_aside){
        .api = api, .request = request, .work = hash_password, .done = post_hashed};
    if (c->password.n)
        api_aside_post(&c->aside);
    else
        api_change_post(&c->base, api, request, apply, answer_changed);
}

/* ---- showing ---- */

json_t *people_member_json(const struct member *m, const struct membership *memberships, size_t n,
                           const struct directory *d)
{
    json_t *accounts = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct account *a = directory_account_by_id(d, memberships[i].account_id);
        if (a)
            json_array_append_new(accounts, json_pack("{s:o, s:s}", "name", present_text(a->name),
                                                      "role", role_name(memberships[i].role)));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "id", present_id(m->id),
                     "email", present_text(m->email), "name", present_text(m->name), "language",
                     present_text(m->language), "operator", m->is_operator, "totp", m->totp_on,
                     "accounts", accounts, "last_seen_at", present_time(m->seen_at_us),
                     "created_at", present_time(m->created_at_us));
}

json_t *people_of_account_json(const struct member *m, enum role role)
{
    return json_pack("{s:o, s:o, s:o, s:s, s:b, s:o, s:b}", "id", present_id(m->id), "email",
                     present_text(m->email), "name", present_text(m->name), "role", role_name(role),
                     "totp", m->totp_on, "last_seen_at", present_time(m->seen_at_us), "invited",
                     false);
}

/* ---- sessions ---- */

static struct str shortened(struct str s, size_t most)
{
    return str_sub(s, 0, s.n < most ? s.n : most);
}

/* What a browser calls itself may be no UTF-8. */
static struct str agent_of(struct http_request *request)
{
    struct str agent = shortened(http_header(request, "User-Agent"), PEOPLE_AGENT_MAX);
    char *ascii = arena_alloc(request->arena, agent.n + 1);
    for (size_t i = 0; i < agent.n; i++)
        ascii[i] = agent.p[i] >= ' ' && agent.p[i] < 0x7F ? agent.p[i] : '?';
    return (struct str){ascii, agent.n};
}

enum err people_session_begin(struct store_tx *tx, struct people_change *c)
{
    struct session s = {.id = store_id_next(),
                        .digest = {(const char *)c->digest, SECRET_DIGEST_SIZE},
                        .member_id = c->member.id,
                        .from_address = actor_of(c->base.request)->from_address,
                        .agent = agent_of(c->base.request)};
    return store_session_insert(tx, &s);
}

struct str people_link(struct api *api, struct arena *arena, const char *page, struct str secret)
{
    return arena_printf(arena, "%s/#/%s/%.*s", api->public_url, page, STR_FMT(secret));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "api/actor.h"

#include "api/access.h"
#include "api/allow_ip.h"
#include "api/api_base.h"
#include "api/presented.h"
#include "base/secret.h"
#include "core/admin.h"

static const struct actor nobody = {.kind = ACTOR_NOBODY};
static const struct actor command_line = {
    .kind = ACTOR_SOCKET, .name = {"command line", 12}, .everywhere = RIGHTS_ALL};

const struct actor *actor_of(const struct http_request *request)
{
    return request->actor ? request->actor : &nobody;
}

void actor_is_socket(struct http_request *request)
{
    request->actor = &command_line;
}

static bool refuse_as(struct http_request *request, enum err err, const char *field,
                      struct str detail)
{
    api_reply_error(request, err, field, detail);
    return false;
}

static bool only_looks(const struct http_request *request)
{
    return request->method == HTTP_GET || request->method == HTTP_HEAD;
}

/* Does it come from our own page, as far as the browser tells (Fetch Metadata, RFC 6454)? Programs
 * tell nothing, and need not. */
static bool is_own_page(struct api *api, const struct http_request *request)
{
    struct str site = http_header(request, "Sec-Fetch-Site");
    struct str origin = http_header(request, "Origin");
    if (site.n && !str_eq(site, STR("same-origin")) && !str_eq(site, STR("none")))
        return false;
    if (!origin.n || str_eq(origin, str_of(api->public_url)))
        return true;
    struct str host = http_header(request, "Host");
    struct str https = STR("https://");
    struct str http = STR("http://");
    size_t scheme = str_starts(origin, https) ? https.n : str_starts(origin, http) ? http.n : 0;
    return scheme && str_eq_nocase(str_sub(origin, scheme, origin.n), host);
}

static enum err identify_session(struct actor *a, struct api *api, struct http_request *request,
                                 struct str cookie)
{
    char csrf[CSRF_SIZE];
    struct str from_address = a->from_address;
    struct str token = http_header(request, "X-CSRF-Token");
    enum err e = access_session(a, api, request, cookie);
    a->from_address = from_address;
    if (e == ERR_NOT_FOUND) {
        a->lack = ACTOR_SESSION_ENDED;
        return OK;
    }
    access_csrf(csrf, cookie);
    if (!e && !only_looks(request) &&
        (token.n != CSRF_SIZE - 1 || !secret_equal(token.p, csrf, token.n)))
        *a = (struct actor){.from_address = from_address, .lack = ACTOR_NO_CSRF};
    return e;
}

static bool identify_key(struct actor *a, struct api *api, struct http_request *request,
                         struct str authorization)
{
    struct str from_address = a->from_address;
    struct str key;
    enum err e = presented_key(&key, authorization);
    if (!e)
        e = access_key(a, api, request, key);
    a->from_address = from_address;
    if (!e)
        return true;
    if (e != ERR_UNAUTHORIZED && e != ERR_NOT_FOUND)
        return refuse_as(request, e, NULL, (struct str){0});
    return refuse_as(request, ERR_UNAUTHORIZED, "Authorization",
                     STR("this key does not hold: write Bearer and the whole key, nvt_…, of one "
                         "that was not removed"));
}

bool actor_identify(struct api *api, struct http_request *request)
{
    struct actor *a = ARENA_NEW(request->arena, struct actor);
    char *address = arena_alloc(request->arena, ALLOW_IP_TEXT_SIZE);
    struct str authorization = http_header(request, "Authorization");
    struct str cookie;
    allow_ip_text(address, &request->peer);
    a->from_address = str_of(address);
    request->actor = a;
    if (authorization.n)
        return identify_key(a, api, request, authorization);
    if (!only_looks(request) && !is_own_page(api, request))
        return refuse_as(request, ERR_FORBIDDEN, "Origin",
                         STR("this comes from a page of another site: use the panel's own"));
    if (!presented_cookie(&cookie, http_header(request, "Cookie"), STR(SESSION_COOKIE)))
        return true;
    enum err e = identify_session(a, api, request, cookie);
    return e ? refuse_as(request, e, NULL, (struct str){0}) : true;
}

static bool has_same_rights(const struct actor *a, const struct actor *b)
{
    bool same = a->kind == b->kind && a->id == b->id && a->everywhere == b->everywhere &&
                a->accounts_n == b->accounts_n;
    for (size_t i = 0; i < a->accounts_n && same; i++)
        same = a->accounts[i].account_id == b->accounts[i].account_id &&
               a->accounts[i].rights == b->accounts[i].rights;
    return same;
}

/* A request that lives for minutes must not grow with each question. */
bool actor_holds(struct api *api, struct http_request *request)
{
    const struct actor *then = actor_of(request);
    struct arena *of_request = request->arena;
    struct actor now = {0};
    struct str secret;
    enum err e = ERR_NOT_FOUND;
    if (then->kind == ACTOR_SOCKET)
        return true;
    request->arena = arena_new();
    if (then->kind == ACTOR_KEY && !presented_key(&secret, http_header(request, "Authorization")))
        e = access_key(&now, api, request, secret);
    else if (then->kind == ACTOR_MEMBER &&
             presented_cookie(&secret, http_header(request, "Cookie"), STR(SESSION_COOKIE)))
        e = access_session(&now, api, request, secret);
    bool holds = !e && has_same_rights(then, &now);
    arena_free(request->arena);
    request->arena = of_request;
    return holds;
}

unsigned actor_rights(const struct actor *a, int64_t account_id)
{
    unsigned rights = a->everywhere;
    for (size_t i = 0; account_id && i < a->accounts_n; i++)
        if (a->accounts[i].account_id == account_id)
            rights |= a->accounts[i].rights;
    return rights;
}

bool actor_may(const struct actor *a, int64_t account_id, unsigned needs)
{
    return (actor_rights(a, account_id) & needs) != 0;
}

/* On any account. */
static unsigned rights_somewhere(const struct actor *a)
{
    unsigned rights = a->everywhere;
    for (size_t i = 0; i < a->accounts_n; i++)
        rights |= a->accounts[i].rights;
    return rights;
}

static bool refuse_nobody(struct http_request *request, enum actor_lack lack)
{
    if (lack == ACTOR_NO_CSRF)
        return refuse_as(request, ERR_FORBIDDEN, "X-CSRF-Token",
                         STR("send the csrf_token of GET /api/v1/session in this header"));
    if (lack == ACTOR_SESSION_ENDED)
        return refuse_as(request, ERR_UNAUTHORIZED, NULL,
                         STR("your session has ended: sign in again"));
    return refuse_as(request, ERR_UNAUTHORIZED, NULL,
                     STR("sign in, or send a key: Authorization: Bearer nvt_…"));
}

static bool refuse_rights(struct http_request *request)
{
    return refuse_as(request, ERR_FORBIDDEN, NULL,
                     STR("your role or key does not allow this: ask an owner of the account"));
}

static void release(void *directory)
{
    directory_release(directory);
}

/* In the picture that the request holds from now on. An operator may name an account that another
 * node has just made: then it is read. */
static bool find_account(struct api *api, struct http_request *request, struct str name)
{
    struct directory *d = (struct directory *)(uintptr_t)core_directory(api_core(api));
    struct refusal why;
    arena_at_end(request->arena, release, d);
    request->account = directory_account(d, name);
    if (request->account || !actor_of(request)->everywhere)
        return true;
    struct store_view view = api_view(api, request);
    struct account *read = ARENA_NEW(request->arena, struct account);
    if (admin_account_find(read, &view, name, &why))
        return refuse_as(request, why.err, why.field, why.detail);
    request->account = read;
    return true;
}

const struct account *actor_account(const struct http_request *request)
{
    return request->account;
}

static bool admit_to_account(struct api *api, struct http_request *request,
                             const struct api_route *route, struct str name)
{
    if (!find_account(api, request, name))
        return false;
    const struct account *account = actor_account(request);
    unsigned rights = account ? actor_rights(actor_of(request), account->id) : 0;
    if (!rights)
        return refuse_as(request, ERR_NOT_FOUND, "account",
                         STR("you have no account of this name: check its spelling"));
    return (rights & route->needs) ? true : refuse_rights(request);
}

bool actor_admit(struct api *api, struct http_request *request, const struct api_route *route,
                 const struct str *segments)
{
    const struct actor *a = actor_of(request);
    if (route->needs & RIGHT_ANYONE)
        return true;
    if (a->kind == ACTOR_NOBODY)
        return refuse_nobody(request, a->lack);
    if ((route->needs & RIGHT_SIGNED_IN) && a->kind != ACTOR_KEY)
        return true;
    if (str_starts(str_of(route->pattern), STR("/api/v1/accounts/{")))
        return admit_to_account(api, request, route, segments[0]);
    return (rights_somewhere(a) & route->needs) ? true : refuse_rights(request);
}

/* The one account on which the actor has one of these rights; 0: none, or several. */
static int64_t only_account(const struct actor *a, unsigned needs)
{
    int64_t only = 0;
    for (size_t i = 0; i < a->accounts_n; i++) {
        if (!(a->accounts[i].rights & needs))
            continue;
        if (only)
            return 0;
        only = a->accounts[i].account_id;
    }
    return only;
}

void actor_scope(struct fields *f, struct api *api, unsigned needs, int64_t *account_id)
{
    const struct actor *a = actor_of(f->request);
    struct str name = {0};
    *account_id = 0;
    if (!fields_text_or_null(f, "account", ADMIN_NAME_MAX, &name) || !name.n) {
        if (a->everywhere & needs)
            return;
        *account_id = only_account(a, needs);
        if (!*account_id)
            fields_refuse(f, ERR_MISSING, "account", STR("say which of your accounts"));
        return;
    }
    const struct directory *d = core_directory(api_core(api));
    const struct account *account = directory_account(d, name);
    unsigned rights = account ? actor_rights(a, account->id) : 0;
    struct refusal why;
    if (!rights && admin_account_refuse(&why))
        fields_add(f, &why);
    else if (!(rights & needs))
        fields_refuse(f, ERR_FORBIDDEN, "account",
                      STR("your role or key does not allow this on the account"));
    else
        *account_id = account->id;
    directory_release(d);
}

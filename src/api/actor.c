/* SPDX-License-Identifier: Apache-2.0 */
#include "api/actor.h"

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

bool actor_identify(struct api *api, struct http_request *request)
{
    return true;
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

static bool refuse_as(struct http_request *request, enum err err, const char *field,
                      struct str detail)
{
    api_reply_error(request, err, field, detail);
    return false;
}

static bool refuse_rights(struct http_request *request)
{
    return refuse_as(request, ERR_FORBIDDEN, NULL,
                     STR("your role or key does not allow this: ask an owner of the account"));
}

/* An operator's wrong name is the handler's to answer. */
static bool admit_to_account(struct api *api, struct http_request *request,
                             const struct api_route *route, struct str name)
{
    const struct actor *a = actor_of(request);
    const struct directory *d = core_directory(api_core(api));
    const struct account *account = directory_account(d, name);
    unsigned rights = account ? actor_rights(a, account->id) : a->everywhere;
    directory_release(d);
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
        return refuse_as(request, ERR_UNAUTHORIZED, NULL,
                         STR("sign in, or send a key: Authorization: Bearer nvt_…"));
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
    if (!rights)
        fields_refuse(f, ERR_NOT_FOUND, "account",
                      STR("there is no account of this name: `navette account list` shows them"));
    else if (!(rights & needs))
        fields_refuse(f, ERR_FORBIDDEN, "account",
                      STR("your role or key does not allow this on the account"));
    else
        *account_id = account->id;
    directory_release(d);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: which carrier takes a number. */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "core/accept.h"
#include "core/admin.h"
#include "store/id.h"

enum { PREFIX_MAX = 32, SENDER_MAX = 32 };

static json_t *route_json(const struct route *r, const struct directory *d)
{
    const struct account *account =
        r->account_id ? directory_account_by_id(d, r->account_id) : NULL;
    const struct directory_carrier *carrier = directory_carrier_by_id(d, r->carrier_id);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "id", present_id(r->id), "prefix",
                     present_text(r->prefix), "carrier",
                     carrier ? present_text(carrier->row.name) : json_null(), "account",
                     account ? present_text(account->name) : json_null(), "sender",
                     present_text_or_null(r->sender), "created_at", present_time(r->created_at_us));
}

static void list_routes(struct api *api, struct http_request *request, const struct str *segments)
{
    const struct directory *d = core_directory(api_core(api));
    json_t *items = json_array();
    for (size_t i = 0; i < d->routes_n; i++)
        json_array_append_new(items, route_json(&d->routes[i], d));
    directory_release(d);
    present_list(request, items, 0);
}

static void reply_route(struct api *api, struct http_request *request, int status, int64_t id)
{
    const struct directory *d = core_directory(api_core(api));
    const struct route *found = NULL;
    for (size_t i = 0; i < d->routes_n && !found; i++)
        if (d->routes[i].id == id)
            found = &d->routes[i];
    if (found)
        api_reply_json(request, status, route_json(found, d));
    else
        api_reply_error(request, ERR_NOT_FOUND, "id", STR("there is no route of this id"));
    directory_release(d);
}

static void show_route(struct api *api, struct http_request *request, const struct str *segments)
{
    int64_t id;
    if (fields_id(&id, request, segments[0], "route"))
        reply_route(api, request, 200, id);
}

/* ---- changes ---- */

struct route_change {
    struct api_change base;
    struct route route;
    struct str account;
    struct str carrier;
};

static void answer_created(struct api_change *c)
{
    reply_route(c->api, c->request, 201, ((struct route_change *)c)->route.id);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

static enum err find_names(struct store_tx *tx, struct route_change *c)
{
    struct refusal *why = &c->base.change.why;
    struct carrier_row carrier;
    struct account account = {0};
    enum err e = admin_carrier_find(&carrier, &tx->view, c->carrier, why);
    if (!e && c->account.n)
        e = admin_account_find(&account, &tx->view, c->account, why);
    c->route.carrier_id = carrier.id;
    c->route.account_id = account.id;
    return e;
}

/* A second route for the same would never be taken. */
static enum err check_new(struct store_tx *tx, const struct route *r, struct refusal *why)
{
    struct route *rows;
    size_t n;
    enum err e = store_route_list(&rows, &n, &tx->view);
    for (size_t i = 0; i < n && !e; i++)
        if (str_eq(rows[i].prefix, r->prefix) && rows[i].account_id == r->account_id &&
            str_eq(rows[i].sender, r->sender))
            e = refuse(why, ERR_EXISTS, "prefix",
                       STR("there is a route for just this: remove it first"));
    return e;
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct route_change *c = (struct route_change *)change;
    enum err e = find_names(tx, c);
    if (!e)
        e = check_new(tx, &c->route, &change->why);
    c->route.id = store_id_next();
    return e ? e : store_route_insert(tx, &c->route);
}

static void add_route(struct api *api, struct http_request *request, const struct str *segments)
{
    struct route_change *c = ARENA_NEW(request->arena, struct route_change);
    struct fields f;
    struct refusal why;
    if (!fields_of_body(&f, request))
        return;
    if (!fields_text(&f, "prefix", PREFIX_MAX, &c->route.prefix))
        fields_refuse(&f, ERR_MISSING, "prefix",
                      STR("give the first digits of the numbers; an empty one means all"));
    else if (admin_prefix_check(&c->route.prefix, &why))
        fields_add(&f, &why);
    if (!fields_text(&f, "carrier", ADMIN_NAME_MAX, &c->carrier))
        fields_refuse(&f, ERR_MISSING, "carrier", STR("say which carrier takes them"));
    fields_text(&f, "account", ADMIN_NAME_MAX, &c->account);
    if (fields_text(&f, "sender", SENDER_MAX, &c->route.sender) && sender_check(c->route.sender))
        fields_refuse(&f, ERR_BAD_SENDER, "sender",
                      STR("use 3 to 11 letters, digits, spaces and - . , & + _, not digits only; "
                          "or a number of 3 to 15 digits"));
    if (!fields_end(&f))
        return;
    c->base.did = "route_added";
    c->base.subject = c->route.prefix;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err apply_remove(struct core *core, struct store_tx *tx, struct change *change)
{
    struct route_change *c = (struct route_change *)change;
    enum err e = store_route_delete(tx, c->route.id);
    if (e == ERR_NOT_FOUND)
        return refuse(&change->why, e, "id", STR("there is no route of this id"));
    return e;
}

static void remove_route(struct api *api, struct http_request *request, const struct str *segments)
{
    struct route_change *c = ARENA_NEW(request->arena, struct route_change);
    if (!fields_id(&c->route.id, request, segments[0], "route"))
        return;
    c->base.did = "route_removed";
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route route_routes[] = {
    {HTTP_GET, "/api/v1/routes", list_routes},
    {HTTP_POST, "/api/v1/routes", add_route},
    {HTTP_GET, "/api/v1/routes/{id}", show_route},
    {HTTP_DELETE, "/api/v1/routes/{id}", remove_route},
    {0},
};

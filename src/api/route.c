/* SPDX-License-Identifier: Apache-2.0 */
/* Routes: which carrier takes a number. */
#include "api/change.h"
#include "api/fields.h"
#include "api/present.h"
#include "api/route_json.h"
#include "core/accept.h"
#include "core/admin.h"
#include "store/id.h"
#include "text/date.h"

enum { PREFIX_MAX = 32, SENDER_MAX = 32, WORD_MAX = 64 };

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
    struct route route; /* what was said of it */
    struct str account; /* n 0: any */
    struct str carrier;
    bool has_prefix, has_carrier, has_account, has_sender, has_sender_kind, has_grade, has_days,
        has_hours, has_timezone, has_turn, has_weight, has_draining;
};

static json_t *as_it_was(struct api_change *c, const struct directory *d)
{
    for (size_t i = 0; i < d->routes_n; i++)
        if (d->routes[i].id == ((struct route_change *)c)->route.id)
            return route_json(&d->routes[i], d);
    return NULL;
}

static void answer_created(struct api_change *c)
{
    reply_route(c->api, c->request, 201, ((struct route_change *)c)->route.id);
}

static void answer_route(struct api_change *c)
{
    reply_route(c->api, c->request, 200, ((struct route_change *)c)->route.id);
}

static void answer_removed(struct api_change *c)
{
    present_removed(c->request, c->subject);
}

/* ---- what a route is said to be ---- */

static void read_sender(struct fields *f, struct route_change *c)
{
    struct str kind = {0};
    c->has_sender = fields_text_or_null(f, "sender", SENDER_MAX, &c->route.sender);
    if (c->route.sender.n && sender_check(c->route.sender))
        fields_refuse(f, ERR_BAD_SENDER, "sender",
                      STR("use 3 to 11 letters, digits, spaces and - . , & + _, not digits only; "
                          "or a number of 3 to 15 digits"));
    c->has_sender_kind = fields_text_or_null(f, "sender_kind", WORD_MAX, &kind);
    if (kind.n && sender_kind_parse(&c->route.sender_kind, kind))
        fields_refuse(f, ERR_INVALID, "sender_kind", STR("write alphanumeric, short or long"));
}

static void read_hours(struct fields *f, struct route_change *c)
{
    struct route *r = &c->route;
    struct str days = {0};
    struct str hours = {0};
    r->days = ROUTE_ALL_DAYS;
    r->until_min = ROUTE_DAY_MIN;
    c->has_days = fields_text_or_null(f, "days", WORD_MAX, &days);
    if (days.n && route_days_parse(&r->days, days))
        fields_refuse(f, ERR_INVALID, "days",
                      STR("write days such as mon-fri or sat,sun: mon tue wed thu fri sat sun"));
    c->has_hours = fields_text_or_null(f, "hours", WORD_MAX, &hours);
    if (hours.n && route_hours_parse(&r->from_min, &r->until_min, hours))
        fields_refuse(f, ERR_INVALID, "hours",
                      STR("write hours such as 08:00-20:00, or 22:00-06:00 for a night"));
    c->has_timezone = fields_text(f, "timezone", WORD_MAX, &r->timezone);
    if (c->has_timezone && date_zone_check(r->timezone))
        fields_refuse(f, ERR_INVALID, "timezone",
                      STR("there is no such time zone: write one such as Europe/Paris"));
}

static void read_route(struct fields *f, struct route_change *c)
{
    struct refusal why;
    struct str grade = {0};
    int64_t turn = 0;
    int64_t weight = 1;
    c->has_prefix = fields_text(f, "prefix", PREFIX_MAX, &c->route.prefix);
    if (c->has_prefix && admin_prefix_check(&c->route.prefix, &why))
        fields_add(f, &why);
    c->has_carrier = fields_text(f, "carrier", ADMIN_NAME_MAX, &c->carrier);
    c->has_account = fields_text_or_null(f, "account", ADMIN_NAME_MAX, &c->account);
    read_sender(f, c);
    c->has_grade = fields_text_or_null(f, "grade", WORD_MAX, &grade);
    if (grade.n && grade_parse(&c->route.grade, grade))
        fields_refuse(f, ERR_INVALID, "grade", STR("write premium or low_cost"));
    read_hours(f, c);
    c->has_turn = fields_number(f, "turn", 0, ROUTE_TURN_MAX, &turn);
    c->has_weight = fields_number(f, "weight", 1, ROUTE_WEIGHT_MAX, &weight);
    c->route.turn = (uint32_t)turn;
    c->route.weight = (uint32_t)weight;
    c->has_draining = fields_flag(f, "draining", &c->route.draining);
}

/* ---- and becomes ---- */

static void merge_hours(struct route *r, const struct route_change *c)
{
    if (c->has_days)
        r->days = c->route.days;
    if (c->has_hours) {
        r->from_min = c->route.from_min;
        r->until_min = c->route.until_min;
    }
    if (c->has_timezone)
        r->timezone = c->route.timezone;
    bool always = r->days == ROUTE_ALL_DAYS && r->from_min == 0 && r->until_min == ROUTE_DAY_MIN;
    if (always)
        r->timezone = (struct str){0};
    else if (!r->timezone.n)
        r->timezone = STR("Europe/Paris");
}

/* What was said replaces what stands in *r; names are looked up. */
static enum err merge(struct route *r, struct store_tx *tx, struct route_change *c)
{
    struct refusal *why = &c->base.change.why;
    struct carrier_row carrier = {.id = r->carrier_id};
    struct account account = {.id = c->has_account ? 0 : r->account_id};
    enum err e = c->has_carrier ? admin_carrier_find(&carrier, &tx->view, c->carrier, why) : OK;
    if (!e && c->account.n)
        e = admin_account_find(&account, &tx->view, c->account, why);
    if (e)
        return e;
    r->carrier_id = carrier.id;
    r->account_id = account.id;
    if (c->has_prefix)
        r->prefix = c->route.prefix;
    if (c->has_sender)
        r->sender = c->route.sender;
    if (c->has_sender_kind)
        r->sender_kind = c->route.sender_kind;
    if (c->has_grade)
        r->grade = c->route.grade;
    merge_hours(r, c);
    if (c->has_turn)
        r->turn = c->route.turn;
    if (c->has_weight)
        r->weight = c->route.weight;
    if (c->has_draining)
        r->draining = c->route.draining;
    if (r->sender.n && r->sender_kind && sender_kind_of(r->sender) != r->sender_kind)
        return refuse(why, ERR_INVALID, "sender_kind",
                      STR("the route's sender is not of this kind: leave the kind out"));
    return OK;
}

static bool is_same(const struct route *a, const struct route *b)
{
    return str_eq(a->prefix, b->prefix) && a->account_id == b->account_id &&
           str_eq(a->sender, b->sender) && a->sender_kind == b->sender_kind &&
           a->grade == b->grade && str_eq(a->timezone, b->timezone) && a->days == b->days &&
           a->from_min == b->from_min && a->until_min == b->until_min &&
           a->carrier_id == b->carrier_id;
}

/* A second route for the same to the same carrier says nothing. */
static enum err check_new(const struct route *rows, size_t n, const struct route *r,
                          struct refusal *why)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].id != r->id && is_same(&rows[i], r))
            return refuse(why, ERR_EXISTS, "prefix",
                          STR("there is a route for just this: remove it first"));
    return OK;
}

static enum err apply_add(struct core *core, struct store_tx *tx, struct change *change)
{
    struct route_change *c = (struct route_change *)change;
    struct route r = {.days = ROUTE_ALL_DAYS, .until_min = ROUTE_DAY_MIN, .weight = 1};
    struct route *rows;
    size_t n;
    enum err e = merge(&r, tx, c);
    if (!e)
        e = store_route_list(&rows, &n, &tx->view);
    if (!e)
        e = check_new(rows, n, &r, &change->why);
    r.id = c->route.id = store_id_next();
    return e ? e : store_route_insert(tx, &r);
}

static void add_route(struct api *api, struct http_request *request, const struct str *segments)
{
    struct route_change *c = ARENA_NEW(request->arena, struct route_change);
    struct fields f;
    if (!fields_of_body(&f, request))
        return;
    read_route(&f, c);
    if (!c->has_prefix)
        fields_refuse(&f, ERR_MISSING, "prefix",
                      STR("give the first digits of the numbers; an empty one means all"));
    if (!c->has_carrier)
        fields_refuse(&f, ERR_MISSING, "carrier", STR("say which carrier takes them"));
    if (!fields_end(&f))
        return;
    c->base.did = "route_added";
    c->base.was = as_it_was;
    c->base.subject = c->route.prefix;
    api_change_post(&c->base, api, request, apply_add, answer_created);
}

static enum err apply_set(struct core *core, struct store_tx *tx, struct change *change)
{
    struct route_change *c = (struct route_change *)change;
    struct route *rows;
    size_t n;
    size_t at = 0;
    enum err e = store_route_list(&rows, &n, &tx->view);
    if (e)
        return e;
    while (at < n && rows[at].id != c->route.id)
        at++;
    if (at == n)
        return refuse(&change->why, ERR_NOT_FOUND, "id", STR("there is no route of this id"));
    struct route r = rows[at];
    e = merge(&r, tx, c);
    if (!e)
        e = check_new(rows, n, &r, &change->why);
    return e ? e : store_route_update(tx, &r);
}

static void set_route(struct api *api, struct http_request *request, const struct str *segments)
{
    struct route_change *c = ARENA_NEW(request->arena, struct route_change);
    struct fields f;
    if (!fields_id(&c->route.id, request, segments[0], "route") || !fields_of_body(&f, request))
        return;
    read_route(&f, c);
    if (!fields_end(&f))
        return;
    c->base.did = "route_set";
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_set, answer_route);
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
    c->base.was = as_it_was;
    c->base.subject = segments[0];
    api_change_post(&c->base, api, request, apply_remove, answer_removed);
}

const struct api_route route_routes[] = {
    {HTTP_GET, "/api/v1/routes", list_routes, RIGHT_OPERATE},
    {HTTP_POST, "/api/v1/routes", add_route, RIGHT_OPERATE},
    {HTTP_GET, "/api/v1/routes/{id}", show_route, RIGHT_OPERATE},
    {HTTP_PATCH, "/api/v1/routes/{id}", set_route, RIGHT_OPERATE},
    {HTTP_DELETE, "/api/v1/routes/{id}", remove_route, RIGHT_OPERATE},
    {0},
};
